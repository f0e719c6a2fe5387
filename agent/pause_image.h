/*
 * pause_image.h - the image of pause containers, made here: no registry has a say in it.
 *
 * A tar of one file, our own static program, named after its hash: another build is another image.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

#include "agent/engine.h"
#include "common/base/buf.h"

/* *name gets "remit-pause:<hash>"; the Engine has it afterwards. `program` is a file's path. */
int agent_pause_image(struct agent_engine *engine, const char *program, struct remit_buf *name,
                      struct remit_err *err) REMIT_MUST_USE;

/* A POSIX ustar archive with one file, mode 0755, owned by root. */
int agent_tar_one(const char *name, struct remit_str bytes, struct remit_buf *out,
                  struct remit_err *err) REMIT_MUST_USE;

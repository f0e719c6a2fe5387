/*
 * serve.h - remit-metadata's loop: agents' connections on DIR/metadata.sock, their frames, the ends
 * of children.
 *
 * A malformed frame, or a peer that is neither root nor the owner of DIR, costs its connection;
 * the process goes on.
 */
#pragma once

#include "metadata/attach.h"

#define METADATA_AGENTS_MOST 8

/* Until `stop` is readable. */
int metadata_serve(struct metadata_host *host, int listener, int stop,
                   struct remit_err *err) REMIT_MUST_USE;

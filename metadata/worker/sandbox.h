/*
 * sandbox.h - a worker's jail: no socket can be made, nothing can be opened.
 */
#pragma once

#include "common/os/sandbox.h"

int worker_sandbox_enter(struct remit_err *err) REMIT_MUST_USE;

/*
 * listen.h - a listener in a network namespace of its own, one link away from the given one.
 *
 * The calling process changes its namespace on the way and comes back; it must have one thread.
 * Ownership: `netns` stays the caller's; the two sockets are the caller's afterwards.
 * Errors:    CONFLICT "HostLinkTaken" when another listener stands on the host already; INTERNAL
 *            with the errno. On failure nothing is left behind. A process that can't come back
 *            to its own namespace ends.
 */
#pragma once

#include <remit/err.h>

#include "agent/opener/frames.h"

int opener_listen(int netns, enum opener_place place, struct opener_listening *out,
                  struct remit_err *err) REMIT_MUST_USE;

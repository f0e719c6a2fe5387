/*
 * sandbox.h - a relay's jail: an own user id, no capability, no file, no new memory.
 *
 * Sockets are of control's address family. connect(2) takes one pointer, to a page that no system
 * call in here can change (no mprotect, munmap, mremap, mmap, madvise); there is no sendto(2) or
 * sendmsg(2), which could name another address, and no bind(2) or listen(2). So what is taken over
 * in here reaches control, as its container can anyway, and nothing else. A datagram socket can be
 * made; it, too, can be connected to control's address and port alone.
 */
#pragma once

#include "metadata/relay/relay.h"

int relay_sandbox_enter(const struct relay *relay, struct remit_err *err) REMIT_MUST_USE;

/*
 * opener_client.h - asks the opener for listeners, and keeps one running.
 *
 * Threads: one question at a time; callers wait for each other.
 * Errors:  UNAVAILABLE "OpenerAway" when it can't be started or ended while asked (it is started
 *          anew with the next question); CONFLICT "HostLinkTaken"; else INTERNAL
 *          "ContainerNetworkingError" with the opener's sentence.
 */
#pragma once

#include <remit/err.h>

#include "agent/opener/frames.h"

struct agent_opener;

int agent_opener_start(struct agent_opener **out, struct remit_err *err) REMIT_MUST_USE;
void agent_opener_drop(struct agent_opener **opener);
#define auto_opener REMIT_AUTO(agent_opener_drop)

/* `netns` stays the caller's; the two sockets are the caller's afterwards. */
int agent_opener_listen(struct agent_opener *opener, int netns, enum opener_place place,
                        struct opener_listening *out, struct remit_err *err) REMIT_MUST_USE;

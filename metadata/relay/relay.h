/*
 * relay.h - bytes from the containers of one namespace to control and back, and nothing else.
 *
 * Each accepted connection is paired with one to control. At most RELAY_PAIRS are open; one more
 * closes the pair on which nothing has moved for longest (if that is RELAY_SPARE_MS at least), or
 * waits. Nothing is allocated after relay_open(): the jail has no system call for it.
 *
 * The address of control lies in a page of its own that can't be written any more; the jail lets
 * connect(2) pass with that pointer alone.
 */
#pragma once

#include "metadata/address.h"

#define RELAY_PAIRS      256
#define RELAY_BUFFER     16384
#define RELAY_IDLE_MS    300000 /* longer than any long poll */
#define RELAY_SPARE_MS   10000
#define RELAY_CONNECT_MS 10000

struct relay;

/* One relay a process. `life` ends it when the other end of its pipe is closed. */
int relay_open(int listener, int life, const struct metadata_address *control, struct relay **out,
               struct remit_err *err) REMIT_MUST_USE;
/* The one pointer that connect(2) may be given. */
const struct sockaddr *relay_control(const struct relay *relay);
/* Until its life ends. */
int relay_run(struct relay *relay, struct remit_err *err) REMIT_MUST_USE;

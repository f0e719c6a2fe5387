/*
 * sandbox.h - the opener's jail: another user, three capabilities, the calls of listen.c.
 *
 * CAP_SYS_ADMIN for setns(2) and unshare(2), both bound to CLONE_NEWNET by the filter;
 * CAP_NET_ADMIN for links, addresses and routes; CAP_NET_BIND_SERVICE for port 80.
 */
#pragma once

#include <remit/err.h>

int opener_sandbox_enter(struct remit_err *err) REMIT_MUST_USE;

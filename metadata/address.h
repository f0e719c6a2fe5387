/*
 * address.h - "HOST:PORT", where control is.
 *
 * Errors: INVALID "InvalidAddress", naming what was wrong; UNAVAILABLE "NameNotResolved".
 */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <remit/err.h>

#define METADATA_ADDRESS_TEXT 64 /* "[…]:65535" and a NUL */

struct metadata_address {
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } at;
    socklen_t len;
};

/* Literal addresses alone: "127.0.0.1:4599", "[::1]:4599". */
int metadata_address_parse(const char *text, struct metadata_address *out,
                           struct remit_err *err) REMIT_MUST_USE;
/* Whether it could be one: a host, a colon, a port. */
int metadata_address_check(const char *text, struct remit_err *err) REMIT_MUST_USE;
/* The literal form; a name is looked up now. */
int metadata_address_resolve(const char *text, char out[METADATA_ADDRESS_TEXT],
                             struct remit_err *err) REMIT_MUST_USE;

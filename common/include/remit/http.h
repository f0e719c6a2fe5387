/*
 * http.h - a header line of an HTTP message, as the server gives it and as SigV4 reads it.
 *
 * Ownership: borrowed from the message.
 */
#pragma once

#include "str.h"

#ifdef __cplusplus
extern "C" {
#endif

struct remit_http_header {
    struct remit_str name; /* as sent */
    struct remit_str value;
};

#ifdef __cplusplus
}
#endif

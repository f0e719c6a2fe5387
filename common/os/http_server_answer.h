/*
 * http_server_answer.h - an answer in our words as one in libmicrohttpd's. Part of its harbour.
 *
 * Ownership: MHD_destroy_response() ends what _make() returns; the library counts its users.
 */
#pragma once

#include <microhttpd.h>

#include "common/os/http_server.h"

struct remit_http_prepared {
    struct MHD_Response *response;
    int status;
};

/* Takes the body over. NULL when it can't be sent: too large, a bad header, no memory. */
struct MHD_Response *remit_http_answer_make(struct remit_http_response *answer);

/*
 * http_raw.h - bytes sent to an HTTP server as they are, and what comes back until it closes or
 * says nothing more.
 */
#pragma once

#include <stdint.h>

#include <remit/str.h>

struct raw_answer {
    char bytes[65536];
    size_t len;
    int status;  /* of the first answer; 0: none */
    bool closed; /* the server closed the connection */
};

int raw_connect(uint16_t port);
void raw_send(int sock, struct remit_str bytes);
/* Reads until the end of the connection, `answers` whole answers or wait_ms without a byte. */
void raw_read(int sock, int answers, int wait_ms, struct raw_answer *out);
/* One connection, all of the above; 2 s. */
void raw_exchange(uint16_t port, struct remit_str bytes, struct raw_answer *out);

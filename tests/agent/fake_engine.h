/*
 * fake_engine.h - a Docker Engine on a unix socket that plays recorded exchanges, one after the
 * other. A request with another first line than the recorded one is answered with 599.
 *
 * An exchange is a file of tests/agent/exchanges: the request's first line, an empty line, and the
 * answer as it came over the socket of Docker 20.10.24, chunks and all.
 */
#pragma once

#include <stddef.h>

/* The socket's path, for the length of the test. */
const char *fake_engine_play(const char *const *names, size_t n);
/* All requests so far, whole: head and body. */
const char *fake_engine_heard(void);

/*
 * serve.h - answers the agent's questions until the channel ends.
 *
 * Errors: a malformed frame ends the opener: it comes from our own parent.
 */
#pragma once

#include <remit/err.h>

/* 0 when the agent closed its end. */
int opener_serve(int channel, struct remit_err *err) REMIT_MUST_USE;

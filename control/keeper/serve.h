/*
 * serve.h - the keeper's loop: its hello, then one answer for each question, until the channel
 * closes.
 *
 * Errors: none when the peer has gone; INVALID "MalformedFrame" for what is no question of ours.
 */
#pragma once

#include "control/keeper/state.h"

int keeper_serve(struct keeper *keeper, int channel, struct remit_err *err) REMIT_MUST_USE;

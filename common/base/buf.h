/*
 * buf.h - installed with libremit-iam, whose calls take one: its contract is over there.
 */
#pragma once

#include <remit/buf.h>

/*
 * lower.h - comparing texts as StringEqualsIgnoreCase does: both lower-cased character by
 * character, without folding: "ß" and "SS" differ (section 13.4).
 */
#pragma once

#include <stdbool.h>

#include <remit/str.h>

/* Whether *text starts with `prefix`, without regard to case; takes that part off its front. */
bool remit_lower_starts(struct remit_str *text, struct remit_str prefix);

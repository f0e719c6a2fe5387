/*
 * put.h - members that are left out when there is nothing to say.
 */
#pragma once

#include "common/base/json.h"

void agent_put_text(struct remit_jw *w, const char *key, const char *text); /* NULL, "": left out */
void agent_put_str(struct remit_jw *w, const char *key, struct remit_str text);
/* Seconds since 1970 with three decimals; 0 and less: left out. */
void agent_put_seconds(struct remit_jw *w, const char *key, double at);

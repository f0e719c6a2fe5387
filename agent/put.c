#include "agent/put.h"

void agent_put_text(struct remit_jw *w, const char *key, const char *text)
{
    agent_put_str(w, key, remit_str_of(text));
}

void agent_put_str(struct remit_jw *w, const char *key, struct remit_str text)
{
    if (text.len > 0)
        remit_jw_put_str(w, key, text);
}

void agent_put_seconds(struct remit_jw *w, const char *key, double at)
{
    if (at <= 0)
        return;
    remit_jw_key(w, key);
    remit_jw_real(w, at);
}

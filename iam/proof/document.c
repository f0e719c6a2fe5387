#include "iam/proof/proof_internal.h"

void remit_proof_document_drop(struct proof_document *d)
{
    remit_arena_drop(&d->arena);
}

/* Room that doubles; what was left behind goes with the arena. */
static void put(struct proof_document *d, const char *bytes, size_t n)
{
    if (d->cap - d->len < n) {
        size_t cap = (d->cap + n) * 2 + 256;
        char *text = remit_arena_take(&d->arena, cap);

        if (text == NULL)
            return;
        if (d->len > 0)
            memcpy(text, d->text, d->len);
        d->text = text;
        d->cap = cap;
    }
    memcpy(d->text + d->len, bytes, n);
    d->len += n;
}

void remit_proof_document_raw(struct proof_document *d, const char *json)
{
    put(d, json, strlen(json));
}

void remit_proof_document_text(struct proof_document *d, struct remit_str text)
{
    static const char hex[] = "0123456789abcdef";

    put(d, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

        if (c < 0x20 || c == '"' || c == '\\')
            put(d, escape, sizeof(escape));
        else
            put(d, (const char *)&c, 1);
    }
    put(d, "\"", 1);
}

int remit_proof_document_compile(struct proof_document *d, struct remit_policy **out,
                                 struct remit_err *err)
{
    TRY(remit_arena_check(&d->arena, "a question", err));
    return remit_policy_compile(remit_str_from(d->text, d->len), NULL, out, err);
}

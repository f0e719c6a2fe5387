#include "iam/policy/compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "iam/context.h"

#define POINTER_MOST 256

/* ---- where we are ---- */

void remit_compile_enter(struct remit_compiler *c, struct remit_str key)
{
    REMIT_REQUIRE(c->n_path < REMIT_COMPILE_DEPTH);
    c->path[c->n_path++] = (struct remit_step){ .key = key };
}

void remit_compile_enter_index(struct remit_compiler *c, size_t index)
{
    REMIT_REQUIRE(c->n_path < REMIT_COMPILE_DEPTH);
    c->path[c->n_path++] = (struct remit_step){ .index = index };
}

void remit_compile_leave(struct remit_compiler *c)
{
    REMIT_REQUIRE(c->n_path > 0);
    c->n_path--;
}

int remit_compile_fail(struct remit_compiler *c, const char *fmt, ...)
{
    char text[REMIT_ERR_TEXT_MAX];
    char pointer[POINTER_MOST];
    size_t len = 0;
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    pointer[0] = '\0';
    for (size_t i = 0; i < c->n_path; i++) {
        const struct remit_step *step = &c->path[i];
        size_t left = len < sizeof(pointer) ? sizeof(pointer) - len : 0;
        char *at = left > 0 ? pointer + len : NULL;

        if (step->key.ptr == NULL)
            len += (size_t)snprintf(at, left, "/%zu", step->index);
        else
            len += remit_pointer_token(step->key, at, left);
    }
    return remit_fail(c->err, REMIT_ERR_INVALID, "MalformedPolicyDocument", "%s: %s", pointer,
                      text);
}

/* ---- walking the tape ---- */

const struct remit_tape_node *remit_compile_node(const struct remit_compiler *c, uint32_t node)
{
    return &c->tape->nodes[node];
}

struct remit_walk remit_walk_list(const struct remit_compiler *c, uint32_t node)
{
    const struct remit_tape_node *n = remit_compile_node(c, node);
    bool holds = n->type == REMIT_TAPE_ARRAY || n->type == REMIT_TAPE_OBJECT;

    return (struct remit_walk){ .tape = c->tape, .at = holds ? node + 1 : node, .end = n->next };
}

bool remit_walk_next(struct remit_walk *walk, uint32_t *node)
{
    if (walk->at >= walk->end)
        return false;
    *node = walk->at;
    walk->at = walk->tape->nodes[walk->at].next;
    return true;
}

size_t remit_compile_count(const struct remit_compiler *c, uint32_t node)
{
    const struct remit_tape_node *n = remit_compile_node(c, node);

    return n->type == REMIT_TAPE_ARRAY || n->type == REMIT_TAPE_OBJECT ? n->count : 1;
}

int remit_compile_text(struct remit_compiler *c, uint32_t node, struct remit_str *out)
{
    const struct remit_tape_node *n = remit_compile_node(c, node);

    if (n->type != REMIT_TAPE_STRING)
        return remit_compile_fail(c, "needs a string, not %s", remit_tape_type_name(n->type));
    *out = n->text;
    return 0;
}

bool remit_compile_wild(struct remit_str text)
{
    return remit_str_find(text, '*') != text.len || remit_str_find(text, '?') != text.len;
}

/* ---- what stands twice ---- */

static int order(const struct remit_str *a, const struct remit_str *b, bool nocase)
{
    size_t len = a->len < b->len ? a->len : b->len;

    for (size_t i = 0; i < len; i++) {
        unsigned char x = (unsigned char)(nocase ? remit_lower(a->ptr[i]) : a->ptr[i]);
        unsigned char y = (unsigned char)(nocase ? remit_lower(b->ptr[i]) : b->ptr[i]);

        if (x != y)
            return x < y ? -1 : 1;
    }
    return a->len < b->len ? -1 : a->len > b->len;
}

static int order_texts(const void *a, const void *b)
{
    return order(a, b, false);
}

static int order_texts_nocase(const void *a, const void *b)
{
    return order(a, b, true);
}

/* Sorting changes the array, so that 100,000 keys of one object are no attack. */
const struct remit_str *remit_compile_duplicate(struct remit_str *texts, size_t n, bool nocase)
{
    if (n > 1)
        qsort(texts, n, sizeof(*texts), nocase ? order_texts_nocase : order_texts);
    for (size_t i = 1; i < n; i++)
        if (order(&texts[i - 1], &texts[i], nocase) == 0)
            return &texts[i];
    return NULL;
}

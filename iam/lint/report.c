#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "iam/lint/result.h"

#define PATH_MOST    16
#define MESSAGE_MOST 1024

struct remit_str lint_cut(struct remit_str text)
{
    size_t len = text.len < LINT_TEXT_MAX ? text.len : LINT_TEXT_MAX;

    while (len < text.len && len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return remit_str_sub(text, 0, len);
}

/* ---- where a node stands ---- */

/* Into the element of an array, or the key or value of an object, that holds the node. */
static uint32_t step_into(const struct lint *l, uint32_t at, uint32_t node,
                          struct remit_path_element *out)
{
    bool object = lint_node(l, at)->type == REMIT_TAPE_OBJECT;
    uint32_t child = at + 1;

    for (size_t index = 0;; index++) {
        uint32_t value = object ? child + 1 : child;

        if (node < lint_node(l, value)->next) {
            *out = (struct remit_path_element){ .kind = !object         ? REMIT_PATH_INDEX
                                                        : node == child ? REMIT_PATH_KEY
                                                                        : REMIT_PATH_VALUE,
                                                .index = index,
                                                .text = object ? lint_node(l, child)->text
                                                               : remit_str_from(NULL, 0) };
            return node == child ? child : value;
        }
        child = lint_node(l, value)->next;
    }
}

static size_t path_of(const struct lint *l, uint32_t node, struct remit_path_element *path)
{
    uint32_t at = 0;
    size_t n = 0;

    while (at != node && n < PATH_MOST)
        at = step_into(l, at, node, &path[n++]);
    return n;
}

static size_t characters(struct remit_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return n;
}

static struct remit_str pointer_of(struct remit_arena *arena, const struct remit_path_element *path,
                                   size_t n)
{
    struct remit_str out = REMIT_STR("");

    for (size_t i = 0; i < n; i++) {
        size_t len = remit_pointer_token(path[i].text, NULL, 0);
        char *text = NULL;

        if (path[i].kind == REMIT_PATH_INDEX) {
            out = remit_arena_fmt(arena, REMIT_STR_FMT "/%zu", REMIT_STR_ARG(out), path[i].index);
            continue;
        }
        text = remit_arena_take(arena, out.len + len + 1);
        if (text == NULL)
            return REMIT_STR("");
        if (out.len > 0)
            memcpy(text, out.ptr, out.len);
        (void)remit_pointer_token(path[i].text, text + out.len, len + 1);
        out = remit_str_from(text, out.len + len);
    }
    return out;
}

static void place(struct lint *l, size_t byte, struct remit_position *out)
{
    struct remit_lint *r = l->result;

    if (r->n_places < REMIT_COUNT(r->places))
        r->places[r->n_places++] = (struct lint_place){ l, byte, out };
}

static void locate(struct lint *l, uint32_t node, struct remit_location *out)
{
    struct remit_arena *arena = &l->result->arena;
    struct remit_path_element path[PATH_MOST];
    size_t n = path_of(l, node, path);
    struct remit_path_element *copy = REMIT_NEW_N(arena, struct remit_path_element, n + 1);

    if (copy == NULL)
        return;
    for (size_t i = 0; i < n; i++) {
        copy[i] = path[i];
        copy[i].text = remit_arena_str(arena, path[i].text);
    }
    out->document = l->index;
    out->path = copy;
    out->n_path = n;
    out->pointer = pointer_of(arena, path, n);
    place(l, lint_node(l, node)->from, &out->start);
    place(l, lint_node(l, node)->to, &out->end);
}

/* ---- findings ---- */

static struct remit_finding *add(struct lint *l, enum lint_code code, size_t n_locations,
                                 struct remit_location **locations)
{
    struct remit_lint *r = l->result;
    struct remit_finding *f = NULL;

    if (r->n_findings == REMIT_LINT_FINDINGS_MAX) {
        r->truncated = true;
        return NULL;
    }
    *locations = REMIT_NEW_N(&r->arena, struct remit_location, n_locations);
    if (*locations == NULL) {
        r->truncated = true;
        return NULL;
    }
    f = &r->findings[r->n_findings++];
    *f = (struct remit_finding){ .check = &remit_lint_checks[code],
                                 .locations = *locations,
                                 .n_locations = n_locations };
    return f;
}

static struct remit_str sentence(struct lint *l, const char *fmt, va_list ap) REMIT_PRINTF(2, 0);

static struct remit_str sentence(struct lint *l, const char *fmt, va_list ap)
{
    char text[MESSAGE_MOST];
    int len = vsnprintf(text, sizeof(text), fmt, ap);
    size_t used = len < (int)sizeof(text) ? (size_t)len : sizeof(text) - 1;

    return remit_arena_str(&l->result->arena, remit_str_from(text, used));
}

void lint_report(struct lint *l, enum lint_code code, uint32_t node, const char *fmt, ...)
{
    struct remit_location *where = NULL;
    struct remit_finding *f = add(l, code, 1, &where);
    va_list ap;

    if (f == NULL)
        return;
    locate(l, node, where);
    va_start(ap, fmt);
    f->message = sentence(l, fmt, ap);
    va_end(ap);
}

static void report_two(struct lint *l, enum lint_code code, uint32_t node, struct lint *other,
                       uint32_t other_node, const char *fmt, va_list ap) REMIT_PRINTF(6, 0);

static void report_two(struct lint *l, enum lint_code code, uint32_t node, struct lint *other,
                       uint32_t other_node, const char *fmt, va_list ap)
{
    struct remit_location *where = NULL;
    struct remit_finding *f = add(l, code, 2, &where);

    if (f == NULL)
        return;
    locate(l, node, &where[0]);
    locate(other, other_node, &where[1]);
    f->message = sentence(l, fmt, ap);
}

void lint_report_both(struct lint *l, enum lint_code code, uint32_t node, uint32_t other,
                      const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report_two(l, code, node, l, other, fmt, ap);
    va_end(ap);
}

void lint_report_across(struct lint *l, enum lint_code code, uint32_t node, struct lint *other,
                        uint32_t other_node, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report_two(l, code, node, other, other_node, fmt, ap);
    va_end(ap);
}

void lint_report_byte(struct lint *l, enum lint_code code, size_t byte, const char *fmt, ...)
{
    struct remit_location *where = NULL;
    struct remit_finding *f = add(l, code, 1, &where);
    va_list ap;

    if (f == NULL)
        return;
    place(l, byte, &where->start);
    place(l, byte < l->document.len ? byte + 1 : byte, &where->end);
    va_start(ap, fmt);
    f->message = sentence(l, fmt, ap);
    va_end(ap);
}

/* Bytes of the document that the first `len` bytes of an unescaped string came from. */
static size_t written(struct lint *l, uint32_t node, size_t len)
{
    const struct remit_tape_node *n = lint_node(l, node);
    size_t at = n->from + 1;

    for (size_t done = 0; done < len && at + 1 < n->to;) {
        const char *p = l->document.ptr + at;

        if (*p != '\\') {
            at++;
            done++;
            continue;
        }
        /* \u00e9 is two bytes of text, \u0041 one */
        done += p[1] == 'u' && (p[4] > '7' || p[3] != '0') ? 2 : 1;
        at += p[1] == 'u' ? 6 : 2;
    }
    return at;
}

void lint_report_part(struct lint *l, enum lint_code code, uint32_t node, size_t from, size_t len,
                      const char *fmt, ...)
{
    struct remit_location *where = NULL;
    struct remit_finding *f = add(l, code, 1, &where);
    struct remit_str text = lint_node(l, node)->text;
    struct remit_path_element *last = NULL;
    va_list ap;

    if (f == NULL)
        return;
    locate(l, node, where);
    if (where->path != NULL) {
        last = &((struct remit_path_element *)(uintptr_t)where->path)[where->n_path++];
        *last = (struct remit_path_element){
            .kind = REMIT_PATH_SUBSTRING,
            .start = characters(remit_str_sub(text, 0, from)),
            .length = characters(remit_str_sub(text, from, len)),
        };
        l->result->n_places -= 2;
        place(l, written(l, node, from), &where->start);
        place(l, written(l, node, from + len), &where->end);
    }
    va_start(ap, fmt);
    f->message = sentence(l, fmt, ap);
    va_end(ap);
}

/* ---- the end ---- */

static int order_places(const void *a, const void *b)
{
    const struct lint_place *x = a;
    const struct lint_place *y = b;

    if (x->of->index != y->of->index)
        return x->of->index < y->of->index ? -1 : 1;
    return x->byte < y->byte ? -1 : x->byte > y->byte;
}

/* One way through each document for all its positions. */
static void find_positions(struct remit_lint *r)
{
    const struct remit_position start = { .line = 1 };
    struct remit_position at = start;
    size_t byte = 0;

    if (r->n_places > 1)
        qsort(r->places, r->n_places, sizeof(r->places[0]), order_places);
    for (size_t i = 0; i < r->n_places; i++) {
        struct remit_str text = r->places[i].of->document;

        if (i > 0 && r->places[i].of != r->places[i - 1].of) {
            at = start;
            byte = 0;
        }
        for (; byte < r->places[i].byte && byte < text.len; byte++) {
            if (((unsigned char)text.ptr[byte] & 0xc0) == 0x80)
                continue;
            at.offset++;
            at.column = text.ptr[byte] == '\n' ? 0 : at.column + 1;
            at.line += text.ptr[byte] == '\n';
        }
        *r->places[i].out = at;
    }
}

static int order_findings(const void *a, const void *b)
{
    const struct remit_finding *x = a;
    const struct remit_finding *y = b;
    size_t from = x->locations[0].start.offset;
    size_t other = y->locations[0].start.offset;

    if (x->locations[0].document != y->locations[0].document)
        return x->locations[0].document < y->locations[0].document ? -1 : 1;
    if (from != other)
        return from < other ? -1 : 1;
    if (x->check->type != y->check->type)
        return x->check->type < y->check->type ? -1 : 1;
    if (x->check != y->check)
        return x->check < y->check ? -1 : 1;
    return remit_str_compare(x->message, y->message);
}

int lint_finish(struct lint *l, struct remit_err *err)
{
    struct remit_lint *r = l->result;

    TRY(remit_arena_check(&l->arena, "a lint run", err));
    r->truncated = r->truncated || r->arena.failed;
    find_positions(r);
    if (r->n_findings > 1)
        qsort(r->findings, r->n_findings, sizeof(r->findings[0]), order_findings);
    return 0;
}

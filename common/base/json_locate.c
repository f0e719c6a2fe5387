#include "common/base/json_scan.h"

/* Takes the character at *at off a pointer's token: "~1" is "/", "~0" is "~" (RFC 6901). */
static char next_of(struct remit_str token, size_t *at)
{
    char c = token.ptr[(*at)++];

    if (c != '~' || *at >= token.len)
        return c;
    return token.ptr[(*at)++] == '1' ? '/' : '~';
}

/* Whether the plain text of a key is what the token stands for. */
static bool stands_for(struct remit_str token, struct remit_str text)
{
    size_t at = 0;
    size_t i = 0;

    while (at < token.len && i < text.len)
        if (next_of(token, &at) != text.ptr[i++])
            return false;
    return at == token.len && i == text.len;
}

/* Keys with escapes are the exception; they need a place to be written out. */
static bool key_is(struct remit_str key, struct remit_str token)
{
    struct remit_str inside = remit_str_sub(key, 1, key.len < 2 ? 0 : key.len - 2);
    struct remit_arena arena = REMIT_ARENA(key.len + 64);
    struct remit_str text = { 0 };
    bool is = false;

    if (inside.len == 0 || memchr(inside.ptr, '\\', inside.len) == NULL)
        return stands_for(token, inside);
    is = remit_json_span_text(key, &arena, &text, NULL) == 0 && stands_for(token, text);
    remit_arena_drop(&arena);
    return is;
}

static bool into(struct remit_str *value, struct remit_str token, struct remit_str *key)
{
    struct remit_json_walk walk = remit_json_walk(*value);
    unsigned long long index = 0;

    if (!walk.members && !remit_str_to_u64(token, 1000000000, &index))
        return false;
    while (remit_json_walk_next(&walk, key, value))
        if (walk.members ? key_is(*key, token) : index-- == 0)
            return true;
    return false;
}

/*
 * Each level is walked from its front up to the value wanted, whose end was found one level higher
 * already: a text is passed over once for each level of the pointer, and levels are few.
 */
bool remit_json_find(struct remit_str text, struct remit_str pointer, struct remit_str *value,
                     struct remit_str *key)
{
    struct remit_str at = remit_json_span(text);
    struct remit_str name = { 0 };
    struct remit_str rest = remit_str_sub(pointer, 1, pointer.len);
    bool more = pointer.len > 0;

    if (at.len == 0 || (more && pointer.ptr[0] != '/'))
        return false;
    while (more) {
        struct remit_str token;

        more = remit_str_cut(&rest, '/', &token);
        if (!into(&at, token, &name))
            return false;
    }
    if (value != NULL)
        *value = at;
    if (key != NULL)
        *key = name;
    return true;
}

void remit_json_line_column(struct remit_str text, size_t offset, size_t *line, size_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        *column = text.ptr[i] == '\n' ? 1 : *column + 1;
        *line += text.ptr[i] == '\n';
    }
}

bool remit_json_locate(struct remit_str text, struct remit_str pointer, size_t *line,
                       size_t *column)
{
    struct remit_str value = { 0 };

    if (!remit_json_find(text, pointer, &value, NULL))
        return false;
    remit_json_line_column(text, (size_t)(value.ptr - text.ptr), line, column);
    return true;
}

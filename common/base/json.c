#include "common/base/json.h"

#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include <remit/secret.h>

/* struct remit_json is jansson's json_t, seen through our own name only. */
static const json_t *in(const struct remit_json *json)
{
    return (const json_t *)(const void *)json;
}

static const struct remit_json *out_of(const json_t *json)
{
    return (const struct remit_json *)(const void *)json;
}

static json_t *writable(const struct remit_json *json)
{
    return (json_t *)(uintptr_t)json; /* jansson's iterators want it; they change nothing */
}

/* Levels are counted before parsing, so that no recursion depends on a stranger. */
static bool too_deep(struct remit_str text)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
            continue;
        }
        if (c == '"')
            quoted = true;
        else if ((c == '{' || c == '[') && ++depth > REMIT_JSON_DEPTH_MAX)
            return true;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
    }
    return false;
}

/* Answers carry credentials, and a tree is freed in a hundred pieces: each is wiped first. */
static void free_wiped(void *ptr)
{
    if (ptr != NULL)
        remit_wipe(ptr, malloc_usable_size(ptr));
    free(ptr);
}

static void set_memory(void)
{
    json_set_alloc_funcs(malloc, free_wiped);
}

int remit_json_parse(struct remit_str text, size_t max_bytes, struct remit_json **out,
                     struct remit_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    json_error_t why;
    json_t *tree = NULL;

    (void)pthread_once(&once, set_memory);
    if (text.len > max_bytes)
        return remit_fail(err, REMIT_ERR_LIMIT, "JsonTooLarge",
                          "a JSON text of %zu bytes, the most is %zu", text.len, max_bytes);
    /* jansson 2.14 skips a NUL behind a number; [rfc8259 2] no NUL stands anywhere in JSON. */
    if (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "MalformedJson", "a NUL at byte %zu",
                          remit_str_find(text, '\0'));
    if (too_deep(text))
        return remit_fail(err, REMIT_ERR_INVALID, "MalformedJson",
                          "JSON nested deeper than %d levels", REMIT_JSON_DEPTH_MAX);
    tree = json_loadb(text.ptr != NULL ? text.ptr : "", text.len,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (tree == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "MalformedJson", "line %d column %d: %s",
                          why.line, why.column, why.text);
    *out = (struct remit_json *)(void *)tree;
    return 0;
}

void remit_json_drop(struct remit_json **json)
{
    if (*json != NULL)
        json_decref((json_t *)(void *)*json);
    *json = NULL;
}

enum remit_json_type remit_json_type(const struct remit_json *json)
{
    if (json == NULL)
        return REMIT_JSON_NONE;
    switch (json_typeof(in(json))) {
    case JSON_OBJECT:
        return REMIT_JSON_OBJECT;
    case JSON_ARRAY:
        return REMIT_JSON_ARRAY;
    case JSON_STRING:
        return REMIT_JSON_STRING;
    case JSON_INTEGER:
        return REMIT_JSON_INT;
    case JSON_REAL:
        return REMIT_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return REMIT_JSON_BOOL;
    case JSON_NULL:
        return REMIT_JSON_NULL;
    default:
        return REMIT_JSON_NONE;
    }
}

const char *remit_json_type_name(enum remit_json_type type)
{
    static const char *const names[] = {
        [REMIT_JSON_NONE] = "nothing",   [REMIT_JSON_NULL] = "null",
        [REMIT_JSON_BOOL] = "a boolean", [REMIT_JSON_INT] = "an integer",
        [REMIT_JSON_REAL] = "a number",  [REMIT_JSON_STRING] = "a string",
        [REMIT_JSON_ARRAY] = "an array", [REMIT_JSON_OBJECT] = "an object",
    };

    return (size_t)type < REMIT_COUNT(names) ? names[type] : "nothing";
}

const struct remit_json *remit_json_get(const struct remit_json *object, const char *key)
{
    return out_of(json_object_get(in(object), key));
}

const struct remit_json *remit_json_get_str(const struct remit_json *object, struct remit_str key)
{
    return out_of(json_object_getn(in(object), key.ptr, key.len));
}

size_t remit_json_count(const struct remit_json *array_or_object)
{
    if (remit_json_type(array_or_object) == REMIT_JSON_OBJECT)
        return json_object_size(in(array_or_object));
    return json_array_size(in(array_or_object));
}

const struct remit_json *remit_json_at(const struct remit_json *array, size_t index)
{
    return out_of(json_array_get(in(array), index));
}

struct remit_str remit_json_str(const struct remit_json *string)
{
    if (remit_json_type(string) != REMIT_JSON_STRING)
        return remit_str_from("", 0);
    return remit_str_from(json_string_value(in(string)), json_string_length(in(string)));
}

int64_t remit_json_int(const struct remit_json *number)
{
    return number == NULL ? 0 : json_integer_value(in(number));
}

double remit_json_real(const struct remit_json *number)
{
    return number == NULL ? 0 : json_number_value(in(number));
}

bool remit_json_true(const struct remit_json *boolean)
{
    return boolean != NULL && json_is_true(in(boolean));
}

void *remit_json_first(const struct remit_json *object)
{
    return json_object_iter(writable(object));
}

void *remit_json_next(const struct remit_json *object, void *member)
{
    return json_object_iter_next(writable(object), member);
}

struct remit_str remit_json_key(void *member)
{
    return remit_str_from(json_object_iter_key(member), json_object_iter_key_len(member));
}

const struct remit_json *remit_json_value(void *member)
{
    return out_of(json_object_iter_value(member));
}

static int dump_put(const char *bytes, size_t len, void *self)
{
    remit_buf_put(self, remit_str_from(bytes, len));
    return remit_buf_ok(self) ? 0 : -1;
}

void remit_json_remove(struct remit_json *object, const char *key)
{
    (void)json_object_del(writable(object), key);
}

void remit_json_dump(const struct remit_json *json, struct remit_buf *out)
{
    if (json_dump_callback(in(json), dump_put, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        out->failed = true;
}

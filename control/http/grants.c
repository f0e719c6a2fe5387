#include "control/http/grants.h"

#include <stdarg.h>
#include <stdio.h>

void *control_grow(struct remit_arena *arena, void *items, size_t n, size_t *cap, size_t size,
                   size_t most)
{
    size_t want = *cap == 0 ? 8 : *cap * 2;
    char *grown = NULL;

    if (n >= most)
        return NULL;
    if (n < *cap)
        return items;
    grown = remit_arena_take_n(arena, want, size);
    if (grown == NULL)
        return NULL;
    if (n > 0)
        memcpy(grown, items, n * size);
    *cap = want;
    return grown;
}

static int too_many(struct control_call *call, const char *what, int most, struct remit_err *err)
{
    TRY(remit_arena_check(call->arena, "the request", err));
    return remit_fail(err, REMIT_ERR_LIMIT, call->operation->service->invalid,
                      "the request names too many %s, the most is %d", what, most);
}

/* ---- condition keys ---- */

static struct control_key_value *find(const struct control_key_values *keys, struct remit_str key)
{
    for (size_t i = 0; i < keys->n; i++)
        if (remit_str_equal_nocase(keys->items[i].key, key))
            return &keys->items[i];
    return NULL;
}

/* Adds a value. Values of one key share an array that is copied as it grows by one: lists are
 * short, and all are bounded by the input's table. */
static int add_value(struct control_call *call, struct control_key_values *keys,
                     struct remit_str key, struct remit_str value, bool list, struct remit_err *err)
{
    struct control_key_value *at = find(keys, key);
    struct remit_str *values = NULL;

    if (at == NULL) {
        void *grown = control_grow(call->arena, keys->items, keys->n, &keys->cap,
                                   sizeof(keys->items[0]), CONTROL_KEYS_MAX);
        if (grown == NULL)
            return too_many(call, "condition keys", CONTROL_KEYS_MAX, err);
        keys->items = grown;
        at = &keys->items[keys->n++];
        *at = (struct control_key_value){ .key = remit_arena_str(call->arena, key) };
    }
    values = REMIT_NEW_N(call->arena, struct remit_str, at->n_values + 1);
    if (values == NULL)
        return remit_arena_check(call->arena, "the request", err);
    if (at->n_values > 0)
        memcpy(values, at->values, at->n_values * sizeof(values[0]));
    values[at->n_values] = remit_arena_str(call->arena, value);
    at->values = values;
    at->list = list || at->n_values > 0;
    at->n_values++;
    return remit_arena_check(call->arena, "the request", err);
}

int control_context_add(struct control_call *call, const char *key, struct remit_str value,
                        struct remit_err *err)
{
    return add_value(call, &call->grants->context, remit_str_of(key), value, false, err);
}

/* Tags are spelled {key, value} by ECS and {Key, Value} elsewhere. */
static struct remit_str tag_member(const struct remit_json *tag, const char *lower,
                                   const char *upper)
{
    const struct remit_json *value = remit_json_get(tag, lower);

    return remit_json_str(value != NULL ? value : remit_json_get(tag, upper));
}

int control_context_tags(struct control_call *call, const struct remit_json *tags,
                         struct remit_err *err)
{
    for (size_t i = 0; i < remit_json_count(tags); i++) {
        const struct remit_json *tag = remit_json_at(tags, i);
        struct remit_str key = tag_member(tag, "key", "Key");
        struct remit_str name =
            remit_arena_fmt(call->arena, "aws:RequestTag/" REMIT_STR_FMT, REMIT_STR_ARG(key));

        TRY(remit_arena_check(call->arena, "the request", err));
        TRY(add_value(call, &call->grants->context, name, tag_member(tag, "value", "Value"), false,
                      err));
        TRY(add_value(call, &call->grants->context, REMIT_STR("aws:TagKeys"), key, true, err));
    }
    return 0;
}

/* ---- resources ---- */

int control_resource_add(struct control_call *call, struct remit_str arn, struct remit_err *err)
{
    struct control_grants *g = call->grants;
    void *grown = control_grow(call->arena, g->resources, g->n_resources, &g->cap_resources,
                               sizeof(g->resources[0]), CONTROL_RESOURCES_MAX);

    if (grown == NULL)
        return too_many(call, "resources", CONTROL_RESOURCES_MAX, err);
    g->resources = grown;
    g->resources[g->n_resources++] =
        (struct control_resource){ .arn = remit_arena_str(call->arena, arn) };
    return remit_arena_check(call->arena, "the request", err);
}

bool control_resource_asked(const struct control_call *call, struct remit_str arn)
{
    const struct control_grants *g = call->grants;

    if (call->answer == NULL)
        return true;
    for (size_t i = 0; i < g->n_resources; i++)
        if (remit_str_equal(g->resources[i].arn, arn))
            return true;
    return false;
}

int control_resource_show(struct control_call *call, struct remit_str text, struct remit_err *err)
{
    struct control_grants *g = call->grants;

    REMIT_REQUIRE(g->n_resources > 0);
    g->resources[g->n_resources - 1].shown = remit_arena_str(call->arena, text);
    return remit_arena_check(call->arena, "the request", err);
}

int control_resource_tag(struct control_call *call, struct remit_str key, struct remit_str value,
                         struct remit_err *err)
{
    struct control_grants *g = call->grants;

    REMIT_REQUIRE(g->n_resources > 0);
    return add_value(call, &g->resources[g->n_resources - 1].tags, key, value, false, err);
}

int control_resource_policy(struct control_call *call, struct remit_str document, bool mandatory,
                            struct remit_err *err)
{
    struct control_grants *g = call->grants;

    REMIT_REQUIRE(g->n_resources > 0);
    g->resources[g->n_resources - 1].policy = remit_arena_str(call->arena, document);
    g->resources[g->n_resources - 1].mandatory = mandatory;
    return remit_arena_check(call->arena, "the request", err);
}

int control_also_needs(struct control_call *call, const char *action, struct remit_str arn,
                       struct remit_err *err)
{
    struct control_grants *g = call->grants;
    void *grown = control_grow(call->arena, g->also, g->n_also, &g->cap_also, sizeof(g->also[0]),
                               CONTROL_ALSO_MAX);

    if (grown == NULL)
        return too_many(call, "resources", CONTROL_ALSO_MAX, err);
    g->also = grown;
    g->also[g->n_also++] =
        (struct control_also){ .action = action, .arn = remit_arena_str(call->arena, arn) };
    return remit_arena_check(call->arena, "the request", err);
}

int control_pass_add(struct control_call *call, struct remit_str role_arn, const char *service,
                     struct remit_err *err)
{
    struct control_grants *g = call->grants;
    void *grown = NULL;

    if (role_arn.len == 0)
        return 0;
    for (size_t i = 0; i < g->n_passes; i++)
        if (remit_str_equal(g->passes[i].role_arn, role_arn) &&
            strcmp(g->passes[i].service, service) == 0)
            return 0;
    grown = control_grow(call->arena, g->passes, g->n_passes, &g->cap_passes, sizeof(g->passes[0]),
                         CONTROL_PASSES_MAX);
    if (grown == NULL)
        return too_many(call, "roles", CONTROL_PASSES_MAX, err);
    g->passes = grown;
    g->passes[g->n_passes++] =
        (struct control_pass){ .role_arn = remit_arena_str(call->arena, role_arn),
                               .service = service };
    return remit_arena_check(call->arena, "the request", err);
}

/* ---- what handlers add for the error and for the audit record ---- */

void control_error_detail(struct control_call *call, const char *name,
                          const struct remit_str *values, size_t n_values)
{
    struct control_grants *g = call->grants;
    struct control_detail detail = { .name = name, .n_values = n_values };

    if (g->n_details == REMIT_COUNT(g->details))
        return;
    detail.values = REMIT_NEW_N(call->arena, struct remit_str, n_values);
    if (detail.values == NULL)
        return;
    for (size_t i = 0; i < n_values; i++)
        detail.values[i] = remit_arena_str(call->arena, values[i]);
    g->details[g->n_details++] = detail;
}

void control_audit_note(struct control_call *call, const char *name, struct remit_str value)
{
    struct control_grants *g = call->grants;

    if (g->n_notes == REMIT_COUNT(g->notes))
        return;
    g->notes[g->n_notes++] =
        (struct control_note){ .name = name, .value = remit_arena_str(call->arena, value) };
}

struct remit_str control_arn(struct control_call *call, const char *service, bool region,
                             const char *fmt, ...)
{
    auto_buf struct remit_buf tail = REMIT_BUF(CONTROL_STRING_MAX);
    const struct control_config *c = call->config;
    va_list ap;

    va_start(ap, fmt);
    remit_buf_put_vfmt(&tail, fmt, ap);
    va_end(ap);
    return remit_arena_fmt(
        call->arena, "arn:" REMIT_STR_FMT ":%s:" REMIT_STR_FMT ":" REMIT_STR_FMT ":" REMIT_STR_FMT,
        REMIT_STR_ARG(c->partition), service, region ? (int)c->region.len : 0, c->region.ptr,
        REMIT_STR_ARG(c->account), REMIT_STR_ARG(remit_buf_view(&tail)));
}

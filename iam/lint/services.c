#include <remit/services.h>

#include <stdlib.h>

#include "iam/context.h"
#include "iam/lint/lint_internal.h"

#define SERVICES_MOST 1024
#define TEXT_FACTOR   16 /* memory for a description, per byte of its text */

struct described {
    struct remit_service service;
    struct remit_arena arena;
};

struct remit_services {
    struct described **all; /* by name */
    size_t n;
};

const char *remit_access_name(enum remit_access access)
{
    static const char *const names[] = {
        [REMIT_ACCESS_READ] = "Read",
        [REMIT_ACCESS_LIST] = "List",
        [REMIT_ACCESS_WRITE] = "Write",
        [REMIT_ACCESS_TAGGING] = "Tagging",
        [REMIT_ACCESS_PERMISSIONS] = "Permissions management",
    };

    return (size_t)access < REMIT_COUNT(names) ? names[access] : "";
}

/* ---- reading ---- */

struct reader {
    const struct remit_tape *tape;
    struct remit_arena *arena;
    struct remit_err *err;
};

static const struct remit_tape_node *node_of(const struct reader *r, uint32_t node)
{
    return &r->tape->nodes[node];
}

static int fail(struct reader *r, const char *what, struct remit_str name)
{
    return remit_fail(r->err, REMIT_ERR_INVALID, "MalformedServiceDescription",
                      "a service description: %s: \"%.*s\"", what, LINT_ARG(name));
}

/* The value of a member; 0 when it is not there. */
static uint32_t member(const struct reader *r, uint32_t object, const char *name)
{
    uint32_t at = object + 1;

    if (node_of(r, object)->type != REMIT_TAPE_OBJECT)
        return 0;
    while (at < node_of(r, object)->next) {
        if (remit_str_equal(node_of(r, at)->text, remit_str_of(name)))
            return at + 1;
        at = node_of(r, at + 1)->next;
    }
    return 0;
}

static int read_text(struct reader *r, uint32_t object, const char *name, struct remit_str *out)
{
    uint32_t node = member(r, object, name);

    if (node == 0 || node_of(r, node)->type != REMIT_TAPE_STRING || node_of(r, node)->text.len == 0)
        return fail(r, "needs a text", remit_str_of(name));
    *out = remit_arena_str(r->arena, node_of(r, node)->text);
    return 0;
}

/* A list that may be missing; each element is handed to `take` with its index. */
static int read_list(struct reader *r, uint32_t object, const char *name, size_t *n)
{
    uint32_t node = member(r, object, name);

    *n = 0;
    if (node == 0)
        return 0;
    if (node_of(r, node)->type != REMIT_TAPE_ARRAY)
        return fail(r, "needs a list", remit_str_of(name));
    *n = node_of(r, node)->count;
    return 0;
}

/* Texts, or objects with a Name. */
static int read_names(struct reader *r, uint32_t object, const char *name,
                      const struct remit_str **out, size_t *n_out)
{
    struct remit_str *names = NULL;
    uint32_t at = member(r, object, name) + 1;

    TRY(read_list(r, object, name, n_out));
    names = REMIT_NEW_N(r->arena, struct remit_str, *n_out + 1);
    TRY(remit_arena_check(r->arena, "a service description", r->err));
    for (size_t i = 0; i < *n_out; i++, at = node_of(r, at)->next) {
        if (node_of(r, at)->type == REMIT_TAPE_STRING)
            names[i] = remit_arena_str(r->arena, node_of(r, at)->text);
        else
            TRY(read_text(r, at, "Name", &names[i]));
    }
    *out = names;
    return 0;
}

static bool flag(const struct reader *r, uint32_t object, const char *name)
{
    uint32_t node = object != 0 ? member(r, object, name) : 0;

    return node != 0 && node_of(r, node)->type == REMIT_TAPE_TRUE;
}

static enum remit_access read_access(const struct reader *r, uint32_t action)
{
    uint32_t notes = member(r, action, "Annotations");
    uint32_t properties = notes != 0 ? member(r, notes, "Properties") : 0;

    if (flag(r, properties, "IsPermissionManagement"))
        return REMIT_ACCESS_PERMISSIONS;
    if (flag(r, properties, "IsTaggingOnly"))
        return REMIT_ACCESS_TAGGING;
    if (flag(r, properties, "IsWrite"))
        return REMIT_ACCESS_WRITE;
    return flag(r, properties, "IsList") ? REMIT_ACCESS_LIST : REMIT_ACCESS_READ;
}

static int read_actions(struct reader *r, struct remit_service *s)
{
    struct remit_action_description *actions = NULL;
    uint32_t at = member(r, 0, "Actions") + 1;

    TRY(read_list(r, 0, "Actions", &s->n_actions));
    actions = REMIT_NEW_N(r->arena, struct remit_action_description, s->n_actions + 1);
    TRY(remit_arena_check(r->arena, "a service description", r->err));
    for (size_t i = 0; i < s->n_actions; i++, at = node_of(r, at)->next) {
        TRY(read_text(r, at, "Name", &actions[i].name));
        actions[i].access = read_access(r, at);
        TRY(read_names(r, at, "Resources", &actions[i].resources, &actions[i].n_resources));
        TRY(read_names(r, at, "ActionConditionKeys", &actions[i].keys, &actions[i].n_keys));
    }
    s->actions = actions;
    return 0;
}

static int read_resources(struct reader *r, struct remit_service *s)
{
    struct remit_resource_type *resources = NULL;
    uint32_t at = member(r, 0, "Resources") + 1;

    TRY(read_list(r, 0, "Resources", &s->n_resources));
    resources = REMIT_NEW_N(r->arena, struct remit_resource_type, s->n_resources + 1);
    TRY(remit_arena_check(r->arena, "a service description", r->err));
    for (size_t i = 0; i < s->n_resources; i++, at = node_of(r, at)->next) {
        TRY(read_text(r, at, "Name", &resources[i].name));
        TRY(read_names(r, at, "ARNFormats", &resources[i].formats, &resources[i].n_formats));
        TRY(read_names(r, at, "ConditionKeys", &resources[i].keys, &resources[i].n_keys));
    }
    s->resources = resources;
    return 0;
}

static const struct kind_row {
    const char *name;
    enum remit_key_kind kind;
} kinds[] = {
    { "String", REMIT_KEY_STRING },   { "ARN", REMIT_KEY_ARN },
    { "Numeric", REMIT_KEY_NUMERIC }, { "Long", REMIT_KEY_NUMERIC },
    { "Date", REMIT_KEY_DATE },       { "Bool", REMIT_KEY_BOOL },
    { "Boolean", REMIT_KEY_BOOL },    { "Binary", REMIT_KEY_BINARY },
    { "IPAddress", REMIT_KEY_IP },
};

/* "ArrayOfString", "ARN"; what is unknown counts as text. */
static void read_kind(struct remit_str type, struct remit_key_description *out)
{
    if (remit_str_starts(type, REMIT_STR("ArrayOf"))) {
        out->multivalued = true;
        type = remit_str_sub(type, sizeof("ArrayOf") - 1, type.len);
    }
    for (size_t i = 0; i < REMIT_COUNT(kinds); i++)
        if (remit_str_equal_nocase(type, remit_str_of(kinds[i].name)))
            out->kind = kinds[i].kind;
}

static int read_keys(struct reader *r, struct remit_service *s)
{
    struct remit_key_description *keys = NULL;
    uint32_t at = member(r, 0, "ConditionKeys") + 1;

    TRY(read_list(r, 0, "ConditionKeys", &s->n_keys));
    keys = REMIT_NEW_N(r->arena, struct remit_key_description, s->n_keys + 1);
    TRY(remit_arena_check(r->arena, "a service description", r->err));
    for (size_t i = 0; i < s->n_keys; i++, at = node_of(r, at)->next) {
        const struct remit_str *types = NULL;
        size_t n = 0;

        TRY(read_text(r, at, "Name", &keys[i].name));
        TRY(read_names(r, at, "Types", &types, &n));
        if (n > 0)
            read_kind(types[0], &keys[i]);
    }
    s->keys = keys;
    return 0;
}

static int read_service(struct reader *r, struct remit_service *s)
{
    if (node_of(r, 0)->type != REMIT_TAPE_OBJECT)
        return fail(r, "is an object, not",
                    remit_str_of(remit_tape_type_name(node_of(r, 0)->type)));
    TRY(read_text(r, 0, "Name", &s->name));
    TRY(read_actions(r, s));
    TRY(read_resources(r, s));
    TRY(read_keys(r, s));
    return remit_arena_check(r->arena, "a service description", r->err);
}

/* ---- the set ---- */

int remit_services_new(struct remit_services **out, struct remit_err *err)
{
    struct remit_services *services = calloc(1, sizeof(*services));

    if (services != NULL)
        services->all = calloc(SERVICES_MOST, sizeof(struct described *));
    if (services == NULL || services->all == NULL) {
        free(services);
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for services");
    }
    *out = services;
    return 0;
}

static void drop_described(struct described **described)
{
    if (*described != NULL)
        remit_arena_drop(&(*described)->arena);
    free(*described);
    *described = NULL;
}

void remit_services_drop(struct remit_services **services)
{
    if (*services == NULL)
        return;
    for (size_t i = 0; i < (*services)->n; i++)
        drop_described(&(*services)->all[i]);
    free((*services)->all);
    free(*services);
    *services = NULL;
}

static int order_names(struct remit_str a, struct remit_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++)
        if (remit_lower(a.ptr[i]) != remit_lower(b.ptr[i]))
            return (unsigned char)remit_lower(a.ptr[i]) < (unsigned char)remit_lower(b.ptr[i]) ? -1
                                                                                               : 1;
    return a.len < b.len ? -1 : a.len > b.len;
}

/* Where the service is, or where it belongs. */
static size_t find_place(const struct remit_services *services, struct remit_str name, bool *there)
{
    size_t from = 0;
    size_t to = services->n;

    *there = false;
    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = order_names(services->all[middle]->service.name, name);

        if (order == 0) {
            *there = true;
            return middle;
        }
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static int put(struct remit_services *services, struct described **d, struct remit_err *err)
{
    bool there = false;
    size_t place = find_place(services, (*d)->service.name, &there);

    if (there) {
        drop_described(&services->all[place]);
    } else if (services->n == SERVICES_MOST) {
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "over %d services", SERVICES_MOST);
    } else {
        memmove(&services->all[place + 1], &services->all[place],
                (services->n - place) * sizeof(struct described *));
        services->n++;
    }
    services->all[place] = *d;
    *d = NULL;
    return 0;
}

int remit_services_add(struct remit_services *services, struct remit_str json,
                       struct remit_err *err)
{
    auto_tape struct remit_tape tape = { 0 };
    auto_arena struct remit_arena text = { .max = REMIT_SERVICE_TEXT_MAX + 65536u };
    struct described *d REMIT_AUTO(drop_described) = NULL;
    struct reader r = { .tape = &tape, .err = err };
    struct remit_err why = { 0 };
    char *copy = NULL;

    if (json.len > REMIT_SERVICE_TEXT_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "a service description of %zu bytes, the most is %u", json.len,
                          REMIT_SERVICE_TEXT_MAX);
    copy = remit_arena_take(&text, json.len + 1);
    d = calloc(1, sizeof(*d));
    if (d == NULL || copy == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a service");
    remit_arena_init(&d->arena, json.len * TEXT_FACTOR + 65536u);
    r.arena = &d->arena;
    if (remit_tape_read(json, copy, &tape, &why) != 0)
        return remit_fail(err, why.kind,
                          why.kind == REMIT_ERR_INVALID ? "MalformedServiceDescription" : why.code,
                          "a service description: %s", why.text);
    TRY(read_service(&r, &d->service));
    return put(services, &d, err);
}

/* ---- finding ---- */

size_t remit_services_count(const struct remit_services *services)
{
    return services != NULL ? services->n : 0;
}

const struct remit_service *remit_services_at(const struct remit_services *services, size_t index)
{
    return index < remit_services_count(services) ? &services->all[index]->service : NULL;
}

const struct remit_service *remit_services_find(const struct remit_services *services,
                                                struct remit_str name)
{
    bool there = false;
    size_t place = services != NULL ? find_place(services, name, &there) : 0;

    return there ? &services->all[place]->service : NULL;
}

const struct remit_action_description *remit_service_action(const struct remit_service *service,
                                                            struct remit_str name)
{
    for (size_t i = 0; service != NULL && i < service->n_actions; i++)
        if (remit_str_equal_nocase(service->actions[i].name, name))
            return &service->actions[i];
    return NULL;
}

const struct remit_resource_type *remit_service_resource(const struct remit_service *service,
                                                         struct remit_str name)
{
    for (size_t i = 0; service != NULL && i < service->n_resources; i++)
        if (remit_str_equal_nocase(service->resources[i].name, name))
            return &service->resources[i];
    return NULL;
}

/* "aws:ResourceTag/${TagKey}" stands for every key of a tag. */
static bool names_key(struct remit_str described, struct remit_str key)
{
    size_t variable = remit_str_find(described, '$');

    if (variable == described.len)
        return remit_str_equal_nocase(described, key);
    return key.len > variable && remit_str_equal_nocase(remit_str_sub(described, 0, variable),
                                                        remit_str_sub(key, 0, variable));
}

const struct remit_key_description *remit_service_key(const struct remit_service *service,
                                                      struct remit_str key)
{
    for (size_t i = 0; service != NULL && i < service->n_keys; i++)
        if (names_key(service->keys[i].name, key))
            return &service->keys[i];
    return NULL;
}

static bool among_keys(const struct remit_str *keys, size_t n, struct remit_str key)
{
    for (size_t i = 0; i < n; i++)
        if (names_key(keys[i], key))
            return true;
    return false;
}

bool remit_action_has_key(const struct remit_service *service,
                          const struct remit_action_description *action, struct remit_str key)
{
    if (among_keys(action->keys, action->n_keys, key))
        return true;
    for (size_t i = 0; i < action->n_resources; i++) {
        const struct remit_resource_type *type =
            remit_service_resource(service, action->resources[i]);

        if (type != NULL && among_keys(type->keys, type->n_keys, key))
            return true;
    }
    return false;
}

bool remit_action_matches(const struct remit_action_description *action, struct remit_str pattern)
{
    return lint_covers(pattern, action->name, true);
}

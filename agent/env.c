#include "agent/env.h"

#include "common/base/arena.h"

#define VARIABLES_MAX 2048
#define ARENA_MAX     ((size_t)1024 * 1024)

struct variable {
    struct remit_str name;
    struct remit_str value;
    bool ours; /* nothing may replace it */
};

struct list {
    struct variable *items;
    size_t count;
};

static struct variable *find(struct list *list, struct remit_str name)
{
    for (size_t i = 0; i < list->count; i++)
        if (remit_str_equal(list->items[i].name, name))
            return &list->items[i];
    return NULL;
}

static int set(struct list *list, struct remit_str name, struct remit_str value, bool ours,
               struct remit_err *err)
{
    struct variable *at = find(list, name);

    if (at == NULL && list->count == VARIABLES_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "more than %d variables in one environment", VARIABLES_MAX);
    if (at == NULL)
        at = &list->items[list->count++];
    *at = (struct variable){ name, value, ours };
    return 0;
}

static void forget(struct list *list, struct remit_str name)
{
    struct variable *at = find(list, name);

    if (at != NULL)
        *at = list->items[--list->count];
}

/* [{"name", "value"}] of a definition or an override. */
static int set_pairs(struct list *list, const struct remit_json *pairs, struct remit_err *err)
{
    for (size_t i = 0; i < remit_json_count(pairs); i++) {
        const struct remit_json *pair = remit_json_at(pairs, i);
        struct remit_str name = remit_json_str(remit_json_get(pair, "name"));

        if (name.len == 0 || remit_str_find(name, '=') < name.len)
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidEnvironment",
                              "'%.*s' names no variable", (int)(name.len < 64 ? name.len : 64),
                              name.ptr);
        TRY(set(list, name, remit_json_str(remit_json_get(pair, "value")), false, err));
    }
    return 0;
}

static bool image_has(const struct remit_json *image, struct remit_str name)
{
    for (size_t i = 0; i < remit_json_count(image); i++) {
        struct remit_str rest = remit_json_str(remit_json_at(image, i));
        struct remit_str head;

        if (remit_str_cut(&rest, '=', &head) && remit_str_equal(head, name))
            return true;
    }
    return false;
}

static bool is_set(const struct agent_env *env, struct list *list, const char *name)
{
    return find(list, remit_str_of(name)) != NULL || image_has(env->image, remit_str_of(name));
}

enum rule {
    ALWAYS,  /* overwrites, and is not overwritten */
    NEVER,   /* is taken away */
    DEFAULT, /* unless it is set: in the definition, an override or the image */
};

/* Unset where the whole row does not apply. */
enum when { ANY_TASK, WITH_ROLE, WITH_RELAY };

static struct remit_str credentials_uri(const struct agent_env *env, struct remit_arena *arena)
{
    return remit_arena_fmt(arena, "/v2/credentials/" REMIT_STR_FMT,
                           REMIT_STR_ARG(env->credentials_id));
}

static struct remit_str metadata_v3(const struct agent_env *env, struct remit_arena *arena)
{
    return remit_arena_fmt(arena, "http://169.254.170.2/v3/" REMIT_STR_FMT,
                           REMIT_STR_ARG(env->endpoint_id));
}

static struct remit_str metadata_v4(const struct agent_env *env, struct remit_arena *arena)
{
    return remit_arena_fmt(arena, "http://169.254.170.2/v4/" REMIT_STR_FMT,
                           REMIT_STR_ARG(env->endpoint_id));
}

static struct remit_str token_file(const struct agent_env *env, struct remit_arena *arena)
{
    (void)env;
    (void)arena;
    return REMIT_STR(AGENT_TOKEN_PATH);
}

static struct remit_str region(const struct agent_env *env, struct remit_arena *arena)
{
    (void)arena;
    return env->region;
}

static struct remit_str execution_env(const struct agent_env *env, struct remit_arena *arena)
{
    (void)env;
    (void)arena;
    return REMIT_STR("AWS_ECS_EC2");
}

static struct remit_str relay_url(const struct agent_env *env, struct remit_arena *arena)
{
    (void)env;
    (void)arena;
    return REMIT_STR(AGENT_RELAY_URL);
}

/*
 * `unless`: set this one too and the row is skipped, as [task-endpoints 1.7] has it for the two
 * names of a region. An endpoint of one service beats a definition's AWS_ENDPOINT_URL in every
 * SDK, so that one keeps ours away.
 */
static const struct row {
    const char *name;
    enum when when;
    enum rule rule;
    struct remit_str (*value)(const struct agent_env *env, struct remit_arena *arena);
    const char *unless;
} rows[] = {
    { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", WITH_ROLE, ALWAYS, credentials_uri, NULL },
    { "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", WITH_ROLE, ALWAYS, token_file, NULL },
    { "AWS_CONTAINER_AUTHORIZATION_TOKEN", WITH_ROLE, NEVER, NULL, NULL }, /* Java prefers it */
    { "ECS_CONTAINER_METADATA_URI", ANY_TASK, ALWAYS, metadata_v3, NULL },
    { "ECS_CONTAINER_METADATA_URI_V4", ANY_TASK, ALWAYS, metadata_v4, NULL },
    { "AWS_EXECUTION_ENV", ANY_TASK, DEFAULT, execution_env, NULL },
    { "AWS_REGION", ANY_TASK, DEFAULT, region, "AWS_DEFAULT_REGION" },
    { "AWS_DEFAULT_REGION", ANY_TASK, DEFAULT, region, "AWS_REGION" },
    /* The services that control serves. */
    { "AWS_ENDPOINT_URL_STS", WITH_RELAY, DEFAULT, relay_url, "AWS_ENDPOINT_URL" },
    { "AWS_ENDPOINT_URL_IAM", WITH_RELAY, DEFAULT, relay_url, "AWS_ENDPOINT_URL" },
    { "AWS_ENDPOINT_URL_ECS", WITH_RELAY, DEFAULT, relay_url, "AWS_ENDPOINT_URL" },
    { "AWS_ENDPOINT_URL_ECR", WITH_RELAY, DEFAULT, relay_url, "AWS_ENDPOINT_URL" },
    { "AWS_ENDPOINT_URL_SSM", WITH_RELAY, DEFAULT, relay_url, "AWS_ENDPOINT_URL" },
    { "AWS_ENDPOINT_URL_SECRETS_MANAGER", WITH_RELAY, DEFAULT, relay_url, "AWS_ENDPOINT_URL" },
    { "AWS_ENDPOINT_URL_ACCESSANALYZER", WITH_RELAY, DEFAULT, relay_url, "AWS_ENDPOINT_URL" },
};

static bool applies(const struct agent_env *env, const struct row *row)
{
    return row->when == ANY_TASK || (row->when == WITH_ROLE && env->has_role) ||
           (row->when == WITH_RELAY && env->relay);
}

/* Decided for all rows before any is set: the two names of a region look at each other. */
static void skip_set(const struct agent_env *env, struct list *list, bool skip[])
{
    for (size_t i = 0; i < REMIT_COUNT(rows); i++)
        skip[i] = !applies(env, &rows[i]) ||
                  (rows[i].rule == DEFAULT &&
                   (is_set(env, list, rows[i].name) ||
                    (rows[i].unless != NULL && is_set(env, list, rows[i].unless))));
}

static int set_rows(const struct agent_env *env, struct list *list, struct remit_arena *arena,
                    struct remit_err *err)
{
    bool skip[REMIT_COUNT(rows)];

    skip_set(env, list, skip);
    for (size_t i = 0; i < REMIT_COUNT(rows); i++) {
        const struct row *row = &rows[i];

        if (skip[i])
            continue;
        if (row->rule == NEVER)
            forget(list, remit_str_of(row->name));
        else
            TRY(set(list, remit_str_of(row->name), row->value(env, arena), row->rule == ALWAYS,
                    err));
    }
    return 0;
}

static bool forbidden(const struct agent_env *env, struct remit_str name)
{
    for (size_t i = 0; i < REMIT_COUNT(rows); i++)
        if (rows[i].rule == NEVER && applies(env, &rows[i]) &&
            remit_str_equal(name, remit_str_of(rows[i].name)))
            return true;
    return false;
}

static int set_secrets(const struct agent_env *env, struct list *list, struct remit_err *err)
{
    for (size_t i = 0; i < env->n_secrets; i++) {
        struct remit_str name = env->secrets[i].name;
        const struct variable *at = find(list, name);

        if ((at != NULL && at->ours) || forbidden(env, name))
            continue;
        TRY(set(list, name, remit_secret_view(&env->secrets[i].value), false, err));
    }
    return 0;
}

/* A secret's bytes pass through one buffer that is wiped, and the writer's. */
static void put(struct remit_jw *w, const struct variable *v)
{
    auto_buf struct remit_buf pair = REMIT_BUF_SECRET(ARENA_MAX);

    remit_buf_put(&pair, v->name);
    remit_buf_put_byte(&pair, '=');
    remit_buf_put(&pair, v->value);
    if (!remit_buf_ok(&pair))
        w->out->failed = true;
    remit_jw_str(w, remit_buf_view(&pair));
}

int agent_env_write(const struct agent_env *env, struct remit_jw *w, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ARENA_MAX);
    struct list list = { .items = REMIT_NEW_N(&arena, struct variable, VARIABLES_MAX) };

    TRY(remit_arena_check(&arena, "an environment", err));
    TRY(set_pairs(&list, remit_json_get(env->definition, "environment"), err));
    TRY(set_pairs(&list, remit_json_get(env->override, "environment"), err));
    TRY(set_rows(env, &list, &arena, err));
    TRY(set_secrets(env, &list, err));
    TRY(remit_arena_check(&arena, "an environment", err));
    remit_jw_array(w);
    for (size_t i = 0; i < list.count; i++)
        put(w, &list.items[i]);
    remit_jw_end(w);
    return 0;
}

#include <ctype.h>

#include "control/ops/ecs.h"

#define ANSWER_MAX ((size_t)1024 * 1024) /* one thing's JSON */

/* ---- fields ---- */

/* [ecs-control 4] letters and digits of any script, space and _ . : / = + - @ */
static bool fits_tag(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && (unsigned char)s.ptr[i] < 0x80 &&
            (s.ptr[i] == '\0' || strchr(" _.:/=+-@", s.ptr[i]) == NULL))
            return false;
    return true;
}

static const struct control_pattern tag_pattern = { "([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)", fits_tag };
static const struct control_field tag_fields[] = {
    { .name = "key",
      .type = CONTROL_STRING,
      .required = true,
      .min = 1,
      .max = 128,
      .pattern = &tag_pattern },
    { .name = "value", .type = CONTROL_STRING, .max = 256, .pattern = &tag_pattern },
};
static const struct control_field pair_fields[] = {
    ECS_TEXT_FIELD("name", 4096),
    { .name = "value", .type = CONTROL_STRING, .max = 65536, .secret = true },
};
static const struct control_field strategy_fields[] = {
    ECS_REF("capacityProvider", true),
    ECS_INT_FIELD("weight", 0, 1000),
    ECS_INT_FIELD("base", 0, 100000),
};
static const char *const includes[] = { "TAGS", NULL };

const struct control_field ecs_element_ref = ECS_REF("", false);
const struct control_field ecs_element_tag = ECS_STRUCT_ELEMENT(tag_fields);
const struct control_field ecs_element_strategy_item = ECS_STRUCT_ELEMENT(strategy_fields);
const struct control_field ecs_element_pair = ECS_STRUCT_ELEMENT(pair_fields);
const struct control_field ecs_element_include = ECS_ENUM_FIELD("", false, includes);
const char *const ecs_launch_types[] = { "EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES", NULL };

/* ---- tags ---- */

static struct remit_str tag_key(const struct remit_json *tags, size_t i)
{
    return remit_json_str(remit_json_get(remit_json_at(tags, i), "key"));
}

int ecs_tags_check(const struct remit_json *tags, struct remit_err *err)
{
    for (size_t i = 0; i < remit_json_count(tags); i++) {
        struct remit_str key = tag_key(tags, i);

        if (remit_str_equal_nocase(remit_str_sub(key, 0, 4), REMIT_STR("aws:")))
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                              "Tag keys can not start with 'aws:': '" REMIT_STR_FMT "'.",
                              REMIT_STR_ARG(key));
        for (size_t j = 0; j < i; j++)
            if (remit_str_equal(tag_key(tags, j), key))
                return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                                  "Duplicate tag key: '" REMIT_STR_FMT "'.", REMIT_STR_ARG(key));
    }
    return 0;
}

/* ---- described values ---- */

static void described_fields(struct remit_jw *w, const struct control_field *fields, size_t n,
                             const struct remit_json *object)
{
    remit_jw_object(w);
    for (size_t i = 0; i < n; i++) {
        const struct remit_json *value = remit_json_get(object, fields[i].name);

        if (remit_json_type(value) <= REMIT_JSON_NULL)
            continue;
        remit_jw_key(w, fields[i].name);
        ecs_described_write(w, &fields[i], value);
    }
    remit_jw_end(w);
}

static void described_map(struct remit_jw *w, const struct control_field *element,
                          const struct remit_json *map)
{
    remit_jw_object(w);
    for (void *m = remit_json_first(map); m != NULL; m = remit_json_next(map, m)) {
        remit_jw_key_str(w, remit_json_key(m));
        ecs_described_write(w, element, remit_json_value(m));
    }
    remit_jw_end(w);
}

void ecs_described_write(struct remit_jw *w, const struct control_field *field,
                         const struct remit_json *value)
{
    if (field->type == CONTROL_STRUCTURE) {
        described_fields(w, field->fields, field->n_fields, value);
    } else if (field->type == CONTROL_MAP) {
        described_map(w, field->element, value);
    } else if (field->type == CONTROL_LIST) {
        remit_jw_array(w);
        for (size_t i = 0; i < remit_json_count(value); i++)
            ecs_described_write(w, field->element, remit_json_at(value, i));
        remit_jw_end(w);
    } else {
        remit_jw_json(w, value);
    }
}

static const struct control_field *row_of(const struct control_call *call, const char *member)
{
    for (size_t i = 0; i < call->operation->n_input; i++)
        if (strcmp(call->operation->input[i].name, member) == 0)
            return &call->operation->input[i];
    return NULL;
}

int ecs_text_of(struct control_call *call, const char *member, struct remit_str *out,
                struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);
    const struct control_field *row = row_of(call, member);
    struct remit_jw w = REMIT_JW(&text);

    *out = remit_str_from(NULL, 0);
    if (row == NULL || remit_json_count(control_in(call, member)) == 0)
        return 0;
    ecs_described_write(&w, row, control_in(call, member));
    TRY(remit_buf_check(&text, "a value", err));
    *out = remit_arena_str(call->arena, remit_buf_view(&text));
    return remit_arena_check(call->arena, "a value", err);
}

int ecs_resource_tags(struct control_call *call, struct remit_str tags, struct remit_err *err)
{
    auto_json struct remit_json *list = NULL;

    if (tags.len == 0)
        return 0;
    TRY(remit_json_parse(tags, CONTROL_STORE_VALUE_MAX, &list, err));
    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str key = remit_arena_str(call->arena, tag_key(list, i));
        struct remit_str value = remit_arena_str(
            call->arena, remit_json_str(remit_json_get(remit_json_at(list, i), "value")));

        TRY(remit_arena_check(call->arena, "tags", err));
        TRY(control_resource_tag(call, key, value, err));
    }
    return 0;
}

int ecs_tag_context(struct control_call *call, struct remit_err *err)
{
    if (remit_json_count(control_in(call, "tags")) == 0)
        return 0;
    TRY(control_context_tags(call, control_in(call, "tags"), err));
    return control_context_add(call, "ecs:CreateAction", remit_str_of(call->operation->name), err);
}

int ecs_tag_on_create(struct control_call *call, struct remit_str arn, struct remit_err *err)
{
    if (remit_json_count(control_in(call, "tags")) == 0)
        return 0;
    return control_also_needs(call, "ecs:TagResource", arn, err);
}

/* ---- answers ---- */

int ecs_page_begin(struct control_call *call, struct control_page *page, struct remit_err *err)
{
    return control_page_begin(call, control_in_str(call, "nextToken"),
                              control_in_int(call, "maxResults", 100), "InvalidParameterException",
                              page, err);
}

int ecs_list(struct control_call *call, const char *member, const struct control_key *prefix,
             control_batch_visit *visit, void *self, struct control_page *page,
             struct remit_err *err)
{
    TRY(ecs_page_begin(call, page, err));
    control_begin_list(call, member);
    TRY(control_batches(call, control_key_str(prefix), REMIT_STR(""), visit, self, err));
    control_end(call);
    control_page_put_token(call, page, "nextToken");
    return 0;
}

void ecs_put_failure(struct control_call *call, struct remit_str arn, const char *reason)
{
    control_begin_structure(call, NULL);
    control_put_str(call, "arn", arn);
    control_put_cstr(call, "reason", reason);
    control_end(call);
}

bool ecs_includes(const struct control_call *call, const char *word)
{
    const struct remit_json *list = control_in(call, "include");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (remit_str_equal(remit_json_str(remit_json_at(list, i)), remit_str_of(word)))
            return true;
    return false;
}

/* What was written into the buffer becomes a member of the answer. */
static int put_written(struct control_call *call, const char *name, const struct remit_buf *text,
                       struct remit_err *err)
{
    TRY(remit_buf_check(text, "the answer", err));
    TRY(remit_arena_check(call->arena, "the answer", err));
    control_put_raw(call, name, remit_buf_view(text));
    return 0;
}

int ecs_put_cluster(struct control_call *call, const char *name, const struct ecs_cluster *cluster,
                    unsigned include, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(ANSWER_MAX);
    struct remit_jw w = REMIT_JW(&text);
    struct ecs_counts counts;

    TRY(ecs_cluster_count(call->store, cluster->name, &counts, err));
    ecs_cluster_write(&w, cluster, &counts, include);
    return put_written(call, name, &text, err);
}

int ecs_put_task(struct control_call *call, const char *name, const struct ecs_task *task,
                 unsigned include, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(ANSWER_MAX);
    struct remit_jw w = REMIT_JW(&text);

    ecs_task_write(&w, task, include);
    return put_written(call, name, &text, err);
}

int ecs_put_instance(struct control_call *call, const char *name,
                     const struct ecs_instance *instance, unsigned include, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(ANSWER_MAX);
    struct remit_jw w = REMIT_JW(&text);
    struct ecs_counts counts;
    bool connected = false;

    TRY(ecs_instance_count(call->store, instance, &counts, err));
    TRY(ecs_instance_connected(call->store, instance, call->arena, &connected, err));
    ecs_instance_write(&w, instance, connected, &counts, include, call->arena);
    return put_written(call, name, &text, err);
}

int ecs_put_definition(struct control_call *call, const struct ecs_definition *definition,
                       struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(ANSWER_MAX);
    struct remit_jw w = REMIT_JW(&text);

    ecs_definition_write(&w, definition);
    return put_written(call, "taskDefinition", &text, err);
}

/* ---- commits ---- */

int ecs_retry(struct control_call *call,
              int (*once)(struct control_call *call, void *self, struct remit_err *err), void *self,
              struct remit_err *err)
{
    for (int tries = 0; tries < ECS_TRIES; tries++) {
        if (once(call, self, err) == 0)
            return 0;
        if (!remit_err_is(err, "StoreConflict"))
            return -1;
    }
    /* a code that clients try again on their own, later */
    return remit_fail(err, REMIT_ERR_LIMIT, "ThrottlingException",
                      "Rate exceeded: others were faster %d times.", ECS_TRIES);
}

int ecs_commit(struct control_call *call, const struct control_store_txn *txn, uint64_t *revision,
               struct remit_err *err)
{
    TRY(remit_arena_check(call->arena, "the change", err));
    return control_store_commit(call->store, txn, revision, err);
}

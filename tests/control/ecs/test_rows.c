/*
 * ECS's rows against the service's own model (../shared/models/ecs.json, skipped where it is not)
 * and against what every row must have: an action, a bound on each field, a page.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "common/os/file.h"
#include "control/http/dispatch.h"
#include "control/ops/ecs_rows.h"
#include "tests/lib/expect.h"

#define MODEL    REMIT_SOURCE_ROOT "/../shared/models/ecs.json"
#define FILE_MAX ((size_t)4 << 20)

TestSuite(ecs_rows, .timeout = 60);

static char at[512]; /* where we are: "RunTask.overrides.cpu" */

/* ---- bounds ---- */

static bool bounded(const struct control_field *f)
{
    switch (f->type) {
    case CONTROL_STRING:
        return f->max > 0;
    case CONTROL_INTEGER:
    case CONTROL_DOUBLE:
        return f->min != 0 || f->max != 0;
    case CONTROL_LIST:
    case CONTROL_MAP:
        return f->max > 0 && f->element != NULL;
    case CONTROL_STRUCTURE:
        return f->fields != NULL;
    case CONTROL_BOOLEAN:
    case CONTROL_TIMESTAMP:
    case CONTROL_BLOB:
        return true;
    }
    return false;
}

static void check_bounds(const struct control_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct control_field *f = &fields[i];
        size_t len = strlen(at);

        if (f == &control_element_string || strlen(f->name) > 200)
            continue; /* bounded by CONTROL_STRING_MAX */
        (void)snprintf(at + len, sizeof(at) - len, ".%s", f->name);
        cr_expect(bounded(f), "%s has no bound", at);
        if (f->element != NULL && f->element != &control_element_string)
            check_bounds(f->element, 1);
        if (f->type == CONTROL_STRUCTURE)
            check_bounds(f->fields, f->n_fields);
        at[len] = '\0';
    }
}

Test(ecs_rows, each_has_an_action_and_a_bound_on_every_field)
{
    for (size_t i = 0; control_ecs_operations[i] != NULL; i++) {
        const struct control_operation *row = control_ecs_operations[i];
        char action[128];

        (void)snprintf(action, sizeof(action), "ecs:%s", row->name);
        EXPECT_TEXT(row->action, action);
        cr_expect(row->service == &control_ecs && row->proof == CONTROL_BY_POLICY);
        (void)snprintf(at, sizeof(at), "%s", row->name);
        check_bounds(row->input, row->n_input);
    }
}

static bool reads(const char *name)
{
    return strncmp(name, "Describe", 8) == 0 || strncmp(name, "List", 4) == 0;
}

/* What changes something stops when the audit log does. */
Test(ecs_rows, only_those_that_describe_and_list_go_on_without_the_audit_log)
{
    for (size_t i = 0; control_ecs_operations[i] != NULL; i++)
        cr_expect(control_ecs_operations[i]->reads_only == reads(control_ecs_operations[i]->name),
                  "%s", control_ecs_operations[i]->name);
}

/* [ecs-control 15.1] Those that have no resource are the ones whose policies speak of "*". */
Test(ecs_rows, only_these_act_on_everything)
{
    static const char *const names[] = { "ListClusters", "ListTaskDefinitions",
                                         "ListTaskDefinitionFamilies", "DescribeTaskDefinition",
                                         "DeregisterTaskDefinition" };

    for (size_t i = 0; control_ecs_operations[i] != NULL; i++) {
        bool listed = false;

        for (size_t j = 0; j < REMIT_COUNT(names); j++)
            listed = listed || strcmp(control_ecs_operations[i]->name, names[j]) == 0;
        cr_expect((control_ecs_operations[i]->resource == NULL) == listed, "%s",
                  control_ecs_operations[i]->name);
    }
}

/* ---- the model ---- */

static struct remit_json *model;

static bool read_file(const char *path, struct remit_buf *out)
{
    struct remit_err err = { 0 };

    return remit_file_read(path, out, &err) == 0;
}

static void need_model(void)
{
    auto_buf struct remit_buf text = REMIT_BUF(FILE_MAX);
    struct remit_err err = { 0 };

    if (access(MODEL, R_OK) != 0)
        cr_skip_test("../shared/models is not here");
    cr_assert(read_file(MODEL, &text));
    cr_assert(remit_json_parse(remit_buf_view(&text), FILE_MAX, &model, &err) == 0, "%s", err.text);
}

static const struct remit_json *shape_of(const struct remit_json *reference)
{
    return remit_json_get_str(remit_json_get(model, "shapes"),
                              remit_json_str(remit_json_get(reference, "shape")));
}

static bool in_list(const struct remit_json *list, const char *text)
{
    for (size_t i = 0; i < remit_json_count(list); i++)
        if (remit_str_equal(remit_json_str(remit_json_at(list, i)), remit_str_of(text)))
            return true;
    return false;
}

static const char *type_name(enum control_type type)
{
    static const char *const names[] = {
        [CONTROL_STRING] = "string",       [CONTROL_INTEGER] = "integer",
        [CONTROL_DOUBLE] = "double",       [CONTROL_BOOLEAN] = "boolean",
        [CONTROL_TIMESTAMP] = "timestamp", [CONTROL_BLOB] = "blob",
        [CONTROL_LIST] = "list",           [CONTROL_MAP] = "map",
        [CONTROL_STRUCTURE] = "structure",
    };

    return names[type];
}

/* Told in the service's own words by the handler, so that the row does not ask for them; or asked
 * for by the row where the model is silent: a tag without a key, a constraint without a type. */
static bool required_differs(const char *place)
{
    static const char *const places[] = {
        "DescribeTasks.tasks",
        "DescribeContainerInstances.containerInstances",
        "StartTask.containerInstances",
        "RunTask.placementConstraints.type",
        "RunTask.placementStrategy.type",
        "RegisterContainerInstance.totalResources.name",
        "RegisterTaskDefinition.inferenceAccelerators.deviceName",
        "RegisterTaskDefinition.inferenceAccelerators.deviceType",
    };
    size_t len = strlen(place);

    for (size_t i = 0; i < REMIT_COUNT(places); i++)
        if (strcmp(place, places[i]) == 0)
            return true;
    return len > 9 && strcmp(place + len - 9, ".tags.key") == 0;
}

static void compare_values(const struct control_field *f, const struct remit_json *values)
{
    size_t n = 0;

    if (remit_json_count(values) == 0) {
        cr_expect(f->values == NULL, "%s: values that the model lacks", at);
        return;
    }
    if (strcmp(at, "CreateCluster.settings.name") == 0)
        return; /* "Invalid setting 'name'": the handler's */
    cr_assert(f->values != NULL, "%s: the model lists values", at);
    for (; f->values[n] != NULL; n++)
        cr_expect(in_list(values, f->values[n]) || strcmp(f->values[n], "none") == 0, "%s: %s", at,
                  f->values[n]);
    cr_expect(n >= remit_json_count(values), "%s: %zu values of %zu", at, n,
              remit_json_count(values));
}

static void compare(const struct control_field *f, const struct remit_json *shape);

static void compare_fields(const struct control_field *fields, size_t n,
                           const struct remit_json *shape)
{
    const struct remit_json *members = remit_json_get(shape, "members");
    const struct remit_json *required = remit_json_get(shape, "required");

    cr_expect(n == remit_json_count(members), "%s: %zu members of %zu", at, n,
              remit_json_count(members));
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(at);

        (void)snprintf(at + len, sizeof(at) - len, ".%s", fields[i].name);
        cr_expect(remit_json_get(members, fields[i].name) != NULL, "%s is not in the model", at);
        cr_expect(fields[i].required == in_list(required, fields[i].name) || required_differs(at),
                  "%s: required", at);
        compare(&fields[i], shape_of(remit_json_get(members, fields[i].name)));
        at[len] = '\0';
    }
}

static void compare(const struct control_field *f, const struct remit_json *shape)
{
    const char *ours = type_name(f->type);
    struct remit_str theirs = remit_json_str(remit_json_get(shape, "type"));

    if (remit_str_equal(theirs, REMIT_STR("long")))
        theirs = REMIT_STR("integer");
    cr_expect(remit_str_equal(theirs, remit_str_of(ours)), "%s: %s", at, ours);
    if (f->type == CONTROL_STRING)
        compare_values(f, remit_json_get(shape, "enum"));
    else if (f->type == CONTROL_STRUCTURE)
        compare_fields(f->fields, f->n_fields, shape);
    else if (f->type == CONTROL_LIST)
        compare(f->element, shape_of(remit_json_get(shape, "member")));
    else if (f->type == CONTROL_MAP)
        compare(f->element, shape_of(remit_json_get(shape, "value")));
}

Test(ecs_rows, take_what_the_model_says, .init = need_model)
{
    for (size_t i = 0; control_ecs_operations[i] != NULL; i++) {
        const struct control_operation *row = control_ecs_operations[i];
        const struct remit_json *operation =
            remit_json_get(remit_json_get(model, "operations"), row->name);

        (void)snprintf(at, sizeof(at), "%s", row->name);
        compare_fields(row->input, row->n_input, shape_of(remit_json_get(operation, "input")));
    }
    remit_json_drop(&model);
}

static bool known(struct remit_str name)
{
    const struct control_operation *row = NULL;

    for (size_t i = 0; (row = control_operation_at(i)) != NULL; i++)
        if (row->service == &control_ecs && remit_str_equal(name, remit_str_of(row->name)))
            return true;
    return false;
}

/* None of the model's operations is an unknown one; the agent's own calls are another room's. */
Test(ecs_rows, know_every_operation_of_the_model, .init = need_model)
{
    const struct remit_json *operations = remit_json_get(model, "operations");

    for (void *m = remit_json_first(operations); m != NULL; m = remit_json_next(operations, m))
        if (!remit_str_starts(remit_json_key(m), REMIT_STR("Submit")))
            cr_expect(known(remit_json_key(m)), REMIT_STR_FMT, REMIT_STR_ARG(remit_json_key(m)));
    remit_json_drop(&model);
}

static bool unsupported_is_listed(const char *name)
{
    const struct remit_json *errors =
        remit_json_get(remit_json_get(remit_json_get(model, "operations"), name), "errors");

    for (size_t i = 0; i < remit_json_count(errors); i++)
        if (remit_str_equal(remit_json_str(remit_json_get(remit_json_at(errors, i), "shape")),
                            REMIT_STR("UnsupportedFeatureException")))
            return true;
    return false;
}

Test(ecs_rows, refuse_with_a_code_that_the_operation_has, .init = need_model)
{
    for (size_t i = 0; control_ecs_refused_operations[i] != NULL; i++) {
        struct control_call call = { .operation = control_ecs_refused_operations[i] };
        struct remit_err err = { 0 };

        cr_expect(call.operation->handler(&call, &err) == -1);
        EXPECT_TEXT(err.code, unsupported_is_listed(call.operation->name)
                                  ? "UnsupportedFeatureException"
                                  : "ClientException");
    }
    remit_json_drop(&model);
}

/* ---- the page of those that are refused ---- */

Test(ecs_rows, each_that_is_refused_stands_on_the_page)
{
    auto_buf struct remit_buf page = REMIT_BUF(FILE_MAX);
    char cell[128];

    cr_assert(read_file(REMIT_SOURCE_ROOT "/docs/api/ecs-refused.md", &page));
    for (size_t i = 0; control_ecs_refused_operations[i] != NULL; i++) {
        (void)snprintf(cell, sizeof(cell), "| `%s` |", control_ecs_refused_operations[i]->name);
        cr_expect(strstr(remit_buf_cstr(&page), cell) != NULL, "%s", cell);
    }
}

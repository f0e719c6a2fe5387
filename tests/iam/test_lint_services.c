#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <remit/services.h>

#include "common/base/buf.h"
#include "common/base/json.h"
#include "common/os/file.h"
#include "lint_kit.h"

#define MODEL_MAX ((size_t)16 * 1024 * 1024)

/* ---- what is described hangs together ---- */

static void check_key(const struct remit_service *s, struct remit_str who, struct remit_str key)
{
    cr_expect(remit_service_key(s, key) != NULL, "%.*s: %.*s has no condition key %.*s",
              REMIT_STR_ARG(s->name), REMIT_STR_ARG(who), REMIT_STR_ARG(key));
}

static void check_action(const struct remit_service *s, const struct remit_action_description *a)
{
    for (size_t i = 0; i < a->n_resources; i++)
        cr_expect(remit_service_resource(s, a->resources[i]) != NULL,
                  "%.*s:%.*s: no resource type %.*s", REMIT_STR_ARG(s->name),
                  REMIT_STR_ARG(a->name), REMIT_STR_ARG(a->resources[i]));
    for (size_t i = 0; i < a->n_keys; i++)
        check_key(s, a->name, a->keys[i]);
    for (const struct remit_action_description *b = s->actions; b < a; b++)
        cr_expect(not(remit_str_equal_nocase(a->name, b->name)), "%.*s:%.*s twice",
                  REMIT_STR_ARG(s->name), REMIT_STR_ARG(a->name));
}

static void check_resource(const struct remit_service *s, const struct remit_resource_type *r)
{
    cr_expect(gt(sz, r->n_formats, 0));
    for (size_t i = 0; i < r->n_formats; i++)
        cr_expect(remit_str_starts(r->formats[i], REMIT_STR("arn:${Partition}:")), "%.*s",
                  REMIT_STR_ARG(r->formats[i]));
    for (size_t i = 0; i < r->n_keys; i++)
        check_key(s, r->name, r->keys[i]);
}

static bool is_used(const struct remit_service *s, const struct remit_resource_type *r)
{
    for (size_t i = 0; i < s->n_actions; i++)
        for (size_t j = 0; j < s->actions[i].n_resources; j++)
            if (remit_str_equal(s->actions[i].resources[j], r->name))
                return true;
    return false;
}

Test(lint_services, each_description_names_only_what_it_has)
{
    const struct remit_services *services = lint_kit_services();

    cr_assert(ge(sz, remit_services_count(services), 11));
    for (size_t i = 0; i < remit_services_count(services); i++) {
        const struct remit_service *s = remit_services_at(services, i);

        for (size_t j = 0; j < s->n_actions; j++)
            check_action(s, &s->actions[j]);
        for (size_t j = 0; j < s->n_resources; j++)
            check_resource(s, &s->resources[j]);
    }
}

/* What only a policy's reader meets: the IAM pages of users list them without an action. */
static bool is_only_read(const struct remit_resource_type *r)
{
    return remit_str_equal(r->name, REMIT_STR("assumed-role")) ||
           remit_str_equal(r->name, REMIT_STR("federated-user")) ||
           remit_str_starts(r->name, REMIT_STR("managed-instance-inventory"));
}

Test(lint_services, each_resource_type_is_one_that_an_action_works_on)
{
    const struct remit_services *services = lint_kit_services();

    for (size_t i = 0; i < remit_services_count(services); i++) {
        const struct remit_service *s = remit_services_at(services, i);

        for (size_t j = 0; j < s->n_resources; j++)
            cr_expect(is_used(s, &s->resources[j]) || is_only_read(&s->resources[j]), "%.*s: %.*s",
                      REMIT_STR_ARG(s->name), REMIT_STR_ARG(s->resources[j].name));
    }
}

/* ---- the API models ---- */

static const struct {
    const char *model, *service;
} models[] = {
    { "accessanalyzer", "access-analyzer" },
    { "cloudtrail", "cloudtrail" },
    { "ecr", "ecr" },
    { "ecs", "ecs" },
    { "elbv2", "elasticloadbalancing" },
    { "iam", "iam" },
    { "logs", "logs" },
    { "secretsmanager", "secretsmanager" },
    { "ssm", "ssm" },
    { "sts", "sts" },
};

Test(lint_services, every_operation_of_the_models_is_an_action)
{
    const struct remit_services *services = lint_kit_services();

    for (size_t i = 0; i < REMIT_COUNT(models); i++) {
        const struct remit_service *s =
            remit_services_find(services, remit_str_of(models[i].service));
        auto_buf struct remit_buf text = REMIT_BUF(MODEL_MAX);
        auto_json struct remit_json *model = NULL;
        const struct remit_json *operations = NULL;
        char path[512];

        (void)snprintf(path, sizeof(path), "%s/../shared/models/%s.json", REMIT_SOURCE_ROOT,
                       models[i].model);
        if (remit_file_read(path, &text, NULL) != 0)
            cr_skip_test("no %s", path);
        cr_assert(s != NULL);
        cr_assert(remit_json_parse(remit_buf_view(&text), MODEL_MAX, &model, NULL) == 0);
        operations = remit_json_get(model, "operations");
        cr_assert(gt(sz, remit_json_count(operations), 0));
        for (void *it = remit_json_first(operations); it != NULL;
             it = remit_json_next(operations, it))
            cr_expect(remit_service_action(s, remit_json_key(it)) != NULL, "%s:%.*s",
                      models[i].service, REMIT_STR_ARG(remit_json_key(it)));
    }
}

/* ---- reading ---- */

static int add(struct remit_services *services, const char *json, struct remit_err *err)
{
    return remit_services_add(services, remit_str_of(lint_kit_document(json)), err);
}

#define THING                                                                                      \
    "{'Name':'x','Actions':[{'Name':'GetThing','ActionConditionKeys':['x:k','x:Tag/${TagKey}'],"   \
    "'Annotations':{'Properties':{'IsWrite':true,'IsPermissionManagement':true}},"                 \
    "'Resources':[{'Name':'thing'}],'SupportedBy':{'IAM Action Last Accessed':false}}],"           \
    "'ConditionKeys':[{'Name':'x:k','Types':['ArrayOfARN']},{'Name':'x:Tag/${TagKey}','Types':["   \
    "'String']}],'Resources':[{'Name':'thing','ARNFormats':['arn:${Partition}:x:::${T}']}],"       \
    "'Operations':[],'Version':'v1.4'}"

Test(lint_services, the_layout_of_the_service_reference_is_read)
{
    auto_services struct remit_services *services = NULL;
    const struct remit_service *s = NULL;
    const struct remit_action_description *a = NULL;

    cr_assert(remit_services_new(&services, NULL) == 0);
    cr_assert(add(services, THING, NULL) == 0);
    s = remit_services_find(services, REMIT_STR("X"));
    cr_assert(s != NULL);
    a = remit_service_action(s, REMIT_STR("getthing"));
    cr_assert(a != NULL);
    cr_expect(a->access == REMIT_ACCESS_PERMISSIONS);
    cr_expect(remit_service_key(s, REMIT_STR("X:K"))->multivalued);
    cr_expect(remit_service_key(s, REMIT_STR("x:k"))->kind == REMIT_KEY_ARN);
    cr_expect(remit_service_key(s, REMIT_STR("x:tag/Team")) != NULL);
    cr_expect(remit_service_key(s, REMIT_STR("x:Tag/")) == NULL);
    cr_expect(remit_action_has_key(s, a, REMIT_STR("x:Tag/a")));
    cr_expect(remit_action_matches(a, REMIT_STR("get*G")));
    cr_expect(not(remit_action_matches(a, REMIT_STR("get"))));
}

Test(lint_services, a_service_that_is_described_again_replaces_the_first)
{
    auto_services struct remit_services *services = NULL;

    cr_assert(remit_services_new(&services, NULL) == 0);
    cr_assert(add(services, THING, NULL) == 0);
    cr_assert(add(services, "{'Name':'a'}", NULL) == 0);
    cr_assert(add(services, "{'Name':'X','Actions':[]}", NULL) == 0);
    cr_expect(eq(sz, remit_services_count(services), 2));
    cr_expect(eq(sz, remit_services_find(services, REMIT_STR("x"))->n_actions, 0));
    cr_expect(remit_str_equal(remit_services_at(services, 0)->name, REMIT_STR("a")));
    cr_expect(remit_services_at(services, 2) == NULL);
}

Test(lint_services, a_bad_description_is_refused_and_the_others_stay)
{
    static const char *const bad[] = {
        "[]",
        "{'Name':1}",
        "{'Actions':[]}",
        "{'Name':''}",
        "{'Name':'y','Actions':{}}",
        "{'Name':'y','Actions':[1]}",
        "{'Name':'y','Actions':[{'Name':'A','Resources':'r'}]}",
        "{'Name':'y','Actions':[{'Name':'A','Resources':[{}]}]}",
        "{'Name':'y','Resources':[{'Name':'r','ARNFormats':[null]}]}",
        "{'Name':'y','ConditionKeys':[{}]}",
        "{'Name':'y'",
    };
    auto_services struct remit_services *services = NULL;

    cr_assert(remit_services_new(&services, NULL) == 0);
    cr_assert(add(services, THING, NULL) == 0);
    for (size_t i = 0; i < REMIT_COUNT(bad); i++) {
        struct remit_err err = { 0 };

        cr_expect(add(services, bad[i], &err) == -1, "%s", bad[i]);
        cr_expect(remit_err_is(&err, "MalformedServiceDescription"), "%s: %s", bad[i], err.text);
        cr_expect(eq(sz, remit_services_count(services), 1));
    }
    cr_expect(remit_services_find(services, REMIT_STR("x")) != NULL);
}

/* ---- AWS's own policies ---- */

/* Errors that the document itself is to blame for, not a service that nobody described. */
static bool is_missing_service(const char *code)
{
    return strcmp(code, "INVALID_SERVICE") == 0 || strcmp(code, "INVALID_SERVICE_IN_ACTION") == 0 ||
           strcmp(code, "INVALID_ACTION") == 0 ||
           strcmp(code, "INVALID_SERVICE_CONDITION_KEY") == 0 ||
           strcmp(code, "INVALID_GLOBAL_CONDITION_KEY") == 0;
}

static size_t errors_of(struct remit_str document, struct remit_str name,
                        const struct remit_lint_options *options)
{
    auto_lint struct remit_lint *lint = NULL;
    struct remit_err err = { 0 };
    size_t n = 0;

    cr_assert(remit_lint_policy(document, options, &lint, &err) == 0, "%.*s: %s",
              REMIT_STR_ARG(name), err.text);
    for (size_t i = 0; i < remit_lint_count(lint); i++) {
        const struct remit_finding *f = remit_lint_at(lint, i);

        n += f->check->type == REMIT_FINDING_ERROR;
        cr_expect(not(is_missing_service(f->check->code)), "%.*s: %s: %.*s", REMIT_STR_ARG(name),
                  f->check->code, REMIT_STR_ARG(f->message));
    }
    return n;
}

Test(lint_services, aws_managed_policies_have_no_error_for_want_of_a_description, .timeout = 120)
{
    static const char path[] = REMIT_SOURCE_ROOT "/../shared/corpus/managed-policies.jsonl";
    const struct remit_lint_options options = { .services = lint_kit_services() };
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    size_t n = 0;
    size_t errors = 0;

    if (file == NULL)
        cr_skip_test("no %s", path);
    for (ssize_t len; (len = getline(&line, &cap, file)) > 0; n++) {
        auto_json struct remit_json *row = NULL;
        auto_buf struct remit_buf document = REMIT_BUF(REMIT_POLICY_MAX);

        cr_assert(
            remit_json_parse(remit_str_from(line, (size_t)len), REMIT_POLICY_MAX, &row, NULL) == 0);
        remit_json_dump(remit_json_get(row, "document"), &document);
        errors += errors_of(remit_buf_view(&document), remit_json_str(remit_json_get(row, "name")),
                            &options);
        (void)errors_of(remit_buf_view(&document), remit_json_str(remit_json_get(row, "name")),
                        NULL);
    }
    free(line);
    (void)fclose(file);
    cr_expect(ge(sz, n, 500));
    /* Malformed ARNs and conditions on keys that never come: AWS wrote a few of each. */
    cr_expect(lt(sz, errors, 20));
}

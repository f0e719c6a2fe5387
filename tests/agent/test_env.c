/* [task-endpoints 1.7, 1.8] whose variable wins, row by row. */
#include "agent/env.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/agent/a_task.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

struct given {
    const char *definition, *override, *image; /* JSON, NULL for none */
    const char *secret_name, *secret_value;
    bool no_role, no_relay;
};

static void write_env(const struct given *g, struct remit_buf *out)
{
    auto_json struct remit_json *definition = g->definition != NULL ? json_of(g->definition) : NULL;
    auto_json struct remit_json *override = g->override != NULL ? json_of(g->override) : NULL;
    auto_json struct remit_json *image = g->image != NULL ? json_of(g->image) : NULL;
    struct agent_secret_value secret = { .name = remit_str_of(g->secret_name) };
    struct remit_jw w = REMIT_JW(out);
    struct remit_err err = { 0 };
    struct agent_env env = {
        .definition = definition,
        .override = override,
        .image = image,
        .secrets = &secret,
        .n_secrets = g->secret_name != NULL ? 1 : 0,
        .has_role = !g->no_role,
        .relay = !g->no_relay,
        .credentials_id = REMIT_STR("cid"),
        .endpoint_id = REMIT_STR("eid"),
        .region = REMIT_STR("eu-test-1"),
    };

    if (g->secret_name != NULL)
        cr_assert(remit_secret_copy(remit_str_of(g->secret_value), &secret.value, &err) == 0);
    cr_assert(agent_env_write(&env, &w, &err) == 0, "%s", err.text);
    remit_secret_drop(&secret.value);
}

#define SET(name, value) "{\"environment\":[{\"name\":\"" name "\",\"value\":\"" value "\"}]}"
#define URI              "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define TOKEN_FILE       "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
#define TOKEN            "AWS_CONTAINER_AUTHORIZATION_TOKEN"
#define STS              "AWS_ENDPOINT_URL_STS"

/* `variable` is "NAME=value" that is to be there, or "NAME" that is not to be. */
static const struct row {
    const char *name;
    struct given given;
    const char *variable;
} rows[] = {
    { "a task with a role gets its URI", { 0 }, URI "=/v2/credentials/cid" },
    { "without a role there is none", { .no_role = true }, URI },
    { "the definition can't move the URI",
      { .definition = SET(URI, "/v2/credentials/other") },
      URI "=/v2/credentials/cid" },
    { "an override can't", { .override = SET(URI, "/x") }, URI "=/v2/credentials/cid" },
    { "a secret can't", { .secret_name = URI, .secret_value = "/x" }, URI "=/v2/credentials/cid" },
    { "the token's file is where it is mounted", { 0 }, TOKEN_FILE "=/run/remit/token" },
    { "the definition can't move it",
      { .definition = SET(TOKEN_FILE, "/tmp/x") },
      TOKEN_FILE "=/run/remit/token" },
    { "a token in the environment is taken away", { .definition = SET(TOKEN, "mine") }, TOKEN },
    { "a token as a secret too", { .secret_name = TOKEN, .secret_value = "mine" }, TOKEN },
    { "without a role it is the definition's own business",
      { .definition = SET(TOKEN, "mine"), .no_role = true },
      TOKEN "=mine" },
    { "metadata, version 4", { 0 }, "ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/eid" },
    { "metadata, version 3", { 0 }, "ECS_CONTAINER_METADATA_URI=http://169.254.170.2/v3/eid" },
    { "metadata without a role",
      { .no_role = true },
      "ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/eid" },
    { "the region", { 0 }, "AWS_REGION=eu-test-1" },
    { "the region by its other name", { 0 }, "AWS_DEFAULT_REGION=eu-test-1" },
    { "the definition's region wins",
      { .definition = SET("AWS_REGION", "us-west-2") },
      "AWS_REGION=us-west-2" },
    { "and keeps the other name away",
      { .definition = SET("AWS_REGION", "us-west-2") },
      "AWS_DEFAULT_REGION" },
    { "the image's region too", { .image = "[\"AWS_DEFAULT_REGION=us-west-2\"]" }, "AWS_REGION" },
    { "a secret's region wins",
      { .secret_name = "AWS_REGION", .secret_value = "us-east-1" },
      "AWS_REGION=us-east-1" },
    { "where it runs", { 0 }, "AWS_EXECUTION_ENV=AWS_ECS_EC2" },
    { "services that control has", { 0 }, STS "=http://169.254.170.2:8081" },
    { "by SDK's names of services",
      { 0 },
      "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://169.254.170.2:8081" },
    { "services that it lacks stay where they are", { 0 }, "AWS_ENDPOINT_URL_S3" },
    { "no relay, no endpoint", { .no_relay = true }, STS },
    { "the definition's endpoint wins", { .definition = SET(STS, "http://x") }, STS "=http://x" },
    { "its endpoint for everything too",
      { .definition = SET("AWS_ENDPOINT_URL", "http://x") },
      STS },
    { "the definition's own", { .definition = SET("A", "1") }, "A=1" },
    { "an override of it", { .definition = SET("A", "1"), .override = SET("A", "2") }, "A=2" },
    { "a secret of it",
      { .definition = SET("A", "1"), .secret_name = "A", .secret_value = "3" },
      "A=3" },
    { "an empty value is a value", { .definition = SET("A", "") }, "A=" },
    { "a value with an equals sign", { .definition = SET("A", "b=c") }, "A=b=c" },
};

ROWS(env, rules, rows)
{
    const struct row *r = &rows[*row_index];
    auto_buf struct remit_buf out = REMIT_BUF(65536);
    auto_buf struct remit_buf wanted = REMIT_BUF(1024);
    bool present = strchr(r->variable, '=') != NULL;

    write_env(&r->given, &out);
    remit_buf_put_fmt(&wanted, "\"%s%s", r->variable, present ? "\"" : "=");
    cr_expect(eq(int, strstr(remit_buf_cstr(&out), remit_buf_cstr(&wanted)) != NULL, present),
              "%s: %s", r->name, remit_buf_cstr(&out));
}

Test(env, no_name_comes_twice)
{
    const struct given given = { .definition = SET("AWS_REGION", "us-west-2"),
                                 .override = SET("AWS_REGION", "us-west-1") };
    auto_buf struct remit_buf out = REMIT_BUF(65536);
    const char *first = NULL;

    write_env(&given, &out);
    first = strstr(remit_buf_cstr(&out), "AWS_REGION=");
    cr_assert(first != NULL);
    cr_expect(strstr(first + 1, "AWS_REGION=") == NULL);
}

Test(env, a_variable_without_a_name_is_refused)
{
    auto_json struct remit_json *definition = json_of(SET("", "x"));
    auto_buf struct remit_buf out = REMIT_BUF(65536);
    struct remit_jw w = REMIT_JW(&out);
    const struct agent_env env = { .definition = definition };
    struct remit_err err = { 0 };

    cr_expect(eq(int, agent_env_write(&env, &w, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidEnvironment"));
}

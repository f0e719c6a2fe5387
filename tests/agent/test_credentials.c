/* Credentials on their way from control to a worker. */
#include "agent/credentials.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "common/os/frames_metadata.h"
#include "tests/agent/a_task.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static struct remit_err err;

#define GOOD                                                                                       \
    "{\"accessKeyId\":\"ASIA1\",\"secretAccessKey\":\"se/cr+et=\",\"sessionToken\":\"to<k>&en'\"," \
    "\"expiresAt\":1767323105,\"roleArn\":\"arn:aws:iam::111122223333:role/app\"}"

Test(credentials, the_document_is_the_one_of_ecs_byte_for_byte)
{
    auto_json struct remit_json *json = json_of(GOOD);
    auto_credentials struct agent_credentials held = { 0 };
    auto_secret struct remit_secret body = { 0 };

    cr_assert(agent_credentials_read(json, &held, &err) == 0, "%s", err.text);
    cr_assert(agent_credentials_body(&held, &body, &err) == 0);
    EXPECT_STR(remit_secret_view(&body),
               "{\"RoleArn\":\"arn:aws:iam::111122223333:role/app\",\"AccessKeyId\":\"ASIA1\","
               "\"SecretAccessKey\":\"se/cr+et=\",\"Token\":\"to\\u003ck\\u003e\\u0026en'\","
               "\"Expiration\":\"2026-01-02T03:04:05Z\"}");
}

Test(credentials, a_minute_earlier_than_verifiers_refuse)
{
    auto_json struct remit_json *json = json_of(GOOD);
    auto_credentials struct agent_credentials held = { 0 };

    cr_assert(agent_credentials_read(json, &held, &err) == 0);
    cr_expect(eq(i64, agent_credentials_stated_at(&held), 1767323105 - 60));
}

Test(credentials, a_document_over_10000_bytes_is_refused)
{
    auto_credentials struct agent_credentials held = { .expires_at = 1767323105 };
    auto_secret struct remit_secret body = { 0 };

    cr_assert(remit_secret_new(REMIT_CREDENTIALS_BODY_MAX, &held.session_token, &err) == 0);
    memset(remit_secret_bytes(&held.session_token), 'x', REMIT_CREDENTIALS_BODY_MAX);
    cr_expect(eq(int, agent_credentials_body(&held, &body, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
}

static const struct {
    const char *json;
    const char *member;
} refused[] = {
    { "{}", "accessKeyId" },
    { "{\"accessKeyId\":\"A\"}", "secretAccessKey" },
    { "{\"accessKeyId\":\"A\",\"secretAccessKey\":\"hidden\"}", "sessionToken" },
    { "{\"accessKeyId\":\"A\",\"secretAccessKey\":\"hidden\",\"sessionToken\":\"hidden\"}",
      "expiresAt" },
    { "{\"accessKeyId\":\"A\",\"secretAccessKey\":\"hidden\",\"sessionToken\":\"hidden\","
      "\"expiresAt\":-5}",
      "expiresAt" },
    { "{\"accessKeyId\":5}", "accessKeyId" },
};

ROWS(credentials, what_lacks_a_member_is_refused_by_its_name, refused)
{
    auto_json struct remit_json *json = json_of(refused[*row_index].json);
    auto_credentials struct agent_credentials held = { 0 };

    cr_assert(eq(int, agent_credentials_read(json, &held, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidCredentials"));
    cr_expect(strstr(err.text, refused[*row_index].member) != NULL, "%s", err.text);
    cr_expect(strstr(err.text, "hidden") == NULL, "%s", err.text);
    cr_expect(not(agent_credentials_held(&held)));
}

Test(credentials, a_join_token_is_one_line)
{
    auto_credentials struct agent_credentials token = { 0 };

    cr_assert(agent_credentials_read_line(REMIT_STR("AJOI1:se:cret\n"), &token, &err) == 0);
    EXPECT_TEXT(token.access_key_id, "AJOI1");
    EXPECT_STR(remit_secret_view(&token.secret_access_key), "se:cret");
    cr_expect(eq(int, agent_credentials_read_line(REMIT_STR("AJOI1"), &token, &err), -1));
    cr_expect(remit_err_is(&err, "InvalidCredentials"));
    cr_expect(eq(int, agent_credentials_read_line(REMIT_STR(":x"), &token, &err), -1));
    cr_expect(remit_err_is(&err, "InvalidCredentials"));
}

Test(credentials, what_moves_is_gone_where_it_was)
{
    auto_json struct remit_json *json = json_of(GOOD);
    auto_credentials struct agent_credentials a = { 0 };
    auto_credentials struct agent_credentials b = { 0 };

    cr_assert(agent_credentials_read(json, &a, &err) == 0);
    agent_credentials_move(&a, &b);
    cr_expect(not(agent_credentials_held(&a)));
    cr_expect(eq(sz, a.secret_access_key.len, 0));
    cr_expect(agent_credentials_held(&b));
}

/* [task-endpoints 8.3] valueFrom, in all its forms. */
#include "agent/secret_ref.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "agent/secrets.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

#define SECRET "arn:aws:secretsmanager:eu-test-1:111122223333:secret:app/db-AbCdEf"

static const struct row {
    const char *text;
    enum agent_secret_source source;
    const char *id;
    const char *key, *stage, *version;
} rows[] = {
    { "/app/db/password", AGENT_SECRET_SSM, "/app/db/password", "", "", "" },
    { "plain", AGENT_SECRET_SSM, "plain", "", "", "" },
    { "name:3", AGENT_SECRET_SSM, "name:3", "", "", "" },
    { "arn:aws:ssm:eu-test-1:111122223333:parameter/app/db", AGENT_SECRET_SSM,
      "arn:aws:ssm:eu-test-1:111122223333:parameter/app/db", "", "", "" },
    { SECRET, AGENT_SECRET_MANAGER, SECRET, "", "", "" },
    { SECRET ":password::", AGENT_SECRET_MANAGER, SECRET, "password", "", "" },
    { SECRET "::AWSPREVIOUS:", AGENT_SECRET_MANAGER, SECRET, "", "AWSPREVIOUS", "" },
    { SECRET ":::v1", AGENT_SECRET_MANAGER, SECRET, "", "", "v1" },
    { SECRET ":k:s:v", AGENT_SECRET_MANAGER, SECRET, "k", "s", "v" },
    { "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:x", AGENT_SECRET_MANAGER,
      "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:x", "", "", "" },
};

ROWS(secret_ref, forms, rows)
{
    const struct row *r = &rows[*row_index];
    struct agent_secret_ref ref = { 0 };
    struct remit_err err = { 0 };

    cr_assert(agent_secret_ref_parse(remit_str_of(r->text), &ref, &err) == 0, "%s", err.text);
    cr_expect(eq(int, ref.source, r->source), "%s", r->text);
    EXPECT_STR(ref.id, r->id);
    EXPECT_STR(ref.json_key, r->key);
    EXPECT_STR(ref.version_stage, r->stage);
    EXPECT_STR(ref.version_id, r->version);
}

static const struct {
    const char *text;
} refused[] = {
    { "" },
    { "with blank" },
    { "with\nnewline" },
    { "arn:aws:ssm" },
    { "arn:aws:ssm:eu-test-1:111122223333:parameter/" },
    { "arn:aws:ssm:eu-test-1:111122223333:document/x" },
    { "arn:aws:iam::111122223333:role/x" },
    { SECRET ":k" },
    { SECRET ":k:s" },
    { SECRET ":k:s:v:more" },
    { "arn:aws:secretsmanager:eu-test-1:111122223333:secret:" },
    { "arn:aws:secretsmanager:eu-test-1:111122223333:other:x" },
};

ROWS(secret_ref, what_names_no_secret_is_refused, refused)
{
    struct agent_secret_ref ref = { 0 };
    struct remit_err err = { 0 };

    cr_expect(agent_secret_ref_parse(remit_str_of(refused[*row_index].text), &ref, &err) == -1,
              "'%s'", refused[*row_index].text);
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidSecretReference"));
}

static const struct {
    const char *text, *key, *value;
} members[] = {
    { "{\"a\":\"b\"}", "a", "b" },
    { "{\"port\":5432}", "port", "5432" },
    { "{\"on\":true}", "on", "true" },
    { "{\"o\":{\"x\":1}}", "o", "{\"x\":1}" },
};

ROWS(secret_ref, a_member_is_text, members)
{
    auto_secret struct remit_secret out = { 0 };
    struct remit_err err = { 0 };

    cr_assert(agent_secret_member(remit_str_of(members[*row_index].text),
                                  remit_str_of(members[*row_index].key), &out, &err) == 0,
              "%s", err.text);
    EXPECT_STR(remit_secret_view(&out), members[*row_index].value);
}

Test(secret_ref, a_member_that_is_missing_is_named_and_the_secret_is_not_shown)
{
    auto_secret struct remit_secret out = { 0 };
    struct remit_err err = { 0 };

    cr_assert(agent_secret_member(REMIT_STR("{\"a\":\"hidden\"}"), REMIT_STR("b"), &out, &err) ==
              -1);
    cr_expect(eq(int, err.kind, REMIT_ERR_NOT_FOUND));
    EXPECT_TEXT(err.text, "the secret has no key 'b'");
    cr_assert(agent_secret_member(REMIT_STR("hidden"), REMIT_STR("b"), &out, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidSecret"));
    cr_expect(strstr(err.text, "hidden") == NULL, "%s", err.text);
}

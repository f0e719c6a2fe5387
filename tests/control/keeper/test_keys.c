/* What the keeper makes for access keys: secrets, ciphertexts, signing keys, data keys. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include <remit/sigv4.h>

#include "tests/control/keeper/tools.h"
#include "tests/lib/rows.h"

TestSuite(keeper_keys, .init = keeper_begin, .fini = keeper_end, .timeout = 60);

static const struct {
    enum keeper_key_kind kind;
    const char *prefix;
} kinds[] = {
    { KEEPER_KEY_USER, "AKIA" },
    { KEEPER_KEY_ROOT, "AKIA" },
    { KEEPER_KEY_JOIN, "AJOI" },
};
ROWS(keeper_keys, a_created_key_looks_as_clients_expect, kinds)
{
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };
    struct remit_str secret;

    must_create(kinds[*row_index].kind, &created);
    secret = remit_secret_view(&created.secret_access_key);
    cr_expect(is_id(created.access_key_id, kinds[*row_index].prefix), "%s", created.access_key_id);
    cr_expect(eq(sz, secret.len, 40));
    for (size_t i = 0; i < secret.len; i++)
        cr_expect(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                         secret.ptr[i]) != NULL);
    cr_expect(strlen(created.ciphertext) > 40);
}

Test(keeper_keys, an_unknown_kind_of_key_is_refused)
{
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };
    struct remit_err err = { 0 };

    cr_expect(keeper_client_create(client, (enum keeper_key_kind)9, &created, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "ValidationError"));
}

Test(keeper_keys, the_signing_key_is_that_of_the_secret)
{
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };
    auto_secret struct remit_secret key = { NULL, 0 };
    auto_secret struct remit_secret again = { NULL, 0 };
    auto_secret struct remit_secret expected = { NULL, 0 };
    char time[REMIT_TIME_TEXT];
    struct remit_err err = { 0 };

    must_create(KEEPER_KEY_USER, &created);
    cr_assert(sign_as(remit_str_of(created.access_key_id), remit_str_of(created.ciphertext), &key,
                      &err) == 0,
              "%s", err.text);
    cr_assert(remit_sigv4_signing_key(remit_secret_view(&created.secret_access_key), today(time),
                                      REMIT_STR("eu-central-1"), REMIT_STR("ecs"), &expected,
                                      &err) == 0);
    cr_expect(remit_secret_equal(&key, remit_secret_view(&expected)));
    cr_assert(sign_as(remit_str_of(created.access_key_id), remit_str_of(created.ciphertext), &again,
                      &err) == 0,
              "from the cache: %s", err.text);
    cr_expect(remit_secret_equal(&again, remit_secret_view(&expected)));
}

Test(keeper_keys, a_ciphertext_belongs_to_its_access_key_id)
{
    auto_keeper_created struct keeper_created one = { .ciphertext = "" };
    auto_keeper_created struct keeper_created two = { .ciphertext = "" };
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_str id;
    struct remit_err err = { 0 };

    must_create(KEEPER_KEY_USER, &one);
    must_create(KEEPER_KEY_USER, &two);
    id = remit_str_of(one.access_key_id);
    cr_assert(sign_as(id, remit_str_of(one.ciphertext), &key, &err) == 0); /* and is cached */
    expect_unknown(id, remit_str_of(two.ciphertext), "another key's");
    expect_unknown(id, REMIT_STR(""), "none");
    expect_unknown(id, REMIT_STR("AAAA"), "too short");
    expect_unknown(id, REMIT_STR("not base64!"), "no base64");
    expect_unknown(REMIT_STR("ASIA2345672345672345"), remit_str_of(one.ciphertext), "a session");
    expect_unknown(REMIT_STR("AKIA"), remit_str_of(one.ciphertext), "a short id");
    expect_unknown(REMIT_STR("AKIA2345672345672341"), remit_str_of(one.ciphertext), "no base32");
    expect_unknown(REMIT_STR("AROA2345672345672345"), remit_str_of(one.ciphertext), "no key");
    expect_unknown(REMIT_STR("ASIA23456723456723452345672345672345"), REMIT_STR(""), "a long id");
}

static const struct {
    const char *name;
    int days;
    const char *region;
    const char *service;
    bool good;
} scopes[] = {
    { "today", 0, "eu-central-1", "ecs", true },
    { "tomorrow, by a clock that is ahead", 1, "eu-central-1", "ecs", true },
    { "the day after", 2, "eu-central-1", "ecs", false },
    { "a year ahead", 365, "eu-central-1", "ecs", false },
    { "a week ago, presigned", -7, "eu-central-1", "ecs", true },
    { "a month ago", -30, "eu-central-1", "ecs", false },
    { "no region", 0, "", "ecs", false },
    { "no service", 0, "eu-central-1", "", false },
    { "a slash in the region", 0, "eu/1", "ecs", false },
    { "upper case", 0, "EU", "ecs", false },
};
ROWS(keeper_keys, a_signing_key_is_for_days_near_today, scopes)
{
    auto_secret struct remit_secret key = { NULL, 0 };
    char time[REMIT_TIME_TEXT];
    struct remit_str date =
        remit_str_sub(remit_str_of(remit_time_amz(
                          remit_clock_now_at() + (int64_t)scopes[*row_index].days * 86400, time)),
                      0, 8);
    struct remit_err err = { 0 };
    int result = keeper_client_signing_key(client, REMIT_STR("ASIA2345672345672345"), REMIT_STR(""),
                                           date, remit_str_of(scopes[*row_index].region),
                                           remit_str_of(scopes[*row_index].service), &key, &err);

    cr_expect(eq(int, result, scopes[*row_index].good ? 0 : -1), "%s: %s", scopes[*row_index].name,
              err.text);
    if (!scopes[*row_index].good)
        cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "ValidationError"));
}

static const char *const no_dates[] = {
    "", "2026", "20261301", "20260230", "2026010a", "00000000"
};
ROWS(keeper_keys, a_scope_has_a_date, no_dates)
{
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_err err = { 0 };

    cr_expect(keeper_client_signing_key(client, REMIT_STR("ASIA2345672345672345"), REMIT_STR(""),
                                        remit_str_of(no_dates[*row_index]), REMIT_STR("r"),
                                        REMIT_STR("s"), &key, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "ValidationError"));
}

Test(keeper_keys, a_data_key_is_its_contexts_for_ever)
{
    auto_secret struct remit_secret one = { NULL, 0 };
    auto_secret struct remit_secret same = { NULL, 0 };
    auto_secret struct remit_secret other = { NULL, 0 };
    struct remit_err err = { 0 };

    cr_assert(keeper_client_data_key(client, REMIT_STR("arn:1 v1"), &one, &err) == 0);
    keeper_client_drop(&client);
    client = open_client();
    cr_assert(keeper_client_data_key(client, REMIT_STR("arn:1 v1"), &same, &err) == 0);
    cr_assert(keeper_client_data_key(client, REMIT_STR("arn:1 v2"), &other, &err) == 0);
    cr_expect(eq(sz, one.len, 32));
    cr_expect(remit_secret_equal(&one, remit_secret_view(&same)));
    cr_expect(remit_secret_equal(&one, remit_secret_view(&other)) == false);
}

Test(keeper_keys, a_context_has_1_to_2048_bytes)
{
    static char context[2049];
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_err err = { 0 };

    memset(context, 'c', sizeof(context));
    cr_expect(keeper_client_data_key(client, remit_str_from(context, 2048), &key, &err) == 0);
    remit_secret_drop(&key);
    cr_expect(keeper_client_data_key(client, remit_str_from(context, 2049), &key, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "ValidationError"));
    cr_expect(keeper_client_data_key(client, REMIT_STR(""), &key, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "ValidationError"));
}

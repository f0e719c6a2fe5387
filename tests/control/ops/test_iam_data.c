/* IAM's records as others read them: authorization, sessions, joins. */
#include <criterion/criterion.h>

#include "control/iam_write.h"
#include "control/store/keys.h"
#include "tests/lib/expect.h"

static struct control_store *store;
static struct remit_arena arena;
static struct remit_err err;

static void open_store(void)
{
    remit_arena_init(&arena, (size_t)8 * 1024 * 1024);
    cr_assert(control_store_ram_open(&store, &err) == 0);
}

static void close_store(void)
{
    control_store_drop(&store);
    remit_arena_drop(&arena);
}

TestSuite(iam_data, .init = open_store, .fini = close_store, .timeout = 10);

#define WEB "arn:aws:iam::123456789012:role/team/web"

static void put_role(uint64_t revision)
{
    struct control_store_txn txn = { 0 };
    struct iam_policy_text policies[] = { { .name = REMIT_STR("p"),
                                            .document = REMIT_STR("{ }") } };
    struct remit_str attached[] = { REMIT_STR("arn:aws:iam::aws:policy/AdministratorAccess") };
    struct iam_tag tags[] = { { REMIT_STR("team"), REMIT_STR("a \"quoted\" one") } };
    struct iam_trusted trusted[] = { { REMIT_STR("arn:x"), REMIT_STR("AIDAX") } };
    struct iam_principal_record role = {
        .is_role = true,
        .name = REMIT_STR("Web"),
        .path = REMIT_STR("/team/"),
        .id = REMIT_STR("AROAEXAMPLE"),
        .arn = REMIT_STR("arn:aws:iam::123456789012:role/team/Web"),
        .description = REMIT_STR("d"),
        .created_at = 17,
        .max_session_s = 3600,
        .trust = REMIT_STR("{\"a\": 1}"),
        .boundary = REMIT_STR("arn:b"),
        .inline_policies = policies,
        .n_inline = 1,
        .attached = attached,
        .n_attached = 1,
        .tags = tags,
        .n_tags = 1,
        .trusted = trusted,
        .n_trusted = 1,
        .revision = revision,
    };

    cr_assert(iam_principal_put(&txn, &role, &arena, &err) == 0);
    cr_assert(control_store_commit(store, &txn, NULL, &err) == 0, "%s", err.text);
}

Test(iam_data, a_role_comes_back_as_it_went_in)
{
    struct iam_principal_record role;

    put_role(0);
    cr_assert(iam_role_read(store, REMIT_STR("Web"), &arena, &role, &err) == 0, "%s", err.text);
    EXPECT_STR(role.name, "Web");
    EXPECT_STR(role.path, "/team/");
    EXPECT_STR(role.id, "AROAEXAMPLE");
    EXPECT_STR(role.trust, "{\"a\": 1}");
    EXPECT_STR(role.boundary, "arn:b");
    EXPECT_STR(role.inline_policies[0].document, "{ }");
    EXPECT_STR(role.attached[0], "arn:aws:iam::aws:policy/AdministratorAccess");
    EXPECT_STR(role.tags[0].value, "a \"quoted\" one");
    EXPECT_STR(role.trusted[0].id, "AIDAX");
    cr_expect(role.is_role && role.created_at == 17 && role.max_session_s == 3600);
    cr_expect(role.n_inline == 1 && role.n_attached == 1 && role.n_tags == 1);
    cr_expect(role.revision == 1);
    put_role(1); /* at that revision it may be written again */
}

static void expect_no_role(int result)
{
    cr_expect(result == -1);
    cr_expect(err.kind == REMIT_ERR_NOT_FOUND);
    EXPECT_TEXT(err.code, "NoSuchEntity");
}

Test(iam_data, names_are_found_with_their_case_and_arns_whole)
{
    struct iam_principal_record role;

    put_role(0);
    expect_no_role(iam_role_read(store, REMIT_STR("web"), &arena, &role, &err));
    EXPECT_TEXT(err.text, "The role with name web cannot be found.");
    expect_no_role(iam_user_read(store, REMIT_STR("Web"), &arena, &role, &err));
    expect_no_role(iam_role_read(store, REMIT_STR(""), &arena, &role, &err));
    cr_expect(iam_role_read_arn(store, REMIT_STR("arn:aws:iam::123456789012:role/team/Web"), &arena,
                                &role, &err) == 0);
    expect_no_role(iam_role_read_arn(store, REMIT_STR("arn:aws:iam::123456789012:role/Web"), &arena,
                                     &role, &err));
    expect_no_role(iam_role_read_arn(store, REMIT_STR("arn:aws:iam::999999999999:role/team/Web"),
                                     &arena, &role, &err));
    expect_no_role(iam_role_read_arn(store, REMIT_STR("arn:aws:iam::123456789012:user/team/Web"),
                                     &arena, &role, &err));
    expect_no_role(iam_role_read_arn(store, REMIT_STR("Web"), &arena, &role, &err));
}

Test(iam_data, a_role_arn_names_what_is_behind_its_last_slash)
{
    EXPECT_STR(iam_role_name_of(REMIT_STR("arn:aws:iam::1:role/a/b/web")), "web");
    EXPECT_STR(iam_role_name_of(REMIT_STR("arn:aws:iam::1:role/web")), "web");
    EXPECT_STR(iam_role_name_of(REMIT_STR("arn:aws:iam::1:user/web")), "");
    EXPECT_STR(iam_role_name_of(REMIT_STR("arn:aws:sts::1:role/web")), "");
    EXPECT_STR(iam_role_name_of(REMIT_STR("web")), "");
    EXPECT_STR(iam_role_name_of(REMIT_STR("")), "");
}

/* A policy that can't be loaded is never skipped: the record must be whole. */
Test(iam_data, a_record_that_lacks_its_policies_is_corrupt)
{
    struct control_store_txn txn = { 0 };
    struct iam_principal_record role;

    control_store_put(&txn, iam_principal_path(true, REMIT_STR("web"), &arena),
                      REMIT_STR("{\"v\":1,\"name\":\"web\",\"arn\":\"" WEB "\",\"boundary\":\"\","
                                "\"attached\":[],\"tags\":[]}"));
    cr_assert(control_store_commit(store, &txn, NULL, &err) == 0);
    cr_expect(iam_role_read(store, REMIT_STR("web"), &arena, &role, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INTERNAL);
    EXPECT_TEXT(err.code, "StoreCorrupt");
}

Test(iam_data, managed_documents_are_found_here_and_in_policies)
{
    struct control_store_txn txn = { 0 };
    struct iam_policy_version versions[] = {
        { .id = REMIT_STR("v1"), .document = REMIT_STR("one") },
        { .id = REMIT_STR("v2"), .document = REMIT_STR("two") },
    };
    struct iam_policy_record policy = { .name = REMIT_STR("p"),
                                        .path = REMIT_STR("/"),
                                        .arn = REMIT_STR("arn:aws:iam::123456789012:policy/p"),
                                        .default_version = REMIT_STR("v2"),
                                        .versions = versions,
                                        .n_versions = 2 };
    struct remit_str document;

    cr_assert(iam_policy_put(&txn, &policy, &arena, &err) == 0);
    cr_assert(control_store_commit(store, &txn, NULL, &err) == 0);
    cr_assert(iam_managed_document(store, policy.arn, &arena, &document, &err) == 0);
    EXPECT_STR(document, "two");
    cr_assert(iam_managed_document(store, REMIT_STR("arn:aws:iam::aws:policy/AdministratorAccess"),
                                   &arena, &document, &err) == 0);
    cr_expect(remit_str_starts(document, REMIT_STR("{")));
    expect_no_role(iam_managed_document(store, REMIT_STR("arn:aws:iam::aws:policy/p"), &arena,
                                        &document, &err));
    EXPECT_TEXT(err.text, "Policy arn:aws:iam::aws:policy/p was not found.");
    expect_no_role(iam_managed_document(
        store, REMIT_STR("arn:aws:iam::123456789012:policy/AdministratorAccess"), &arena, &document,
        &err));
    expect_no_role(iam_managed_document(store, REMIT_STR("p"), &arena, &document, &err));
}

Test(iam_data, a_join_token_is_consumed_once)
{
    struct iam_access_key key = { .kind = IAM_KEY_JOIN,
                                  .id = REMIT_STR("AJOIEXAMPLE"),
                                  .ciphertext = REMIT_STR("c"),
                                  .active = true,
                                  .expires_at = 99,
                                  .cluster = REMIT_STR("default") };
    struct iam_access_key first, second;

    cr_assert(iam_access_key_write(store, &key, &err) == 0);
    cr_expect(iam_access_key_write(store, &key, &err) == -1);
    EXPECT_TEXT(err.code, "StoreConflict");
    cr_assert(iam_access_key_read(store, key.id, &arena, &first, &err) == 0);
    cr_assert(iam_access_key_read(store, key.id, &arena, &second, &err) == 0);
    EXPECT_STR(first.cluster, "default");
    cr_expect(first.kind == IAM_KEY_JOIN && first.active && first.expires_at == 99);
    cr_expect(iam_join_token_consume(store, &first, &err) == 0);
    cr_expect(iam_join_token_consume(store, &second, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_CONFLICT);
    expect_no_role(iam_access_key_read(store, key.id, &arena, &first, &err));
}

Test(iam_data, an_access_key_id_too_long_for_a_key_is_nobodys)
{
    static char id[4096];
    struct iam_access_key key;

    memset(id, 'A', sizeof(id));
    expect_no_role(iam_access_key_read(store, remit_str_from(id, sizeof(id)), &arena, &key, &err));
    expect_no_role(iam_access_key_read(store, REMIT_STR(""), &arena, &key, &err));
}

/* Sessions and registry tokens, and the keys they are signed with: rotated, retired. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <string.h>

#include <remit/sigv4.h>

#include "common/base/encode.h"
#include "common/base/json.h"
#include "tests/control/keeper/tools.h"
#include "tests/lib/rows.h"

TestSuite(keeper_sessions, .init = keeper_begin, .fini = keeper_end, .timeout = 60);

/* --- sessions --- */

Test(keeper_sessions, a_minted_session_signs_and_its_token_says_whose_it_is)
{
    auto_keeper_minted struct keeper_minted minted = { .expires_at = 0 };
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_secret struct remit_secret key = { NULL, 0 };
    auto_secret struct remit_secret expected = { NULL, 0 };
    struct remit_token_claims claims;
    char time[REMIT_TIME_TEXT];
    struct remit_err err = { 0 };

    must_mint(&minted);
    cr_expect(is_id(minted.access_key_id, "ASIA"));
    cr_assert(verify(&minted, &claims, &arena, &err) == 0, "%s", err.text);
    cr_expect(remit_str_equal(claims.access_key_id, remit_str_of(minted.access_key_id)));
    cr_expect(remit_str_equal(claims.subject, session().subject));
    cr_expect(remit_str_equal(claims.extra, session().extra));
    cr_expect(claims.expires_at == minted.expires_at);
    cr_assert(sign_as(remit_str_of(minted.access_key_id), REMIT_STR(""), &key, &err) == 0);
    cr_assert(remit_sigv4_signing_key(remit_secret_view(&minted.secret_access_key), today(time),
                                      REMIT_STR("eu-central-1"), REMIT_STR("ecs"), &expected,
                                      &err) == 0);
    cr_expect(remit_secret_equal(&key, remit_secret_view(&expected)));
    cr_expect(eq(sz, minted.secret_access_key.len, 40));
}

static void unknown_purpose(struct keeper_session *s)
{
    s->purpose = REMIT_STR("root");
}
static void no_purpose(struct keeper_session *s)
{
    s->purpose = REMIT_STR("");
}
static void no_subject(struct keeper_session *s)
{
    s->subject = REMIT_STR("");
}
static void too_short(struct keeper_session *s)
{
    s->duration_s = 59;
}
static void too_long(struct keeper_session *s)
{
    s->duration_s = 129601;
}
static void from_tomorrow(struct keeper_session *s)
{
    s->issued_at += 86400;
}
static void before_1970(struct keeper_session *s)
{
    s->issued_at = -1;
}
static void no_json(struct keeper_session *s)
{
    s->extra = REMIT_STR("{");
}
static void no_utf8(struct keeper_session *s)
{
    s->policy = REMIT_STR("\xff");
}
static void large_policy(struct keeper_session *s)
{
    static char policy[4000];

    memset(policy, 'p', sizeof(policy));
    s->policy = remit_str_from(policy, sizeof(policy));
}

static const struct {
    const char *name;
    void (*change)(struct keeper_session *);
    enum remit_err_kind kind;
    const char *code;
} unmintable[] = {
    { "an unknown purpose", unknown_purpose, REMIT_ERR_INVALID, "ValidationError" },
    { "no purpose", no_purpose, REMIT_ERR_INVALID, "ValidationError" },
    { "no subject", no_subject, REMIT_ERR_INVALID, "ValidationError" },
    { "59 seconds", too_short, REMIT_ERR_INVALID, "ValidationError" },
    { "over 36 hours", too_long, REMIT_ERR_INVALID, "ValidationError" },
    { "issued tomorrow: it would outlast an intruder", from_tomorrow, REMIT_ERR_INVALID,
      "ValidationError" },
    { "issued before 1970", before_1970, REMIT_ERR_INVALID, "ValidationError" },
    { "ext is no JSON", no_json, REMIT_ERR_INVALID, "ValidationError" },
    { "the policy is no UTF-8", no_utf8, REMIT_ERR_INVALID, "ValidationError" },
    { "the token would be too large", large_policy, REMIT_ERR_LIMIT, "PackedPolicyTooLarge" },
};
ROWS(keeper_sessions, what_is_no_session_is_not_minted, unmintable)
{
    auto_keeper_minted struct keeper_minted minted = { .expires_at = 0 };
    struct keeper_session wanted = session();
    struct remit_err err = { 0 };

    unmintable[*row_index].change(&wanted);
    cr_expect(keeper_client_mint(client, &wanted, &minted, &err) == -1, "%s",
              unmintable[*row_index].name);
    cr_expect(err.kind == unmintable[*row_index].kind &&
                  remit_err_is(&err, unmintable[*row_index].code),
              "%s: %s", unmintable[*row_index].name, err.text);
    cr_expect(find_keeper() > 0, "it goes on");
}

/* --- docker-registry --- */

static int mint_registry(const char *name, const char *actions, struct remit_buf *claims,
                         struct remit_err *err)
{
    const struct keeper_registry_access access = { remit_str_of(name), remit_str_of(actions) };
    const struct keeper_registry_grant grant = { .subject = REMIT_STR("AWS"),
                                                 .audience = REMIT_STR("remit-registry"),
                                                 .access = &access,
                                                 .n_access = 1,
                                                 .issued_at = remit_clock_now_at(),
                                                 .duration_s = 300 };
    auto_secret struct remit_secret token = { NULL, 0 };
    struct remit_str rest;
    struct remit_str head;

    TRY(keeper_client_mint_registry(client, &grant, &token, err));
    rest = remit_secret_view(&token);
    (void)remit_str_cut(&rest, '.', &head);
    (void)remit_str_cut(&rest, '.', &head);
    return remit_base64url_decode(head, claims, err);
}

Test(keeper_sessions, a_registrys_token_grants_exactly_what_was_asked)
{
    auto_buf struct remit_buf claims = REMIT_BUF(4096);
    auto_json struct remit_json *json = NULL;
    const struct remit_json *access = NULL;
    struct remit_err err = { 0 };

    cr_assert(mint_registry("team/app", "pull,push", &claims, &err) == 0, "%s", err.text);
    cr_assert(remit_json_parse(remit_buf_view(&claims), 4096, &json, &err) == 0);
    access = remit_json_get(json, "access");
    cr_expect(eq(sz, remit_json_count(access), 1));
    access = remit_json_at(access, 0);
    cr_expect(
        remit_str_equal(remit_json_str(remit_json_get(access, "name")), REMIT_STR("team/app")));
    access = remit_json_get(access, "actions");
    cr_expect(eq(sz, remit_json_count(access), 2));
    cr_expect(remit_str_equal(remit_json_str(remit_json_at(access, 1)), REMIT_STR("push")));
    cr_expect(
        remit_str_equal(remit_json_str(remit_json_get(json, "aud")), REMIT_STR("remit-registry")));
    cr_expect(remit_str_equal(remit_json_str(remit_json_get(json, "iss")), REMIT_STR("remit")));
}

static const struct {
    const char *name;
    const char *actions;
} no_access[] = {
    { "app", "" },       { "app", "pull," },      { "app", "Pull" },   { "app", "pull push" },
    { "", "pull" },      { "App", "pull" },       { "app:1", "pull" }, { "a\nb", "pull" },
    { "app\"", "pull" }, { "app", "pull,admin" },
};
ROWS(keeper_sessions, what_is_no_access_is_not_granted, no_access)
{
    auto_buf struct remit_buf claims = REMIT_BUF(4096);
    struct remit_err err = { 0 };

    cr_expect(mint_registry(no_access[*row_index].name, no_access[*row_index].actions, &claims,
                            &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "ValidationError"));
}

Test(keeper_sessions, an_anonymous_registry_token_grants_nothing)
{
    const struct keeper_registry_grant grant = { .audience = REMIT_STR("remit-registry"),
                                                 .issued_at = remit_clock_now_at(),
                                                 .duration_s = 60 };
    auto_secret struct remit_secret token = { NULL, 0 };
    struct remit_err err = { 0 };

    cr_expect(keeper_client_mint_registry(client, &grant, &token, &err) == 0, "%s", err.text);
    cr_expect(token.len > 100);
}

Test(keeper_sessions, a_registrys_token_names_a_key_of_the_certificates)
{
    auto_buf struct remit_buf kid = REMIT_BUF(128);
    auto_buf struct remit_buf certificates = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_assert(keeper_client_active_kid(client, &kid, &err) == 0);
    cr_expect(eq(sz, kid.len, 59), "libtrust's form");
    cr_assert(keeper_client_certificates(client, &certificates, &err) == 0);
    cr_expect(
        remit_str_starts(remit_buf_view(&certificates), REMIT_STR("-----BEGIN CERTIFICATE-----")));
}

/* --- rotation and retirement --- */

Test(keeper_sessions, after_a_rotation_old_tokens_verify_and_new_ones_too)
{
    auto_keeper_minted struct keeper_minted old = { .expires_at = 0 };
    auto_keeper_minted struct keeper_minted fresh = { .expires_at = 0 };
    auto_buf struct remit_buf before = REMIT_BUF(128);
    auto_buf struct remit_buf after = REMIT_BUF(128);
    uint64_t generation = keeper_client_keys_generation(client);
    struct remit_err err = { 0 };

    must_mint(&old);
    cr_assert(keeper_client_active_kid(client, &before, &err) == 0);
    cr_assert(keeper_client_rotate(client, &err) == 0, "%s", err.text);
    cr_assert(keeper_client_active_kid(client, &after, &err) == 0);
    cr_expect(remit_str_equal(remit_buf_view(&before), remit_buf_view(&after)) == false);
    cr_expect(keeper_client_keys_generation(client) == generation + 1);
    must_mint(&fresh);
    cr_expect(verifies(&old));
    cr_expect(verifies(&fresh));
    cr_assert(keeper_client_rotate(client, &err) == 0, "%s", err.text);
    cr_expect(verifies(&old));
    cr_expect(verifies(&fresh));
}

/* A verifier that is a minute behind must not refuse what a rotation made (attacks.md C9). */
Test(keeper_sessions, the_next_key_is_known_before_it_signs)
{
    auto_keeper_minted struct keeper_minted fresh = { .expires_at = 0 };
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    const struct remit_token_keys *behind = keeper_client_token_keys(client);
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    cr_assert(keeper_client_rotate(client, &err) == 0);
    must_mint(&fresh);
    cr_expect(remit_token_verify(remit_secret_view(&fresh.session_token), behind,
                                 REMIT_STR("remit"), remit_clock_now_at(), &arena, &claims,
                                 &err) == 0,
              "%s", err.text);
}

Test(keeper_sessions, keys_of_living_tokens_are_never_pushed_out)
{
    struct remit_err err = { 0 };
    int result = 0;
    int rotations = 0;

    while ((result = keeper_client_rotate(client, &err)) == 0)
        rotations++;
    cr_expect(eq(int, rotations, 14), "16 places: active, next, and 14 old ones");
    cr_expect(err.kind == REMIT_ERR_LIMIT && remit_err_is(&err, "LimitExceeded"));
}

Test(keeper_sessions, a_retired_access_key_signs_no_more)
{
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };
    auto_keeper_created struct keeper_created other = { .ciphertext = "" };
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_str id;
    struct remit_err err = { 0 };

    must_create(KEEPER_KEY_USER, &created);
    must_create(KEEPER_KEY_USER, &other);
    id = remit_str_of(created.access_key_id);
    cr_assert(sign_as(id, remit_str_of(created.ciphertext), &key, &err) == 0); /* and is cached */
    cr_assert(keeper_client_retire(client, id, &err) == 0, "%s", err.text);
    expect_unknown(id, remit_str_of(created.ciphertext), "retired");
    cr_expect(keeper_client_retire(client, id, &err) == 0, "again: %s", err.text);
    kill_keeper();
    expect_unknown(id, remit_str_of(created.ciphertext), "retired, after a kill");
    remit_secret_drop(&key);
    cr_expect(
        sign_as(remit_str_of(other.access_key_id), remit_str_of(other.ciphertext), &key, &err) == 0,
        "the other one goes on");
}

Test(keeper_sessions, a_retired_session_signs_no_more)
{
    auto_keeper_minted struct keeper_minted minted = { .expires_at = 0 };
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_err err = { 0 };

    must_mint(&minted);
    cr_assert(sign_as(remit_str_of(minted.access_key_id), REMIT_STR(""), &key, &err) == 0);
    cr_assert(keeper_client_retire(client, remit_str_of(minted.access_key_id), &err) == 0);
    expect_unknown(remit_str_of(minted.access_key_id), REMIT_STR(""), "retired");
}

Test(keeper_sessions, a_retired_signing_keys_tokens_are_refused_at_once)
{
    auto_keeper_minted struct keeper_minted old = { .expires_at = 0 };
    auto_keeper_minted struct keeper_minted fresh = { .expires_at = 0 };
    auto_buf struct remit_buf kid = REMIT_BUF(128);
    uint64_t generation = keeper_client_keys_generation(client);
    struct remit_err err = { 0 };

    must_mint(&old);
    cr_assert(keeper_client_active_kid(client, &kid, &err) == 0);
    cr_assert(keeper_client_retire(client, remit_buf_view(&kid), &err) == 0, "%s", err.text);
    cr_expect(keeper_client_keys_generation(client) > generation);
    cr_expect(verifies(&old) == false);
    must_mint(&fresh); /* the active key was replaced */
    cr_expect(verifies(&fresh));
    cr_expect(keeper_client_retire(client, remit_buf_view(&kid), &err) == 0, "again: %s", err.text);
    kill_keeper();
    must_mint(&fresh);
    cr_expect(verifies(&old) == false, "after a kill");
}

static const char *const no_ids[] = {
    "", "AKIA", "AKIA234567234567234a", "x",
    "ABCD:EFGH:IJKL:MNOP:QRST:UVWX:YZ23:4567:ABCD:EFGH:IJKL:MNOP"
};
ROWS(keeper_sessions, what_is_no_id_is_not_retired, no_ids)
{
    struct remit_err err = { 0 };

    cr_expect(keeper_client_retire(client, remit_str_of(no_ids[*row_index]), &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "ValidationError"));
}

#define THREADS 4

static void *use(void *self)
{
    int *failures = self;
    struct remit_err err = { 0 };

    for (int i = 0; i < 20; i++) {
        auto_keeper_minted struct keeper_minted minted = { .expires_at = 0 };
        auto_secret struct remit_secret key = { NULL, 0 };
        struct keeper_session wanted = session();

        if (keeper_client_mint(client, &wanted, &minted, &err) != 0 ||
            sign_as(remit_str_of(minted.access_key_id), REMIT_STR(""), &key, &err) != 0 ||
            !verifies(&minted))
            (*failures)++;
    }
    return NULL;
}

Test(keeper_sessions, threads_share_a_client_while_keys_rotate)
{
    pthread_t threads[THREADS];
    int failures[THREADS] = { 0 };
    struct remit_err err = { 0 };

    for (int i = 0; i < THREADS; i++)
        cr_assert(pthread_create(&threads[i], NULL, use, &failures[i]) == 0);
    for (int i = 0; i < 3; i++)
        cr_expect(keeper_client_rotate(client, &err) == 0, "%s", err.text);
    for (int i = 0; i < THREADS; i++) {
        cr_assert(pthread_join(threads[i], NULL) == 0);
        cr_expect(eq(int, failures[i], 0));
    }
}

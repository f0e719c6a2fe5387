#include "tests/control/ops/fake_keeper.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "iam/crypto.h"

#define KID "fake"

struct keeper_client {
    struct remit_secret private_pem;
    struct remit_token_keys *keys;
    _Atomic unsigned n; /* ids so far */
    _Atomic unsigned minted;
    _Atomic bool away;
};
struct fake_keeper_last fake_keeper_last;

static struct keeper_client keeper;

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct remit_err err = { 0 };                                                              \
                                                                                                   \
        cr_assert(0 == (call), "%s: %s", err.code, err.text);                                      \
    } while (0)

struct keeper_client *fake_keeper(void)
{
    auto_crypto_key struct remit_crypto_key *pair = NULL;
    auto_buf struct remit_buf public_pem = REMIT_BUF(4096);
    struct remit_token_key key = { .kid = REMIT_STR(KID) };

    if (keeper.keys != NULL)
        return &keeper;
    OK(remit_crypto_key_make(&pair, &err));
    OK(remit_crypto_key_private_pem(pair, &keeper.private_pem, &err));
    OK(remit_crypto_key_public_pem(pair, &public_pem, &err));
    key.public_pem = remit_buf_view(&public_pem);
    OK(remit_token_keys_new(&key, 1, &keeper.keys, &err));
    return &keeper;
}

void fake_keeper_away(bool away)
{
    keeper.away = away;
}

unsigned fake_keeper_minted(void)
{
    return keeper.minted;
}

static int away(const struct keeper_client *client, struct remit_err *err)
{
    return client->away
               ? remit_fail(err, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable", "the keeper is away")
               : 0;
}

static void keep(char *out, size_t size, struct remit_str text)
{
    (void)snprintf(out, size, REMIT_STR_FMT, REMIT_STR_ARG(text));
}

static void next_id(struct keeper_client *client, const char *prefix,
                    char out[KEEPER_ACCESS_KEY_ID_MAX + 1])
{
    (void)snprintf(out, KEEPER_ACCESS_KEY_ID_MAX + 1, "%s%016u", prefix, ++client->n);
}

int keeper_client_open(const struct keeper_client_spec *spec, struct keeper_client **out,
                       struct remit_err *err)
{
    (void)spec;
    (void)err;
    *out = fake_keeper();
    return 0;
}

void keeper_client_drop(struct keeper_client **client)
{
    *client = NULL;
}

const struct remit_token_keys *keeper_client_token_keys(struct keeper_client *client)
{
    return client->keys;
}

uint64_t keeper_client_keys_generation(struct keeper_client *client)
{
    (void)client;
    return 1;
}

int keeper_client_certificates(struct keeper_client *client, struct remit_buf *out,
                               struct remit_err *err)
{
    (void)out;
    return away(client, err);
}

int keeper_client_active_kid(struct keeper_client *client, struct remit_buf *out,
                             struct remit_err *err)
{
    remit_buf_put_cstr(out, KID);
    return away(client, err);
}

void keeper_created_drop(struct keeper_created *created)
{
    remit_secret_drop(&created->secret_access_key);
}

int keeper_client_create(struct keeper_client *client, enum keeper_key_kind kind,
                         struct keeper_created *out, struct remit_err *err)
{
    TRY(away(client, err));
    next_id(client, kind == KEEPER_KEY_JOIN ? "AJOI" : "AKIA", out->access_key_id);
    (void)snprintf(out->ciphertext, sizeof(out->ciphertext), "c2VhbGVk");
    return remit_secret_copy(REMIT_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                             &out->secret_access_key, err);
}

int keeper_client_rotate(struct keeper_client *client, struct remit_err *err)
{
    return away(client, err);
}

int keeper_client_signing_key(struct keeper_client *client, struct remit_str access_key_id,
                              struct remit_str ciphertext, struct remit_str date,
                              struct remit_str region, struct remit_str service,
                              struct remit_secret *out, struct remit_err *err)
{
    (void)access_key_id;
    (void)ciphertext;
    (void)date;
    (void)region;
    (void)service;
    TRY(away(client, err));
    return remit_secret_new(REMIT_SHA256_BYTES, out, err);
}

int keeper_client_data_key(struct keeper_client *client, struct remit_str context,
                           struct remit_secret *out, struct remit_err *err)
{
    TRY(away(client, err));
    TRY(remit_secret_new(REMIT_SEAL_KEY_BYTES, out, err));
    remit_crypto_sha256(context, remit_secret_bytes(out));
    return 0;
}

void keeper_minted_drop(struct keeper_minted *minted)
{
    remit_secret_drop(&minted->secret_access_key);
    remit_secret_drop(&minted->session_token);
}

static void remember(const struct keeper_session *s)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct fake_keeper_last *last = &fake_keeper_last;

    (void)pthread_mutex_lock(&lock);
    keep(last->subject, sizeof(last->subject), s->subject);
    keep(last->role, sizeof(last->role), s->role);
    keep(last->source, sizeof(last->source), s->source);
    keep(last->purpose, sizeof(last->purpose), s->purpose);
    keep(last->policy, sizeof(last->policy), s->policy);
    keep(last->extra, sizeof(last->extra), s->extra);
    last->issued_at = s->issued_at;
    last->duration_s = s->duration_s;
    (void)pthread_mutex_unlock(&lock);
}

int keeper_client_mint(struct keeper_client *client, const struct keeper_session *session,
                       struct keeper_minted *out, struct remit_err *err)
{
    auto_buf struct remit_buf token = REMIT_BUF_SECRET(REMIT_TOKEN_MAX);
    struct remit_token_claims claims = {
        .issuer = REMIT_STR(KEEPER_TOKEN_ISSUER),
        .subject = session->subject,
        .issued_at = session->issued_at,
        .expires_at = session->issued_at + session->duration_s,
        .role = session->role,
        .source = session->source,
        .purpose = session->purpose,
        .policy = session->policy,
        .container_instance = session->container_instance,
        .caller_proof = session->caller_proof,
        .extra = session->extra,
    };

    TRY(away(client, err));
    remember(session);
    next_id(client, "ASIA", out->access_key_id);
    client->minted++;
    claims.access_key_id = remit_str_of(out->access_key_id);
    TRY(remit_token_encode(&claims, REMIT_STR(KID), &client->private_pem, &token, err));
    TRY(remit_secret_copy(remit_buf_view(&token), &out->session_token, err));
    out->expires_at = claims.expires_at;
    return remit_secret_copy(REMIT_STR("a-session-secret-of-forty-characters-all"),
                             &out->secret_access_key, err);
}

int keeper_client_mint_registry(struct keeper_client *client,
                                const struct keeper_registry_grant *grant, struct remit_secret *out,
                                struct remit_err *err)
{
    struct remit_buf text = REMIT_BUF(sizeof(fake_keeper_last.registry));

    TRY(away(client, err));
    for (size_t i = 0; i < grant->n_access; i++)
        remit_buf_put_fmt(&text, "%s" REMIT_STR_FMT ":" REMIT_STR_FMT, i > 0 ? " " : "",
                          REMIT_STR_ARG(grant->access[i].name),
                          REMIT_STR_ARG(grant->access[i].actions));
    keep(fake_keeper_last.registry, sizeof(fake_keeper_last.registry), remit_buf_view(&text));
    keep(fake_keeper_last.subject, sizeof(fake_keeper_last.subject), grant->subject);
    fake_keeper_last.duration_s = grant->duration_s;
    remit_buf_drop(&text);
    return remit_secret_copy(REMIT_STR("a.registry.token"), out, err);
}

int keeper_client_retire(struct keeper_client *client, struct remit_str id, struct remit_err *err)
{
    TRY(away(client, err));
    keep(fake_keeper_last.retired, sizeof(fake_keeper_last.retired), id);
    return 0;
}

#include "control/keeper/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/os/log.h"
#include "control/keeper/client_internal.h"
#include "iam/crypto.h"

#define KEY_LIFE_S ((int64_t)30 * 86400) /* how long a token signing key signs */

/* --- opening and asking --- */

/* With the lock held. */
static int start(struct keeper_client *client, struct remit_err *err)
{
    auto_keeper_reply struct keeper_reply hello = KEEPER_REPLY;

    TRY(keeper_process_start(&client->process, &hello, err));
    if (keeper_told_add(client, hello.frame, err) == 0)
        return 0;
    keeper_process_end(&client->process);
    return -1;
}

static int ask_locked(struct keeper_client *client, const struct remit_frame_type *type,
                      const void *question, const struct remit_frame_type *wanted,
                      struct keeper_reply *reply, struct remit_err *err)
{
    if (!keeper_process_alive(&client->process)) {
        keeper_process_end(&client->process);
        TRY(start(client, err));
    }
    TRY(keeper_process_ask(&client->process, type, question, reply, err));
    if (reply->type == &keeper_frame_keys)
        return keeper_told_add(client, reply->frame, err);
    if (reply->type == wanted)
        return 0;
    return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperUnavailable",
                      "the keeper answered %s with %s", type->name, reply->type->name);
}

/* A keys frame, where it is the answer, is taken note of here. */
static int ask(struct keeper_client *client, const struct remit_frame_type *type,
               const void *question, const struct remit_frame_type *wanted,
               struct keeper_reply *reply, struct remit_err *err)
{
    int result = 0;

    pthread_mutex_lock(&client->lock);
    result = ask_locked(client, type, question, wanted, reply, err);
    pthread_mutex_unlock(&client->lock);
    return result;
}

static int client_new(const struct keeper_client_spec *spec, struct keeper_client **out,
                      struct remit_err *err)
{
    struct keeper_client *client = calloc(1, sizeof(*client));

    if (client == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for a client");
    client->process.channel = -1;
    (void)pthread_mutex_init(&client->lock, NULL);
    *out = client;
    if (asprintf(&client->process.folder, "%s/keeper", spec->state_dir) < 0)
        client->process.folder = NULL;
    client->process.account = strndup(spec->account.ptr, spec->account.len);
    if (client->process.folder == NULL || client->process.account == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for a client");
    return keeper_cache_init(&client->cache, err);
}

int keeper_client_open(const struct keeper_client_spec *spec, struct keeper_client **out,
                       struct remit_err *err)
{
    auto_keeper_client struct keeper_client *client = NULL;

    TRY(client_new(spec, &client, err));
    TRY(remit_file_mkdir(spec->state_dir, 0700, err));
    TRY(start(client, err));
    *out = client;
    client = NULL;
    return 0;
}

void keeper_client_drop(struct keeper_client **client)
{
    if (*client == NULL)
        return;
    keeper_process_end(&(*client)->process);
    keeper_told_drop(*client);
    keeper_cache_drop(&(*client)->cache);
    (void)pthread_mutex_destroy(&(*client)->lock);
    free((*client)->process.folder);
    free((*client)->process.account);
    free(*client);
    *client = NULL;
}

/* --- public keys --- */

const struct remit_token_keys *keeper_client_token_keys(struct keeper_client *client)
{
    return atomic_load(&client->told)->keys;
}

uint64_t keeper_client_keys_generation(struct keeper_client *client)
{
    return atomic_load(&client->generation);
}

int keeper_client_certificates(struct keeper_client *client, struct remit_buf *out,
                               struct remit_err *err)
{
    remit_buf_put(out, remit_buf_view(&atomic_load(&client->told)->certificates));
    return remit_buf_check(out, "certificates", err);
}

int keeper_client_active_kid(struct keeper_client *client, struct remit_buf *out,
                             struct remit_err *err)
{
    remit_buf_put_cstr(out, atomic_load(&client->told)->active_kid);
    return remit_buf_check(out, "a key id", err);
}

int keeper_client_rotate(struct keeper_client *client, struct remit_err *err)
{
    const struct keeper_rotate question = { .version = KEEPER_VERSION };
    auto_keeper_reply struct keeper_reply reply = KEEPER_REPLY;

    return ask(client, &keeper_frame_rotate, &question, &keeper_frame_keys, &reply, err);
}

/* Whoever verifies has known the next key for as long as the old one signed. */
static void rotate_when_due(struct keeper_client *client, int64_t now_at)
{
    struct remit_err err = { 0 };

    if (now_at - atomic_load(&client->told)->active_created_at < KEY_LIFE_S)
        return;
    if (keeper_client_rotate(client, &err) != 0)
        remit_log_err(REMIT_LOG_WARN, &err, "the token signing key is over 30 days old");
}

/* --- access keys --- */

static void copy_id(struct remit_str id, char out[KEEPER_ACCESS_KEY_ID_MAX + 1])
{
    memcpy(out, id.ptr, id.len); /* its frame bounds it */
    out[id.len] = '\0';
}

void keeper_created_drop(struct keeper_created *created)
{
    remit_secret_drop(&created->secret_access_key);
}

int keeper_client_create(struct keeper_client *client, enum keeper_key_kind kind,
                         struct keeper_created *out, struct remit_err *err)
{
    const struct keeper_create question = { .kind = (uint8_t)kind };
    auto_keeper_reply struct keeper_reply reply = KEEPER_REPLY;
    struct keeper_created_answer *created = NULL;

    TRY(ask(client, &keeper_frame_create, &question, &keeper_frame_created, &reply, err));
    created = reply.frame;
    *out = (struct keeper_created){ .secret_access_key =
                                        remit_secret_steal(&created->secret_access_key) };
    copy_id(created->access_key_id, out->access_key_id);
    memcpy(out->ciphertext, created->ciphertext.ptr, created->ciphertext.len);
    return 0;
}

/* All that a signing key depends on, the ciphertext too: a wrong one must be seen each time. */
static void scope_hash(const struct keeper_sign *scope, unsigned char out[REMIT_SHA256_BYTES])
{
    const struct remit_str parts[] = { scope->access_key_id, scope->ciphertext, scope->date,
                                       scope->region, scope->service };
    auto_buf struct remit_buf text = REMIT_BUF(4096);

    for (size_t i = 0; i < REMIT_COUNT(parts); i++) {
        remit_buf_put_fmt(&text, "%zu ", parts[i].len);
        remit_buf_put(&text, parts[i]);
    }
    remit_crypto_sha256(remit_buf_view(&text), out);
}

static int derive(struct keeper_client *client, const struct keeper_sign *scope,
                  struct remit_secret *out, struct remit_err *err)
{
    auto_keeper_reply struct keeper_reply reply = KEEPER_REPLY;

    TRY(ask(client, &keeper_frame_sign, scope, &keeper_frame_derived, &reply, err));
    *out = remit_secret_steal(&((struct keeper_derived *)reply.frame)->key);
    return 0;
}

int keeper_client_signing_key(struct keeper_client *client, struct remit_str access_key_id,
                              struct remit_str ciphertext, struct remit_str date,
                              struct remit_str region, struct remit_str service,
                              struct remit_secret *out, struct remit_err *err)
{
    const struct keeper_sign scope = { access_key_id, ciphertext, date, region, service };
    unsigned char hash[REMIT_SHA256_BYTES];
    uint64_t retired = 0;
    bool found = false;

    /* What no key has is not worth asking for; the lengths are bounded for scope_hash(). */
    if (access_key_id.len > KEEPER_ACCESS_KEY_ID_MAX || ciphertext.len > KEEPER_CIPHERTEXT_MAX)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "InvalidClientTokenId",
                          "The security token included in the request is invalid.");
    if (date.len + region.len + service.len > KEEPER_CONTEXT_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError", "a scope of %zu bytes",
                          date.len + region.len + service.len);
    scope_hash(&scope, hash);
    TRY(keeper_cache_get(&client->cache, hash, remit_clock_now_at(), &found, &retired, out, err));
    if (found)
        return 0;
    TRY(derive(client, &scope, out, err));
    keeper_cache_put(&client->cache, hash, access_key_id, retired, out);
    return 0;
}

int keeper_client_data_key(struct keeper_client *client, struct remit_str context,
                           struct remit_secret *out, struct remit_err *err)
{
    const struct keeper_data question = { .context = context };
    auto_keeper_reply struct keeper_reply reply = KEEPER_REPLY;

    TRY(ask(client, &keeper_frame_data, &question, &keeper_frame_derived, &reply, err));
    *out = remit_secret_steal(&((struct keeper_derived *)reply.frame)->key);
    return 0;
}

int keeper_client_retire(struct keeper_client *client, struct remit_str id, struct remit_err *err)
{
    const struct keeper_retire question = { .id = id };
    auto_keeper_reply struct keeper_reply reply = KEEPER_REPLY;

    TRY(ask(client, &keeper_frame_retire, &question, &keeper_frame_done, &reply, err));
    keeper_cache_forget(&client->cache, id);
    return 0;
}

/* --- tokens --- */

void keeper_minted_drop(struct keeper_minted *minted)
{
    remit_secret_drop(&minted->secret_access_key);
    remit_secret_drop(&minted->session_token);
}

int keeper_client_mint(struct keeper_client *client, const struct keeper_session *session,
                       struct keeper_minted *out, struct remit_err *err)
{
    auto_keeper_reply struct keeper_reply reply = KEEPER_REPLY;
    struct keeper_minted_answer *minted = NULL;

    rotate_when_due(client, session->issued_at);
    TRY(ask(client, &keeper_frame_mint, session, &keeper_frame_minted, &reply, err));
    minted = reply.frame;
    *out = (struct keeper_minted){
        .secret_access_key = remit_secret_steal(&minted->secret_access_key),
        .session_token = remit_secret_steal(&minted->session_token),
        .expires_at = minted->expires_at,
    };
    copy_id(minted->access_key_id, out->access_key_id);
    return 0;
}

int keeper_client_mint_registry(struct keeper_client *client,
                                const struct keeper_registry_grant *grant, struct remit_secret *out,
                                struct remit_err *err)
{
    const struct keeper_registry question = {
        .subject = grant->subject,
        .audience = grant->audience,
        .access = { .items = (void *)(uintptr_t)grant->access, .count = grant->n_access },
        .issued_at = grant->issued_at,
        .duration_s = grant->duration_s,
    };
    auto_keeper_reply struct keeper_reply reply = KEEPER_REPLY;

    TRY(ask(client, &keeper_frame_registry, &question, &keeper_frame_registered, &reply, err));
    *out = remit_secret_steal(&((struct keeper_registered *)reply.frame)->token);
    return 0;
}

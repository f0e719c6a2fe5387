#include "control/keeper/client_internal.h"

#include <stdlib.h>
#include <string.h>

#define CERTIFICATES_MAX ((size_t)REMIT_TOKEN_KEYS_MAX * KEEPER_CERTIFICATE_MAX)
#define KIDS_MAX         ((size_t)REMIT_TOKEN_KEYS_MAX * (REMIT_TOKEN_KID_MAX + 4))

static void told_free(struct keeper_told *told)
{
    if (told == NULL)
        return;
    remit_token_keys_drop(&told->keys);
    remit_buf_drop(&told->certificates);
    remit_buf_drop(&told->kids);
    free(told);
}

void keeper_told_drop(struct keeper_client *client)
{
    struct keeper_told *told = atomic_exchange(&client->told, NULL);

    while (told != NULL) {
        struct keeper_told *before = told->before;

        told_free(told);
        told = before;
    }
}

static int read_key(struct keeper_told *told, const struct keeper_public_key *key,
                    struct remit_token_key *out, struct remit_err *err)
{
    *out = (struct remit_token_key){ .kid = key->kid, .public_pem = key->public_pem };
    remit_buf_put(&told->certificates, key->certificate);
    remit_buf_put_fmt(&told->kids, "%u %.*s\n", key->state, REMIT_STR_ARG(key->kid));
    TRY(remit_buf_check(&told->certificates, "certificates", err));
    if (key->state != KEEPER_KEY_ACTIVE)
        return 0;
    memcpy(told->active_kid, key->kid.ptr, key->kid.len); /* its frame bounds it */
    told->active_created_at = key->created_at;
    return 0;
}

static int fill(struct keeper_told *told, const struct keeper_keys *keys, struct remit_err *err)
{
    const struct keeper_public_key *list = keys->keys.items;
    struct remit_token_key token_keys[REMIT_TOKEN_KEYS_MAX];

    for (size_t i = 0; i < keys->keys.count; i++)
        TRY(read_key(told, &list[i], &token_keys[i], err));
    if (told->active_kid[0] == '\0')
        return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperUnavailable",
                          "the keeper names no active signing key");
    return remit_token_keys_new(token_keys, keys->keys.count, &told->keys, err);
}

int keeper_told_add(struct keeper_client *client, const struct keeper_keys *keys,
                    struct remit_err *err)
{
    struct keeper_told *before = atomic_load(&client->told);
    struct keeper_told *told = calloc(1, sizeof(*told));

    if (told == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for keys");
    remit_buf_init(&told->certificates, CERTIFICATES_MAX);
    remit_buf_init(&told->kids, KIDS_MAX);
    if (fill(told, keys, err) != 0) {
        told_free(told);
        return -1;
    }
    if (before != NULL &&
        remit_str_equal(remit_buf_view(&before->kids), remit_buf_view(&told->kids))) {
        told_free(told); /* a keeper started again tells the same */
        return 0;
    }
    told->before = before; /* somebody may still verify with it */
    atomic_store(&client->told, told);
    atomic_fetch_add(&client->generation, 1);
    return 0;
}

#include "control/keeper/keys.h"

#include <string.h>

#define CERTIFICATE_NAME   "remit token signing key"
#define CERTIFICATE_LIFE_S ((int64_t)3650 * 86400) /* the key ends long before */
#define CERTIFICATE_SKEW_S 86400

void keeper_keys_drop(struct keeper_key_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        remit_secret_drop(&set->keys[i].private_pem);
    set->count = 0;
}
#define auto_key_set REMIT_AUTO(keeper_keys_drop)

void keeper_keys_move(struct keeper_key_set *to, struct keeper_key_set *from)
{
    keeper_keys_drop(to);
    *to = *from;
    from->count = 0; /* the secrets are the other's now */
}

int keeper_keys_copy(const struct keeper_key_set *from, struct keeper_key_set *to,
                     struct remit_err *err)
{
    auto_key_set struct keeper_key_set copy = { .count = 0 };

    for (size_t i = 0; i < from->count; i++) {
        struct keeper_key *key = &copy.keys[i];

        *key = from->keys[i];
        key->private_pem = (struct remit_secret){ NULL, 0 };
        copy.count++;
        TRY(remit_secret_copy(remit_secret_view(&from->keys[i].private_pem), &key->private_pem,
                              err));
    }
    keeper_keys_move(to, &copy);
    return 0;
}

struct keeper_key *keeper_keys_find(struct keeper_key_set *set, struct remit_str kid)
{
    for (size_t i = 0; i < set->count; i++)
        if (remit_str_equal(remit_str_of(set->keys[i].kid), kid))
            return &set->keys[i];
    return NULL;
}

struct keeper_key *keeper_keys_in_state(struct keeper_key_set *set, enum keeper_key_state state)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->keys[i].state == state)
            return &set->keys[i];
    return NULL;
}

/* --- making one --- */

/* The buffer's text into a field of fixed size. */
static int put_text(char *out, size_t size, struct remit_str text, struct remit_err *err)
{
    if (text.len >= size)
        return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperStateDamaged",
                          "a key's text has %zu bytes, the most is %zu", text.len, size - 1);
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return 0;
}

static int describe(const struct remit_crypto_key *made, struct keeper_key *key,
                    struct remit_err *err)
{
    auto_buf struct remit_buf pem = REMIT_BUF(KEEPER_PUBLIC_MAX);
    auto_buf struct remit_buf certificate = REMIT_BUF(KEEPER_CERTIFICATE_MAX);

    TRY(remit_crypto_key_fingerprint(made, key->kid, err));
    TRY(remit_crypto_key_public_pem(made, &pem, err));
    TRY(remit_crypto_key_certificate(made, CERTIFICATE_NAME, key->created_at - CERTIFICATE_SKEW_S,
                                     key->created_at + CERTIFICATE_LIFE_S, &certificate, err));
    TRY(put_text(key->public_pem, sizeof(key->public_pem), remit_buf_view(&pem), err));
    return put_text(key->certificate, sizeof(key->certificate), remit_buf_view(&certificate), err);
}

int keeper_keys_make(struct keeper_key_set *set, enum keeper_key_state state, int64_t now_at,
                     struct remit_err *err)
{
    auto_crypto_key struct remit_crypto_key *made = NULL;
    struct keeper_key *key = &set->keys[set->count];

    if (set->count == REMIT_TOKEN_KEYS_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "%d token signing keys still have living tokens", REMIT_TOKEN_KEYS_MAX);
    *key = (struct keeper_key){ .state = state, .created_at = now_at };
    TRY(remit_crypto_key_make(&made, err));
    TRY(describe(made, key, err));
    TRY(remit_crypto_key_private_pem(made, &key->private_pem, err));
    set->count++;
    return 0;
}

void keeper_keys_remove(struct keeper_key_set *set, struct keeper_key *key)
{
    size_t at = (size_t)(key - set->keys);

    remit_secret_drop(&key->private_pem);
    memmove(key, key + 1, (set->count - at - 1) * sizeof(*key));
    set->count--;
}

void keeper_keys_remove_ended(struct keeper_key_set *set, int64_t now_at)
{
    for (size_t i = set->count; i-- > 0;)
        if (set->keys[i].state == KEEPER_KEY_OLD && set->keys[i].ends_at < now_at)
            keeper_keys_remove(set, &set->keys[i]);
}

/* --- as JSON, inside a sealed record --- */

void keeper_keys_write(struct remit_jw *w, const struct keeper_key_set *set)
{
    remit_jw_array(w);
    for (size_t i = 0; i < set->count; i++) {
        const struct keeper_key *key = &set->keys[i];

        remit_jw_object(w);
        remit_jw_put_cstr(w, "kid", key->kid);
        remit_jw_put_int(w, "state", key->state);
        remit_jw_put_int(w, "createdAt", key->created_at);
        remit_jw_put_int(w, "endsAt", key->ends_at);
        remit_jw_put_str(w, "private", remit_secret_view(&key->private_pem));
        remit_jw_put_cstr(w, "public", key->public_pem);
        remit_jw_put_cstr(w, "certificate", key->certificate);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

static struct remit_str text(const struct remit_json *json, const char *name)
{
    return remit_json_str(remit_json_get(json, name));
}

static int read_one(const struct remit_json *json, struct keeper_key *key, struct remit_err *err)
{
    int64_t state = remit_json_int(remit_json_get(json, "state"));

    if (state < KEEPER_KEY_NEXT || state > KEEPER_KEY_OLD)
        return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperStateDamaged", "a key of state %d",
                          (int)state);
    *key = (struct keeper_key){
        .state = (enum keeper_key_state)state,
        .created_at = remit_json_int(remit_json_get(json, "createdAt")),
        .ends_at = remit_json_int(remit_json_get(json, "endsAt")),
    };
    TRY(put_text(key->kid, sizeof(key->kid), text(json, "kid"), err));
    TRY(put_text(key->public_pem, sizeof(key->public_pem), text(json, "public"), err));
    TRY(put_text(key->certificate, sizeof(key->certificate), text(json, "certificate"), err));
    return remit_secret_copy(text(json, "private"), &key->private_pem, err);
}

int keeper_keys_read(const struct remit_json *list, struct keeper_key_set *out,
                     struct remit_err *err)
{
    auto_key_set struct keeper_key_set read = { .count = 0 };

    if (remit_json_count(list) > REMIT_TOKEN_KEYS_MAX)
        return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperStateDamaged",
                          "%zu token signing keys, the most is %d", remit_json_count(list),
                          REMIT_TOKEN_KEYS_MAX);
    for (size_t i = 0; i < remit_json_count(list); i++) {
        TRY(read_one(remit_json_at(list, i), &read.keys[i], err));
        read.count++;
    }
    keeper_keys_move(out, &read);
    return 0;
}

#include "control/keeper/secrets.h"

#include <string.h>

#include <remit/sigv4.h>

#include "common/base/civil.h"
#include "common/base/encode.h"
#include "common/os/random.h"

#define BASE32        "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
#define PREFIX_CHARS  4
#define RANDOM_CHARS  16
#define SECRET_BYTES  30 /* 240 bits: 40 characters of base64 */
#define DAYS_BACK     8  /* a presigned request lives seven, and a clock may differ */
#define DAYS_AHEAD    1
#define SECONDS_A_DAY 86400

static const struct {
    enum keeper_key_kind kind;
    const char *prefix;
} kinds[] = {
    { KEEPER_KEY_USER, "AKIA" },
    { KEEPER_KEY_ROOT, "AKIA" },
    { KEEPER_KEY_JOIN, "AJOI" },
};

static bool is_session(struct remit_str id)
{
    return remit_str_starts(id, REMIT_STR("ASIA"));
}

bool keeper_is_access_key_id(struct remit_str id)
{
    if (id.len != PREFIX_CHARS + RANDOM_CHARS ||
        (!is_session(id) && !remit_str_starts(id, REMIT_STR("AKIA")) &&
         !remit_str_starts(id, REMIT_STR("AJOI"))))
        return false;
    for (size_t i = PREFIX_CHARS; i < id.len; i++)
        if (remit_str_find(REMIT_STR(BASE32), id.ptr[i]) == sizeof(BASE32) - 1)
            return false;
    return true;
}

void keeper_new_access_key_id(const char *prefix, char out[KEEPER_ACCESS_KEY_ID_MAX + 1])
{
    auto_buf struct remit_buf text = REMIT_BUF(KEEPER_ACCESS_KEY_ID_MAX);

    remit_buf_put_cstr(&text, prefix);
    remit_random_text(&text, BASE32, RANDOM_CHARS);
    REMIT_REQUIRE(remit_buf_ok(&text));
    memcpy(out, remit_buf_cstr(&text), text.len + 1);
}

static int unknown(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "InvalidClientTokenId",
                      "The security token included in the request is invalid.");
}

/* 30 bytes as 40 characters, which is what clients expect a secret access key to look like. */
static int secret_text(const unsigned char *bytes, struct remit_secret *out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(KEEPER_SECRET_CHARS);

    remit_base64_put(&text, remit_str_from((const char *)bytes, SECRET_BYTES));
    TRY(remit_buf_check(&text, "a secret access key", err));
    return remit_secret_copy(remit_buf_view(&text), out, err);
}

/* --- long-term keys --- */

static struct remit_str aad_of(struct remit_str id, struct remit_buf *into)
{
    remit_buf_put_fmt(into, "access key %.*s", REMIT_STR_ARG(id));
    return remit_buf_view(into);
}

static int seal(const struct keeper *keeper, struct remit_str id, const struct remit_secret *secret,
                struct remit_buf *ciphertext, struct remit_err *err)
{
    auto_buf struct remit_buf aad = REMIT_BUF(64);
    auto_buf struct remit_buf sealed = REMIT_BUF(KEEPER_CIPHERTEXT_MAX);
    unsigned char nonce[REMIT_SEAL_NONCE_BYTES];

    remit_random_bytes(nonce, sizeof(nonce));
    TRY(remit_crypto_seal(remit_secret_view(&keeper->seal_key), nonce, aad_of(id, &aad),
                          remit_secret_view(secret), &sealed, err));
    remit_base64_put(ciphertext, remit_buf_view(&sealed));
    return remit_buf_check(ciphertext, "a sealed access key", err);
}

static int unseal(const struct keeper *keeper, struct remit_str id, struct remit_str ciphertext,
                  struct remit_secret *out, struct remit_err *err)
{
    auto_buf struct remit_buf aad = REMIT_BUF(64);
    auto_buf struct remit_buf sealed = REMIT_BUF(KEEPER_CIPHERTEXT_MAX);

    if (remit_base64_decode(ciphertext, &sealed, NULL) != 0 ||
        remit_crypto_open(remit_secret_view(&keeper->seal_key), aad_of(id, &aad),
                          remit_buf_view(&sealed), out, NULL) != 0)
        return unknown(err);
    return 0;
}

int keeper_create_key(const struct keeper *keeper, enum keeper_key_kind kind,
                      char id[KEEPER_ACCESS_KEY_ID_MAX + 1], struct remit_secret *secret,
                      struct remit_buf *ciphertext, struct remit_err *err)
{
    unsigned char bytes[SECRET_BYTES];
    const char *prefix = NULL;
    int result = 0;

    for (size_t i = 0; i < REMIT_COUNT(kinds); i++)
        if (kinds[i].kind == kind)
            prefix = kinds[i].prefix;
    if (prefix == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError", "no key is of kind %d",
                          (int)kind);
    keeper_new_access_key_id(prefix, id);
    remit_random_bytes(bytes, sizeof(bytes));
    result = secret_text(bytes, secret, err);
    remit_wipe(bytes, sizeof(bytes));
    TRY(result);
    return seal(keeper, remit_str_of(id), secret, ciphertext, err);
}

/* --- derived ones --- */

int keeper_session_secret(const struct keeper *keeper, struct remit_str id,
                          struct remit_secret *out, struct remit_err *err)
{
    unsigned char mac[REMIT_SHA256_BYTES];
    int result = 0;

    remit_crypto_hmac(remit_secret_view(&keeper->session_key), id, mac);
    result = secret_text(mac, out, err);
    remit_wipe(mac, sizeof(mac));
    return result;
}

int keeper_stored_data_key(const struct keeper *keeper, struct remit_str context,
                           struct remit_secret *out, struct remit_err *err)
{
    if (context.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "a data key's context must not be empty");
    TRY(remit_secret_new(REMIT_SHA256_BYTES, out, err));
    remit_crypto_hmac(remit_secret_view(&keeper->data_key), context, remit_secret_bytes(out));
    return 0;
}

/* --- signing keys --- */

/* yyyymmdd. */
static bool parse_date(struct remit_str text, int64_t *at)
{
    unsigned long long number = 0;
    struct remit_civil date = { 0 };

    if (text.len != 8 || !remit_str_to_u64(text, 99999999, &number))
        return false;
    date.year = (int64_t)(number / 10000);
    date.month = (int)(number / 100 % 100);
    date.day = (int)(number % 100);
    if (!remit_civil_valid(&date))
        return false;
    *at = remit_civil_to_seconds(&date);
    return true;
}

static int check_date(struct remit_str text, int64_t now_at, struct remit_err *err)
{
    int64_t today = now_at - now_at % SECONDS_A_DAY;
    int64_t date = 0;

    if (!parse_date(text, &date))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError", "'%.*s' is no yyyymmdd",
                          REMIT_STR_ARG(text));
    if (date > today + DAYS_AHEAD * SECONDS_A_DAY || date < today - DAYS_BACK * SECONDS_A_DAY)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "no signing key for %.*s: it is more than %d day ahead or %d days back",
                          REMIT_STR_ARG(text), DAYS_AHEAD, DAYS_BACK);
    return 0;
}

static bool is_scope_name(struct remit_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.')
            return false;
    }
    return name.len > 0;
}

static int secret_of(const struct keeper *keeper, const struct keeper_sign *scope,
                     struct remit_secret *out, struct remit_err *err)
{
    if (!keeper_is_access_key_id(scope->access_key_id) ||
        keeper_ids_has(&keeper->retired, scope->access_key_id) ||
        is_session(scope->access_key_id) != (scope->ciphertext.len == 0))
        return unknown(err);
    if (is_session(scope->access_key_id))
        return keeper_session_secret(keeper, scope->access_key_id, out, err);
    return unseal(keeper, scope->access_key_id, scope->ciphertext, out, err);
}

int keeper_signing_key(const struct keeper *keeper, const struct keeper_sign *scope, int64_t now_at,
                       struct remit_secret *out, struct remit_err *err)
{
    auto_secret struct remit_secret secret = { NULL, 0 };

    TRY(check_date(scope->date, now_at, err));
    if (!is_scope_name(scope->region) || !is_scope_name(scope->service))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "region and service are of a-z 0-9 - .");
    TRY(secret_of(keeper, scope, &secret, err));
    return remit_sigv4_signing_key(remit_secret_view(&secret), scope->date, scope->region,
                                   scope->service, out, err);
}

#include "control/keeper/mint.h"

#include "common/base/json.h"
#include "common/os/random.h"
#include "control/keeper/secrets.h"

#define REGISTRY_LIFE_MAX_S 3600
#define LIFE_MIN_S          60
#define CLAIMS_MAX          12288

static int invalid(struct remit_err *err, const char *what, struct remit_str value)
{
    return remit_fail(err, REMIT_ERR_INVALID, "ValidationError", "'%.*s' is no %s",
                      REMIT_STR_ARG(remit_str_sub(value, 0, 100)), what);
}

/*
 * A token that begins later than now would still be good after an intruder in control, who had it
 * minted, is gone.
 */
static int check_times(int64_t issued_at, int64_t duration_s, int64_t most_s, int64_t now_at,
                       struct remit_err *err)
{
    if (duration_s < LIFE_MIN_S || duration_s > most_s)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "a token lives %d to %lld seconds, not %lld", LIFE_MIN_S,
                          (long long)most_s, (long long)duration_s);
    if (issued_at < 0 || issued_at > now_at + REMIT_TOKEN_AHEAD_S)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "a token issued at %lld, which is not yet", (long long)issued_at);
    return 0;
}

/* --- sessions --- */

static const struct remit_str purposes[] = {
    REMIT_STR_INIT("task"),    REMIT_STR_INIT("execution"), REMIT_STR_INIT("instance"),
    REMIT_STR_INIT("assumed"), REMIT_STR_INIT("federated"), REMIT_STR_INIT("registry-login"),
};

static int check_purpose(struct remit_str purpose, struct remit_err *err)
{
    for (size_t i = 0; i < REMIT_COUNT(purposes); i++)
        if (remit_str_equal(purpose, purposes[i]))
            return 0;
    return invalid(err, "purpose of a session", purpose);
}

static struct remit_token_claims claims_of(const struct keeper_session *session, const char *id)
{
    return (struct remit_token_claims){
        .issuer = REMIT_STR(KEEPER_TOKEN_ISSUER),
        .subject = session->subject,
        .access_key_id = remit_str_of(id),
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
}

static void note_expiry(struct keeper *keeper, int64_t expires_at)
{
    if (keeper->last_expires_at < expires_at)
        keeper->last_expires_at = expires_at;
}

int keeper_mint(struct keeper *keeper, const struct keeper_session *session, int64_t now_at,
                struct keeper_minted *out, struct remit_err *err)
{
    const struct keeper_key *key = keeper_active_key(keeper);
    auto_buf struct remit_buf token = REMIT_BUF_SECRET(REMIT_TOKEN_MAX);
    struct remit_token_claims claims;

    TRY(check_purpose(session->purpose, err));
    TRY(check_times(session->issued_at, session->duration_s, REMIT_TOKEN_LIFE_MAX_S, now_at, err));
    keeper_new_access_key_id("ASIA", out->access_key_id);
    claims = claims_of(session, out->access_key_id);
    if (remit_token_encode(&claims, remit_str_of(key->kid), &key->private_pem, &token, err) != 0) {
        if (remit_err_is(err, "InvalidClaim"))
            err->code = "ValidationError"; /* the wire's name for what the keeper refuses to read */
        return -1;
    }
    TRY(keeper_session_secret(keeper, remit_str_of(out->access_key_id), &out->secret_access_key,
                              err));
    TRY(remit_secret_copy(remit_buf_view(&token), &out->session_token, err));
    out->expires_at = claims.expires_at;
    note_expiry(keeper, out->expires_at);
    return 0;
}

/* --- docker-registry --- */

static const struct remit_str registry_actions[] = {
    REMIT_STR_INIT("pull"),
    REMIT_STR_INIT("push"),
    REMIT_STR_INIT("delete"),
    REMIT_STR_INIT("*"),
};

static bool is_action(struct remit_str action)
{
    for (size_t i = 0; i < REMIT_COUNT(registry_actions); i++)
        if (remit_str_equal(action, registry_actions[i]))
            return true;
    return false;
}

/* Lower case, digits and the separators of repository names: nothing that could be read twice. */
static bool is_repository(struct remit_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '/' && c != '.' &&
            c != '_' && c != '-')
            return false;
    }
    return name.len > 0;
}

static int put_access(struct remit_jw *w, const struct keeper_registry_access *access,
                      struct remit_err *err)
{
    struct remit_str rest = access->actions;
    struct remit_str action;
    bool more = true;

    if (!is_repository(access->name))
        return invalid(err, "repository", access->name);
    remit_jw_object(w);
    remit_jw_put_cstr(w, "type", "repository");
    remit_jw_put_str(w, "name", access->name);
    remit_jw_key(w, "actions");
    remit_jw_array(w);
    while (more) {
        more = remit_str_cut(&rest, ',', &action);
        if (!is_action(action))
            return invalid(err, "action of a registry", action);
        remit_jw_str(w, action);
    }
    remit_jw_end(w);
    remit_jw_end(w);
    return 0;
}

/* As docker-registry's token authentication describes it. */
static int put_claims(struct remit_buf *out, const struct keeper_registry *grant,
                      struct remit_err *err)
{
    const struct keeper_registry_access *access = grant->access.items;
    struct remit_jw w = REMIT_JW(out);
    char id[REMIT_UUID_TEXT];

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "iss", KEEPER_TOKEN_ISSUER);
    remit_jw_put_str(&w, "sub", grant->subject);
    remit_jw_put_str(&w, "aud", grant->audience);
    remit_jw_put_int(&w, "iat", grant->issued_at);
    remit_jw_put_int(&w, "nbf", grant->issued_at);
    remit_jw_put_int(&w, "exp", grant->issued_at + grant->duration_s);
    remit_jw_put_cstr(&w, "jti", remit_random_uuid(id));
    remit_jw_key(&w, "access");
    remit_jw_array(&w);
    for (size_t i = 0; i < grant->access.count; i++)
        TRY(put_access(&w, &access[i], err));
    remit_jw_end(&w);
    remit_jw_end(&w);
    return remit_buf_check(out, "a registry's token", err);
}

int keeper_mint_registry(struct keeper *keeper, const struct keeper_registry *grant, int64_t now_at,
                         struct remit_secret *out, struct remit_err *err)
{
    const struct keeper_key *key = keeper_active_key(keeper);
    auto_buf struct remit_buf claims = REMIT_BUF(CLAIMS_MAX);
    auto_buf struct remit_buf token = REMIT_BUF_SECRET(REMIT_TOKEN_JSON_MAX);

    TRY(check_times(grant->issued_at, grant->duration_s, REGISTRY_LIFE_MAX_S, now_at, err));
    if (grant->audience.len == 0)
        return invalid(err, "audience", grant->audience);
    TRY(put_claims(&claims, grant, err));
    TRY(remit_token_encode_json(remit_buf_view(&claims), remit_str_of(key->kid), &key->private_pem,
                                &token, err));
    TRY(remit_secret_copy(remit_buf_view(&token), out, err));
    note_expiry(keeper, grant->issued_at + grant->duration_s);
    return 0;
}

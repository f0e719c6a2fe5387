#include "tests/control/http/signed.h"

#include <criterion/criterion.h>

#include <remit/sigv4.h>

#include "common/os/clock.h"

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct remit_err err = { 0 };                                                              \
                                                                                                   \
        cr_assert(0 == (call), "%s: %s", err.code, err.text);                                      \
    } while (0)

const struct signed_call signed_identity = { .body = "Action=GetCallerIdentity&Version=2011-06-15",
                                             .service = "sts" };
const struct signed_call signed_parameter = { .body = "{\"Name\":\"/a\"}",
                                              .service = "ssm",
                                              .target = "AmazonSSM.GetParameter" };
struct control_caller face_caller;
int64_t signed_now;

void signed_open(void)
{
    face_open();
    face_keeper();
    signed_now = remit_clock_now_at();
}

/* ---- keys ---- */

static struct remit_str kept(struct remit_str s)
{
    return remit_arena_str(&face.arena, s);
}

struct signed_key signed_make_key(enum iam_key_kind kind, const char *user)
{
    static const enum keeper_key_kind kinds[] = { [IAM_KEY_ROOT] = KEEPER_KEY_ROOT,
                                                  [IAM_KEY_USER] = KEEPER_KEY_USER,
                                                  [IAM_KEY_JOIN] = KEEPER_KEY_JOIN };
    auto_keeper_created struct keeper_created created = { 0 };
    struct iam_access_key record = { .kind = kind, .active = true, .created_at = signed_now };

    OK(keeper_client_create(face.keeper, kinds[kind], &created, &err));
    record.id = remit_str_of(created.access_key_id);
    record.ciphertext = remit_str_of(created.ciphertext);
    record.user = remit_str_of(user != NULL ? user : "");
    record.cluster = remit_str_of(kind == IAM_KEY_JOIN ? "default" : "");
    record.expires_at = kind == IAM_KEY_JOIN ? signed_now + 60 : 0;
    OK(iam_access_key_write(face.store, &record, &err));
    return (struct signed_key){ kept(record.id),
                                kept(remit_secret_view(&created.secret_access_key)),
                                REMIT_STR("") };
}

void signed_change_key(struct remit_str id, bool active, int64_t expires_at)
{
    struct iam_access_key record;

    OK(iam_access_key_read(face.store, id, &face.arena, &record, &err));
    record.active = active;
    record.expires_at = expires_at;
    OK(iam_access_key_write(face.store, &record, &err));
}

struct signed_key signed_mint(const struct keeper_session *session)
{
    auto_keeper_minted struct keeper_minted minted = { 0 };

    OK(keeper_client_mint(face.keeper, session, &minted, &err));
    return (struct signed_key){ kept(remit_str_of(minted.access_key_id)),
                                kept(remit_secret_view(&minted.secret_access_key)),
                                kept(remit_secret_view(&minted.session_token)) };
}

struct signed_key signed_session(const char *role, const char *purpose, const char *source,
                                 int64_t duration_s)
{
    struct iam_principal_record record;
    struct keeper_session session = {
        .subject =
            remit_arena_fmt(&face.arena, "arn:aws:sts::" FACE_ACCOUNT ":assumed-role/%s/s", role),
        .purpose = remit_str_of(purpose),
        .source = remit_str_of(source),
        .issued_at = signed_now,
        .duration_s = duration_s,
    };

    OK(iam_role_read(face.store, remit_str_of(role), &face.arena, &record, &err));
    session.role = record.arn;
    session.extra =
        remit_arena_fmt(&face.arena, "{\"id\":\"" REMIT_STR_FMT "\"}", REMIT_STR_ARG(record.id));
    return signed_mint(&session);
}

/* ---- requests ---- */

static size_t put_lines(const char *const *lines, struct remit_http_header *out)
{
    size_t n = 0;

    for (; lines[n] != NULL; n++) {
        struct remit_str value = remit_str_of(lines[n]);

        (void)remit_str_cut(&value, ':', &out[n].name);
        out[n].value = remit_str_trim(value);
    }
    return n;
}

static struct remit_sigv4_signer signer_of(const struct signed_call *call, struct signed_key key)
{
    return (struct remit_sigv4_signer){
        .access_key_id = key.id,
        .secret_access_key = key.secret,
        .session_token = key.token,
        .region = remit_str_of(call->region != NULL ? call->region : "eu-west-1"),
        .service = remit_str_of(call->service),
        .now_at = call->signed_at != 0 ? call->signed_at : signed_now,
    };
}

static int dispatch(const struct remit_http_request *http, int64_t now)
{
    auto_control_request struct control_request request = { 0 };
    struct control_call call;
    int result = 0;

    face_err = (struct remit_err){ 0 };
    remit_buf_clear(&face_out);
    control_call_init(&call, &face.server, &face.arena, (double)now);
    control_request_init(&request, http, false, &face.arena);
    result = control_dispatch(&call, &request, &face_out, &face_err);
    face_caller = call.caller;
    face_caller.tags = NULL;
    control_call_clear(&call);
    return result;
}

int signed_send(const struct signed_call *call, struct signed_key key)
{
    struct remit_http_header headers[16] = {
        { REMIT_STR("Host"), REMIT_STR("127.0.0.1:4599") },
        { REMIT_STR("X-Amz-Target"), remit_str_of(call->target) },
    };
    size_t n = call->target != NULL ? 2 : 1;
    struct remit_str method = remit_str_of(call->method != NULL ? call->method : "POST");
    struct remit_str body = remit_str_of(call->body);
    struct remit_sigv4_request request = {
        .method = method, .path = REMIT_STR("/"), .headers = headers, .n_headers = n, .body = body
    };
    struct remit_sigv4_signer signer = signer_of(call, key);
    struct remit_http_request http = {
        .method = method, .path = REMIT_STR("/"), .headers = headers, .body = body
    };
    const char *const *lines = NULL;

    OK(remit_sigv4_sign(&request, &signer, &face.arena, &lines, &err));
    http.n_headers = n + put_lines(lines, headers + n);
    return dispatch(&http, call->now != 0 ? call->now : signed_now);
}

#include <remit/sigv4.h>

#include "control/http/caller.h"
#include "control/http/dispatch.h"
#include "control/http/grants.h"
#include "control/http/server.h"
#include "control/keeper/client.h"

/* What a session is for, and who its holder is then. Others sign nothing. */
static const struct {
    const char *purpose;
    enum control_caller_kind kind;
} signing_purposes[] = {
    { "task", CONTROL_CALLER_SESSION },
    { "execution", CONTROL_CALLER_SESSION },
    { "assumed", CONTROL_CALLER_SESSION },
    { "instance", CONTROL_CALLER_INSTANCE },
};

static enum control_caller_kind kind_of_purpose(struct remit_str purpose)
{
    for (size_t i = 0; i < REMIT_COUNT(signing_purposes); i++)
        if (remit_str_equal(purpose, remit_str_of(signing_purposes[i].purpose)))
            return signing_purposes[i].kind;
    return CONTROL_CALLER_NONE;
}

static struct remit_sigv4_request signed_request(const struct remit_http_request *http)
{
    return (struct remit_sigv4_request){
        .method = http->method,
        .path = http->path,
        .query = http->query,
        .headers = http->headers,
        .n_headers = http->n_headers,
        .body = http->body,
    };
}

/* IAM and STS are global: clients sign for us-east-1 wherever they are (supporting-apis.md 15). */
static struct remit_sigv4_rules rules_of(const struct control_call *call,
                                         const struct control_request *request,
                                         const struct remit_sigv4_auth *auth)
{
    const struct control_service *service = call->operation->service;
    bool global = service == &control_iam || service == &control_sts;
    struct remit_str east = REMIT_STR("us-east-1");

    return (struct remit_sigv4_rules){
        .region = global && remit_str_equal(auth->region, east) ? east : call->config->region,
        .service = remit_str_of(service->name),
        .now_at = call->now_at,
        .skew_s = service->skew_s,
        .tls = request->tls,
    };
}

static int by_session(struct control_call *call, const struct remit_sigv4_auth *auth,
                      struct remit_err *err)
{
    struct remit_token_claims claims = { 0 };
    enum control_caller_kind kind = CONTROL_CALLER_NONE;

    TRY(control_token_verify(call, auth->session_token, &claims, err));
    kind = kind_of_purpose(claims.purpose);
    if (kind == CONTROL_CALLER_NONE || !remit_str_equal(claims.access_key_id, auth->access_key_id))
        return control_token_invalid(err);
    return control_caller_of_claims(call, kind, &claims, err);
}

/* Who claims to call, and what the keeper needs to make the signing key. */
static int identify(struct control_call *call, const struct remit_sigv4_auth *auth,
                    struct remit_str *ciphertext, struct remit_err *err)
{
    struct iam_access_key key = { 0 };

    call->grants->presented = auth->access_key_id;
    *ciphertext = remit_str_from("", 0);
    if (remit_str_starts(auth->access_key_id, REMIT_STR("ASIA")))
        return by_session(call, auth, err);
    TRY(control_caller_of_key(call, auth->access_key_id, &key, err));
    *ciphertext = key.ciphertext;
    return 0;
}

static int check_signature(struct control_call *call, const struct remit_sigv4_request *request,
                           const struct remit_sigv4_auth *auth,
                           const struct remit_sigv4_rules *rules, struct remit_str ciphertext,
                           struct remit_err *err)
{
    auto_secret struct remit_secret key = { 0 };

    if (call->keeper == NULL)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable", "there is no keeper");
    TRY(keeper_client_signing_key(call->keeper, auth->access_key_id, ciphertext, auth->date,
                                  auth->region, auth->service, &key, err));
    return remit_sigv4_verify(request, auth, rules, remit_secret_view(&key), err);
}

/* In the order of supporting-apis.md 2.6: each step may believe what those before it have shown. */
static int prove(struct control_call *call, const struct control_request *request,
                 struct remit_err *err)
{
    struct remit_sigv4_request signed_http = signed_request(request->http);
    struct remit_sigv4_auth auth = { 0 };
    struct remit_sigv4_rules rules;
    struct remit_str ciphertext;

    TRY(remit_sigv4_parse(&signed_http, call->arena, &auth, err));
    rules = rules_of(call, request, &auth);
    TRY(remit_sigv4_check_scope(&auth, &rules, err));
    TRY(identify(call, &auth, &ciphertext, err));
    return check_signature(call, &signed_http, &auth, &rules, ciphertext, err);
}

/* Nobody: the claim was not proven. */
static void forget_caller(struct control_call *call)
{
    call->caller = (struct control_caller){ 0 };
    call->grants->principal = NULL;
}

int control_authenticate(struct control_call *call, const struct control_request *request,
                         struct remit_err *err)
{
    if (prove(call, request, err) == 0)
        return 0;
    forget_caller(call);
    return -1;
}

static int prove_token(struct control_call *call, struct remit_str token, const char *purpose,
                       struct remit_err *err)
{
    struct remit_token_claims claims = { 0 };

    TRY(control_token_verify(call, token, &claims, err));
    call->grants->presented = claims.access_key_id;
    if (!remit_str_equal(claims.purpose, remit_str_of(purpose)))
        return control_token_invalid(err);
    return control_caller_of_claims(call, CONTROL_CALLER_SESSION, &claims, err);
}

int control_caller_of_token(struct control_call *call, struct remit_str token, const char *purpose,
                            struct remit_err *err)
{
    if (prove_token(call, token, purpose, err) == 0)
        return 0;
    forget_caller(call);
    return -1;
}

#include "common/base/encode.h"
#include "control/ops/ecr.h"
#include "control/sessions.h"

static const struct control_field element_registry = {
    .type = CONTROL_STRING, .min = 12, .max = 12, .pattern = &ecr_pattern_registry_id
};

static const struct control_field input[] = {
    { .name = "registryIds",
      .type = CONTROL_LIST,
      .min = 1,
      .max = 10,
      .element = &element_registry },
};

/* There is one registry here, this account's. */
static int check_registries(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *ids = control_in(call, "registryIds");

    if (call->config->registry.len == 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "ServerException",
                          "this control has no registry");
    for (size_t i = 0; i < remit_json_count(ids); i++)
        if (!remit_str_equal(remit_json_str(remit_json_at(ids, i)), call->config->account))
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                              "Invalid parameter at 'registryIds': there is no registry with id "
                              "'" REMIT_STR_FMT "'",
                              REMIT_STR_ARG(remit_json_str(remit_json_at(ids, i))));
    return 0;
}

/* Twelve hours, and never longer than the caller's own session. */
static int duration_of(struct control_call *call, int64_t *out, struct remit_err *err)
{
    int64_t left = call->caller.expires_at - call->now_at;

    *out = ECR_LOGIN_MOST_S;
    if (call->caller.expires_at == 0 || left >= ECR_LOGIN_MOST_S)
        return 0;
    *out = left;
    if (left < ECR_LOGIN_LEAST_S)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "ExpiredToken",
                          "The security token included in the request is expired");
    return 0;
}

static int put_authorization(struct control_call *call, const struct keeper_minted *minted,
                             struct remit_err *err)
{
    auto_buf struct remit_buf login = REMIT_BUF_SECRET(REMIT_TOKEN_MAX + 8);
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(2 * REMIT_TOKEN_MAX);

    remit_buf_put_cstr(&login, "AWS:");
    remit_buf_put(&login, remit_secret_view(&minted->session_token));
    remit_base64_put(&text, remit_buf_view(&login));
    TRY(remit_buf_check(&text, "the authorization token", err));
    control_begin_list(call, "authorizationData");
    control_begin_structure(call, NULL);
    control_put_str(call, "authorizationToken", remit_buf_view(&text));
    control_put_time(call, "expiresAt", (double)minted->expires_at);
    control_put_fmt(call, "proxyEndpoint", "http://" REMIT_STR_FMT,
                    REMIT_STR_ARG(call->config->registry));
    control_end(call);
    control_end(call);
    return 0;
}

static int get_authorization_token(struct control_call *call, struct remit_err *err)
{
    auto_keeper_minted struct keeper_minted minted = { 0 };
    int64_t duration_s = 0;

    TRY(check_registries(call, err));
    TRY(duration_of(call, &duration_s, err));
    TRY(control_session_mint_caller(call, ECR_LOGIN_PURPOSE, duration_s, &minted, err));
    control_audit_note(call, "mintedAccessKeyId", remit_str_of(minted.access_key_id));
    return put_authorization(call, &minted, err);
}

const struct control_operation control_get_authorization_token = {
    .service = &control_ecr,
    .name = "GetAuthorizationToken",
    .action = "ecr:GetAuthorizationToken",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = get_authorization_token,
};

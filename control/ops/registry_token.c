/*
 * registry_token.c - GET /registry/token: from a registry login to a JWT with exactly the actions
 * that the caller's policies allow at this moment.
 *
 * What docker-registry calls "pull" and "push" is several of ECR's actions. Every write to a
 * repository asks the registry for pull as well, so push needs both lists.
 */
#include "common/base/encode.h"
#include "common/os/clock.h"
#include "control/http/decide.h"
#include "control/http/dispatch.h"
#include "control/http/routes.h"
#include "control/keeper/client.h"
#include "control/ops/ecr.h"
#include "control/ops/registry_scope.h"

static const char *const pull_actions[] = { "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer" };
static const char *const push_actions[] = { "ecr:BatchCheckLayerAvailability",
                                            "ecr:InitiateLayerUpload",
                                            "ecr:UploadLayerPart",
                                            "ecr:CompleteLayerUpload",
                                            "ecr:PutImage",
                                            "ecr:BatchGetImage",
                                            "ecr:GetDownloadUrlForLayer" };

/* ---- who asks ---- */

static int unauthorized(struct remit_err *err, const char *sentence)
{
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "UNAUTHORIZED", "%s", sentence);
}

/* "Basic <base64 of AWS:token>": the token goes to *out. */
static int read_login(const struct remit_http_request *request, struct remit_secret *out,
                      struct remit_err *err)
{
    auto_buf struct remit_buf plain = REMIT_BUF_SECRET(REMIT_TOKEN_MAX + 8);
    struct remit_str value = remit_http_header(request, "Authorization");
    struct remit_str scheme, user;

    if (remit_http_header_count(request, "Authorization") != 1)
        return unauthorized(err, "authentication required");
    (void)remit_str_cut(&value, ' ', &scheme);
    if (!remit_str_equal_nocase(scheme, REMIT_STR("Basic")) ||
        remit_base64_decode(remit_str_trim(value), &plain, err) != 0)
        return unauthorized(err, "the login is not readable");
    value = remit_buf_view(&plain);
    if (!remit_str_cut(&value, ':', &user) || !remit_str_equal(user, REMIT_STR("AWS")))
        return unauthorized(err, "the user name must be AWS");
    return remit_secret_copy(value, out, err);
}

/* A user's login is good as long as the access key that it was got with. */
static int check_key(struct control_call *call, struct remit_err *err)
{
    struct remit_str id = call->caller.source;
    struct iam_access_key key = { 0 };

    if (call->caller.kind != CONTROL_CALLER_USER && call->caller.kind != CONTROL_CALLER_ROOT)
        return 0;
    if (iam_access_key_read(call->store, id, call->arena, &key, err) != 0)
        return remit_err_is(err, "NoSuchEntity")
                   ? unauthorized(err, "the login's access key is no longer there")
                   : -1;
    if (!key.active || !remit_str_equal(key.user, call->caller.user_name))
        return unauthorized(err, "the login's access key is not active");
    return 0;
}

/* What is wrong with a login is told in one sentence, whatever it is. */
static int authenticate(struct control_call *call, const struct remit_http_request *request,
                        struct remit_err *err)
{
    auto_secret struct remit_secret token = { 0 };

    TRY(read_login(request, &token, err));
    if (control_caller_of_token(call, remit_secret_view(&token), ECR_LOGIN_PURPOSE, err) != 0)
        return err->kind == REMIT_ERR_UNAUTHENTICATED
                   ? unauthorized(err, "the login is not valid or has expired; log in again")
                   : -1;
    TRY(check_key(call, err));
    if (call->caller.expires_at - call->now_at < ECR_LOGIN_LEAST_S)
        return unauthorized(err, "the login is not valid or has expired; log in again");
    return 0;
}

/* ---- what they may do ---- */

struct granting {
    struct control_call *call;
    struct control_authority authority;
    char denial[CONTROL_DENIAL_MAX]; /* of the action that was missing last */
    struct keeper_registry_access access[REGISTRY_SCOPES_MOST];
    size_t n;
};

static int all_allowed(struct granting *g, const char *const *actions, size_t n,
                       struct remit_str arn, bool *allowed, struct remit_err *err)
{
    *allowed = true;
    for (size_t i = 0; i < n && *allowed; i++) {
        struct control_asked asked = { 0 };

        TRY(control_decide_action(&g->authority, actions[i], arn, &asked, g->denial, err));
        *allowed = asked.decision == REMIT_ALLOW;
    }
    return 0;
}

static int denied(const struct granting *g, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_DENIED, "DENIED", "%s", g->denial);
}

static int must_exist(struct control_call *call, struct remit_str name, struct remit_err *err)
{
    struct ecr_repository repository = { 0 };

    if (ecr_repository_read(call, name, &repository, err) == 0)
        return 0;
    if (remit_err_is(err, "RepositoryNotFoundException"))
        err->code = "NAME_UNKNOWN";
    return -1;
}

/*
 * One repository. Who asks for a push that is not allowed gets to hear which action is missing:
 * with a token for pull alone the registry would refuse without a reason. Whether the repository
 * is there is for those who may use it.
 */
static int grant(struct granting *g, const struct registry_scope *scope, struct remit_err *err)
{
    struct remit_str arn = ecr_arn(g->call, scope->name);
    bool push = scope->push;
    bool pull = scope->pull || scope->push;

    if (!pull)
        return 0;
    TRY(ecr_resource_add(g->call, scope->name, err));
    if (push) {
        TRY(all_allowed(g, push_actions, REMIT_COUNT(push_actions), arn, &push, err));
        if (!push)
            return denied(g, err);
    }
    TRY(all_allowed(g, pull_actions, REMIT_COUNT(pull_actions), arn, &pull, err));
    if (!pull)
        return denied(g, err);
    TRY(must_exist(g->call, scope->name, err));
    g->access[g->n++] = (struct keeper_registry_access){ .name = scope->name,
                                                         .actions = push ? REMIT_STR("pull,push")
                                                                         : REMIT_STR("pull") };
    control_audit_note(g->call, push ? "grantedPullAndPush" : "grantedPull", scope->name);
    return 0;
}

/*
 * All repositories that were asked for. Refused is who may not push where they mean to, or gets
 * nothing at all; a push may also name other repositories to copy layers from, and goes on without.
 */
static int grant_all(struct granting *g, const struct registry_scopes *scopes,
                     struct remit_err *err)
{
    struct remit_err first = { 0 };

    for (size_t i = 0; i < scopes->n; i++) {
        if (grant(g, &scopes->items[i], err) == 0)
            continue;
        if (scopes->items[i].push ||
            (err->kind != REMIT_ERR_DENIED && !remit_err_is(err, "NAME_UNKNOWN")))
            return -1;
        if (first.kind == REMIT_ERR_NONE)
            first = *err;
    }
    if (first.kind == REMIT_ERR_NONE || g->n > 0)
        return 0;
    *err = first;
    return -1;
}

/* ---- the answer ---- */

static int answer(struct control_call *call, const struct granting *g,
                  struct remit_http_response *response, struct remit_err *err)
{
    auto_secret struct remit_secret token = { 0 };
    struct remit_jw w = REMIT_JW(&response->body);
    struct keeper_registry_grant asked = { .subject = call->caller.arn,
                                           .audience = REMIT_STR(ECR_TOKEN_AUDIENCE),
                                           .access = g->access,
                                           .n_access = g->n,
                                           .issued_at = call->now_at,
                                           .duration_s = ECR_TOKEN_S };
    char issued[REMIT_TIME_TEXT];

    if (call->caller.expires_at - call->now_at < asked.duration_s)
        asked.duration_s = call->caller.expires_at - call->now_at;
    TRY(keeper_client_mint_registry(call->keeper, &asked, &token, err));
    response->content_type = "application/json";
    remit_http_header_add(response, "Cache-Control", REMIT_STR("no-store"));
    remit_jw_object(&w);
    remit_jw_put_str(&w, "token", remit_secret_view(&token));
    remit_jw_put_str(&w, "access_token", remit_secret_view(&token));
    remit_jw_put_int(&w, "expires_in", asked.duration_s);
    remit_jw_put_cstr(&w, "issued_at", remit_time_iso(call->now_at, issued));
    remit_jw_end(&w);
    return remit_buf_check(&response->body, "the answer", err);
}

static int grant_and_answer(struct control_call *call, const struct registry_scopes *scopes,
                            struct remit_http_response *response, struct remit_err *err)
{
    struct granting g = { .call = call };
    int result = control_authority_load(&g.authority, call, err);

    if (result == 0)
        result = grant_all(&g, scopes, err);
    control_authority_drop(&g.authority);
    return result == 0 ? answer(call, &g, response, err) : -1;
}

int control_registry_token(struct control_call *call, const struct remit_http_request *request,
                           struct remit_http_response *response, struct remit_err *err)
{
    struct registry_scopes scopes;

    TRY(authenticate(call, request, err));
    TRY(registry_scopes_parse(request->query, REMIT_STR(ECR_TOKEN_AUDIENCE), call->arena, &scopes,
                              err));
    return grant_and_answer(call, &scopes, response, err);
}

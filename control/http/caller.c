#include "control/http/caller.h"

#include <remit/arn.h>

#include "control/http/dispatch.h"
#include "control/http/grants.h"
#include "control/http/server.h"
#include "control/sessions.h"

#define VERIFY_TRIES 3 /* of a token, while signing keys are being taken away */

int control_token_invalid(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "InvalidClientTokenId",
                      "The security token included in the request is invalid.");
}

int control_token_expired(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "ExpiredToken",
                      "The security token included in the request is expired");
}

/* What is not there is told as a bad key; a store that fails stays its own error. */
static int gone(struct remit_err *err)
{
    return err->kind == REMIT_ERR_NOT_FOUND ? control_token_invalid(err) : -1;
}

/* ---- long-term keys ---- */

static int keep_principal(struct control_call *call, bool is_role, struct remit_str name,
                          struct remit_err *err)
{
    struct iam_principal_record *record = REMIT_NEW(call->arena, struct iam_principal_record);

    if (record == NULL)
        return remit_arena_check(call->arena, "the request", err);
    if (is_role)
        TRY(iam_role_read(call->store, name, call->arena, record, err));
    else
        TRY(iam_user_read(call->store, name, call->arena, record, err));
    call->grants->principal = record;
    return 0;
}

static int user_caller(struct control_call *call, struct remit_str name, struct remit_err *err)
{
    struct control_caller *c = &call->caller;

    if (keep_principal(call, false, name, err) != 0)
        return gone(err);
    c->kind = CONTROL_CALLER_USER;
    c->arn = call->grants->principal->arn;
    c->user_id = call->grants->principal->id;
    c->user_name = call->grants->principal->name;
    return 0;
}

static void root_caller(struct control_call *call)
{
    call->caller.kind = CONTROL_CALLER_ROOT;
    call->caller.arn = control_arn(call, "iam", false, "root");
    call->caller.user_id = call->config->account;
}

static int join_caller(struct control_call *call, const struct iam_access_key *key,
                       struct remit_err *err)
{
    struct control_caller *c = &call->caller;

    if (key->expires_at <= call->now_at)
        return control_token_expired(err);
    c->kind = CONTROL_CALLER_JOIN_TOKEN;
    c->arn = control_arn(call, "iam", false, "join-token/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                         REMIT_STR_ARG(key->cluster), REMIT_STR_ARG(key->id));
    c->user_id = key->id;
    c->cluster = key->cluster;
    c->expires_at = key->expires_at;
    return 0;
}

int control_caller_of_key(struct control_call *call, struct remit_str access_key_id,
                          struct iam_access_key *key, struct remit_err *err)
{
    struct control_caller *c = &call->caller;

    if (iam_access_key_read(call->store, access_key_id, call->arena, key, err) != 0)
        return gone(err);
    if (!key->active)
        return control_token_invalid(err);
    *c = (struct control_caller){ .account = call->config->account, .access_key_id = key->id };
    switch (key->kind) {
    case IAM_KEY_ROOT:
        root_caller(call);
        return 0;
    case IAM_KEY_USER:
        return user_caller(call, key->user, err);
    case IAM_KEY_JOIN:
        return join_caller(call, key, err);
    }
    return control_token_invalid(err);
}

/* ---- sessions ---- */

/*
 * A key that is taken away while a token is being verified must not leave that token in the
 * cache: whoever sees the generation move on clears the cache and looks again.
 */
int control_token_verify(struct control_call *call, struct remit_str token,
                         struct remit_token_claims *out, struct remit_err *err)
{
    struct control_server *server = call->server;

    if (call->keeper == NULL)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable", "there is no keeper");
    for (int i = 0; i < VERIFY_TRIES; i++) {
        uint64_t before = keeper_client_keys_generation(call->keeper);
        int result = 0;

        if (atomic_exchange(&server->keys_generation, before) != before)
            remit_token_cache_clear(server->tokens);
        result = remit_token_verify_cached(
            server->tokens, token, keeper_client_token_keys(call->keeper),
            REMIT_STR(KEEPER_TOKEN_ISSUER), call->now_at, call->arena, out, err);
        if (keeper_client_keys_generation(call->keeper) == before)
            return result;
        remit_token_cache_clear(server->tokens);
    }
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable",
                      "the signing keys change too fast");
}

static bool is_task_arn(struct remit_str text)
{
    struct remit_arn arn;

    return remit_arn_parse(text, &arn) && remit_str_equal(arn.service, REMIT_STR("ecs")) &&
           remit_str_starts(arn.resource, REMIT_STR("task/"));
}

/* What was delivered to a task ends with it, whatever its expiry says. */
static int task_check(struct control_call *call, struct remit_str source, struct remit_err *err)
{
    bool live = false;

    if (!is_task_arn(source))
        return 0;
    TRY(control_session_task_live(call->store, source, call->arena, &live, err));
    return live ? 0 : control_token_expired(err);
}

/* The role or user must be the one the token was minted for: one made anew has another id. */
static int principal_check(struct control_call *call, bool is_role, struct remit_str arn,
                           struct remit_str id, struct remit_err *err)
{
    struct remit_str name = arn;
    size_t slash = arn.len;

    while (slash > 0 && arn.ptr[slash - 1] != '/')
        slash--;
    name = remit_str_sub(arn, slash, arn.len);
    if (keep_principal(call, is_role, name, err) != 0)
        return gone(err);
    if (id.len == 0 || !remit_str_equal(call->grants->principal->id, id) ||
        !remit_str_equal(call->grants->principal->arn, arn))
        return control_token_invalid(err);
    return 0;
}

static void fill(struct control_call *call, enum control_caller_kind kind,
                 const struct remit_token_claims *claims, const struct control_session_extra *extra)
{
    call->caller = (struct control_caller){
        .kind = kind,
        .account = call->config->account,
        .arn = claims->subject,
        .access_key_id = claims->access_key_id,
        .purpose = claims->purpose,
        .source = claims->source,
        .container_instance = claims->container_instance,
        .caller_proof = claims->caller_proof,
        .session_policy = claims->policy,
        .source_identity = extra->source_identity,
        .issued_at = claims->issued_at,
        .expires_at = claims->expires_at,
        .tags = extra->tags,
        .transitive = extra->transitive,
    };
}

/* A session of a role: "AROA…:session". A container instance's has no role in the store. */
static int session_caller(struct control_call *call, const struct remit_principal *subject,
                          struct remit_str role_arn, struct remit_str id, struct remit_err *err)
{
    struct control_caller *c = &call->caller;

    c->session_name = subject->session;
    if (c->kind == CONTROL_CALLER_SESSION) {
        TRY(principal_check(call, true, role_arn, id, err));
        if (!remit_str_equal(call->grants->principal->name, subject->name))
            return control_token_invalid(err);
        c->role_arn = call->grants->principal->arn;
        c->role_name = call->grants->principal->name;
    }
    c->user_id = remit_arena_fmt(call->arena, REMIT_STR_FMT ":" REMIT_STR_FMT,
                                 REMIT_STR_ARG(id.len > 0 ? id : subject->name),
                                 REMIT_STR_ARG(subject->session));
    return remit_arena_check(call->arena, "the request", err);
}

/* Root and users stand behind tokens that are no role session: a registry login. */
static int other_caller(struct control_call *call, const struct remit_principal *subject,
                        struct remit_str id, struct remit_err *err)
{
    struct control_caller *c = &call->caller;

    if (subject->kind == REMIT_PRINCIPAL_ROOT) {
        root_caller(call);
        return 0;
    }
    if (subject->kind != REMIT_PRINCIPAL_USER)
        return control_token_invalid(err);
    TRY(principal_check(call, false, subject->text, id, err));
    c->kind = CONTROL_CALLER_USER;
    c->user_name = call->grants->principal->name;
    c->user_id = call->grants->principal->id;
    return 0;
}

int control_caller_of_claims(struct control_call *call, enum control_caller_kind kind,
                             const struct remit_token_claims *claims, struct remit_err *err)
{
    struct control_session_extra extra = { 0 };
    struct remit_principal subject;

    remit_principal_parse(claims->subject, REMIT_PRINCIPAL_AUTO, &subject);
    if (!remit_str_equal(subject.account, call->config->account) ||
        !remit_str_equal(subject.partition, call->config->partition))
        return control_token_invalid(err);
    control_call_clear(call);
    TRY(control_session_extra_read(claims->extra, &call->caller_tree, &extra, err));
    fill(call, kind, claims, &extra);
    if (subject.kind == REMIT_PRINCIPAL_ROLE_SESSION)
        TRY(session_caller(call, &subject, claims->role, extra.principal_id, err));
    else
        TRY(other_caller(call, &subject, extra.principal_id, err));
    return task_check(call, claims->source, err);
}

int control_caller_principal(struct control_call *call, const struct iam_principal_record **out,
                             struct remit_err *err)
{
    const struct control_caller *c = &call->caller;

    if (call->grants->principal == NULL && c->kind == CONTROL_CALLER_USER)
        TRY(keep_principal(call, false, c->user_name, err));
    if (call->grants->principal == NULL && c->kind == CONTROL_CALLER_SESSION)
        TRY(keep_principal(call, true, c->role_name, err));
    *out = call->grants->principal;
    return 0;
}

#include "control/http/context.h"

#include <remit/arn.h>

#include "common/os/clock.h"
#include "control/http/caller.h"
#include "control/http/request.h"

/* Filling a context: the first error stays, later puts do nothing. */
struct fill {
    struct control_call *call;
    struct remit_context *context;
    struct remit_err *err;
    bool failed;
};

static void put(struct fill *f, const char *key, struct remit_str value)
{
    if (!f->failed)
        f->failed = remit_context_put(f->context, remit_str_of(key), value, f->err) != 0;
}

static void put_if(struct fill *f, const char *key, struct remit_str value)
{
    if (value.len > 0)
        put(f, key, value);
}

static void put_bool(struct fill *f, const char *key, bool value)
{
    put(f, key, value ? REMIT_STR("true") : REMIT_STR("false"));
}

static void put_time(struct fill *f, const char *key, int64_t at)
{
    char text[REMIT_TIME_TEXT];

    put(f, key, remit_arena_str(f->call->arena, remit_str_of(remit_time_iso(at, text))));
}

/* "aws:PrincipalTag/" and the tag's own key, which the arena keeps. */
static void put_tag(struct fill *f, const char *prefix, struct remit_str key,
                    struct remit_str value)
{
    struct remit_str name =
        remit_arena_fmt(f->call->arena, "%s" REMIT_STR_FMT, prefix, REMIT_STR_ARG(key));

    if (name.ptr != NULL)
        put(f, name.ptr, value);
}

static int done(const struct fill *f)
{
    if (f->failed)
        return -1;
    return remit_arena_check(f->call->arena, "the request", f->err);
}

/* ---- who ---- */

static const char *principal_type(enum control_caller_kind kind)
{
    switch (kind) {
    case CONTROL_CALLER_ROOT:
        return "Account";
    case CONTROL_CALLER_USER:
        return "User";
    case CONTROL_CALLER_SESSION:
    case CONTROL_CALLER_INSTANCE:
        return "AssumedRole";
    case CONTROL_CALLER_JOIN_TOKEN:
    case CONTROL_CALLER_NONE:
        break;
    }
    return "Anonymous";
}

/* The tags of user or role, then those of the session: they win, whatever the case of the key. */
static void put_principal_tags(struct fill *f, const struct iam_principal_record *principal)
{
    const struct remit_json *tags = f->call->caller.tags;

    for (size_t i = 0; principal != NULL && i < principal->n_tags; i++)
        put_tag(f, "aws:PrincipalTag/", principal->tags[i].key, principal->tags[i].value);
    for (void *m = remit_json_first(tags); m != NULL; m = remit_json_next(tags, m))
        put_tag(f, "aws:PrincipalTag/", remit_json_key(m), remit_json_str(remit_json_value(m)));
}

static void put_session(struct fill *f)
{
    const struct control_caller *c = &f->call->caller;

    if (c->issued_at == 0)
        return;
    put_time(f, "aws:TokenIssueTime", c->issued_at);
    /* Present for roles that somebody assumed; no session here has seen a second factor. */
    if (remit_str_equal(c->purpose, REMIT_STR("assumed")))
        put_bool(f, "aws:MultiFactorAuthPresent", false);
    put_if(f, "aws:SourceIdentity", c->source_identity);
    put_if(f, "remit:CallerProof", c->caller_proof);
}

static void put_caller(struct fill *f, const struct iam_principal_record *principal)
{
    const struct control_caller *c = &f->call->caller;

    put(f, "aws:PrincipalArn", c->role_arn.len > 0 ? c->role_arn : c->arn);
    put(f, "aws:PrincipalAccount", c->account);
    put(f, "aws:PrincipalType", remit_str_of(principal_type(c->kind)));
    put(f, "aws:userid", c->user_id);
    put_if(f, "aws:username", c->user_name);
    put_bool(f, "aws:PrincipalIsAWSService", false);
    put_bool(f, "aws:ViaAWSService", false);
    put_session(f);
    put_principal_tags(f, principal);
}

/* ---- over what ---- */

static void put_request(struct fill *f)
{
    const struct control_call *call = f->call;
    bool global = call->operation != NULL && call->operation->service == &control_iam;

    put_time(f, "aws:CurrentTime", call->now_at);
    put(f, "aws:EpochTime", remit_arena_fmt(call->arena, "%lld", (long long)call->now_at));
    put(f, "aws:RequestedRegion", global ? REMIT_STR("us-east-1") : call->config->region);
}

static void put_connection(struct fill *f)
{
    const struct control_request *request = f->call->request;

    put_bool(f, "aws:SecureTransport", request != NULL && request->tls);
    if (request == NULL)
        return;
    put_if(f, "aws:SourceIp", request->source_ip);
    put_if(f, "aws:UserAgent", request->user_agent);
    put_if(f, "aws:referer", remit_http_header(request->http, "referer"));
}

int control_context_caller(struct control_call *call, struct remit_context *context,
                           struct remit_err *err)
{
    struct fill f = { .call = call, .context = context, .err = err };
    const struct iam_principal_record *principal = NULL;

    TRY(control_caller_principal(call, &principal, err));
    put_caller(&f, principal);
    put_request(&f);
    put_connection(&f);
    return done(&f);
}

/* ---- about what ---- */

int control_context_resource(struct control_call *call, struct remit_str arn,
                             const struct control_resource *resource, struct remit_context *context,
                             struct remit_err *err)
{
    struct fill f = { .call = call, .context = context, .err = err };
    struct remit_arn parts = { 0 };
    struct remit_str own;

    (void)remit_arn_parse(arn, &parts);
    /* The resource's own service: a role is IAM's, also when STS is asked for it (14.5). */
    own = parts.service.len > 0
              ? remit_arena_fmt(call->arena, REMIT_STR_FMT ":ResourceTag/",
                                REMIT_STR_ARG(parts.service))
              : remit_arena_fmt(call->arena, "%s:ResourceTag/", call->operation->service->name);
    put(&f, "aws:ResourceAccount", parts.account.len > 0 ? parts.account : call->config->account);
    for (size_t i = 0; resource != NULL && own.ptr != NULL && i < resource->tags.n; i++) {
        const struct control_key_value *tag = &resource->tags.items[i];

        put_tag(&f, "aws:ResourceTag/", tag->key, tag->values[0]);
        put_tag(&f, own.ptr, tag->key, tag->values[0]);
    }
    return done(&f);
}

int control_context_operation(struct control_call *call, struct remit_context *context,
                              struct remit_err *err)
{
    const struct control_key_values *keys = &call->grants->context;

    for (size_t i = 0; i < keys->n; i++) {
        const struct control_key_value *k = &keys->items[i];

        if (k->list)
            TRY(remit_context_put_list(context, k->key, k->values, k->n_values, err));
        else
            TRY(remit_context_put(context, k->key, k->values[0], err));
    }
    return 0;
}

/* ECS names itself by "arn:P:ecs:R:A:*": never a cluster or a task (iam-evaluation.md 18). */
int control_context_service(struct control_call *call, const char *service,
                            struct remit_context *context, struct remit_err *err)
{
    struct fill f = { .call = call, .context = context, .err = err };

    put(&f, "aws:PrincipalType", REMIT_STR("AWSService"));
    put(&f, "aws:PrincipalServiceName", remit_str_of(service));
    put_bool(&f, "aws:PrincipalIsAWSService", true);
    put_bool(&f, "aws:ViaAWSService", false);
    put_bool(&f, "aws:SecureTransport", true);
    put(&f, "aws:SourceAccount", call->config->account);
    put(&f, "aws:SourceArn", control_arn(call, "ecs", true, "*"));
    put_request(&f);
    return done(&f);
}

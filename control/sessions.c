#include "control/sessions.h"

#include "control/audit.h"
#include "control/http/caller.h"
#include "control/http/dispatch.h"
#include "control/http/grants.h"

#define INSTANCE_ROLE                                                                              \
    "remit-container-instance" /* names a kind of session: there is no such role */
#define EXTRA_MAX 8192
#define LEAST_S   60 /* of a session, for the keeper */

/* ---- the ext claim ---- */

/* [{Key, Value}…] becomes {key: value}, as verification hands it on. */
static void put_tag_list(struct remit_jw *w, const struct remit_json *tags)
{
    remit_jw_object(w);
    for (size_t i = 0; i < remit_json_count(tags); i++) {
        const struct remit_json *tag = remit_json_at(tags, i);

        remit_jw_key_str(w, remit_json_str(remit_json_get(tag, "Key")));
        remit_jw_str(w, remit_json_str(remit_json_get(tag, "Value")));
    }
    remit_jw_end(w);
}

static void put_tags(struct remit_jw *w, const struct remit_json *tags)
{
    if (remit_json_count(tags) == 0)
        return;
    remit_jw_key(w, "tags");
    if (remit_json_type(tags) == REMIT_JSON_ARRAY)
        put_tag_list(w, tags);
    else
        remit_jw_json(w, tags);
}

static struct remit_str extra_text(struct remit_buf *out, const struct control_session_extra *extra)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    if (extra->principal_id.len > 0)
        remit_jw_put_str(&w, "id", extra->principal_id);
    if (extra->source_identity.len > 0)
        remit_jw_put_str(&w, "si", extra->source_identity);
    put_tags(&w, extra->tags);
    if (extra->transitive != NULL) {
        remit_jw_key(&w, "tr");
        remit_jw_json(&w, extra->transitive);
    }
    remit_jw_end(&w);
    return remit_buf_view(out);
}

int control_session_extra_read(struct remit_str extra, struct remit_json **tree,
                               struct control_session_extra *out, struct remit_err *err)
{
    const struct remit_json *tags = NULL;
    const struct remit_json *transitive = NULL;

    *out = (struct control_session_extra){ 0 };
    if (extra.len == 0)
        return 0;
    TRY(remit_json_parse(extra, EXTRA_MAX, tree, err));
    tags = remit_json_get(*tree, "tags");
    transitive = remit_json_get(*tree, "tr");
    out->principal_id = remit_json_str(remit_json_get(*tree, "id"));
    out->source_identity = remit_json_str(remit_json_get(*tree, "si"));
    out->tags = remit_json_type(tags) == REMIT_JSON_OBJECT ? tags : NULL;
    out->transitive = remit_json_type(transitive) == REMIT_JSON_ARRAY ? transitive : NULL;
    return 0;
}

/* ---- minting ---- */

/* Nobody gets a session that the log does not know. */
static int tell(struct control_call *call, const struct keeper_session *session,
                const struct keeper_minted *minted, struct remit_err *err)
{
    const struct control_audit_field fields[] = {
        { .name = "accessKeyId", .text = remit_str_of(minted->access_key_id) },
        { .name = "subject", .text = session->subject },
        { .name = "role", .text = session->role },
        { .name = "purpose", .text = session->purpose },
        { .name = "source", .text = session->source },
        { .name = "callerProof", .text = session->caller_proof },
        { .name = "issuedAt", .number = session->issued_at },
        { .name = "expiresAt", .number = minted->expires_at },
    };

    return control_audit_event(call, "SessionMinted", fields, REMIT_COUNT(fields), err);
}

static int mint(struct control_call *call, const struct keeper_session *session,
                struct keeper_minted *out, struct remit_err *err)
{
    TRY(remit_arena_check(call->arena, "the session", err));
    TRY(keeper_client_mint(call->keeper, session, out, err));
    if (tell(call, session, out, err) == 0)
        return 0;
    keeper_minted_drop(out);
    return -1;
}

/* What ECS assumes for a task it may only assume while the role trusts it. */
static int check_trust(struct control_call *call, const struct control_session *session,
                       struct remit_err *err)
{
    bool trusts = false;

    if (strcmp(session->purpose, "task") != 0 && strcmp(session->purpose, "execution") != 0)
        return 0;
    TRY(control_role_trusts(call, session->role, "ecs-tasks.amazonaws.com", &trusts, err));
    if (trusts)
        return 0;
    return remit_fail(err, REMIT_ERR_DENIED, "AccessDenied",
                      "ECS was unable to assume the role '" REMIT_STR_FMT
                      "': its trust policy does not allow ecs-tasks.amazonaws.com to perform "
                      "sts:AssumeRole.",
                      REMIT_STR_ARG(session->role->arn));
}

int control_session_mint(struct control_call *call, const struct control_session *session,
                         struct keeper_minted *out, struct remit_err *err)
{
    auto_buf struct remit_buf extra = REMIT_BUF(EXTRA_MAX);
    const struct control_session_extra what = { .principal_id = session->role->id,
                                                .source_identity = session->source_identity,
                                                .tags = session->tags,
                                                .transitive = session->transitive };
    struct keeper_session wanted = {
        .subject = control_arn(call, "sts", false, "assumed-role/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                               REMIT_STR_ARG(session->role->name), REMIT_STR_ARG(session->name)),
        .role = session->role->arn,
        .source = session->source,
        .purpose = remit_str_of(session->purpose),
        .policy = session->policy,
        .caller_proof = session->caller_proof,
        .issued_at = call->now_at,
        .duration_s = session->duration_s,
    };

    TRY(check_trust(call, session, err));
    wanted.extra = extra_text(&extra, &what);
    if (!remit_buf_ok(&extra))
        return remit_fail(err, REMIT_ERR_LIMIT, "PackedPolicyTooLarge",
                          "session tags take more than %d bytes", EXTRA_MAX);
    return mint(call, &wanted, out, err);
}

int control_session_mint_instance(struct control_call *call, struct remit_str instance_arn,
                                  struct remit_str instance_id, int64_t duration_s,
                                  struct keeper_minted *out, struct remit_err *err)
{
    struct keeper_session wanted = {
        .subject = control_arn(call, "sts", false, "assumed-role/" INSTANCE_ROLE "/" REMIT_STR_FMT,
                               REMIT_STR_ARG(instance_id)),
        .purpose = REMIT_STR("instance"),
        .container_instance = instance_arn,
        .issued_at = call->now_at,
        .duration_s = duration_s,
    };

    return mint(call, &wanted, out, err);
}

/* No longer than the caller's own session. */
static int64_t within(const struct control_call *call, int64_t duration_s)
{
    int64_t left = call->caller.expires_at - call->now_at;

    return call->caller.expires_at != 0 && left < duration_s ? left : duration_s;
}

int control_session_mint_caller(struct control_call *call, const char *purpose, int64_t duration_s,
                                struct keeper_minted *out, struct remit_err *err)
{
    auto_buf struct remit_buf extra = REMIT_BUF(EXTRA_MAX);
    const struct control_caller *c = &call->caller;
    const struct iam_principal_record *principal = NULL;
    struct keeper_session wanted = {
        .subject = c->arn,
        .role = c->role_arn,
        .source = c->expires_at == 0 ? c->access_key_id : c->source,
        .purpose = remit_str_of(purpose),
        .policy = c->session_policy,
        .caller_proof = c->caller_proof,
        .issued_at = c->issued_at != 0 ? c->issued_at : call->now_at,
        .duration_s = within(call, duration_s),
    };

    if (wanted.duration_s < LEAST_S)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "ExpiredToken",
                          "The security token included in the request is expired");
    /* The caller's own time of issue stays, so that a deny on aws:TokenIssueTime finds it. */
    wanted.duration_s += call->now_at - wanted.issued_at;
    TRY(control_caller_principal(call, &principal, err));
    wanted.extra = extra_text(
        &extra, &(struct control_session_extra){
                    .principal_id = principal != NULL ? principal->id : remit_str_from("", 0),
                    .source_identity = c->source_identity,
                    .tags = c->tags,
                    .transitive = c->transitive });
    TRY(remit_buf_check(&extra, "the session's tags", err));
    return mint(call, &wanted, out, err);
}

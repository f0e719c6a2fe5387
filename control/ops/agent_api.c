#include "control/ops/agent.h"

#include "control/sessions.h"

extern const struct control_operation control_create_join_token, control_join,
    control_renew_instance, control_poll, control_submit_credential_events,
    control_submit_task_state_change, control_submit_container_state_change;

const struct control_operation *const control_agent_operations[] = {
    &control_create_join_token,
    &control_join,
    &control_renew_instance,
    &control_poll,
    &control_submit_credential_events,
    &control_submit_task_state_change,
    &control_submit_container_state_change,
    NULL,
};

/* ---- who calls ---- */

/* The same words for a foreign thing and for none: they say nothing about what exists. */
static int denied(struct control_call *call, struct remit_str what, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_DENIED, "AccessDeniedException",
                      "User: " REMIT_STR_FMT
                      " is not authorized to perform: %s on resource: " REMIT_STR_FMT,
                      REMIT_STR_ARG(call->caller.arn), call->operation->action,
                      REMIT_STR_ARG(remit_str_sub(what, 0, 200)));
}

int agent_self(struct control_call *call, struct ecs_instance *out, struct remit_err *err)
{
    struct remit_str claim = call->caller.container_instance;
    struct remit_str named = control_in_str(call, "containerInstanceArn");
    struct ecs_ref ref;

    if (control_has(call, "containerInstanceArn") && !remit_str_equal(named, claim))
        return denied(call, named, err);
    TRY(ecs_ref_parse(call->config, "container-instance", claim, &ref, err));
    TRY(ecs_instance_read(call->store, ref.cluster, ref.id, call->arena, out, err));
    if (out->revision != 0 && (out->status == ECS_ACTIVE || out->status == ECS_DRAINING) &&
        remit_str_equal(out->arn, claim))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InactiveInstanceException",
                      "The container instance " REMIT_STR_FMT " is not active: it was "
                      "deregistered.",
                      REMIT_STR_ARG(claim));
}

struct remit_str agent_task_id(struct control_call *call, const struct ecs_instance *self,
                               struct remit_str text)
{
    struct ecs_ref ref;
    struct remit_err ignored;

    if (ecs_ref_parse(call->config, "task", text, &ref, &ignored) != 0 ||
        (ref.cluster.len > 0 && !remit_str_equal(ref.cluster, self->cluster)))
        return REMIT_STR("");
    return ref.id;
}

static int same_cluster(struct control_call *call, const struct ecs_instance *self,
                        struct remit_err *err)
{
    struct remit_str named = control_in_str(call, "cluster");
    struct ecs_ref ref;

    if (named.len == 0)
        return 0;
    TRY(ecs_ref_parse(call->config, "cluster", named, &ref, err));
    return remit_str_equal(ref.id, self->cluster) ? 0 : denied(call, named, err);
}

int agent_task(struct control_call *call, const struct ecs_instance *self, struct remit_str text,
               struct ecs_task *out, struct remit_err *err)
{
    TRY(same_cluster(call, self, err));
    TRY(ecs_task_read(call->store, self->cluster, agent_task_id(call, self, text), call->arena, out,
                      err));
    if (out->revision != 0 && remit_str_equal(out->instance, self->id))
        return 0;
    return denied(call, text, err);
}

/* ---- answers ---- */

void agent_put_credentials(struct control_call *call, const char *name,
                           const struct keeper_minted *minted, struct remit_str role_arn)
{
    control_begin_structure(call, name);
    control_put_cstr(call, "accessKeyId", minted->access_key_id);
    control_put_str(call, "secretAccessKey", remit_secret_view(&minted->secret_access_key));
    control_put_str(call, "sessionToken", remit_secret_view(&minted->session_token));
    control_put_time(call, "expiresAt", (double)minted->expires_at);
    if (role_arn.len > 0)
        control_put_str(call, "roleArn", role_arn);
    control_end(call);
}

int agent_put_session(struct control_call *call, const struct ecs_instance *self,
                      struct remit_err *err)
{
    auto_keeper_minted struct keeper_minted minted = { 0 };

    TRY(control_session_mint_instance(call, self->arn, self->id, AGENT_SESSION_S, &minted, err));
    agent_put_credentials(call, "credentials", &minted, remit_str_from(NULL, 0));
    return 0;
}

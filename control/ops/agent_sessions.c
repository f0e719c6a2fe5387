#include "control/audit.h"
#include "control/ops/agent.h"
#include "control/sessions.h"

#define LEAST_S 3600       /* no renewal can come later than half of this */
#define MOST_S  (6 * 3600) /* [agent-protocol, Poll] */

void agent_sessions_drop(struct agent_sessions *sessions)
{
    keeper_minted_drop(&sessions->task);
    keeper_minted_drop(&sessions->execution);
    sessions->has_task = false;
    sessions->has_execution = false;
}

/* What a role's owner can mend; all else is ours, and the poll fails with it. */
static bool is_the_roles(const struct remit_err *err)
{
    return err->kind == REMIT_ERR_NOT_FOUND || err->kind == REMIT_ERR_DENIED ||
           remit_err_is(err, "PackedPolicyTooLarge") || remit_err_is(err, "ValidationError");
}

static int64_t length_of(const struct iam_principal_record *role)
{
    int64_t wanted = role->max_session_s;

    if (wanted > MOST_S)
        return MOST_S;
    return wanted < LEAST_S ? LEAST_S : wanted;
}

static int refuse(struct control_call *call, const struct control_session *session,
                  struct remit_str role_arn, struct remit_err *err)
{
    const struct remit_err why = *err;
    const struct control_audit_field fields[] = {
        { .name = "role", .text = role_arn },
        { .name = "purpose", .text = remit_str_of(session->purpose) },
        { .name = "source", .text = session->source },
        { .name = "errorCode", .text = remit_str_of(why.code) },
        { .name = "errorMessage", .text = remit_str_of(why.text) },
    };

    return control_audit_event(call, "SessionRefused", fields, REMIT_COUNT(fields), err);
}

static int mint(struct control_call *call, struct remit_str role_arn,
                const struct control_session *wanted, struct keeper_minted *out, bool *has,
                struct remit_str *unable, struct remit_err *err)
{
    struct iam_principal_record role = { 0 };
    struct control_session session = *wanted;

    if (role_arn.len == 0)
        return 0;
    session.role = &role;
    if (iam_role_read_arn(call->store, role_arn, call->arena, &role, err) == 0) {
        session.duration_s = length_of(&role);
        if (control_session_mint(call, &session, out, err) == 0) {
            *has = true;
            return 0;
        }
    }
    if (!is_the_roles(err))
        return -1;
    *unable = role_arn;
    return refuse(call, &session, role_arn, err);
}

int agent_sessions_mint(struct control_call *call, const struct ecs_task *task, bool host_network,
                        struct agent_sessions *out, struct remit_str *unable, struct remit_err *err)
{
    const struct control_session execution = { .name = task->id,
                                               .purpose = "execution",
                                               .source = task->arn };
    struct control_session own = execution;

    own.purpose = "task";
    own.caller_proof = host_network ? REMIT_STR("token") : REMIT_STR("link");
    *unable = remit_str_from(NULL, 0);
    TRY(mint(call, task->execution_role, &execution, &out->execution, &out->has_execution, unable,
             err));
    if (unable->len > 0)
        return 0;
    return mint(call, task->task_role, &own, &out->task, &out->has_task, unable, err);
}

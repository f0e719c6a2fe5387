#include "control/http/context.h"
#include "control/http/decide.h"
#include "control/http/dispatch.h"
#include "control/http/grants.h"

static int denied(const char *denial, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_DENIED, "AccessDenied", "%s", denial);
}

static int require(struct control_authority *a, const char *action, struct remit_str resource,
                   struct remit_err *err)
{
    struct control_asked asked;
    char denial[CONTROL_DENIAL_MAX];

    TRY(control_decide_action(a, action, resource, &asked, denial, err));
    return asked.decision == REMIT_ALLOW ? 0 : denied(denial, err);
}

/* ---- roles passed ---- */

/* iam:PassRole is the caller's side alone: no tags of the role, nothing of the operation
 * (iam-evaluation.md 17). */
static int ask_pass(struct control_authority *a, struct control_pass *pass, struct remit_err *err)
{
    char denial[CONTROL_DENIAL_MAX];

    remit_context_clear(&a->context);
    TRY(control_context_caller(a->call, &a->context, err));
    TRY(control_context_resource(a->call, pass->role_arn, NULL, &a->context, err));
    TRY(remit_context_put(&a->context, REMIT_STR("iam:PassedToService"),
                          remit_str_of(pass->service), err));
    TRY(control_decide(a, "iam:PassRole", pass->role_arn, NULL, &pass->pass, denial, err));
    pass->asked_pass = true;
    return pass->pass.decision == REMIT_ALLOW ? 0 : denied(denial, err);
}

/* Only who may pass the role gets to hear whether it is there and whom it trusts. */
static int refuse_role(const struct control_call *call, const struct control_pass *pass,
                       struct remit_err *err)
{
    const struct control_service *service = call->operation->service;
    const char *code = service == &control_ecs ? "ClientException" : service->invalid;

    if (pass->missing)
        return remit_fail(err, REMIT_ERR_INVALID, code,
                          "Unable to assume the role '" REMIT_STR_FMT
                          "' that was provided: there is no such role.",
                          REMIT_STR_ARG(pass->role_arn));
    return remit_fail(err, REMIT_ERR_DENIED, code,
                      "Unable to assume the role '" REMIT_STR_FMT
                      "' that was provided: its trust policy does not allow %s to perform "
                      "sts:AssumeRole.",
                      REMIT_STR_ARG(pass->role_arn), pass->service);
}

static int ask_trust(struct control_call *call, struct control_pass *pass, struct remit_err *err)
{
    struct iam_principal_record role;
    struct remit_err why = { 0 };

    if (iam_role_read_arn(call->store, pass->role_arn, call->arena, &role, &why) != 0) {
        pass->missing = why.kind == REMIT_ERR_NOT_FOUND;
        *err = why;
        return pass->missing ? refuse_role(call, pass, err) : -1;
    }
    TRY(control_decide_trust(call, &role, pass->service, &pass->trust, err));
    pass->asked_trust = true;
    return pass->trust.decision == REMIT_ALLOW ? 0 : refuse_role(call, pass, err);
}

static int pass_roles(struct control_authority *a, struct remit_err *err)
{
    struct control_grants *g = a->call->grants;

    for (size_t i = 0; i < g->n_passes; i++)
        TRY(ask_pass(a, &g->passes[i], err));
    for (size_t i = 0; i < g->n_passes; i++)
        TRY(ask_trust(a->call, &g->passes[i], err));
    return 0;
}

/* ---- the whole of it ---- */

static int describe(struct control_call *call, struct remit_err *err)
{
    const struct control_operation *op = call->operation;

    if (op->resource != NULL)
        TRY(op->resource(call, err));
    if (op->context != NULL)
        TRY(op->context(call, err));
    if (op->passes != NULL)
        TRY(op->passes(call, err));
    if (call->grants->n_resources == 0)
        TRY(control_resource_add(call, REMIT_STR("*"), err));
    return 0;
}

static bool proof_fits(enum control_proof proof, enum control_caller_kind kind)
{
    bool signs = kind == CONTROL_CALLER_ROOT || kind == CONTROL_CALLER_USER ||
                 kind == CONTROL_CALLER_SESSION;

    switch (proof) {
    case CONTROL_BY_POLICY:
        return signs;
    case CONTROL_BY_INSTANCE:
        return kind == CONTROL_CALLER_INSTANCE;
    case CONTROL_BY_JOIN_TOKEN:
        return kind == CONTROL_CALLER_JOIN_TOKEN;
    case CONTROL_BY_ANY_CALLER:
        return signs || kind == CONTROL_CALLER_INSTANCE;
    case CONTROL_BY_ROOT:
        return kind == CONTROL_CALLER_ROOT;
    }
    return false;
}

/* Nothing about the resource is looked up for a caller of the wrong kind. */
static int refuse_kind(const struct control_call *call, struct remit_err *err)
{
    const struct control_operation *op = call->operation;
    const char *action = op->action != NULL ? op->action : op->name;

    return remit_fail(err, REMIT_ERR_DENIED, "AccessDenied",
                      "User: " REMIT_STR_FMT " is not authorized to perform: %s on resource: * "
                      "because no identity-based policy allows the %s action",
                      REMIT_STR_ARG(call->caller.arn), action, action);
}

static int by_policy(struct control_call *call, struct remit_err *err)
{
    auto_control_authority struct control_authority a = { 0 };
    const struct control_operation *op = call->operation;
    struct control_grants *g = call->grants;

    TRY(control_authority_load(&a, call, err));
    for (size_t i = 0; op->proof == CONTROL_BY_POLICY && i < g->n_resources; i++)
        TRY(require(&a, op->action, g->resources[i].arn, err));
    for (size_t i = 0; i < g->n_also; i++)
        TRY(require(&a, g->also[i].action, g->also[i].arn, err));
    return pass_roles(&a, err);
}

int control_authorize(struct control_call *call, struct remit_err *err)
{
    const struct control_operation *op = call->operation;

    if (!proof_fits(op->proof, call->caller.kind))
        return refuse_kind(call, err);
    if (op->proof == CONTROL_BY_POLICY && (op->action == NULL || op->action[0] == '\0'))
        return refuse_kind(call, err); /* P6: what no policy can name, nobody may do */
    TRY(describe(call, err));
    if (op->proof != CONTROL_BY_POLICY && call->grants->n_also == 0 && call->grants->n_passes == 0)
        return 0;
    return by_policy(call, err);
}

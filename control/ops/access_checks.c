#include "control/ops/access_checks.h"

const char *const access_check_types[] = { "IDENTITY_POLICY", "RESOURCE_POLICY", NULL };

int access_check_policy(struct control_call *call, const char *name, enum remit_policy_type type,
                        struct remit_policy **out, struct remit_err *err)
{
    const struct remit_policy_options options = { .type = type };
    struct remit_err why = { 0 };

    if (remit_policy_compile(control_in_str(call, name), &options, out, &why) == 0)
        return 0;
    /* The pointer of the document itself is empty. */
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException", "%s%s%s", name,
                      why.text[0] == ':' ? "" : ": ", why.text);
}

int access_check_proven(int result, struct remit_err *err)
{
    if (result != 0 && err->kind == REMIT_ERR_LIMIT) {
        err->kind = REMIT_ERR_INVALID;
        err->code = "UnprocessableEntityException";
    }
    return result;
}

static void put_reason(struct control_call *call, const struct remit_proof_reason *reason)
{
    control_begin_structure(call, NULL);
    control_put_str(call, "description", reason->description);
    control_put_int(call, "statementIndex", (int64_t)reason->statement);
    if (reason->sid.len > 0)
        control_put_str(call, "statementId", reason->sid);
    control_end(call);
}

int access_check_answer(struct control_call *call, const struct remit_proof *proof,
                        struct remit_err *err)
{
    if (proof->answer == REMIT_PROOF_UNKNOWN)
        return remit_fail(err, REMIT_ERR_INVALID, "UnprocessableEntityException", REMIT_STR_FMT,
                          REMIT_STR_ARG(proof->message));
    control_put_cstr(call, "result", proof->answer == REMIT_PROOF_NO_ACCESS ? "PASS" : "FAIL");
    control_put_str(call, "message", proof->message);
    control_begin_list(call, "reasons");
    for (size_t i = 0; i < proof->n_reasons; i++)
        put_reason(call, &proof->reasons[i]);
    control_end(call);
    return 0;
}

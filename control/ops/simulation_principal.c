#include <remit/arn.h>

#include "control/iam_write.h"
#include "control/ops/simulation.h"

#define SHOWN_ARN 128 /* bytes of a stranger's ARN that are shown */

/* NULL when that is neither a user nor a role; groups are none of ours. */
static const char *kind_of(struct remit_str arn, struct remit_str *name)
{
    struct remit_arn parts;

    if (!remit_arn_parse(arn, &parts) || !remit_str_equal(parts.service, REMIT_STR("iam")))
        return NULL;
    *name = iam_last_part(parts.resource);
    if (name->len == 0)
        return NULL;
    if (remit_str_starts(parts.resource, REMIT_STR("role/")))
        return "role";
    if (remit_str_starts(parts.resource, REMIT_STR("user/")))
        return "user";
    return remit_str_starts(parts.resource, REMIT_STR("group/")) ? "group" : NULL;
}

static int missing(const char *kind, struct remit_str name, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                      "The %s with name %.*s cannot be found.", kind,
                      (int)(name.len < SHOWN_ARN ? name.len : SHOWN_ARN), name.ptr);
}

int simulation_principal(struct control_call *call, struct iam_principal_record *out,
                         struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PolicySourceArn");
    struct remit_str name = { 0 };
    const char *kind = kind_of(arn, &name);

    if (kind == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                          "Invalid Entity Arn: %.*s does not clearly define entity type and name.",
                          (int)(arn.len < SHOWN_ARN ? arn.len : SHOWN_ARN), arn.ptr);
    if (strcmp(kind, "group") == 0)
        return missing(kind, name, err);
    TRY(strcmp(kind, "role") == 0 ? iam_role_read(call->store, name, call->arena, out, err)
                                  : iam_user_read(call->store, name, call->arena, out, err));
    return remit_str_equal(out->arn, arn) ? 0 : missing(kind, name, err);
}

/* What is asked about is the ARN as the caller wrote it: that tells nothing. What is none is
 * refused by the handler, for those who may simulate everybody. */
int simulation_principal_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PolicySourceArn");
    struct iam_principal_record record = { 0 };
    struct remit_err why = { 0 };
    struct remit_str name;

    if (kind_of(arn, &name) == NULL)
        return 0;
    TRY(control_resource_add(call, arn, err));
    if (simulation_principal(call, &record, &why) != 0) {
        if (why.kind == REMIT_ERR_NOT_FOUND)
            return 0; /* the handler says so */
        *err = why;
        return -1;
    }
    for (size_t i = 0; i < record.n_tags; i++)
        TRY(control_resource_tag(call, record.tags[i].key, record.tags[i].value, err));
    return 0;
}

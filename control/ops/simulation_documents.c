#include "control/ops/simulation.h"

#include <remit/arn.h>

#include "control/iam_write.h"

static const char *const source_types[] = {
    [REMIT_POLICY_IDENTITY] = "IAM Policy",
    [REMIT_POLICY_RESOURCE] = "Resource Policy",
    [REMIT_POLICY_TRUST] = "Resource Policy",
    [REMIT_POLICY_BOUNDARY] = "Permissions Boundary Policy",
    [REMIT_POLICY_SCP] = "Service Control Policy",
};

int simulation_layer_begin(struct control_call *call, struct simulation_layer *layer,
                           enum remit_policy_type type, size_t max, struct remit_err *err)
{
    *layer = (struct simulation_layer){
        .type = type,
        .source_type = source_types[type],
        .documents = REMIT_NEW_N(call->arena, struct simulation_document, max + 1),
        .max = max,
    };
    return remit_arena_check(call->arena, "the policies", err);
}

void simulation_layer_drop(struct simulation_layer *layer)
{
    for (size_t i = 0; i < layer->n; i++) {
        remit_json_drop(&layer->documents[i].tree);
        remit_policy_drop(&layer->documents[i].policy);
    }
    layer->n = 0;
    remit_policy_set_drop(&layer->set);
}

static struct simulation_document *next(struct simulation_layer *layer, struct remit_str id,
                                        struct remit_str text)
{
    struct simulation_document *document = &layer->documents[layer->n];

    REMIT_REQUIRE(layer->n < layer->max);
    layer->n++;
    *document = (struct simulation_document){ .id = id, .text = text };
    return document;
}

static int read_document(const struct simulation_layer *layer, struct simulation_document *document,
                         struct remit_err *err)
{
    const struct remit_policy_options options = { .type = layer->type };

    TRY(remit_policy_compile(document->text, &options, &document->policy, err));
    return remit_json_parse(document->text, REMIT_POLICY_MAX, &document->tree, err);
}

int simulation_add_text(struct control_call *call, struct simulation_layer *layer,
                        struct remit_str id, struct remit_str text, struct remit_err *err)
{
    struct simulation_document *document = next(layer, id, text);
    struct remit_err why = { 0 };

    TRY(remit_arena_check(call->arena, "the policies", err));
    if (read_document(layer, document, &why) == 0)
        return 0;
    /* The pointer of the document itself is empty. */
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput", REMIT_STR_FMT "%s%s",
                      REMIT_STR_ARG(id), why.text[0] == ':' ? "" : ": ", why.text);
}

int simulation_add_list(struct control_call *call, struct simulation_layer *layer,
                        const struct remit_json *list, const char *name, struct remit_err *err)
{
    for (size_t i = 0; i < remit_json_count(list); i++)
        TRY(simulation_add_text(call, layer, remit_arena_fmt(call->arena, "%s.%zu", name, i + 1),
                                remit_json_str(remit_json_at(list, i)), err));
    return 0;
}

/* ---- stored documents ---- */

/* One that can't be read stands there without a policy: it may have held a Deny. */
static int add_stored(struct control_call *call, struct simulation_layer *layer,
                      struct remit_str id, struct remit_str text, struct remit_err *err)
{
    struct simulation_document *document = next(layer, id, text);
    struct remit_err why = { 0 };

    TRY(remit_arena_check(call->arena, "the policies", err));
    if (read_document(layer, document, &why) != 0)
        remit_policy_drop(&document->policy);
    return 0;
}

static int add_managed(struct control_call *call, struct simulation_layer *layer,
                       struct remit_str arn, struct remit_err *err)
{
    struct remit_str text = remit_str_from("", 0);
    struct remit_err why = { 0 };

    if (iam_managed_document(call->store, arn, call->arena, &text, &why) != 0) {
        if (why.kind != REMIT_ERR_NOT_FOUND && !remit_err_is(&why, "StoreCorrupt")) {
            *err = why;
            return -1;
        }
        text = remit_str_from("", 0);
    }
    return add_stored(call, layer, iam_last_part(arn), text, err);
}

/* ---- PolicyExclusionList ---- */

static bool is_type(const struct remit_json *excluded, const char *type)
{
    return remit_str_equal(remit_json_str(remit_json_get(excluded, "PolicyType")),
                           remit_str_of(type));
}

static bool excludes_inline(const struct remit_json *excluded,
                            const struct iam_principal_record *principal, struct remit_str name)
{
    const struct remit_json *one = remit_json_get(excluded, "InlinePolicyIdentifier");
    const char *kind = principal->is_role ? "role" : "user";

    return is_type(excluded, "inline") ||
           (one != NULL &&
            remit_str_equal(remit_json_str(remit_json_get(one, "PolicyName")), name) &&
            remit_str_equal(remit_json_str(remit_json_get(one, "AttachmentType")),
                            remit_str_of(kind)) &&
            remit_str_equal(remit_json_str(remit_json_get(one, "AttachmentName")),
                            principal->name));
}

static bool excludes_managed(const struct remit_json *excluded, struct remit_str arn)
{
    struct remit_arn parts = { 0 };
    bool aws = remit_arn_parse(arn, &parts) && remit_str_equal(parts.account, REMIT_STR("aws"));

    return is_type(excluded, aws ? "aws-managed" : "user-managed") ||
           remit_str_equal(remit_json_str(remit_json_get(excluded, "PolicyArn")), arn);
}

static bool excluded_inline(const struct control_call *call,
                            const struct iam_principal_record *principal, struct remit_str name)
{
    const struct remit_json *list = control_in(call, "PolicyExclusionList");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (excludes_inline(remit_json_at(list, i), principal, name))
            return true;
    return false;
}

static bool excluded_managed(const struct control_call *call, struct remit_str arn)
{
    const struct remit_json *list = control_in(call, "PolicyExclusionList");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (excludes_managed(remit_json_at(list, i), arn))
            return true;
    return false;
}

static bool excluded_boundary(const struct control_call *call, struct remit_str arn)
{
    const struct remit_json *list = control_in(call, "PolicyExclusionList");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *one = remit_json_at(list, i);

        if (is_type(one, "permission-boundary") ||
            remit_str_equal(remit_json_str(remit_json_get(one, "PolicyArn")), arn))
            return true;
    }
    return false;
}

/* ---- the principal's ---- */

size_t simulation_n_policies(const struct iam_principal_record *principal)
{
    return principal->n_inline + principal->n_attached;
}

int simulation_add_principal(struct control_call *call, struct simulation_layer *layer,
                             const struct iam_principal_record *p, struct remit_err *err)
{
    for (size_t i = 0; i < p->n_inline; i++) {
        struct remit_str name = p->inline_policies[i].name;
        struct remit_str id = remit_arena_fmt(call->arena, "%s_" REMIT_STR_FMT "_" REMIT_STR_FMT,
                                              p->is_role ? "role" : "user", REMIT_STR_ARG(p->name),
                                              REMIT_STR_ARG(name));

        if (!excluded_inline(call, p, name))
            TRY(add_stored(call, layer, id, p->inline_policies[i].document, err));
    }
    for (size_t i = 0; i < p->n_attached; i++)
        if (!excluded_managed(call, p->attached[i]))
            TRY(add_managed(call, layer, p->attached[i], err));
    return 0;
}

bool simulation_has_boundary(const struct control_call *call, const struct iam_principal_record *p)
{
    return p->boundary.len > 0 && !excluded_boundary(call, p->boundary);
}

int simulation_add_boundary(struct control_call *call, struct simulation_layer *layer,
                            const struct iam_principal_record *p, struct remit_err *err)
{
    return simulation_has_boundary(call, p) ? add_managed(call, layer, p->boundary, err) : 0;
}

/* ---- the keys of all of them ---- */

int simulation_put_keys(struct control_call *call, const struct simulation_layer *layer,
                        struct remit_err *err)
{
    auto_policy_keys struct policy_keys keys = { 0 };

    for (size_t i = 0; i < layer->n; i++)
        if (layer->documents[i].policy != NULL)
            TRY(policy_keys_of(layer->documents[i].tree, &keys, err));
    control_begin_list(call, "ContextKeyNames");
    for (size_t i = 0; i < keys.found.n_entries; i++)
        control_put_str(call, NULL, keys.found.entries[i].key);
    control_end(call);
    return 0;
}

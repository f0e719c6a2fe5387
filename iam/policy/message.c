#include "iam/context.h"
#include "iam/policy/eval.h"
#include "iam/policy/print.h"

/* A layer as the sentences for denied callers have it (section 19). */
static const struct layer_words {
    const char *name;
    const char *article;
} layers[REMIT_LAYER_COUNT] = {
    [REMIT_LAYER_NONE] = { "policy", "a" },
    [REMIT_LAYER_RCP] = { "resource control policy", "a" },
    [REMIT_LAYER_SCP] = { "service control policy", "a" },
    [REMIT_LAYER_ENDPOINT] = { "VPC endpoint policy", "a" },
    [REMIT_LAYER_RESOURCE] = { "resource-based policy", "a" },
    [REMIT_LAYER_IDENTITY] = { "identity-based policy", "an" },
    [REMIT_LAYER_BOUNDARY] = { "permissions boundary", "a" },
    [REMIT_LAYER_SESSION] = { "session policy", "a" },
};

const char *remit_layer_name(enum remit_layer layer)
{
    return (size_t)layer < REMIT_COUNT(layers) ? layers[layer].name : "policy";
}

bool remit_request_assumes_role(const struct remit_request *request)
{
    char action[REMIT_REQUEST_ACTION_MAX] __attribute__((uninitialized));
    size_t len = request->action.len;

    if (len > sizeof(action))
        return false;
    for (size_t i = 0; i < len; i++)
        action[i] = remit_lower(request->action.ptr[i]);
    return remit_action_assumes_role(remit_str_from(action, len));
}

static void put_reason(struct remit_printer *p, const struct remit_request *request,
                       const struct remit_verdict *verdict)
{
    bool trust = verdict->layer == REMIT_LAYER_RESOURCE && remit_request_assumes_role(request);
    const struct layer_words *words = &layers[verdict->layer];

    if (verdict->unreadable || verdict->layer == REMIT_LAYER_NONE)
        return; /* no reason that may be told */
    if (verdict->decision == REMIT_EXPLICIT_DENY)
        remit_print(p, " with an explicit deny in %s %s", trust ? "the" : words->article,
                    trust ? "role trust policy" : words->name);
    else
        remit_print(p, " because no %s allows the " REMIT_STR_FMT " action",
                    trust ? "role trust policy" : words->name, REMIT_STR_ARG(request->action));
}

size_t remit_denial_message(const struct remit_request *request,
                            const struct remit_verdict *verdict, char *out, size_t size)
{
    struct remit_printer p = { .out = out, .size = size };
    struct remit_str who = request->principal;

    if (size > 0)
        out[0] = '\0';
    if (verdict->decision == REMIT_ALLOW)
        return 0;
    if (who.len == 0)
        who = REMIT_STR("anonymous");
    remit_print(&p, "User: " REMIT_STR_FMT " is not authorized to perform: " REMIT_STR_FMT,
                REMIT_STR_ARG(who), REMIT_STR_ARG(request->action));
    if (request->resource.len > 0)
        remit_print(&p, " on resource: " REMIT_STR_FMT, REMIT_STR_ARG(request->resource));
    put_reason(&p, request, verdict);
    return p.len;
}

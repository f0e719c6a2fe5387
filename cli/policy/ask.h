/*
 * ask.h - whether a principal of a world may do something, as far as that is known.
 *
 * Condition keys that are neither given nor follow from who the principal is are unknown: the
 * answer is what holds for all their values (CAN, CANNOT) or what depends on them (MAY). See
 * assume.h.
 */
#pragma once

#include "cli/policy/world.h"
#include "common/os/options.h"

enum cli_ability { CLI_CANNOT = 0, CLI_MAY, CLI_CAN };

struct cli_question {
    const struct cli_world *world;
    const char *action;
    const char *resource;
    const char *resource_account;       /* never empty */
    const struct cli_documents *policy; /* of the resource; NULL: it has none */
    const struct remit_option_list *context;
};

/* Finds the resource's policy, or the role's trust policy, in the world. INVALID when two fit. */
int cli_question_open(struct cli_question *question, struct remit_err *err) REMIT_MUST_USE;

/* A condition, or a policy variable in a resource, that the answer depends on. */
struct cli_dependency {
    bool deny; /* the statement's Effect */
    enum remit_layer layer;
    struct remit_str op; /* empty: a variable in a Resource */
    struct remit_str key;
    const struct remit_str *values;
    size_t n_values;
    const char *file;
    struct remit_place place;
};
typedef void cli_depends_fn(void *self, const struct cli_dependency *dependency);

int cli_ask(const struct cli_question *question, const struct cli_principal *principal,
            enum cli_ability *out, struct remit_err *err) REMIT_MUST_USE;
/* What a MAY depends on. */
int cli_ask_why(const struct cli_question *question, const struct cli_principal *principal,
                cli_depends_fn *depends, void *self, struct remit_err *err) REMIT_MUST_USE;

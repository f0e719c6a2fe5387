#include "iam/policy/eval.h"

#include "iam/policy/operators.h"

/* NotAction and NotResource match when nothing listed does; with nothing listed, in a Deny only. */
static bool negated(const struct remit_statement *statement, size_t n_listed, bool matched)
{
    return !matched && (n_listed > 0 || statement->deny);
}

bool remit_action_part(const struct remit_statement *statement, const struct remit_eval *eval,
                       struct remit_str *text)
{
    bool matched = false;

    for (size_t i = 0; i < statement->n_actions && !matched; i++) {
        matched = remit_glob_match(&statement->actions[i], eval->action, NULL);
        if (matched && text != NULL)
            *text = statement->actions[i].source;
    }
    return statement->not_action ? negated(statement, statement->n_actions, matched) : matched;
}

/* An action without a resource is matched by "*" alone (9.2). */
bool remit_resource_matches(const struct remit_glob *pattern, struct remit_eval *eval)
{
    if (eval->no_resource)
        return pattern->shape == REMIT_GLOB_ANY;
    return remit_glob_match(pattern, eval->resource, &eval->variables);
}

bool remit_resource_part(const struct remit_statement *statement, struct remit_eval *eval,
                         struct remit_str *text)
{
    bool matched = false;

    if (!statement->has_resource)
        return true;
    for (size_t i = 0; i < statement->n_resources && !matched; i++) {
        matched = remit_resource_matches(&statement->resources[i], eval);
        if (matched && text != NULL)
            *text = statement->resources[i].source;
    }
    return statement->not_resource ? negated(statement, statement->n_resources, matched) : matched;
}

bool remit_condition_part(const struct remit_statement *statement, struct remit_eval *eval)
{
    for (size_t i = 0; i < statement->n_conditions; i++)
        if (!remit_condition_holds(&statement->conditions[i], eval->context, &eval->variables))
            return false;
    return true;
}

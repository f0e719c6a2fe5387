#include "iam/proof/confirm.h"

#include "iam/policy/policy_internal.h"

#define TRIES_MAX 8 /* patterns of one statement */

/* The pattern with words for its wildcards; of an ARN the right ones for region and account. */
static struct remit_str instance(struct remit_arena *arena, struct remit_str pattern,
                                 const char *word, bool arn)
{
    static const char *const parts[] = { "arn", "aws", "s3", "us-east-1", "111122223333" };
    struct remit_str out = REMIT_STR("");
    size_t part = 0;

    for (size_t i = 0; i < pattern.len; i++) {
        const char *text = arn && part < REMIT_COUNT(parts) ? parts[part] : word;
        char c = pattern.ptr[i];

        part += c == ':';
        if (c == '*')
            out = remit_arena_fmt(arena, REMIT_STR_FMT "%s", REMIT_STR_ARG(out), text);
        else
            out =
                remit_arena_fmt(arena, REMIT_STR_FMT "%c", REMIT_STR_ARG(out), c == '?' ? 'x' : c);
    }
    return out;
}

static bool fits(struct remit_str text)
{
    return text.ptr != NULL && remit_str_find(text, '$') == text.len &&
           remit_str_find(text, ':') < text.len;
}

void remit_proof_readable(struct remit_arena *arena, const struct remit_statement *statement,
                          struct remit_request *request, remit_proof_confirm_fn *confirm,
                          void *self)
{
    struct remit_str action = request->action;
    struct remit_str resource = request->resource;

    for (size_t i = 0; i < statement->n_actions && i < TRIES_MAX && !statement->not_action; i++) {
        request->action = instance(arena, statement->actions[i].source, "Example", false);
        if (fits(request->action) && confirm(self, request))
            break;
        request->action = action;
    }
    for (size_t i = 0; i < statement->n_resources && i < TRIES_MAX && !statement->not_resource;
         i++) {
        request->resource = instance(arena, statement->resources[i].source, "example", true);
        if (statement->resources[i].shape == REMIT_GLOB_ANY)
            request->resource = REMIT_STR("*");
        if ((fits(request->resource) || request->resource.len == 1) && confirm(self, request))
            break;
        request->resource = resource;
    }
}

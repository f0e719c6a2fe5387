#include "iam/policy/compile.h"

/* ---- actions ---- */

/* As IAM's save path wants them (section 8). */
static int check_action(struct remit_compiler *c, struct remit_str action)
{
    size_t colon = remit_str_find(action, ':');
    struct remit_str name = remit_str_sub(action, colon + 1, action.len);

    if (remit_str_equal(action, REMIT_STR("*")))
        return 0;
    if (colon == action.len || colon == 0)
        return remit_compile_fail(
            c, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    if (remit_str_find(name, ':') != name.len)
        return remit_compile_fail(c, "Actions/Condition can contain only one colon.");
    for (size_t i = 0; i < action.len; i++)
        if ((unsigned char)action.ptr[i] <= ' ')
            return remit_compile_fail(c, "an action holds no white space");
    if (c->policy->type == REMIT_POLICY_TRUST && !remit_str_starts(action, REMIT_STR("sts:")))
        return remit_compile_fail(c, "AssumeRole policy may only specify STS AssumeRole actions.");
    return name.len > 0 ? 0 : remit_compile_fail(c, "an action needs a name behind the colon");
}

static int read_action(struct remit_compiler *c, uint32_t node, struct remit_glob *out)
{
    static const struct remit_glob_syntax syntax = { .wild = true,
                                                     .lower = true,
                                                     .variables_from = SIZE_MAX };
    struct remit_str action = { 0 };

    TRY(remit_compile_text(c, node, &action));
    if (c->options->strict)
        TRY(check_action(c, action));
    remit_glob_compile(c->arena, action, &syntax, out);
    return 0;
}

/* ---- resources ---- */

/* Where the text behind the fifth colon starts, and how many parts there are, six at most. */
static size_t count_parts(struct remit_str arn, size_t *sixth)
{
    size_t parts = 1;

    *sixth = SIZE_MAX;
    for (size_t i = 0; i < arn.len && parts < REMIT_ARN_PARTS; i++) {
        if (arn.ptr[i] != ':')
            continue;
        if (++parts == REMIT_ARN_PARTS)
            *sixth = i + 1;
    }
    return parts;
}

/* Section 9.3. `arn` stays as it is where nothing is to be filled in. */
static int fill_short(struct remit_compiler *c, size_t parts, struct remit_str *arn)
{
    static const char stars[] = ":*:*:*:*:*";
    enum remit_short_arn what = c->rules->short_arn;

    if (what == REMIT_SHORT_REFUSE ||
        (what == REMIT_SHORT_REFUSE_TAME && !remit_str_ends(*arn, REMIT_STR("*"))))
        return remit_compile_fail(c, "Resource " REMIT_STR_FMT " must be in ARN format or \"*\".",
                                  REMIT_STR_ARG(*arn));
    if (what == REMIT_SHORT_FILL_WILD && !remit_compile_wild(*arn))
        return 0;
    *arn =
        remit_arena_fmt(c->arena, REMIT_STR_FMT "%s", REMIT_STR_ARG(*arn), stars + 2 * (parts - 1));
    return 0;
}

/* As IAM's save path wants them (section 9.2); AWS's own managed policies do say "arn:*:...". */
static int check_resource(struct remit_compiler *c, struct remit_str arn)
{
    struct remit_str rest = remit_str_sub(arn, 4, arn.len);
    struct remit_str partition = { 0 };
    struct remit_str service = { 0 };

    (void)remit_str_cut(&rest, ':', &partition);
    (void)remit_str_cut(&rest, ':', &service);
    if (!remit_str_starts(partition, REMIT_STR("aws")) && !remit_compile_wild(partition))
        return remit_compile_fail(
            c, "Partition \"" REMIT_STR_FMT "\" is not valid for resource \"" REMIT_STR_FMT "\".",
            REMIT_STR_ARG(partition), REMIT_STR_ARG(arn));
    if (remit_compile_wild(service) || service.len == 0)
        return remit_compile_fail(
            c, "Resource vendor must be fully qualified and cannot contain regexes.");
    return 0;
}

static int read_resource(struct remit_compiler *c, uint32_t node, struct remit_glob *out)
{
    struct remit_str text = { 0 };
    struct remit_str arn = { 0 };
    struct remit_glob_syntax syntax = { .wild = true, .variables_from = SIZE_MAX };
    bool in_form = false;
    size_t parts = 0;
    size_t sixth = 0;

    TRY(remit_compile_text(c, node, &text));
    arn = text;
    in_form = remit_str_starts(text, REMIT_STR("arn:"));
    parts = count_parts(text, &sixth);
    if (!in_form && !remit_str_equal(text, REMIT_STR("*")) &&
        (c->options->strict || c->rules->short_arn == REMIT_SHORT_REFUSE))
        return remit_compile_fail(c, "Resource " REMIT_STR_FMT " must be in ARN format or \"*\".",
                                  REMIT_STR_ARG(text));
    if (in_form && parts < REMIT_ARN_PARTS)
        TRY(fill_short(c, parts, &arn));
    if (in_form && c->options->strict)
        TRY(check_resource(c, arn));
    if (c->policy->variables)
        syntax.variables_from = sixth;
    remit_glob_compile(c->arena, arn, &syntax, out);
    out->source = text;
    return 0;
}

/* ---- lists of them ---- */

typedef int take_fn(struct remit_compiler *c, uint32_t node, struct remit_glob *out);

/* A string or a list of strings, each made into a pattern by `take`. */
static int read_globs(struct remit_compiler *c, uint32_t node, take_fn *take,
                      const struct remit_glob **out, size_t *n_out)
{
    bool list = remit_compile_node(c, node)->type == REMIT_TAPE_ARRAY;
    struct remit_walk walk = remit_walk_list(c, node);
    size_t n = list ? remit_compile_count(c, node) : 1;
    struct remit_glob *globs = REMIT_NEW_N(c->arena, struct remit_glob, n);

    TRY(remit_arena_check(c->arena, "a policy", c->err));
    if (!list)
        TRY(take(c, node, globs));
    for (size_t i = 0; list && remit_walk_next(&walk, &node); i++) {
        remit_compile_enter_index(c, i);
        TRY(take(c, node, &globs[i]));
        remit_compile_leave(c);
    }
    *out = globs;
    *n_out = n;
    return 0;
}

int remit_compile_actions(struct remit_compiler *c, uint32_t node, struct remit_statement *out)
{
    TRY(read_globs(c, node, read_action, &out->actions, &out->n_actions));
    if (out->n_actions == 0 && c->options->strict)
        return remit_compile_fail(c, "Policy statement must contain actions.");
    return 0;
}

int remit_compile_resources(struct remit_compiler *c, uint32_t node, struct remit_statement *out)
{
    TRY(read_globs(c, node, read_resource, &out->resources, &out->n_resources));
    if (out->n_resources == 0 && c->options->strict)
        return remit_compile_fail(c, "Policy statement must contain resources.");
    return 0;
}

#include <stdlib.h>

#include "iam/proof/confirm.h"
#include "iam/proof/problem.h"
#include "iam/proof/proof_internal.h"

#define MEMORY_MAX  (512u * 1024 * 1024) /* while a question is answered */
#define ANSWER_MAX  (16u * 1024 * 1024)
#define REASONS_MAX 256

const char *remit_proof_answer_name(enum remit_proof_answer answer)
{
    switch (answer) {
    case REMIT_PROOF_NO_ACCESS:
        return "PASS";
    case REMIT_PROOF_ACCESS:
        return "FAIL";
    case REMIT_PROOF_UNKNOWN:
    default:
        return "UNKNOWN";
    }
}

void remit_proof_drop(struct remit_proof **proof)
{
    struct remit_arena *arena = NULL;

    if (*proof == NULL)
        return;
    arena = (*proof)->memory;
    *proof = NULL;
    remit_arena_drop(arena);
    free(arena);
}

static int proof_new(struct remit_proof **out, struct remit_err *err)
{
    struct remit_arena *arena = calloc(1, sizeof(*arena));

    if (arena == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a proof");
    remit_arena_init(arena, ANSWER_MAX);
    *out = REMIT_NEW(arena, struct remit_proof);
    if (*out == NULL) {
        remit_arena_drop(arena);
        free(arena);
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a proof");
    }
    (*out)->memory = arena;
    return 0;
}

/* ---- one question ---- */

/* What is known of each statement of the new policy. */
enum standing {
    STANDING_OPEN = 0,
    STANDING_GRANTS,
    STANDING_UNSURE, /* a search gave up, or found what could not be confirmed */
};

struct answering {
    const struct proof_question *question;
    struct proof_problem problem;
    struct remit_proof *proof;
    struct proof_judges *judges;
    struct remit_proof_reason *reasons;
    enum standing *standing;
    bool lenient_found; /* perhaps there is a request, that variables or guesses stand before */
};

static bool confirm(void *self, struct remit_request *request)
{
    struct answering *a = self;
    const struct proof_question *q = a->question;

    if (!remit_proof_allows(a->judges, q->new_policy, request))
        return false;
    if (q->asked != NULL && !remit_proof_denies(a->judges, q->asked, request))
        return false;
    if (q->left_out != NULL && remit_proof_denies(a->judges, q->left_out, request))
        return false;
    return q->old_policy == NULL || !remit_proof_allows(a->judges, q->old_policy, request);
}

static void describe(struct answering *a, const struct remit_statement *s,
                     struct remit_proof_reason *out)
{
    struct remit_arena *arena = a->proof->memory;

    out->statement = s->index;
    out->sid = s->sid.len > 0 ? remit_arena_str(arena, s->sid) : s->sid;
    if (s->sid.len > 0)
        out->description =
            remit_arena_fmt(arena, "%s in the statement with sid: " REMIT_STR_FMT ".",
                            a->question->what, REMIT_STR_ARG(s->sid));
    else
        out->description = remit_arena_fmt(arena, "%s in the statement with index: %u.",
                                           a->question->what, s->index);
}

/* Such a request is denied under every policy; that there is no shorter one is not shown. */
static bool is_oversized(const struct remit_request *request)
{
    return request->action.len > REMIT_REQUEST_ACTION_MAX ||
           request->resource.len > REMIT_REQUEST_RESOURCE_MAX;
}

static void take_found(struct answering *a, size_t target, const struct proof_point *point)
{
    struct remit_request *request = remit_proof_request(&a->problem, a->proof->memory, point);
    struct remit_proof_reason *reason = &a->reasons[a->proof->n_reasons];

    if (request == NULL || is_oversized(request) || !confirm(a, request)) {
        a->proof->unconfirmed += request != NULL && !is_oversized(request);
        a->standing[target] = STANDING_UNSURE;
        return;
    }
    a->standing[target] = STANDING_GRANTS;
    if (a->proof->n_reasons == REASONS_MAX)
        return;
    remit_proof_readable(a->proof->memory, a->problem.statements[target].from, request, confirm, a);
    describe(a, a->problem.statements[target].from, reason);
    reason->request = request;
    a->proof->n_reasons++;
}

static void ask_targets(struct answering *a)
{
    struct proof_problem *p = &a->problem;

    for (size_t i = 0; i < p->n_statements; i++) {
        struct proof_point point;
        enum proof_found found = PROOF_NONE;

        if (p->statements[i].duty != PROOF_GRANTS || a->standing[i] == STANDING_GRANTS)
            continue;
        found = remit_proof_solve(p, i, &point);
        if (found == PROOF_SOME && !p->lenient)
            take_found(a, i, &point);
        else if (found != PROOF_NONE)
            a->standing[i] = STANDING_UNSURE;
        a->lenient_found = a->lenient_found || (p->lenient && found == PROOF_SOME);
    }
}

static void all_unsure(struct answering *a)
{
    for (size_t i = 0; i < a->problem.n_statements; i++)
        if (a->standing[i] == STANDING_OPEN)
            a->standing[i] = STANDING_UNSURE;
}

/* Over all that the variables may stand for. */
static void ask_slices(struct answering *a)
{
    struct proof_problem *p = &a->problem;
    bool more = remit_proof_find_variables(p) && remit_proof_first_slices(p);

    if (!more)
        all_unsure(a);
    for (; more; more = remit_proof_next_slices(p)) {
        if (remit_proof_set_up(p) == PROOF_SOME)
            ask_targets(a);
        else
            all_unsure(a);
        if (p->work == 0)
            break;
    }
    remit_proof_tear_down(p);
    if (p->work == 0)
        all_unsure(a);
}

static bool is_open(const struct answering *a, enum standing standing)
{
    for (size_t i = 0; i < a->problem.n_statements; i++)
        if (a->problem.statements[i].duty == PROOF_GRANTS && a->standing[i] == standing)
            return true;
    return false;
}

/*
 * First with values for the variables: what is found then is a request. If nothing is, and there
 * were variables, again with variables that may be anything: what is not found then does not exist.
 */
static void ask(struct answering *a)
{
    ask_slices(a);
    if (!is_open(a, STANDING_OPEN) || (a->problem.n_variables == 0 && !a->problem.inexact))
        return;
    a->problem.lenient = true;
    ask_slices(a);
}

/* "/Statement/1: it hangs on the policy variables ${aws:username}, ..." */
static struct remit_str hangs_on(const struct answering *a, struct remit_arena *arena,
                                 const struct remit_statement *s)
{
    struct remit_str out = s->policy->single ? REMIT_STR("/Statement")
                                             : remit_arena_fmt(arena, "/Statement/%u", s->index);

    out = remit_arena_fmt(arena,
                          REMIT_STR_FMT ": it hangs on policy variables, which relate parts of a "
                                        "request to each other:",
                          REMIT_STR_ARG(out));
    for (size_t i = 0; i < a->problem.n_variables; i++)
        out = remit_arena_fmt(arena, REMIT_STR_FMT "%s ${" REMIT_STR_FMT "}", REMIT_STR_ARG(out),
                              i > 0 ? "," : "", REMIT_STR_ARG(a->problem.variables[i].key));
    return out;
}

static struct remit_str why_of(const struct answering *a)
{
    struct remit_arena *arena = a->proof->memory;
    size_t i = 0;

    if (a->problem.work == 0)
        return REMIT_STR("the limit on work is reached");
    if (a->proof->unconfirmed > 0)
        return REMIT_STR("a counterexample was found that the evaluator does not confirm");
    while (i < a->problem.n_statements && a->standing[i] != STANDING_UNSURE)
        i++;
    if (a->lenient_found && a->problem.n_variables > 0 && i < a->problem.n_statements)
        return hangs_on(a, arena, a->problem.statements[i].from);
    if (a->lenient_found)
        return REMIT_STR("a condition key is read in more than one way, as a number and as a text "
                         "for example");
    return remit_str_of(a->problem.why != NULL ? a->problem.why : "the limit on work is reached");
}

static void conclude(struct answering *a)
{
    struct remit_proof *proof = a->proof;

    proof->reasons = a->reasons;
    if (proof->n_reasons > 0) {
        proof->answer = REMIT_PROOF_ACCESS;
        proof->message = remit_str_of(a->question->fail);
    } else if (is_open(a, STANDING_UNSURE)) {
        proof->message = why_of(a);
    } else {
        proof->answer = REMIT_PROOF_NO_ACCESS;
        proof->message = remit_str_of(a->question->pass);
    }
}

/* ---- setting the question up ---- */

static bool has_callers(enum remit_policy_type type)
{
    return type == REMIT_POLICY_RESOURCE || type == REMIT_POLICY_TRUST ||
           type == REMIT_POLICY_ENDPOINT || type == REMIT_POLICY_RCP;
}

/* The one action that is always allowed, whatever policies say (15.7). */
static int leave_out(struct proof_problem *p, struct remit_err *err)
{
    struct remit_policy *policy = NULL;

    TRY(remit_proof_own_policy(p, REMIT_POLICY_IDENTITY,
                               REMIT_STR("{\"Statement\":{\"Effect\":\"Deny\",\"Action\":"
                                         "\"sts:GetCallerIdentity\",\"Resource\":\"*\"}}"),
                               &policy, err));
    return remit_proof_take_policy(p, policy, PROOF_BARS, PROOF_BARS, err);
}

static int set_problem(struct answering *a, struct remit_err *err)
{
    const struct proof_question *q = a->question;
    struct proof_problem *p = &a->problem;

    p->type = remit_policy_type(q->new_policy);
    TRY(remit_proof_take_policy(p, q->new_policy, PROOF_GRANTS, PROOF_BARS, err));
    if (q->old_policy != NULL)
        TRY(remit_proof_take_policy(p, q->old_policy, PROOF_GRANTED, PROOF_BARRED, err));
    if (q->asked != NULL)
        TRY(remit_proof_take_policy(p, q->asked, PROOF_BARRED, PROOF_BARRED, err));
    if (q->left_out != NULL)
        TRY(remit_proof_take_policy(p, q->left_out, PROOF_BARS, PROOF_BARS, err));
    if (q->old_policy != NULL)
        TRY(leave_out(p, err));
    p->required = q->asked != NULL;
    p->strangers_only = q->strangers_only;
    p->has_callers = has_callers(p->type);
    if (p->has_callers)
        TRY(remit_proof_find_callers(p, err));
    a->standing = REMIT_NEW_N(p->arena, enum standing, p->n_statements + 1);
    a->reasons = REMIT_NEW_N((struct remit_arena *)a->proof->memory, struct remit_proof_reason,
                             REASONS_MAX + 1);
    TRY(remit_arena_check(p->arena, "a proof", err));
    return remit_arena_check(a->proof->memory, "a proof", err);
}

int remit_proof_answer(const struct proof_question *question,
                       const struct remit_proof_options *options, struct remit_proof **out,
                       struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(MEMORY_MAX);
    auto_proof struct remit_proof *proof = NULL;
    struct proof_judges *judges REMIT_AUTO(remit_proof_judges_drop) = NULL;
    struct answering a = { .question = question };
    struct remit_err own = { 0 };
    uint64_t work = options != NULL && options->work > 0 ? options->work : REMIT_PROOF_WORK;
    int failed = 0;

    TRY(proof_new(&proof, err));
    TRY(remit_proof_judges_new(remit_policy_type(question->new_policy), &judges, err));
    a.problem.arena = &arena;
    a.problem.work = work;
    a.proof = proof;
    a.judges = judges;
    failed = set_problem(&a, &own);
    if (failed == 0) {
        ask(&a);
        conclude(&a);
        proof->work = work - a.problem.work;
    } else if (own.kind == REMIT_ERR_LIMIT) { /* too much to look at: no answer, and no fault */
        proof->message = remit_arena_str(proof->memory, remit_str_of(own.text));
        failed = 0;
    } else if (err != NULL) {
        *err = own;
    }
    if (failed == 0)
        failed = remit_arena_check(proof->memory, "a proof", err);
    remit_proof_drop_problem(&a.problem);
    TRY(failed);
    *out = proof;
    proof = NULL;
    return 0;
}

#include "iam/policy/assume.h"

#include <stdlib.h>

#include "common/base/buf.h"

/* A policy being made. */
struct assuming {
    enum remit_assumption assumption;
    remit_known_fn *known;
    void *self;
    struct remit_policy *policy;
};

/* ---- what is not known ---- */

bool remit_glob_unknown(const struct remit_glob *glob, remit_known_fn *known, void *self,
                        struct remit_str *key)
{
    for (uint32_t i = 0; glob->variables && i < glob->n_runs; i++)
        for (uint32_t j = 0; j < glob->runs[i].n_pieces; j++) {
            const struct remit_glob_piece *piece = &glob->runs[i].pieces[j];

            if (piece->kind != REMIT_PIECE_VARIABLE || piece->broken || known(self, piece->text))
                continue;
            if (key != NULL)
                *key = piece->text;
            return true;
        }
    return false;
}

static bool operand_unknown(const struct remit_condition *c, const struct remit_operand *operand,
                            remit_known_fn *known, void *self)
{
    enum remit_operand_kind kind = c->op->operand;

    if (operand->malformed)
        return false;
    if (kind == REMIT_OPERAND_STRING || kind == REMIT_OPERAND_PATTERN)
        return remit_glob_unknown(&operand->is.glob, known, self, NULL);
    for (size_t i = 0; kind == REMIT_OPERAND_ARN && i < REMIT_ARN_PARTS; i++)
        if (remit_glob_unknown(&operand->is.arn[i], known, self, NULL))
            return true;
    return false;
}

bool remit_condition_unknown(const struct remit_condition *c, remit_known_fn *known, void *self)
{
    if (!known(self, c->key))
        return true;
    for (size_t i = 0; i < c->n_operands; i++)
        if (operand_unknown(c, &c->operands[i], known, self))
            return true;
    return false;
}

/* ---- a pattern with stars for its variables ---- */

static void put_literal(struct remit_buf *out, struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '*' || text.ptr[i] == '?' || text.ptr[i] == '$')
            remit_buf_put_fmt(out, "${%c}", text.ptr[i]);
        else
            remit_buf_put_byte(out, text.ptr[i]);
    }
}

static void put_piece(struct remit_buf *out, const struct remit_glob_piece *piece)
{
    if (piece->kind == REMIT_PIECE_TEXT)
        put_literal(out, piece->text);
    else if (piece->kind == REMIT_PIECE_VARIABLE)
        remit_buf_put_byte(out, '*');
    for (uint32_t i = 0; piece->kind == REMIT_PIECE_ONES && i < piece->n_ones; i++)
        remit_buf_put_byte(out, '?');
}

static void widen(struct assuming *a, const struct remit_glob *from, struct remit_glob *out)
{
    static const struct remit_glob_syntax syntax = { .wild = true };
    auto_buf struct remit_buf text = REMIT_BUF(4 * (from->source.len + 64) + 64);

    for (uint32_t i = 0; i < from->n_runs; i++) {
        if (i > 0)
            remit_buf_put_byte(&text, '*');
        for (uint32_t j = 0; j < from->runs[i].n_pieces; j++)
            put_piece(&text, &from->runs[i].pieces[j]);
    }
    if (!remit_buf_ok(&text))
        a->policy->arena.failed = true;
    remit_glob_compile(&a->policy->arena, remit_arena_str(&a->policy->arena, remit_buf_view(&text)),
                       &syntax, out);
    out->source = from->source;
}

/* ---- statements ---- */

/* Whether the unknown parts of the statement are to be such that it applies. */
static bool wants(const struct assuming *a, const struct remit_statement *s)
{
    return a->assumption == REMIT_ASSUME_WIDENING ||
           (a->assumption == REMIT_ASSUME_GRANTING) == !s->deny;
}

/* A pattern with an unknown variable matches all that it could, or nothing. */
static void assume_resources(struct assuming *a, struct remit_statement *s)
{
    bool matching = wants(a, s) != s->not_resource;
    struct remit_glob *globs = REMIT_NEW_N(&a->policy->arena, struct remit_glob, s->n_resources);
    size_t n = 0;

    for (size_t i = 0; globs != NULL && i < s->n_resources; i++) {
        if (!remit_glob_unknown(&s->resources[i], a->known, a->self, NULL))
            globs[n++] = s->resources[i];
        else if (matching)
            widen(a, &s->resources[i], &globs[n++]);
    }
    if (s->n_resources > 0 && n == 0 && s->not_resource)
        s->has_resource = false; /* with nothing left that it names, it covers everything */
    s->resources = globs;
    s->n_resources = n;
}

static void never_applies(struct remit_statement *s)
{
    s->not_action = false;
    s->n_actions = 0;
}

static void assume_conditions(struct assuming *a, struct remit_statement *s)
{
    struct remit_condition *kept =
        REMIT_NEW_N(&a->policy->arena, struct remit_condition, s->n_conditions);
    size_t n = 0;

    if (kept == NULL || a->assumption == REMIT_ASSUME_WIDENING)
        return;
    for (size_t i = 0; i < s->n_conditions; i++) {
        if (!remit_condition_unknown(&s->conditions[i], a->known, a->self))
            kept[n++] = s->conditions[i];
        else if (!wants(a, s))
            never_applies(s);
    }
    s->conditions = kept;
    s->n_conditions = n;
}

static int assume(struct assuming *a, const struct remit_policy *from, struct remit_err *err)
{
    struct remit_statement *statements =
        REMIT_NEW_N(&a->policy->arena, struct remit_statement, from->n_statements);

    TRY(remit_arena_check(&a->policy->arena, "a policy", err));
    for (size_t i = 0; i < from->n_statements; i++) {
        statements[i] = from->statements[i];
        statements[i].policy = a->policy;
        assume_resources(a, &statements[i]);
        assume_conditions(a, &statements[i]);
    }
    a->policy->statements = statements;
    a->policy->n_statements = from->n_statements;
    return remit_arena_check(&a->policy->arena, "a policy", err);
}

int remit_policy_assume(const struct remit_policy *policy, enum remit_assumption assumption,
                        remit_known_fn *known, void *self, struct remit_policy **out,
                        struct remit_err *err)
{
    auto_policy struct remit_policy *made = calloc(1, sizeof(*made));
    struct assuming a = { assumption, known, self, made };

    if (made == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a policy");
    made->holders = 1;
    made->type = policy->type;
    made->variables = policy->variables;
    made->single = policy->single;
    made->version = policy->version;
    made->id = policy->id;
    remit_arena_init(&made->arena, 64 * policy->arena.max);
    TRY(assume(&a, policy, err));
    *out = made;
    made = NULL;
    return 0;
}

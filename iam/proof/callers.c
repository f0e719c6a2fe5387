#include <stdio.h>

#include "iam/context.h"
#include "iam/policy/eval.h"
#include "iam/proof/problem.h"

#define CALLERS_MAX 4096

/* All that the policies name, and one of each kind that they do not. */
struct finding {
    struct proof_problem *p;
    size_t cap;
    const struct remit_principal_entry **entries; /* each text once */
    size_t n_entries;
    struct remit_str fresh_account;
    bool over;
};

static bool fits_type(const struct finding *f, enum remit_principal_kind kind)
{
    return kind != REMIT_PRINCIPAL_WEB_IDENTITY ||
           (f->p->type != REMIT_POLICY_RCP && f->p->type != REMIT_POLICY_ENDPOINT);
}

static void add_caller(struct finding *f, struct proof_caller caller)
{
    struct proof_problem *p = f->p;

    if (!fits_type(f, caller.kind) || (p->strangers_only && !caller.stranger))
        return;
    if (p->n_callers == f->cap) {
        size_t cap = f->cap == 0 ? 64 : f->cap * 2;
        struct proof_caller *callers = REMIT_NEW_N(p->arena, struct proof_caller, cap);

        if (callers == NULL || cap > CALLERS_MAX) {
            f->over = true;
            return;
        }
        if (p->n_callers > 0)
            memcpy(callers, p->callers, p->n_callers * sizeof(*callers));
        p->callers = callers;
        f->cap = cap;
    }
    p->callers[p->n_callers++] = caller;
}

/* ---- entries ---- */

static size_t count_entries(const struct proof_problem *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_statements; i++)
        n += p->statements[i].from->n_principals;
    return n;
}

static bool is_known(const struct finding *f, const struct remit_principal_entry *e)
{
    for (size_t i = 0; i < f->n_entries; i++)
        if (f->entries[i]->kind == e->kind && remit_str_equal(f->entries[i]->text, e->text))
            return true;
    return false;
}

static bool gather(struct finding *f)
{
    struct proof_problem *p = f->p;

    f->entries = REMIT_NEW_N(p->arena, const struct remit_principal_entry *, count_entries(p) + 1);
    if (f->entries == NULL)
        return false;
    for (size_t i = 0; i < p->n_statements; i++)
        for (size_t j = 0; j < p->statements[i].from->n_principals; j++)
            if (!is_known(f, &p->statements[i].from->principals[j]))
                f->entries[f->n_entries++] = &p->statements[i].from->principals[j];
    return true;
}

static bool is_account_taken(const struct finding *f, struct remit_str account)
{
    for (size_t i = 0; i < f->n_entries; i++)
        if (remit_str_equal(f->entries[i]->account, account))
            return true;
    return false;
}

static void choose_account(struct finding *f)
{
    for (long long n = 999999999999; n > 0; n--) {
        f->fresh_account = remit_arena_fmt(f->p->arena, "%012lld", n);
        if (!is_account_taken(f, f->fresh_account))
            return;
    }
}

/* A name that no entry has. */
static struct remit_str fresh_name(const struct finding *f, const char *stem)
{
    for (int n = 0;; n++) {
        struct remit_str name =
            n == 0 ? remit_str_of(stem) : remit_arena_fmt(f->p->arena, "%s-%d", stem, n);
        bool taken = false;

        for (size_t i = 0; i < f->n_entries && !taken; i++) {
            struct remit_str text = f->entries[i]->text;

            taken = remit_str_ends(text, name);
        }
        if (!taken || n > 9999)
            return name;
    }
}

/* ---- callers of an account ---- */

#define ARN(f, service, partition, account, kind, name)                                            \
    remit_arena_fmt((f)->p->arena,                                                                 \
                    "arn:" REMIT_STR_FMT ":" service "::" REMIT_STR_FMT ":" kind REMIT_STR_FMT,    \
                    REMIT_STR_ARG(partition), REMIT_STR_ARG(account), REMIT_STR_ARG(name))

static void add_session(struct finding *f, struct remit_str partition, struct remit_str account,
                        struct remit_str role, struct remit_str issuer, struct remit_str session,
                        bool stranger)
{
    struct remit_str arn = remit_arena_fmt(f->p->arena,
                                           "arn:" REMIT_STR_FMT ":sts::" REMIT_STR_FMT
                                           ":assumed-role/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                                           REMIT_STR_ARG(partition), REMIT_STR_ARG(account),
                                           REMIT_STR_ARG(role), REMIT_STR_ARG(session));

    add_caller(f, (struct proof_caller){ .principal = arn,
                                         .kind = REMIT_PRINCIPAL_ROLE_SESSION,
                                         .issuer = issuer,
                                         .stranger = stranger });
}

static void add_federated(struct finding *f, struct remit_str arn, struct remit_str issuer,
                          bool stranger)
{
    add_caller(f, (struct proof_caller){ .principal = arn,
                                         .kind = REMIT_PRINCIPAL_FEDERATED_USER,
                                         .issuer = issuer,
                                         .stranger = stranger });
}

/* A user, a role session, a federated user and the root user that nobody has named. */
static void add_account(struct finding *f, struct remit_str partition, struct remit_str account,
                        bool stranger)
{
    struct remit_str user_name = fresh_name(f, "example-user");
    struct remit_str role_name = fresh_name(f, "example-role");
    struct remit_str user = ARN(f, "iam", partition, account, "user/", user_name);

    add_caller(f, (struct proof_caller){
                      .principal = user, .kind = REMIT_PRINCIPAL_USER, .stranger = stranger });
    add_session(f, partition, account, role_name,
                ARN(f, "iam", partition, account, "role/", role_name),
                fresh_name(f, "example-session"), stranger);
    add_caller(f, (struct proof_caller){
                      .principal = ARN(f, "iam", partition, account, "root", REMIT_STR("")),
                      .kind = REMIT_PRINCIPAL_ROOT,
                      .stranger = stranger });
    add_federated(f,
                  ARN(f, "sts", partition, account, "federated-user/",
                      fresh_name(f, "example-federated-user")),
                  user, stranger);
}

static bool same_owner(const struct remit_principal_entry *a, const struct remit_principal_entry *b)
{
    return remit_str_equal(a->account, b->account) && remit_str_equal(a->partition, b->partition);
}

/*
 * Sessions that an entry names, of each role that they can be of. A name belongs to one role of an
 * account, whatever its path (11.1): another path comes in where no policy tells it.
 */
static void add_named_session(struct finding *f, const struct remit_principal_entry *e)
{
    struct remit_principal session;
    bool known = false;

    remit_principal_parse(e->text, REMIT_PRINCIPAL_AUTO, &session);
    for (size_t i = 0; i < f->n_entries; i++) {
        if (f->entries[i]->kind != REMIT_ENTRY_ROLE || !same_owner(f->entries[i], e) ||
            !remit_str_equal(f->entries[i]->name, session.name))
            continue;
        add_session(f, e->partition, e->account, session.name, f->entries[i]->text, session.session,
                    false);
        known = true;
    }
    if (!known)
        add_session(f, e->partition, e->account, session.name,
                    ARN(f, "iam", e->partition, e->account, "role/", session.name), session.session,
                    false);
}

static void add_named_federated(struct finding *f, const struct remit_principal_entry *e)
{
    add_federated(f, e->text,
                  ARN(f, "iam", e->partition, e->account, "user/", fresh_name(f, "example-user")),
                  false);
    for (size_t i = 0; i < f->n_entries; i++)
        if (f->entries[i]->kind == REMIT_ENTRY_USER && same_owner(f->entries[i], e))
            add_federated(f, e->text, f->entries[i]->text, false);
}

static void add_entry(struct finding *f, const struct remit_principal_entry *e)
{
    switch (e->kind) {
    case REMIT_ENTRY_USER:
        add_caller(f, (struct proof_caller){ .principal = e->text, .kind = REMIT_PRINCIPAL_USER });
        add_federated(f,
                      ARN(f, "sts", e->partition, e->account, "federated-user/",
                          fresh_name(f, "example-federated-user")),
                      e->text, false);
        return;
    case REMIT_ENTRY_ROLE:
        add_session(f, e->partition, e->account, e->name, e->text, fresh_name(f, "example-session"),
                    false);
        return;
    case REMIT_ENTRY_SESSION:
        add_named_session(f, e);
        return;
    case REMIT_ENTRY_FEDERATED_USER:
        add_named_federated(f, e);
        return;
    case REMIT_ENTRY_SERVICE:
        add_caller(f,
                   (struct proof_caller){ .principal = e->text, .kind = REMIT_PRINCIPAL_SERVICE });
        return;
    case REMIT_ENTRY_PROVIDER:
        add_caller(
            f, (struct proof_caller){ .principal = e->text, .kind = REMIT_PRINCIPAL_WEB_IDENTITY });
        return;
    case REMIT_ENTRY_NOBODY:
    case REMIT_ENTRY_ANYBODY:
    case REMIT_ENTRY_ACCOUNT:
    case REMIT_ENTRY_UNIQUE_ID:
    case REMIT_ENTRY_CANONICAL_USER:
    default:
        return;
    }
}

/* Each account once, in each partition that it is named in, and in "aws". */
static void add_accounts(struct finding *f)
{
    for (size_t i = 0; i < f->n_entries; i++) {
        const struct remit_principal_entry *e = f->entries[i];
        struct remit_str partition = e->partition.len > 0 ? e->partition : REMIT_STR("aws");
        bool known = e->account.len == 0;

        for (size_t j = 0; j < i && !known; j++) {
            struct remit_str other =
                f->entries[j]->partition.len > 0 ? f->entries[j]->partition : REMIT_STR("aws");

            known = remit_str_equal(f->entries[j]->account, e->account) &&
                    remit_str_equal(other, partition);
        }
        if (!known)
            add_account(f, partition, e->account, false);
        if (!known && !remit_str_equal(partition, REMIT_STR("aws")))
            add_account(f, REMIT_STR("aws"), e->account, false);
        if (!known && remit_str_equal(partition, REMIT_STR("aws")))
            add_account(f, REMIT_STR("aws-cn"), e->account, false);
    }
    add_account(f, REMIT_STR("aws"), f->fresh_account, true);
}

/* ---- what ties callers to other parts of the request ---- */

/* Every caller again, as one to whom this id belongs. */
static void multiply(struct finding *f, const struct remit_principal_entry *e)
{
    bool canonical = e->kind == REMIT_ENTRY_CANONICAL_USER;
    size_t n = f->p->n_callers;

    for (size_t i = 0; i < n; i++) {
        struct proof_caller c = f->p->callers[i];
        bool named = c.kind == REMIT_PRINCIPAL_USER || c.kind == REMIT_PRINCIPAL_ROLE_SESSION;

        if (c.kind == REMIT_PRINCIPAL_SERVICE || c.kind == REMIT_PRINCIPAL_WEB_IDENTITY)
            continue;
        if (canonical ? c.canonical_user.len > 0 : c.userid.len > 0 || !named)
            continue;
        if (canonical)
            c.canonical_user = e->text;
        else
            c.userid = e->text;
        c.stranger = false;
        add_caller(f, c);
    }
}

/* A statement that bars one caller, or where it stands alone all of them. */
static int bar(struct proof_problem *p, struct remit_str document, size_t only_caller,
               const struct proof_caller *belongs, struct remit_str userid, struct remit_err *err)
{
    struct remit_policy *policy = NULL;
    size_t from = p->n_statements;

    TRY(remit_proof_own_policy(p, REMIT_POLICY_IDENTITY, document, &policy, err));
    TRY(remit_proof_take_policy(p, policy, PROOF_BARS, PROOF_BARS, err));
    for (size_t i = from; i < p->n_statements; i++) {
        p->statements[i].only_caller = (uint32_t)only_caller;
        p->statements[i].asks_userid = belongs != NULL;
        p->statements[i].not_userid = belongs != NULL && belongs->userid.len > 0;
        p->statements[i].userid = userid;
    }
    return 0;
}

#define ASSUMING                                                                                   \
    "[\"sts:AssumeRole\",\"sts:AssumeRoleWithSAML\",\"sts:AssumeRoleWithWebIdentity\","            \
    "\"sts:SetContext\",\"sts:SetSourceIdentity\",\"sts:TagSession\"]"
#define BAR(action) REMIT_STR("{\"Statement\":{\"Effect\":\"Deny\"," action ",\"Resource\":\"*\"}}")

/* "*" is nobody anonymous where a role is assumed: two callers, each with its actions. */
static int tie_anonymous(struct proof_problem *p, struct remit_err *err)
{
    for (size_t i = 0; i < p->n_callers; i++) {
        if (p->callers[i].kind != REMIT_PRINCIPAL_ANONYMOUS)
            continue;
        if (p->callers[i].assuming)
            TRY(bar(p, BAR("\"NotAction\":" ASSUMING), i + 1, NULL, REMIT_STR(""), err));
        else
            TRY(bar(p, BAR("\"Action\":" ASSUMING), i + 1, NULL, REMIT_STR(""), err));
    }
    return 0;
}

/* Unique ids are compared with aws:userid, which is a condition key as well. */
static int tie_userids(struct finding *f, struct remit_err *err)
{
    struct proof_problem *p = f->p;

    for (size_t i = 0; i < p->n_callers; i++) {
        const struct proof_caller *c = &p->callers[i];

        if (c->userid.len > 0) {
            TRY(bar(p, BAR("\"Action\":\"*\""), i + 1, c, c->userid, err));
            continue;
        }
        for (size_t j = 0; j < f->n_entries; j++)
            if (f->entries[j]->kind == REMIT_ENTRY_UNIQUE_ID &&
                (c->kind == REMIT_PRINCIPAL_USER || c->kind == REMIT_PRINCIPAL_ROLE_SESSION))
                TRY(bar(p, BAR("\"Action\":\"*\""), i + 1, c, f->entries[j]->text, err));
    }
    return 0;
}

/* A service that no entry names. */
static struct remit_str fresh_service(const struct finding *f)
{
    for (int n = 0;; n++) {
        struct remit_str name = remit_arena_fmt(f->p->arena, "example%d.amazonaws.com", n);
        bool taken = false;

        for (size_t i = 0; i < f->n_entries && !taken; i++)
            taken = remit_str_equal(f->entries[i]->text, name);
        if (!taken || n > 9999)
            return name;
    }
}

static void find_all(struct finding *f)
{
    for (size_t i = 0; i < f->n_entries; i++)
        add_entry(f, f->entries[i]);
    add_accounts(f);
    add_caller(
        f, (struct proof_caller){ .principal = fresh_service(f), .kind = REMIT_PRINCIPAL_SERVICE });
    add_caller(f,
               (struct proof_caller){ .principal = ARN(f, "iam", REMIT_STR("aws"), f->fresh_account,
                                                       "oidc-provider/", REMIT_STR("example.com")),
                                      .kind = REMIT_PRINCIPAL_WEB_IDENTITY });
    for (size_t i = 0; i < f->n_entries; i++)
        if (f->entries[i]->kind == REMIT_ENTRY_CANONICAL_USER ||
            f->entries[i]->kind == REMIT_ENTRY_UNIQUE_ID)
            multiply(f, f->entries[i]);
    for (int assuming = 0; assuming < 2; assuming++)
        add_caller(f, (struct proof_caller){ .principal = REMIT_STR("anonymous"),
                                             .kind = REMIT_PRINCIPAL_ANONYMOUS,
                                             .assuming = assuming == 1,
                                             .stranger = true });
}

int remit_proof_find_callers(struct proof_problem *p, struct remit_err *err)
{
    struct finding f = { .p = p };

    if (!gather(&f))
        return remit_arena_check(p->arena, "a proof", err);
    choose_account(&f);
    find_all(&f);
    if (f.over)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "the policies name more than %d callers", CALLERS_MAX / 2);
    TRY(remit_arena_check(p->arena, "a proof", err));
    TRY(tie_anonymous(p, err));
    return tie_userids(&f, err);
}

/* ---- their classes ---- */

void remit_proof_caller_request(const struct proof_caller *caller, struct remit_request *out)
{
    out->principal = caller->principal;
    out->principal_kind = caller->kind;
    out->issuer = caller->issuer;
    out->canonical_user = caller->canonical_user;
}

static bool holds(const struct proof_statement *s, size_t caller, const struct remit_eval *eval)
{
    enum remit_grant grant = REMIT_GRANT_NONE;

    if (s->only_caller != 0)
        return s->only_caller == caller + 1;
    return remit_principal_part(s->from, eval, &grant, NULL);
}

/* Which statements' principal parts match the caller, as the evaluator finds out. */
static bool ask_all(struct proof_problem *p, size_t caller, uint64_t *out)
{
    const struct proof_caller *c = &p->callers[caller];
    struct remit_request request = { 0 };
    struct remit_eval eval = { .request = &request };
    auto_context struct remit_context context = { 0 };

    remit_proof_caller_request(c, &request);
    if (c->userid.len > 0) {
        if (remit_context_put(&context, REMIT_STR("aws:userid"), c->userid, NULL) != 0)
            return false;
        request.context = &context;
    }
    eval.context = request.context;
    eval.action = c->assuming ? REMIT_STR("sts:assumerole") : REMIT_STR("x:y");
    remit_caller_of(&request, false, &eval.caller);
    remit_caller_behind(&request, &eval.caller);
    for (size_t i = 0; i < p->n_statements; i++)
        if (holds(&p->statements[i], caller, &eval))
            remit_proof_put(out, i);
    return true;
}

bool remit_proof_caller_axis(struct proof_problem *p, struct proof_axis *out)
{
    struct proof_class *classes = REMIT_NEW_N(p->arena, struct proof_class, p->n_callers);
    size_t n = 0;

    if (classes == NULL)
        return false;
    for (size_t i = 0; i < p->n_callers; i++) {
        uint64_t *set = REMIT_NEW_N(p->arena, uint64_t, p->words);
        bool known = false;

        if (set == NULL || !ask_all(p, i, set))
            return false;
        for (size_t j = 0; j < n && !known; j++)
            known = memcmp(classes[j].holds, set, p->words * sizeof(*set)) == 0;
        if (!known)
            classes[n++] = (struct proof_class){ .holds = set, .caller = (uint32_t)i };
    }
    *out = (struct proof_axis){ .classes = classes, .n_classes = n };
    return true;
}

#include "tests/iam/policy_kit.h"

#include <stdlib.h>
#include <string.h>

#define LEVELS 4

struct remit_policy *kit_policy(enum remit_policy_type type, const char *document)
{
    const struct remit_policy_options options = { .type = type };
    struct remit_policy *policy = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_policy_compile(remit_str_of(document), &options, &policy, &err) == 0, "%s: %s",
              err.text, document);
    return policy;
}

struct remit_policy_set *kit_set(enum remit_policy_type type, const char *document)
{
    auto_policy struct remit_policy *policy = kit_policy(type, document);
    const struct remit_policy_entry entry = { policy, REMIT_STR("p") };
    struct remit_policy_set *set = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_policy_set_new(&entry, 1, &set, &err) == 0, "%s", err.text);
    return set;
}

static void put_list(struct remit_arena *arena, struct remit_str key, struct remit_str list,
                     struct remit_context *out)
{
    struct remit_str *values = REMIT_NEW_N(arena, struct remit_str, list.len + 1);
    struct remit_err err = { 0 };
    size_t n = 0;
    bool more = list.len > 0;

    while (more)
        more = remit_str_cut(&list, ',', &values[n++]);
    cr_assert(remit_context_put_list(out, key, values, n, &err) == 0, "%s", err.text);
}

void kit_context(struct remit_arena *arena, const char *text, struct remit_context *out)
{
    struct remit_str rest = remit_arena_str(arena, remit_str_of(text));
    struct remit_err err = { 0 };
    bool more = rest.len > 0 && strcmp(text, "-") != 0;

    while (more) {
        struct remit_str value = { 0 };
        struct remit_str key = { 0 };

        more = remit_str_cut(&rest, '|', &value);
        cr_assert(remit_str_cut(&value, '=', &key), "no = in %s", text);
        if (remit_str_starts(value, REMIT_STR("[")) && remit_str_ends(value, REMIT_STR("]")))
            put_list(arena, key, remit_str_sub(value, 1, value.len - 2), out);
        else
            cr_assert(remit_context_put(out, key, value, &err) == 0, "%s", err.text);
    }
}

struct loaded {
    struct remit_policy_set *sets[7];
    struct remit_policy_set *scps[LEVELS];
    struct remit_policy_set *rcps[LEVELS];
    struct remit_bundle bundle;
    struct remit_context context;
    struct remit_request request;
    struct remit_arena arena;
};

/* One layer of one document or two. */
static struct remit_policy_set *load_one(enum remit_policy_type type, const char *document,
                                         const char *more)
{
    const char *const documents[] = { document, more };
    struct remit_policy_entry entries[2];
    struct remit_policy_set *set = NULL;
    struct remit_err err = { 0 };
    size_t n = 0;

    for (size_t i = 0; i < REMIT_COUNT(documents); i++) {
        if (documents[i] == NULL)
            continue;
        entries[n].policy = kit_policy(type, documents[i]);
        entries[n++].name = remit_str_of(i == 0 ? "p" : "more");
    }
    if (n > 0)
        cr_assert(remit_policy_set_new(entries, n, &set, &err) == 0, "%s", err.text);
    while (n-- > 0)
        remit_policy_drop(&entries[n].policy);
    return set;
}

static size_t load_levels(enum remit_policy_type type, const char *const *documents,
                          const char *more, struct remit_policy_set **sets)
{
    size_t n = 0;

    for (; n < LEVELS && documents[n] != NULL; n++)
        sets[n] = load_one(type, documents[n], more);
    return n;
}

static struct remit_str text_or(const char *text, const char *otherwise)
{
    return remit_str_of(text != NULL ? text : otherwise);
}

static void load(const struct kit_policies *p, const struct kit_request *r, struct loaded *l)
{
    static const struct {
        enum remit_policy_type type;
        enum remit_layer layer;
    } rows[] = {
        { REMIT_POLICY_IDENTITY, REMIT_LAYER_IDENTITY },
        { REMIT_POLICY_BOUNDARY, REMIT_LAYER_BOUNDARY },
        { REMIT_POLICY_SESSION, REMIT_LAYER_SESSION },
        { REMIT_POLICY_RESOURCE, REMIT_LAYER_RESOURCE },
        { REMIT_POLICY_TRUST, REMIT_LAYER_RESOURCE },
        { REMIT_POLICY_ENDPOINT, REMIT_LAYER_ENDPOINT },
    };
    const char *const documents[] = { p->identity, p->boundary, p->session,
                                      p->resource, p->trust,    p->endpoint };

    *l = (struct loaded){ .arena = REMIT_ARENA(1 << 20) };
    for (size_t i = 0; i < REMIT_COUNT(rows); i++) {
        bool other = rows[i].layer == REMIT_LAYER_RESOURCE &&
                     (p->trust != NULL) != (rows[i].type == REMIT_POLICY_TRUST);

        l->sets[i] = load_one(rows[i].type, documents[i], other ? NULL : p->more[rows[i].layer]);
    }
    l->bundle = (struct remit_bundle){
        .identity = l->sets[0],
        .boundary = l->sets[1],
        .session = l->sets[2],
        .resource = l->sets[3] != NULL ? l->sets[3] : l->sets[4],
        .endpoint = l->sets[5],
        .scps = (const struct remit_policy_set *const *)l->scps,
        .n_scps = load_levels(REMIT_POLICY_SCP, p->scps, p->more[REMIT_LAYER_SCP], l->scps),
        .rcps = (const struct remit_policy_set *const *)l->rcps,
        .n_rcps = load_levels(REMIT_POLICY_RCP, p->rcps, p->more[REMIT_LAYER_RCP], l->rcps),
    };
    kit_context(&l->arena, r->context != NULL ? r->context : "", &l->context);
    l->request = (struct remit_request){
        .principal = text_or(r->principal, "arn:aws:iam::111122223333:user/alice"),
        .issuer = text_or(r->issuer, ""),
        .action = text_or(r->action, "s3:GetObject"),
        .resource = text_or(r->resource, "arn:aws:s3:::b/x"),
        .resource_account = text_or(r->owner, "111122223333"),
        .context = &l->context,
        .mandatory = r->mandatory,
    };
}

static void unload(struct loaded *l)
{
    for (size_t i = 0; i < REMIT_COUNT(l->sets); i++)
        remit_policy_set_drop(&l->sets[i]);
    for (size_t i = 0; i < LEVELS; i++) {
        remit_policy_set_drop(&l->scps[i]);
        remit_policy_set_drop(&l->rcps[i]);
    }
    remit_context_drop(&l->context);
    remit_arena_drop(&l->arena);
}

static void listen(void *self, const struct remit_trace *step)
{
    *(unsigned *)self += step->kind == REMIT_TRACE_DECISION;
}

bool kit_same_verdict(const struct remit_verdict *a, const struct remit_verdict *b)
{
    return a->decision == b->decision && a->layer == b->layer && a->level == b->level &&
           a->lacking == b->lacking && a->by_statement == b->by_statement &&
           a->unreadable == b->unreadable && a->oversized == b->oversized &&
           a->statement == b->statement && a->grant == b->grant &&
           remit_str_equal(a->policy, b->policy) && remit_str_equal(a->sid, b->sid);
}

enum remit_decision kit_decide(const struct kit_policies *policies,
                               const struct kit_request *request, struct remit_verdict *verdict)
{
    struct loaded l;
    struct remit_verdict plain;
    struct remit_verdict traced;
    unsigned told = 0;
    enum remit_decision decision = REMIT_IMPLICIT_DENY;

    load(policies, request, &l);
    decision = remit_decide(&l.bundle, &l.request, NULL, NULL, &plain);
    cr_expect(remit_decide(&l.bundle, &l.request, listen, &told, &traced) == decision);
    cr_expect(told == 1);
    cr_expect(kit_same_verdict(&plain, &traced));
    unload(&l);
    if (verdict != NULL) {
        plain.policy = remit_str_from(NULL, 0); /* they point into what is gone */
        plain.sid = remit_str_from(NULL, 0);
        *verdict = plain;
    }
    return decision;
}

const char *kit_message(const struct kit_policies *policies, const struct kit_request *request)
{
    static char text[1024];
    struct loaded l;
    struct remit_verdict verdict;

    load(policies, request, &l);
    (void)!remit_decide(&l.bundle, &l.request, NULL, NULL, &verdict);
    cr_expect(remit_denial_message(&l.request, &verdict, text, sizeof(text)) == strlen(text));
    unload(&l);
    return text;
}

const char *kit_explain(const struct kit_policies *policies, const struct kit_request *request)
{
    static char text[16384];
    struct loaded l;

    load(policies, request, &l);
    cr_expect(remit_explain(&l.bundle, &l.request, text, sizeof(text)) == strlen(text));
    unload(&l);
    return text;
}

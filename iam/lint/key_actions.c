/* Condition keys against the statement's actions: keys that no request has. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

enum tag_kind { TAG_NONE = 0, TAG_RESOURCE, TAG_REQUEST };

/* Tags of resources and of requests: global by name, and yet only some actions supply them. */
static enum tag_kind tag_kind_of(struct remit_str key)
{
    size_t slash = remit_str_find(key, '/');

    if (remit_str_equal_nocase(remit_str_sub(key, 0, slash), REMIT_STR("aws:ResourceTag")))
        return TAG_RESOURCE;
    if (remit_str_equal_nocase(remit_str_sub(key, 0, slash), REMIT_STR("aws:RequestTag")) ||
        lint_key_is(key, "aws:TagKeys"))
        return TAG_REQUEST;
    return TAG_NONE;
}

/* Some action of the service supplies the key. */
static bool service_supplies(const struct remit_service *service, struct remit_str key)
{
    for (size_t i = 0; i < service->n_actions; i++)
        if (remit_action_has_key(service, &service->actions[i], key))
            return true;
    return false;
}

/* What the statement's actions say of one key. */
struct tally {
    size_t entries;                        /* whose service is described */
    size_t supplying;                      /* that cover an action that supplies the key */
    bool foreign;                          /* some entry is not described: it may supply the key */
    const struct lint_text *lacking;       /* an exact action that never does */
    const struct remit_service *tagless;   /* a service none of whose actions does */
    const struct lint_text *tagless_entry; /* of it */
};

static bool entry_supplies(struct lint *l, const struct remit_service *service,
                           struct remit_str name, struct remit_str key)
{
    for (size_t i = 0; i < service->n_actions; i++) {
        if (!lint_may_compare(l))
            return true;
        if (remit_action_matches(&service->actions[i], name) &&
            remit_action_has_key(service, &service->actions[i], key))
            return true;
    }
    return false;
}

static void count_entry(struct lint *l, const struct lint_text *entry, struct remit_str key,
                        struct tally *t)
{
    struct remit_str prefix = lint_service_of(entry->text);
    struct remit_str name = remit_str_sub(entry->text, prefix.len + 1, entry->text.len);
    const struct remit_service *service = remit_services_find(l->options.services, prefix);

    if (service == NULL || (!lint_wild(name) && remit_service_action(service, name) == NULL)) {
        t->foreign = true;
        return;
    }
    t->entries++;
    if (entry_supplies(l, service, name, key)) {
        t->supplying++;
        return;
    }
    if (t->lacking == NULL && !lint_wild(name))
        t->lacking = entry;
    if (t->tagless == NULL && !service_supplies(service, key)) {
        t->tagless = service;
        t->tagless_entry = entry;
    }
}

/* Holds when the key is missing: then it is no wonder that some action lacks it. */
static bool holds_when_absent(const struct lint_condition *c)
{
    return c->if_exists || c->quantifier == REMIT_FOR_ALL || c->op->negated || c->op->test == NULL;
}

static void check_tag(struct lint *l, const struct lint_statement *s,
                      const struct lint_condition *c, const struct tally *t)
{
    if (t->tagless == NULL || holds_when_absent(c))
        return;
    lint_report_both(l,
                     s->deny ? LINT_DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
                             : LINT_ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
                     c->key_node, t->tagless_entry->node,
                     "No action of %.*s supplies \"%.*s\": the statement never %s them.",
                     LINT_ARG(t->tagless->name), LINT_ARG(c->key), s->deny ? "denies" : "allows");
}

static void check_key(struct lint *l, const struct lint_statement *s,
                      const struct lint_condition *c)
{
    enum tag_kind tag = tag_kind_of(c->key);
    struct tally t = { 0 };

    for (size_t i = 0; i < s->actions.n; i++)
        count_entry(l, &s->actions.at[i], c->key, &t);
    if (tag != TAG_NONE)
        check_tag(l, s, c, &t);
    if (t.entries > 0 && t.supplying == 0 && !t.foreign)
        lint_report(l, LINT_CONDITION_KEY_UNUSED, c->key_node,
                    "No action of the statement supplies \"%.*s\": the condition %s.",
                    LINT_ARG(c->key),
                    holds_when_absent(c) && c->op->test != NULL ? "always holds"
                    : c->op->test == NULL                       ? "says nothing"
                                                                : "never holds");
    if (t.lacking != NULL && !holds_when_absent(c) && (tag == TAG_NONE || t.tagless == NULL))
        lint_report_both(l, LINT_UNSUPPORTED_ACTION_FOR_CONDITION_KEY, c->key_node, t.lacking->node,
                         "A request for %.*s never has \"%.*s\".", LINT_ARG(t.lacking->text),
                         LINT_ARG(c->key));
}

/* NotAction: all services, of which many know no tags. */
static void check_not_action(struct lint *l, const struct lint_statement *s,
                             const struct lint_condition *c)
{
    if (tag_kind_of(c->key) == TAG_NONE || holds_when_absent(c))
        return;
    lint_report(l,
                s->deny ? LINT_DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
                        : LINT_ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
                c->key_node,
                "NotAction covers services whose actions never have \"%.*s\": those are not %s.",
                LINT_ARG(c->key), s->deny ? "denied" : "allowed");
}

/* ---- keys that come with another action of STS (16.3) ---- */

static const struct pair {
    const char *key;
    struct remit_str action;
} pairs[] = {
    { "aws:RequestTag/", REMIT_STR_INIT("sts:TagSession") },
    { "aws:TagKeys", REMIT_STR_INIT("sts:TagSession") },
    { "sts:TransitiveTagKeys", REMIT_STR_INIT("sts:TagSession") },
    { "sts:SourceIdentity", REMIT_STR_INIT("sts:SetSourceIdentity") },
    { "sts:RequestContext/", REMIT_STR_INIT("sts:SetContext") },
};

static void check_pairs(struct lint *l, const struct lint_statement *s)
{
    if (!s->allow || !lint_statement_covers(s, REMIT_STR("sts:AssumeRole")))
        return;
    for (size_t i = 0; i < REMIT_COUNT(pairs); i++) {
        const struct lint_condition *c = lint_condition_under(s, pairs[i].key);

        if (c == NULL || lint_statement_covers(s, pairs[i].action))
            continue;
        lint_report_both(l, LINT_MISSING_ACTION_FOR_CONDITION_KEY, c->key_node, s->actions.node,
                         "\"%.*s\" comes with %.*s, which the statement lacks.", LINT_ARG(c->key),
                         LINT_ARG(pairs[i].action));
    }
}

void lint_key_actions(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *c = &s->conditions[i];

        if (c->op == NULL || (c->about.global && tag_kind_of(c->key) == TAG_NONE) ||
            !c->about.known)
            continue;
        if (s->actions.negated)
            check_not_action(l, s, c);
        else
            check_key(l, s, c);
    }
    check_pairs(l, s);
}

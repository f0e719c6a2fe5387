/*
 * What has to hold of all policies: the index says what a walk over all statements says, a Deny
 * never allows, order never matters, a boundary or session policy never widens. Over random
 * policies of few words, so that they meet; every round can be made again from its number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "iam/policy/eval.h"
#include "iam/policy/index.h"
#include "tests/iam/policy_kit.h"

#define STATEMENTS_MOST 80

static unsigned dice(uint64_t *state, unsigned sides)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33) % sides;
}

/* ---- random policies ---- */

static const char *const actions[] = { "s3:GetObject", "s3:Get*", "s3:*",  "*",
                                       "s3:",          "",        "foo",   "S3:PUTOBJECT",
                                       "?3:*",         "*:*",     "iam:*", "s*",
                                       "s3:?etObject", "foo*",    "**",    "s3:getobject" };
static const char *const asked_actions[] = { "s3:GetObject", "s3:PutObject", "iam:PassRole",
                                             "foo",          "s3:",          "S3:GETOBJECT" };

static void put_resource(struct remit_buf *out, uint64_t *dice_state)
{
    unsigned i = dice(dice_state, 40);

    switch (dice(dice_state, 12)) {
    case 0:
        remit_buf_put_cstr(out, "\"*\"");
        return;
    case 1:
        remit_buf_put_fmt(out, "\"arn:aws:s3:::bucket-%02u/x\"", i);
        return;
    case 2:
        remit_buf_put_fmt(out, "\"arn:aws:s3:::bucket-%02u/*\"", i);
        return;
    case 3:
        remit_buf_put_fmt(out, "\"arn:aws:s3:::bucket-%u*\"", i % 10);
        return;
    case 4:
        remit_buf_put_fmt(out, "\"arn:aws:s3:::bucket-%02u/${t}\"", i);
        return;
    case 5:
        remit_buf_put_cstr(out, "\"arn:aws:s3\"");
        return;
    case 6:
        remit_buf_put_cstr(out, "\"*bucket-1?/x\"");
        return;
    case 7:
        remit_buf_put_cstr(out, "\"?rn:aws:s3:::*\"");
        return;
    default: /* a crowd behind one prefix */
        remit_buf_put_fmt(out, "\"arn:aws:s3:::*cket-%02u/%s\"", i, i % 3 == 0 ? "?" : "*x*");
    }
}

static void put_list(struct remit_buf *out, uint64_t *state, bool resources)
{
    unsigned n = dice(state, 4);

    remit_buf_put_byte(out, '[');
    for (unsigned i = 0; i < n; i++) {
        remit_buf_put_cstr(out, i > 0 ? "," : "");
        if (resources)
            put_resource(out, state);
        else
            remit_buf_put_fmt(out, "\"%s\"", actions[dice(state, REMIT_COUNT(actions))]);
    }
    remit_buf_put_byte(out, ']');
}

static const char *const conditions[] = { "",
                                          "",
                                          ",\"Condition\":{\"StringEquals\":{\"t\":\"x\"}}",
                                          ",\"Condition\":{\"StringNotLike\":{\"t\":\"y*\"}}",
                                          ",\"Condition\":{\"Null\":{\"t\":\"true\"}}",
                                          ",\"Condition\":{\"NumericEquals\":{\"t\":\"z\"}}" };
static const char *const principals[] = {
    "\"Principal\":\"*\",",
    "\"Principal\":{\"AWS\":\"111122223333\"},",
    "\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/R\"},",
    "\"Principal\":{\"AWS\":\"arn:aws:sts::111122223333:assumed-role/R/s\"},",
    "\"Principal\":{\"Service\":\"x.amazonaws.com\"},",
    "\"NotPrincipal\":{\"AWS\":[\"111122223333\",\"arn:aws:iam::111122223333:role/R\"]},",
};

static void put_statement(struct remit_buf *out, uint64_t *state, bool named)
{
    remit_buf_put_fmt(out, "{\"Effect\":\"%s\",%s\"%s\":", dice(state, 4) == 0 ? "Deny" : "Allow",
                      named ? principals[dice(state, REMIT_COUNT(principals))] : "",
                      dice(state, 8) == 0 ? "NotAction" : "Action");
    put_list(out, state, false);
    remit_buf_put_fmt(out, ",\"%s\":", dice(state, 10) == 0 ? "NotResource" : "Resource");
    put_list(out, state, true);
    remit_buf_put_cstr(out, conditions[dice(state, REMIT_COUNT(conditions))]);
    remit_buf_put_byte(out, '}');
}

/* Statements with a comma between them; reversed, the last comes first. */
struct random_policy {
    char *statements[STATEMENTS_MOST];
    unsigned n;
};

static void random_policy(uint64_t *state, unsigned n, bool named, struct random_policy *out)
{
    out->n = n;
    for (unsigned i = 0; i < n; i++) {
        auto_buf struct remit_buf text = REMIT_BUF(65536);

        put_statement(&text, state, named);
        out->statements[i] = strdup(remit_buf_cstr(&text));
    }
}

static void drop_random(struct random_policy *policy)
{
    for (unsigned i = 0; i < policy->n; i++)
        free(policy->statements[i]);
}

static struct remit_policy_set *set_of(const struct random_policy *p, enum remit_policy_type type,
                                       bool reversed, const char *more)
{
    auto_buf struct remit_buf text = REMIT_BUF(1 << 20);

    remit_buf_put_cstr(&text, "{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (unsigned i = 0; i < p->n; i++)
        remit_buf_put_fmt(&text, "%s%s", i > 0 ? "," : "",
                          p->statements[reversed ? p->n - 1 - i : i]);
    remit_buf_put_fmt(&text, "%s%s]}", more != NULL && p->n > 0 ? "," : "",
                      more != NULL ? more : "");
    return kit_set(type, remit_buf_cstr(&text));
}

/* ---- random requests ---- */

struct random_request {
    char resource[64];
    struct remit_context context;
    struct remit_request request;
};

static void random_request(uint64_t *state, struct random_request *out)
{
    static const char *const forms[] = { "arn:aws:s3:::bucket-%02u/x",
                                         "arn:aws:s3:::bucket-%02u/",
                                         "arn:aws:s3:::bucket-%02u",
                                         "arn:aws:s3:::b/bucket-%02u/xx",
                                         "*",
                                         "arn:aws:iam::111122223333:role/%02u" };
    static const char *const values[] = { "x", "y", "7" };
    const char *form = forms[dice(state, REMIT_COUNT(forms))];
    char *number = NULL;

    (void)snprintf(out->resource, sizeof(out->resource), "%s", form);
    number = strstr(out->resource, "%02u");
    if (number != NULL) {
        unsigned n = dice(state, 40);

        number[0] = (char)('0' + n / 10);
        number[1] = (char)('0' + n % 10);
        memmove(number + 2, number + 4, strlen(number + 4) + 1);
    }
    if (dice(state, 4) > 0)
        cr_assert(remit_context_put(&out->context, REMIT_STR("t"),
                                    remit_str_of(values[dice(state, 3)]), NULL) == 0);
    out->request = (struct remit_request){
        .principal = REMIT_STR("arn:aws:sts::111122223333:assumed-role/R/s"),
        .issuer = REMIT_STR("arn:aws:iam::111122223333:role/R"),
        .action = remit_str_of(asked_actions[dice(state, REMIT_COUNT(asked_actions))]),
        .resource = remit_str_of(out->resource),
        .resource_account = REMIT_STR("111122223333"),
        .context = &out->context,
    };
}

static void ignore(void *self, const struct remit_trace *step)
{
    (void)self;
    (void)step;
}

TestSuite(policy_properties, .timeout = 120);

Test(policy_properties, index_says_what_a_walk_over_all_statements_says)
{
    uint64_t state = 11;
    unsigned decided[3] = { 0 };

    for (unsigned round = 0; round < 400; round++) {
        struct random_policy policy;
        bool named = round % 2 == 1;

        random_policy(&state, 1 + dice(&state, round % 4 == 0 ? 8 : STATEMENTS_MOST), named,
                      &policy);
        auto_policy_set struct remit_policy_set *set =
            set_of(&policy, named ? REMIT_POLICY_RESOURCE : REMIT_POLICY_IDENTITY, false, NULL);
        const struct remit_bundle bundle = { .identity = named ? NULL : set,
                                             .resource = named ? set : NULL };

        for (unsigned i = 0; i < 100; i++) {
            struct random_request r = { 0 };
            struct remit_verdict fast, slow;

            random_request(&state, &r);
            (void)!remit_decide(&bundle, &r.request, NULL, NULL, &fast);
            (void)!remit_decide(&bundle, &r.request, ignore, NULL, &slow);
            if (!kit_same_verdict(&fast, &slow))
                cr_expect(0, "round %u: statement %u or %u, for %.*s on %s", round, fast.statement,
                          slow.statement, (int)r.request.action.len, r.request.action.ptr,
                          r.resource);
            decided[fast.decision == REMIT_ALLOW           ? 0
                    : fast.decision == REMIT_EXPLICIT_DENY ? 1
                                                           : 2]++;
            remit_context_drop(&r.context);
        }
        drop_random(&policy);
    }
    for (int i = 0; i < 3; i++)
        cr_expect(decided[i] > 2000, "%u of kind %d", decided[i], i);
}

/* The random policies above do meet each way in. */
Test(policy_properties, index_of_a_crowd_has_grams)
{
    uint64_t state = 12;
    struct random_policy policy;

    random_policy(&state, STATEMENTS_MOST, false, &policy);
    auto_policy_set struct remit_policy_set *set =
        set_of(&policy, REMIT_POLICY_IDENTITY, false, NULL);

    cr_expect(set->index->n_grams > 5, "%u grams", set->index->n_grams);
    cr_expect(set->index->root != NULL && set->index->n_lens > 2);
    drop_random(&policy);
}

Test(policy_properties, order_never_matters_and_a_deny_never_allows)
{
    static const char *const denies[] = {
        "{\"Effect\":\"Deny\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}",
        "{\"Effect\":\"Deny\",\"NotAction\":\"iam:*\",\"Resource\":\"arn:aws:s3:::bucket-1*\"}",
        "{\"Effect\":\"Deny\",\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::bucket-1*\"}",
    };
    uint64_t state = 13;

    for (unsigned round = 0; round < 300; round++) {
        struct random_policy policy;

        random_policy(&state, 1 + dice(&state, 12), false, &policy);
        auto_policy_set struct remit_policy_set *one =
            set_of(&policy, REMIT_POLICY_IDENTITY, false, NULL);
        auto_policy_set struct remit_policy_set *other =
            set_of(&policy, REMIT_POLICY_IDENTITY, true, NULL);
        auto_policy_set struct remit_policy_set *denying =
            set_of(&policy, REMIT_POLICY_IDENTITY, false, denies[round % REMIT_COUNT(denies)]);

        for (unsigned i = 0; i < 60; i++) {
            struct random_request r = { 0 };
            enum remit_decision decision = REMIT_IMPLICIT_DENY;

            random_request(&state, &r);
            decision = remit_decide(&(struct remit_bundle){ .identity = one }, &r.request, NULL,
                                    NULL, NULL);
            cr_expect(remit_decide(&(struct remit_bundle){ .identity = other }, &r.request, NULL,
                                   NULL, NULL) == decision,
                      "round %u", round);
            if (decision != REMIT_ALLOW)
                cr_expect(remit_decide(&(struct remit_bundle){ .identity = denying }, &r.request,
                                       NULL, NULL, NULL) != REMIT_ALLOW,
                          "round %u", round);
            remit_context_drop(&r.context);
        }
        drop_random(&policy);
    }
}

Test(policy_properties, boundary_session_scp_and_endpoint_never_widen)
{
    uint64_t state = 14;
    unsigned narrowed = 0;

    for (unsigned round = 0; round < 300; round++) {
        struct random_policy grants, resource, limits;

        random_policy(&state, 1 + dice(&state, 8), false, &grants);
        random_policy(&state, 1 + dice(&state, 8), true, &resource);
        random_policy(&state, 1 + dice(&state, 8), false, &limits);
        auto_policy_set struct remit_policy_set *identity =
            set_of(&grants, REMIT_POLICY_IDENTITY, false, NULL);
        auto_policy_set struct remit_policy_set *rp =
            set_of(&resource, REMIT_POLICY_RESOURCE, false, NULL);
        auto_policy_set struct remit_policy_set *limit =
            set_of(&limits, REMIT_POLICY_BOUNDARY, false, NULL);
        const struct remit_policy_set *const levels[] = { limit };
        const struct remit_bundle plain = { .identity = identity, .resource = rp };
        struct remit_bundle limited[4];

        for (size_t i = 0; i < REMIT_COUNT(limited); i++)
            limited[i] = plain;
        limited[0].boundary = limit;
        limited[1].session = limit;
        limited[2].scps = levels;
        limited[2].n_scps = 1;
        limited[3].endpoint = limit;
        for (unsigned i = 0; i < 60; i++) {
            struct random_request r = { 0 };
            enum remit_decision decision = REMIT_IMPLICIT_DENY;

            random_request(&state, &r);
            decision = remit_decide(&plain, &r.request, NULL, NULL, NULL);
            for (size_t j = 0; j < REMIT_COUNT(limited); j++) {
                enum remit_decision with = remit_decide(&limited[j], &r.request, NULL, NULL, NULL);

                cr_expect(decision == REMIT_ALLOW || with != REMIT_ALLOW, "round %u", round);
                narrowed += decision == REMIT_ALLOW && with != REMIT_ALLOW;
            }
            remit_context_drop(&r.context);
        }
        drop_random(&grants);
        drop_random(&resource);
        drop_random(&limits);
    }
    cr_expect(narrowed > 1000, "%u", narrowed);
}

#include "tests/iam/policy_kit.h"

#include <stdio.h>

#include "iam/policy/assume.h"

#define CALLER   "arn:aws:iam::111122223333:user/alice"
#define RESOURCE "arn:aws:s3:::b/x"

/* What is known is what the context has; "none" is known not to be there. */
static bool known(void *self, struct remit_str key)
{
    return remit_context_find(self, key) != NULL || remit_str_equal(key, REMIT_STR("none"));
}

static bool all_known(void *self, struct remit_str key)
{
    (void)self;
    (void)key;
    return true;
}

static bool allows(const char *document, enum remit_assumption assumption, const char *context,
                   remit_known_fn *knows)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_context struct remit_context asked = { 0 };
    auto_policy struct remit_policy *policy = kit_policy(REMIT_POLICY_IDENTITY, document);
    auto_policy struct remit_policy *assumed = NULL;
    auto_policy_set struct remit_policy_set *set = NULL;
    struct remit_err err = { 0 };
    struct remit_policy_entry entry = { 0 };
    struct remit_bundle bundle = { 0 };
    struct remit_request request = { .principal = REMIT_STR(CALLER),
                                     .action = REMIT_STR("s3:GetObject"),
                                     .resource = REMIT_STR(RESOURCE),
                                     .resource_account = REMIT_STR("111122223333"),
                                     .context = &asked };

    kit_context(&arena, context, &asked);
    cr_assert(remit_policy_assume(policy, assumption, knows, &asked, &assumed, &err) == 0, "%s",
              err.text);
    entry.policy = assumed;
    cr_assert(remit_policy_set_new(&entry, 1, &set, &err) == 0);
    bundle.identity = set;
    return remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_ALLOW;
}

#define V           "{\"Version\":\"2012-10-17\",\"Statement\":["
#define ALLOW(more) "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"" more "}"
#define DENY(more)  "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"" more "}"
#define K(key)      ",\"Condition\":{\"StringEquals\":{\"" key "\":\"v\"}}"

static const struct row {
    const char *name, *document, *context;
    bool at_least, at_most; /* allowed whatever is unknown; allowed for some of it */
} rows[] = {
    { "nothing is unknown", V ALLOW("") "]}", "", true, true },
    { "a condition that is met", V ALLOW(K("k")) "]}", "k=v", true, true },
    { "a condition that is not", V ALLOW(K("k")) "]}", "k=w", false, false },
    { "a key that nobody knows", V ALLOW(K("k")) "]}", "", false, true },
    { "a key that is known not to be there", V ALLOW(K("none")) "]}", "", false, false },
    { "one known to fail, one unknown",
      V ALLOW(",\"Condition\":{\"StringEquals\":{\"a\":\"v\",\"k\":\"v\"}}") "]}", "a=w", false,
      false },
    { "a Deny that may apply", V ALLOW("") "," DENY(K("k")) "]}", "", false, true },
    { "a Deny that does not", V ALLOW("") "," DENY(K("k")) "]}", "k=w", true, true },
    { "a Deny that does", V ALLOW("") "," DENY(K("k")) "]}", "k=v", false, false },
    { "a negated operator", V ALLOW(",\"Condition\":{\"StringNotEquals\":{\"k\":\"v\"}}") "]}", "",
      false, true },
    { "Null asks as well", V ALLOW(",\"Condition\":{\"Null\":{\"k\":\"true\"}}") "]}", "", false,
      true },
    { "a variable in a value", V ALLOW(",\"Condition\":{\"StringLike\":{\"k\":\"${u}*\"}}") "]}",
      "k=v", false, true },
    { "a variable in an ARN",
      V ALLOW(",\"Condition\":{\"ArnLike\":{\"k\":\"arn:aws:s3:::${u}\"}}") "]}",
      "k=arn:aws:s3:::b", false, true },
    { "a known variable", V ALLOW(",\"Condition\":{\"StringLike\":{\"k\":\"${u}*\"}}") "]}",
      "k=v|u=v", true, true },
    { "a variable in a resource",
      V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::b/${u}\"}]}", "", false,
      true },
    { "a resource that no variable makes match",
      V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::c/${u}\"}]}", "", false,
      false },
    { "stars, marks and dollars of a resource stay what they are",
      V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::${*}/${u}\"}]}", "",
      false, false },
    { "a question mark stays one",
      V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::?/${u}\"}]}", "", false,
      true },
    { "NotResource with a variable",
      V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::b/${u}\"}]}", "",
      false, true },
    { "NotResource of a Deny",
      V ALLOW(
          "") ",{\"Effect\":\"Deny\",\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::b/${u}\"}]}",
      "", false, true },
};

KIT_ROWS(policy_assume, rows)
{
    const struct row *r = &rows[*i];
    bool at_least = allows(r->document, REMIT_ASSUME_DENYING, r->context, known);
    bool at_most = allows(r->document, REMIT_ASSUME_GRANTING, r->context, known);

    cr_expect(at_least == r->at_least, "%s: at least", r->name);
    cr_expect(at_most == r->at_most, "%s: at most", r->name);
}

/* For whatever value, a decision lies between the two bounds. */
Test(policy_assume, every_context_decides_between_the_bounds)
{
    static const char *const values[] = { "",        "k=v", "k=w",   "u=x", "u=y",
                                          "k=v|u=x", "k=x", "k=[v]", "k=",  "u=" };

    for (size_t i = 0; i < REMIT_COUNT(rows); i++)
        for (size_t j = 0; j < REMIT_COUNT(values); j++) {
            bool is = allows(rows[i].document, REMIT_ASSUME_GRANTING, values[j], all_known);

            if (rows[i].context[0] != '\0')
                continue; /* its keys are known already */
            cr_expect(rows[i].at_most || !is, "%s: %s", rows[i].name, values[j]);
            cr_expect(is || !rows[i].at_least, "%s: %s", rows[i].name, values[j]);
        }
}

/* The cache of compiled sets: it saves work and changes no answer. */
#include "control/http/policies.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct control_policies *policies;
static struct remit_err err;

static void open_cache(void)
{
    cr_assert(0 == control_policies_new(8, &policies, &err));
}

static void close_cache(void)
{
    control_policies_drop(&policies);
}

TestSuite(policies, .init = open_cache, .fini = close_cache, .timeout = 20);

#define ALLOW(a)                                                                                   \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"" a              \
    "\",\"Resource\":\"*\"}}"

static struct remit_policy_set *set_of(const char *name, const char *text)
{
    struct control_document document = { remit_str_of(name), remit_str_of(text) };
    struct remit_policy_set *set = NULL;

    if (text == NULL)
        document.text = remit_str_from(NULL, 0);
    cr_assert(0 == control_policies_set(policies, REMIT_POLICY_IDENTITY, &document, 1, &set, &err),
              "%s", err.text);
    return set;
}

static enum remit_decision decide(const struct remit_policy_set *set, const char *action)
{
    struct remit_bundle bundle = { .identity = set };
    struct remit_request request = { .principal = REMIT_STR("arn:aws:iam::123456789012:user/ann"),
                                     .action = remit_str_of(action),
                                     .resource = REMIT_STR("*") };

    return remit_decide(&bundle, &request, NULL, NULL, NULL);
}

Test(policies, the_same_documents_are_compiled_once)
{
    auto_policy_set struct remit_policy_set *a = set_of("p", ALLOW("ecs:*"));
    auto_policy_set struct remit_policy_set *b = set_of("p", ALLOW("ecs:*"));

    cr_expect(a == b);
    cr_expect(decide(a, "ecs:Poll") == REMIT_ALLOW);
}

Test(policies, a_changed_document_is_another_set)
{
    auto_policy_set struct remit_policy_set *a = set_of("p", ALLOW("ecs:*"));
    auto_policy_set struct remit_policy_set *b = set_of("p", ALLOW("s3:*"));

    cr_expect(a != b);
    cr_expect(decide(b, "ecs:Poll") == REMIT_IMPLICIT_DENY);
}

Test(policies, names_belong_to_the_key)
{
    auto_policy_set struct remit_policy_set *a = set_of("p", ALLOW("ecs:*"));
    auto_policy_set struct remit_policy_set *b = set_of("q", ALLOW("ecs:*"));

    cr_expect(a != b);
}

Test(policies, text_cannot_pass_for_two_documents)
{
    struct control_document two[] = { { REMIT_STR("p"), REMIT_STR(ALLOW("ecs:*")) },
                                      { REMIT_STR("q"), REMIT_STR(ALLOW("s3:*")) } };
    auto_policy_set struct remit_policy_set *a = set_of("p", ALLOW("ecs:*"));
    auto_policy_set struct remit_policy_set *b = NULL;

    cr_assert(0 == control_policies_set(policies, REMIT_POLICY_IDENTITY, two, 2, &b, &err));
    cr_expect(a != b);
    cr_expect(decide(b, "s3:GetObject") == REMIT_ALLOW);
}

Test(policies, what_cannot_be_had_or_read_denies_and_is_not_kept)
{
    auto_policy_set struct remit_policy_set *gone = set_of("p", NULL);
    auto_policy_set struct remit_policy_set *bad = set_of("p", "{\"Statement\":[]");
    auto_policy_set struct remit_policy_set *again = set_of("p", "{\"Statement\":[]");

    cr_expect(decide(gone, "ecs:Poll") == REMIT_EXPLICIT_DENY);
    cr_expect(decide(bad, "ecs:Poll") == REMIT_EXPLICIT_DENY);
    cr_expect(bad != again);
}

Test(policies, one_bad_document_denies_what_another_allows)
{
    struct control_document two[] = { { REMIT_STR("p"), REMIT_STR(ALLOW("*")) },
                                      { REMIT_STR("q"), { NULL, 0 } } };
    auto_policy_set struct remit_policy_set *set = NULL;

    cr_assert(0 == control_policies_set(policies, REMIT_POLICY_IDENTITY, two, 2, &set, &err));
    cr_expect(decide(set, "s3:GetObject") == REMIT_EXPLICIT_DENY);
}

Test(policies, older_sets_make_room_and_live_while_somebody_holds_them)
{
    auto_policy_set struct remit_policy_set *held = set_of("first", ALLOW("ecs:*"));

    for (int i = 0; i < 100; i++) {
        char name[16];
        struct remit_policy_set *set = NULL;

        (void)snprintf(name, sizeof(name), "n%d", i);
        set = set_of(name, ALLOW("s3:*"));
        cr_expect(decide(set, "s3:GetObject") == REMIT_ALLOW);
        remit_policy_set_drop(&set);
    }
    cr_expect(decide(held, "ecs:Poll") == REMIT_ALLOW);
}

Test(policies, no_documents_allow_nothing)
{
    struct remit_policy_set *set = NULL;

    cr_assert(0 == control_policies_set(policies, REMIT_POLICY_IDENTITY, NULL, 0, &set, &err));
    cr_expect(decide(set, "ecs:Poll") == REMIT_IMPLICIT_DENY);
    remit_policy_set_drop(&set);
}

Test(policies, works_without_a_cache)
{
    struct control_document document = { REMIT_STR("p"), REMIT_STR(ALLOW("ecs:*")) };
    auto_policy_set struct remit_policy_set *set = NULL;

    cr_assert(0 == control_policies_set(NULL, REMIT_POLICY_IDENTITY, &document, 1, &set, &err));
    cr_expect(decide(set, "ecs:Poll") == REMIT_ALLOW);
}

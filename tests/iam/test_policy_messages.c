/* Section 19 of the reference: the sentences that denied callers get. */
#include <stdio.h>

#include "tests/iam/policy_kit.h"
#include "tests/iam/policy_words.h"

TestSuite(policy_messages, .timeout = 30);

static const struct message_row {
    struct kit_policies policies;
    struct kit_request request;
    const char *reason;
} messages[] = {
    { { 0 }, { U }, " because no identity-based policy allows the s3:GetObject action" },
    { { ALLOW, .boundary = SILENT },
      { U },
      " because no permissions boundary allows the s3:GetObject action" },
    { { ALLOW, .session = SILENT },
      { S },
      " because no session policy allows the s3:GetObject action" },
    { { ALLOW, .scps = { SILENT } },
      { U },
      " because no service control policy allows the s3:GetObject action" },
    { { ALLOW, .endpoint = ENDPOINT_DENY },
      { U },
      " with an explicit deny in a VPC endpoint policy" },
    { { ALLOW }, { O }, " because no resource-based policy allows the s3:GetObject action" },
    { { DENY }, { U }, " with an explicit deny in an identity-based policy" },
    { { ALLOW, .boundary = DENY }, { U }, " with an explicit deny in a permissions boundary" },
    { { ALLOW, .session = DENY }, { S }, " with an explicit deny in a session policy" },
    { { ALLOW, .scps = { DENY } }, { U }, " with an explicit deny in a service control policy" },
    { { ALLOW, .rcps = { RCP_DENY } },
      { U },
      " with an explicit deny in a resource control policy" },
    { { ALLOW, .resource = NOT("\"1\"") },
      { U },
      " with an explicit deny in a resource-based policy" },
};

Test(policy_messages, denied_callers_get_the_sentences_of_aws)
{
    for (size_t i = 0; i < REMIT_COUNT(messages); i++) {
        const struct message_row *r = &messages[i];
        char want[512];

        (void)snprintf(want, sizeof(want),
                       "User: %s is not authorized to perform: s3:GetObject on resource: "
                       "arn:aws:s3:::b/x%s",
                       r->request.principal, r->reason);
        kit_expect_text(kit_message(&r->policies, &r->request), want);
    }
}

Test(policy_messages, trust_policies_have_a_sentence_of_their_own)
{
    const struct kit_policies silent = { ALLOW, .trust = TO(AWS(O)) };
    const struct kit_policies denying = {
        ALLOW, .trust = V "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\"}" END
    };
    const struct kit_request request = { U, .action = "sts:AssumeRole", .resource = ROLE_ARN };

    kit_expect_text(kit_message(&silent, &request),
                    "User: " U
                    " is not authorized to perform: sts:AssumeRole on resource: " ROLE_ARN
                    " because no role trust policy allows the sts:AssumeRole action");
    kit_expect_text(kit_message(&denying, &request),
                    "User: " U
                    " is not authorized to perform: sts:AssumeRole on resource: " ROLE_ARN
                    " with an explicit deny in the role trust policy");
}

Test(policy_messages, message_is_cut_like_snprintf)
{
    const struct remit_request request = { .principal = REMIT_STR(U),
                                           .action = REMIT_STR("a:b"),
                                           .resource = REMIT_STR("*") };
    const struct remit_verdict verdict = { .layer = REMIT_LAYER_IDENTITY,
                                           .lacking = REMIT_LAYER_BIT(REMIT_LAYER_IDENTITY) };
    char text[8];
    size_t len = remit_denial_message(&request, &verdict, text, sizeof(text));

    kit_expect_text(text, "User: a");
    cr_expect(eq(sz, len, remit_denial_message(&request, &verdict, NULL, 0)));
}

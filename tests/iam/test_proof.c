#include "tests/iam/policy_kit.h"

#include <remit/proof.h>

#include "common/base/buf.h"
#include "tests/iam/proof_kit.h"

#define V      "{\"Version\":\"2012-10-17\",\"Statement\":["
#define END    "]}"
#define ONE(s) V s END

#define ALLOW(action, resource)                                                                    \
    "{\"Effect\":\"Allow\",\"Action\":" action ",\"Resource\":" resource "}"
#define DENY(action, resource)                                                                     \
    "{\"Effect\":\"Deny\",\"Action\":" action ",\"Resource\":" resource "}"
#define WHERE(condition)                                                                           \
    "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{" condition "}}"
#define NOT_WHERE(condition)                                                                       \
    ALLOW("\"*\"", "\"*\"")                                                                        \
    ",{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{" condition "}}"
#define ANY ALLOW("\"*\"", "\"*\"")
#define OBJ "\"arn:aws:s3:::b/*\""

#define NO  REMIT_PROOF_NO_ACCESS
#define YES REMIT_PROOF_ACCESS

/* Old, new: does the new one allow more? And the other way round? */
static const struct row {
    const char *name;
    const char *one;
    const char *other;
    enum remit_proof_answer more; /* other over one */
    enum remit_proof_answer less; /* one over other */
} rows[] = {
    { "a policy and itself", ONE(ALLOW("\"s3:Get*\"", OBJ)), ONE(ALLOW("\"s3:Get*\"", OBJ)), NO,
      NO },
    { "an action in other capitals", ONE(ALLOW("\"S3:getobject\"", OBJ)),
      ONE(ALLOW("\"s3:GetObject\"", OBJ)), NO, NO },
    { "a longer star", ONE(ALLOW("\"s3:Get*\"", OBJ)), ONE(ALLOW("\"s3:*\"", OBJ)), YES, NO },
    { "a question mark and a star", ONE(ALLOW("\"s3:Get?*\"", OBJ)), ONE(ALLOW("\"s3:Get*\"", OBJ)),
      YES, NO },
    { "stars that meet in the middle", ONE(ALLOW("[\"s3:a*\",\"s3:*b\"]", OBJ)),
      ONE(ALLOW("\"s3:a*b\"", OBJ)), NO, YES },
    { "one statement and two",
      ONE(ALLOW("\"s3:Get*\"", "[\"arn:aws:s3:::b/*\",\"arn:aws:s3:::c/*\"]")),
      ONE(ALLOW("\"s3:Get*\"", "\"arn:aws:s3:::b/*\"") "," ALLOW("\"s3:Get*\"",
                                                                 "\"arn:aws:s3:::c/*\"")),
      NO, NO },
    { "crosswise statements",
      ONE(ALLOW("[\"s3:a\",\"s3:b\"]", "\"arn:aws:s3:::x\"") "," ALLOW(
          "\"s3:a\"", "\"arn:aws:s3:::y\"") "," ALLOW("\"s3:b\"", "\"arn:aws:s3:::y\"")),
      ONE(ALLOW("[\"s3:a\",\"s3:b\"]", "[\"arn:aws:s3:::x\",\"arn:aws:s3:::y\"]")), NO, NO },
    { "crosswise statements with a gap",
      ONE(ALLOW("[\"s3:a\",\"s3:b\"]", "\"arn:aws:s3:::x\"") "," ALLOW("\"s3:a\"",
                                                                       "\"arn:aws:s3:::y\"")),
      ONE(ALLOW("[\"s3:a\",\"s3:b\"]", "[\"arn:aws:s3:::x\",\"arn:aws:s3:::y\"]")), YES, NO },
    { "a Deny and a NotAction", ONE(ANY "," DENY("\"iam:*\"", "\"*\"")),
      ONE("{\"Effect\":\"Allow\",\"NotAction\":\"iam:*\",\"Resource\":\"*\"}"), NO, NO },
    { "a Deny that is dropped", ONE(ANY "," DENY("\"iam:*\"", "\"*\"")), ONE(ANY), YES, NO },
    { "a Deny that moves", ONE(ANY "," DENY("\"iam:*\"", "\"*\"")),
      ONE(ANY "," DENY("\"ec2:*\"", "\"*\"")), YES, YES },
    { "a Deny whose NotAction grows",
      ONE(ANY ",{\"Effect\":\"Deny\",\"NotAction\":[\"a:*\"],\"Resource\":\"*\"}"),
      ONE(ANY ",{\"Effect\":\"Deny\",\"NotAction\":[\"a:*\",\"b:*\"],\"Resource\":\"*\"}"), YES,
      NO },
    { "NotResource", ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/*\"")),
      ONE("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"NotResource\":\"arn:aws:s3:::b/*\"}"), YES,
      YES },
    { "an action without a resource needs the star", ONE(ALLOW("\"s3:*\"", "\"arn:*\"")),
      ONE(ALLOW("\"s3:*\"", "\"*\"")), YES, NO },
    { "an ARN that is filled", ONE(ALLOW("\"sqs:*\"", "\"arn:aws:sqs\"")),
      ONE(ALLOW("\"sqs:*\"", "\"arn:aws:sqs:*:*:*\"")), NO, NO },
    { "the one action that is always allowed", ONE(ALLOW("\"s3:*\"", "\"*\"")),
      ONE(ALLOW("\"s3:*\"", "\"*\"") "," ALLOW("\"sts:GetCallerIdentity\"", "\"*\"")), NO, NO },
    { "an empty NotAction allows nothing", ONE(ALLOW("[]", "\"*\"")),
      ONE("{\"Effect\":\"Allow\",\"NotAction\":[],\"Resource\":\"*\"}"), NO, NO },
    { "less than, and less or equal", ONE(WHERE("\"NumericLessThan\":{\"k\":\"10\"}")),
      ONE(WHERE("\"NumericLessThanEquals\":{\"k\":\"1e1\"}")), YES, NO },
    { "numbers that touch",
      ONE(WHERE("\"NumericLessThanEquals\":{\"k\":\"10\"}") "," WHERE(
          "\"NumericGreaterThan\":{\"k\":\"10\"}")),
      ONE(WHERE("\"NumericNotEquals\":{\"k\":\"5\"}")), YES, YES },
    { "a number between two that are close",
      ONE(WHERE("\"NumericLessThanEquals\":{\"k\":\"10\"}") "," WHERE(
          "\"NumericGreaterThanEquals\":{\"k\":\"10.0001\"}")),
      ONE(WHERE("\"NumericLessThan\":{\"k\":\"99\"}")), YES, YES },
    { "negative numbers", ONE(WHERE("\"NumericLessThan\":{\"k\":\"-1\"}")),
      ONE(WHERE("\"NumericLessThan\":{\"k\":\"-0.5\"}")), YES, NO },
    { "a second more", ONE(WHERE("\"DateLessThan\":{\"k\":\"2030-01-01\"}")),
      ONE(WHERE("\"DateLessThan\":{\"k\":\"2030-01-01T00:00:01Z\"}")), YES, NO },
    { "a millisecond more", ONE(WHERE("\"DateLessThan\":{\"k\":\"2030-01-01\"}")),
      ONE(WHERE("\"DateLessThanEquals\":{\"k\":\"2030-01-01\"}")), YES, NO },
    { "the same moment", ONE(WHERE("\"DateLessThan\":{\"k\":\"2030-01-01\"}")),
      ONE(WHERE("\"DateLessThan\":{\"k\":\"1893456000\"}")), NO, NO },
    { "two halves of a block",
      ONE(WHERE("\"IpAddress\":{\"k\":[\"10.0.0.0/9\",\"10.128.0.0/9\"]}")),
      ONE(WHERE("\"IpAddress\":{\"k\":\"10.0.0.0/8\"}")), NO, NO },
    { "three quarters of a block",
      ONE(WHERE("\"IpAddress\":{\"k\":[\"10.0.0.0/9\",\"10.128.0.0/10\"]}")),
      ONE(WHERE("\"IpAddress\":{\"k\":\"10.0.0.0/8\"}")), YES, NO },
    { "all of one family is not all", ONE(WHERE("\"IpAddress\":{\"k\":\"0.0.0.0/0\"}")),
      ONE(WHERE("\"IpAddress\":{\"k\":[\"0.0.0.0/0\",\"::/0\"]}")), YES, NO },
    { "IPv4 within IPv6 is IPv4", ONE(WHERE("\"IpAddress\":{\"k\":\"::/0\"}")),
      ONE(WHERE("\"IpAddress\":{\"k\":\"::ffff:0:0/96\"}")), NO, YES },
    { "not this block, and all others", ONE(WHERE("\"NotIpAddress\":{\"k\":\"128.0.0.0/1\"}")),
      ONE(WHERE("\"IpAddress\":{\"k\":\"0.0.0.0/1\"}")), NO, YES },
    { "case", ONE(WHERE("\"StringEquals\":{\"k\":[\"a\",\"A\"]}")),
      ONE(WHERE("\"StringEqualsIgnoreCase\":{\"k\":\"a\"}")), NO, NO },
    { "case past ASCII: the Kelvin sign", ONE(WHERE("\"StringEquals\":{\"k\":[\"k\",\"K\"]}")),
      ONE(WHERE("\"StringEqualsIgnoreCase\":{\"k\":\"k\"}")), YES, NO },
    { "equal and like", ONE(WHERE("\"StringLike\":{\"k\":\"a*\"}")),
      ONE(WHERE("\"StringEquals\":{\"k\":\"a*\"}")), NO, YES },
    { "a negated operator takes the missing key", ONE(WHERE("\"StringNotEquals\":{\"k\":\"a\"}")),
      ONE(WHERE("\"StringNotEqualsIfExists\":{\"k\":\"a\"}")), NO, NO },
    { "IfExists takes the missing key", ONE(WHERE("\"StringEquals\":{\"k\":\"a\"}")),
      ONE(WHERE("\"StringEqualsIfExists\":{\"k\":\"a\"}")), YES, NO },
    { "Null", ONE(WHERE("\"Null\":{\"k\":\"true\"}") "," WHERE("\"Null\":{\"k\":\"false\"}")),
      ONE(ANY), NO, NO },
    { "a plain operator never takes a list", ONE(WHERE("\"StringEquals\":{\"k\":\"a\"}")),
      ONE(WHERE("\"ForAnyValue:StringEquals\":{\"k\":\"a\"}")), YES, NO },
    { "some and all", ONE(WHERE("\"ForAnyValue:StringEquals\":{\"k\":[\"a\",\"b\"]}")),
      ONE(WHERE("\"ForAllValues:StringEquals\":{\"k\":[\"a\",\"b\"]},\"Null\":{\"k\":\"false\"}")),
      YES, YES },
    { "all of two are all of three",
      ONE(WHERE("\"ForAllValues:StringLike\":{\"k\":[\"a\",\"b\"]}")),
      ONE(WHERE("\"ForAllValues:StringLike\":{\"k\":[\"a\",\"b\",\"c\"]}")), YES, NO },
    { "two of a list",
      ONE(WHERE("\"ForAnyValue:StringEquals\":{\"k\":\"a\"}") "," WHERE(
          "\"ForAnyValue:StringEquals\":{\"k\":\"b\"}")),
      ONE(WHERE("\"ForAnyValue:StringEquals\":{\"k\":[\"a\",\"b\"]}")), NO, NO },
    { "an ARN part by part, and as a text",
      ONE(WHERE("\"ArnLike\":{\"k\":\"arn:aws:ecs:*:111122223333:*\"}")),
      ONE(WHERE("\"StringLike\":{\"k\":\"arn:aws:ecs:*:111122223333:*\"}")), YES, NO },
    { "what is no ARN is not unlike one", ONE(WHERE("\"ArnNotLike\":{\"k\":\"arn:aws:s3:::*\"}")),
      ONE(WHERE("\"StringNotLike\":{\"k\":\"arn:aws:s3:::*\"}")), YES, NO },
    { "Bool reads all but true as false", ONE(WHERE("\"Bool\":{\"k\":\"false\"}")),
      ONE(WHERE("\"StringEqualsIgnoreCase\":{\"k\":\"false\"}")), NO, YES },
    { "a condition of a Deny", ONE(NOT_WHERE("\"Bool\":{\"aws:SecureTransport\":\"false\"}")),
      ONE(NOT_WHERE("\"BoolIfExists\":{\"aws:SecureTransport\":\"false\"}")), NO, YES },
    { "two keys",
      ONE(WHERE("\"StringEquals\":{\"a\":\"1\"}") "," WHERE("\"StringEquals\":{\"b\":\"1\"}")),
      ONE(WHERE("\"StringEquals\":{\"a\":\"1\",\"b\":\"1\"}")), NO, YES },
    { "a key in other capitals", ONE(WHERE("\"StringEquals\":{\"aws:UserName\":\"a\"}")),
      ONE(WHERE("\"StringEquals\":{\"aws:username\":\"a\"}")), NO, NO },
    { "a variable and a star", ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/${aws:username}/*\"")),
      ONE(ALLOW("\"s3:*\"", OBJ)), YES, NO },
    { "behind a variable", ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/${aws:username}/*\"")),
      ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/${aws:username}/x*\"")), NO, YES },
    { "two variables", ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/${aws:username}\"")),
      ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/${aws:userid}\"")), YES, YES },
    { "a variable with a default", ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/${aws:username}\"")),
      ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/${aws:username, 'x'}\"")), YES, NO },
    { "a variable whose value is known", ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/alice\"")),
      ONE("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/"
          "${aws:username}\",\"Condition\":{\"StringEquals\":{\"aws:username\":\"alice\"}}}"),
      NO, YES },
    { "a variable whose value is known but for its case",
      ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/alice\"")),
      ONE("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/"
          "${aws:username}\",\"Condition\":{\"StringEqualsIgnoreCase\":{\"aws:username\":"
          "\"alice\"}}}"),
      YES, YES },
    { "a variable whose value is one of many, more than are tried",
      ONE(ALLOW("\"s3:*\"", "[\"arn:aws:s3:::b/a\",\"arn:aws:s3:::b/b\",\"arn:aws:s3:::b/c\","
                            "\"arn:aws:s3:::b/d\",\"arn:aws:s3:::b/e\",\"arn:aws:s3:::b/f\","
                            "\"arn:aws:s3:::b/g\"]")),
      ONE("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/"
          "${aws:username}\",\"Condition\":{\"StringEquals\":{\"aws:username\":[\"a\",\"b\",\"c\","
          "\"d\",\"e\",\"f\",\"g\",\"h\"]}}}"),
      REMIT_PROOF_UNKNOWN, YES },
    { "NotResource with a variable that the old policy alone has",
      ONE("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"NotResource\":\"arn:aws:s3:::b/"
          "${aws:username}\"}"),
      ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/alice\"")), YES, YES },
    { "NotResource with two variables: nobody tries the right values, nor is it proven",
      ONE("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"NotResource\":\"arn:aws:s3:::b/"
          "${aws:username}-${aws:userid}\"}"),
      ONE(ALLOW("\"s3:*\"", "\"arn:aws:s3:::b/alice-1\"")), REMIT_PROOF_UNKNOWN, YES },
    { "IfExists that goes, beside a variable",
      ONE(WHERE("\"StringEqualsIfExists\":{\"aws:ResourceTag/o\":\"${aws:username}\"}")),
      ONE(WHERE("\"StringEquals\":{\"aws:ResourceTag/o\":\"${aws:username}\"}")), NO, YES },
    { "a variable that a Deny asks for the other way round",
      ONE(NOT_WHERE("\"StringNotEquals\":{\"aws:ResourceTag/o\":\"${aws:username}\"}")),
      ONE(WHERE("\"StringEquals\":{\"aws:ResourceTag/o\":\"${aws:username}\"}")), NO, NO },
    { "a variable in a condition",
      ONE(WHERE("\"StringEquals\":{\"aws:ResourceTag/o\":\"${aws:username}\"}")),
      ONE(WHERE("\"StringLike\":{\"aws:ResourceTag/o\":\"*\"}")), YES, NO },
};
KIT_ROWS(proof, rows)
{
    const struct row *r = &rows[*i];

    kit_expect_proof(REMIT_POLICY_IDENTITY, r->one, r->other, r->more, r->name);
    kit_expect_proof(REMIT_POLICY_IDENTITY, r->other, r->one, r->less, r->name);
}

#define TO(who)                                                                                    \
    ONE("{\"Effect\":\"Allow\",\"Principal\":" who ",\"Action\":\"s3:*\",\"Resource\":\"*\"}")
#define ROLE "{\"AWS\":\"arn:aws:iam::111122223333:role/path/R\"}"

static const struct row principals[] = {
    { "a role and its account", TO(ROLE), TO("{\"AWS\":\"111122223333\"}"), YES, NO },
    { "a session of a role", TO(ROLE),
      TO("{\"AWS\":\"arn:aws:sts::111122223333:assumed-role/R/s\"}"), NO, YES },
    { "an account by its root", TO("{\"AWS\":\"arn:aws:iam::111122223333:root\"}"),
      TO("{\"AWS\":\"111122223333\"}"), YES, NO },
    { "an account and everybody", TO("{\"AWS\":\"111122223333\"}"), TO("\"*\""), YES, NO },
    { "a service and everybody", TO("{\"Service\":\"ecs-tasks.amazonaws.com\"}"), TO("\"*\""), YES,
      NO },
    { "a user and a user", TO("{\"AWS\":\"arn:aws:iam::111122223333:user/a\"}"),
      TO("{\"AWS\":[\"arn:aws:iam::111122223333:user/a\",\"arn:aws:iam::111122223333:user/b\"]}"),
      YES, NO },
    { "a unique id more", TO("{\"AWS\":\"AROAABCDEFGHIJKLMNOP\"}"),
      TO("{\"AWS\":[\"AROAABCDEFGHIJKLMNOP\",\"AIDAABCDEFGHIJKLMNOQ\"]}"), YES, NO },
    { "a canonical user more", TO("{\"CanonicalUser\":\"a1\"}"),
      TO("{\"CanonicalUser\":[\"a1\",\"b2\"]}"), YES, NO },
    { "a Deny with NotPrincipal",
      ONE("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\"},"
          "{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":[\"111122223333\","
          "\"arn:aws:iam::111122223333:user/a\"]},\"Action\":\"s3:*\"}"),
      ONE("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
          "\"arn:aws:iam::111122223333:user/a\"},\"Action\":\"s3:*\"}"),
      YES, YES },
};
KIT_ROWS(proof, principals)
{
    const struct row *r = &principals[*i];

    kit_expect_proof(REMIT_POLICY_RESOURCE, r->one, r->other, r->more, r->name);
    kit_expect_proof(REMIT_POLICY_RESOURCE, r->other, r->one, r->less, r->name);
}

Test(proof, star_of_a_trust_policy_is_nobody_anonymous)
{
    const char *star = ONE("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:*\"}");
    struct remit_str type = REMIT_STR("AWS::IAM::AssumeRolePolicyDocument");
    auto_policy struct remit_policy *policy = kit_policy(REMIT_POLICY_TRUST, star);
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;

    cr_assert(remit_proof_no_public_access(policy, type, NULL, &proof, &err) == 0, "%s", err.text);
    cr_assert(proof->answer == REMIT_PROOF_ACCESS);
    cr_expect(remit_str_equal(proof->reasons[0].request->principal, REMIT_STR("anonymous")) ==
              false);
}

Test(proof, policies_of_two_types_are_refused)
{
    auto_policy struct remit_policy *one = kit_policy(REMIT_POLICY_IDENTITY, ONE(ANY));
    auto_policy struct remit_policy *other = kit_policy(REMIT_POLICY_SCP, ONE(ANY));
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;

    cr_assert(remit_proof_no_new_access(one, other, NULL, &proof, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && strcmp(err.code, "ValidationException") == 0);
}

Test(proof, little_work_gives_no_answer)
{
    const struct remit_proof_options options = { .work = 10 };
    auto_policy struct remit_policy *one =
        kit_policy(REMIT_POLICY_IDENTITY, ONE(ALLOW("\"s3:G*\"", OBJ)));
    auto_policy struct remit_policy *other =
        kit_policy(REMIT_POLICY_IDENTITY, ONE(ALLOW("\"s3:*\"", OBJ)));
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;

    cr_assert(remit_proof_no_new_access(one, other, &options, &proof, &err) == 0, "%s", err.text);
    cr_expect(proof->answer == REMIT_PROOF_UNKNOWN);
    cr_expect(remit_str_equal(proof->message, REMIT_STR("the limit on work is reached")));
}

Test(proof, more_statements_than_are_looked_at_give_no_answer)
{
    auto_buf struct remit_buf document = REMIT_BUF(1u << 20);
    auto_policy struct remit_policy *one = NULL;
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;

    remit_buf_put_cstr(&document, V ANY);
    for (int i = 0; i < 600; i++)
        remit_buf_put_cstr(&document, "," ANY);
    remit_buf_put_cstr(&document, END);
    one = kit_policy(REMIT_POLICY_IDENTITY, remit_buf_cstr(&document));
    cr_assert(remit_proof_no_new_access(one, one, NULL, &proof, &err) == 0, "%s", err.text);
    cr_expect(proof->answer == REMIT_PROOF_UNKNOWN);
    cr_expect(remit_str_equal(proof->message,
                              REMIT_STR("the policies have 1202 statements, the most is 1024")),
              "%.*s", (int)proof->message.len, proof->message.ptr);
}

Test(proof, a_reason_for_each_statement_that_grants)
{
    auto_policy struct remit_policy *one =
        kit_policy(REMIT_POLICY_IDENTITY, ONE(ALLOW("\"s3:Get*\"", OBJ)));
    auto_policy struct remit_policy *other = kit_policy(
        REMIT_POLICY_IDENTITY,
        ONE(ALLOW("\"s3:GetObject\"",
                  OBJ) ",{\"Sid\":\"Put\",\"Effect\":\"Allow\",\"Action\":"
                       "\"s3:PutObject\",\"Resource\":\"*\"}," ALLOW("\"ec2:*\"", "\"*\"")));
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;

    cr_assert(remit_proof_no_new_access(one, other, NULL, &proof, &err) == 0, "%s", err.text);
    cr_assert(proof->answer == REMIT_PROOF_ACCESS && proof->n_reasons == 2);
    cr_expect(proof->reasons[0].statement == 1 &&
              remit_str_equal(proof->reasons[0].sid, REMIT_STR("Put")));
    cr_expect(remit_str_equal(proof->reasons[0].description,
                              REMIT_STR("New access in the statement with sid: Put.")));
    cr_expect(remit_str_equal(proof->reasons[1].description,
                              REMIT_STR("New access in the statement with index: 2.")));
}

/*
 * Table 21.1 of the reference, row by row; and what it says in words about malformed literals,
 * empty lists and versions. A condition holds when an Allow with it allows; but for literals that
 * can't be read, a Deny with it denies in just the same requests.
 */
#include <stdio.h>

#include "tests/iam/policy_kit.h"

struct row {
    const char *name;
    const char *condition;
    const char *context;
    bool holds;
};

static const struct row rows[] = {
    { "1", "{\"StringEquals\":{\"k\":\"a\"}}", "k=A", false },
    { "2", "{\"StringEqualsIgnoreCase\":{\"k\":\"a\"}}", "K=A", true },
    { "3", "{\"StringNotEquals\":{\"k\":\"a\"}}", "-", true },
    { "4", "{\"StringNotEqualsIfExists\":{\"k\":\"a\"}}", "-", true },
    { "5", "{\"StringEqualsIfExists\":{\"k\":\"a\"}}", "-", true },
    { "6", "{\"StringNotEquals\":{\"k\":[\"a\",\"b\"]}}", "k=b", false },
    { "7", "{\"StringEquals\":{\"k\":\"a*\"}}", "k=a*", true },
    { "8", "{\"StringLike\":{\"k\":\"a?c\"}}", "k=ac", false },
    { "9", "{\"StringLike\":{\"k\":\"*\"}}", "k=", true },
    { "10", "{\"StringLike\":{\"k\":\"*\"}}", "-", false },
    { "11", "{\"StringLike\":{\"k\":\"a${*}\"}}", "k=ab", false },
    { "11b", "{\"StringLike\":{\"k\":\"a${*}\"}}", "k=a*", true },
    { "12", "{\"StringEquals\":{\"k\":\"${aws:PrincipalTag/t, 'x'}\"}}", "k=x", true },
    { "13", "{\"StringNotEquals\":{\"k\":\"${aws:PrincipalTag/t}\"}}", "k=x", true },
    { "14", "{\"StringEquals\":{\"k\":[\"${aws:PrincipalTag/t}\",\"x\"]}}", "k=x", true },
    { "15", "{\"StringLike\":{\"k\":\"${aws:PrincipalTag/t}\"}}", "aws:PrincipalTag/t=*|k=abc",
      false },
    { "16", "{\"ForAllValues:StringEquals\":{\"k\":[\"a\",\"b\"]}}", "k=[a,b]", true },
    { "17", "{\"ForAllValues:StringEquals\":{\"k\":[\"a\",\"b\"]}}", "k=[a,c]", false },
    { "18", "{\"ForAllValues:StringEquals\":{\"k\":[\"a\",\"b\"]}}", "-", true },
    { "19", "{\"ForAllValues:StringEquals\":{\"k\":[\"a\",\"b\"]}}", "k=[]", true },
    { "20", "{\"ForAnyValue:StringEquals\":{\"k\":[\"a\"]}}", "k=[c,a]", true },
    { "21", "{\"ForAnyValue:StringEquals\":{\"k\":[\"a\"]}}", "-", false },
    { "22", "{\"ForAnyValue:StringNotEquals\":{\"k\":[\"a\"]}}", "k=[a,b]", true },
    { "23", "{\"ForAnyValue:StringNotEquals\":{\"k\":[\"a\"]}}", "k=[a]", false },
    { "24", "{\"ForAnyValue:StringNotEquals\":{\"k\":[\"a\"]}}", "-", false },
    { "25", "{\"ForAllValues:StringNotEquals\":{\"k\":[\"a\"]}}", "k=[b,c]", true },
    { "25b", "{\"ForAllValues:StringNotEquals\":{\"k\":[\"a\"]}}", "k=[a,b]", false },
    { "25c", "{\"ForAllValues:StringNotEquals\":{\"k\":[\"a\"]}}", "-", true },
    { "26", "{\"StringEquals\":{\"k\":\"a\"}}", "k=[a]", false },
    { "27", "{\"StringNotEquals\":{\"k\":\"a\"}}", "k=[b]", false },
    { "28", "{\"Null\":{\"k\":\"true\"}}", "-", true },
    { "28b", "{\"Null\":{\"k\":\"true\"}}", "k=", false },
    { "28c", "{\"Null\":{\"k\":\"true\"}}", "k=[]", false },
    { "29", "{\"Null\":{\"k\":[\"true\",\"false\"]}}", "-", true },
    { "29b", "{\"Null\":{\"k\":[\"true\",\"false\"]}}", "k=x", true },
    { "30", "{\"ForAllValues:Null\":{\"k\":\"false\"}}", "-", true },
    { "31", "{\"ForAnyValue:Null\":{\"k\":\"true\"}}", "-", false },
    { "32", "{\"NumericEquals\":{\"k\":\"1\"}}", "k=01", true },
    { "32b", "{\"NumericEquals\":{\"k\":\"1\"}}", "k=+1", true },
    { "32c", "{\"NumericEquals\":{\"k\":\"1\"}}", "k=1.0", true },
    { "32d", "{\"NumericEquals\":{\"k\":\"1\"}}", "k=1e0", true },
    { "33", "{\"NumericNotEquals\":{\"k\":\"1\"}}", "k=x", true },
    { "34", "{\"NumericLessThan\":{\"k\":\"5\"}}", "k=x", false },
    { "35", "{\"NumericLessThan\":{\"k\":[\"5\",\"10\"]}}", "k=7", true },
    { "36", "{\"DateEquals\":{\"k\":\"2030-01-01T00:00:00Z\"}}", "k=1893456000", true },
    { "37", "{\"DateLessThan\":{\"k\":\"2030-01-01\"}}", "k=2029-12-31T23:30:00-01:00", false },
    { "38", "{\"DateNotEquals\":{\"k\":\"2030-01-01\"}}", "k=x", true },
    { "39", "{\"Bool\":{\"k\":\"true\"}}", "k=TRUE", true },
    { "40", "{\"Bool\":{\"k\":\"false\"}}", "k=yes", true },
    { "41", "{\"Bool\":{\"k\":\"false\"}}", "-", false },
    { "42", "{\"BoolIfExists\":{\"k\":\"false\"}}", "-", true },
    { "43", "{\"IpAddress\":{\"k\":\"203.0.113.77/24\"}}", "k=203.0.113.1", true },
    { "44", "{\"IpAddress\":{\"k\":\"0.0.0.0/0\"}}", "k=198.51.100.1", true },
    { "44b", "{\"IpAddress\":{\"k\":\"0.0.0.0/0\"}}", "k=2001:db8::1", false },
    { "45", "{\"NotIpAddress\":{\"k\":\"203.0.113.0/24\"}}", "k=2001:db8::1", true },
    { "46", "{\"IpAddress\":{\"k\":\"2001:DB8:0:0::/32\"}}", "k=2001:db8::1", true },
    { "47", "{\"IpAddress\":{\"k\":\"2001:db8::1/32\"}}", "k=2001:db8::1", false },
    { "48", "{\"IpAddress\":{\"k\":\"203.0.113.9\"}}", "k=::ffff:203.0.113.9", true },
    { "49", "{\"NotIpAddress\":{\"k\":\"203.0.113.0/24\"}}", "k=not-an-ip", false },
    { "50", "{\"ArnLike\":{\"k\":\"arn:aws:ecs:*:111122223333:task/*\"}}",
      "k=arn:aws:ecs:us-east-1:111122223333:task/c/t", true },
    { "51", "{\"ArnLike\":{\"k\":\"arn:aws:ecs:*:task/*\"}}",
      "k=arn:aws:ecs:us-east-1:111122223333:task/c/t", false },
    { "52", "{\"ArnLike\":{\"k\":\"arn:aws:*:111122223333:*\"}}",
      "k=arn:aws:sns:us-east-1:111122223333:t", false },
    { "53", "{\"ArnEquals\":{\"k\":\"arn:aws:sns:*:*:t*\"}}",
      "k=arn:aws:sns:us-east-1:111122223333:topic", true },
    { "54", "{\"ArnNotLike\":{\"k\":\"arn:aws:sns:*:*:*\"}}", "k=text", false },
    { "55", "{\"ArnNotLike\":{\"k\":\"arn:aws:sns:*:*:*\"}}", "-", true },
    { "56", "{\"BinaryEquals\":{\"k\":\"AQI=\"}}", "k=AQI=", true },
    { "57", "{\"StringEquals\":{\"k1\":\"a\",\"k2\":\"b\"}}", "k1=a|k2=c", false },
    { "58", "{\"StringEquals\":{\"k1\":\"a\"},\"StringLike\":{\"k1\":\"b*\"}}", "k1=a", false },
    /* Beyond the table. */
    { "no condition", "{}", "-", true },
    { "an operator without keys", "{\"StringEquals\":{}}", "-", true },
    { "numbers and booleans compare as their text", "{\"StringEquals\":{\"k\":1.50}}", "k=1.50",
      true },
    { "a number keeps its own text", "{\"StringEquals\":{\"k\":1.50}}", "k=1.5", false },
    { "twenty digits and one more", "{\"NumericLessThan\":{\"k\":123456789012345678901}}",
      "k=123456789012345678900.999", true },
    { "unquoted boolean", "{\"Bool\":{\"k\":true}}", "k=true", true },
    { "keys in any case, also of tags", "{\"StringEquals\":{\"aws:ResourceTag/Team\":\"a\"}}",
      "AWS:resourcetag/TEAM=a", true },
    { "one character outside the basic plane is two", "{\"StringLike\":{\"k\":\"a?c\"}}",
      "k=a\xf0\x9f\x98\x80"
      "c",
      false },
    { "so two marks match it", "{\"StringLike\":{\"k\":\"a??c\"}}",
      "k=a\xf0\x9f\x98\x80"
      "c",
      true },
    { "others are one", "{\"StringLike\":{\"k\":\"a?c\"}}",
      "k=a\xe2\x82\xac"
      "c",
      true },
    { "lower-casing past ASCII", "{\"StringEqualsIgnoreCase\":{\"k\":\"\u00e4\"}}", "k=\xc3\x84",
      true },
    { "no folding", "{\"StringEqualsIgnoreCase\":{\"k\":\"\u00df\"}}", "k=SS", false },
    { "Kelvin sign", "{\"StringEqualsIgnoreCase\":{\"k\":\"k\"}}", "k=\xe2\x84\xaa", true },
    { "Greek by way of a variable", "{\"StringEqualsIgnoreCase\":{\"k\":\"${t}\"}}",
      "k=\xce\x91|t=\xce\xb1", true },
    { "a multivalued key is no variable, a default does not help",
      "{\"StringEquals\":{\"k\":\"${t, 'x'}\"}}", "k=x|t=[x]", false },
    { "an empty value is a value", "{\"StringEquals\":{\"k\":\"a${t, 'x'}\"}}", "k=a|t=", true },
    { "an empty default", "{\"StringEquals\":{\"k\":\"a${t, ''}\"}}", "k=a", true },
    { "a brace in a default", "{\"StringEquals\":{\"k\":\"${t, 'a}b'}\"}}", "k=a}b", true },
    { "variables are not expanded again", "{\"StringEquals\":{\"k\":\"${t}\"}}", "k=x|t=${u}|u=x",
      false },
    { "a broken variable never matches", "{\"StringEquals\":{\"k\":\"${t\"}}", "k=${t|t=x", false },
    { "an empty variable never matches", "{\"StringEquals\":{\"k\":\"${}\"}}", "k=${}", false },
    { "a missing quote never matches", "{\"StringEquals\":{\"k\":\"${t, 'x}\"}}", "k=x", false },
    { "a lone dollar is plain", "{\"StringEquals\":{\"k\":\"$t\"}}", "k=$t", true },
    { "escapes in StringEquals", "{\"StringEquals\":{\"k\":\"a${*}${?}${$}b\"}}", "k=a*?$b", true },
    { "no variables in Bool", "{\"Bool\":{\"k\":\"${t}\"}}", "k=true|t=true", false },
    { "a variable in any part of an ARN",
      "{\"ArnLike\":{\"k\":\"arn:aws:ecs:*:${aws:PrincipalAccount}:*\"}}",
      "k=arn:aws:ecs:us-east-1:111122223333:task/t|aws:PrincipalAccount=111122223333", true },
    { "a lone star is any ARN", "{\"ArnLike\":{\"k\":\"*\"}}", "k=arn:aws:s3:::b", true },
    { "and no other text", "{\"ArnLike\":{\"k\":\"*\"}}", "k=b", false },
    { "wildcards stay in their part", "{\"ArnLike\":{\"k\":\"arn:aws:s*:us-*:*:t\"}}",
      "k=arn:aws:sns:us-east-1:1:x:t", false },
    { "the last part holds colons", "{\"ArnLike\":{\"k\":\"arn:aws:sns:*:*:*:t\"}}",
      "k=arn:aws:sns:us-east-1:1:x:y:t", true },
    { "octets with zeros in front are decimal", "{\"IpAddress\":{\"k\":\"10.0.0.8\"}}",
      "k=010.0.00.008", true },
    { "a mapped address of a policy stays IPv6", "{\"IpAddress\":{\"k\":\"::ffff:10.0.0.8\"}}",
      "k=10.0.0.8", false },
    { "a zone is malformed", "{\"NotIpAddress\":{\"k\":\"10.0.0.8\"}}", "k=fe80::1%eth0", false },
    { "four digits are a year", "{\"DateEquals\":{\"k\":\"2030\"}}", "k=1893456000", true },
    { "a month", "{\"DateEquals\":{\"k\":\"2030-01\"}}", "k=2030-01-01T00:00Z", true },
    { "milliseconds count", "{\"DateEquals\":{\"k\":\"2030-01-01T00:00:00.001Z\"}}",
      "k=2030-01-01T00:00:00Z", false },
    { "and nothing below them", "{\"DateEquals\":{\"k\":\"2030-01-01T00:00:00.001Z\"}}",
      "k=2030-01-01T00:00:00.0019Z", true },
    { "no local time", "{\"DateLessThan\":{\"k\":\"2031\"}}", "k=2030-01-01T00:00:00", false },
    { "no such day", "{\"DateLessThan\":{\"k\":\"2031\"}}", "k=2030-02-29", false },
    { "NaN is no number", "{\"NumericNotEquals\":{\"k\":\"1\"}}", "k=NaN", true },
    { "text behind digits", "{\"NumericEquals\":{\"k\":\"1\"}}", "k=1x", false },
    { "minus zero", "{\"NumericEquals\":{\"k\":\"0\"}}", "k=-0.00", true },
    { "scales do not matter", "{\"NumericGreaterThan\":{\"k\":\"-1e3\"}}", "k=-999.9", true },
    { "an empty set compares nothing", "{\"ForAnyValue:StringEquals\":{\"k\":\"a\"}}", "k=[]",
      false },
    { "IfExists does not skip an empty set", "{\"ForAnyValue:StringEqualsIfExists\":{\"k\":\"a\"}}",
      "k=[]", false },
    { "ForAnyValue with IfExists, absent", "{\"ForAnyValue:StringEqualsIfExists\":{\"k\":\"a\"}}",
      "-", true },
    { "a multivalued key with a plain operator and IfExists",
      "{\"StringEqualsIfExists\":{\"k\":\"a\"}}", "k=[a]", false },
};

static enum remit_decision decide(const char *effect, const char *version, const char *condition,
                                  const char *context)
{
    char document[1024];
    const struct kit_policies policies = { .identity = document };
    const struct kit_request request = { .context = context };

    (void)snprintf(document, sizeof(document),
                   "{\"Version\":\"%s\",\"Statement\":[{\"Effect\":\"%s\",\"Action\":\"*\","
                   "\"Resource\":\"*\",\"Condition\":%s}]}",
                   version, effect, condition);
    return kit_decide(&policies, &request, NULL);
}

static bool allows(const char *condition, const char *context)
{
    return decide("Allow", "2012-10-17", condition, context) == REMIT_ALLOW;
}

static bool denies(const char *condition, const char *context)
{
    return decide("Deny", "2012-10-17", condition, context) == REMIT_EXPLICIT_DENY;
}

static bool is_malformed(const char *name)
{
    return strcmp(name, "51") == 0 || strcmp(name, "52") == 0;
}

KIT_ROWS(policy_conditions, rows)
{
    const struct row *r = &rows[*i];

    cr_expect(eq(int, allows(r->condition, r->context), r->holds), "row %s: %s with %s", r->name,
              r->condition, r->context);
    if (!is_malformed(r->name))
        cr_expect(eq(int, denies(r->condition, r->context), r->holds), "Deny of row %s", r->name);
}

static const char *const malformed[] = {
    "{\"NumericEquals\":{\"k\":\"x\"}}",
    "{\"NumericNotEquals\":{\"k\":[\"1\",\"x\"]}}",
    "{\"DateLessThan\":{\"k\":\"tomorrow\"}}",
    "{\"NotIpAddress\":{\"k\":\"10.0.0.0/33\"}}",
    "{\"IpAddress\":{\"k\":\"10.0.0\"}}",
    "{\"ArnLike\":{\"k\":\"arn:aws:ecs:*:task/*\"}}",
    "{\"ArnNotEquals\":{\"k\":\"text\"}}",
    "{\"BinaryEquals\":{\"k\":\"AQI\"}}",
    "{\"ForAllValues:NumericEquals\":{\"k\":\"x\"}}",
    "{\"ForAnyValue:DateEquals\":{\"k\":\"x\"}}",
    "{\"NumericEqualsIfExists\":{\"k\":\"x\"}}",
};

Test(policy_conditions, literals_that_cannot_be_read_allow_nothing_and_deny_where_the_key_is)
{
    for (size_t i = 0; i < REMIT_COUNT(malformed); i++) {
        const char *c = malformed[i];

        cr_expect(not(allows(c, "k=7")), "%s", c);
        cr_expect(not(allows(c, "-")), "%s", c);
        cr_expect(denies(c, "k=7"), "%s", c);
    }
}

Test(policy_conditions, literals_that_cannot_be_read_are_refused_when_strict)
{
    const struct remit_policy_options strict = { .strict = true };

    for (size_t i = 0; i < REMIT_COUNT(malformed); i++) {
        char document[512];
        struct remit_policy *policy = NULL;
        struct remit_err err = { 0 };

        (void)snprintf(document, sizeof(document),
                       "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                       "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":%s}}",
                       malformed[i]);
        cr_expect(remit_policy_compile(remit_str_of(document), &strict, &policy, &err) == -1);
        cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
        cr_expect(remit_err_is(&err, "MalformedPolicyDocument"));
    }
}

static const struct empty_row {
    const char *operator_name;
    bool allow_absent, allow_present, deny_absent, deny_present;
} empty_rows[] = {
    { "StringEquals", false, false, true, true },
    { "StringNotEquals", false, false, true, true },
    { "Null", false, false, true, true },
    { "ForAllValues:StringEquals", true, false, true, false },
    { "ForAllValues:StringNotEquals", true, false, true, false },
    { "ForAnyValue:StringEquals", false, false, false, false },
    { "StringEqualsIfExists", true, false, true, false },
    { "ForAnyValue:StringEqualsIfExists", true, false, true, false },
};

Test(policy_conditions, empty_value_lists_fail_closed)
{
    for (size_t i = 0; i < REMIT_COUNT(empty_rows); i++) {
        const struct empty_row *r = &empty_rows[i];
        char c[128];

        (void)snprintf(c, sizeof(c), "{\"%s\":{\"k\":[]}}", r->operator_name);
        cr_expect(eq(int, allows(c, "-"), r->allow_absent), "%s", c);
        cr_expect(eq(int, allows(c, "k=a"), r->allow_present), "%s", c);
        cr_expect(eq(int, denies(c, "-"), r->deny_absent), "%s", c);
        cr_expect(eq(int, denies(c, "k=a"), r->deny_present), "%s", c);
    }
}

Test(policy_conditions, old_documents_have_no_variables)
{
    const char *c = "{\"StringEquals\":{\"k\":\"${t}\"}}";
    const char *live = "{\"StringLike\":{\"k\":\"a${*}\"}}";

    cr_expect(decide("Allow", "2008-10-17", c, "k=x|t=x") == REMIT_IMPLICIT_DENY);
    cr_expect(decide("Allow", "2008-10-17", c, "k=${t}|t=x") == REMIT_ALLOW);
    cr_expect(decide("Allow", "2008-10-17", live, "k=a${bc}") == REMIT_ALLOW);
}

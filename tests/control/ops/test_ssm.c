/* Parameters: names, versions, secure strings, paths and filters. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/os/file.h"
#include "control/ssm_data.h"
#include "tests/control/ops/documents.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(ssm, .init = op_open, .fini = op_close, .timeout = 60);

#define ARN "arn:aws:ssm:eu-west-1:" FACE_ACCOUNT ":parameter"

static void put(const char *name, const char *type, const char *value)
{
    char body[512];

    (void)snprintf(body, sizeof(body),
                   "{\"Name\":\"%s\",\"Type\":\"%s\",\"Value\":\"%s\",\"Overwrite\":true}", name,
                   type, value);
    op_must("PutParameter", body);
}

Test(ssm, a_parameter_is_read_by_name_arn_and_version)
{
    put("/app/a", "String", "one");
    EXPECT_STR(remit_buf_view(&face_out), "{\"Version\":1,\"Tier\":\"Standard\"}");
    put("/app/a", "String", "two");
    EXPECT_STR(remit_buf_view(&face_out), "{\"Version\":2,\"Tier\":\"Standard\"}");
    op_must("GetParameter", "{\"Name\":\"/app/a\"}");
    EXPECT_STR(remit_buf_view(&face_out),
               "{\"Parameter\":{\"Name\":\"/app/a\",\"Type\":\"String\",\"Value\":\"two\","
               "\"Version\":2,\"LastModifiedDate\":1785000000.000,\"ARN\":\"" ARN
               "/app/a\",\"DataType\":\"text\"}}");
    op_must("GetParameter", "{\"Name\":\"/app/a:1\"}");
    EXPECT_TEXT(op_member("Parameter.Value"), "one");
    EXPECT_TEXT(op_member("Parameter.Selector"), ":1");
    op_must("GetParameter", "{\"Name\":\"" ARN "/app/a:1\"}");
    EXPECT_TEXT(op_member("Parameter.Value"), "one");
    op_must("GetParameter", "{\"Name\":\"" ARN "/app/a\"}");
    EXPECT_TEXT(op_member("Parameter.Value"), "two");
}

Test(ssm, a_name_of_one_level_needs_no_slash)
{
    put("plain", "String", "one");
    op_must("GetParameter", "{\"Name\":\"" ARN "/plain\"}");
    EXPECT_TEXT(op_member("Parameter.Name"), "plain");
    EXPECT_TEXT(op_member("Parameter.ARN"), ARN "/plain");
}

Test(ssm, a_secure_string_is_in_the_store_only_sealed)
{
    struct ssm_parameter parameter;
    struct ssm_version version;
    struct remit_err err = { 0 };

    put("/app/s", "SecureString", "hunter2");
    op_must("GetParameter", "{\"Name\":\"/app/s\",\"WithDecryption\":true}");
    EXPECT_TEXT(op_member("Parameter.Value"), "hunter2");
    op_must("GetParameter", "{\"Name\":\"/app/s\"}");
    cr_expect(strcmp(op_member("Parameter.Value"), "hunter2") != 0);
    cr_assert(ssm_parameter_read(face.store, REMIT_STR("/app/s"), &face.arena, &parameter, &err) ==
              0);
    cr_assert(ssm_version_read(face.store, &parameter, 1, &face.arena, &version, &err) == 0);
    cr_expect(version.sealed);
    EXPECT_STR(version.value, op_member("Parameter.Value"));
}

Test(ssm, a_sealed_value_opens_only_where_it_belongs)
{
    struct control_store_txn txn = { 0 };
    struct ssm_parameter parameter;
    struct ssm_version version;
    struct remit_err err = { 0 };

    put("/app/s", "SecureString", "hunter2");
    put("/app/mine", "SecureString", "other");
    cr_assert(ssm_parameter_read(face.store, REMIT_STR("/app/s"), &face.arena, &parameter, &err) ==
              0);
    cr_assert(ssm_version_read(face.store, &parameter, 1, &face.arena, &version, &err) == 0);
    parameter.name = REMIT_STR("/app/mine"); /* copied there by whoever writes the store */
    cr_assert(ssm_version_put(&txn, &parameter, &version, &face.arena, &err) == 0);
    cr_assert(control_store_commit(face.store, &txn, NULL, &err) == 0);
    cr_expect(op("GetParameter", "{\"Name\":\"/app/mine\",\"WithDecryption\":true}") == -1);
    EXPECT_TEXT(face_err.code, "InvalidSeal");
}

Test(ssm, a_secret_value_is_in_no_error_and_no_audit_record)
{
    struct remit_buf log = REMIT_BUF(1 << 20);
    struct remit_err err = { 0 };
    static char body[10240];
    static char value[8400];

    memset(value, 'Z', sizeof(value) - 1);
    (void)snprintf(body, sizeof(body),
                   "{\"Name\":\"/a\",\"Type\":\"SecureString\",\"Value\":\"%s\"}", value);
    cr_expect(op("PutParameter", body) == -1);
    cr_expect(strstr(face_err.text, "ZZZ") == NULL, "%s", face_err.text);
    put("/a", "SecureString", "ZZZZZZZZZZZZ");
    cr_assert(remit_file_read(face.log, &log, &err) == 0);
    cr_expect(strstr(remit_buf_cstr(&log), "/a") != NULL);
    cr_expect(strstr(remit_buf_cstr(&log), "ZZZ") == NULL);
    remit_buf_drop(&log);
}

static const struct op_refusal rows[] = {
    { "not there", "GetParameter", "{\"Name\":\"/none\"}", REMIT_ERR_NOT_FOUND, "ParameterNotFound",
      "Parameter /none not found." },
    { "no such version", "GetParameter", "{\"Name\":\"/app/a:9\"}", REMIT_ERR_NOT_FOUND,
      "ParameterVersionNotFound",
      "Systems Manager could not find version 9 of /app/a. Verify the version and try again." },
    { "no such label", "GetParameter", "{\"Name\":\"/app/a:prod\"}", REMIT_ERR_NOT_FOUND,
      "ParameterVersionNotFound",
      "Systems Manager could not find version label prod of /app/a. Verify the version and try "
      "again." },
    { "already there", "PutParameter", "{\"Name\":\"/app/a\",\"Type\":\"String\",\"Value\":\"v\"}",
      REMIT_ERR_CONFLICT, "ParameterAlreadyExists",
      "The parameter already exists. To overwrite this value, set the overwrite option in the "
      "request to true." },
    { "another type", "PutParameter",
      "{\"Name\":\"/app/a\",\"Type\":\"SecureString\",\"Value\":\"v\",\"Overwrite\":true}",
      REMIT_ERR_INVALID, "HierarchyTypeMismatchException",
      "The type of a parameter can't be changed from String to SecureString." },
    { "no type", "PutParameter", "{\"Name\":\"/app/b\",\"Value\":\"v\"}", REMIT_ERR_INVALID,
      "ValidationException", "A parameter type is required when you create a parameter." },
    { "no value", "PutParameter", "{\"Name\":\"/app/b\",\"Type\":\"String\",\"Value\":\"\"}",
      REMIT_ERR_INVALID, "ValidationException",
      "1 validation error detected: Value at 'value' failed to satisfy constraint: Member must "
      "have length greater than or equal to 1" },
    { "tags with overwrite", "PutParameter",
      "{\"Name\":\"/app/a\",\"Value\":\"v\",\"Overwrite\":true,\"Tags\":[{\"Key\":\"a\","
      "\"Value\":\"b\"}]}",
      REMIT_ERR_INVALID, "ValidationException",
      "Invalid request: tags and overwrite can't be used together. To create a parameter with "
      "tags, please remove overwrite flag." },
    { "a reserved name", "PutParameter",
      "{\"Name\":\"/AWS/a\",\"Type\":\"String\",\"Value\":\"v\"}", REMIT_ERR_INVALID,
      "ValidationException",
      "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive)." },
    { "levels without a root", "PutParameter",
      "{\"Name\":\"a/b\",\"Type\":\"String\",\"Value\":\"v\"}", REMIT_ERR_INVALID,
      "ValidationException",
      "Parameter name: a name with levels must begin with a forward slash." },
    { "an empty level", "PutParameter", "{\"Name\":\"/a//b\",\"Type\":\"String\",\"Value\":\"v\"}",
      REMIT_ERR_INVALID, "ValidationException", "Parameter name: a level must not be empty." },
    { "a wrong character", "PutParameter",
      "{\"Name\":\"/a b\",\"Type\":\"String\",\"Value\":\"v\"}", REMIT_ERR_INVALID,
      "ValidationException",
      "Parameter name: only letters, digits and the symbols _.-/ are allowed." },
    { "a version in a new name", "PutParameter",
      "{\"Name\":\"/a:3\",\"Type\":\"String\",\"Value\":\"v\"}", REMIT_ERR_INVALID,
      "ValidationException",
      "Parameter name: only letters, digits and the symbols _.-/ are allowed." },
    { "too many levels", "PutParameter",
      "{\"Name\":\"/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6\",\"Type\":\"String\",\"Value\":\"v\"}",
      REMIT_ERR_INVALID, "HierarchyLevelLimitExceededException",
      "Parameter name: 16 levels, the most is 15." },
    { "a pattern", "PutParameter",
      "{\"Name\":\"/b\",\"Type\":\"String\",\"Value\":\"v\",\"AllowedPattern\":\".*\"}",
      REMIT_ERR_INVALID, "InvalidAllowedPatternException",
      "Patterns for values are not available." },
    { "another key", "PutParameter",
      "{\"Name\":\"/b\",\"Type\":\"SecureString\",\"Value\":\"v\",\"KeyId\":\"mine\"}",
      REMIT_ERR_INVALID, "InvalidKeyId", "The key mine is not available; alias/aws/ssm is." },
    { "an unknown type", "PutParameter", "{\"Name\":\"/b\",\"Type\":\"Text\",\"Value\":\"v\"}",
      REMIT_ERR_INVALID, "ValidationException",
      "1 validation error detected: Value 'Text' at 'type' failed to satisfy constraint: Member "
      "must satisfy enum value set: [String, StringList, SecureString]" },
    { "a path without a root", "GetParametersByPath", "{\"Path\":\"app\"}", REMIT_ERR_INVALID,
      "ValidationException",
      "The parameter doesn't meet the parameter name requirements. The path must begin with a "
      "forward slash \"/\": app" },
    { "a filter it lacks", "GetParametersByPath",
      "{\"Path\":\"/\",\"ParameterFilters\":[{\"Key\":\"Name\",\"Values\":[\"a\"]}]}",
      REMIT_ERR_INVALID, "InvalidFilterKey", "The filter key Name is not valid here." },
    { "an option it lacks", "DescribeParameters",
      "{\"ParameterFilters\":[{\"Key\":\"Tier\",\"Option\":\"Contains\",\"Values\":[\"a\"]}]}",
      REMIT_ERR_INVALID, "InvalidFilterOption",
      "The filter option Contains is not valid for Tier." },
    { "a filter without a value", "DescribeParameters",
      "{\"ParameterFilters\":[{\"Key\":\"Type\"}]}", REMIT_ERR_INVALID, "InvalidFilterValue",
      "The filter Type needs a value." },
    { "filters of the old kind", "DescribeParameters",
      "{\"Filters\":[{\"Key\":\"Name\",\"Values\":[\"a\"]}]}", REMIT_ERR_INVALID,
      "InvalidFilterKey", "Filters are not available; ParameterFilters are." },
    { "a wrong token", "DescribeParameters", "{\"NextToken\":\"!\"}", REMIT_ERR_INVALID,
      "InvalidNextToken", "The token is not valid." },
    { "eleven names", "GetParameters",
      "{\"Names\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]}",
      REMIT_ERR_INVALID, "ValidationException",
      "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must "
      "have length less than or equal to 10" },
    { "delete what is not there", "DeleteParameter", "{\"Name\":\"/none\"}", REMIT_ERR_NOT_FOUND,
      "ParameterNotFound", "Parameter /none not found." },
};

ROWS(ssm, refused, rows)
{
    put("/app/a", "String", "one");
    EXPECT_REFUSAL(&rows[*row_index]);
}

Test(ssm, values_up_to_4096_bytes_are_standard)
{
    static char body[10240];
    static char value[8193];

    memset(value, 'x', 4097);
    (void)snprintf(body, sizeof(body), "{\"Name\":\"/a\",\"Type\":\"String\",\"Value\":\"%s\"}",
                   value);
    EXPECT_REFUSED(op("PutParameter", body), REMIT_ERR_INVALID, "ValidationException",
                   "Standard tier parameters support a maximum parameter value of 4096 "
                   "characters.");
    (void)snprintf(body, sizeof(body),
                   "{\"Name\":\"/a\",\"Type\":\"String\",\"Tier\":\"Intelligent-Tiering\","
                   "\"Value\":\"%s\"}",
                   value);
    op_must("PutParameter", body);
    EXPECT_TEXT(op_member("Tier"), "Advanced");
    EXPECT_REFUSED(op("PutParameter", "{\"Name\":\"/a\",\"Tier\":\"Standard\",\"Value\":\"v\","
                                      "\"Overwrite\":true}"),
                   REMIT_ERR_INVALID, "ValidationException",
                   "This parameter uses the advanced-parameter tier. You can't downgrade a "
                   "parameter from the advanced-parameter tier to the standard-parameter tier.");
}

Test(ssm, get_parameters_says_which_are_missing)
{
    put("/app/a", "String", "one");
    op_must("GetParameters", "{\"Names\":[\"/none\",\"/app/a:1\",\"/app/a:7\"]}");
    EXPECT_TEXT(op_member("Parameters.0.Value"), "one");
    EXPECT_TEXT(op_member("Parameters.1.Value"), "");
    EXPECT_TEXT(op_member("InvalidParameters.0"), "/none");
    EXPECT_TEXT(op_member("InvalidParameters.1"), "/app/a:7");
}

Test(ssm, a_path_shows_its_children_or_all_below)
{
    put("/app/a", "String", "1");
    put("/app/a/b", "SecureString", "2");
    put("/apple", "String", "3");
    put("/app", "String", "4");
    op_must("GetParametersByPath", "{\"Path\":\"/app\"}");
    EXPECT_TEXT(op_member("Parameters.0.Name"), "/app/a");
    EXPECT_TEXT(op_member("Parameters.1.Name"), "");
    op_must("GetParametersByPath",
            "{\"Path\":\"/app/\",\"Recursive\":true,\"WithDecryption\":true}");
    EXPECT_HAS("\"/app/a\"");
    EXPECT_HAS("\"/app/a/b\"");
    EXPECT_HAS("\"Value\":\"2\"");
    EXPECT_LACKS("/apple");
    op_must("GetParametersByPath",
            "{\"Path\":\"/\",\"Recursive\":true,\"ParameterFilters\":[{\"Key\":\"Type\","
            "\"Values\":[\"SecureString\"]}]}");
    EXPECT_TEXT(op_member("Parameters.0.Name"), "/app/a/b");
    EXPECT_TEXT(op_member("Parameters.1.Name"), "");
}

Test(ssm, pages_hold_every_parameter_once)
{
    char body[512];
    char token[256] = "";
    unsigned seen = 0;

    for (int i = 0; i < 37; i++) {
        (void)snprintf(body, sizeof(body), "/p/%d", i);
        put(body, "String", "v");
    }
    do {
        (void)snprintf(body, sizeof(body), "{\"Path\":\"/p\"%s%s%s}",
                       token[0] != '\0' ? ",\"NextToken\":\"" : "", token,
                       token[0] != '\0' ? "\"" : "");
        op_must("GetParametersByPath", body);
        (void)snprintf(token, sizeof(token), "%s", op_member("NextToken"));
        for (const char *at = remit_buf_cstr(&face_out); (at = strstr(at, "/p/")) != NULL; at++)
            seen++;
    } while (token[0] != '\0');
    cr_expect(seen == 2 * 37, "%u", seen); /* name and ARN of each */
}

Test(ssm, descriptions_are_filtered)
{
    op_must("PutParameter", "{\"Name\":\"/app/a\",\"Type\":\"String\",\"Value\":\"v\","
                            "\"Description\":\"for a\",\"Tags\":[{\"Key\":\"team\",\"Value\":"
                            "\"x\"}]}");
    put("/app/s", "SecureString", "v");
    op_must("DescribeParameters",
            "{\"ParameterFilters\":[{\"Key\":\"tag:team\",\"Values\":[\"x\"]}]}");
    EXPECT_TEXT(op_member("Parameters.0.Name"), "/app/a");
    EXPECT_TEXT(op_member("Parameters.0.Description"), "for a");
    EXPECT_TEXT(op_member("Parameters.1.Name"), "");
    op_must(
        "DescribeParameters",
        "{\"ParameterFilters\":[{\"Key\":\"Name\",\"Option\":\"Contains\",\"Values\":[\"p/s\"]}]}");
    EXPECT_TEXT(op_member("Parameters.0.KeyId"), "alias/aws/ssm");
    EXPECT_TEXT(op_member("Parameters.0.LastModifiedUser"), "arn:aws:iam::" FACE_ACCOUNT ":root");
    EXPECT_TEXT(op_member("Parameters.1.Name"), "");
    EXPECT_LACKS("\"Value\"");
    op_must("DescribeParameters", "{\"ParameterFilters\":[{\"Key\":\"Path\",\"Values\":[\"/app\"]},"
                                  "{\"Key\":\"Label\",\"Values\":[\"a\"]}]}");
    EXPECT_TEXT(op_member("Parameters.0.Name"), "");
}

Test(ssm, a_hundred_versions_are_kept_and_all_are_deleted)
{
    const struct control_store_entry *entries = NULL;
    struct remit_err err = { 0 };
    size_t n = 0;

    for (int i = 0; i < 103; i++)
        put("/a", "String", "v");
    cr_expect(op("GetParameter", "{\"Name\":\"/a:3\"}") == -1);
    op_must("GetParameter", "{\"Name\":\"/a:4\"}");
    op_must("GetParameter", "{\"Name\":\"/a:103\"}");
    op_must("DeleteParameter", "{\"Name\":\"/a\"}");
    cr_expect(op("GetParameter", "{\"Name\":\"/a\"}") == -1);
    cr_assert(control_store_list(face.store, REMIT_STR("/ssm/"), REMIT_STR(""), 0, &face.arena,
                                 &entries, &n, &err) == 0);
    cr_expect(n == 0, "%zu records are left", n);
    put("/a", "SecureString", "new"); /* the name is free again, for any type */
    EXPECT_STR(remit_buf_view(&face_out), "{\"Version\":1,\"Tier\":\"Standard\"}");
}

Test(ssm, long_names_are_told_apart_by_their_ends)
{
    char name[400] = "/";
    char body[1024];

    memset(name + 1, 'n', 300);
    for (int i = 0; i < 2; i++) {
        name[301] = i == 0 ? 'a' : 'b';
        put(name, "String", i == 0 ? "first" : "second");
    }
    (void)snprintf(body, sizeof(body), "{\"Name\":\"%s\"}", name);
    op_must("GetParameter", body);
    EXPECT_TEXT(op_member("Parameter.Value"), "second");
    name[301] = 'a';
    (void)snprintf(body, sizeof(body), "{\"Name\":\"%s\"}", name);
    op_must("GetParameter", body);
    EXPECT_TEXT(op_member("Parameter.Value"), "first");
    op_must("GetParametersByPath", "{\"Path\":\"/\"}");
    EXPECT_HAS("first");
    EXPECT_HAS("second");
}

/* ---- who may ---- */

Test(ssm, a_path_can_be_granted_and_nothing_beside_it)
{
    op_must("CreateUser", "UserName=ann");
    op_must("PutUserPolicy",
            "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW("ssm:GetParameter*", ARN "/app/*"));
    put("/app/a", "String", "one");
    put("/other", "String", "two");
    cr_expect(op_user("ann", "GetParameter", "{\"Name\":\"/app/a\"}") == 0, "%s", face_err.text);
    EXPECT_REFUSED(op_user("ann", "GetParameter", "{\"Name\":\"/other\"}"), REMIT_ERR_DENIED,
                   "AccessDenied",
                   "User: arn:aws:iam::" FACE_ACCOUNT ":user/ann is not authorized to perform: "
                   "ssm:GetParameter on resource: " ARN "/other because no identity-based policy "
                   "allows the ssm:GetParameter action");
    EXPECT_REFUSED(op_user("ann", "GetParameter", "{\"Name\":\"/none\"}"), REMIT_ERR_DENIED,
                   "AccessDenied",
                   "User: arn:aws:iam::" FACE_ACCOUNT ":user/ann is not authorized to perform: "
                   "ssm:GetParameter on resource: " ARN "/none because no identity-based policy "
                   "allows the ssm:GetParameter action");
    cr_expect(op_user("ann", "GetParameters", "{\"Names\":[\"/app/a\",\"/other\"]}") == -1);
    cr_expect(op_user("ann", "GetParametersByPath", "{\"Path\":\"/app/b\"}") == 0);
    cr_expect(op_user("ann", "GetParametersByPath", "{\"Path\":\"/\"}") == -1);
    cr_expect(op_user("ann", "GetParameter",
                      "{\"Name\":\"arn:aws:ssm:eu-west-1:999999999999:parameter/app/a\"}") == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
}

Test(ssm, tags_can_be_conditions)
{
    op_must("CreateUser", "UserName=ann");
    op_must("PutUserPolicy",
            "UserName=ann&PolicyName=p&PolicyDocument=" DOCUMENT(
                "\"Effect\":\"Allow\",\"Action\":\"ssm:GetParameter\",\"Resource\":\"*\","
                "\"Condition\":{\"StringEquals\":{\"aws:ResourceTag/team\":\"x\"}}"));
    op_must("PutParameter", "{\"Name\":\"/a\",\"Type\":\"String\",\"Value\":\"v\",\"Tags\":[{"
                            "\"Key\":\"team\",\"Value\":\"x\"}]}");
    put("/b", "String", "v");
    cr_expect(op_user("ann", "GetParameter", "{\"Name\":\"/a\"}") == 0, "%s", face_err.text);
    cr_expect(op_user("ann", "GetParameter", "{\"Name\":\"/b\"}") == -1);
}

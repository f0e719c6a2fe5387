/* Secrets: versions, stages, deletion, and what a caller learns of one that is not there. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/os/file.h"
#include "control/secrets_data.h"
#include "tests/control/ops/documents.h"
#include "tests/control/ops/fake_keeper.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(secrets, .init = op_open, .fini = op_close, .timeout = 60);

#define ARN    "arn:aws:secretsmanager:eu-west-1:" FACE_ACCOUNT ":secret:"
#define TOKEN1 "11111111-1111-1111-1111-111111111111"
#define TOKEN2 "22222222-2222-2222-2222-222222222222"
#define TOKEN3 "33333333-3333-3333-3333-333333333333"
#define CREATE                                                                                     \
    "{\"Name\":\"app/db\",\"SecretString\":\"one\",\"ClientRequestToken\":\"" TOKEN1 "\"}"
#define PUT(token, value)                                                                          \
    "{\"SecretId\":\"app/db\",\"SecretString\":\"" value "\",\"ClientRequestToken\":\"" token "\"" \
    "}"
#define GET "{\"SecretId\":\"app/db\"}"

Test(secrets, a_secret_is_read_by_name_and_by_both_arns)
{
    char arn[256];
    char body[512];

    op_must("CreateSecret", CREATE);
    (void)snprintf(arn, sizeof(arn), "%s", op_member("ARN"));
    cr_expect(strncmp(arn, ARN "app/db-", strlen(ARN "app/db-")) == 0 &&
              strlen(arn) == strlen(ARN "app/db-") + 6);
    EXPECT_TEXT(op_member("VersionId"), TOKEN1);
    op_must("GetSecretValue", GET);
    EXPECT_TEXT(op_member("SecretString"), "one");
    EXPECT_TEXT(op_member("Name"), "app/db");
    EXPECT_TEXT(op_member("VersionStages.0"), "AWSCURRENT");
    EXPECT_HAS("\"CreatedDate\":1785000000.000");
    (void)snprintf(body, sizeof(body), "{\"SecretId\":\"%s\"}", arn);
    op_must("GetSecretValue", body);
    op_must("GetSecretValue", "{\"SecretId\":\"" ARN "app/db\"}");
    arn[strlen(arn) - 1] ^= 1; /* another suffix is another secret */
    (void)snprintf(body, sizeof(body), "{\"SecretId\":\"%s\"}", arn);
    EXPECT_REFUSED(op("GetSecretValue", body), REMIT_ERR_NOT_FOUND, "ResourceNotFoundException",
                   "Secrets Manager can't find the specified secret.");
}

Test(secrets, stages_move_with_each_version)
{
    op_must("CreateSecret", CREATE);
    op_must("PutSecretValue", PUT(TOKEN2, "two"));
    EXPECT_TEXT(op_member("VersionStages.0"), "AWSCURRENT");
    op_must("GetSecretValue", GET);
    EXPECT_TEXT(op_member("SecretString"), "two");
    op_must("GetSecretValue", "{\"SecretId\":\"app/db\",\"VersionStage\":\"AWSPREVIOUS\"}");
    EXPECT_TEXT(op_member("SecretString"), "one");
    op_must("PutSecretValue", PUT(TOKEN3, "three"));
    op_must("GetSecretValue", "{\"SecretId\":\"app/db\",\"VersionStage\":\"AWSPREVIOUS\"}");
    EXPECT_TEXT(op_member("VersionId"), TOKEN2);
    op_must("GetSecretValue", "{\"SecretId\":\"app/db\",\"VersionId\":\"" TOKEN1 "\"}");
    EXPECT_TEXT(op_member("SecretString"), "one");
    op_must("DescribeSecret", GET);
    EXPECT_TEXT(op_member("VersionIdsToStages." TOKEN3 ".0"), "AWSCURRENT");
    EXPECT_TEXT(op_member("VersionIdsToStages." TOKEN2 ".0"), "AWSPREVIOUS");
    EXPECT_LACKS(TOKEN1); /* deprecated */
}

Test(secrets, a_version_can_wait_under_a_stage_of_its_own)
{
    op_must("CreateSecret", CREATE);
    op_must("PutSecretValue",
            "{\"SecretId\":\"app/db\",\"SecretString\":\"next\","
            "\"VersionStages\":[\"AWSPENDING\"],\"ClientRequestToken\":\"" TOKEN2 "\"}");
    op_must("GetSecretValue", GET);
    EXPECT_TEXT(op_member("SecretString"), "one");
    op_must("GetSecretValue", "{\"SecretId\":\"app/db\",\"VersionStage\":\"AWSPENDING\"}");
    EXPECT_TEXT(op_member("SecretString"), "next");
}

Test(secrets, the_same_request_again_changes_nothing)
{
    op_must("CreateSecret", CREATE);
    op_must("CreateSecret", CREATE);
    EXPECT_TEXT(op_member("VersionId"), TOKEN1);
    op_must("PutSecretValue", PUT(TOKEN2, "two"));
    op_must("CreateSecret", CREATE); /* a late repetition */
    EXPECT_TEXT(op_member("VersionId"), TOKEN1);
    op_must("PutSecretValue", PUT(TOKEN2, "two"));
    op_must("GetSecretValue", "{\"SecretId\":\"app/db\",\"VersionStage\":\"AWSPREVIOUS\"}");
    EXPECT_TEXT(op_member("SecretString"), "one");
    cr_expect(op("PutSecretValue", PUT(TOKEN2, "other")) == -1);
    EXPECT_TEXT(face_err.code, "ResourceExistsException");
    cr_expect(strstr(face_err.text, "other") == NULL);
}

Test(secrets, bytes_come_back_as_they_went_in)
{
    op_must("CreateSecret", "{\"Name\":\"bin\",\"SecretBinary\":\"AAEC/w==\"}");
    op_must("GetSecretValue", "{\"SecretId\":\"bin\"}");
    EXPECT_TEXT(op_member("SecretBinary"), "AAEC/w==");
    EXPECT_LACKS("SecretString");
}

Test(secrets, a_secret_may_be_made_without_a_value)
{
    op_must("CreateSecret", "{\"Name\":\"app/db\",\"Tags\":[{\"Key\":\"team\",\"Value\":\"x\"}],"
                            "\"Description\":\"d\"}");
    EXPECT_LACKS("VersionId");
    EXPECT_REFUSED(op("GetSecretValue", GET), REMIT_ERR_NOT_FOUND, "ResourceNotFoundException",
                   "Secrets Manager can't find the specified secret value for staging label: "
                   "AWSCURRENT");
    op_must("DescribeSecret", GET);
    EXPECT_TEXT(op_member("Tags.0.Value"), "x");
    EXPECT_TEXT(op_member("Description"), "d");
    op_must("PutSecretValue", "{\"SecretId\":\"app/db\",\"SecretString\":\"v\",\"VersionStages\":["
                              "\"MINE\"],\"ClientRequestToken\":\"" TOKEN2 "\"}");
    op_must("GetSecretValue", GET); /* a first version is always current */
}

static const struct op_refusal rows[] = {
    { "already there", "CreateSecret", "{\"Name\":\"app/db\",\"SecretString\":\"v\"}",
      REMIT_ERR_CONFLICT, "ResourceExistsException",
      "The operation failed because the secret app/db already exists." },
    { "a wrong name", "CreateSecret", "{\"Name\":\"a b\",\"SecretString\":\"v\"}",
      REMIT_ERR_INVALID, "ValidationException",
      "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
      "following: -/_+=.@!" },
    { "two values", "CreateSecret",
      "{\"Name\":\"b\",\"SecretString\":\"v\",\"SecretBinary\":\"AA==\"}", REMIT_ERR_INVALID,
      "InvalidParameterException",
      "You can't specify both a binary secret value and a string secret value in the same "
      "secret." },
    { "another key", "CreateSecret", "{\"Name\":\"b\",\"KmsKeyId\":\"mine\"}", REMIT_ERR_INVALID,
      "InvalidParameterException", "The key mine is not available; alias/aws/secretsmanager is." },
    { "replicas", "CreateSecret",
      "{\"Name\":\"b\",\"AddReplicaRegions\":[{\"Region\":\"eu-west-2\"}]}", REMIT_ERR_INVALID,
      "InvalidParameterException", "Replicas in other regions are not available." },
    { "no value", "PutSecretValue", "{\"SecretId\":\"app/db\"}", REMIT_ERR_INVALID,
      "InvalidRequestException", "You must provide either SecretString or SecretBinary." },
    { "not there", "GetSecretValue", "{\"SecretId\":\"none\"}", REMIT_ERR_NOT_FOUND,
      "ResourceNotFoundException", "Secrets Manager can't find the specified secret." },
    { "no such version", "GetSecretValue", "{\"SecretId\":\"app/db\",\"VersionId\":\"" TOKEN3 "\"}",
      REMIT_ERR_NOT_FOUND, "ResourceNotFoundException",
      "Secrets Manager can't find the specified secret value for VersionId: " TOKEN3 },
    { "a stage of another version", "GetSecretValue",
      "{\"SecretId\":\"app/db\",\"VersionId\":\"" TOKEN1 "\",\"VersionStage\":\"MINE\"}",
      REMIT_ERR_INVALID, "InvalidRequestException",
      "You provided a VersionStage that is not associated to the provided VersionId." },
    { "a short token", "PutSecretValue",
      "{\"SecretId\":\"app/db\",\"SecretString\":\"v\",\"ClientRequestToken\":\"abc\"}",
      REMIT_ERR_INVALID, "ValidationException",
      "1 validation error detected: Value 'abc' at 'clientRequestToken' failed to satisfy "
      "constraint: Member must have length greater than or equal to 32" },
    { "a short window", "DeleteSecret", "{\"SecretId\":\"app/db\",\"RecoveryWindowInDays\":6}",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive), not 6." },
    { "a window and force", "DeleteSecret",
      "{\"SecretId\":\"app/db\",\"RecoveryWindowInDays\":7,\"ForceDeleteWithoutRecovery\":true}",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays." },
};

ROWS(secrets, refused, rows)
{
    op_must("CreateSecret", CREATE);
    EXPECT_REFUSAL(&rows[*row_index]);
}

Test(secrets, a_deleted_secret_waits_for_its_date)
{
    op_must("CreateSecret", CREATE);
    op_must("DeleteSecret", "{\"SecretId\":\"app/db\",\"RecoveryWindowInDays\":7}");
    EXPECT_HAS("\"DeletionDate\":1785604800.000");
    EXPECT_REFUSED(op("GetSecretValue", GET), REMIT_ERR_INVALID, "InvalidRequestException",
                   "You can't perform this operation on the secret because it was marked for "
                   "deletion.");
    EXPECT_REFUSED(op("CreateSecret", "{\"Name\":\"app/db\",\"SecretString\":\"new\"}"),
                   REMIT_ERR_INVALID, "InvalidRequestException",
                   "You can't create this secret because a secret with this name is already "
                   "scheduled for deletion.");
    op_must("DescribeSecret", GET);
    EXPECT_HAS("\"DeletedDate\"");
    op_clock(FACE_NOW + 7 * 86400);
    EXPECT_REFUSED(op("DescribeSecret", GET), REMIT_ERR_NOT_FOUND, "ResourceNotFoundException",
                   "Secrets Manager can't find the specified secret.");
    op_must("CreateSecret", "{\"Name\":\"app/db\",\"SecretString\":\"new\"}");
    op_must("GetSecretValue", GET);
    EXPECT_TEXT(op_member("SecretString"), "new");
}

static size_t records(void)
{
    const struct control_store_entry *entries = NULL;
    struct remit_err err = { 0 };
    size_t n = 0;

    cr_assert(control_store_list(face.store, REMIT_STR("/secretsmanager/"), REMIT_STR(""), 0,
                                 &face.arena, &entries, &n, &err) == 0);
    return n;
}

Test(secrets, force_leaves_nothing_behind)
{
    op_must("CreateSecret", CREATE);
    op_must("PutSecretValue", PUT(TOKEN2, "two"));
    cr_expect(records() == 3);
    op_must("DeleteSecret", "{\"SecretId\":\"app/db\",\"ForceDeleteWithoutRecovery\":true}");
    cr_expect(records() == 0);
    cr_expect(op("GetSecretValue", GET) == -1);
}

Test(secrets, old_versions_without_a_stage_make_room)
{
    char body[256];

    op_must("CreateSecret", CREATE);
    for (int i = 0; i < SECRETS_VERSIONS_KEPT + 5; i++) {
        (void)snprintf(body, sizeof(body), "{\"SecretId\":\"app/db\",\"SecretString\":\"%d\"}", i);
        op_must("PutSecretValue", body);
    }
    cr_expect(records() == SECRETS_VERSIONS_KEPT + 1, "%zu", records());
    op_must("GetSecretValue", GET);
    EXPECT_TEXT(op_member("SecretString"), "84");
    cr_expect(op("GetSecretValue", "{\"SecretId\":\"app/db\",\"VersionId\":\"" TOKEN1 "\"}") == -1);
    op_must("DeleteSecret", "{\"SecretId\":\"app/db\",\"ForceDeleteWithoutRecovery\":true}");
    cr_expect(records() == 0);
}

Test(secrets, values_are_sealed_and_never_written_down)
{
    const struct control_store_entry *entries = NULL;
    struct remit_buf log = REMIT_BUF(1 << 20);
    struct remit_err err = { 0 };
    size_t n = 0;

    op_must("CreateSecret", "{\"Name\":\"app/db\",\"SecretString\":\"hunter2hunter2\"}");
    op_must("GetSecretValue", GET);
    cr_assert(control_store_list(face.store, REMIT_STR("/"), REMIT_STR(""), 0, &face.arena,
                                 &entries, &n, &err) == 0);
    for (size_t i = 0; i < n; i++)
        cr_expect(memmem(entries[i].value.ptr, entries[i].value.len, "hunter2", 7) == NULL);
    cr_assert(remit_file_read(face.log, &log, &err) == 0);
    cr_expect(strstr(remit_buf_cstr(&log), "hunter2") == NULL);
    remit_buf_drop(&log);
}

Test(secrets, without_the_keeper_nothing_is_stored_or_shown)
{
    op_must("CreateSecret", CREATE);
    fake_keeper_away(true);
    cr_expect(op("PutSecretValue", PUT(TOKEN2, "two")) == -1);
    cr_expect(face_err.kind == REMIT_ERR_UNAVAILABLE);
    cr_expect(op("GetSecretValue", GET) == -1);
    fake_keeper_away(false);
    op_must("GetSecretValue", GET);
    EXPECT_TEXT(op_member("SecretString"), "one");
}

/* ---- who may ---- */

Test(secrets, a_denial_does_not_tell_whether_the_secret_is_there)
{
    op_must("CreateUser", "UserName=eve");
    op_must("CreateSecret", CREATE);
    EXPECT_REFUSED(op_user("eve", "GetSecretValue", GET), REMIT_ERR_DENIED, "AccessDenied",
                   "User: arn:aws:iam::" FACE_ACCOUNT ":user/eve is not authorized to perform: "
                   "secretsmanager:GetSecretValue on resource: app/db because no identity-based "
                   "policy allows the secretsmanager:GetSecretValue action");
    EXPECT_REFUSED(op_user("eve", "GetSecretValue", "{\"SecretId\":\"none\"}"), REMIT_ERR_DENIED,
                   "AccessDenied",
                   "User: arn:aws:iam::" FACE_ACCOUNT ":user/eve is not authorized to perform: "
                   "secretsmanager:GetSecretValue on resource: none because no identity-based "
                   "policy allows the secretsmanager:GetSecretValue action");
}

Test(secrets, a_grant_with_question_marks_covers_the_suffix)
{
    op_must("CreateUser", "UserName=ann");
    op_must("PutUserPolicy", "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW(
                                 "secretsmanager:GetSecretValue", ARN "app/db-??????"));
    op_must("CreateSecret", CREATE);
    op_must("CreateSecret", "{\"Name\":\"app/db-admin\",\"SecretString\":\"v\"}");
    cr_expect(op_user("ann", "GetSecretValue", GET) == 0, "%s", face_err.text);
    cr_expect(op_user("ann", "GetSecretValue", "{\"SecretId\":\"app/db-admin\"}") == -1);
    cr_expect(op_user("ann", "GetSecretValue", "{\"SecretId\":\"app/other\"}") == -1);
}

Test(secrets, a_stage_can_be_a_condition)
{
    op_must("CreateUser", "UserName=ann");
    op_must(
        "PutUserPolicy",
        "UserName=ann&PolicyName=p&PolicyDocument=" DOCUMENT(
            "\"Effect\":\"Allow\",\"Action\":\"secretsmanager:*\",\"Resource\":\"*\","
            "\"Condition\":{\"StringEquals\":{\"secretsmanager:VersionStage\":\"AWSCURRENT\"}}"));
    op_must("CreateSecret", CREATE);
    op_must("PutSecretValue", PUT(TOKEN2, "two"));
    cr_expect(op_user("ann", "GetSecretValue", GET) == 0, "%s", face_err.text);
    cr_expect(op_user("ann", "GetSecretValue",
                      "{\"SecretId\":\"app/db\",\"VersionStage\":\"AWSPREVIOUS\"}") == -1);
    cr_expect(op_user("ann", "GetSecretValue",
                      "{\"SecretId\":\"app/db\",\"VersionId\":\"" TOKEN1 "\"}") == -1);
}

static void replace_secret(void)
{
    op_must("DeleteSecret", "{\"SecretId\":\"app/db\",\"ForceDeleteWithoutRecovery\":true}");
    op_must("CreateSecret", "{\"Name\":\"app/db\",\"SecretString\":\"another\"}");
}

Test(secrets, what_was_allowed_for_one_secret_does_not_read_its_successor)
{
    op_must("CreateSecret", CREATE);
    EXPECT_REFUSED(op_while(replace_secret, "GetSecretValue", GET), REMIT_ERR_NOT_FOUND,
                   "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    op_must("GetSecretValue", GET);
}

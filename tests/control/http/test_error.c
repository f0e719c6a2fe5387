/* What a caller hears of a failure, in both protocols, and what stays inside. */
#include <criterion/criterion.h>

#include "control/http/error.h"
#include "tests/control/http/face.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static struct remit_http_response response;

static void close_error(void)
{
    remit_buf_drop(&response.body);
    face_close();
}

TestSuite(error, .init = face_open, .fini = close_error, .timeout = 20);

static const struct control_operation json_row = {
    .service = &control_secretsmanager,
    .name = "GetSecretValue",
    .action = "secretsmanager:GetSecretValue",
    .handler = face_handle,
};
static const struct control_operation query_row = {
    .service = &control_iam,
    .name = "GetRole",
    .action = "iam:GetRole",
    .handler = face_handle,
};

static void fresh_response(void)
{
    remit_buf_drop(&response.body);
    response = (struct remit_http_response){ .body = REMIT_BUF(65536) };
}

/* The whole way from an error to the answer. */
static void answer(const struct control_operation *row, enum remit_err_kind kind, const char *code,
                   const char *text)
{
    static struct control_call call;
    struct control_request request = { .service = row->service };
    struct remit_err err = { 0 };
    struct remit_err shown;

    (void)remit_fail(&err, kind, code, "%s", text);
    face_call(&call, row);
    memcpy(call.request_id, "11111111-2222-4333-8444-555555555555", REMIT_UUID_TEXT);
    fresh_response();
    control_error_show(&call, row->service, &err, &shown);
    control_error_answer(&call, &request, &shown, &response);
}

static const struct {
    enum remit_err_kind kind;
    const char *code;
    int json_status;
    const char *json_code;
    int query_status;
} front[] = {
    { REMIT_ERR_DENIED, "AccessDenied", 400, "AccessDeniedException", 403 },
    { REMIT_ERR_UNAUTHENTICATED, "MissingAuthenticationToken", 400,
      "MissingAuthenticationTokenException", 403 },
    { REMIT_ERR_INVALID, "IncompleteSignature", 400, "IncompleteSignatureException", 400 },
    { REMIT_ERR_UNAUTHENTICATED, "InvalidClientTokenId", 400, "UnrecognizedClientException", 403 },
    { REMIT_ERR_UNAUTHENTICATED, "SignatureDoesNotMatch", 400, "InvalidSignatureException", 403 },
    { REMIT_ERR_UNAUTHENTICATED, "ExpiredToken", 400, "ExpiredTokenException", 403 },
    { REMIT_ERR_UNAUTHENTICATED, "RequestExpired", 400, "RequestExpired", 400 },
    { REMIT_ERR_NOT_FOUND, "NoSuchEntity", 400, "NoSuchEntity", 404 },
    { REMIT_ERR_CONFLICT, "EntityAlreadyExists", 400, "EntityAlreadyExists", 409 },
    { REMIT_ERR_CONFLICT, "DeleteConflict", 400, "DeleteConflict", 409 },
    { REMIT_ERR_LIMIT, "LimitExceeded", 400, "LimitExceededException", 409 },
    { REMIT_ERR_INVALID, "ValidationError", 400, "ValidationError", 400 },
};

ROWS(error, codes_and_statuses_are_those_of_the_protocol, front)
{
    auto_buf struct remit_buf wanted = REMIT_BUF(1024);

    answer(&json_row, front[*row_index].kind, front[*row_index].code, "why");
    cr_expect(response.status == front[*row_index].json_status, "%d", response.status);
    remit_buf_put_fmt(&wanted, "{\"__type\":\"%s\",\"Message\":\"why\"}",
                      front[*row_index].json_code);
    EXPECT_STR(remit_buf_view(&response.body), remit_buf_cstr(&wanted));
    EXPECT_STR(response.extra[0].name, "x-amzn-ErrorType");
    EXPECT_STR(response.extra[0].value, front[*row_index].json_code);
    answer(&query_row, front[*row_index].kind, front[*row_index].code, "why");
    cr_expect(response.status == front[*row_index].query_status, "%d", response.status);
    remit_buf_clear(&wanted);
    remit_buf_put_fmt(&wanted,
                      "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error>"
                      "<Type>Sender</Type><Code>%s</Code><Message>why</Message></Error><RequestId>"
                      "11111111-2222-4333-8444-555555555555</RequestId></ErrorResponse>",
                      front[*row_index].code);
    EXPECT_STR(remit_buf_view(&response.body), remit_buf_cstr(&wanted));
    EXPECT_TEXT(response.content_type, "text/xml");
}

static const struct {
    enum remit_err_kind kind;
    const char *code;
    int status;
    const char *sentence;
} inner[] = {
    { REMIT_ERR_INTERNAL, "StoreCorrupt", 500, "The request failed because of an internal error." },
    { REMIT_ERR_INTERNAL, "Whatever", 500, "The request failed because of an internal error." },
    { REMIT_ERR_CONFLICT, "StoreConflict", 500,
      "The request failed because of an internal error." },
    { REMIT_ERR_INVALID, "InvalidKey", 500, "The request failed because of an internal error." },
    { REMIT_ERR_UNAVAILABLE, "KeeperUnavailable", 503,
      "The service is temporarily unavailable. Try again." },
    { REMIT_ERR_LIMIT, "StoreFull", 503,
      "The request could not be recorded: the service has no room on its disk. Nothing was "
      "changed." },
    { REMIT_ERR_UNAVAILABLE, "AuditUnavailable", 503,
      "The request could not be recorded: the service has no room on its disk. Nothing was "
      "changed." },
};

ROWS(error, what_is_ours_is_told_as_the_services_fault, inner)
{
    auto_buf struct remit_buf wanted = REMIT_BUF(1024);

    answer(&json_row, inner[*row_index].kind, inner[*row_index].code, "/clusters/a at revision 7");
    cr_expect(response.status == inner[*row_index].status, "%d", response.status);
    remit_buf_put_fmt(&wanted,
                      "{\"__type\":\"InternalServiceError\",\"Message\":\"%s Request id: "
                      "11111111-2222-4333-8444-555555555555\"}",
                      inner[*row_index].sentence);
    EXPECT_STR(remit_buf_view(&response.body), remit_buf_cstr(&wanted));
}

Test(error, a_strangers_text_stays_text_in_xml)
{
    answer(&query_row, REMIT_ERR_INVALID, "ValidationError", "<a>&\"\x01");
    cr_expect(strstr(remit_buf_cstr(&response.body),
                     "<Message>&lt;a&gt;&amp;&quot;\xef\xbf\xbd</Message>") != NULL);
}

Test(error, details_come_along_in_json)
{
    static struct control_call call;
    struct control_request request = { .service = &control_ecs };
    struct remit_str ids[] = { REMIT_STR("arn:1"), REMIT_STR("arn:2") };
    struct remit_err err = { 0 };

    (void)remit_fail(&err, REMIT_ERR_CONFLICT, "ConflictException", "differs");
    face_call(&call, &json_row);
    control_error_detail(&call, "resourceIds", ids, 2);
    fresh_response();
    control_error_answer(&call, &request, &err, &response);
    EXPECT_STR(remit_buf_view(&response.body),
               "{\"__type\":\"ConflictException\",\"message\":\"differs\","
               "\"resourceIds\":[\"arn:1\",\"arn:2\"]}");
}

Test(error, before_any_service_is_known_json_is_spoken)
{
    static struct control_call call;
    struct control_request request = { 0 };
    struct remit_err err = { 0 };

    (void)remit_fail(&err, REMIT_ERR_INVALID, "UnknownOperationException", "no");
    face_call(&call, &json_row);
    fresh_response();
    control_error_answer(&call, &request, &err, &response);
    EXPECT_STR(remit_buf_view(&response.body),
               "{\"__type\":\"UnknownOperationException\",\"message\":\"no\"}");
}

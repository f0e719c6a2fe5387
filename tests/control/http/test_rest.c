/* REST-JSON: which operation a path is, what stands behind '?', and what a refusal looks like. */
#include <criterion/criterion.h>

#include "control/http/error.h"
#include "control/http/rest.h"
#include "tests/control/http/face.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static struct remit_http_response response;

static void close_rest(void)
{
    remit_buf_drop(&response.body);
    face_close();
}

TestSuite(rest, .init = face_open, .fini = close_rest, .timeout = 30);

#define SIGNED(service)                                                                            \
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260725/eu-west-1/" service                 \
    "/aws4_request, SignedHeaders=host;x-amz-date, Signature="                                     \
    "0000000000000000000000000000000000000000000000000000000000000000"
#define PATH "/policy/validation"

/* ---- the whole way of a request that is refused ---- */

static const struct {
    const char *name, *method, *path, *query, *authorization, *body;
    int status;
    const char *code, *answer;
} rows[] = {
    { "another method", "GET", PATH, "", NULL, "", 404, "UnknownOperationException",
      "{\"message\":\"There is no operation GET /policy/validation\"}" },
    { "no JSON", "POST", PATH, "", NULL, "{", 400, "ValidationException", NULL },
    { "no object", "POST", PATH, "", NULL, "[]", 400, "ValidationException", NULL },
    { "a member of another type", "POST", PATH, "", NULL, "{\"policyType\":1}", 400,
      "ValidationException",
      "{\"message\":\"'policyType' must be a string, not an integer\",\"reason\":"
      "\"cannotParse\"}" },
    { "a number that is none", "POST", PATH, "maxResults=many", NULL, "{}", 400,
      "ValidationException",
      "{\"message\":\"the parameter 'maxResults' must be an "
      "integer\",\"reason\":\"cannotParse\"}" },
    { "a parameter twice", "POST", PATH, "maxResults=1&maxResults=2", NULL, "{}", 400,
      "MalformedQueryString", NULL },
    { "nobody", "POST", PATH, "", NULL, "{}", 403, "MissingAuthenticationTokenException", NULL },
    { "signed for another service", "POST", PATH, "", SIGNED("iam"), "{}", 403,
      "InvalidSignatureException", NULL },
    { "a key that is not there", "POST", PATH, "", SIGNED("access-analyzer"), "{}", 403,
      "UnrecognizedClientException", NULL },
};

static struct remit_str header_of(const char *name)
{
    for (size_t i = 0; i < response.n_extra; i++)
        if (remit_str_equal_nocase(response.extra[i].name, remit_str_of(name)))
            return response.extra[i].value;
    return remit_str_from("", 0);
}

ROWS(rest, refused, rows)
{
    struct remit_http_header headers[3] = { { REMIT_STR("Host"), REMIT_STR("h") },
                                            { REMIT_STR("X-Amz-Date"),
                                              REMIT_STR("20260725T172000Z") } };
    struct remit_http_request http = {
        .method = remit_str_of(rows[*row_index].method),
        .path = remit_str_of(rows[*row_index].path),
        .query = remit_str_of(rows[*row_index].query),
        .body = remit_str_of(rows[*row_index].body),
        .headers = headers,
        .n_headers = 2,
    };
    auto_control_request struct control_request request = { 0 };
    auto_control_call struct control_call call = { 0 };
    struct remit_err err = { 0 };
    struct remit_err shown;

    if (rows[*row_index].authorization != NULL)
        headers[http.n_headers++] =
            (struct remit_http_header){ REMIT_STR("Authorization"),
                                        remit_str_of(rows[*row_index].authorization) };
    response = (struct remit_http_response){ .body = REMIT_BUF(65536) };
    control_call_init(&call, &face.server, &face.arena, FACE_NOW);
    control_request_init(&request, &http, false, &face.arena);
    cr_assert(-1 == control_dispatch(&call, &request, &response.body, &err));
    control_error_show(&call, request.service, &err, &shown);
    control_error_answer(&call, &request, &shown, &response);
    EXPECT_STR(header_of("x-amzn-ErrorType"), rows[*row_index].code);
    cr_expect(response.status == rows[*row_index].status, "%s: %d", rows[*row_index].name,
              response.status);
    if (rows[*row_index].answer != NULL)
        EXPECT_TEXT(remit_buf_cstr(&response.body), rows[*row_index].answer);
}

/* ---- what comes where ---- */

static const struct control_field fields[] = {
    { .name = "most", .type = CONTROL_INTEGER, .min = 1, .max = 9, .in_query = true },
    { .name = "token", .type = CONTROL_STRING, .in_query = true },
    { .name = "text", .type = CONTROL_STRING, .required = true },
};
static const struct control_operation row = {
    .service = &control_access_analyzer,
    .name = "ReadThing",
    .path = "/thing",
    .action = "access-analyzer:ReadThing",
    .input = fields,
    .n_input = REMIT_COUNT(fields),
    .handler = face_handle,
};

static const struct {
    const char *name, *query, *body, *tree;
} places[] = {
    { "the body alone", "", "{\"text\":\"a\"}", "{\"text\":\"a\"}" },
    { "both", "most=3&token=a%2Bb", "{\"text\":\"a\"}",
      "{\"text\":\"a\",\"most\":3,\"token\":\"a+b\"}" },
    { "a member of the query in the body counts for nothing", "", "{\"most\":9,\"text\":\"a\"}",
      "{\"text\":\"a\"}" },
    { "nor does it beside the query", "most=1", "{\"most\":9,\"text\":\"a\"}",
      "{\"text\":\"a\",\"most\":1}" },
    { "a member of the body in the query counts for nothing", "text=b", "{\"text\":\"a\"}",
      "{\"text\":\"a\"}" },
    { "parameters that nobody knows", "x=1&X-Amz-Date=2", "{}", "{}" },
};

ROWS(rest, members_come_from_where_they_belong, places)
{
    auto_json struct remit_json *tree = NULL;
    auto_buf struct remit_buf text = REMIT_BUF(4096);
    struct remit_err err = { 0 };

    cr_assert(remit_json_parse(remit_str_of(places[*row_index].body), 4096, &tree, &err) == 0);
    cr_assert(control_rest_tree(&row, remit_str_of(places[*row_index].query), &face.arena, &tree,
                                &err) == 0,
              "%s", err.text);
    remit_json_dump(tree, &text);
    EXPECT_TEXT(remit_buf_cstr(&text), places[*row_index].tree);
}

Test(rest, paths_are_whole_and_in_their_own_case)
{
    cr_expect(control_operation_by_path(REMIT_STR("/policy/validation")) != NULL);
    cr_expect(control_operation_by_path(REMIT_STR("/policy/validation/")) == NULL);
    cr_expect(control_operation_by_path(REMIT_STR("/policy/Validation")) == NULL);
    cr_expect(control_operation_by_path(REMIT_STR("/policy")) == NULL);
    cr_expect(control_operation_by_path(REMIT_STR("/")) == NULL);
    cr_expect(control_operation_by_path(REMIT_STR("")) == NULL);
}

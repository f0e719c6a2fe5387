/* The order of refusals, the router's rows, and what a full disk stops. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/control/http/face.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(dispatch, .init = face_open, .fini = face_close, .timeout = 30);

/* ---- what is refused, in which order ---- */

#define SIGNED(service) SIGNED_WITH(service, "")
#define SIGNED_WITH(service, more)                                                                 \
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260725/eu-west-1/" service                 \
    "/aws4_request, SignedHeaders=host;x-amz-date" more ", Signature="                             \
    "0000000000000000000000000000000000000000000000000000000000000000"

static const struct {
    const char *method, *query, *target, *authorization, *body;
    const char *code;
} orders[] = {
    /* which operation: before everything */
    { "POST", "", NULL, NULL, "", "MissingAction" },
    { "GET", "", NULL, NULL, "", "MissingAction" },
    { "POST", "", NULL, NULL, "Action=Nope&Version=2011-06-15", "InvalidAction" },
    { "POST", "", NULL, NULL, "Action=GetCallerIdentity&Version=2010-05-08", "InvalidAction" },
    { "POST", "", NULL, NULL, "Action=GetCallerIdentity", "NoSuchVersion" },
    { "POST", "", NULL, NULL, "Action=GetCallerIdentity&Version=1", "NoSuchVersion" },
    { "POST", "", NULL, NULL, "Action=%zz", "MalformedQueryString" },
    { "POST", "", NULL, NULL, "Action=a&Action=b", "MalformedQueryString" },
    { "POST", "", NULL, NULL, "Action=GetCallerIdentity&Version=2011-06-15&a=%ff",
      "MalformedQueryString" },
    { "POST", "", NULL, NULL,
      "Action=GetCallerIdentity&Version=2011-06-15&a%00=", "MalformedQueryString" },
    { "POST", "", "AmazonSSM.Nope", NULL, "{}", "UnknownOperationException" },
    { "POST", "", "Nope.GetParameter", NULL, "{}", "UnknownOperationException" },
    { "POST", "", "AmazonSSM", NULL, "{}", "UnknownOperationException" },
    { "POST", "", "", NULL, "{}", "UnknownOperationException" },
    { "POST", "", "AmazonSSM.getparameter", NULL, "{}", "UnknownOperationException" },
    { "GET", "", "AmazonSSM.GetParameter", NULL, "", "UnknownOperationException" },
    /* then the shape of what came with it */
    { "POST", "", "AmazonSSM.GetParameter", NULL, "{", "SerializationException" },
    { "POST", "", "AmazonSSM.GetParameter", NULL, "[]", "SerializationException" },
    { "POST", "", "AmazonSSM.GetParameter", NULL, "{\"Name\":1}", "SerializationException" },
    { "POST", "", "AmazonSSM.GetParameter", NULL, "{\"a\":1,\"a\":1}", "SerializationException" },
    { "POST", "", NULL, NULL, "Action=AssumeRole&Version=2011-06-15&DurationSeconds=soon",
      "MalformedInput" },
    { "POST", "", NULL, NULL, "Action=AssumeRole&Version=2011-06-15&Tags.member.2.Key=gap",
      "MalformedInput" },
    /* then who is asking */
    { "POST", "", "AmazonSSM.GetParameter", NULL, "{}", "MissingAuthenticationToken" },
    { "POST", "", "AmazonSSM.GetParameter", NULL, "", "MissingAuthenticationToken" },
    { "GET", "Action=GetCallerIdentity&Version=2011-06-15", NULL, NULL, "",
      "MissingAuthenticationToken" },
    { "POST", "", NULL, NULL, "Action=GetCallerIdentity&Version=2011-06-15",
      "MissingAuthenticationToken" },
    { "POST", "", NULL, "Basic YTpi", "Action=GetCallerIdentity&Version=2011-06-15",
      "IncompleteSignature" },
    { "POST", "", NULL, SIGNED("iam"), "Action=GetCallerIdentity&Version=2011-06-15",
      "SignatureDoesNotMatch" },
    { "POST", "", NULL, SIGNED("sts"), "Action=GetCallerIdentity&Version=2011-06-15",
      "InvalidClientTokenId" },
    { "POST", "X-Amz-Algorithm=AWS4-HMAC-SHA256", NULL, SIGNED("sts"),
      "Action=GetCallerIdentity&Version=2011-06-15", "IncompleteSignature" },
    /* and only then whether values are within bounds: nobody unproven hears of those */
    { "POST", "", "AmazonSSM.GetParameter", SIGNED_WITH("ssm", ";x-amz-target"), "{}",
      "InvalidClientTokenId" },
    { "POST", "", NULL, SIGNED("iam"),
      "Action=CreateRole&Version=2010-05-08&RoleName=", "InvalidClientTokenId" },
};

static int dispatch(const struct remit_http_request *http)
{
    auto_control_request struct control_request request = { 0 };
    struct control_call call;
    int result = 0;

    face_err = (struct remit_err){ 0 };
    control_call_init(&call, &face.server, &face.arena, FACE_NOW);
    control_request_init(&request, http, false, &face.arena);
    result = control_dispatch(&call, &request, &face_out, &face_err);
    control_call_clear(&call);
    return result;
}

ROWS(dispatch, refusals_come_in_order, orders)
{
    struct remit_http_header headers[4] = { { REMIT_STR("Host"), REMIT_STR("h") },
                                            { REMIT_STR("X-Amz-Date"),
                                              REMIT_STR("20260725T172000Z") } };
    struct remit_http_request http = {
        .method = remit_str_of(orders[*row_index].method),
        .path = REMIT_STR("/"),
        .query = remit_str_of(orders[*row_index].query),
        .body = remit_str_of(orders[*row_index].body),
        .headers = headers,
        .n_headers = 2,
    };

    if (orders[*row_index].target != NULL)
        headers[http.n_headers++] =
            (struct remit_http_header){ REMIT_STR("X-Amz-Target"),
                                        remit_str_of(orders[*row_index].target) };
    if (orders[*row_index].authorization != NULL)
        headers[http.n_headers++] =
            (struct remit_http_header){ REMIT_STR("Authorization"),
                                        remit_str_of(orders[*row_index].authorization) };
    cr_assert(-1 == dispatch(&http));
    cr_expect(remit_err_is(&face_err, orders[*row_index].code), "row %zu: %s: %s", *row_index,
              face_err.code, face_err.text);
    cr_expect(control_store_revision(face.store) == 0);
    EXPECT_STR(face_at(face_record("call"), "errorCode"), orders[*row_index].code);
}

Test(dispatch, two_targets_are_none)
{
    struct remit_http_header headers[] = {
        { REMIT_STR("X-Amz-Target"), REMIT_STR("AmazonSSM.GetParameter") },
        { REMIT_STR("x-amz-target"), REMIT_STR("AmazonSSM.DeleteParameter") },
    };
    struct remit_http_request http = {
        .method = REMIT_STR("POST"), .path = REMIT_STR("/"), .headers = headers, .n_headers = 2
    };

    cr_assert(-1 == dispatch(&http));
    EXPECT_TEXT(face_err.code, "UnknownOperationException");
}

static const struct control_field name_field = {
    .name = "name", .type = CONTROL_STRING, .required = true, .min = 3, .max = 8
};
static const struct control_operation bounded_row = {
    .service = &control_ecs,
    .name = "CreateThing",
    .action = "ecs:CreateThing",
    .input = &name_field,
    .n_input = 1,
    .handler = face_handle,
};
static const struct control_operation write_row = {
    .service = &control_ecs,
    .name = "WriteThing",
    .action = "ecs:WriteThing",
    .handler = face_handle,
};
static const struct control_operation read_row = {
    .service = &control_ecs,
    .name = "ReadThing",
    .action = "ecs:ReadThing",
    .reads_only = true,
    .handler = face_handle,
};

Test(dispatch, bounds_come_before_permission)
{
    struct control_call call;

    face_user(&(struct face_principal){ .name = "ann" });
    face_call(&call, &bounded_row);
    face_as_user(&call, "ann");
    cr_assert(-1 == face_run(&call));
    EXPECT_TEXT(face_err.code, "InvalidParameterException");
    cr_expect(!face_handled);
    EXPECT_STR(face_at(face_record("call"), "outcome"), "failed");
    EXPECT_STR(face_at(face_record("call"), "caller.arn"), "arn:aws:iam::123456789012:user/ann");
}

/* ---- the router's rows: attacks.md R9 ---- */

static void check_field(const struct control_operation *op, const struct control_field *f,
                        unsigned depth)
{
    cr_assert(depth < 16, "%s: a table that contains itself", op->name);
    cr_expect(f->type >= CONTROL_STRING && f->type <= CONTROL_STRUCTURE, "%s.%s has no type",
              op->name, f->name);
    cr_expect(f->min <= f->max || f->max == 0, "%s.%s: min over max", op->name, f->name);
    cr_expect(f->max <= CONTROL_STRING_MAX || f->type != CONTROL_STRING ||
                  f->max <= (int64_t)CONTROL_BODY_MAX,
              "%s.%s: longer than a body", op->name, f->name);
    if (f->type == CONTROL_LIST || f->type == CONTROL_MAP) {
        cr_assert(f->element != NULL, "%s.%s has no element", op->name, f->name);
        check_field(op, f->element, depth + 1);
    }
    cr_expect(f->type != CONTROL_STRUCTURE || f->n_fields > 0, "%s.%s has no fields", op->name,
              f->name);
    for (size_t i = 0; i < f->n_fields; i++)
        check_field(op, &f->fields[i], depth + 1);
}

static void check_action(const struct control_operation *op)
{
    struct remit_str rest = remit_str_of(op->action);
    struct remit_str prefix;

    cr_assert(op->action != NULL, "%s has no action", op->name);
    cr_expect(remit_str_cut(&rest, ':', &prefix) && rest.len > 0, "%s: %s is no action", op->name,
              op->action);
    cr_expect(remit_str_equal(prefix, remit_str_of(op->service->name)) ||
                  remit_str_equal(prefix, REMIT_STR("remit")),
              "%s: %s is another service's action", op->name, op->action);
}

/* What ECS has and we refuse by name does nothing at all. */
static bool is_refused(const struct control_operation *op)
{
    for (size_t i = 0; control_ecs_refused_operations[i] != NULL; i++)
        if (control_ecs_refused_operations[i] == op)
            return true;
    return false;
}

static bool sounds_like_reading(const struct control_operation *op)
{
    const char *name = op->name;

    return is_refused(op) || strncmp(name, "Get", 3) == 0 || strncmp(name, "List", 4) == 0 ||
           strncmp(name, "Describe", 8) == 0 || strncmp(name, "Poll", 4) == 0 ||
           strncmp(name, "Discover", 8) == 0 || strncmp(name, "Simulate", 8) == 0 ||
           op->service == &control_access_analyzer;
}

Test(dispatch, every_row_has_an_action_a_handler_and_bounds)
{
    const struct control_operation *op = NULL;
    size_t n = 0;

    for (; (op = control_operation_at(n)) != NULL; n++) {
        cr_assert(op->service != NULL && op->name != NULL && op->handler != NULL);
        check_action(op);
        for (size_t i = 0; i < op->n_input; i++)
            check_field(op, &op->input[i], 0);
    }
    cr_expect(n > 100, "%zu rows", n);
}

Test(dispatch, no_row_changes_anything_without_a_proof)
{
    const struct control_operation *op = NULL;

    for (size_t i = 0; (op = control_operation_at(i)) != NULL; i++) {
        cr_expect(op->proof <= CONTROL_BY_ROOT, "%s: an unknown proof", op->name);
        cr_expect(op->proof != CONTROL_BY_ANY_CALLER || op->reads_only,
                  "%s: changes something for anybody", op->name);
        cr_expect(op->proof != CONTROL_BY_ANY_CALLER ||
                      strcmp(op->action, "sts:GetCallerIdentity") == 0,
                  "%s: no policy can refuse it", op->name);
        cr_expect(!op->reads_only || sounds_like_reading(op), "%s: only reads?", op->name);
        cr_expect(!op->quiet || op->proof == CONTROL_BY_INSTANCE, "%s: leaves no record", op->name);
        cr_expect(op->proof != CONTROL_BY_INSTANCE || op->service == &control_agent_api ||
                      strncmp(op->name, "Submit", 6) == 0 || strncmp(op->name, "Discover", 8) == 0,
                  "%s: an instance's?", op->name);
    }
}

Test(dispatch, every_row_is_found_by_its_own_name_and_no_two_share_one)
{
    const struct control_operation *op = NULL;

    for (size_t i = 0; (op = control_operation_at(i)) != NULL; i++) {
        const struct control_operation *found = NULL;

        if (op->service->protocol == CONTROL_REST_JSON)
            found = control_operation_by_path(remit_str_of(op->path));
        else if (op->service->protocol == CONTROL_JSON_1_1)
            found = control_operation_by_target(
                remit_arena_fmt(&face.arena, "%s.%s", op->service->target, op->name));
        else
            found = control_operation_by_action(remit_str_of(op->service->version),
                                                remit_str_of(op->name));
        cr_expect(found == op, "%s.%s leads elsewhere", op->service->name, op->name);
    }
}

/* ---- attacks.md S2: what can't be written down is not done ---- */

static bool small_disk(void)
{
    struct remit_err err = { 0 };

    control_audit_drop(&face.audit);
    (void)unlink(face.log);
    if (mount("tmpfs", face.folder, "tmpfs", 0, "size=16k") != 0)
        return false;
    cr_assert(0 == control_audit_open(face.log, &face.audit, &err), "%s", err.text);
    face.server.audit = face.audit;
    return true;
}

static int run_as_root(const struct control_operation *row)
{
    struct control_call call;

    face_call(&call, row);
    face_as_root(&call);
    return face_run(&call);
}

static void fill_disk(int *fd)
{
    char path[128];
    static const char zeroes[4096];

    (void)snprintf(path, sizeof(path), "%s/filler", face.folder);
    *fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(*fd >= 0);
    while (write(*fd, zeroes, sizeof(zeroes)) > 0)
        continue;
}

Test(dispatch, a_full_disk_stops_what_can_not_be_written_down)
{
    int filler = -1;
    int refused = 0;

    if (!small_disk())
        cr_skip_test("skipped: needs to mount a tmpfs");
    cr_assert(0 == run_as_root(&write_row), "%s", face_err.text);
    fill_disk(&filler);
    while (refused == 0 && face_records("call") < 100) /* what is left of the log's own page */
        refused = run_as_root(&write_row);
    cr_assert(refused == -1);
    cr_expect(!face_handled, "done, and not written down");
    cr_expect(face_err.kind == REMIT_ERR_UNAVAILABLE);
    EXPECT_TEXT(face_err.code, "AuditUnavailable");
    cr_assert(-1 == run_as_root(&read_row), "read, and not written down");
    EXPECT_TEXT(face_err.code, "AuditUnavailable");
    cr_expect(face_out.len == 0, "no byte of what was read");
    cr_assert(0 == ftruncate(filler, 0));
    cr_expect(0 == run_as_root(&read_row), "room again: %s", face_err.text);
    cr_expect(0 == run_as_root(&write_row), "room again: %s", face_err.text);
    cr_expect(face_handled);
    (void)close(filler);
    control_audit_drop(&face.audit);
    face.server.audit = NULL;
    (void)umount2(face.folder, MNT_DETACH);
}

/* ---- what handlers leave in the log ---- */

static int fail_late(struct control_call *call, struct remit_err *err)
{
    control_put_cstr(call, "secret", "half an answer");
    control_audit_note(call, "noted", REMIT_STR("a\nb"));
    return remit_fail(err, REMIT_ERR_CONFLICT, "ConflictException", "late");
}

static const struct control_operation late_row = {
    .service = &control_ecs,
    .name = "LateThing",
    .action = "ecs:LateThing",
    .handler = fail_late,
};

Test(dispatch, a_handler_that_fails_leaves_no_answer_and_a_result_in_the_log)
{
    struct remit_str id;

    cr_assert(-1 == run_as_root(&late_row));
    cr_expect(face_out.len == 0);
    EXPECT_STR(face_at(face_record("call"), "outcome"), "allowed");
    EXPECT_STR(face_at(face_record("result"), "outcome"), "failed");
    EXPECT_STR(face_at(face_record("result"), "errorCode"), "ConflictException");
    EXPECT_STR(face_at(face_record("result"), "notes.noted"), "a\nb");
    id = remit_arena_str(&face.arena, face_at(face_record("call"), "requestId"));
    EXPECT_STR(face_at(face_record("result"), "requestId"), id.ptr);
}

static const struct control_operation quiet_row = {
    .service = &control_ecs,
    .name = "QuietThing",
    .action = "ecs:QuietThing",
    .quiet = true,
    .handler = face_handle,
};

Test(dispatch, a_quiet_operation_leaves_a_record_of_its_refusals_only)
{
    struct control_call call;

    cr_assert(0 == run_as_root(&quiet_row), "%s", face_err.text);
    cr_expect(face_records("call") == 0 && face_records("result") == 0);
    face_user(&(struct face_principal){ .name = "ann" });
    face_call(&call, &quiet_row);
    face_as_user(&call, "ann");
    cr_assert(-1 == face_run(&call));
    EXPECT_STR(face_at(face_record("call"), "outcome"), "denied");
}

static int put_too_deep(struct control_call *call, struct remit_err *err)
{
    (void)err;
    control_begin_list(call, "open");
    return 0;
}

static const struct control_operation deep_row = {
    .service = &control_ecs,
    .name = "DeepThing",
    .action = "ecs:DeepThing",
    .reads_only = true,
    .handler = put_too_deep,
};

Test(dispatch, an_answer_that_is_not_whole_is_our_fault)
{
    cr_assert(-1 == run_as_root(&deep_row));
    cr_expect(face_err.kind == REMIT_ERR_INTERNAL);
    cr_expect(face_out.len == 0);
}

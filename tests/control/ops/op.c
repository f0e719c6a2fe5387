#include "tests/control/ops/op.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "control/http/input.h"
#include "control/http/request.h"
#include "tests/control/ops/fake_keeper.h"

static double now = FACE_NOW;
static struct remit_arena arena;
static struct remit_json *answer;
static const char *user_name, *role_name, *session_name;

void op_open(void)
{
    face_open();
    face.config.registry = REMIT_STR("127.0.0.1:5000");
    face.server.keeper = fake_keeper();
    remit_arena_init(&arena, CONTROL_ARENA_MAX);
    now = FACE_NOW;
}

void op_close(void)
{
    remit_json_drop(&answer);
    remit_arena_drop(&arena);
    face_close();
}

void op_clock(double at)
{
    now = at;
}

static const struct control_operation *row_of(const char *name)
{
    size_t i = 0;

    while (control_operation_at(i) != NULL && strcmp(control_operation_at(i)->name, name) != 0)
        i++;
    cr_assert(control_operation_at(i) != NULL, "there is no operation %s", name);
    return control_operation_at(i);
}

static void as_user(struct control_call *call)
{
    face_as_user(call, user_name);
}

struct once {
    const struct control_operation *row;
    void (*as)(struct control_call *call);
    const char *body;
    void (*between)(void); /* authorization and handler; or NULL */
};

/* control_run() in two halves. */
static int run_halves(struct control_call *call, void (*between)(void))
{
    struct control_answer writer;

    TRY(control_input_bounds(call->operation, call->input, &face_err));
    TRY(control_authorize(call, &face_err));
    between();
    remit_buf_clear(&face_out);
    control_answer_begin(&writer, call->operation, call->request_id, &face_out);
    call->answer = &writer;
    TRY(call->operation->handler(call, &face_err));
    return control_answer_finish(&writer, &face_err);
}

/* The request that a client would send: a header or two parameters name the operation. */
static int parse_and_run(struct control_call *call, const struct once *once)
{
    const struct control_operation *row = once->row;
    struct remit_str target =
        remit_arena_fmt(call->arena, "%s.%s", row->service->target, row->name);
    struct remit_str form =
        remit_arena_fmt(call->arena, "Action=%s&Version=%s%s%s", row->name, row->service->version,
                        once->body[0] != '\0' ? "&" : "", once->body);
    struct remit_http_header header = { REMIT_STR("X-Amz-Target"), target };
    bool json = row->service->protocol != CONTROL_QUERY;
    struct remit_str body = remit_str_of(once->body);
    struct remit_str query = { 0 };
    struct remit_http_request http = { .method = REMIT_STR("POST"),
                                       .path = REMIT_STR("/"),
                                       .body = json ? body : form,
                                       .headers = &header,
                                       .n_headers = row->service->protocol == CONTROL_JSON_1_1 };
    struct control_request request;
    int result = 0;

    if (row->path != NULL) { /* "maxResults=1 {…}": what stands behind '?' comes first */
        if (body.len > 0 && body.ptr[0] != '{')
            (void)remit_str_cut(&body, ' ', &query);
        http.path = remit_str_of(row->path);
        http.query = query;
        http.body = body;
    }
    control_request_init(&request, &http, false, call->arena);
    result = control_parse(call, &request, &face_err);
    cr_assert(result != 0 || call->operation == row);
    once->as(call);
    if (result == 0)
        result = once->between != NULL ? run_halves(call, once->between)
                                       : control_run(call, &face_out, &face_err);
    control_request_drop(&request);
    return result;
}

static int run_once(struct remit_arena *memory, const struct once *once)
{
    struct control_call call;
    int result = 0;

    face_err = (struct remit_err){ 0 };
    remit_buf_clear(&face_out);
    control_call_init(&call, &face.server, memory, now);
    result = parse_and_run(&call, once);
    control_call_clear(&call);
    return result;
}

int op_as(void (*as)(struct control_call *call), const char *name, const char *body)
{
    remit_arena_drop(&arena);
    return run_once(&arena, &(struct once){ .row = row_of(name), .as = as, .body = body });
}

int op_while(void (*between)(void), const char *name, const char *body)
{
    auto_arena struct remit_arena memory = REMIT_ARENA(CONTROL_ARENA_MAX);

    return run_once(
        &memory, &(struct once){
                     .row = row_of(name), .as = face_as_root, .body = body, .between = between });
}

int op_user_while(void (*between)(void), const char *user, const char *name, const char *body)
{
    auto_arena struct remit_arena memory = REMIT_ARENA(CONTROL_ARENA_MAX);

    user_name = user;
    return run_once(
        &memory,
        &(struct once){ .row = row_of(name), .as = as_user, .body = body, .between = between });
}

int op(const char *name, const char *body)
{
    return op_as(face_as_root, name, body);
}

static void as_session(struct control_call *call)
{
    face_as_session(call, role_name, session_name);
}

int op_user(const char *user, const char *name, const char *body)
{
    user_name = user;
    return op_as(as_user, name, body);
}

int op_session(const char *role, const char *session, const char *name, const char *body)
{
    role_name = role;
    session_name = session;
    return op_as(as_session, name, body);
}

void op_must(const char *name, const char *body)
{
    cr_assert(op(name, body) == 0, "%s: %s: %s", name, face_err.code, face_err.text);
}

const char *op_element(const char *name)
{
    static char text[65536];
    char open[128];
    char close[128];
    const char *start = NULL;
    const char *end = NULL;

    (void)snprintf(open, sizeof(open), "<%s>", name);
    (void)snprintf(close, sizeof(close), "</%s>", name);
    start = strstr(remit_buf_cstr(&face_out), open);
    end = start != NULL ? strstr(start, close) : NULL;
    if (end == NULL)
        return NULL;
    start += strlen(open);
    (void)snprintf(text, sizeof(text), "%.*s", (int)(end - start), start);
    return text;
}

const char *op_member(const char *path)
{
    static char text[65536];
    struct remit_err err = { 0 };
    struct remit_str found;

    remit_json_drop(&answer);
    cr_assert(remit_json_parse(remit_buf_view(&face_out), face_out.max, &answer, &err) == 0);
    found = face_at(answer, path);
    (void)snprintf(text, sizeof(text), REMIT_STR_FMT, REMIT_STR_ARG(found));
    return text;
}

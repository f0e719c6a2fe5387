/*
 * The golden request and response of each operation: tests/control/ops/<Operation>/ holds
 *   request   the body, as a client sends it (made with botocore's serializers)
 *   response  the body that comes back; what is random in it reads as X
 *   before    calls that the root user makes first, "<Operation> <body>" a line (may be absent);
 *             the line "connect" lets the agents of all container instances poll
 *   caller    "user <name>" or "session <role> <name>"; absent: the root user
 *
 * In bodies "$(tasks.0.taskArn)" is that place in the answer to the call before.
 * With REMIT_GOLDEN_WRITE set the responses are written instead of compared: read the diff.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/os/file.h"
#include "control/store/keys.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"

#define FOLDER    REMIT_SOURCE_ROOT "/tests/control/ops"
#define BODY_MAX  65536
#define ROWS_MOST 256

TestSuite(golden, .init = op_open, .fini = op_close, .timeout = 30);

static char body[BODY_MAX]; /* of the request at hand */

/* False when there is no such file. */
static bool read_file(const char *operation, const char *file, struct remit_buf *out)
{
    char path[4096];
    struct remit_err err = { 0 };

    (void)snprintf(path, sizeof(path), FOLDER "/%s/%s", operation, file);
    if (remit_file_read(path, out, &err) == 0)
        return true;
    cr_assert(err.kind == REMIT_ERR_NOT_FOUND, "%s: %s", path, err.text);
    return false;
}

/* ---- calls ---- */

/* The body at hand, with what the last answer says in its places. */
static void take_body(struct remit_str text)
{
    auto_buf struct remit_buf out = REMIT_BUF(BODY_MAX);

    while (text.len > 0) {
        char path[128];
        size_t end = remit_str_find(text, ')');

        if (!remit_str_starts(text, REMIT_STR("$(")) || end == text.len) {
            remit_buf_put_byte(&out, text.ptr[0]);
            text = remit_str_sub(text, 1, text.len);
            continue;
        }
        (void)snprintf(path, sizeof(path), REMIT_STR_FMT,
                       REMIT_STR_ARG(remit_str_sub(text, 2, end - 2)));
        remit_buf_put_cstr(&out, op_member(path));
        text = remit_str_sub(text, end + 1, text.len);
    }
    cr_assert(remit_buf_cstr(&out) != NULL);
    (void)snprintf(body, sizeof(body), "%s", remit_buf_cstr(&out));
}

/* What an agent's poll leaves in the store while it lasts. */
static void connect_instances(void)
{
    struct control_key prefix = control_key_instances(REMIT_STR("default"));
    const struct control_store_entry *instances = NULL;
    struct remit_err err = { 0 };
    size_t n = 0;

    cr_assert(control_store_list(face.store, control_key_str(&prefix), REMIT_STR(""), 0,
                                 &face.arena, &instances, &n, &err) == 0);
    for (size_t i = 0; i < n; i++) {
        struct control_key key =
            control_key_connected(REMIT_STR("default"), control_key_tail(instances[i].key, 0));
        struct control_store_txn txn = { 0 };

        control_store_put(&txn, control_key_str(&key), REMIT_STR("{\"v\":1}"));
        cr_assert(control_store_commit(face.store, &txn, NULL, &err) == 0, "%s", err.text);
    }
}

static void run_before(const char *operation)
{
    auto_buf struct remit_buf text = REMIT_BUF(BODY_MAX);
    struct remit_str rest, line, name;

    if (!read_file(operation, "before", &text))
        return;
    rest = remit_buf_view(&text);
    while (rest.len > 0) {
        char first[64];

        (void)remit_str_cut(&rest, '\n', &line);
        (void)remit_str_cut(&line, ' ', &name);
        (void)snprintf(first, sizeof(first), REMIT_STR_FMT, REMIT_STR_ARG(name));
        take_body(line);
        if (strcmp(first, "connect") == 0)
            connect_instances();
        else
            op_must(first, body);
    }
}

static int call(const char *operation)
{
    auto_buf struct remit_buf text = REMIT_BUF(BODY_MAX);
    char kind[16] = "";
    char one[64] = "";
    char two[64] = "";

    if (read_file(operation, "caller", &text))
        (void)sscanf(remit_buf_cstr(&text), "%15s %63s %63s", kind, one, two);
    if (strcmp(kind, "user") == 0)
        return op_user(one, operation, body);
    if (strcmp(kind, "session") == 0)
        return op_session(one, two, operation, body);
    return op(operation, body);
}

/* ---- what is random ---- */

static bool is_upper_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static size_t run_of(const char *text, bool (*fits)(char c))
{
    size_t n = 0;

    while (text[n] != '\0' && fits(text[n]))
        n++;
    return n;
}

static bool is_token_char(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-' || c == '=' || c == '/' ||
           c == '+';
}

/* "AROA" and 17 more. */
static bool is_unique_id(const char *at)
{
    static const char *const prefixes[] = { "AROA", "AIDA", "ANPA" };

    for (size_t i = 0; i < REMIT_COUNT(prefixes); i++)
        if (strncmp(at, prefixes[i], 4) == 0 && run_of(at, is_upper_or_digit) == 21)
            return true;
    return false;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_uuid_char(char c)
{
    return is_hex(c) || c == '-';
}

/* How many characters from here on are random, after how many that are not. */
static size_t random_at(const char *at, size_t *before)
{
    *before = 4;
    if (is_unique_id(at))
        return 17;
    *before = strlen("<RequestId>");
    if (strncmp(at, "<RequestId>", *before) == 0)
        return 36;
    *before = 2; /* a token is "ey…", a login "QVdT" and more: longer than anything else */
    if (strncmp(at, "ey", 2) == 0 && run_of(at, is_token_char) > 200)
        return run_of(at, is_token_char) - 2;
    *before = 4;
    if (strncmp(at, "QVdT", 4) == 0 && run_of(at, is_token_char) > 200)
        return run_of(at, is_token_char) - 4;
    *before = 1; /* behind a slash: ids of tasks and instances, a container's UUID */
    if (at[0] == '/' && (run_of(at + 1, is_hex) == 32 || run_of(at + 1, is_uuid_char) == 36))
        return run_of(at + 1, is_uuid_char);
    *before = strlen("secret:app/db-");
    return strncmp(at, "secret:app/db-", *before) == 0 ? 6 : 0;
}

static void hide_random(const char *text, struct remit_buf *out)
{
    while (*text != '\0') {
        size_t before = 0;
        size_t n = random_at(text, &before);

        before = n > 0 ? before : 1;
        remit_buf_put(out, remit_str_from(text, before));
        text += before + n;
        if (n > 0)
            remit_buf_put_byte(out, 'X');
    }
}

/* ---- rows ---- */

/* The agent's own calls need an instance's session; what is refused answers nothing. */
static bool is_public(const struct control_operation *row)
{
    for (size_t i = 0; control_ecs_refused_operations[i] != NULL; i++)
        if (row == control_ecs_refused_operations[i])
            return false;
    return row->proof == CONTROL_BY_POLICY || row->proof == CONTROL_BY_ANY_CALLER;
}

ParameterizedTestParameters(golden, request_and_response)
{
    static size_t index[ROWS_MOST];
    size_t n = 0;

    for (size_t i = 0; control_operation_at(i) != NULL && n < ROWS_MOST; i++)
        if (is_public(control_operation_at(i)))
            index[n++] = i;
    return cr_make_param_array(size_t, index, n);
}

ParameterizedTest(size_t *i, golden, request_and_response)
{
    auto_buf struct remit_buf request = REMIT_BUF(BODY_MAX);
    auto_buf struct remit_buf expected = REMIT_BUF(BODY_MAX);
    auto_buf struct remit_buf actual = REMIT_BUF(BODY_MAX);
    const char *name = control_operation_at(*i)->name;
    struct remit_err err = { 0 };
    char path[4096];

    cr_assert(read_file(name, "request", &request), "%s has no golden request", name);
    run_before(name);
    take_body(remit_buf_view(&request));
    cr_assert(call(name) == 0, "%s: %s: %s", name, face_err.code, face_err.text);
    hide_random(remit_buf_cstr(&face_out), &actual);
    if (getenv("REMIT_GOLDEN_WRITE") != NULL) {
        (void)snprintf(path, sizeof(path), FOLDER "/%s/response", name);
        cr_assert(remit_file_write(path, remit_buf_view(&actual), 0644, &err) == 0);
        return;
    }
    cr_assert(read_file(name, "response", &expected), "%s has no golden response", name);
    EXPECT_TEXT(remit_buf_cstr(&actual), remit_buf_cstr(&expected));
}

/*
 * The golden request and response of each operation: tests/control/ops/<Operation>/ holds
 *   request   the body, as a client sends it (made with botocore's serializers)
 *   response  the body that comes back; what is random in it reads as X
 *   before    calls that the root user makes first, "<Operation> <body>" a line (may be absent)
 *   caller    "user <name>" or "session <role> <name>"; absent: the root user
 *
 * With REMIT_GOLDEN_WRITE set the responses are written instead of compared: read the diff.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/os/file.h"
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
        (void)snprintf(body, sizeof(body), REMIT_STR_FMT, REMIT_STR_ARG(line));
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

static const char *operation_at(size_t i)
{
    return control_operation_at(i) != NULL ? control_operation_at(i)->name : NULL;
}

ParameterizedTestParameters(golden, request_and_response)
{
    static size_t index[ROWS_MOST];
    size_t n = 0;

    for (size_t i = 0; operation_at(i) != NULL && n < ROWS_MOST; i++)
        index[n++] = i;
    return cr_make_param_array(size_t, index, n);
}

ParameterizedTest(size_t *i, golden, request_and_response)
{
    auto_buf struct remit_buf request = REMIT_BUF(BODY_MAX);
    auto_buf struct remit_buf expected = REMIT_BUF(BODY_MAX);
    auto_buf struct remit_buf actual = REMIT_BUF(BODY_MAX);
    const char *name = operation_at(*i);
    struct remit_err err = { 0 };
    char path[4096];

    if (!read_file(name, "request", &request)) {
        const char *service = control_operation_at(*i)->service->name;

        cr_assert(strcmp(service, "ecs") == 0, "%s has no golden request", name);
        cr_skip_test("%s: its room has other tests of what it answers", name);
    }
    run_before(name);
    (void)snprintf(body, sizeof(body), REMIT_STR_FMT, REMIT_STR_ARG(remit_buf_view(&request)));
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

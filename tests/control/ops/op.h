/*
 * op.h - operations called by name with a body as it comes over the wire, for tests: parsed,
 * bounded, authorized and answered as in control_dispatch(), with only the signature left out.
 *
 * op_open() and op_close() are a suite's fixture (control's face over the ram store, and the fake
 * keeper). The last answer or refusal is in face_out and face_err until the next call.
 */
#pragma once

#include "tests/control/http/face.h"

void op_open(void);
void op_close(void);
/* Moves the clock of the calls to come. */
void op_clock(double now);

/* `body` is the form without Action and Version, or the JSON text; for REST "a=b {…}" has a query.
 */
int op(const char *name, const char *body); /* by the root user */
int op_user(const char *user, const char *name, const char *body);
int op_session(const char *role, const char *session, const char *name, const char *body);
/* By whomever `as` makes of the call. */
int op_as(void (*as)(struct control_call *call), const char *name, const char *body);
/* By the root user, or that one, while something else happens between authorization and handler. */
int op_while(void (*between)(void), const char *name, const char *body);
int op_user_while(void (*between)(void), const char *user, const char *name, const char *body);
/* The same, and the test ends when it is refused. */
void op_must(const char *name, const char *body);

/* Of the last answer: the content of the first such element (Query), or a place ("Parameter.Value")
 * in the object (JSON). Valid until the next call. */
const char *op_element(const char *name);
const char *op_member(const char *path);

/* A row of what is refused, for ROWS(). */
struct op_refusal {
    const char *name;
    const char *operation, *body;
    enum remit_err_kind kind;
    const char *code, *text;
};
/* Called by the root user. */
#define EXPECT_REFUSAL(row)                                                                        \
    EXPECT_REFUSED(op((row)->operation, (row)->body), (row)->kind, (row)->code, (row)->text)

#define EXPECT_HAS(part)                                                                           \
    cr_expect(strstr(remit_buf_cstr(&face_out), (part)) != NULL, "it is: %s",                      \
              remit_buf_cstr(&face_out))
#define EXPECT_LACKS(part)                                                                         \
    cr_expect(strstr(remit_buf_cstr(&face_out), (part)) == NULL, "it is: %s",                      \
              remit_buf_cstr(&face_out))
#define EXPECT_REFUSED(result, kind_, code_, text_)                                                \
    do {                                                                                           \
        cr_expect((result) == -1, "it was allowed: " REMIT_STR_FMT,                                \
                  REMIT_STR_ARG(remit_buf_view(&face_out)));                                       \
        cr_expect(face_err.kind == (kind_), "kind %d", (int)face_err.kind);                        \
        EXPECT_TEXT(face_err.code, (code_));                                                       \
        EXPECT_TEXT(face_err.text, (text_));                                                       \
    } while (0)

/*
 * face.h - control's face over the ram store, for tests: an account, principals, rows, and the
 * audit log in a temporary folder.
 *
 * face_open() and face_close() are a suite's fixture; everything here aborts the test on failure.
 */
#pragma once

#include <stdbool.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/json.h"
#include "control/http/dispatch.h"
#include "control/http/grants.h"
#include "control/http/server.h"
#include "control/iam_data.h"
#include "control/store/store.h"

#define FACE_ACCOUNT "123456789012"
#define FACE_NOW     1785000000 /* 2026-07-25T17:20:00Z */
#define FACE_ROLE(n) "arn:aws:iam::" FACE_ACCOUNT ":role/" n

struct face {
    struct control_config config;
    struct control_store *store;
    struct keeper_client *keeper; /* only after face_keeper() */
    struct control_audit *audit;
    struct control_server server;
    struct remit_arena arena;
    char folder[64];
    char log[96];
};
extern struct face face;

void face_open(void);
void face_close(void);
/* Starts a real keeper with its state in the folder. */
void face_keeper(void);

/* ---- principals ---- */

struct face_principal {
    const char *name;
    const char *id;       /* NULL: one made of the name */
    const char *trust;    /* roles */
    const char *policy;   /* one inline policy, "inline" */
    const char *attached; /* ARN of a managed policy */
    const char *boundary; /* likewise */
    const char *tag_key, *tag_value;
};
void face_user(const struct face_principal *user);
void face_role(const struct face_principal *role);
/* Replaces or removes what is there. */
void face_remove(bool is_role, const char *name);

/* ---- calls ---- */

/* A call of that row by a user, a role's session, the root user. */
void face_call(struct control_call *call, const struct control_operation *row);
void face_as_user(struct control_call *call, const char *name);
void face_as_session(struct control_call *call, const char *role, const char *session);
void face_as_root(struct control_call *call);
/* control_run(); what was answered or refused stays until the next. */
int face_run(struct control_call *call);
extern struct remit_err face_err;
extern struct remit_buf face_out;
extern bool face_handled; /* a handler of face_handle() ran */
int face_handle(struct control_call *call, struct remit_err *err);

/* ---- the audit log ---- */

/* The last record of that kind; the tree lives as long as the test. */
const struct remit_json *face_record(const char *kind);
size_t face_records(const char *kind);
/* "caller.arn", "decisions.0.action": a string inside a record; empty when it is not there. */
struct remit_str face_at(const struct remit_json *record, const char *path);

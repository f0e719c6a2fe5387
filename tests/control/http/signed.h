/*
 * signed.h - requests signed for control in this process: what a client would send, and through the
 * whole of control_dispatch() with the test's own clock.
 *
 * Needs face_keeper(). The keeper makes signing keys for these days only, so the clock is the real
 * one: signed_now, taken once.
 */
#pragma once

#include <remit/http.h>

#include "control/keeper/client.h"
#include "control/sessions.h"
#include "tests/control/http/face.h"

struct signed_key {
    struct remit_str id, secret, token;
};

/* A long-term key of that kind, in the store; for `user` when it is a user's. */
struct signed_key signed_make_key(enum iam_key_kind kind, const char *user);
void signed_change_key(struct remit_str id, bool active, int64_t expires_at);
extern int64_t signed_now; /* set by signed_open() */
void signed_open(void);

/* A session, minted now as control mints it. */
struct signed_key signed_mint(const struct keeper_session *session);
/* A session of a role in the store; purpose "assumed", "task"… */
struct signed_key signed_session(const char *role, const char *purpose, const char *source,
                                 int64_t duration_s);

struct signed_call {
    const char *method; /* NULL: POST */
    const char *body;
    const char *service; /* signed for */
    const char *target;  /* X-Amz-Target, or NULL for a form */
    const char *region;  /* NULL: eu-west-1 */
    int64_t signed_at;   /* 0: signed_now */
    int64_t now;         /* of the server; 0: signed_now */
};
/* GetCallerIdentity, the call that nothing but authentication can refuse. */
extern const struct signed_call signed_identity;
/* SSM's GetParameter, which speaks JSON. */
extern const struct signed_call signed_parameter;

/* 0, or -1 with face_err and face_out; face_caller is who it was. */
int signed_send(const struct signed_call *call, struct signed_key key);
extern struct control_caller face_caller;

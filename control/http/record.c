#include "control/http/record.h"

#include <stdatomic.h>

#include "common/os/log.h"
#include "control/audit.h"
#include "control/http/grants.h"
#include "control/http/request.h"
#include "control/http/server.h"

#define RECORD_FULL                                                                                \
    (CONTROL_AUDIT_RECORD_MAX / 2) /* past this, what was allowed is only counted                  \
                                    */

/* ---- parts ---- */

static const char *caller_type(enum control_caller_kind kind)
{
    static const char *const names[] = {
        [CONTROL_CALLER_NONE] = "Unproven",     [CONTROL_CALLER_ROOT] = "Root",
        [CONTROL_CALLER_USER] = "IAMUser",      [CONTROL_CALLER_SESSION] = "AssumedRole",
        [CONTROL_CALLER_INSTANCE] = "Instance", [CONTROL_CALLER_JOIN_TOKEN] = "JoinToken",
    };

    return names[kind];
}

static void put_if(struct control_audit_record *r, const char *name, struct remit_str value)
{
    if (value.len > 0)
        control_audit_put(r, name, value);
}

static void put_caller(struct control_audit_record *r, const struct control_call *call)
{
    const struct control_caller *c = &call->caller;

    remit_jw_key(&r->w, "caller");
    remit_jw_object(&r->w);
    remit_jw_put_cstr(&r->w, "type", caller_type(c->kind));
    put_if(r, "arn", c->arn);
    put_if(r, "userId", c->user_id);
    put_if(r, c->kind == CONTROL_CALLER_NONE ? "claimedAccessKeyId" : "accessKeyId",
           c->kind == CONTROL_CALLER_NONE ? call->grants->presented : c->access_key_id);
    put_if(r, "purpose", c->purpose);
    put_if(r, "source", c->source);
    put_if(r, "containerInstance", c->container_instance);
    put_if(r, "callerProof", c->caller_proof);
    put_if(r, "sourceIdentity", c->source_identity);
    remit_jw_end(&r->w);
}

static void put_what(struct control_audit_record *r, const struct control_call *call)
{
    const struct control_operation *op = call->operation;

    if (op == NULL)
        return;
    remit_jw_put_cstr(&r->w, "service", op->service->name);
    remit_jw_put_cstr(&r->w, "operation", op->name);
    if (op->action != NULL)
        remit_jw_put_cstr(&r->w, "action", op->action);
}

static void put_from(struct control_audit_record *r, const struct control_call *call)
{
    if (call->request == NULL)
        return;
    put_if(r, "sourceIp", call->request->source_ip);
    put_if(r, "userAgent", call->request->user_agent);
    remit_jw_put_bool(&r->w, "tls", call->request->tls);
}

static void put_resources(struct control_audit_record *r, const struct control_grants *g)
{
    if (g->n_resources == 0)
        return;
    remit_jw_key(&r->w, "resources");
    remit_jw_array(&r->w);
    for (size_t i = 0; i < g->n_resources && r->text.len < RECORD_FULL; i++)
        control_audit_put(r, NULL, g->resources[i].arn);
    remit_jw_end(&r->w);
}

/* Members of a verdict: what was decided, by which layer, policy and statement. */
static void put_verdict(struct control_audit_record *r, const struct control_asked *a)
{
    remit_jw_put_cstr(&r->w, "decision", remit_decision_name(a->decision));
    if (a->layer != REMIT_LAYER_NONE)
        remit_jw_put_cstr(&r->w, a->decision == REMIT_ALLOW || a->by_statement ? "by" : "lacking",
                          remit_layer_name(a->layer));
    if (a->by_statement) {
        control_audit_put(r, "policy", a->policy);
        remit_jw_put_int(&r->w, "statement", a->statement);
        put_if(r, "sid", a->sid);
    }
    if (a->unreadable)
        remit_jw_put_bool(&r->w, "unreadable", true);
    put_if(r, "explanation", a->explanation);
}

static void put_decision(struct control_audit_record *r, const struct control_asked *a)
{
    remit_jw_object(&r->w);
    remit_jw_put_cstr(&r->w, "action", a->action);
    control_audit_put(r, "resource", a->resource);
    put_verdict(r, a);
    remit_jw_end(&r->w);
}

/* A denial is always told; those allowed only while there is room. */
static void put_decisions(struct control_audit_record *r, const struct control_grants *g)
{
    size_t omitted = 0;

    if (g->n_asked == 0)
        return;
    remit_jw_key(&r->w, "decisions");
    remit_jw_array(&r->w);
    for (size_t i = 0; i < g->n_asked; i++) {
        if (g->asked[i].decision == REMIT_ALLOW && r->text.len > RECORD_FULL)
            omitted++;
        else
            put_decision(r, &g->asked[i]);
    }
    remit_jw_end(&r->w);
    if (omitted > 0)
        remit_jw_put_int(&r->w, "decisionsOmitted", (int64_t)omitted);
}

static void put_pass(struct control_audit_record *r, const struct control_pass *p)
{
    remit_jw_object(&r->w);
    control_audit_put(r, "role", p->role_arn);
    remit_jw_put_cstr(&r->w, "service", p->service);
    if (p->asked_pass) {
        remit_jw_key(&r->w, "passRole");
        remit_jw_object(&r->w);
        put_verdict(r, &p->pass);
        remit_jw_end(&r->w);
    }
    if (p->missing)
        remit_jw_put_bool(&r->w, "missing", true);
    if (p->asked_trust) {
        remit_jw_key(&r->w, "trustPolicy");
        remit_jw_object(&r->w);
        put_verdict(r, &p->trust);
        remit_jw_end(&r->w);
    }
    remit_jw_end(&r->w);
}

static void put_passes(struct control_audit_record *r, const struct control_grants *g)
{
    if (g->n_passes == 0)
        return;
    remit_jw_key(&r->w, "rolesPassed");
    remit_jw_array(&r->w);
    for (size_t i = 0; i < g->n_passes; i++)
        put_pass(r, &g->passes[i]);
    remit_jw_end(&r->w);
}

static const char *outcome_of(const struct remit_err *failure)
{
    if (failure == NULL)
        return "ok";
    if (failure->kind == REMIT_ERR_DENIED)
        return "denied";
    return failure->kind == REMIT_ERR_UNAUTHENTICATED ? "unauthenticated" : "failed";
}

static void put_outcome(struct control_audit_record *r, const struct control_call *call,
                        const struct remit_err *failure)
{
    const struct control_grants *g = call->grants;

    remit_jw_put_cstr(&r->w, "outcome", outcome_of(failure));
    if (failure != NULL) {
        remit_jw_put_cstr(&r->w, "errorCode", failure->code != NULL ? failure->code : "");
        control_audit_put(r, "errorMessage", remit_str_of(failure->text));
    }
    if (g->n_notes == 0)
        return;
    remit_jw_key(&r->w, "notes");
    remit_jw_object(&r->w);
    for (size_t i = 0; i < g->n_notes; i++)
        control_audit_put(r, g->notes[i].name, g->notes[i].value);
    remit_jw_end(&r->w);
}

static void put_call(struct control_audit_record *r, const struct control_call *call)
{
    put_what(r, call);
    put_caller(r, call);
    put_from(r, call);
    put_resources(r, call->grants);
    put_decisions(r, call->grants);
    put_passes(r, call->grants);
}

static struct control_audit *log_of(const struct control_call *call)
{
    return call->server != NULL ? call->server->audit : NULL;
}

/* ---- records ---- */

int control_record_intent(struct control_call *call, struct remit_err *err)
{
    auto_control_audit_record struct control_audit_record record = { 0 };

    if (log_of(call) == NULL)
        return 0;
    control_audit_begin(&record, "call", call->request_id, call->now);
    put_call(&record, call);
    remit_jw_put_cstr(&record.w, "outcome", "allowed");
    TRY(control_audit_commit(log_of(call), &record, true, err));
    call->grants->intent = true;
    return 0;
}

/*
 * Strangers can't fill the disk: refusals of unproven callers are written at most so often, and
 * the next one that is written says how many were not.
 */
static bool too_often(struct control_server *server, const struct control_call *call,
                      uint64_t *unwritten)
{
    uint64_t second = (uint64_t)call->now_at;

    *unwritten = 0;
    if (call->caller.kind != CONTROL_CALLER_NONE)
        return false;
    if (atomic_exchange(&server->refusals.second, second) != second)
        atomic_store(&server->refusals.written, 0);
    if (atomic_fetch_add(&server->refusals.written, 1) >= CONTROL_REFUSALS_A_SECOND) {
        atomic_fetch_add(&server->refusals.unwritten, 1);
        return true;
    }
    *unwritten = atomic_exchange(&server->refusals.unwritten, 0);
    return false;
}

int control_record_end(struct control_call *call, const struct remit_err *failure)
{
    auto_control_audit_record struct control_audit_record record = { 0 };
    struct remit_err err = { 0 };
    uint64_t unwritten = 0;
    bool intent = call->grants->intent;

    if (failure == NULL && call->operation != NULL && call->operation->quiet)
        return 0;
    if (log_of(call) == NULL || too_often(call->server, call, &unwritten))
        return 0;
    control_audit_begin(&record, intent ? "result" : "call", call->request_id, call->now);
    if (!intent)
        put_call(&record, call);
    put_outcome(&record, call, failure);
    if (unwritten > 0)
        remit_jw_put_int(&record.w, "refusalsUnwritten", (int64_t)unwritten);
    if (control_audit_commit(log_of(call), &record, false, &err) == 0)
        return 0;
    remit_log_err(REMIT_LOG_ERROR, &err, "request %s left no record of its end", call->request_id);
    return -1;
}

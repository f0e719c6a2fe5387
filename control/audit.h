/*
 * audit.h - what control did and why: one JSON object a line, mode 0600, never rewritten.
 *
 * Each line starts {"seq":n,"time":"…Z","kind":"…"}; seq grows by one for each record, across
 * restarts too, so a missing line shows (and a chain of signatures can be laid over it later).
 * Kinds: "call" (an API call as it was decided; control/http/record.c), "result" (how the handler
 * of a call that may change something ended), and the events of other files.
 *
 * Records are bounded and hold printable ASCII only: every other byte of a stranger comes out as
 * \uXXXX, so nobody can add a line or a member, or reach a terminal (attacks.md H6). Secrets have
 * no business here: no function takes a struct remit_secret.
 *
 * A record is written with one writev(2). One that does not fit on the disk is taken back whole,
 * the writer gets the error, and a call that could change something is then refused: nothing is
 * done that can't be written down (S2).
 *
 * Threads: any number may write.
 * Errors:  UNAVAILABLE "AuditUnavailable".
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/buf.h"
#include "common/base/json.h"

struct control_audit;
struct control_call;

#define CONTROL_AUDIT_VALUE_MAX  1024         /* bytes of one value; what is cut ends in "..." */
#define CONTROL_AUDIT_RECORD_MAX (128 * 1024) /* bytes of one line */

int control_audit_open(const char *path, struct control_audit **out,
                       struct remit_err *err) REMIT_MUST_USE;
void control_audit_drop(struct control_audit **audit);
#define auto_control_audit REMIT_AUTO(control_audit_drop)

/* ---- an event of a call: what other files of control use ---- */

/* A member. Names are literals in lowerCamelCase. Text when text.ptr is set, else the number. */
struct control_audit_field {
    const char *name;
    struct remit_str text;
    int64_t number;
};

/*
 * Writes a record of that kind (a literal: "CredentialsRefused", "InstanceJoined") with the
 * call's time, request id and caller, then the fields; a text that is NULL leaves its field out
 * when `number` is 0 too. Call it before the store's commit when the event must not go unwritten,
 * and after when it may only be told once it is true. Without a server (tests that call a handler
 * directly) it does nothing.
 */
int control_audit_event(struct control_call *call, const char *kind,
                        const struct control_audit_field *fields, size_t n_fields,
                        struct remit_err *err) REMIT_MUST_USE;

/* ---- records, made by hand ---- */

struct control_audit_record {
    const char *kind;       /* a literal */
    const char *request_id; /* NULL: none; lives as long as the record */
    double now;
    struct remit_buf text;
    struct remit_jw w; /* inside the record's object */
};

void control_audit_begin(struct control_audit_record *record, const char *kind,
                         const char *request_id, double now);
/* A member, or with name NULL an element: bounded. An empty value with a NULL ptr is left out. */
void control_audit_put(struct control_audit_record *record, const char *name,
                       struct remit_str value);
/*
 * Ends the record, gives it its number and writes it. With `durable` it also survives a power cut
 * when this returns 0; concurrent writers share one sync of the disk. A record that grew past the
 * maximum is written without its members, and says so. `audit` NULL writes nothing.
 */
int control_audit_commit(struct control_audit *audit, struct control_audit_record *record,
                         bool durable, struct remit_err *err) REMIT_MUST_USE;
void control_audit_record_drop(struct control_audit_record *record);
#define auto_control_audit_record REMIT_AUTO(control_audit_record_drop)

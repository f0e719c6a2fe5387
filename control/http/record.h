/*
 * record.h - the audit records of a call: "call" (who asked what, each decision with its reason)
 * and, for calls that may change something, "result".
 *
 * A mutating call is written before its handler runs, and without that record it does not run;
 * how it ended follows as "result" with the same requestId. Any other call is one record.
 */
#pragma once

#include <remit/err.h>

#include "control/operation.h"

/* Before the handler: UNAVAILABLE "AuditUnavailable" when it can't be written. */
int control_record_intent(struct control_call *call, struct remit_err *err) REMIT_MUST_USE;
/* At the end: `failure` is NULL, or why the call failed. What can't be written is logged, too; -1
 * is for those who have written no intent and must not answer without a record. */
int control_record_end(struct control_call *call, const struct remit_err *failure);

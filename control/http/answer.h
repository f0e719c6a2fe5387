/*
 * answer.h - the writer behind control_put_*(): what a handler says, as JSON or Query XML.
 *
 * JSON (1.1 and REST): members of one object. Query: elements inside <NameResult>; a list's
 * elements are <member>, a map's <entry><key/><value/></entry>, times ISO 8601. An operation that
 * puts nothing answers {} or no Result element. Sources: supporting-apis.md 1.1 to 1.3.
 *
 * Ownership: the buffer belongs to the caller; it holds credentials at times and is a secret one.
 * Errors:    a full buffer or a text that is no UTF-8 is told once, by control_answer_finish().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/buf.h"
#include "common/base/json.h"
#include "control/operation.h"

#define CONTROL_ANSWER_DEPTH 32

enum control_nest { CONTROL_NEST_STRUCTURE = 1, CONTROL_NEST_LIST, CONTROL_NEST_MAP };

struct control_answer {
    const struct control_operation *operation;
    const char *request_id;
    struct remit_buf *out;
    struct remit_jw json;
    bool any;    /* something was put */
    bool broken; /* nested too deep or ended too often: our own bug, told as INTERNAL */
    unsigned depth;
    struct {
        enum control_nest nest;
        char name[64]; /* Query: the element to close; empty when <member> or a map's <value> */
    } level[CONTROL_ANSWER_DEPTH];
};

void control_answer_begin(struct control_answer *answer, const struct control_operation *operation,
                          const char *request_id, struct remit_buf *out);
int control_answer_finish(struct control_answer *answer, struct remit_err *err) REMIT_MUST_USE;

/* XML text: & < > " and control characters escaped; what XML can't carry becomes U+FFFD. */
void control_xml_escape(struct remit_buf *out, struct remit_str text);

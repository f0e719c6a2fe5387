/*
 * answers.h - all that a worker refuses with, prepared before its sandbox is entered.
 *
 * Errors of the credentials paths are readable in both spellings that clients know,
 * {"code","message","Code","Message","HTTPErrorCode"}; those of metadata are bare JSON strings.
 * Sources: task-endpoints.md sections 1.1, 1.4, 1.9, 9.
 */
#pragma once

#include "common/os/http_server.h"

enum worker_refusal {
    WORKER_SERVED = 0,
    WORKER_NO_ID,
    WORKER_UNKNOWN_ID,
    WORKER_UNINITIALIZED,
    WORKER_NO_TOKEN,
    WORKER_WRONG_TOKEN,
    WORKER_WRONG_METHOD,
    WORKER_WRONG_HOST,
    WORKER_PROXIED,
    WORKER_TOO_FAST,
    WORKER_REFUSALS,
};

/* What an error's message starts with. */
enum worker_prefix {
    WORKER_V2_PREFIX, /* "CredentialsV2Request: " */
    WORKER_V1_PREFIX,
    WORKER_NO_PREFIX, /* on other paths */
};

struct worker_answers {
    struct remit_http_prepared *refusals[WORKER_REFUSALS][3]; /* by enum worker_prefix */
    struct remit_http_prepared *not_found;                    /* no such path */
    struct remit_http_prepared *null_stats;                   /* v2 and v3: no data yet */
    struct remit_http_prepared *empty_stats;                  /* v4 */
};

int worker_answers_make(struct worker_answers *out, struct remit_err *err) REMIT_MUST_USE;
void worker_answers_clear(struct worker_answers *answers);

/* "NoToken" and so on: the reason that a report gives; "Vended" for WORKER_SERVED. */
const char *worker_refusal_reason(enum worker_refusal refusal);
int worker_refusal_status(enum worker_refusal refusal);

/* A bare JSON string as answer: text, then a stranger's id. */
void worker_answer_string(struct remit_http_response *response, int status, const char *text,
                          struct remit_str id);

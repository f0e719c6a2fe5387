/*
 * holdings.h - what a worker holds: tasks, their containers' tokens, documents and credentials.
 *
 * Filled by the agent's frames, read by the HTTP handler. Answers are prepared when a frame brings
 * them, so a request copies nothing.
 *
 * Ownership: a task keeps copies of all that it takes from a frame; secrets move out of the frame.
 * Errors:    the code is what the worker's *ready* says: "UnknownTask", "InvalidTask",
 *            "TooManyTasks", "InvalidDocument", "InvalidCredentials", "StaleCredentials".
 * Sources:   common/os/frames_metadata.h, paragraphs 4 and 5.
 */
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/os/frames_metadata.h"
#include "common/os/http_server.h"

/* By enum remit_document_kind. */
struct worker_documents {
    struct remit_http_prepared *kind[REMIT_DOCUMENT_STATS + 1];
};

struct worker_container {
    struct remit_str endpoint_id;
    struct remit_str name;
    struct remit_secret token;
    struct worker_documents documents;
};

struct worker_task {
    struct remit_arena arena; /* of all strings and the list */
    struct remit_str id;
    struct remit_str credentials_id; /* empty: no task role */
    struct worker_container *containers;
    size_t n_containers;
    struct worker_documents documents;
    struct remit_http_prepared *credentials; /* NULL: none */
    int64_t expires_at;                      /* 0: none */
    int64_t valid_until_boot_ms;
    int64_t paced_ms; /* worker_task_paced() */
};

struct worker_holdings {
    struct worker_task *tasks[REMIT_WORKER_TASKS_MAX];
    size_t n_tasks;
    size_t most; /* 1, or REMIT_WORKER_TASKS_MAX in host mode */
};

int worker_holdings_take_task(struct worker_holdings *held, struct remit_metadata_task *frame,
                              struct remit_err *err) REMIT_MUST_USE;
int worker_holdings_take_document(struct worker_holdings *held,
                                  const struct remit_metadata_document *frame,
                                  struct remit_err *err) REMIT_MUST_USE;
int worker_holdings_take_credentials(struct worker_holdings *held,
                                     struct remit_metadata_credentials *frame,
                                     struct remit_err *err) REMIT_MUST_USE;
int worker_holdings_detach(struct worker_holdings *held, struct remit_str task_id,
                           struct remit_err *err) REMIT_MUST_USE;
void worker_holdings_clear(struct worker_holdings *held);

/* The agent's word for a task; NULL when it is not held. */
struct worker_task *worker_holdings_task(const struct worker_holdings *held,
                                         struct remit_str task_id);

/* --- what requests name: a stranger's words, compared in constant time --- */

struct worker_caller {
    struct worker_task *task; /* NULL: none */
    struct worker_container *container;
};
/* Whose token this is. */
struct worker_caller worker_holdings_by_token(const struct worker_holdings *held,
                                              struct remit_str token);
struct worker_caller worker_holdings_by_endpoint(const struct worker_holdings *held,
                                                 struct remit_str endpoint_id);
bool worker_task_has_credentials_id(const struct worker_task *task, struct remit_str id);
/*
 * Where tasks share a worker, each may ask 1,000 times a second, 2,000 at once: far more than any
 * client does, and little enough that the others are served. False: this one is too fast. A worker
 * of one task needs none of this: that task could slow down itself alone.
 */
bool worker_task_paced(struct worker_task *task, int64_t now_boot_ms);
/* Wipes what has expired. */
void worker_holdings_expire(struct worker_holdings *held, int64_t now_boot_ms);
/* What is to be served now; wiped and NULL once it has expired. */
const struct remit_http_prepared *worker_task_credentials(struct worker_task *task,
                                                          int64_t now_boot_ms);

#include "metadata/worker/holdings.h"

#include <errno.h>
#include <stdlib.h>

/* Ids and names of a whole task of REMIT_TASK_CONTAINERS_MAX containers. */
#define TASK_ARENA_MAX (64 * 1024)
#define JSON_TYPE      "application/json"
#define PACE_MS        1    /* a request a millisecond */
#define PACE_BURST_MS  2000 /* and what two seconds saved up */

static void documents_drop(struct worker_documents *documents)
{
    for (size_t i = 0; i < REMIT_COUNT(documents->kind); i++)
        remit_http_prepared_drop(&documents->kind[i]);
}

static void credentials_drop(struct worker_task *task)
{
    remit_http_prepared_drop(&task->credentials);
    task->expires_at = 0;
    task->valid_until_boot_ms = 0;
}

static void task_drop(struct worker_task **task)
{
    struct worker_task *t = *task;

    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n_containers; i++) {
        remit_secret_drop(&t->containers[i].token);
        documents_drop(&t->containers[i].documents);
    }
    documents_drop(&t->documents);
    credentials_drop(t);
    remit_arena_drop(&t->arena);
    free(t);
    *task = NULL;
}

void worker_holdings_clear(struct worker_holdings *held)
{
    for (size_t i = 0; i < held->n_tasks; i++)
        task_drop(&held->tasks[i]);
    held->n_tasks = 0;
}

static size_t index_of(const struct worker_holdings *held, struct remit_str task_id)
{
    size_t i = 0;

    while (i < held->n_tasks && !remit_str_equal(held->tasks[i]->id, task_id))
        i++;
    return i;
}

struct worker_task *worker_holdings_task(const struct worker_holdings *held,
                                         struct remit_str task_id)
{
    size_t i = index_of(held, task_id);

    return i < held->n_tasks ? held->tasks[i] : NULL;
}

static int unknown_task(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "UnknownTask", "no such task is held");
}

/* --- a task --- */

static int invalid_task(struct remit_err *err, const char *why)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidTask", "a task with %s", why);
}

/* [task-endpoints 1.8] a client refuses a token that can't stand in a header line. */
static bool token_can_be_sent(struct remit_str token)
{
    if (token.len < REMIT_AUTH_TOKEN_MIN || token.len > REMIT_AUTH_TOKEN_MAX)
        return false;
    for (size_t i = 0; i < token.len; i++)
        if (token.ptr[i] <= ' ' || token.ptr[i] > '~')
            return false;
    return true;
}

/* What names a container or proves it must do so among all tasks that are held. */
static int check_alone(const struct worker_holdings *held,
                       const struct remit_metadata_container *container, struct remit_str task_id,
                       struct remit_err *err)
{
    struct remit_str token = remit_secret_view(&container->token);
    const struct worker_task *by_token = worker_holdings_by_token(held, token).task;
    const struct worker_task *by_endpoint =
        worker_holdings_by_endpoint(held, container->endpoint_id).task;

    if (by_token != NULL && !remit_str_equal(by_token->id, task_id))
        return invalid_task(err, "another task's token");
    if (by_endpoint != NULL && !remit_str_equal(by_endpoint->id, task_id))
        return invalid_task(err, "another task's endpoint id");
    return 0;
}

static int check_container(const struct remit_metadata_container *list, size_t i,
                           struct remit_err *err)
{
    struct remit_str token = remit_secret_view(&list[i].token);

    if (list[i].endpoint_id.len == 0)
        return invalid_task(err, "an empty endpoint id");
    if (!token_can_be_sent(token))
        return invalid_task(err, "a token that is no header value of 16 to 256 bytes");
    for (size_t k = 0; k < i; k++) {
        if (remit_str_equal(list[k].endpoint_id, list[i].endpoint_id))
            return invalid_task(err, "two containers of one endpoint id");
        if (remit_secret_equal(&list[k].token, token))
            return invalid_task(err, "two containers of one token");
    }
    return 0;
}

static int check_task(const struct worker_holdings *held, const struct remit_metadata_task *frame,
                      struct remit_err *err)
{
    const struct remit_metadata_container *list = frame->containers.items;

    if (frame->task_id.len == 0)
        return invalid_task(err, "an empty id");
    for (size_t i = 0; i < held->n_tasks; i++)
        if (frame->credentials_id.len > 0 && !remit_str_equal(held->tasks[i]->id, frame->task_id) &&
            worker_task_has_credentials_id(held->tasks[i], frame->credentials_id))
            return invalid_task(err, "another task's credentials id");
    for (size_t i = 0; i < frame->containers.count; i++) {
        TRY(check_container(list, i, err));
        TRY(check_alone(held, &list[i], frame->task_id, err));
    }
    return 0;
}

/* The task as the frame has it, without documents and credentials. */
static int task_new(struct remit_metadata_task *frame, struct worker_task **out,
                    struct remit_err *err)
{
    REMIT_AUTO(task_drop) struct worker_task *task = calloc(1, sizeof(*task));
    struct remit_metadata_container *list = frame->containers.items;
    size_t count = frame->containers.count;

    if (task == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "a task");
    remit_arena_init(&task->arena, TASK_ARENA_MAX);
    task->id = remit_arena_str(&task->arena, frame->task_id);
    task->credentials_id = remit_arena_str(&task->arena, frame->credentials_id);
    task->containers = REMIT_NEW_N(&task->arena, struct worker_container, count);
    for (size_t i = 0; task->containers != NULL && i < count; i++) {
        task->containers[i].endpoint_id = remit_arena_str(&task->arena, list[i].endpoint_id);
        task->containers[i].name = remit_arena_str(&task->arena, list[i].name);
        task->containers[i].token = remit_secret_steal(&list[i].token);
        task->n_containers++;
    }
    TRY(remit_arena_check(&task->arena, "a task", err));
    *out = task;
    task = NULL;
    return 0;
}

static void documents_move(struct worker_documents *from, struct worker_documents *to)
{
    *to = *from;
    *from = (struct worker_documents){ { NULL } };
}

/* Documents stay with their endpoint id, credentials with their credentials id. */
static void inherit(struct worker_task *old, struct worker_task *new)
{
    new->paced_ms = old->paced_ms;
    documents_move(&old->documents, &new->documents);
    for (size_t i = 0; i < new->n_containers; i++)
        for (size_t k = 0; k < old->n_containers; k++)
            if (remit_str_equal(old->containers[k].endpoint_id, new->containers[i].endpoint_id))
                documents_move(&old->containers[k].documents, &new->containers[i].documents);
    if (old->credentials == NULL || new->credentials_id.len == 0 ||
        !remit_str_equal(old->credentials_id, new->credentials_id))
        return;
    new->credentials = old->credentials;
    new->expires_at = old->expires_at;
    new->valid_until_boot_ms = old->valid_until_boot_ms;
    old->credentials = NULL;
}

int worker_holdings_take_task(struct worker_holdings *held, struct remit_metadata_task *frame,
                              struct remit_err *err)
{
    size_t at = index_of(held, frame->task_id);
    struct worker_task *task = NULL;

    TRY(check_task(held, frame, err));
    if (at == held->n_tasks && held->n_tasks >= held->most)
        return remit_fail(err, REMIT_ERR_LIMIT, "TooManyTasks", "this worker holds %zu at most",
                          held->most);
    TRY(task_new(frame, &task, err));
    if (at < held->n_tasks) {
        inherit(held->tasks[at], task);
        task_drop(&held->tasks[at]);
    } else {
        held->n_tasks++;
    }
    held->tasks[at] = task;
    return 0;
}

int worker_holdings_detach(struct worker_holdings *held, struct remit_str task_id,
                           struct remit_err *err)
{
    size_t at = index_of(held, task_id);

    if (at == held->n_tasks)
        return unknown_task(err);
    task_drop(&held->tasks[at]);
    held->tasks[at] = held->tasks[--held->n_tasks];
    return 0;
}

/* --- documents and credentials --- */

static struct worker_container *container_of(const struct worker_task *task,
                                             struct remit_str endpoint_id)
{
    for (size_t i = 0; i < task->n_containers; i++)
        if (remit_str_equal(task->containers[i].endpoint_id, endpoint_id))
            return &task->containers[i];
    return NULL;
}

static int place_of(const struct worker_holdings *held, const struct remit_metadata_document *frame,
                    struct remit_http_prepared ***place, struct remit_err *err)
{
    struct worker_task *task = worker_holdings_task(held, frame->task_id);
    struct worker_container *container = NULL;

    if (task == NULL)
        return unknown_task(err);
    if (frame->kind < REMIT_DOCUMENT_V4 || frame->kind > REMIT_DOCUMENT_STATS)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidDocument", "a document of kind %u",
                          frame->kind);
    *place = &task->documents.kind[frame->kind];
    if (frame->endpoint_id.len == 0)
        return 0;
    container = container_of(task, frame->endpoint_id);
    if (container == NULL)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "InvalidDocument",
                          "a document of a container that the task lacks");
    *place = &container->documents.kind[frame->kind];
    return 0;
}

int worker_holdings_take_document(struct worker_holdings *held,
                                  const struct remit_metadata_document *frame,
                                  struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(REMIT_DOCUMENT_MAX);
    struct remit_http_prepared **place = NULL;
    struct remit_http_prepared *made = NULL;

    TRY(place_of(held, frame, &place, err));
    if (frame->body.len > 0) {
        remit_buf_put(&body, frame->body);
        TRY(remit_http_prepare_buf(200, JSON_TYPE, &body, &made, err));
    }
    remit_http_prepared_drop(place);
    *place = made;
    return 0;
}

int worker_holdings_take_credentials(struct worker_holdings *held,
                                     struct remit_metadata_credentials *frame,
                                     struct remit_err *err)
{
    struct worker_task *task = worker_holdings_task(held, frame->task_id);
    struct remit_http_prepared *made = NULL;

    if (task == NULL)
        return unknown_task(err);
    if (task->credentials_id.len == 0 ||
        !remit_str_equal(task->credentials_id, frame->credentials_id) || frame->body.len == 0 ||
        frame->expires_at <= 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidCredentials",
                          "credentials that are not this task's");
    if (task->credentials != NULL && frame->expires_at <= task->expires_at)
        return remit_fail(err, REMIT_ERR_CONFLICT, "StaleCredentials",
                          "credentials that expire no later than those held");
    TRY(remit_http_prepare(200, JSON_TYPE, &frame->body, &made, err));
    credentials_drop(task);
    task->credentials = made;
    task->expires_at = frame->expires_at;
    task->valid_until_boot_ms = frame->valid_until_boot_ms;
    return 0;
}

const struct remit_http_prepared *worker_task_credentials(struct worker_task *task,
                                                          int64_t now_boot_ms)
{
    if (task->credentials != NULL && now_boot_ms >= task->valid_until_boot_ms)
        credentials_drop(task);
    return task->credentials;
}

void worker_holdings_expire(struct worker_holdings *held, int64_t now_boot_ms)
{
    for (size_t i = 0; i < held->n_tasks; i++)
        (void)worker_task_credentials(held->tasks[i], now_boot_ms);
}

bool worker_task_paced(struct worker_task *task, int64_t now_boot_ms)
{
    int64_t next_ms = (task->paced_ms > now_boot_ms ? task->paced_ms : now_boot_ms) + PACE_MS;

    if (next_ms > now_boot_ms + PACE_BURST_MS)
        return false;
    task->paced_ms = next_ms;
    return true;
}

/* --- what requests name --- */

static bool equal_const(struct remit_str a, struct remit_str b)
{
    return a.len == b.len && remit_equal_const(a.ptr, b.ptr, a.len);
}

bool worker_task_has_credentials_id(const struct worker_task *task, struct remit_str id)
{
    return task->credentials_id.len > 0 && equal_const(task->credentials_id, id);
}

/* Goes through all of them: how long it takes tells nothing about which one it was. */
struct worker_caller worker_holdings_by_token(const struct worker_holdings *held,
                                              struct remit_str token)
{
    struct worker_caller caller = { NULL, NULL };

    for (size_t i = 0; i < held->n_tasks; i++)
        for (size_t k = 0; k < held->tasks[i]->n_containers; k++)
            if (remit_secret_equal(&held->tasks[i]->containers[k].token, token))
                caller = (struct worker_caller){ held->tasks[i], &held->tasks[i]->containers[k] };
    return caller;
}

struct worker_caller worker_holdings_by_endpoint(const struct worker_holdings *held,
                                                 struct remit_str endpoint_id)
{
    struct worker_caller caller = { NULL, NULL };

    for (size_t i = 0; i < held->n_tasks; i++)
        for (size_t k = 0; k < held->tasks[i]->n_containers; k++)
            if (equal_const(held->tasks[i]->containers[k].endpoint_id, endpoint_id))
                caller = (struct worker_caller){ held->tasks[i], &held->tasks[i]->containers[k] };
    return caller;
}

#include "metadata/worker/serve.h"

#include "common/os/clock.h"
#include "metadata/worker/target.h"

/* --- before any path --- */

static bool is_port(struct remit_str s)
{
    unsigned long long port = 0;

    return s.len == 0 || (s.ptr[0] == ':' &&
                          remit_str_to_u64(remit_str_sub(s, 1, s.len), 65535, &port) && port > 0);
}

static bool is_loopback(struct remit_str name)
{
    char text[64];

    if (name.len >= sizeof(text))
        return false;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    return remit_http_is_loopback(text);
}

/*
 * [task-endpoints 1.8] the addresses that clients take over plain http, port 80; a loopback
 * address with any port, which is where tests and tunnels are. A name is never ours: whoever
 * controls a name can point it at us (DNS rebinding).
 */
bool worker_host_is_ours(struct remit_str host)
{
    static const struct remit_str ours[] = {
        REMIT_STR_INIT("169.254.170.2"),
        REMIT_STR_INIT("169.254.170.23"),
        REMIT_STR_INIT("[fd00:ec2::23]"),
    };
    size_t colon = 0;

    for (size_t i = 0; i < REMIT_COUNT(ours); i++) {
        struct remit_str port = remit_str_sub(host, ours[i].len, host.len);

        if (remit_str_starts(host, ours[i]) &&
            (port.len == 0 || remit_str_equal(port, REMIT_STR(":80"))))
            return true;
    }
    if (remit_str_starts(host, REMIT_STR("[::1]")))
        return is_port(remit_str_sub(host, 5, host.len));
    colon = remit_str_find(host, ':');
    return is_loopback(remit_str_sub(host, 0, colon)) &&
           is_port(remit_str_sub(host, colon, host.len));
}

static bool is_read(struct remit_str method)
{
    return remit_str_equal(method, REMIT_STR("GET")) || remit_str_equal(method, REMIT_STR("HEAD"));
}

/* [task-endpoints 9] no client sends any of these; what carries requests for others does. */
static bool is_proxied(const struct remit_http_request *request)
{
    static const struct remit_str marks[] = {
        REMIT_STR_INIT("x-forwarded-for"),  REMIT_STR_INIT("via"),
        REMIT_STR_INIT("forwarded"),        REMIT_STR_INIT("x-forwarded-host"),
        REMIT_STR_INIT("x-real-ip"),        REMIT_STR_INIT("proxy-authorization"),
        REMIT_STR_INIT("proxy-connection"),
    };

    for (size_t i = 0; i < request->n_headers; i++)
        for (size_t k = 0; k < REMIT_COUNT(marks); k++)
            if (remit_str_equal_nocase(request->headers[i].name, marks[k]))
                return true;
    return false;
}

static enum worker_refusal before_any_path(const struct remit_http_request *request)
{
    if (!is_read(request->method))
        return WORKER_WRONG_METHOD;
    if (is_proxied(request))
        return WORKER_PROXIED;
    if (!worker_host_is_ours(remit_http_header(request, "host")))
        return WORKER_WRONG_HOST;
    return WORKER_SERVED;
}

/* --- credentials --- */

static enum worker_refusal vend(struct worker_service *service, const struct worker_target *target,
                                bool token_came, const struct worker_caller *caller, int64_t now_ms,
                                struct remit_http_response *response)
{
    if (target->id.len == 0)
        return WORKER_NO_ID;
    if (!token_came)
        return WORKER_NO_TOKEN;
    if (caller->task == NULL)
        return WORKER_WRONG_TOKEN;
    if (service->held.most > 1 && !worker_task_paced(caller->task, now_ms))
        return WORKER_TOO_FAST;
    if (!worker_task_has_credentials_id(caller->task, target->id))
        return WORKER_UNKNOWN_ID; /* another task's too: which ids there are is told to nobody */
    response->prepared = worker_task_credentials(caller->task, now_ms);
    return response->prepared != NULL ? WORKER_SERVED : WORKER_UNINITIALIZED;
}

/* Every request is reported, whatever became of it. */
static void serve_credentials(struct worker_service *service,
                              const struct remit_http_request *request,
                              const struct worker_target *target, enum worker_refusal refusal,
                              struct remit_http_response *response)
{
    struct remit_str token = remit_http_header(request, "authorization");
    bool token_came = remit_http_header_count(request, "authorization") == 1;
    int64_t now_ms = remit_clock_boot_ms();
    struct worker_event event = {
        .peer = request->peer,
        .user_agent = remit_http_header(request, "user-agent"),
        .presented_id = target->id,
    };

    if (token_came)
        event.caller = worker_holdings_by_token(&service->held, token);
    if (refusal == WORKER_SERVED)
        refusal = vend(service, target, token_came, &event.caller, now_ms, response);
    if (refusal != WORKER_SERVED)
        response->prepared =
            service->answers.refusals[refusal][target->v1 ? WORKER_V1_PREFIX : WORKER_V2_PREFIX];
    event.refusal = refusal;
    worker_reports_add(&service->reports, &event, now_ms);
}

/* --- metadata --- */

static struct worker_caller whose(const struct worker_holdings *held,
                                  const struct worker_target *target)
{
    struct worker_caller none = { NULL, NULL };

    if (target->route->subject != WORKER_ONLY_TASK)
        return worker_holdings_by_endpoint(held, target->id);
    return held->n_tasks == 1 ? (struct worker_caller){ held->tasks[0], NULL } : none;
}

static const struct remit_http_prepared *document_of(const struct worker_caller *caller,
                                                     const struct worker_route *route)
{
    const struct worker_documents *documents = route->subject == WORKER_CONTAINER
                                                   ? &caller->container->documents
                                                   : &caller->task->documents;

    if (route->document == REMIT_DOCUMENT_V3 && documents->kind[REMIT_DOCUMENT_V3] == NULL)
        return documents->kind[REMIT_DOCUMENT_V4];
    return documents->kind[route->document];
}

static void serve_document(struct worker_service *service, const struct worker_target *target,
                           struct remit_http_response *response)
{
    const struct worker_route *route = target->route;
    struct worker_caller caller = whose(&service->held, target);
    struct remit_str nobody = { "", 0 };

    if (caller.task == NULL) { /* v2 knows no ids, and says 400 */
        worker_answer_string(response, route->id ? 404 : 400, route->unknown, target->id);
        return;
    }
    response->prepared = document_of(&caller, route);
    if (response->prepared != NULL)
        return;
    if (route->missing != NULL) { /* [attacks T8] a known id: soon, so 503 */
        worker_answer_string(response, 503, route->missing, nobody);
        remit_http_header_add(response, "Retry-After", REMIT_STR("1"));
        return;
    }
    /* [task-endpoints 4.8] no data is an answer */
    response->prepared = remit_str_starts(remit_str_of(route->before), REMIT_STR("/v4"))
                             ? service->answers.empty_stats
                             : service->answers.null_stats;
}

void worker_serve(void *self, const struct remit_http_request *request,
                  struct remit_http_response *response)
{
    struct worker_service *service = self;
    struct worker_target target = worker_target_of(request->path, request->query);
    enum worker_refusal refusal = before_any_path(request);

    if (target.route->subject == WORKER_CREDENTIALS) {
        serve_credentials(service, request, &target, refusal, response);
        return;
    }
    if (refusal != WORKER_SERVED)
        response->prepared = service->answers.refusals[refusal][WORKER_NO_PREFIX];
    else if (target.route->subject == WORKER_NOTHING)
        response->prepared = service->answers.not_found;
    else
        serve_document(service, &target, response);
}

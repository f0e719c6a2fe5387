#include "control/http/server.h"

#include <time.h>

#include <remit/services.h>

#include "common/os/clock.h"
#include "common/os/log.h"
#include "control/http/dispatch.h"
#include "control/http/error.h"
#include "control/http/policies.h"
#include "control/http/record.h"
#include "control/http/routes.h"
#include "policies/services.h"

/* Those of policies/, built in. */
static int load_services(struct control_server *server, struct remit_err *err)
{
    TRY(remit_services_new(&server->services, err));
    for (size_t i = 0; i < policies_service_count; i++)
        TRY(remit_services_add(
            server->services, remit_str_from(policies_service[i].document, policies_service[i].len),
            err));
    return 0;
}

int control_server_init(struct control_server *server, const struct control_config *config,
                        struct control_store *store, struct keeper_client *keeper,
                        struct control_audit *audit, struct remit_err *err)
{
    *server = (struct control_server){
        .config = config, .store = store, .keeper = keeper, .audit = audit
    };
    (void)pthread_mutex_init(&server->under_way.lock, NULL);
    (void)pthread_cond_init(&server->under_way.fewer, NULL);
    if (remit_token_cache_new(CONTROL_TOKEN_CACHE_MAX, &server->tokens, err) == 0 &&
        control_policies_new(CONTROL_POLICY_CACHE_MAX, &server->policies, err) == 0 &&
        load_services(server, err) == 0)
        return 0;
    control_server_clear(server);
    return -1;
}

void control_server_clear(struct control_server *server)
{
    remit_token_cache_drop(&server->tokens);
    control_policies_drop(&server->policies);
    remit_services_drop(&server->services);
    (void)pthread_cond_destroy(&server->under_way.fewer);
    (void)pthread_mutex_destroy(&server->under_way.lock);
}

/* ---- the end ---- */

#define SEND_MS 100 /* for an answer that is complete to leave, too */

static bool enter(struct control_server *server)
{
    bool ending = false;

    (void)pthread_mutex_lock(&server->under_way.lock);
    ending = server->under_way.ending;
    server->under_way.n += ending ? 0 : 1;
    (void)pthread_mutex_unlock(&server->under_way.lock);
    return !ending;
}

static void leave(struct control_server *server)
{
    (void)pthread_mutex_lock(&server->under_way.lock);
    if (--server->under_way.n == 0)
        (void)pthread_cond_signal(&server->under_way.fewer);
    (void)pthread_mutex_unlock(&server->under_way.lock);
}

void control_server_drain(struct control_server *server, int timeout_ms)
{
    struct timespec until;
    const struct timespec send = { .tv_nsec = SEND_MS * 1000000L };
    bool any = false;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000;
    (void)pthread_mutex_lock(&server->under_way.lock);
    server->under_way.ending = true;
    any = server->under_way.n > 0;
    while (server->under_way.n > 0 &&
           pthread_cond_timedwait(&server->under_way.fewer, &server->under_way.lock, &until) == 0)
        continue;
    (void)pthread_mutex_unlock(&server->under_way.lock);
    if (any)
        (void)nanosleep(&send, NULL);
}

/* ---- POST /, GET / of a presigned request, and the paths of REST services ---- */

static void fail(struct control_call *call, const struct control_request *request,
                 const struct remit_err *err, struct remit_http_response *response)
{
    struct remit_err shown;

    control_error_show(call, request->service, err, &shown);
    control_error_answer(call, request, &shown, response);
}

static void serve_api(struct control_call *call, struct control_request *request,
                      struct remit_http_response *response)
{
    struct remit_err err = { 0 };

    if (control_dispatch(call, request, &response->body, &err) != 0) {
        fail(call, request, &err, response);
        return;
    }
    response->status = 200;
    response->content_type = control_content_type(call->operation->service);
}

/* ---- other paths ---- */

typedef int route_handler(struct control_call *call, const struct remit_http_request *request,
                          struct remit_http_response *response, struct remit_err *err);

static int healthz(struct control_call *call, const struct remit_http_request *request,
                   struct remit_http_response *response, struct remit_err *err)
{
    (void)call;
    (void)request;
    (void)err;
    response->content_type = "application/json";
    remit_buf_put_cstr(&response->body, "{\"status\":\"ok\"}\n");
    return 0;
}

static const struct control_operation health_row = { .service = &control_ecs,
                                                     .name = "Healthz",
                                                     .reads_only = true };

/* Changes nothing, yet what it hands out must not go unwritten: no row that only reads. */
static const struct control_operation registry_row = { .service = &control_ecr,
                                                       .name = "RegistryToken" };

static const struct route {
    struct remit_str method, path;
    const struct control_operation *row; /* for the audit record */
    bool silent;                         /* leaves none */
    route_handler *handler;
} routes[] = {
    { REMIT_STR_INIT("GET"), REMIT_STR_INIT("/healthz"), &health_row, true, healthz },
    { REMIT_STR_INIT("GET"), REMIT_STR_INIT("/registry/token"), &registry_row, false,
      control_registry_token },
};

/* The kinds of error that docker knows to read, with the status of HTTP's own authentication. */
static void fail_route(struct control_call *call, const struct remit_err *err,
                       struct remit_http_response *response)
{
    struct remit_err shown;
    struct remit_jw w = REMIT_JW(&response->body);

    control_error_show(call, NULL, err, &shown);
    remit_buf_clear(&response->body);
    response->status =
        shown.kind == REMIT_ERR_UNAUTHENTICATED ? 401 : remit_err_class(shown.kind)->http_status;
    response->content_type = "application/json";
    remit_jw_object(&w);
    remit_jw_key(&w, "errors");
    remit_jw_array(&w);
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "code", shown.code);
    remit_jw_put_cstr(&w, "message", shown.text);
    remit_jw_end(&w);
    remit_jw_end(&w);
    remit_jw_end(&w);
}

static void serve_route(const struct route *route, struct control_call *call,
                        struct control_request *request, struct remit_http_response *response)
{
    struct remit_err err = { 0 };
    int result = 0;

    call->operation = route->row;
    call->request = request;
    result = route->handler(call, request->http, response, &err);
    if (!route->silent && control_record_end(call, result == 0 ? NULL : &err) != 0 && result == 0)
        result = remit_fail(&err, REMIT_ERR_UNAVAILABLE, "AuditUnavailable", "not recorded");
    if (result != 0)
        fail_route(call, &err, response);
    else if (response->status == 0)
        response->status = 200;
}

static void serve_nothing(struct control_call *call, const struct control_request *request,
                          struct remit_http_response *response)
{
    struct remit_err err;

    (void)remit_fail(&err, REMIT_ERR_NOT_FOUND, "UnknownOperationException",
                     "There is nothing at this path.");
    control_error_answer(call, request, &err, response);
    response->status = 404;
}

static void serve(struct control_call *call, struct control_request *request,
                  struct remit_http_response *response)
{
    const struct remit_http_request *http = request->http;

    if (remit_str_equal(http->path, REMIT_STR("/")) ||
        control_operation_by_path(http->path) != NULL) {
        serve_api(call, request, response);
        return;
    }
    for (size_t i = 0; i < REMIT_COUNT(routes); i++) {
        if (remit_str_equal(http->method, routes[i].method) &&
            remit_str_equal(http->path, routes[i].path)) {
            serve_route(&routes[i], call, request, response);
            return;
        }
    }
    serve_nothing(call, request, response);
}

/* A stranger's connection has cost no memory yet that is not bounded by the arena. */
void control_serve(void *self, const struct remit_http_request *http,
                   struct remit_http_response *response)
{
    static _Thread_local char request_id[REMIT_UUID_TEXT]; /* headers are read after we return */
    struct control_server *server = self;
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    auto_control_call struct control_call call = { 0 };
    auto_control_request struct control_request request = { 0 };

    if (!enter(server)) {
        response->status = 503;
        response->close = true;
        return;
    }
    control_call_init(&call, server, &arena, remit_clock_now_seconds());
    control_request_init(&request, http, server->tls, &arena);
    memcpy(request_id, call.request_id, sizeof(request_id));
    remit_http_header_add(response, "x-amzn-RequestId", remit_str_of(request_id));
    if (call.grants != NULL)
        serve(&call, &request, response);
    else
        response->status = 503;
    leave(server);
}

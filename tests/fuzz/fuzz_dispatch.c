/*
 * fuzz_dispatch.c - a stranger's request, from target, headers and body to the answer.
 *
 * Input: "METHOD TARGET\n", header lines "Name: value\n", an empty line, the body. Without a keeper
 * nobody can be authenticated, so the invariants are: no handler runs, nothing is stored, the
 * answer is a refusal that its protocol's reader takes. What parses is then asked as a user who may
 * do everything would ask it, up to the decision: resources, context keys and roles passed come
 * from arbitrary input, and what is the root user's, an instance's or a join token's stays theirs.
 */
#include <stdint.h>
#include <stdlib.h>

#include "control/http/dispatch.h"
#include "control/http/error.h"
#include "control/http/input.h"
#include "control/http/server.h"
#include "control/iam_write.h"
#include "control/store/store.h"

#define HEADERS_MOST 100
#define NOW          1785000000.5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct control_server server;

static void put_user(struct control_store *store)
{
    static struct control_store_txn txn;
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct iam_policy_text all = {
        .name = REMIT_STR("all"),
        .document = REMIT_STR("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                              "\"Action\":\"*\",\"Resource\":\"*\"}}"),
    };
    struct iam_principal_record user = {
        .name = REMIT_STR("nobody"),
        .path = REMIT_STR("/"),
        .id = REMIT_STR("AIDANOBODY"),
        .arn = REMIT_STR("arn:aws:iam::123456789012:user/nobody"),
        .inline_policies = &all,
        .n_inline = 1,
    };
    struct remit_err err;

    if (iam_principal_put(&txn, &user, &arena, &err) != 0 ||
        control_store_commit(store, &txn, NULL, &err) != 0)
        abort();
}

static void set_up(void)
{
    static const struct control_config config = { .account = REMIT_STR_INIT("123456789012"),
                                                  .region = REMIT_STR_INIT("us-east-1"),
                                                  .partition = REMIT_STR_INIT("aws") };
    struct control_store *store = NULL;
    struct remit_err err;

    if (server.store != NULL)
        return;
    if (control_store_ram_open(&store, &err) != 0 ||
        control_server_init(&server, &config, store, NULL, NULL, &err) != 0)
        abort();
    put_user(store);
}

static void read_request(struct remit_str rest, struct remit_http_request *out,
                         struct remit_http_header headers[HEADERS_MOST])
{
    struct remit_str line;

    (void)remit_str_cut(&rest, '\n', &line);
    (void)remit_str_cut(&line, ' ', &out->method);
    (void)remit_str_cut(&line, '?', &out->path);
    out->query = line;
    out->headers = headers;
    while (remit_str_cut(&rest, '\n', &line) && line.len > 0 && out->n_headers < HEADERS_MOST) {
        struct remit_http_header *h = &headers[out->n_headers++];

        (void)remit_str_cut(&line, ':', &h->name);
        h->value = remit_str_trim(line);
    }
    out->body = rest;
}

static void check_json(const struct remit_http_response *r)
{
    auto_json struct remit_json *tree = NULL;
    struct remit_err err;

    REMIT_REQUIRE(remit_json_parse(remit_buf_view(&r->body), r->body.max, &tree, &err) == 0);
    REMIT_REQUIRE(remit_json_str(remit_json_get(tree, "__type")).len > 0);
}

static void check_refusal(const struct remit_http_response *r)
{
    REMIT_REQUIRE(r->status >= 400 && r->status < 600);
    REMIT_REQUIRE(remit_buf_ok(&r->body));
    if (strcmp(r->content_type, "text/xml") == 0)
        REMIT_REQUIRE(remit_str_ends(remit_buf_view(&r->body), REMIT_STR("</ErrorResponse>")));
    else
        check_json(r);
}

static void ask_as_stranger(const struct remit_http_request *http)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    auto_control_call struct control_call call = { 0 };
    auto_control_request struct control_request request = { 0 };
    struct remit_http_response response = { .body = REMIT_BUF((size_t)1024 * 1024) };
    struct remit_err err = { 0 };
    struct remit_err shown;

    control_call_init(&call, &server, &arena, NOW);
    control_request_init(&request, http, false, &arena);
    REMIT_REQUIRE(control_dispatch(&call, &request, &response.body, &err) != 0);
    REMIT_REQUIRE(err.code != NULL && call.caller.kind == CONTROL_CALLER_NONE);
    control_error_show(&call, request.service, &err, &shown);
    control_error_answer(&call, &request, &shown, &response);
    check_refusal(&response);
    remit_buf_drop(&response.body);
}

static void ask_as_user(const struct remit_http_request *http)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    auto_control_call struct control_call call = { 0 };
    auto_control_request struct control_request request = { 0 };
    struct remit_err err = { 0 };

    control_call_init(&call, &server, &arena, NOW);
    control_request_init(&request, http, false, &arena);
    if (control_parse(&call, &request, &err) != 0 ||
        control_input_bounds(call.operation, call.input, &err) != 0)
        return;
    call.caller = (struct control_caller){
        .kind = CONTROL_CALLER_USER,
        .account = server.config->account,
        .arn = REMIT_STR("arn:aws:iam::123456789012:user/nobody"),
        .user_id = REMIT_STR("AIDANOBODY"),
        .user_name = REMIT_STR("nobody"),
    };
    if (control_authorize(&call, &err) == 0)
        REMIT_REQUIRE(call.operation->proof == CONTROL_BY_POLICY ||
                      call.operation->proof == CONTROL_BY_ANY_CALLER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_http_header headers[HEADERS_MOST];
    struct remit_http_request http = { 0 };

    set_up();
    read_request(remit_str_from((const char *)data, size), &http, headers);
    ask_as_stranger(&http);
    ask_as_user(&http);
    REMIT_REQUIRE(control_store_revision(server.store) == 1);
    return 0;
}

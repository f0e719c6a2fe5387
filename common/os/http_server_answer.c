#include "common/os/http_server_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct owned {
    size_t len;
    char *ptr;
};

static void wipe_owned(void *self)
{
    struct owned *owned = self;

    remit_wipe(owned->ptr, owned->len);
    free(owned->ptr);
    free(owned);
}

/* Takes the body's bytes over. */
static struct MHD_Response *body_response(struct remit_buf *body)
{
    struct owned *owned = NULL;
    struct MHD_Response *response = NULL;
    char *ptr = body->ptr;

    if (body->len == 0)
        return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    if (!body->secret) {
        response = MHD_create_response_from_buffer(body->len, ptr, MHD_RESPMEM_MUST_FREE);
    } else if ((owned = malloc(sizeof(*owned))) != NULL) {
        *owned = (struct owned){ body->cap, ptr };
        response = MHD_create_response_from_buffer_with_free_callback_cls(body->len, ptr,
                                                                          wipe_owned, owned);
        if (response == NULL)
            free(owned);
    }
    if (response != NULL) { /* the bytes are the library's now */
        body->ptr = NULL;
        body->len = 0;
        body->cap = 0;
    }
    return response;
}

static bool put_header(struct MHD_Response *response, struct remit_str name, struct remit_str value)
{
    char name_text[128];
    char value_text[2048];

    if (name.len >= sizeof(name_text) || value.len >= sizeof(value_text) ||
        memchr(value.ptr, '\0', value.len) != NULL)
        return false;
    memcpy(name_text, name.ptr, name.len);
    name_text[name.len] = '\0';
    memcpy(value_text, value.ptr, value.len);
    value_text[value.len] = '\0';
    return MHD_add_response_header(response, name_text, value_text) == MHD_YES;
}

static bool put_headers(struct MHD_Response *response, const struct remit_http_response *r)
{
    bool ok = true;

    if (r->content_type != NULL)
        ok = MHD_add_response_header(response, "Content-Type", r->content_type) == MHD_YES;
    for (size_t i = 0; ok && i < r->n_extra; i++)
        ok = put_header(response, r->extra[i].name, r->extra[i].value);
    if (ok && r->close)
        ok = MHD_add_response_header(response, "Connection", "close") == MHD_YES;
    return ok;
}

struct MHD_Response *remit_http_answer_make(struct remit_http_response *r)
{
    struct MHD_Response *response = NULL;

    if (r->static_body.ptr != NULL)
        response = MHD_create_response_from_buffer(
            r->static_body.len, (void *)(uintptr_t)r->static_body.ptr, MHD_RESPMEM_PERSISTENT);
    else if (remit_buf_ok(&r->body))
        response = body_response(&r->body);
    if (response != NULL && !put_headers(response, r)) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}

/* --- answers made once --- */

static void drop_body(void *self)
{
    struct remit_secret *body = self;

    remit_secret_drop(body);
    free(body);
}

/* `response` is NULL when there was no memory for it. */
static int prepared_of(int status, const char *content_type, struct MHD_Response *response,
                       struct remit_http_prepared **out, struct remit_err *err)
{
    auto_http_prepared struct remit_http_prepared *made = calloc(1, sizeof(*made));

    if (made == NULL && response != NULL)
        MHD_destroy_response(response);
    if (made == NULL || response == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "an answer");
    made->status = status;
    made->response = response;
    if (content_type != NULL)
        TRY(remit_http_prepared_header(made, "Content-Type", content_type, err));
    *out = made;
    made = NULL;
    return 0;
}

int remit_http_prepare(int status, const char *content_type, struct remit_secret *body,
                       struct remit_http_prepared **out, struct remit_err *err)
{
    struct remit_secret *kept = malloc(sizeof(*kept));
    struct MHD_Response *response = NULL;

    if (kept == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "an answer");
    *kept = remit_secret_steal(body);
    response = MHD_create_response_from_buffer_with_free_callback_cls(
        kept->len, (void *)(uintptr_t)remit_secret_view(kept).ptr, drop_body, kept);
    if (response == NULL)
        drop_body(kept);
    return prepared_of(status, content_type, response, out, err);
}

int remit_http_prepare_buf(int status, const char *content_type, struct remit_buf *body,
                           struct remit_http_prepared **out, struct remit_err *err)
{
    TRY(remit_buf_check(body, "an answer", err));
    return prepared_of(status, content_type, body_response(body), out, err);
}

int remit_http_prepared_header(struct remit_http_prepared *prepared, const char *name,
                               const char *value, struct remit_err *err)
{
    if (MHD_add_response_header(prepared->response, name, value) == MHD_YES)
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidHeader", "no header %s can be added", name);
}

void remit_http_prepared_drop(struct remit_http_prepared **prepared)
{
    if (*prepared == NULL)
        return;
    if ((*prepared)->response != NULL)
        MHD_destroy_response((*prepared)->response);
    free(*prepared);
    *prepared = NULL;
}

int remit_http_prepared_status(const struct remit_http_prepared *prepared)
{
    return prepared->status;
}

#include "common/os/http_server.h"

struct remit_str remit_http_header(const struct remit_http_request *request, const char *name)
{
    struct remit_str wanted = remit_str_of(name);

    for (size_t i = 0; i < request->n_headers; i++)
        if (remit_str_equal_nocase(request->headers[i].name, wanted))
            return request->headers[i].value;
    return remit_str_from(NULL, 0);
}

size_t remit_http_header_count(const struct remit_http_request *request, const char *name)
{
    struct remit_str wanted = remit_str_of(name);
    size_t count = 0;

    for (size_t i = 0; i < request->n_headers; i++)
        count += remit_str_equal_nocase(request->headers[i].name, wanted);
    return count;
}

void remit_http_header_add(struct remit_http_response *response, const char *name,
                           struct remit_str value)
{
    REMIT_REQUIRE(response->n_extra < REMIT_COUNT(response->extra));
    response->extra[response->n_extra++] = (struct remit_http_header){ remit_str_of(name), value };
}

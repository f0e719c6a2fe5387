#include "metadata/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#define HOST_MAX 256

struct parts {
    char host[HOST_MAX];
    uint16_t port;
};

/* "[::1]:80" gives "::1": brackets are the text's, not the host's. */
static bool split(const char *text, struct parts *out)
{
    const char *colon = strrchr(text, ':');
    struct remit_str host = { text, colon != NULL ? (size_t)(colon - text) : 0 };
    unsigned long long port = 0;

    if (colon == NULL || !remit_str_to_u64(remit_str_of(colon + 1), 65535, &port) || port == 0)
        return false;
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        host = remit_str_sub(host, 1, host.len - 2);
    else if (remit_str_find(host, ':') < host.len)
        return false;
    if (host.len == 0 || host.len >= HOST_MAX)
        return false;
    memcpy(out->host, host.ptr, host.len);
    out->host[host.len] = '\0';
    out->port = (uint16_t)port;
    return true;
}

static int invalid(const char *text, const char *wanted, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidAddress", "'%.128s' is not %s", text, wanted);
}

int metadata_address_check(const char *text, struct remit_err *err)
{
    struct parts parts;

    return split(text, &parts) ? 0 : invalid(text, "HOST:PORT", err);
}

int metadata_address_parse(const char *text, struct metadata_address *out, struct remit_err *err)
{
    struct parts parts;

    *out = (struct metadata_address){ .len = 0 };
    if (!split(text, &parts))
        return invalid(text, "ADDRESS:PORT", err);
    if (inet_pton(AF_INET, parts.host, &out->at.four.sin_addr) == 1) {
        out->at.four.sin_family = AF_INET;
        out->at.four.sin_port = htons(parts.port);
        out->len = sizeof(out->at.four);
        return 0;
    }
    if (inet_pton(AF_INET6, parts.host, &out->at.six.sin6_addr) != 1)
        return invalid(text, "a literal address and a port", err);
    out->at.six.sin6_family = AF_INET6;
    out->at.six.sin6_port = htons(parts.port);
    out->len = sizeof(out->at.six);
    return 0;
}

static int look_up(const struct parts *parts, char out[METADATA_ADDRESS_TEXT],
                   struct remit_err *err)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
    struct addrinfo *found = NULL;
    char host[INET6_ADDRSTRLEN] = "";
    int result = getaddrinfo(parts->host, NULL, &hints, &found);

    if (result == 0)
        result = getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof(host), NULL, 0,
                             NI_NUMERICHOST);
    if (result == 0)
        (void)snprintf(out, METADATA_ADDRESS_TEXT,
                       found->ai_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, parts->port);
    if (found != NULL)
        freeaddrinfo(found);
    if (result != 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "NameNotResolved", "%s: %s", parts->host,
                          gai_strerror(result));
    return 0;
}

int metadata_address_resolve(const char *text, char out[METADATA_ADDRESS_TEXT],
                             struct remit_err *err)
{
    struct metadata_address literal;
    struct parts parts;

    if (!split(text, &parts))
        return invalid(text, "HOST:PORT", err);
    if (metadata_address_parse(text, &literal, NULL) != 0)
        return look_up(&parts, out, err);
    (void)snprintf(out, METADATA_ADDRESS_TEXT, "%.63s", text);
    return 0;
}

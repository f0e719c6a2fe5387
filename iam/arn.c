#include <remit/arn.h>

/* Up to the next colon, which is skipped. False when there is none. */
static bool take_part(struct remit_str *rest, struct remit_str *out)
{
    const char *colon = rest->len == 0 ? NULL : (const char *)memchr(rest->ptr, ':', rest->len);

    if (colon == NULL)
        return false;
    *out = remit_str_from(rest->ptr, (size_t)(colon - rest->ptr));
    *rest = remit_str_from(colon + 1, rest->len - out->len - 1);
    return true;
}

bool remit_arn_parse(struct remit_str text, struct remit_arn *out)
{
    struct remit_str rest = text;

    if (text.len < 4 || memcmp(text.ptr, "arn:", 4) != 0)
        return false;
    rest = remit_str_from(text.ptr + 4, text.len - 4);
    if (!take_part(&rest, &out->partition) || !take_part(&rest, &out->service) ||
        !take_part(&rest, &out->region) || !take_part(&rest, &out->account))
        return false;
    out->resource = rest;
    return true;
}

static bool is(struct remit_str s, const char *literal, size_t len)
{
    return s.len == len && memcmp(s.ptr, literal, len) == 0;
}
#define IS(s, literal) is((s), "" literal, sizeof(literal) - 1)

/* The rest of s behind `prefix`, when there is one. */
static bool behind(struct remit_str s, const char *prefix, size_t len, struct remit_str *rest)
{
    if (s.len <= len || memcmp(s.ptr, prefix, len) != 0)
        return false;
    *rest = remit_str_from(s.ptr + len, s.len - len);
    return true;
}
#define BEHIND(s, prefix, rest) behind((s), "" prefix, sizeof(prefix) - 1, (rest))

/* "ROLE/SESSION", both there and no third part. */
static enum remit_principal_kind role_session(struct remit_str rest, struct remit_principal *out)
{
    struct remit_str role = { 0 };

    if (!remit_str_cut(&rest, '/', &role) || role.len == 0 || rest.len == 0 ||
        remit_str_find(rest, '/') != rest.len)
        return REMIT_PRINCIPAL_UNKNOWN;
    out->name = role;
    out->session = rest;
    return REMIT_PRINCIPAL_ROLE_SESSION;
}

static enum remit_principal_kind kind_of_arn(const struct remit_arn *arn,
                                             struct remit_principal *out)
{
    struct remit_str rest = { 0 };

    if (arn->account.len == 0)
        return REMIT_PRINCIPAL_UNKNOWN;
    if (IS(arn->service, "sts")) {
        if (BEHIND(arn->resource, "assumed-role/", &rest))
            return role_session(rest, out);
        return BEHIND(arn->resource, "federated-user/", &out->name) ? REMIT_PRINCIPAL_FEDERATED_USER
                                                                    : REMIT_PRINCIPAL_UNKNOWN;
    }
    if (!IS(arn->service, "iam"))
        return REMIT_PRINCIPAL_UNKNOWN;
    if (IS(arn->resource, "root"))
        return REMIT_PRINCIPAL_ROOT;
    if (BEHIND(arn->resource, "user/", &out->name))
        return REMIT_PRINCIPAL_USER;
    if (BEHIND(arn->resource, "oidc-provider/", &rest) ||
        BEHIND(arn->resource, "saml-provider/", &rest))
        return REMIT_PRINCIPAL_WEB_IDENTITY;
    return REMIT_PRINCIPAL_UNKNOWN;
}

/* Identity providers that are named by their domain (11.1). */
static bool is_built_in_provider(struct remit_str text)
{
    return IS(text, "cognito-identity.amazonaws.com") || IS(text, "www.amazon.com") ||
           IS(text, "graph.facebook.com") || IS(text, "accounts.google.com");
}

/* Lower-case labels with dots between them. */
static bool is_domain(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.')
            return false;
    }
    return memchr(text.ptr, '.', text.len) != NULL;
}

static enum remit_principal_kind kind_of_name(struct remit_str text)
{
    if (text.len == 0 || IS(text, "anonymous"))
        return REMIT_PRINCIPAL_ANONYMOUS;
    if (is_built_in_provider(text))
        return REMIT_PRINCIPAL_WEB_IDENTITY;
    return is_domain(text) ? REMIT_PRINCIPAL_SERVICE : REMIT_PRINCIPAL_UNKNOWN;
}

/* Whether a caller may say that a text found to be `found` is `wanted`. */
static bool may_be(enum remit_principal_kind found, enum remit_principal_kind wanted, bool arn)
{
    if (wanted == REMIT_PRINCIPAL_AUTO || found == wanted)
        return true;
    if (arn || found == REMIT_PRINCIPAL_ANONYMOUS)
        return false;
    return wanted == REMIT_PRINCIPAL_SERVICE || wanted == REMIT_PRINCIPAL_WEB_IDENTITY;
}

void remit_principal_parse(struct remit_str text, enum remit_principal_kind kind,
                           struct remit_principal *out)
{
    struct remit_arn arn;
    enum remit_principal_kind found = REMIT_PRINCIPAL_UNKNOWN;
    bool is_arn = remit_arn_parse(text, &arn);

    *out = (struct remit_principal){ .text = text };
    found = is_arn ? kind_of_arn(&arn, out) : kind_of_name(text);
    if (!may_be(found, kind, is_arn)) {
        *out = (struct remit_principal){ .text = text, .kind = REMIT_PRINCIPAL_UNKNOWN };
        return;
    }
    out->kind = kind == REMIT_PRINCIPAL_AUTO ? found : kind;
    if (is_arn && out->kind != REMIT_PRINCIPAL_UNKNOWN) {
        out->partition = arn.partition;
        out->account = arn.account;
    }
}

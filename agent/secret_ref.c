#include "agent/secret_ref.h"

#include <remit/arn.h>

#define REF_MAX 2048

static int bad(struct remit_str text, const char *why, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidSecretReference", "valueFrom '%.*s': %s",
                      (int)(text.len < 200 ? text.len : 200), text.ptr, why);
}

static bool printable(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
            return false;
    return true;
}

/* "secret:NAME" or "secret:NAME:KEY:STAGE:ID": two pieces or five. */
static int parse_secret(struct remit_str text, struct remit_str resource,
                        struct agent_secret_ref *out, struct remit_err *err)
{
    struct remit_str rest = resource;
    struct remit_str piece[5];
    size_t n = 0;
    bool more = true;

    while (more && n < REMIT_COUNT(piece))
        more = remit_str_cut(&rest, ':', &piece[n++]);
    if (more || (n != 2 && n != 5))
        return bad(text, "a secret's resource has 2 or 5 pieces", err);
    if (!remit_str_equal(piece[0], REMIT_STR("secret")) || piece[1].len == 0)
        return bad(text, "it names no secret", err);
    out->source = AGENT_SECRET_MANAGER;
    out->id = text;
    if (n == 2)
        return 0;
    out->id.len = (size_t)(piece[1].ptr + piece[1].len - text.ptr);
    out->json_key = piece[2];
    out->version_stage = piece[3];
    out->version_id = piece[4];
    return 0;
}

int agent_secret_ref_parse(struct remit_str text, struct agent_secret_ref *out,
                           struct remit_err *err)
{
    struct agent_secret_ref made = { .source = AGENT_SECRET_SSM, .id = text };
    struct remit_arn arn;

    if (text.len == 0 || text.len > REF_MAX || !printable(text))
        return bad(text, "1 to 2048 printable characters are wanted", err);
    if (!remit_str_starts(text, REMIT_STR("arn:"))) {
        *out = made;
        return 0;
    }
    if (!remit_arn_parse(text, &arn))
        return bad(text, "an ARN has six parts", err);
    if (remit_str_equal(arn.service, REMIT_STR("secretsmanager")))
        TRY(parse_secret(text, arn.resource, &made, err));
    else if (!remit_str_equal(arn.service, REMIT_STR("ssm")) ||
             !remit_str_starts(arn.resource, REMIT_STR("parameter/")) || arn.resource.len <= 10)
        return bad(text, "it names neither a parameter nor a secret", err);
    *out = made;
    return 0;
}

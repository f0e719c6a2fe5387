#include "control/ops/iam.h"

#include <ctype.h>

#include <remit/arn.h>

/* ---- patterns ---- */

/* One character of valid UTF-8 that ISO 8859-1 has too; 0 for any other. */
static unsigned latin(struct remit_str s, size_t *i)
{
    unsigned char lead = (unsigned char)s.ptr[(*i)++];

    if (lead < 0x80)
        return lead;
    if ((lead != 0xc2 && lead != 0xc3) || *i >= s.len)
        return 0;
    return ((lead & 0x03U) << 6) | ((unsigned char)s.ptr[(*i)++] & 0x3fU);
}

static bool is_text(unsigned c)
{
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

static bool fits_document(struct remit_str s)
{
    for (size_t i = 0; i < s.len;)
        if (!is_text(latin(s, &i)))
            return false;
    return true;
}

static bool fits_description(struct remit_str s)
{
    for (size_t i = 0; i < s.len;) {
        unsigned c = latin(s, &i);

        if (!is_text(c) || (c > 0x7e && c < 0xa1))
            return false;
    }
    return true;
}

static bool fits_prefix(struct remit_str s)
{
    for (size_t i = 1; i < s.len; i++)
        if (s.ptr[i] < '!')
            return false;
    return s.len > 0 && s.ptr[0] == '/';
}

static bool fits_policy_path(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool slash = s.ptr[i] == '/';

        if (!slash && !isalnum((unsigned char)s.ptr[i]) &&
            remit_str_find(REMIT_STR(".,+@=_-"), s.ptr[i]) == strlen(".,+@=_-"))
            return false;
        if (slash && i > 0 && s.ptr[i - 1] == '/')
            return false;
    }
    return s.len > 0 && s.ptr[0] == '/' && s.ptr[s.len - 1] == '/';
}

static bool fits_word(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && s.ptr[i] != '_')
            return false;
    return true;
}

const struct control_pattern iam_pattern_document = { "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
                                                      fits_document };
const struct control_pattern iam_pattern_description = {
    "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*", fits_description
};
const struct control_pattern iam_pattern_prefix = { "\\u002F[\\u0021-\\u007F]*", fits_prefix };
const struct control_pattern iam_pattern_policy_path = { "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/",
                                                         fits_policy_path };
const struct control_pattern iam_pattern_word = { "[\\w]+", fits_word };

int iam_arn_check(struct remit_str arn, struct remit_err *err)
{
    struct remit_arn parts;

    if (remit_arn_parse(arn, &parts))
        return 0;
    /* two spaces [R] */
    return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                      "Invalid ARN:  Could not be parsed!");
}

/* ---- documents ---- */

int iam_document_check(struct remit_str document, enum remit_policy_type type,
                       struct remit_err *err)
{
    const struct remit_policy_options options = { .type = type, .strict = true };
    auto_policy struct remit_policy *policy = NULL;

    if (remit_policy_compile(document, &options, &policy, err) == 0)
        return 0;
    /* Whatever the compiler could not take was in the document. */
    if (err->kind == REMIT_ERR_INVALID || err->kind == REMIT_ERR_LIMIT)
        err->code = "MalformedPolicyDocument";
    return -1;
}

/* ---- tags ---- */

static int tag_check(const struct iam_tag *tags, size_t i, const char *invalid,
                     struct remit_err *err)
{
    struct remit_str head = remit_str_sub(tags[i].key, 0, 4);

    if (remit_str_equal_nocase(head, REMIT_STR("aws:")))
        return remit_fail(err, REMIT_ERR_INVALID, invalid,
                          "Tag keys beginning with aws: are reserved: " REMIT_STR_FMT,
                          REMIT_STR_ARG(tags[i].key));
    for (size_t k = 0; k < i; k++)
        if (remit_str_equal_nocase(tags[k].key, tags[i].key))
            return remit_fail(err, REMIT_ERR_INVALID, invalid,
                              "Duplicate tag keys found. Please note that Tag keys are case "
                              "insensitive.");
    return 0;
}

int iam_tags_take(struct control_call *call, const char *name, const char *invalid,
                  struct iam_tag **out, size_t *n, struct remit_err *err)
{
    *out = iam_tags_of(control_in(call, name), call->arena, n);
    for (size_t i = 0; i < *n; i++)
        TRY(tag_check(*out, i, invalid, err));
    return remit_arena_check(call->arena, "the tags", err);
}

struct remit_str iam_unique_id(struct control_call *call, const char *prefix)
{
    auto_buf struct remit_buf text = REMIT_BUF(32);

    remit_buf_put_cstr(&text, prefix);
    remit_random_text(&text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 17);
    return remit_arena_str(call->arena, remit_buf_view(&text));
}

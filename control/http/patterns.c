#include <ctype.h>

#include "control/operation.h"

static bool all_in(struct remit_str s, const char *extra)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) &&
            remit_str_find(remit_str_of(extra), s.ptr[i]) == strlen(extra))
            return false;
    return true;
}

static bool fits_name(struct remit_str s)
{
    return all_in(s, "_+=,.@-");
}

static bool fits_external_id(struct remit_str s)
{
    return all_in(s, "_+=,.@:/-");
}

static bool fits_ecs_name(struct remit_str s)
{
    return all_in(s, "_-");
}

/* (/)|(/[!-~]+/): IAM's pattern for a path. */
static bool fits_path(struct remit_str s)
{
    if (s.len == 0 || s.ptr[0] != '/' || s.ptr[s.len - 1] != '/')
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '!' || s.ptr[i] > '~')
            return false;
    return s.len != 2;
}

static bool fits_arn(struct remit_str s)
{
    size_t colons = 0;

    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
            return false;
        colons += s.ptr[i] == ':';
    }
    return remit_str_starts(s, REMIT_STR("arn:")) && colons >= 5 && s.ptr[s.len - 1] != ':';
}

/*
 * Letters, digits, separators and a few signs. Of what lies beyond ASCII everything is taken but
 * control characters: which of it are letters is Unicode's business. What matters is kept out: no
 * '*', '?' or '$' can come into a policy by way of a tag.
 */
static bool fits_tag(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c == 0xc2 && i + 1 < s.len && (unsigned char)s.ptr[i + 1] < 0xa0)
            return false; /* U+0080 to U+009F */
        if (c < 0x80 && !isalnum(c) && remit_str_find(REMIT_STR(" _.:/=+-@"), s.ptr[i]) == 9)
            return false;
    }
    return true;
}

const struct control_pattern control_pattern_name = { "[\\w+=,.@-]+", fits_name };
const struct control_pattern control_pattern_path = {
    "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)", fits_path
};
const struct control_pattern control_pattern_arn = { "arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", fits_arn };
const struct control_pattern control_pattern_external_id = { "[\\w+=,.@:\\/-]*", fits_external_id };
const struct control_pattern control_pattern_ecs_name = { "[a-zA-Z0-9_-]+", fits_ecs_name };

const struct control_pattern control_pattern_tag_key = { "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
                                                         fits_tag };
const struct control_pattern control_pattern_tag_value = { "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*",
                                                           fits_tag };

const struct control_field control_element_string = { .name = "", .type = CONTROL_STRING };
const struct control_field control_element_arn = {
    .name = "", .type = CONTROL_STRING, .min = 20, .max = 2048
};

static const struct control_field tag_lower[] = {
    { .name = "key",
      .type = CONTROL_STRING,
      .required = true,
      .min = 1,
      .max = 128,
      .pattern = &control_pattern_tag_key },
    { .name = "value", .type = CONTROL_STRING, .max = 256, .pattern = &control_pattern_tag_value },
};
const struct control_field control_element_tag_lower = {
    .name = "", .type = CONTROL_STRUCTURE, .fields = tag_lower, .n_fields = REMIT_COUNT(tag_lower)
};

static const struct control_field tag_upper[] = {
    { .name = "Key",
      .type = CONTROL_STRING,
      .required = true,
      .min = 1,
      .max = 128,
      .pattern = &control_pattern_tag_key },
    { .name = "Value",
      .type = CONTROL_STRING,
      .required = true,
      .max = 256,
      .pattern = &control_pattern_tag_value },
};
const struct control_field control_element_tag_upper = {
    .name = "", .type = CONTROL_STRUCTURE, .fields = tag_upper, .n_fields = REMIT_COUNT(tag_upper)
};

#include "control/ops/ssm.h"

static const struct control_field filter_value = { .type = CONTROL_STRING, .min = 1, .max = 1024 };
static const struct control_field filter_fields[] = {
    { .name = "Key", .type = CONTROL_STRING, .required = true, .min = 1, .max = 132 },
    { .name = "Option", .type = CONTROL_STRING, .min = 1, .max = 10 },
    { .name = "Values", .type = CONTROL_LIST, .min = 1, .max = 50, .element = &filter_value },
};
const struct control_field ssm_element_filter = { .type = CONTROL_STRUCTURE,
                                                  .fields = filter_fields,
                                                  .n_fields = REMIT_COUNT(filter_fields) };

static struct remit_str name_of(const struct ssm_parameter *p)
{
    return p->name;
}
static struct remit_str type_of(const struct ssm_parameter *p)
{
    return p->type;
}
static struct remit_str tier_of(const struct ssm_parameter *p)
{
    return p->tier;
}
static struct remit_str data_type_of(const struct ssm_parameter *p)
{
    (void)p;
    return REMIT_STR("text");
}
static struct remit_str key_id_of(const struct ssm_parameter *p)
{
    return remit_str_equal(p->type, REMIT_STR("SecureString")) ? REMIT_STR(SSM_KEY_ID)
                                                               : remit_str_from(NULL, 0);
}
static struct remit_str label_of(const struct ssm_parameter *p)
{
    (void)p;
    return remit_str_from(NULL, 0); /* versions have no labels here */
}

/* Which keys there are, what they look at, and which options they take besides Equals. */
static const struct filter_key {
    const char *name;
    struct remit_str (*value)(const struct ssm_parameter *p);
    bool by_path; /* GetParametersByPath knows it */
    const char *options[3];
} filter_keys[] = {
    { "Name", name_of, false, { "BeginsWith", "Contains" } },
    { "Type", type_of, true, { "BeginsWith" } },
    { "KeyId", key_id_of, true, { "BeginsWith" } },
    { "Tier", tier_of, false, { NULL } },
    { "DataType", data_type_of, false, { NULL } },
    { "Label", label_of, true, { "BeginsWith" } },
    { "Path", name_of, false, { "Recursive", "OneLevel" } },
};

static const struct filter_key *filter_key_of(struct remit_str name)
{
    for (size_t i = 0; i < REMIT_COUNT(filter_keys); i++)
        if (remit_str_equal(name, remit_str_of(filter_keys[i].name)))
            return &filter_keys[i];
    return NULL;
}

static bool is_path(const struct remit_json *filter)
{
    return remit_str_equal(remit_json_str(remit_json_get(filter, "Key")), REMIT_STR("Path"));
}

static struct remit_str option_of(const struct remit_json *filter)
{
    struct remit_str option = remit_json_str(remit_json_get(filter, "Option"));

    if (option.len > 0)
        return option;
    return is_path(filter) ? REMIT_STR("OneLevel") : REMIT_STR("Equals");
}

static bool takes_option(const struct remit_json *filter, const struct filter_key *key)
{
    struct remit_str option = option_of(filter);

    if (remit_str_equal(option, REMIT_STR("Equals")))
        return !is_path(filter);
    for (size_t i = 0; key != NULL && i < REMIT_COUNT(key->options); i++)
        if (key->options[i] != NULL && remit_str_equal(option, remit_str_of(key->options[i])))
            return true;
    return false;
}

static bool is_tag(struct remit_str key)
{
    return remit_str_starts(key, REMIT_STR("tag:")) && key.len > 4;
}

int ssm_filters_check(const struct remit_json *filters, bool by_path, struct remit_err *err)
{
    for (size_t i = 0; i < remit_json_count(filters); i++) {
        const struct remit_json *filter = remit_json_at(filters, i);
        struct remit_str name = remit_json_str(remit_json_get(filter, "Key"));
        const struct filter_key *key = filter_key_of(name);
        bool tag = !by_path && is_tag(name);

        if (!tag && (key == NULL || (by_path && !key->by_path)))
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidFilterKey",
                              "The filter key " REMIT_STR_FMT " is not valid here.",
                              REMIT_STR_ARG(name));
        if (!takes_option(filter, key))
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidFilterOption",
                              "The filter option " REMIT_STR_FMT " is not valid for " REMIT_STR_FMT
                              ".",
                              REMIT_STR_ARG(option_of(filter)), REMIT_STR_ARG(name));
        if (!tag && remit_json_count(remit_json_get(filter, "Values")) == 0)
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidFilterValue",
                              "The filter " REMIT_STR_FMT " needs a value.", REMIT_STR_ARG(name));
    }
    return 0;
}

static bool contains(struct remit_str s, struct remit_str part)
{
    for (size_t i = 0; i + part.len <= s.len; i++)
        if (remit_str_equal(remit_str_sub(s, i, part.len), part))
            return true;
    return false;
}

bool ssm_is_under(struct remit_str name, struct remit_str path, bool deep)
{
    struct remit_str rest = remit_str_sub(name, path.len, name.len);

    if (!remit_str_starts(name, path))
        return false;
    if (!remit_str_ends(path, REMIT_STR("/"))) {
        if (!remit_str_starts(rest, REMIT_STR("/")))
            return false;
        rest = remit_str_sub(rest, 1, rest.len);
    }
    return rest.len > 0 && (deep || remit_str_find(rest, '/') == rest.len);
}

static bool value_matches(struct remit_str option, struct remit_str has, struct remit_str wanted)
{
    if (remit_str_equal(option, REMIT_STR("BeginsWith")))
        return remit_str_starts(has, wanted);
    if (remit_str_equal(option, REMIT_STR("Contains")))
        return contains(has, wanted);
    if (remit_str_equal(option, REMIT_STR("Recursive")))
        return ssm_is_under(has, wanted, true);
    if (remit_str_equal(option, REMIT_STR("OneLevel")))
        return ssm_is_under(has, wanted, false);
    return remit_str_equal(has, wanted);
}

static bool any_matches(const struct remit_json *filter, struct remit_str has)
{
    const struct remit_json *values = remit_json_get(filter, "Values");

    for (size_t i = 0; i < remit_json_count(values); i++)
        if (value_matches(option_of(filter), has, remit_json_str(remit_json_at(values, i))))
            return true;
    return false;
}

static bool tag_matches(const struct remit_json *filter, struct remit_str key,
                        const struct ssm_parameter *parameter)
{
    for (size_t i = 0; i < parameter->n_tags; i++)
        if (remit_str_equal(parameter->tags[i].key, key))
            return remit_json_count(remit_json_get(filter, "Values")) == 0 ||
                   any_matches(filter, parameter->tags[i].value);
    return false;
}

static bool matches(const struct remit_json *filter, const struct ssm_parameter *parameter)
{
    struct remit_str name = remit_json_str(remit_json_get(filter, "Key"));
    const struct filter_key *key = filter_key_of(name);
    struct remit_str has = { 0 };

    if (key == NULL)
        return tag_matches(filter, remit_str_sub(name, 4, name.len), parameter);
    has = key->value(parameter);
    return has.ptr != NULL && any_matches(filter, has);
}

bool ssm_filters_match(const struct remit_json *filters, const struct ssm_parameter *parameter)
{
    for (size_t i = 0; i < remit_json_count(filters); i++)
        if (!matches(remit_json_at(filters, i), parameter))
            return false;
    return true;
}

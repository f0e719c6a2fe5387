#include "control/ops/sts.h"

#include "common/base/encode.h"

void sts_tags_drop(struct sts_tags *tags)
{
    remit_json_drop(&tags->tree);
}

static int bad(struct remit_err *err, const char *sentence)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterValue", "%s", sentence);
}

static bool in_list(const struct remit_json *list, struct remit_str key)
{
    for (size_t i = 0; i < remit_json_count(list); i++)
        if (remit_str_equal_nocase(remit_json_str(remit_json_at(list, i)), key))
            return true;
    return false;
}

static struct remit_str key_at(const struct remit_json *tags, size_t i)
{
    return remit_json_str(remit_json_get(remit_json_at(tags, i), "Key"));
}

/* Of the first n tags the one with that key, or n. */
static size_t place_of(const struct remit_json *tags, size_t n, struct remit_str key)
{
    size_t i = 0;

    while (i < n && !remit_str_equal_nocase(key_at(tags, i), key))
        i++;
    return i;
}

/* Texts: supporting-apis.md 6 [R]. */
static int check(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *tags = control_in(call, "Tags");
    const struct remit_json *transitive = control_in(call, "TransitiveTagKeys");
    size_t n = remit_json_count(tags);

    for (size_t i = 0; i < n; i++) {
        struct remit_str key = key_at(tags, i);

        if (place_of(tags, i, key) < i)
            return bad(err, "Duplicate tag keys found. Please note that Tag keys are case "
                            "insensitive.");
        if (remit_str_equal_nocase(remit_str_sub(key, 0, 4), REMIT_STR("aws:")))
            return bad(err, "Tag keys beginning with aws: are reserved.");
        if (in_list(call->caller.transitive, key))
            return bad(err, "One of the specified transitive tag keys can't be set because it "
                            "conflicts with a transitive tag key from the calling session.");
    }
    for (size_t i = 0; i < remit_json_count(transitive); i++)
        if (place_of(tags, n, remit_json_str(remit_json_at(transitive, i))) == n)
            return bad(err, "The specified transitive tag key must be included in the requested "
                            "tags.");
    n += remit_json_count(call->caller.transitive);
    if (n > STS_TAGS_MOST)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterValue",
                          "%zu session tags with those of the calling session, the most is %d.", n,
                          STS_TAGS_MOST);
    return 0;
}

static void put_tag(struct remit_jw *w, struct remit_str key, struct remit_str value)
{
    remit_jw_object(w);
    remit_jw_put_str(w, "Key", key);
    remit_jw_put_str(w, "Value", value);
    remit_jw_end(w);
}

static void put_all(struct control_call *call, struct remit_jw *w)
{
    const struct remit_json *inherited = call->caller.transitive;
    const struct remit_json *tags = control_in(call, "Tags");
    const struct remit_json *transitive = control_in(call, "TransitiveTagKeys");

    remit_jw_object(w);
    remit_jw_key(w, "tags");
    remit_jw_array(w);
    for (size_t i = 0; i < remit_json_count(inherited); i++) {
        struct remit_str key = remit_json_str(remit_json_at(inherited, i));

        put_tag(w, key, remit_json_str(remit_json_get_str(call->caller.tags, key)));
    }
    for (size_t i = 0; i < remit_json_count(tags); i++)
        put_tag(w, key_at(tags, i),
                remit_json_str(remit_json_get(remit_json_at(tags, i), "Value")));
    remit_jw_end(w);
    remit_jw_key(w, "transitive");
    remit_jw_array(w);
    for (size_t i = 0; i < remit_json_count(inherited); i++)
        remit_jw_json(w, remit_json_at(inherited, i));
    for (size_t i = 0; i < remit_json_count(transitive); i++) /* spelled as the tag is */
        remit_jw_str(w, key_at(tags, place_of(tags, remit_json_count(tags),
                                              remit_json_str(remit_json_at(transitive, i)))));
    remit_jw_end(w);
    remit_jw_end(w);
}

static const struct remit_json *filled(const struct remit_json *list)
{
    return remit_json_count(list) > 0 ? list : NULL;
}

int sts_tags_make(struct control_call *call, struct sts_tags *out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(131072);
    struct remit_jw w = REMIT_JW(&text);

    TRY(check(call, err));
    put_all(call, &w);
    TRY(remit_buf_check(&text, "the tags", err));
    TRY(remit_json_parse(remit_buf_view(&text), text.max, &out->tree, err));
    out->tags = filled(remit_json_get(out->tree, "tags"));
    out->transitive = filled(remit_json_get(out->tree, "transitive"));
    return 0;
}

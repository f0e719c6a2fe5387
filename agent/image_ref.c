#include "agent/image_ref.h"

#define IMAGE_TEXT_MAX 512
#define TAG_MAX        128

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Letters, digits and those of `more`; a digit or letter comes first. */
static bool made_of(struct remit_str s, const char *more)
{
    if (s.len == 0 || !is_alnum(s.ptr[0]))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.ptr[i]) && (s.ptr[i] == '\0' || strchr(more, s.ptr[i]) == NULL))
            return false;
    return true;
}

static bool path_fits(struct remit_str path)
{
    struct remit_str rest = path;
    struct remit_str part;
    bool more = true;

    while (more) {
        more = remit_str_cut(&rest, '/', &part);
        if (!made_of(part, "._-"))
            return false;
    }
    return true;
}

static bool names_registry(struct remit_str first)
{
    return remit_str_find(first, '.') < first.len || remit_str_find(first, ':') < first.len ||
           remit_str_equal(first, REMIT_STR("localhost"));
}

static bool digest_fits(struct remit_str digest)
{
    struct remit_str rest = digest;
    struct remit_str algorithm;

    return remit_str_cut(&rest, ':', &algorithm) && made_of(algorithm, "+._-") &&
           made_of(rest, "") && rest.len >= 32;
}

/* Takes ":tag" off the end of *name: the last colon, when no slash follows it. */
static void cut_tag(struct remit_str *name, struct remit_str *tag)
{
    for (size_t i = name->len; i > 0 && name->ptr[i - 1] != '/'; i--) {
        if (name->ptr[i - 1] != ':')
            continue;
        *tag = remit_str_sub(*name, i, name->len);
        *name = remit_str_sub(*name, 0, i - 1);
        return;
    }
}

int agent_image_ref_parse(struct remit_str text, struct agent_image_ref *out, struct remit_err *err)
{
    struct agent_image_ref ref = { .text = text };
    struct remit_str digest = text;
    struct remit_str path;
    struct remit_str first;
    bool has_digest = remit_str_cut(&digest, '@', &ref.name);
    bool has_tag = false;

    if (has_digest)
        ref.digest = digest;
    cut_tag(&ref.name, &ref.tag);
    has_tag = ref.tag.ptr != NULL;
    path = ref.name;
    if (remit_str_cut(&path, '/', &first) && names_registry(first))
        ref.registry = first;
    else
        path = ref.name;
    if (text.len > IMAGE_TEXT_MAX || !path_fits(path) || (has_digest && !digest_fits(digest)) ||
        (has_tag && (!made_of(ref.tag, "._-") || ref.tag.len > TAG_MAX)) ||
        (ref.registry.len > 0 && !made_of(ref.registry, ".:-")))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidImage", "'%.*s' is no image's name",
                          (int)(text.len < 128 ? text.len : 128), text.ptr);
    if (!has_tag && !has_digest)
        ref.tag = REMIT_STR("latest");
    *out = ref;
    return 0;
}

struct remit_str agent_image_ref_version(const struct agent_image_ref *image)
{
    return image->digest.len > 0 ? image->digest : image->tag;
}

#include "control/store/keys.h"

#include <stdio.h>

static bool plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-_.:@+=,", c) != NULL);
}

static bool put(struct control_key *key, char c)
{
    if (key->len == CONTROL_STORE_KEY_MAX)
        return false;
    key->text[key->len++] = c;
    return true;
}

static bool put_escaped(struct control_key *key, struct remit_str part)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.ptr[i];

        if (plain(part.ptr[i])
                ? !put(key, part.ptr[i])
                : !put(key, '%') || !put(key, digits[c >> 4]) || !put(key, digits[c & 15]))
            return false;
    }
    return true;
}

struct control_key control_key_make(const char *form, const struct remit_str *parts, size_t n)
{
    struct control_key key = { 0 };
    size_t used = 0;
    bool fits = true;

    for (const char *at = form; *at != '\0' && fits; at++) {
        if (*at != '%') {
            fits = put(&key, *at);
            continue;
        }
        REMIT_REQUIRE(used < n);
        fits = put_escaped(&key, parts[used++]);
    }
    REMIT_REQUIRE(!fits || used == n);
    if (!fits)
        key.len = 0;
    key.text[key.len] = '\0';
    return key;
}

struct remit_str control_key_str(const struct control_key *key)
{
    return remit_str_from(key->text, key->len);
}

struct remit_str control_key_tail(struct remit_str key, unsigned i)
{
    for (;;) {
        size_t start = key.len;

        while (start > 0 && key.ptr[start - 1] != '/')
            start--;
        if (i-- == 0)
            return remit_str_sub(key, start, key.len);
        if (start == 0)
            return remit_str_from(key.ptr, 0);
        key.len = start - 1;
    }
}

struct control_key control_key_cluster(struct remit_str cluster)
{
    return CONTROL_KEY("/clusters/%", cluster);
}

struct control_key control_key_clusters(void)
{
    return control_key_make("/clusters/", NULL, 0);
}

struct control_key control_key_instance(struct remit_str cluster, struct remit_str id)
{
    return CONTROL_KEY("/cluster/%/instance/%", cluster, id);
}

struct control_key control_key_instances(struct remit_str cluster)
{
    return CONTROL_KEY("/cluster/%/instance/", cluster);
}

struct control_key control_key_connected(struct remit_str cluster, struct remit_str id)
{
    return CONTROL_KEY("/cluster/%/connected/%", cluster, id);
}

struct control_key control_key_connecteds(struct remit_str cluster)
{
    return CONTROL_KEY("/cluster/%/connected/", cluster);
}

struct control_key control_key_agent(struct remit_str cluster, struct remit_str id)
{
    return CONTROL_KEY("/cluster/%/agent/%", cluster, id);
}

struct control_key control_key_task(struct remit_str cluster, struct remit_str id)
{
    return CONTROL_KEY("/cluster/%/task/%", cluster, id);
}

struct control_key control_key_tasks(struct remit_str cluster)
{
    return CONTROL_KEY("/cluster/%/task/", cluster);
}

struct control_key control_key_placed(struct remit_str cluster, struct remit_str instance,
                                      struct remit_str task)
{
    return CONTROL_KEY("/cluster/%/placed/%/%", cluster, instance, task);
}

struct control_key control_key_placeds(struct remit_str cluster, struct remit_str instance)
{
    return CONTROL_KEY("/cluster/%/placed/%/", cluster, instance);
}

struct control_key control_key_all_placeds(struct remit_str cluster)
{
    return CONTROL_KEY("/cluster/%/placed/", cluster);
}

struct control_key control_key_family(struct remit_str family)
{
    return CONTROL_KEY("/family/%", family);
}

struct control_key control_key_families(void)
{
    return control_key_make("/family/", NULL, 0);
}

struct control_key control_key_definition(struct remit_str family, unsigned revision)
{
    char digits[16];
    int n = snprintf(digits, sizeof(digits), "%010u", revision);

    return CONTROL_KEY("/definition/%/%", family, remit_str_from(digits, (size_t)n));
}

struct control_key control_key_definitions(struct remit_str family)
{
    return CONTROL_KEY("/definition/%/", family);
}

struct control_key control_key_run_token(struct remit_str cluster, struct remit_str token)
{
    return CONTROL_KEY("/cluster/%/token/%", cluster, token);
}

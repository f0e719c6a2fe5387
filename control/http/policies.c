#include "control/http/policies.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/base/buf.h"
#include "common/os/log.h"
#include "iam/crypto.h"

#define WAYS        4   /* sets that share a hash bucket */
#define ENTRIES_MAX 256 /* documents of one layer */

/* A bucket of a few sets; `used` orders them by use. */
struct slot {
    unsigned char digest[REMIT_SHA256_BYTES];
    struct remit_policy_set *set; /* NULL: free */
    uint64_t used;
};

struct control_policies {
    pthread_mutex_t lock;
    uint64_t clock;
    size_t n_buckets; /* a power of two */
    struct slot slots[];
};

int control_policies_new(size_t max_sets, struct control_policies **out, struct remit_err *err)
{
    size_t buckets = 1;
    struct control_policies *made = NULL;

    while (buckets * 2 * WAYS <= max_sets)
        buckets *= 2;
    made = calloc(1, sizeof(*made) + buckets * WAYS * sizeof(made->slots[0]));
    if (made == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for %zu policy sets",
                          max_sets);
    (void)pthread_mutex_init(&made->lock, NULL);
    made->n_buckets = buckets;
    *out = made;
    return 0;
}

void control_policies_drop(struct control_policies **policies)
{
    if (*policies == NULL)
        return;
    for (size_t i = 0; i < (*policies)->n_buckets * WAYS; i++)
        remit_policy_set_drop(&(*policies)->slots[i].set);
    (void)pthread_mutex_destroy(&(*policies)->lock);
    free(*policies);
    *policies = NULL;
}

/* ---- the cache ---- */

static void put_length(struct remit_buf *out, struct remit_str s)
{
    remit_buf_put_fmt(out, "%zu:", s.len); /* so that no two lists read the same */
    remit_buf_put(out, s);
}

static bool digest_of(enum remit_policy_type type, const struct control_document *documents,
                      size_t n, unsigned char out[REMIT_SHA256_BYTES])
{
    auto_buf struct remit_buf text = REMIT_BUF((size_t)2 * REMIT_POLICY_MAX);

    remit_buf_put_fmt(&text, "%d,%zu,", (int)type, n);
    for (size_t i = 0; i < n; i++) {
        put_length(&text, documents[i].name);
        put_length(&text, documents[i].text);
    }
    if (!remit_buf_ok(&text))
        return false;
    remit_crypto_sha256(remit_buf_view(&text), out);
    return true;
}

static struct slot *bucket_of(struct control_policies *p, const unsigned char *digest)
{
    size_t h = 0;

    memcpy(&h, digest, sizeof(h));
    return &p->slots[(h & (p->n_buckets - 1)) * WAYS];
}

static struct remit_policy_set *look_up(struct control_policies *p, const unsigned char *digest)
{
    struct slot *bucket = bucket_of(p, digest);
    struct remit_policy_set *found = NULL;

    (void)pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < WAYS && found == NULL; i++) {
        if (bucket[i].set == NULL || memcmp(bucket[i].digest, digest, REMIT_SHA256_BYTES) != 0)
            continue;
        bucket[i].used = ++p->clock;
        found = remit_policy_set_hold(bucket[i].set);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return found;
}

static void keep(struct control_policies *p, const unsigned char *digest,
                 struct remit_policy_set *set)
{
    struct slot *bucket = bucket_of(p, digest);
    struct slot *oldest = bucket;
    struct remit_policy_set *out = NULL;

    (void)pthread_mutex_lock(&p->lock);
    for (size_t i = 1; i < WAYS; i++)
        if (bucket[i].used < oldest->used)
            oldest = &bucket[i];
    out = oldest->set;
    memcpy(oldest->digest, digest, REMIT_SHA256_BYTES);
    oldest->set = remit_policy_set_hold(set);
    oldest->used = ++p->clock;
    (void)pthread_mutex_unlock(&p->lock);
    remit_policy_set_drop(&out);
}

/* ---- compiling ---- */

/* False when some document could not be compiled: its entry is left without a policy. */
static bool compile_all(enum remit_policy_type type, const struct control_document *documents,
                        size_t n, struct remit_policy_entry *entries)
{
    struct remit_policy_options options = { .type = type };
    bool whole = true;

    for (size_t i = 0; i < n; i++) {
        struct remit_err why = { 0 };

        entries[i].name = documents[i].name;
        if (documents[i].text.ptr != NULL &&
            remit_policy_compile(documents[i].text, &options, &entries[i].policy, &why) == 0)
            continue;
        whole = false;
        entries[i].policy = NULL;
        if (documents[i].text.ptr != NULL)
            remit_log_err(REMIT_LOG_ERROR, &why,
                          "a stored policy can't be read, its layer denies: %.*s",
                          (int)(documents[i].name.len < 256 ? documents[i].name.len : 256),
                          documents[i].name.ptr);
    }
    return whole;
}

static int build(enum remit_policy_type type, const struct control_document *documents, size_t n,
                 bool *whole, struct remit_policy_set **out, struct remit_err *err)
{
    struct remit_policy_entry entries[ENTRIES_MAX] = { 0 };
    int result = 0;

    *whole = compile_all(type, documents, n, entries);
    result = remit_policy_set_new(entries, n, out, err);
    for (size_t i = 0; i < n; i++)
        remit_policy_drop(&entries[i].policy);
    return result;
}

int control_policies_set(struct control_policies *policies, enum remit_policy_type type,
                         const struct control_document *documents, size_t n,
                         struct remit_policy_set **out, struct remit_err *err)
{
    unsigned char digest[REMIT_SHA256_BYTES];
    bool cached = policies != NULL && digest_of(type, documents, n, digest);
    bool whole = false;

    if (n > ENTRIES_MAX)
        return remit_fail(err, REMIT_ERR_INTERNAL, "LimitExceeded",
                          "%zu policies of one layer, the most is %d", n, ENTRIES_MAX);
    if (cached && (*out = look_up(policies, digest)) != NULL)
        return 0;
    TRY(build(type, documents, n, &whole, out, err));
    if (cached && whole)
        keep(policies, digest, *out);
    return 0;
}

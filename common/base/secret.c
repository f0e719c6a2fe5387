#include <remit/secret.h>

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Slots of a few sizes, carved from regions of REGION bytes that are mapped once and kept. A
 * free slot is zeroed and linked through its first bytes.
 */
#define REGION 65536

struct slot {
    struct slot *next;
};

static const size_t sizes[] = { 64, 512, 4096, 16384, 65536 };
static struct slot *free_slots[REMIT_COUNT(sizes)];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t class_of(size_t len)
{
    size_t class = 0;

    while (sizes[class] < len)
        class ++;
    return class;
}

static bool region_add(size_t class)
{
    unsigned char *region =
        mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (region == MAP_FAILED)
        return false;
    (void)mlock(region, REGION); /* RLIMIT_MEMLOCK may be small; a container may have no swap */
    (void)madvise(region, REGION, MADV_DONTDUMP);
    (void)madvise(region, REGION, MADV_WIPEONFORK);
    for (size_t at = 0; at + sizes[class] <= REGION; at += sizes[class]) {
        struct slot *slot = (struct slot *)(void *)(region + at);

        slot->next = free_slots[class];
        free_slots[class] = slot;
    }
    return true;
}

static void *slot_take(size_t class)
{
    struct slot *slot = NULL;

    pthread_mutex_lock(&lock);
    if (free_slots[class] != NULL || region_add(class)) {
        slot = free_slots[class];
        free_slots[class] = slot->next;
        slot->next = NULL;
    }
    pthread_mutex_unlock(&lock);
    return slot;
}

static void slot_give(void *ptr, size_t class)
{
    struct slot *slot = ptr;

    pthread_mutex_lock(&lock);
    slot->next = free_slots[class];
    free_slots[class] = slot;
    pthread_mutex_unlock(&lock);
}

/* In a forked child the pages read as zeroes, links included: forget them. */
static void forget(void)
{
    memset(free_slots, 0, sizeof(free_slots));
    pthread_mutex_init(&lock, NULL);
}

__attribute__((constructor)) static void watch_fork(void)
{
    (void)pthread_atfork(NULL, NULL, forget);
}

int remit_secret_new(size_t len, struct remit_secret *out, struct remit_err *err)
{
    if (len > REMIT_SECRET_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "a secret of %zu bytes, the most is %d", len, REMIT_SECRET_MAX);
    *out = (struct remit_secret){ NULL, 0 };
    if (len == 0)
        return 0;
    out->ptr = slot_take(class_of(len));
    if (out->ptr == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "no page for a secret");
    out->len = len;
    return 0;
}

int remit_secret_copy(struct remit_str bytes, struct remit_secret *out, struct remit_err *err)
{
    TRY(remit_secret_new(bytes.len, out, err));
    if (bytes.len > 0)
        memcpy(out->ptr, bytes.ptr, bytes.len);
    return 0;
}

struct remit_str remit_secret_view(const struct remit_secret *secret)
{
    return remit_str_from((const char *)secret->ptr, secret->len);
}

unsigned char *remit_secret_bytes(struct remit_secret *secret)
{
    return secret->ptr;
}

bool remit_secret_equal(const struct remit_secret *a, struct remit_str b)
{
    return a->len == b.len && remit_equal_const(a->ptr, b.ptr, b.len);
}

struct remit_secret remit_secret_steal(struct remit_secret *from)
{
    struct remit_secret taken = *from;

    *from = (struct remit_secret){ NULL, 0 };
    return taken;
}

void remit_secret_drop(struct remit_secret *secret)
{
    if (secret->ptr == NULL)
        return;
    remit_wipe(secret->ptr, secret->len);
    slot_give(secret->ptr, class_of(secret->len));
    *secret = (struct remit_secret){ NULL, 0 };
}

void remit_wipe(void *ptr, size_t len)
{
    if (len > 0)
        explicit_bzero(ptr, len);
}

bool remit_equal_const(const void *a, const void *b, size_t len)
{
    const unsigned char *x = a;
    const unsigned char *y = b;
    unsigned char differ = 0;

    for (size_t i = 0; i < len; i++) {
        differ |= (unsigned char)(x[i] ^ y[i]);
        __asm__ volatile("" : "+r"(differ)); /* no early exit may be proven */
    }
    return differ == 0;
}

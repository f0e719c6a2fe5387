/*
 * policy_bench - how long a decision takes, and what it allocates.
 *
 *   policy_bench                   all cases, a line each, then the figures
 *   policy_bench --quick           fewer rounds
 *   policy_bench --dump DIR        writes policies and requests for the peers, with our verdicts
 *   policy_bench --load DIR NAME…  times cases that were dumped, and checks the verdicts
 *
 * A decision is timed alone, by the clock before and behind it, less what reading the clock takes.
 * p50 is the median of a round over all requests, of the best of 20 rounds: the others were
 * disturbed by whatever else runs here. p99 is over all rounds.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/benchmarks/policy_cases.h"

/* ---- counting allocations: these stand before libc's ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static unsigned long n_allocations;

void *malloc(size_t size)
{
    n_allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    n_allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    n_allocations++;
    return __libc_realloc(old, size);
}

/* ---- the clock ---- */

static int64_t now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* Sorts the samples. */
static int64_t percentile(int64_t *samples, size_t n, unsigned percent)
{
    qsort(samples, n, sizeof(*samples), order);
    return samples[(n - 1) * percent / 100];
}

static int64_t clock_cost(void)
{
    static int64_t samples[10001];

    for (size_t i = 0; i < REMIT_COUNT(samples); i++) {
        int64_t from = now_ns();

        samples[i] = now_ns() - from;
    }
    return percentile(samples, REMIT_COUNT(samples), 50);
}

/* ---- decisions ---- */

struct result {
    int64_t p50_ns;
    int64_t p99_ns;
    int64_t compile_us;
    int64_t index_us;
    unsigned long allocations;
    size_t allowed, denied;
};

static unsigned rounds = 20;

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "policy_bench: %s: %s\n", what, why);
    exit(2);
}

static struct remit_policy_set *load(const struct bench_case *c, struct result *out)
{
    auto_policy struct remit_policy *policy = NULL;
    struct remit_policy_set *set = NULL;
    struct remit_policy_entry entry = { .name = REMIT_STR("bench") };
    struct remit_err err = { 0 };
    int64_t from = now_ns();

    if (remit_policy_compile(c->document, NULL, &policy, &err) != 0)
        die(c->name, err.text);
    out->compile_us = (now_ns() - from) / 1000;
    entry.policy = policy;
    from = now_ns();
    if (remit_policy_set_new(&entry, 1, &set, &err) != 0)
        die(c->name, err.text);
    out->index_us = (now_ns() - from) / 1000;
    return set;
}

/* Fills in what is expected, or checks it. */
static void decide_once(struct bench_case *c, const struct remit_bundle *bundle, bool known,
                        struct result *out)
{
    for (size_t i = 0; i < c->n_requests; i++) {
        struct bench_request *r = &c->requests[i];
        enum remit_decision decision = REMIT_IMPLICIT_DENY;

        r->request.context = &r->context;
        decision = remit_decide(bundle, &r->request, NULL, NULL, NULL);
        if (known && decision != r->expected)
            die(c->name, "a verdict differs");
        r->expected = decision;
        out->allowed += decision == REMIT_ALLOW;
        out->denied += decision == REMIT_EXPLICIT_DENY;
    }
}

static void time_all(const struct bench_case *c, const struct remit_bundle *bundle,
                     int64_t *samples, int64_t cost)
{
    for (size_t i = 0; i < c->n_requests; i++) {
        int64_t from = now_ns();
        enum remit_decision decision =
            remit_decide(bundle, &c->requests[i].request, NULL, NULL, NULL);

        samples[i] = now_ns() - from - cost;
        if (decision != c->requests[i].expected)
            die(c->name, "a verdict differs");
    }
}

static void measure(struct bench_case *c, bool known, struct result *out)
{
    auto_policy_set struct remit_policy_set *set = load(c, out);
    const struct remit_bundle bundle = { .identity = set };
    int64_t *samples = calloc(c->n_requests * rounds, sizeof(*samples));
    int64_t cost = clock_cost();
    unsigned long before = 0;

    if (samples == NULL)
        die(c->name, "out of memory");
    decide_once(c, &bundle, known, out);
    before = n_allocations;
    for (unsigned i = 0; i < rounds; i++)
        time_all(c, &bundle, samples + i * c->n_requests, cost);
    out->allocations = n_allocations - before;
    for (unsigned i = 0; i < rounds; i++) {
        int64_t p50 = percentile(samples + i * c->n_requests, c->n_requests, 50);

        out->p50_ns = i == 0 || p50 < out->p50_ns ? p50 : out->p50_ns;
    }
    out->p99_ns = percentile(samples, c->n_requests * rounds, 99);
    free(samples);
}

static void print_result(const struct bench_case *c, const struct result *r)
{
    printf("%-26s p50 %6ld ns  p99 %7ld ns  allocations %lu  compile %7ld us  index %7ld us  "
           "allowed %zu denied %zu of %zu\n",
           c->name, (long)r->p50_ns, (long)r->p99_ns, r->allocations, (long)r->compile_us,
           (long)r->index_us, r->allowed, r->denied, c->n_requests);
    (void)fflush(stdout);
}

/* ---- other figures ---- */

/* A policy of 6 KB, as large as a managed policy may be, compiled many times. */
static int64_t compile_6k_us(void)
{
    static int64_t samples[2001];
    struct bench_case c;
    struct remit_err err = { 0 };
    unsigned n = 20;

    bench_case_make(BENCH_WILDCARD, n, true, &c);
    while (c.document.len < 6000) {
        bench_case_drop(&c);
        bench_case_make(BENCH_WILDCARD, ++n, true, &c);
    }
    for (size_t i = 0; i < REMIT_COUNT(samples); i++) {
        auto_policy struct remit_policy *policy = NULL;
        int64_t from = now_ns();

        if (remit_policy_compile(c.document, NULL, &policy, &err) != 0)
            die("6 KB", err.text);
        samples[i] = now_ns() - from;
    }
    bench_case_drop(&c);
    return percentile(samples, REMIT_COUNT(samples), 50) / 1000;
}

/* 6 KB of a pattern made to be slow, against the longest resource there may be. */
static int64_t bomb_us(const char *part)
{
    static char text[REMIT_REQUEST_RESOURCE_MAX];
    auto_buf struct remit_buf document = REMIT_BUF(8192);
    struct bench_case c = { .name = "bomb" };
    struct result r = { 0 };
    const struct remit_request request = { .principal = REMIT_STR("arn:aws:iam::1:user/u"),
                                           .action = REMIT_STR("s3:GetObject"),
                                           .resource = remit_str_from(text, sizeof(text)),
                                           .resource_account = REMIT_STR("1") };
    int64_t from = 0;

    memset(text, 'a', sizeof(text));
    memcpy(text, "arn:aws:s3:::", 13);
    remit_buf_put_cstr(&document, "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
                                  "\"Resource\":\"arn:aws:s3:::*");
    while (document.len < 6000)
        remit_buf_put_cstr(&document, part);
    remit_buf_put_cstr(&document, "b*\"}}");
    c.document = remit_buf_view(&document);
    auto_policy_set struct remit_policy_set *set = load(&c, &r);
    const struct remit_bundle bundle = { .identity = set };

    from = now_ns();
    for (int i = 0; i < 10; i++)
        if (remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_ALLOW)
            die("bomb", "a verdict differs");
    return (now_ns() - from) / 10000;
}

static int64_t glob_bomb_us(void)
{
    static const char *const bombs[] = { "a*",  "*a",    "a?*", "?*a", "*aaaaaaaaaaaaaaab",
                                         "*a?", "*?aa*", "a?",  "a",   "?" };
    int64_t worst = 0;

    for (size_t i = 0; i < REMIT_COUNT(bombs); i++) {
        int64_t us = bomb_us(bombs[i]);

        printf("bomb %-20s %6ld us\n", bombs[i], (long)us);
        worst = us > worst ? us : worst;
    }
    return worst;
}

/* ---- runs ---- */

static const unsigned sizes[] = { 5, 100, 1000, 10000 };

static void run_all(void)
{
    int64_t worst[REMIT_COUNT(sizes)] = { 0 };
    unsigned long allocations = 0;

    for (size_t n = 0; n < REMIT_COUNT(sizes); n++)
        for (unsigned kind = 0; kind < 2 * BENCH_SHAPES; kind++) {
            struct bench_case c;
            struct result r = { 0 };

            bench_case_make(kind / 2, sizes[n], kind % 2 == 1, &c);
            measure(&c, false, &r);
            print_result(&c, &r);
            bench_case_drop(&c);
            allocations += r.allocations;
            worst[n] = r.p50_ns > worst[n] ? r.p50_ns : worst[n];
        }
    for (size_t n = 0; n < REMIT_COUNT(sizes); n++)
        printf("policy.p50_ns.%u %ld ns\n", sizes[n], (long)worst[n]);
    printf("policy.allocations %lu count\n", allocations);
    printf("policy.compile_us.6k %ld us\n", (long)compile_6k_us());
    printf("policy.glob_bomb_us %ld us\n", (long)glob_bomb_us());
}

static void dump_all(const char *folder)
{
    struct remit_err err = { 0 };

    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        die(folder, strerror(errno));
    rounds = 1;
    for (size_t n = 0; n < REMIT_COUNT(sizes); n++)
        for (unsigned kind = 0; kind < 2 * BENCH_SHAPES; kind++) {
            struct bench_case c;
            struct result r = { 0 };

            bench_case_make(kind / 2, sizes[n], kind % 2 == 1, &c);
            measure(&c, false, &r); /* fills in what is expected */
            if (bench_case_dump(&c, folder, &err) != 0)
                die(c.name, err.text);
            printf("%s\n", c.name);
            bench_case_drop(&c);
        }
}

static void run_loaded(const char *folder, const char *name)
{
    struct bench_case c;
    struct result r = { 0 };
    struct remit_err err = { 0 };

    if (bench_case_load(folder, name, &c, &err) != 0)
        die(name, err.text);
    measure(&c, true, &r);
    print_result(&c, &r);
    bench_case_drop(&c);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--dump") == 0) {
        dump_all(argv[2]);
        return 0;
    }
    if (argc > 3 && strcmp(argv[1], "--load") == 0) {
        for (int i = 3; i < argc; i++)
            run_loaded(argv[2], argv[i]);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--quick") == 0)
        rounds = 2;
    else if (argc != 1) {
        (void)fprintf(stderr, "usage: policy_bench [--quick | --dump DIR | --load DIR NAME...]\n");
        return 2;
    }
    run_all();
    return 0;
}

/*
 * proof_bench - how long it takes to answer whether a document of 6 KB, changed in one place,
 * grants anything new.
 *
 *   proof_bench [PAIRS]
 *
 * The documents are made by rule, the same on every machine: actions of a few services with and
 * without wildcards, ARNs with stars inside, conditions of all families, Denies, policy variables.
 * Each question is asked three times and the fastest counts. The answers are counted as well.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <remit/proof.h>

#include "common/base/json.h"

#define DOCUMENT_CHARS 6000
#define PAIRS_MOST     10000

static uint64_t state = 20261128;

static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state * 0x2545f4914f6cdd1dULL) >> 32) % n;
}

#define PICK(array) ((array)[below(REMIT_COUNT(array))])

/* ---- documents ---- */

static const char *const services[] = {
    "s3", "ec2", "ecs", "iam", "sqs", "dynamodb", "logs", "kms"
};
static const char *const verbs[] = {
    "Get", "List", "Describe", "Put", "Create", "Delete", "Update"
};
static const char *const nouns[] = { "Object", "Bucket", "Instance", "Cluster", "Task",  "Role",
                                     "Queue",  "Table",  "LogGroup", "Key",     "Policy" };

static void put_action(struct remit_buf *out)
{
    uint32_t how = below(10);
    const char *service = PICK(services);
    const char *verb = PICK(verbs);
    const char *noun = PICK(nouns);

    if (how == 0)
        remit_buf_put_fmt(out, "\"%s:*\"", service);
    else if (how < 3)
        remit_buf_put_fmt(out, "\"%s:%s*\"", service, verb);
    else if (how == 3)
        remit_buf_put_fmt(out, "\"%s:*%s*\"", service, noun);
    else
        remit_buf_put_fmt(out, "\"%s:%s%s\"", service, verb, noun);
}

static void put_resource(struct remit_buf *out)
{
    uint32_t how = below(10);
    const char *service = PICK(services);

    if (how < 2)
        remit_buf_put_cstr(out, "\"*\"");
    else if (how == 2)
        remit_buf_put_fmt(out, "\"arn:aws:s3:::app-%u/${aws:username}/*\"", below(20));
    else if (how < 6)
        remit_buf_put_fmt(out, "\"arn:aws:%s:*:111122223333:app-%u/*\"", service, below(20));
    else
        remit_buf_put_fmt(out, "\"arn:aws:%s:us-east-%u:*:team-*/app-%u-*\"", service, below(3),
                          below(20));
}

static void put_condition(struct remit_buf *out)
{
    static const char *const all[] = {
        "\"StringEquals\":{\"aws:ResourceTag/team\":[\"red\",\"blue\"]}",
        "\"StringLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::111122223333:role/app-*\"}",
        "\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:ecs:*:111122223333:*\"}",
        "\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"192.0.2.0/24\"]}",
        "\"NotIpAddress\":{\"aws:SourceIp\":\"10.1.0.0/16\"}",
        "\"Bool\":{\"aws:SecureTransport\":\"true\"}",
        "\"BoolIfExists\":{\"aws:MultiFactorAuthPresent\":\"false\"}",
        "\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"team\",\"owner\"]}",
        "\"ForAnyValue:StringLike\":{\"aws:TagKeys\":\"cost*\"}",
        "\"NumericLessThan\":{\"s3:max-keys\":\"100\"}",
        "\"DateGreaterThan\":{\"aws:CurrentTime\":\"2030-01-01T00:00:00Z\"}",
        "\"StringEquals\":{\"aws:ResourceTag/owner\":\"${aws:username}\"}",
        "\"Null\":{\"aws:PrincipalTag/team\":\"false\"}",
    };

    remit_buf_put_fmt(out, ",\"Condition\":{%s}", PICK(all));
}

typedef void put_fn(struct remit_buf *out);

static void put_list(struct remit_buf *out, const char *name, put_fn *put, uint32_t n)
{
    remit_buf_put_fmt(out, ",\"%s\":[", name);
    for (uint32_t i = 0; i < n; i++) {
        remit_buf_put_cstr(out, i > 0 ? "," : "");
        put(out);
    }
    remit_buf_put_byte(out, ']');
}

static void put_statement(struct remit_buf *out)
{
    bool deny = below(100) < 15;

    remit_buf_put_fmt(out, "{\"Effect\":\"%s\"", deny ? "Deny" : "Allow");
    put_list(out, deny && below(4) == 0 ? "NotAction" : "Action", put_action, 2 + below(8));
    put_list(out, "Resource", put_resource, 1 + below(4));
    if (deny || below(100) < 40)
        put_condition(out);
    remit_buf_put_byte(out, '}');
}

/* Statements are made anew from their own seeds, so that one can be left out or made otherwise. */
static uint32_t put_document(uint64_t seed, uint32_t changed, uint32_t how, struct remit_buf *out)
{
    uint32_t n = 0;

    remit_buf_clear(out);
    remit_buf_put_cstr(out, "{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (size_t made = 0; made < DOCUMENT_CHARS; n++) {
        size_t from = out->len;

        state = (seed * 1000 + n) * 0x9e3779b97f4a7c15u + 1;
        put_statement(out);
        made += out->len - from;
        if (n == changed)
            out->len = from;
        if (n == changed && how > 0) {
            state = (seed * 1000 + n) * 0x9e3779b97f4a7c15u + (how > 1);
            put_statement(out);
            if (how == 1) /* the same, and an action more */
                remit_buf_put_cstr(out, ",{\"Effect\":\"Allow\",\"Action\":\"s3:Get*Tagging\","
                                        "\"Resource\":\"arn:aws:s3:::app-1/*\"}");
        }
        if (out->len > from)
            remit_buf_put_byte(out, ',');
    }
    out->len--;
    remit_buf_put_cstr(out, "]}");
    return n;
}

/* ---- asking ---- */

static struct remit_policy *compile(const struct remit_buf *document)
{
    struct remit_policy *policy = NULL;
    struct remit_err err;

    if (remit_policy_compile(remit_buf_view(document), NULL, &policy, &err) == 0)
        return policy;
    (void)fprintf(stderr, "proof_bench: %s\n", err.text);
    exit(1);
}

static double ask(const struct remit_policy *one, const struct remit_policy *other,
                  size_t counts[3])
{
    double best = 1e9;

    for (int round = 0; round < 3; round++) {
        auto_proof struct remit_proof *proof = NULL;
        struct timespec from;
        struct timespec to;
        double ms = 0;

        (void)clock_gettime(CLOCK_MONOTONIC, &from);
        if (remit_proof_no_new_access(one, other, NULL, &proof, NULL) != 0)
            exit(1);
        (void)clock_gettime(CLOCK_MONOTONIC, &to);
        ms = (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
        best = ms < best ? ms : best;
        counts[proof->answer] += round == 0;
    }
    return best;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    static double times[PAIRS_MOST];
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 400;
    size_t counts[3] = { 0 };
    auto_buf struct remit_buf document = REMIT_BUF(1u << 20);

    n = n > PAIRS_MOST ? PAIRS_MOST : n;
    for (size_t i = 0; i < n; i += 2) {
        auto_policy struct remit_policy *one = NULL;
        auto_policy struct remit_policy *other = NULL;
        uint32_t n_statements = put_document(i + 1, UINT32_MAX, 0, &document);

        one = compile(&document);
        (void)put_document(i + 1, (uint32_t)(i / 2) % n_statements, (uint32_t)i / 2 % 3, &document);
        other = compile(&document);
        times[i] = ask(one, other, counts);
        times[i + 1] = ask(other, one, counts);
    }
    qsort(times, n, sizeof(times[0]), by_time);
    printf(
        "%zu pairs of %d characters: %zu without new access, %zu with, %zu unknown; most %.2f ms\n",
        n, DOCUMENT_CHARS, counts[REMIT_PROOF_NO_ACCESS], counts[REMIT_PROOF_ACCESS],
        counts[REMIT_PROOF_UNKNOWN], times[n - 1]);
    printf("policy.no_new_access_ms.p50 %.2f ms\n", times[n / 2]);
    printf("policy.no_new_access_ms.p99 %.2f ms\n", times[n * 99 / 100]);
    return 0;
}

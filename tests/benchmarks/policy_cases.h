/*
 * policy_cases.h - the policies and requests that decisions are timed over: made by rule, so that
 * every machine and every peer has the same, and written out or read as JSON files.
 *
 * A case is a shape, a number of statements, and with or without conditions. In a folder its files
 * are <name>.policy.json, one identity-based policy, and <name>.requests.jsonl, a request a line:
 * {"principal","action","resource","resourceAccount","context":{key: value},"expected"}.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/policy.h>

#include "common/base/arena.h"
#include "common/base/buf.h"

enum bench_shape {
    BENCH_LITERAL = 0, /* arn:aws:s3:::app-00017/config/main.json */
    BENCH_WILDCARD,    /* arn:aws:s3:::app-00017/... with a star at the end */
    BENCH_INNER,       /* arn:aws:dynamodb:*:A:table/app-00017-...: stars inside as well */
    BENCH_VARIABLE,    /* arn:aws:s3:::app-00017/${aws:username}/... */
    BENCH_SHAPES,
};

#define BENCH_REQUESTS 2000

struct bench_request {
    struct remit_request request;
    struct remit_context context;
    enum remit_decision expected;
};

struct bench_case {
    char name[64]; /* "literal-100" or "literal-100-conditions" */
    struct remit_arena arena;
    struct remit_str document;
    struct bench_request *requests;
    size_t n_requests;
};

/* `expected` of made requests is not filled in: the engine says, and peers have to agree. */
void bench_case_make(enum bench_shape shape, unsigned n_statements, bool conditions,
                     struct bench_case *out);
int bench_case_load(const char *folder, const char *name, struct bench_case *out,
                    struct remit_err *err) REMIT_MUST_USE;
int bench_case_dump(const struct bench_case *c, const char *folder,
                    struct remit_err *err) REMIT_MUST_USE;
void bench_case_drop(struct bench_case *c);

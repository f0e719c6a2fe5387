#include "tests/benchmarks/policy_cases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"

#define ACCOUNT   "111122223333"
#define CASE_MOST (64u * 1024 * 1024)

static const char *const shape_names[BENCH_SHAPES] = { "literal", "wildcard", "inner", "variable" };

/* A service with actions that its statements allow, and one that they don't. */
static const struct service {
    const char *allowed[3];
    const char *other;
    const char *arn; /* what stands before the application's name */
    const char *inner;
} services[] = {
    { { "s3:GetObject", "s3:PutObject", "s3:DeleteObject" },
      "s3:GetObjectAcl",
      "arn:aws:s3:::",
      "arn:aws:s3:::" },
    { { "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem" },
      "dynamodb:DeleteTable",
      "arn:aws:dynamodb:us-east-1:" ACCOUNT ":table/",
      "arn:aws:dynamodb:*:" ACCOUNT ":table/" },
    { { "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage" },
      "sqs:PurgeQueue",
      "arn:aws:sqs:us-east-1:" ACCOUNT ":",
      "arn:aws:sqs:*:" ACCOUNT ":" },
    { { "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue" },
      "secretsmanager:DeleteSecret",
      "arn:aws:secretsmanager:us-east-1:" ACCOUNT ":secret:",
      "arn:aws:secretsmanager:*:" ACCOUNT ":secret:" },
    { { "ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks" },
      "ecs:DeleteCluster",
      "arn:aws:ecs:us-east-1:" ACCOUNT ":cluster/",
      "arn:aws:ecs:*:" ACCOUNT ":cluster/" },
    { { "logs:CreateLogStream", "logs:PutLogEvents", "logs:GetLogEvents" },
      "logs:DeleteLogGroup",
      "arn:aws:logs:us-east-1:" ACCOUNT ":log-group:/ecs/",
      "arn:aws:logs:*:" ACCOUNT ":log-group:/ecs/" },
    { { "ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter" },
      "ssm:DeleteParameter",
      "arn:aws:ssm:us-east-1:" ACCOUNT ":parameter/",
      "arn:aws:ssm:*:" ACCOUNT ":parameter/" },
};

/* The same numbers everywhere: Knuth's MMIX generator. */
static unsigned dice(uint64_t *state, unsigned sides)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33) % sides;
}

/* ---- the policy ---- */

static bool is_deny(unsigned statement)
{
    return statement % 20 == 13;
}

static void put_pattern(struct remit_buf *out, enum bench_shape shape, unsigned i)
{
    static const char *const behind[BENCH_SHAPES] = { "/config/main.json", "/*", "-*/data/*",
                                                      "/${aws:username}/*" };
    const struct service *s = &services[i % REMIT_COUNT(services)];

    remit_buf_put_fmt(out, "%sapp-%05u%s", shape == BENCH_INNER ? s->inner : s->arn, i,
                      behind[shape]);
}

static void put_conditions(struct remit_buf *out, unsigned i)
{
    remit_buf_put_fmt(out,
                      ",\"Condition\":{\"StringEquals\":{\"aws:PrincipalTag/team\":[\"team-%u\","
                      "\"platform\"]},\"Bool\":{\"aws:SecureTransport\":\"true\"}}",
                      i % 10);
}

static void put_statement(struct remit_buf *out, enum bench_shape shape, unsigned i,
                          bool conditions)
{
    const struct service *s = &services[i % REMIT_COUNT(services)];

    remit_buf_put_fmt(out, "%s{\"Sid\":\"S%u\",\"Effect\":\"%s\",\"Action\":[", i > 0 ? "," : "", i,
                      is_deny(i) ? "Deny" : "Allow");
    if (!is_deny(i))
        remit_buf_put_fmt(out, "\"%s\",\"%s\",", s->allowed[0], s->allowed[1]);
    remit_buf_put_fmt(out, "\"%s\"],\"Resource\":\"", s->allowed[2]);
    put_pattern(out, shape, i);
    remit_buf_put_cstr(out, "\"");
    if (conditions)
        put_conditions(out, i);
    remit_buf_put_cstr(out, "}");
}

/* ---- the requests ---- */

/* Half of them meet a statement; the others miss it by action, by resource or by tag. */
static struct remit_str make_resource(struct bench_case *c, enum bench_shape shape, unsigned i,
                                      bool miss)
{
    static const char *const behind[BENCH_SHAPES] = { "/config/main.json", "/a/b/object-1.bin",
                                                      "-blue/data/2031/x", "/alice/notes.txt" };
    const struct service *s = &services[i % REMIT_COUNT(services)];

    return remit_arena_fmt(&c->arena, "%sapp-%05u%s%s", s->arn, i, miss ? "x" : "", behind[shape]);
}

static void must(int result)
{
    if (result == 0)
        return;
    (void)fprintf(stderr, "policy_bench: out of memory\n");
    exit(2);
}

static void put(struct remit_context *context, const char *key, struct remit_str value)
{
    must(remit_context_put(context, remit_str_of(key), value, NULL));
}

static void make_request(struct bench_case *c, enum bench_shape shape, unsigned n, uint64_t *state,
                         struct bench_request *out)
{
    unsigned i = dice(state, n);
    unsigned how = dice(state, 8);
    const struct service *s = &services[i % REMIT_COUNT(services)];
    unsigned team = how == 7 ? (i + 1) % 10 : i % 10;

    out->request = (struct remit_request){
        .principal = REMIT_STR("arn:aws:sts::" ACCOUNT ":assumed-role/bench/session"),
        .issuer = REMIT_STR("arn:aws:iam::" ACCOUNT ":role/bench"),
        .action = remit_str_of(how == 5 ? s->other : s->allowed[dice(state, 3)]),
        .resource = make_resource(c, shape, i, how == 6),
        .resource_account = REMIT_STR(ACCOUNT),
    };
    put(&out->context, "aws:PrincipalArn", out->request.issuer);
    put(&out->context, "aws:PrincipalAccount", REMIT_STR(ACCOUNT));
    put(&out->context, "aws:SourceIp", REMIT_STR("203.0.113.9"));
    put(&out->context, "aws:SecureTransport", REMIT_STR("true"));
    put(&out->context, "aws:username", REMIT_STR("alice"));
    put(&out->context, "aws:PrincipalTag/team", remit_arena_fmt(&c->arena, "team-%u", team));
}

void bench_case_make(enum bench_shape shape, unsigned n_statements, bool conditions,
                     struct bench_case *out)
{
    auto_buf struct remit_buf document = REMIT_BUF(REMIT_POLICY_MAX);
    uint64_t state = n_statements * 8 + shape * 2 + conditions;

    *out = (struct bench_case){ .arena = REMIT_ARENA(CASE_MOST) };
    (void)snprintf(out->name, sizeof(out->name), "%s-%u%s", shape_names[shape], n_statements,
                   conditions ? "-conditions" : "");
    remit_buf_put_cstr(&document, "{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (unsigned i = 0; i < n_statements; i++)
        put_statement(&document, shape, i, conditions);
    remit_buf_put_cstr(&document, "]}");
    must(remit_buf_check(&document, "policy", NULL));
    out->document = remit_arena_str(&out->arena, remit_buf_view(&document));
    out->requests = calloc(BENCH_REQUESTS, sizeof(*out->requests));
    must(out->requests == NULL ? -1 : 0);
    out->n_requests = BENCH_REQUESTS;
    for (size_t i = 0; i < out->n_requests; i++)
        make_request(out, shape, n_statements, &state, &out->requests[i]);
    must(remit_arena_check(&out->arena, "case", NULL));
}

void bench_case_drop(struct bench_case *c)
{
    for (size_t i = 0; i < c->n_requests; i++)
        remit_context_drop(&c->requests[i].context);
    free(c->requests);
    remit_arena_drop(&c->arena);
}

/* ---- files ---- */

static void put_context(struct remit_jw *w, const struct remit_context *context)
{
    remit_jw_key(w, "context");
    remit_jw_object(w);
    for (size_t i = 0; i < context->n_entries; i++) {
        remit_jw_key_str(w, context->entries[i].key);
        remit_jw_str(w, context->entries[i].values[0]);
    }
    remit_jw_end(w);
}

static void put_request(struct remit_buf *out, const struct bench_request *r)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    remit_jw_put_str(&w, "principal", r->request.principal);
    remit_jw_put_str(&w, "action", r->request.action);
    remit_jw_put_str(&w, "resource", r->request.resource);
    remit_jw_put_str(&w, "resourceAccount", r->request.resource_account);
    put_context(&w, &r->context);
    remit_jw_put_cstr(&w, "expected", remit_decision_name(r->expected));
    remit_jw_end(&w);
    remit_buf_put_byte(out, '\n');
}

static int write_file(const char *folder, const char *name, const char *suffix,
                      struct remit_str text, struct remit_err *err)
{
    char path[4096];
    FILE *file = NULL;
    size_t written = 0;

    (void)snprintf(path, sizeof(path), "%s/%s.%s", folder, name, suffix);
    file = fopen(path, "we");
    if (file == NULL)
        return remit_fail_os(err, REMIT_ERR_INVALID, errno, "%s", path);
    written = fwrite(text.ptr, 1, text.len, file);
    if (fclose(file) != 0 || written != text.len)
        return remit_fail_os(err, REMIT_ERR_INVALID, errno, "%s", path);
    return 0;
}

int bench_case_dump(const struct bench_case *c, const char *folder, struct remit_err *err)
{
    auto_buf struct remit_buf lines = REMIT_BUF(CASE_MOST);

    for (size_t i = 0; i < c->n_requests; i++)
        put_request(&lines, &c->requests[i]);
    TRY(remit_buf_check(&lines, "requests", err));
    TRY(write_file(folder, c->name, "policy.json", c->document, err));
    return write_file(folder, c->name, "requests.jsonl", remit_buf_view(&lines), err);
}

static int read_file(const char *folder, const char *name, const char *suffix,
                     struct remit_arena *arena, struct remit_str *out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CASE_MOST);
    char path[4096];
    char block[65536];
    size_t len = 0;
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s.%s", folder, name, suffix);
    file = fopen(path, "re");
    if (file == NULL)
        return remit_fail_os(err, REMIT_ERR_NOT_FOUND, errno, "%s", path);
    while ((len = fread(block, 1, sizeof(block), file)) > 0)
        remit_buf_put(&text, remit_str_from(block, len));
    (void)fclose(file);
    TRY(remit_buf_check(&text, path, err));
    *out = remit_arena_str(arena, remit_buf_view(&text));
    return remit_arena_check(arena, path, err);
}

static struct remit_str member(struct bench_case *c, const struct remit_json *line, const char *key)
{
    return remit_arena_str(&c->arena, remit_json_str(remit_json_get(line, key)));
}

static enum remit_decision decision_of(struct remit_str name)
{
    static const enum remit_decision all[] = { REMIT_ALLOW, REMIT_EXPLICIT_DENY };

    for (size_t i = 0; i < REMIT_COUNT(all); i++)
        if (remit_str_equal(name, remit_str_of(remit_decision_name(all[i]))))
            return all[i];
    return REMIT_IMPLICIT_DENY;
}

static int read_request(struct bench_case *c, const struct remit_json *line,
                        struct bench_request *out, struct remit_err *err)
{
    const struct remit_json *context = remit_json_get(line, "context");

    out->request = (struct remit_request){
        .principal = member(c, line, "principal"),
        .action = member(c, line, "action"),
        .resource = member(c, line, "resource"),
        .resource_account = member(c, line, "resourceAccount"),
    };
    out->expected = decision_of(remit_json_str(remit_json_get(line, "expected")));
    for (void *it = remit_json_first(context); it != NULL; it = remit_json_next(context, it))
        TRY(remit_context_put(&out->context, remit_arena_str(&c->arena, remit_json_key(it)),
                              remit_arena_str(&c->arena, remit_json_str(remit_json_value(it))),
                              err));
    return 0;
}

int bench_case_load(const char *folder, const char *name, struct bench_case *out,
                    struct remit_err *err)
{
    struct remit_str lines = { 0 };
    bool more = true;

    *out = (struct bench_case){ .arena = REMIT_ARENA(CASE_MOST) };
    (void)snprintf(out->name, sizeof(out->name), "%s", name);
    TRY(read_file(folder, name, "policy.json", &out->arena, &out->document, err));
    TRY(read_file(folder, name, "requests.jsonl", &out->arena, &lines, err));
    out->requests = calloc(lines.len / 2 + 1, sizeof(*out->requests));
    must(out->requests == NULL ? -1 : 0);
    while (more) {
        auto_json struct remit_json *json = NULL;
        struct remit_str line = { 0 };

        more = remit_str_cut(&lines, '\n', &line);
        if (remit_str_trim(line).len == 0)
            continue;
        TRY(remit_json_parse(line, CASE_MOST, &json, err));
        TRY(read_request(out, json, &out->requests[out->n_requests++], err));
    }
    return remit_arena_check(&out->arena, name, err);
}

#include "tests/iam/policy_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/json.h"
#include "tests/iam/proof_kit.h"
#include "tests/iam/proof_random.h"

#define LINE_MAX_BYTES (1u << 20)
#define TIMES_MAX      100000

/* Managed policies of AWS, each with one thing changed, compared both ways. */
struct count {
    size_t pairs, pass, fail, unknown;
    double times_ms[TIMES_MAX];
};

static FILE *open_corpus(void)
{
    static const char *const places[] = { "../shared/corpus/managed-policies.jsonl",
                                          "../../shared/corpus/managed-policies.jsonl",
                                          "/work/shared/corpus/managed-policies.jsonl" };
    FILE *file = NULL;

    for (size_t i = 0; i < REMIT_COUNT(places) && file == NULL; i++)
        file = fopen(places[i], "re");
    return file;
}

/* ---- one change ---- */

static struct remit_str text_of(const struct remit_json *value)
{
    return remit_json_str(remit_json_type(value) == REMIT_JSON_ARRAY ? remit_json_at(value, 0)
                                                                     : value);
}

/* The list with its first entry gone, shortened to a star, or one entry more. */
static void put_changed(struct proof_random *r, struct remit_jw *w, const struct remit_json *value,
                        const char *more)
{
    bool list = remit_json_type(value) == REMIT_JSON_ARRAY;
    uint32_t how = proof_random_below(r, 3);
    struct remit_str first = text_of(value);
    auto_buf struct remit_buf star = REMIT_BUF(LINE_MAX_BYTES);

    remit_buf_put(&star, remit_str_sub(first, 0, first.len - (first.len > 6)));
    remit_buf_put_byte(&star, '*');
    remit_jw_array(w);
    if (how > 0)
        remit_jw_str(w, how == 1 ? remit_buf_view(&star) : first);
    if (how == 2)
        remit_jw_cstr(w, more);
    for (size_t i = 1; list && i < remit_json_count(value); i++)
        remit_jw_json(w, remit_json_at(value, i));
    remit_jw_end(w);
}

static void put_member(struct proof_random *r, struct remit_jw *w, struct remit_str key,
                       const struct remit_json *value, bool change)
{
    if (change && remit_str_equal(key, REMIT_STR("Condition")))
        return;
    remit_jw_key_str(w, key);
    if (change && remit_str_ends(key, REMIT_STR("Action")))
        put_changed(r, w, value, "s3:DeleteBucket*");
    else if (change && remit_str_ends(key, REMIT_STR("Resource")))
        put_changed(r, w, value, "arn:aws:s3:::example/*");
    else if (change && remit_str_equal(key, REMIT_STR("Effect")))
        remit_jw_cstr(w,
                      remit_str_equal(remit_json_str(value), REMIT_STR("Deny")) ? "Allow" : "Deny");
    else
        remit_jw_json(w, value);
}

static void put_statement(struct proof_random *r, struct remit_jw *w, const struct remit_json *s,
                          bool change)
{
    uint32_t which = proof_random_below(r, (uint32_t)remit_json_count(s));
    uint32_t i = 0;

    remit_jw_object(w);
    for (void *m = remit_json_first(s); m != NULL; m = remit_json_next(s, m), i++)
        put_member(r, w, remit_json_key(m), remit_json_value(m), change && i == which);
    remit_jw_end(w);
}

static void change(struct proof_random *r, const struct remit_json *policy, struct remit_buf *out)
{
    const struct remit_json *list = remit_json_get(policy, "Statement");
    bool array = remit_json_type(list) == REMIT_JSON_ARRAY;
    size_t n = array ? remit_json_count(list) : 1;
    uint32_t which = proof_random_below(r, (uint32_t)n);
    struct remit_jw w = REMIT_JW(out);

    remit_buf_clear(out);
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "Version", "2012-10-17");
    remit_jw_key(&w, "Statement");
    remit_jw_array(&w);
    for (size_t i = 0; i < n; i++)
        put_statement(r, &w, array ? remit_json_at(list, i) : list, i == which);
    remit_jw_end(&w);
    remit_jw_end(&w);
}

/* ---- asking ---- */

static void ask(struct remit_policy *old_policy, struct remit_policy *new_policy,
                struct count *count)
{
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;
    struct timespec from;
    struct timespec to;

    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    cr_assert(remit_proof_no_new_access(old_policy, new_policy, NULL, &proof, &err) == 0, "%s",
              err.text);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    if (count->pairs < TIMES_MAX)
        count->times_ms[count->pairs] =
            (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
    count->pairs++;
    count->pass += proof->answer == REMIT_PROOF_NO_ACCESS;
    count->fail += proof->answer == REMIT_PROOF_ACCESS;
    count->unknown += proof->answer == REMIT_PROOF_UNKNOWN;
    if (getenv("PROOF_SHOW") != NULL && proof->answer == REMIT_PROOF_UNKNOWN)
        cr_log_warn("unknown: %.*s", (int)proof->message.len, proof->message.ptr);
    cr_expect(proof->unconfirmed == 0);
}

static void ask_line(struct proof_random *r, struct remit_str line, struct count *count)
{
    auto_json struct remit_json *json = NULL;
    auto_buf struct remit_buf document = REMIT_BUF(LINE_MAX_BYTES);
    auto_buf struct remit_buf changed = REMIT_BUF(LINE_MAX_BYTES);
    auto_policy struct remit_policy *old_policy = NULL;

    cr_assert(remit_json_parse(line, LINE_MAX_BYTES, &json, NULL) == 0);
    remit_json_dump(remit_json_get(json, "document"), &document);
    old_policy = kit_policy(REMIT_POLICY_IDENTITY, remit_buf_cstr(&document));
    for (int i = 0; i < 4; i++) {
        auto_policy struct remit_policy *new_policy = NULL;

        change(r, remit_json_get(json, "document"), &changed);
        new_policy = kit_policy(REMIT_POLICY_IDENTITY, remit_buf_cstr(&changed));
        ask(old_policy, new_policy, count);
        ask(new_policy, old_policy, count);
        if (getenv("PROOF_SLOW") != NULL && count->times_ms[count->pairs - 1] > 20)
            cr_log_warn("slow: %.1f ms\n%s\n%s", count->times_ms[count->pairs - 1],
                        remit_buf_cstr(&changed), remit_buf_cstr(&document));
    }
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

Test(proof_corpus, a_change_to_a_managed_policy_is_judged, .timeout = 0)
{
    static struct count count;
    struct proof_random r = { .state = 42 };
    FILE *file = open_corpus();
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;

    if (file == NULL)
        cr_skip_test("no ../shared/corpus here");
    while ((len = getline(&line, &cap, file)) > 0)
        ask_line(&r, remit_str_from(line, (size_t)len), &count);
    free(line);
    (void)fclose(file);
    qsort(count.times_ms, count.pairs, sizeof(count.times_ms[0]), by_time);
    cr_log_info(
        "%zu pairs, %zu without new access, %zu with, %zu unknown; median %.2f ms, p99 %.2f "
        "ms, most %.2f ms",
        count.pairs, count.pass, count.fail, count.unknown, count.times_ms[count.pairs / 2],
        count.times_ms[count.pairs * 99 / 100], count.times_ms[count.pairs - 1]);
    cr_expect(count.pass > 500 && count.fail > 500);
    cr_expect(count.unknown * 100 <= count.pairs, "%zu of %zu are unknown", count.unknown,
              count.pairs);
}

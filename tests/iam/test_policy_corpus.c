/*
 * AWS's own managed policies: each compiles, and is the same policy in its canonical form. Their
 * file is not part of this repository; without it the test skips and says so.
 */
#include "tests/iam/policy_kit.h"

#include <remit/document.h>

#include "common/base/json_scan.h"
#include "common/os/file.h"

#define CORPUS     REMIT_SOURCE_ROOT "/../shared/corpus/managed-policies.jsonl"
#define CORPUS_MAX ((size_t)16 * 1024 * 1024)
#define POLICIES   500

/* Statements too, in their order: what a decision says of them stays true. */
static void check_same_statements(const struct remit_policy *a, const struct remit_policy *b,
                                  struct remit_str name)
{
    cr_expect(remit_policy_same(a, b), REMIT_STR_FMT, REMIT_STR_ARG(name));
    cr_expect(remit_policy_n_statements(a) == remit_policy_n_statements(b));
}

static void check_one(struct remit_str name, struct remit_str document)
{
    auto_buf struct remit_buf once = REMIT_BUF(REMIT_POLICY_MAX);
    auto_buf struct remit_buf twice = REMIT_BUF(REMIT_POLICY_MAX);
    auto_policy struct remit_policy *before = NULL;
    auto_policy struct remit_policy *after = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_policy_compile(document, NULL, &before, &err) == 0, REMIT_STR_FMT ": %s",
              REMIT_STR_ARG(name), err.text);
    cr_assert(remit_policy_format(document, &once, &err) == 0, "%s", err.text);
    cr_assert(remit_policy_compile(remit_buf_view(&once), NULL, &after, &err) == 0, "%s", err.text);
    check_same_statements(before, after, name);
    cr_assert(remit_policy_format(remit_buf_view(&once), &twice, &err) == 0, "%s", err.text);
    cr_expect(remit_str_equal(remit_buf_view(&once), remit_buf_view(&twice)), REMIT_STR_FMT,
              REMIT_STR_ARG(name));
}

Test(policy_corpus, managed_policies_are_the_same_in_canonical_form, .timeout = 60)
{
    auto_buf struct remit_buf bytes = REMIT_BUF(CORPUS_MAX);
    struct remit_err err = { 0 };
    struct remit_str rest, line;
    size_t n = 0;

    if (remit_file_read(CORPUS, &bytes, &err) != 0)
        cr_skip_test("no managed policies here: %s", err.text);
    rest = remit_buf_view(&bytes);
    while (rest.len > 0) {
        struct remit_str name = { 0 };
        struct remit_str document = { 0 };

        (void)remit_str_cut(&rest, '\n', &line);
        cr_assert(remit_json_check(line, NULL, &err) == 0, "%s", err.text);
        cr_assert(remit_json_find(line, REMIT_STR("/name"), &name, NULL));
        cr_assert(remit_json_find(line, REMIT_STR("/document"), &document, NULL));
        check_one(name, document);
        n++;
    }
    cr_expect(eq(sz, n, POLICIES));
}

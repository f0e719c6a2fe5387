/*
 * Any bytes as a document of any type that lint looks at, and that is written in its canonical
 * form. Invariants: a finding has a check and places that lie within the document, where its
 * pointer leads; what is no JSON is in error; the canonical form is that of itself, and
 * compiles to the same policy.
 */
#include <stdint.h>

#include <remit/document.h>
#include <remit/lint.h>

#include "common/base/json_scan.h"

#define FORM_MAX ((size_t)16 * 1024 * 1024) /* two spaces a level, a value a line */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- lint --- */

static void check_position(const struct remit_position *at, struct remit_str document)
{
    REMIT_REQUIRE(at->line >= 1 && at->line <= document.len + 1);
    REMIT_REQUIRE(at->column <= document.len && at->offset <= document.len);
    REMIT_REQUIRE(at->column <= at->offset);
}

static void check_location(const struct remit_location *at, struct remit_str document, bool json)
{
    check_position(&at->start, document);
    check_position(&at->end, document);
    REMIT_REQUIRE(at->start.offset <= at->end.offset);
    REMIT_REQUIRE(at->pointer.len == 0 || at->pointer.ptr[0] == '/');
    REMIT_REQUIRE(!json || remit_policy_locate(document, at->pointer, NULL, NULL));
    for (size_t i = 0; i < at->n_path; i++)
        REMIT_REQUIRE(i + 1 == at->n_path || at->path[i].kind == REMIT_PATH_VALUE ||
                      at->path[i].kind == REMIT_PATH_INDEX);
}

/* Whether one of them is an error. */
static bool check_findings(const struct remit_lint *lint, struct remit_str document, bool json)
{
    bool wrong = false;

    REMIT_REQUIRE(remit_lint_count(lint) <= REMIT_LINT_FINDINGS_MAX);
    for (size_t i = 0; i < remit_lint_count(lint); i++) {
        const struct remit_finding *f = remit_lint_at(lint, i);

        REMIT_REQUIRE(f->check != NULL && f->message.len > 0 && f->n_locations > 0);
        REMIT_REQUIRE(remit_check_find(remit_str_of(f->check->code)) == f->check);
        for (size_t k = 0; k < f->n_locations; k++)
            check_location(&f->locations[k], document, json);
        wrong = wrong || f->check->type == REMIT_FINDING_ERROR;
    }
    return wrong;
}

static void lint_as(struct remit_str document, enum remit_policy_type type, bool json)
{
    const struct remit_lint_options options = { .type = type };
    auto_lint struct remit_lint *lint = NULL;
    struct remit_err err = { 0 };

    if (remit_lint_policy(document, &options, &lint, &err) != 0)
        REMIT_REQUIRE(err.kind == REMIT_ERR_INVALID || err.kind == REMIT_ERR_LIMIT);
    else
        REMIT_REQUIRE(check_findings(lint, document, json) || json);
}

/* --- the canonical form --- */

static struct remit_policy *compiled(struct remit_str document, enum remit_policy_type type)
{
    const struct remit_policy_options options = { .type = type };
    struct remit_policy *policy = NULL;

    return remit_policy_compile(document, &options, &policy, NULL) == 0 ? policy : NULL;
}

static void check_form(struct remit_str document)
{
    auto_buf struct remit_buf form = REMIT_BUF(FORM_MAX);
    auto_buf struct remit_buf again = REMIT_BUF(FORM_MAX);
    struct remit_err err = { 0 };

    if (remit_policy_format(document, &form, &err) != 0) {
        REMIT_REQUIRE(err.kind == REMIT_ERR_INVALID || err.kind == REMIT_ERR_LIMIT);
        return;
    }
    REMIT_REQUIRE(remit_policy_format(remit_buf_view(&form), &again, NULL) == 0);
    REMIT_REQUIRE(remit_str_equal(remit_buf_view(&form), remit_buf_view(&again)));
    for (int type = REMIT_POLICY_IDENTITY; type <= REMIT_POLICY_ENDPOINT; type++) {
        auto_policy struct remit_policy *before = compiled(document, (enum remit_policy_type)type);
        auto_policy struct remit_policy *after =
            compiled(remit_buf_view(&form), (enum remit_policy_type)type);

        REMIT_REQUIRE((before == NULL) == (after == NULL));
        REMIT_REQUIRE(before == NULL || remit_policy_same(before, after));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str document = { (const char *)data, size };
    bool json = size <= REMIT_POLICY_MAX && remit_json_check(document, NULL, NULL) == 0;

    for (int type = REMIT_POLICY_IDENTITY; type <= REMIT_POLICY_ENDPOINT; type++)
        lint_as(document, (enum remit_policy_type)type, json);
    if (size <= 4096)
        check_form(document);
    return 0;
}

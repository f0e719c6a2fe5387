/*
 * The query of GET /registry/token out of strangers' bytes. Invariants: what is understood names
 * repositories only, each once and no more than fit; and what is asked again in its plain form is
 * understood the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "common/base/buf.h"
#include "control/ecr_data.h"
#include "control/ops/registry_scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_names(const struct registry_scopes *scopes)
{
    must(scopes->n <= REGISTRY_SCOPES_MOST);
    for (size_t i = 0; i < scopes->n; i++) {
        must(ecr_name_fits(scopes->items[i].name));
        for (size_t k = 0; k < i; k++)
            must(!remit_str_equal(scopes->items[i].name, scopes->items[k].name));
    }
}

static void must_be_stable(const struct registry_scopes *scopes, struct remit_arena *arena)
{
    auto_buf struct remit_buf plain = REMIT_BUF(8192);
    struct registry_scopes again;

    for (size_t i = 0; i < scopes->n; i++)
        remit_buf_put_fmt(&plain, "&scope=repository:" REMIT_STR_FMT ":%s%s",
                          REMIT_STR_ARG(scopes->items[i].name),
                          scopes->items[i].pull ? "pull," : "",
                          scopes->items[i].push ? "push" : "");
    must(registry_scopes_parse(remit_buf_view(&plain), REMIT_STR("s"), arena, &again, NULL) == 0);
    must(again.n == scopes->n);
    for (size_t i = 0; i < again.n; i++)
        must(again.items[i].pull == scopes->items[i].pull &&
             again.items[i].push == scopes->items[i].push);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    struct registry_scopes scopes;

    if (registry_scopes_parse(remit_str_from((const char *)data, size), REMIT_STR("s"), &arena,
                              &scopes, NULL) != 0)
        return 0;
    must_be_names(&scopes);
    must_be_stable(&scopes, &arena);
    return 0;
}

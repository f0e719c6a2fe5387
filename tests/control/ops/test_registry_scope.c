/* What a client may ask the token realm for, and what is no scope at all. */
#include <criterion/criterion.h>

#include "common/base/buf.h"
#include "control/ops/registry_scope.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static const struct row {
    const char *name;
    const char *query;
    const char *scopes; /* "name:pull,push;…" as understood, or NULL when refused */
    const char *code;
} rows[] = {
    { "nothing", "", "", NULL },
    { "a login", "account=AWS&client_id=docker&offline_token=true&service=remit-registry", "",
      NULL },
    { "a pull", "service=remit-registry&scope=repository%3Aweb%3Apull", "web:pull,", NULL },
    { "a push", "scope=repository:team/web:push,pull&service=remit-registry", "team/web:pull,push",
      NULL },
    { "two parameters", "scope=repository:web:pull&scope=repository:base:pull",
      "web:pull,;base:pull,", NULL },
    { "two in one", "scope=repository:web:pull+repository:base:pull", "web:pull,;base:pull,",
      NULL },
    { "the same twice", "scope=repository:web:pull&scope=repository:web:push", "web:pull,push",
      NULL },
    { "a class", "scope=repository(plugin):web:pull", "web:pull,", NULL },
    { "the catalogue", "scope=registry:catalog:*", "", NULL },
    { "every action", "scope=repository:web:*", "web:,", NULL },
    { "deleting", "scope=repository:web:delete", "web:,", NULL },
    { "no action", "scope=repository:web:", "web:,", NULL },
    { "an action by its start", "scope=repository:web:pul,pushed", "web:,", NULL },
    { "an empty scope", "scope=", "", NULL },
    { "another service", "service=registry.docker.io&scope=repository:web:pull", NULL,
      "UNSUPPORTED" },
    { "no colons", "scope=web", NULL, "UNSUPPORTED" },
    { "one colon", "scope=repository:web", NULL, "UNSUPPORTED" },
    { "wrong encoding", "scope=repository%3", NULL, "UNSUPPORTED" },
    { "a name with a colon", "scope=repository:host:5000/web:pull", NULL, "NAME_INVALID" },
    { "a name in capitals", "scope=repository:Web:pull", NULL, "NAME_INVALID" },
    { "a path", "scope=repository:../web:pull", NULL, "NAME_INVALID" },
    { "a NUL", "scope=repository:web%00x:pull", NULL, "NAME_INVALID" },
    { "seventeen",
      "scope=repository:aa:pull+repository:ab:pull+repository:ac:pull+repository:ad:pull+"
      "repository:ae:pull+repository:af:pull+repository:ag:pull+repository:ah:pull+"
      "repository:ai:pull+repository:aj:pull+repository:ak:pull+repository:al:pull+"
      "repository:am:pull+repository:an:pull+repository:ao:pull+repository:ap:pull+"
      "repository:aq:pull",
      NULL, "TOOMANYREQUESTS" },
};

static void put_scopes(const struct registry_scopes *scopes, struct remit_buf *out)
{
    for (size_t i = 0; i < scopes->n; i++)
        remit_buf_put_fmt(out, "%s" REMIT_STR_FMT ":%s,%s", i > 0 ? ";" : "",
                          REMIT_STR_ARG(scopes->items[i].name), scopes->items[i].pull ? "pull" : "",
                          scopes->items[i].push ? "push" : "");
}

ROWS(registry_scope, understood, rows)
{
    const struct row *r = &rows[*row_index];
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf text = REMIT_BUF(4096);
    struct registry_scopes scopes;
    struct remit_err err = { 0 };
    int result = registry_scopes_parse(remit_str_of(r->query), REMIT_STR("remit-registry"), &arena,
                                       &scopes, &err);

    if (r->scopes == NULL) {
        cr_assert(result == -1, "%s", r->name);
        EXPECT_TEXT(err.code, r->code);
        return;
    }
    cr_assert(result == 0, "%s: %s", r->name, err.text);
    put_scopes(&scopes, &text);
    EXPECT_TEXT(remit_buf_cstr(&text), r->scopes);
}

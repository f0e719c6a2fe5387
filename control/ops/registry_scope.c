#include "control/ops/registry_scope.h"

#include "common/base/encode.h"
#include "control/ecr_data.h"

#define QUERY_MOST 8192 /* bytes */

static int malformed(struct remit_err *err, const char *sentence)
{
    return remit_fail(err, REMIT_ERR_INVALID, "UNSUPPORTED", "%s", sentence);
}

/* The part up to the last `sep`; what is behind it goes to *tail. False when there is none. */
static bool cut_last(struct remit_str *s, char sep, struct remit_str *tail)
{
    size_t at = s->len;

    while (at > 0 && s->ptr[at - 1] != sep)
        at--;
    if (at == 0)
        return false;
    *tail = remit_str_sub(*s, at, s->len);
    s->len = at - 1;
    return true;
}

static struct registry_scope *scope_of(struct registry_scopes *scopes, struct remit_str name)
{
    for (size_t i = 0; i < scopes->n; i++)
        if (remit_str_equal(scopes->items[i].name, name))
            return &scopes->items[i];
    if (scopes->n == REGISTRY_SCOPES_MOST)
        return NULL;
    scopes->items[scopes->n] = (struct registry_scope){ .name = name };
    return &scopes->items[scopes->n++];
}

static int add(struct registry_scopes *scopes, struct remit_str name, struct remit_str actions,
               struct remit_err *err)
{
    struct registry_scope *scope = NULL;
    bool more = true;

    if (!ecr_name_fits(name))
        return remit_fail(err, REMIT_ERR_INVALID, "NAME_INVALID",
                          "'%.*s' can't be the name of a repository",
                          (int)(name.len < 128 ? name.len : 128), name.ptr);
    scope = scope_of(scopes, name);
    if (scope == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "TOOMANYREQUESTS",
                          "too many repositories at once, the most is %d", REGISTRY_SCOPES_MOST);
    while (more) {
        struct remit_str action;

        more = remit_str_cut(&actions, ',', &action);
        scope->pull = scope->pull || remit_str_equal(action, REMIT_STR("pull"));
        scope->push = scope->push || remit_str_equal(action, REMIT_STR("push"));
    }
    return 0;
}

/* "repository" may say a class: "repository(plugin)". */
static bool is_repository(struct remit_str type)
{
    return remit_str_equal(type, REMIT_STR("repository")) ||
           (remit_str_starts(type, REMIT_STR("repository(")) &&
            remit_str_ends(type, REMIT_STR(")")));
}

static int add_scope(struct registry_scopes *scopes, struct remit_str text, struct remit_err *err)
{
    struct remit_str type, actions;

    if (!remit_str_cut(&text, ':', &type) || !cut_last(&text, ':', &actions))
        return malformed(err, "a scope must be of the form type:name:actions");
    return is_repository(type) ? add(scopes, text, actions, err) : 0;
}

static int add_scopes(struct registry_scopes *scopes, struct remit_str text, struct remit_err *err)
{
    bool more = text.len > 0;

    while (more) {
        struct remit_str scope;

        more = remit_str_cut(&text, ' ', &scope);
        if (scope.len > 0)
            TRY(add_scope(scopes, scope, err));
    }
    return 0;
}

static int decoded(struct remit_str text, struct remit_arena *arena, struct remit_str *out,
                   struct remit_err *err)
{
    auto_buf struct remit_buf bytes = REMIT_BUF(QUERY_MOST);

    if (remit_uri_decode(text, true, &bytes, err) != 0)
        return malformed(err, "the query holds a wrong percent-encoding");
    *out = remit_arena_str(arena, remit_buf_view(&bytes));
    return remit_arena_check(arena, "the query", err);
}

int registry_scopes_parse(struct remit_str query, struct remit_str service,
                          struct remit_arena *arena, struct registry_scopes *out,
                          struct remit_err *err)
{
    bool more = query.len > 0;

    out->n = 0;
    if (query.len > QUERY_MOST)
        return malformed(err, "the query is too long");
    while (more) {
        struct remit_str part, name, value;

        more = remit_str_cut(&query, '&', &part);
        (void)remit_str_cut(&part, '=', &name);
        TRY(decoded(part, arena, &value, err));
        if (remit_str_equal(name, REMIT_STR("service")) && !remit_str_equal(value, service))
            return malformed(err, "this realm speaks for another service");
        if (remit_str_equal(name, REMIT_STR("scope")))
            TRY(add_scopes(out, value, err));
    }
    return 0;
}

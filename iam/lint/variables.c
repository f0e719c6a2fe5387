/* Policy variables: their form, where they work, whether they ever have a value (12). */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

/* One "${...}" of a string. */
struct variable {
    uint32_t node;
    size_t from, len;      /* in the string, with its braces */
    struct remit_str body; /* between them */
};

static void report(struct lint *l, enum lint_code code, const struct variable *v, const char *what)
{
    lint_report_part(l, code, v->node, v->from, v->len, "\"${%.*s}\": %s.", LINT_ARG(v->body),
                     what);
}

static bool is_escape(struct remit_str body)
{
    return body.len == 1 && (body.ptr[0] == '*' || body.ptr[0] == '?' || body.ptr[0] == '$');
}

/* The key, without a default; false when the default is malformed. */
static bool split(struct remit_str body, struct remit_str *key)
{
    size_t comma = remit_str_find(body, ',');
    size_t quote = remit_str_find(body, '\'');
    struct remit_str rest = remit_str_trim(remit_str_sub(body, comma + 1, body.len));

    *key = remit_str_sub(body, 0, comma);
    if (comma == body.len)
        return quote == body.len;
    return rest.len >= 2 && rest.ptr[0] == '\'' && rest.ptr[rest.len - 1] == '\'';
}

static bool has_space(struct remit_str key)
{
    return remit_str_find(key, ' ') != key.len;
}

static bool is_tag(struct remit_str key)
{
    return remit_str_find(key, '/') != key.len;
}

/* Roles have no user name; services and web identities have no tags of users either. */
static bool never_present(const struct lint *l, struct remit_str key)
{
    bool session = l->options.for_role || l->options.type == REMIT_POLICY_SESSION;

    return session && lint_key_is(key, "aws:username");
}

static void check_key(struct lint *l, const struct variable *v, struct remit_str key)
{
    struct lint_key about = lint_key_about(l, key);

    if (about.known && about.multivalued)
        report(l, LINT_VARIABLE_MULTIVALUED, v,
               "the key may have several values, and then a variable has none");
    else if (about.global && !about.known)
        report(l, LINT_INVALID_GLOBAL_CONDITION_KEY, v, "there is no such condition key");
    if (never_present(l, key))
        report(l, LINT_VARIABLE_NEVER_PRESENT, v,
               "role sessions have no user name, so the variable never has a value. Use "
               "aws:PrincipalTag or aws:userid");
}

static void check_form(struct lint *l, const struct variable *v)
{
    struct remit_str key;

    if (v->body.len == 0) {
        report(l, LINT_EMPTY_VARIABLE, v, "a policy variable has a name");
        return;
    }
    if (is_escape(v->body))
        return;
    if (!split(v->body, &key)) {
        report(l, LINT_MISSING_QUOTE_IN_VARIABLE, v,
               "a default value stands in single quotes: ${key, 'default'}");
        return;
    }
    if (has_space(key) && !is_tag(key))
        report(l, LINT_UNSUPPORTED_SPACE_IN_VARIABLE, v, "a space is not part of a key");
    else
        check_key(l, v, key);
}

/* ---- where they stand ---- */

enum where { WHERE_NOWHERE = 0, WHERE_RESOURCE, WHERE_VALUE };

/* In a document of the older version they are text, and escaped wildcards are wildcards (6). */
static void check_old(struct lint *l, const struct variable *v)
{
    if (is_escape(v->body) && v->body.ptr[0] != '$')
        report(l, LINT_VARIABLE_IN_OLD_VERSION_ESCAPE, v,
               "without Version 2012-10-17 this is no escape: the wildcard in it is one");
    else
        report(l, LINT_VARIABLE_UNSUPPORTED_IN_VERSION, v,
               "without Version 2012-10-17 this is plain text");
}

static size_t fifth_colon(struct remit_str text)
{
    size_t n = 0;
    bool inside = false;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '{' && i > 0 && text.ptr[i - 1] == '$')
            inside = true;
        else if (text.ptr[i] == '}')
            inside = false;
        else if (text.ptr[i] == ':' && !inside && ++n == 5)
            return i;
    }
    return text.len;
}

/* `from`: where in the text variables start to work. */
static void check_variable(struct lint *l, const struct variable *v, size_t from, enum where where)
{
    if (where == WHERE_NOWHERE) {
        report(l, LINT_VARIABLE_UNSUPPORTED_IN_ELEMENT, v,
               "policy variables work in Resource and in condition values only");
        return;
    }
    if (!l->variables) {
        check_old(l, v);
        return;
    }
    if (v->from < from)
        report(l, LINT_VARIABLE_BEFORE_FIFTH_COLON, v,
               "in an ARN policy variables work behind the fifth colon only");
    check_form(l, v);
}

static void check_text(struct lint *l, struct remit_str text, uint32_t node, enum where where)
{
    size_t from = where == WHERE_RESOURCE ? fifth_colon(text) : 0;

    for (size_t i = 0; i + 1 < text.len; i++) {
        struct remit_str rest;
        struct variable v = { .node = node, .from = i };

        if (text.ptr[i] != '$' || text.ptr[i + 1] != '{')
            continue;
        rest = remit_str_sub(text, i + 2, text.len);
        v.body = remit_str_sub(rest, 0, remit_str_find(rest, '}'));
        v.len = v.body.len + 3;
        if (v.body.len == rest.len) {
            lint_report_part(l, LINT_MISSING_BRACE_IN_VARIABLE, node, i, text.len - i,
                             "The policy variable in \"%.*s\" is not closed.", LINT_ARG(text));
            return;
        }
        check_variable(l, &v, from, where);
        i += v.len - 1;
    }
}

static bool takes_variables(const struct lint_condition *c)
{
    return c->op != NULL &&
           (c->op->operand == REMIT_OPERAND_STRING || c->op->operand == REMIT_OPERAND_PATTERN ||
            c->op->operand == REMIT_OPERAND_ARN);
}

void lint_variables(struct lint *l, const struct lint_statement *s)
{
    if (s->sid.node != 0)
        check_text(l, s->sid.text, s->sid.node, WHERE_NOWHERE);
    for (size_t i = 0; i < s->n_principals; i++)
        check_text(l, s->principals[i].text, s->principals[i].node, WHERE_NOWHERE);
    for (size_t i = 0; i < s->actions.n; i++)
        check_text(l, s->actions.at[i].text, s->actions.at[i].node, WHERE_NOWHERE);
    for (size_t i = 0; i < s->resources.n; i++)
        check_text(l, s->resources.at[i].text, s->resources.at[i].node, WHERE_RESOURCE);
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *c = &s->conditions[i];

        check_text(l, c->key, c->key_node, WHERE_NOWHERE);
        for (size_t j = 0; j < c->n_values && takes_variables(c); j++)
            check_text(l, c->values[j].text, c->values[j].node, WHERE_VALUE);
    }
}

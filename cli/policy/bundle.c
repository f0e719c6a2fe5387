#include "cli/policy/answer.h"

static const enum remit_policy_type types[REMIT_LAYER_COUNT] = {
    [REMIT_LAYER_RCP] = REMIT_POLICY_RCP,           [REMIT_LAYER_SCP] = REMIT_POLICY_SCP,
    [REMIT_LAYER_ENDPOINT] = REMIT_POLICY_ENDPOINT, [REMIT_LAYER_RESOURCE] = REMIT_POLICY_RESOURCE,
    [REMIT_LAYER_IDENTITY] = REMIT_POLICY_IDENTITY, [REMIT_LAYER_BOUNDARY] = REMIT_POLICY_BOUNDARY,
    [REMIT_LAYER_SESSION] = REMIT_POLICY_SESSION,
};

/* ---- trust policies ---- */

static bool assumes_role(struct remit_str action)
{
    static const char *const names[] = {
        "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
        "sts:SetContext", "sts:SetSourceIdentity",  "sts:TagSession"
    };

    for (size_t i = 0; i < REMIT_COUNT(names); i++)
        if (remit_str_equal_nocase(action, remit_str_of(names[i])))
            return true;
    return false;
}

static bool is_role(struct remit_str resource)
{
    struct remit_arn arn;

    return remit_arn_parse(resource, &arn) && remit_str_equal(arn.service, REMIT_STR("iam")) &&
           remit_str_starts(arn.resource, REMIT_STR("role/"));
}

static bool names_resource(struct remit_str statement)
{
    return remit_json_find(statement, REMIT_STR("/Resource"), NULL, NULL) ||
           remit_json_find(statement, REMIT_STR("/NotResource"), NULL, NULL);
}

static bool has_resource(struct remit_str document)
{
    struct remit_str statements = { 0 };
    struct remit_str key, statement;
    struct remit_json_walk walk;

    if (!remit_json_find(document, REMIT_STR("/Statement"), &statements, NULL))
        return false;
    walk = remit_json_walk(statements);
    if (walk.members)
        return names_resource(statements);
    while (remit_json_walk_next(&walk, &key, &statement))
        if (names_resource(statement))
            return true;
    return false;
}

/* What is asked of a role when somebody wants to act as it is its trust policy. */
static enum remit_policy_type type_of(enum remit_layer layer, const struct cli_case *one)
{
    if (layer == REMIT_LAYER_RESOURCE && assumes_role(one->request.action) &&
        (is_role(one->request.resource) || !has_resource(one->layers[layer])))
        return REMIT_POLICY_TRUST;
    return types[layer];
}

/* ---- loading ---- */

static int load_levels(struct cli_layers *cache, enum remit_layer layer, struct remit_str text,
                       struct cli_bundle *out, size_t *n, struct remit_err *err)
{
    struct remit_json_walk walk = remit_json_walk(text);
    size_t which = layer == REMIT_LAYER_RCP;
    struct remit_str key, level;

    for (*n = 0; remit_json_walk_next(&walk, &key, &level); (*n)++) {
        if (*n == CLI_LEVELS_MOST)
            return remit_fail(err, REMIT_ERR_LIMIT, "BadCase", "%s has more than %d levels",
                              cli_case_member(layer), CLI_LEVELS_MOST);
        if (cli_layers_take(cache, level, types[layer], &out->levels[which][*n], err) != 0)
            return remit_err_prefix(err, "%s: level %zu", cli_case_member(layer), *n);
        out->sets[which][*n] = out->levels[which][*n]->set;
    }
    return 0;
}

static int load(struct cli_layers *cache, enum remit_layer layer, const struct cli_case *one,
                struct cli_bundle *out, struct remit_err *err)
{
    struct remit_str text = one->layers[layer];

    if (text.len == 0)
        return 0;
    if (layer == REMIT_LAYER_SCP)
        return load_levels(cache, layer, text, out, &out->bundle.n_scps, err);
    if (layer == REMIT_LAYER_RCP)
        return load_levels(cache, layer, text, out, &out->bundle.n_rcps, err);
    if (cli_layers_take(cache, text, type_of(layer, one), &out->layers[layer], err) != 0)
        return remit_err_prefix(err, "%s", cli_case_member(layer));
    return 0;
}

static const struct remit_policy_set *set_of(const struct cli_bundle *b, enum remit_layer layer)
{
    return b->layers[layer] == NULL ? NULL : b->layers[layer]->set;
}

int cli_bundle_load(struct cli_layers *cache, const struct cli_case *one, struct cli_bundle *out,
                    struct remit_err *err)
{
    for (enum remit_layer layer = REMIT_LAYER_RCP; layer < REMIT_LAYER_COUNT; layer++)
        TRY(load(cache, layer, one, out, err));
    out->bundle.identity = set_of(out, REMIT_LAYER_IDENTITY);
    out->bundle.boundary = set_of(out, REMIT_LAYER_BOUNDARY);
    out->bundle.session = set_of(out, REMIT_LAYER_SESSION);
    out->bundle.resource = set_of(out, REMIT_LAYER_RESOURCE);
    out->bundle.endpoint = set_of(out, REMIT_LAYER_ENDPOINT);
    out->bundle.scps = out->sets[0];
    out->bundle.rcps = out->sets[1];
    return 0;
}

void cli_bundle_drop(struct cli_bundle *b)
{
    for (size_t i = 0; i < REMIT_LAYER_COUNT; i++)
        cli_layer_drop(&b->layers[i]);
    for (size_t i = 0; i < CLI_LEVELS_MOST; i++) {
        cli_layer_drop(&b->levels[0][i]);
        cli_layer_drop(&b->levels[1][i]);
    }
    b->bundle = (struct remit_bundle){ 0 };
}

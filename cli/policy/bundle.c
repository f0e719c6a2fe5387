#include "cli/policy/answer.h"
#include "cli/policy/documents.h"

static const enum remit_policy_type types[REMIT_LAYER_COUNT] = {
    [REMIT_LAYER_RCP] = REMIT_POLICY_RCP,           [REMIT_LAYER_SCP] = REMIT_POLICY_SCP,
    [REMIT_LAYER_ENDPOINT] = REMIT_POLICY_ENDPOINT, [REMIT_LAYER_RESOURCE] = REMIT_POLICY_RESOURCE,
    [REMIT_LAYER_IDENTITY] = REMIT_POLICY_IDENTITY, [REMIT_LAYER_BOUNDARY] = REMIT_POLICY_BOUNDARY,
    [REMIT_LAYER_SESSION] = REMIT_POLICY_SESSION,
};

static enum remit_policy_type type_of(enum remit_layer layer, const struct cli_case *one)
{
    return layer != REMIT_LAYER_RESOURCE
               ? types[layer]
               : cli_resource_policy_type(one->request.action, one->request.resource,
                                          one->layers[layer]);
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

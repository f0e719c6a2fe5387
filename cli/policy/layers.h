/*
 * layers.h - the documents of one layer, as text, made into a set that decisions look at.
 *
 * Texts that come again (the same service control policies in case after case) are compiled once:
 * the cache keeps sets by their whole text and their type, up to CLI_LAYERS_MOST bytes.
 *
 * Ownership: cli_layers_take() gives a holder's share, ended with cli_layer_drop().
 * Threads:   one.
 * Errors:    those of remit_policy_compile(), with "policy 2: " in front when the text is a list.
 */
#pragma once

#include <remit/policy.h>

#define CLI_LAYERS_MOST ((size_t)64 * 1024 * 1024)

struct cli_layer {
    unsigned holders;
    enum remit_policy_type type;
    uint64_t hash;
    size_t bytes; /* about what it costs */
    struct remit_str text;
    struct remit_policy_set *set;
    size_t n_policies;
    struct remit_str *documents;   /* by policy, in `text` */
    struct remit_str **statements; /* by policy; each NULL until asked for */
};

struct cli_layers;
int cli_layers_new(struct cli_layers **out, struct remit_err *err) REMIT_MUST_USE;
void cli_layers_drop(struct cli_layers **layers);
#define auto_cli_layers REMIT_AUTO(cli_layers_drop)

/* `text` is a document or a list of documents: JSON that remit_json_check() has taken. */
int cli_layers_take(struct cli_layers *layers, struct remit_str text, enum remit_policy_type type,
                    struct cli_layer **out, struct remit_err *err) REMIT_MUST_USE;
void cli_layer_drop(struct cli_layer **layer);

/*
 * Where a statement starts in the layer's text; 0 when there is no memory to find out. The first
 * call for a document walks over it once.
 */
size_t cli_layer_place(struct cli_layer *layer, size_t policy, size_t statement);

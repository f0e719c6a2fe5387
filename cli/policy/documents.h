/*
 * documents.h - policy documents by name, with their texts, put together layer by layer.
 *
 * Ownership: documents own copies of names and texts, and the set made of them.
 * Errors:    those of remit_policy_compile(), with name, line and column in front.
 */
#pragma once

#include <remit/document.h>
#include <remit/policy.h>

#define CLI_DOCUMENTS_MOST 10000 /* of one layer */
#define CLI_LEVELS_MOST    16    /* of SCPs or RCPs; an organization has seven at most */

struct cli_document {
    char *name;
    struct remit_str text; /* allocated */
    struct remit_policy *policy;
};

/* The documents of one layer, or of one level of it. The zero value holds none. */
struct cli_documents {
    struct cli_document *all;
    size_t n;
    size_t cap;
    struct remit_policy_set *set; /* NULL until sealed */
};

int cli_documents_add(struct cli_documents *documents, const char *name, struct remit_str text,
                      enum remit_policy_type type, struct remit_err *err) REMIT_MUST_USE;
int cli_documents_add_file(struct cli_documents *documents, const char *path,
                           enum remit_policy_type type, struct remit_err *err) REMIT_MUST_USE;
/* Makes the set. */
int cli_documents_seal(struct cli_documents *documents, struct remit_err *err) REMIT_MUST_USE;
void cli_documents_drop(struct cli_documents *documents);

/* All layers of a decision. */
struct cli_policies {
    struct cli_documents layers[REMIT_LAYER_COUNT];  /* but SCP and RCP */
    struct cli_documents levels[2][CLI_LEVELS_MOST]; /* SCP, RCP */
    size_t n_levels[2];
    const struct remit_policy_set *sets[2][CLI_LEVELS_MOST];
    struct remit_bundle bundle; /* once sealed */
};
/* Makes the sets and the bundle. A layer without documents is not there; a level without denies. */
int cli_policies_seal(struct cli_policies *of, struct remit_err *err) REMIT_MUST_USE;
void cli_policies_drop(struct cli_policies *of);
#define auto_cli_policies REMIT_AUTO(cli_policies_drop)

/*
 * Where the step's statement or condition stands: the document, the JSON pointer in it, the place
 * of its key, or of the whole where it has none. NULL: unknown.
 */
const struct cli_document *cli_policies_locate(const struct cli_policies *of,
                                               const struct remit_trace *step, char *pointer,
                                               size_t size, struct remit_place *place);
/* "deploy.json:4:7": a remit_place_fn whose `self` is the policies. */
size_t cli_policies_place(void *of, const struct remit_trace *step, char *out, size_t size);

/* What a resource's policy is: a trust policy when the action assumes a role and the resource is
 * one, or the document names no resource. */
enum remit_policy_type cli_resource_policy_type(struct remit_str action, struct remit_str resource,
                                                struct remit_str document);

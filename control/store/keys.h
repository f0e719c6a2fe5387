/*
 * keys.h - typed builders for the store's keys, the one place that knows their forms.
 *
 * A key is a path of components; each component given by a caller is escaped (everything but
 * A-Z a-z 0-9 - _ . : @ + = , becomes %XX), so no name can reach into another's subtree. A key
 * that would be longer than CONTROL_STORE_KEY_MAX comes out empty, and the store refuses empty
 * keys: no builder needs an error path. Forms ending in '/' are prefixes for scan and watch.
 *
 * Ownership: by value; control_key_str(&k) borrows from k.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/str.h>

#include "control/store/store.h"

struct control_key {
    size_t len;
    char text[CONTROL_STORE_KEY_MAX + 1];
};
struct remit_str control_key_str(const struct control_key *key);

/*
 * The general builder: `form` is a literal, each '%' in it stands for the next of the n parts,
 * escaped. Rooms of control with records of their own wrap it in a typed function here.
 */
struct control_key control_key_make(const char *form, const struct remit_str *parts, size_t n);
#define CONTROL_KEY(form, ...)                                                                     \
    control_key_make((form), (const struct remit_str[]){ __VA_ARGS__ },                            \
                     sizeof((const struct remit_str[]){ __VA_ARGS__ }) / sizeof(struct remit_str))

/* The i-th component from the end (0: the last), still escaped; names in [A-Za-z0-9_-] are not
 * changed by escaping, so for ids and ECS names this is the name itself. */
struct remit_str control_key_tail(struct remit_str key, unsigned i);

/* /clusters/<name> */
struct control_key control_key_cluster(struct remit_str cluster);
struct control_key control_key_clusters(void); /* prefix */
/* /cluster/<cluster>/instance/<id> */
struct control_key control_key_instance(struct remit_str cluster, struct remit_str id);
struct control_key control_key_instances(struct remit_str cluster); /* prefix */
/* /cluster/<cluster>/connected/<id>: there while the agent polls, dies with its lease */
struct control_key control_key_connected(struct remit_str cluster, struct remit_str id);
struct control_key control_key_connecteds(struct remit_str cluster); /* prefix */
/* /cluster/<cluster>/agent/<id>: which run of the agent speaks for the instance */
struct control_key control_key_agent(struct remit_str cluster, struct remit_str id);
/* /cluster/<cluster>/task/<id> */
struct control_key control_key_task(struct remit_str cluster, struct remit_str id);
struct control_key control_key_tasks(struct remit_str cluster); /* prefix */
/* /cluster/<cluster>/placed/<instance>/<task>: what this instance's agent should know of */
struct control_key control_key_placed(struct remit_str cluster, struct remit_str instance,
                                      struct remit_str task);
struct control_key control_key_placeds(struct remit_str cluster,
                                       struct remit_str instance);    /* prefix */
struct control_key control_key_all_placeds(struct remit_str cluster); /* prefix of those prefixes */
/* /family/<family>: the highest revision ever */
struct control_key control_key_family(struct remit_str family);
struct control_key control_key_families(void); /* prefix */
/* /definition/<family>/<revision, ten digits>, so that order is by revision */
struct control_key control_key_definition(struct remit_str family, unsigned revision);
struct control_key control_key_definitions(struct remit_str family); /* prefix */
/* /cluster/<cluster>/token/<clientToken>: a RunTask that was answered */
struct control_key control_key_run_token(struct remit_str cluster, struct remit_str token);

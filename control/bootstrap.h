/*
 * bootstrap.h - what a new state folder gets before control serves: an account, and its root user's
 * access key, once.
 *
 * The key's secret is written to <state>/root-access-key (0600) and kept nowhere else. The file is
 * written before the store says that the key exists: a crash between the two makes another key at
 * the next start and loses none that anybody was told. Whoever removes the file has the only copy.
 *
 * Errors: INVALID "WrongAccount" when the folder belongs to another account, region or partition.
 */
#pragma once

#include <remit/err.h>

#include "control/audit.h"
#include "control/keeper/client.h"
#include "control/operation.h"
#include "control/store/store.h"

struct control_bootstrap {
    const char *state_dir;
    const struct control_config *config;
    struct control_store *store;
    struct keeper_client *keeper;
    struct control_audit *audit;
    double now;
};

/* The store is this account's, or nobody's yet. Asked before the keeper is started. */
int control_account_check(struct control_store *store, const struct control_config *config,
                          struct remit_err *err) REMIT_MUST_USE;
/* Makes what is missing; nothing when this was done before. */
int control_bootstrap(const struct control_bootstrap *b, struct remit_err *err) REMIT_MUST_USE;

/*
 * <state>/registry-bundle.pem: certificates of the keys that sign the registry's tokens, for
 * docker-registry's rootcertbundle. Written anew when the keeper's keys have changed since
 * *generation, which it then moves on; start with UINT64_MAX.
 */
int control_bundle_refresh(const char *state_dir, struct keeper_client *keeper,
                           uint64_t *generation, struct remit_err *err) REMIT_MUST_USE;

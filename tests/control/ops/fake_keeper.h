/*
 * fake_keeper.h - a keeper inside the test's own process: what keeper/client.h promises, with ids
 * that come in order, so that answers can be compared byte for byte.
 *
 * Linked instead of control/keeper/client.c: it defines all of that file's functions.
 */
#pragma once

#include "control/keeper/client.h"

struct keeper_client *fake_keeper(void);
/* From now on every call fails with KeeperUnavailable, or no longer. */
void fake_keeper_away(bool away);
/* How many sessions were minted, by any thread. */
unsigned fake_keeper_minted(void);
/* What was minted last. */
struct fake_keeper_last {
    char subject[256], role[256], source[256], purpose[32], policy[8192], extra[8192];
    char registry[1024]; /* "name:actions name:actions" */
    int64_t issued_at, duration_s;
    char retired[64];
};
extern struct fake_keeper_last fake_keeper_last;

/*
 * state.h - what the keeper holds: the root and what is derived from it, the token signing keys,
 * and the ids that were retired.
 *
 * In its folder (0700): `root`, 64 hex digits (0600), and `journal` (see journal.h). Everything
 * else follows from the root: it seals the journal and the access keys, session secrets and data
 * keys are derived from it. Replicas of control that share a root share all of that.
 *
 * Threads: one only.
 * Errors:  INTERNAL "KeeperStateDamaged" for a root or a journal that can't be read;
 *          UNAVAILABLE "KeeperLocked" when another keeper has the folder;
 *          LIMIT "LimitExceeded" for a rotation while every place holds a key of living tokens.
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>
#include <remit/token.h>

#include "common/base/arena.h"
#include "control/keeper/frames.h"
#include "control/keeper/ids.h"
#include "control/keeper/journal.h"
#include "iam/crypto.h"

struct keeper_key {
    char kid[REMIT_FINGERPRINT_TEXT]; /* libtrust's, so that docker-registry finds it */
    enum keeper_key_state state;
    int64_t created_at;
    int64_t ends_at; /* of an old one: no token of it lives longer */
    struct remit_secret private_pem;
    char public_pem[KEEPER_PUBLIC_MAX];
    char certificate[KEEPER_CERTIFICATE_MAX];
};

struct keeper_key_set {
    struct keeper_key keys[REMIT_TOKEN_KEYS_MAX];
    size_t count;
};

struct keeper {
    int folder;                      /* locked */
    struct remit_secret seal_key;    /* of access keys */
    struct remit_secret session_key; /* session secrets are derived from */
    struct remit_secret data_key;    /* data keys are derived from */
    struct remit_secret journal_key;
    struct keeper_journal journal;
    struct keeper_key_set set;
    struct keeper_ids retired;
    int64_t last_expires_at; /* of all tokens minted since the start */
};

/* Reads the folder, or fills a new one. Nothing is opened after this. */
int keeper_open(struct keeper *keeper, const char *folder, struct remit_str account, int64_t now_at,
                struct remit_err *err) REMIT_MUST_USE;
void keeper_drop(struct keeper *keeper);
#define auto_keeper REMIT_AUTO(keeper_drop)

const struct keeper_key *keeper_active_key(const struct keeper *keeper);
/* The next key becomes the active one, the active one old; keys past their end go. */
int keeper_rotate(struct keeper *keeper, int64_t now_at, struct remit_err *err) REMIT_MUST_USE;
/*
 * For ever. *keys_changed: the id was a token key's. INVALID "ValidationError" for what is
 * neither an access key id nor the id of a key there is or was.
 */
int keeper_retire(struct keeper *keeper, struct remit_str id, int64_t now_at, bool *keys_changed,
                  struct remit_err *err) REMIT_MUST_USE;

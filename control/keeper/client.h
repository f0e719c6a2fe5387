/*
 * client.h - remit-control's side of the keeper: create, derive, mint, retire.
 *
 * keeper_client_open() starts remit-keeper (found beside our own executable) with one channel and
 * waits for its hello. The keeper holds every secret; here are only public keys and signing keys
 * that are good for one day, region and service, in locked memory, at most
 * KEEPER_CLIENT_CACHE_MAX of them, all wiped when the date changes.
 *
 * Threads:   one client may be used by any number of threads.
 * Ownership: what is created or minted goes to the caller, who drops it.
 * Errors:    UNAVAILABLE "KeeperUnavailable" when the keeper is gone: it is started again at the
 *            next call, at most KEEPER_CLIENT_RESTARTS times a minute;
 *            UNAUTHENTICATED "InvalidClientTokenId" for a retired access key, or a ciphertext that
 * is not this access key's; LIMIT "PackedPolicyTooLarge" when a token would be over 4 KiB; INVALID
 * "ValidationError" for what the keeper refuses to read.
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>
#include <remit/token.h>

#include "common/base/arena.h"
#include "common/base/buf.h"

#define KEEPER_CLIENT_CACHE_MAX 4096
#define KEEPER_CLIENT_RESTARTS  5
#define KEEPER_TOKEN_ISSUER     "remit" /* iss of session tokens and of registry tokens */

struct keeper_client;

struct keeper_client_spec {
    const char *state_dir; /* absolute or relative; the keeper's own files go to <this>/keeper */
    struct remit_str account;
    struct remit_str region;
};

int keeper_client_open(const struct keeper_client_spec *spec, struct keeper_client **out,
                       struct remit_err *err) REMIT_MUST_USE;
/* Ends the keeper, wipes everything. */
void keeper_client_drop(struct keeper_client **client);
#define auto_keeper_client REMIT_AUTO(keeper_client_drop)

/*
 * The public keys that session tokens are verified with, ready for remit_token_verify(): the
 * active one and those whose tokens may still live. Valid until keeper_client_drop(), but ask
 * for each request: after a rotation there is a new set.
 */
const struct remit_token_keys *keeper_client_token_keys(struct keeper_client *client);
/* Counts rotations and retired signing keys: clear a remit_token_cache when it changes. */
uint64_t keeper_client_keys_generation(struct keeper_client *client);
/* Self-signed certificates of all those keys, PEM, for docker-registry's rootcertbundle. */
int keeper_client_certificates(struct keeper_client *client, struct remit_buf *out,
                               struct remit_err *err) REMIT_MUST_USE;
/* The key id that tokens are signed with now. */
int keeper_client_active_kid(struct keeper_client *client, struct remit_buf *out,
                             struct remit_err *err) REMIT_MUST_USE;

enum keeper_key_kind {
    KEEPER_KEY_USER = 1, /* AKIA… */
    KEEPER_KEY_ROOT,     /* AKIA… of the account's root */
    KEEPER_KEY_JOIN,     /* AJOI…, a container instance's way in */
};

#define KEEPER_ACCESS_KEY_ID_MAX 32
#define KEEPER_CIPHERTEXT_MAX    256

struct keeper_created {
    char access_key_id[KEEPER_ACCESS_KEY_ID_MAX + 1];
    struct remit_secret secret_access_key;  /* 40 characters: shown once, kept nowhere */
    char ciphertext[KEEPER_CIPHERTEXT_MAX]; /* base64 text, NUL-terminated: store it whole */
};
void keeper_created_drop(struct keeper_created *created);
#define auto_keeper_created REMIT_AUTO(keeper_created_drop)

int keeper_client_create(struct keeper_client *client, enum keeper_key_kind kind,
                         struct keeper_created *out, struct remit_err *err) REMIT_MUST_USE;
/* Makes a new token signing key. The old ones verify until their last token has expired. */
int keeper_client_rotate(struct keeper_client *client, struct remit_err *err) REMIT_MUST_USE;

/*
 * The 32-byte SigV4 signing key of a scope, from the cache or from the keeper. `ciphertext` is
 * what create gave, for AKIA and AJOI; empty for ASIA, whose secret is derived from the id (so
 * verify the session token first, and that its akid is this id). date: yyyymmdd.
 */
int keeper_client_signing_key(struct keeper_client *client, struct remit_str access_key_id,
                              struct remit_str ciphertext, struct remit_str date,
                              struct remit_str region, struct remit_str service,
                              struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;
/*
 * A 32-byte AES key for one stored value. `context` names it (its ARN and version, at most 2048
 * bytes): the same context gives the same key for ever. Not cached. See remit_crypto_seal().
 */
int keeper_client_data_key(struct keeper_client *client, struct remit_str context,
                           struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;

/* A role session to be. Lengths are bounded by the token's 4 KiB. Empty strings are absent. */
struct keeper_session {
    struct remit_str subject; /* arn:aws:sts::…:assumed-role/<role>/<session> */
    struct remit_str role;    /* the role's ARN, path included */
    struct remit_str source;
    struct remit_str purpose; /* task execution instance assumed federated registry-login */
    struct remit_str policy;  /* session policy, JSON text */
    struct remit_str container_instance;
    struct remit_str caller_proof;
    struct remit_str extra; /* JSON object text: whatever control wants back at verification */
    int64_t issued_at;
    int64_t duration_s; /* 60 .. 129600 */
};

struct keeper_minted {
    char access_key_id[KEEPER_ACCESS_KEY_ID_MAX + 1]; /* ASIA… */
    struct remit_secret secret_access_key;
    struct remit_secret session_token;
    int64_t expires_at;
};
void keeper_minted_drop(struct keeper_minted *minted);
#define auto_keeper_minted REMIT_AUTO(keeper_minted_drop)

int keeper_client_mint(struct keeper_client *client, const struct keeper_session *session,
                       struct keeper_minted *out, struct remit_err *err) REMIT_MUST_USE;

/* docker-registry's token: exactly these accesses, none when n_access is 0. */
struct keeper_registry_access {
    struct remit_str name;    /* the repository */
    struct remit_str actions; /* "pull", "push" or "pull,push"; "delete" and "*" too */
};
struct keeper_registry_grant {
    struct remit_str subject;
    struct remit_str audience; /* the registry's `service`: "remit-registry" */
    const struct keeper_registry_access *access;
    size_t n_access; /* at most 16 */
    int64_t issued_at;
    int64_t duration_s; /* 60 .. 3600 */
};
int keeper_client_mint_registry(struct keeper_client *client,
                                const struct keeper_registry_grant *grant, struct remit_secret *out,
                                struct remit_err *err) REMIT_MUST_USE;

/*
 * For ever: an access key id (its signing keys leave the cache too), or a token signing key's id
 * (its tokens are refused at once; a retired active key is replaced by a new one).
 */
int keeper_client_retire(struct keeper_client *client, struct remit_str id,
                         struct remit_err *err) REMIT_MUST_USE;

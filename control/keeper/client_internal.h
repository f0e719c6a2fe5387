/*
 * client_internal.h - the parts of control's side of the keeper: the process at the other end of
 * the channel, the public keys it told of, and the cache of signing keys.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "common/base/lru.h"
#include "control/keeper/client.h"
#include "control/keeper/frames.h"

/* --- the process: client_process.c; its lock is the client's --- */

struct keeper_process {
    char *folder; /* <state_dir>/keeper */
    char *account;
    pid_t pid;                                  /* 0: none */
    int channel;                                /* -1: none */
    int64_t started_ms[KEEPER_CLIENT_RESTARTS]; /* the last starts, on the boot clock */
    size_t next_start;
};

/* A frame that was read, and what it lives in. */
struct keeper_reply {
    struct remit_arena arena;
    const struct remit_frame_type *type;
    void *frame;
};
void keeper_reply_drop(struct keeper_reply *reply);
#define auto_keeper_reply REMIT_AUTO(keeper_reply_drop)
#define KEEPER_REPLY                                                                               \
    {                                                                                              \
        .arena = REMIT_ARENA((size_t)1024 * 1024)                                                  \
    }

/* Starts a keeper and reads its hello into *hello. */
int keeper_process_start(struct keeper_process *process, struct keeper_reply *hello,
                         struct remit_err *err) REMIT_MUST_USE;
void keeper_process_end(struct keeper_process *process);
/*
 * Writes a question and reads its answer, which is of type `wanted` or `or`. Once the channel
 * fails the process is ended and process->channel is -1.
 */
int keeper_process_ask(struct keeper_process *process, const struct remit_frame_type *type,
                       const void *question, struct keeper_reply *reply,
                       struct remit_err *err) REMIT_MUST_USE;
/* Whether it still listens: a channel that was closed at the other end is found here. */
bool keeper_process_alive(struct keeper_process *process);

/* --- signing keys: client_cache.c --- */

struct keeper_cache {
    pthread_mutex_t lock;
    struct remit_lru entries;
    int64_t day;      /* since 1970: another one wipes all */
    uint64_t retired; /* how often an id was: what was derived before must not come in after */
};

int keeper_cache_init(struct keeper_cache *cache, struct remit_err *err) REMIT_MUST_USE;
void keeper_cache_drop(struct keeper_cache *cache);
/* *found, and a copy of the key in *out; *retired goes to keeper_cache_put(). */
int keeper_cache_get(struct keeper_cache *cache, const unsigned char *hash, int64_t now_at,
                     bool *found, uint64_t *retired, struct remit_secret *out,
                     struct remit_err *err) REMIT_MUST_USE;
void keeper_cache_put(struct keeper_cache *cache, const unsigned char *hash,
                      struct remit_str access_key_id, uint64_t retired,
                      const struct remit_secret *key);
void keeper_cache_forget(struct keeper_cache *cache, struct remit_str access_key_id);

/* --- public keys: client_keys.c --- */

/* All that one hello, rotation or retirement told; kept until the client is dropped. */
struct keeper_told {
    struct remit_token_keys *keys;
    char active_kid[REMIT_TOKEN_KID_MAX + 1];
    int64_t active_created_at;
    struct remit_buf certificates;
    struct remit_buf kids; /* in order: whether the next set is another one */
    struct keeper_told *before;
};

struct keeper_client {
    pthread_mutex_t lock; /* of process and told: one question at a time */
    struct keeper_process process;
    struct keeper_cache cache;
    _Atomic(struct keeper_told *) told;
    atomic_uint_fast64_t generation;
};

/* Takes note of a keys frame; the generation moves on when it is another set. */
int keeper_told_add(struct keeper_client *client, const struct keeper_keys *keys,
                    struct remit_err *err) REMIT_MUST_USE;
void keeper_told_drop(struct keeper_client *client);

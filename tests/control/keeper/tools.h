/*
 * tools.h - a client with its real keeper in a temporary folder, and the questions every test asks.
 *
 * Each keeper_* test file's suite begins with keeper_begin() and ends with keeper_end().
 */
#pragma once

#include <sys/types.h>

#include "common/base/arena.h"
#include "common/os/clock.h"
#include "control/keeper/client.h"
#include "tests/control/keeper/folder.h"

extern char folder[FOLDER_TEXT];
extern struct keeper_client *client;

void keeper_begin(void);
void keeper_end(void);
struct keeper_client *open_client(void);

/* Our own child called remit-keeper, or 0. */
pid_t find_keeper(void);
void kill_keeper(void); /* -9, and waits for its end */
/* /proc/<pid>/<name>, NUL-terminated; its length. */
size_t read_proc(pid_t pid, const char *name, char *out, size_t size);

/* yyyymmdd */
struct remit_str today(char out[REMIT_TIME_TEXT]);
/* The signing key of today, eu-central-1 and ecs. */
int sign_as(struct remit_str id, struct remit_str ciphertext, struct remit_secret *out,
            struct remit_err *err);
void expect_unknown(struct remit_str id, struct remit_str ciphertext, const char *name);
void must_create(enum keeper_key_kind kind, struct keeper_created *out);
struct keeper_session session(void);
void must_mint(struct keeper_minted *out);
int verify(const struct keeper_minted *minted, struct remit_token_claims *claims,
           struct remit_arena *arena, struct remit_err *err);
bool verifies(const struct keeper_minted *minted);
/* The prefix, and 16 of A-Z2-7. */
bool is_id(const char *id, const char *prefix);

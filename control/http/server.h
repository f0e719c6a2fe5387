/*
 * server.h - what control's HTTP face holds besides store and keeper: caches and the audit log.
 *
 * Threads: all members are safe to use from any thread; the struct itself never changes once
 *          serving.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/token.h>

#include "common/os/http_server.h"
#include "control/audit.h"
#include "control/operation.h"

struct control_policies; /* control/http/policies.h */
struct remit_services;   /* remit/services.h */

#define CONTROL_TOKEN_CACHE_MAX   16384
#define CONTROL_POLICY_CACHE_MAX  4096
#define CONTROL_REFUSALS_A_SECOND 50 /* audit records of callers who proved nothing */

struct control_server {
    const struct control_config *config;
    struct control_store *store;
    struct keeper_client *keeper;
    struct remit_token_cache *tokens;
    struct control_policies *policies;
    struct remit_services *services; /* descriptions of services, for Access Analyzer */
    struct control_audit *audit;
    bool tls;
    _Atomic uint64_t keys_generation; /* of the keeper's signing keys when `tokens` was filled */
    struct {
        _Atomic uint64_t second, written, unwritten;
    } refusals;
    struct {
        pthread_mutex_t lock;
        pthread_cond_t fewer;
        size_t n;
        bool ending; /* later requests get 503 */
    } under_way;
};

/* `audit` and `keeper` may be NULL in tests: nothing is written, nobody can be authenticated. */
int control_server_init(struct control_server *server, const struct control_config *config,
                        struct control_store *store, struct keeper_client *keeper,
                        struct control_audit *audit, struct remit_err *err) REMIT_MUST_USE;
void control_server_clear(struct control_server *server); /* drops the caches, not the rest */

/* New requests are refused; returns when those under way have ended, or after timeout_ms. */
void control_server_drain(struct control_server *server, int timeout_ms);

/* The http_server's handler; self is a struct control_server. */
remit_http_handler control_serve;

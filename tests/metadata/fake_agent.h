/*
 * fake_agent.h - the agent's side of remit-metadata and its workers, for tests.
 *
 * Starts the real remit-metadata in a folder of its own, attaches workers over plain loopback
 * listeners and talks to them in frames. Asserts on the way: a helper that returns has worked.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "common/os/frames_metadata.h"

struct fake_agent {
    char dir[64];
    char control[64]; /* where relays are told to connect */
    pid_t pid;        /* remit-metadata */
    int sock;         /* to it; -1 */
};

struct fake_worker {
    char name[65];
    int channel;
    uint16_t port;       /* of its listener */
    uint16_t relay_port; /* 0: none */
};

#define FAKE_TOKEN "token-of-the-first-container"
#define FAKE_OTHER "token-of-the-other-container"
#define FAKE_ID    "11111111-2222-3333-4444-555555555555"
#define FAKE_EID   "aaaaaaaa-0000-4000-8000-000000000001"
#define FAKE_EID2  "aaaaaaaa-0000-4000-8000-000000000002"
#define FAKE_BODY                                                                                  \
    "{\"RoleArn\":\"arn:aws:iam::111122223333:role/app\",\"AccessKeyId\":\"ASIAEXAMPLE\","         \
    "\"SecretAccessKey\":\"very-secret-key\",\"Token\":\"session-token\","                         \
    "\"Expiration\":\"2030-01-02T03:04:05Z\"}"

void fake_agent_start(struct fake_agent *agent, const char *control);
void fake_agent_restart(struct fake_agent *agent); /* after its end */
void fake_agent_connect(struct fake_agent *agent);
void fake_agent_stop(struct fake_agent *agent); /* and removes the folder */

int fake_listen(uint16_t *port);
/* The code of *attached*: empty when a worker was started. */
const char *fake_attach_fds(struct fake_agent *agent, const char *name, int listener, int channel,
                            int relay_listener);
/* A worker with a loopback listener, whose ready{""} has come. */
void fake_attach(struct fake_agent *agent, const char *name, bool relay, struct fake_worker *out);
/* detach with end = 1, and waits for its end. */
void fake_end(struct fake_worker *worker);

/* Sends a task with one or two containers (FAKE_EID, FAKE_TOKEN; FAKE_EID2, FAKE_OTHER). */
void fake_send_task(int channel, const char *task_id, const char *credentials_id, size_t n);
void fake_send_credentials(int channel, const char *task_id, const char *body, int64_t expires_at,
                           int64_t lives_ms);
void fake_send_document(int channel, const char *task_id, const char *endpoint_id, uint8_t kind,
                        const char *body);
void fake_send_detach(int channel, const char *task_id, uint8_t end);

/* The next *ready*; *served* frames before it are skipped. */
struct fake_ready {
    char task_id[65];
    char code[65];
    int64_t expires_at;
};
struct fake_ready fake_read_ready(int channel);
/* The next *served*. False when none came within wait_ms. */
struct fake_served {
    uint32_t count;
    uint64_t lost;
    uint16_t status;
    char reason[65], task_id[65], endpoint_id[65], container[256], peer[65], user_agent[129],
        presented_id[129];
};
bool fake_read_served(int channel, int wait_ms, struct fake_served *out);
/* Connects to DIR/workers/<name>.sock and adopts. Returns the new channel. */
int fake_adopt(const struct fake_agent *agent, const char *name, uint16_t *n_tasks,
               uint64_t *served);
int fake_connect_worker(const struct fake_agent *agent, const char *name); /* -1: refused */
/* The process that remit-metadata started under that program's name; there must be one. */
pid_t fake_child(const struct fake_agent *agent, const char *program);
/* Whether a process that isn't ours has gone within two seconds. */
bool fake_gone(pid_t pid);

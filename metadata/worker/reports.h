/*
 * reports.h - what the agent hears of requests for credentials: frames_metadata.h, paragraph 6.
 *
 * The first request of a kind is reported at once; equal ones within the next second become one
 * report with a count. At most 50 frames a second leave; up to 1,024 wait; what does not fit is
 * dropped, newest first, and counted in the `lost` of the next that fits.
 *
 * Ownership: a report holds copies: whom it tells of may be gone when it leaves.
 * Units:     _ms is CLOCK_BOOTTIME, passed in.
 */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "metadata/worker/answers.h"
#include "metadata/worker/holdings.h"

#define WORKER_REPORTS_WAITING  1024
#define WORKER_REPORTS_A_SECOND 50
#define WORKER_KINDS            512
#define WORKER_AGENT_MAX        128
#define WORKER_REPORT_TEXT_MAX  896

/* A frame's texts, one behind the other in `text`. */
struct worker_report {
    int64_t at;
    uint32_t count;
    uint64_t lost;
    enum worker_refusal refusal;
    uint16_t task_len, endpoint_len, container_len, peer_len, agent_len, presented_len;
    char text[WORKER_REPORT_TEXT_MAX];
};

struct worker_kind {
    uint64_t hash;    /* of all that makes requests equal */
    int64_t until_ms; /* 0: free */
    int64_t at;       /* of the first that waits here */
    uint32_t waiting;
};

struct worker_reports {
    struct worker_kind kinds[WORKER_KINDS];
    struct worker_report texts[WORKER_KINDS]; /* of each kind, with a count of 0 */
    struct worker_report queue[WORKER_REPORTS_WAITING];
    size_t first;
    size_t n_queued;
    uint64_t lost;   /* since the last that was queued */
    uint64_t served; /* requests for credentials, all of them */
    uint64_t seed;
    int64_t next_ms;   /* when a kind is due; 0: none */
    int64_t second_ms; /* the second that `sent` counts in */
    unsigned sent;
};

/* A request for credentials and what became of it. */
struct worker_event {
    enum worker_refusal refusal;
    struct worker_caller caller; /* NULLs: none proven */
    const struct sockaddr *peer; /* NULL: unknown */
    struct remit_str user_agent;
    struct remit_str presented_id;
};

void worker_reports_init(struct worker_reports *reports);
void worker_reports_add(struct worker_reports *reports, const struct worker_event *event,
                        int64_t now_ms);
/* Ends all kinds: before whom they tell of changes. */
void worker_reports_settle(struct worker_reports *reports);
/* Hands over what may leave now. `send` returns false to keep the report and try later. */
typedef bool worker_report_send(void *self, const struct remit_metadata_served *frame);
void worker_reports_flush(struct worker_reports *reports, int64_t now_ms, worker_report_send *send,
                          void *self);
/* Milliseconds until there is something to do; -1: nothing. */
int worker_reports_wait(const struct worker_reports *reports, int64_t now_ms, bool connected);

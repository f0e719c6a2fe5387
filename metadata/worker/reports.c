#include "metadata/worker/reports.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/os/clock.h"
#include "common/os/random.h"

#define KIND_MS 1000
#define WAYS    8 /* places that a kind may have */

void worker_reports_init(struct worker_reports *reports)
{
    remit_random_bytes(&reports->seed, sizeof(reports->seed));
}

/* --- texts --- */

static bool plain(char c)
{
    return c >= ' ' && c <= '~' && c != '%';
}

/* At most `most` bytes; all but printable ASCII as %XX. Returns how many were written. */
static uint16_t put_escaped(char *out, size_t room, size_t most, struct remit_str s)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t len = 0;

    most = most < room ? most : room;
    for (size_t i = 0; i < s.len && len + (plain(s.ptr[i]) ? 1 : 3) <= most; i++) {
        unsigned char byte = (unsigned char)s.ptr[i];

        if (plain(s.ptr[i])) {
            out[len++] = s.ptr[i];
            continue;
        }
        out[len++] = '%';
        out[len++] = digits[byte >> 4];
        out[len++] = digits[byte & 15];
    }
    return (uint16_t)len;
}

static uint16_t put_plain(char *out, size_t room, struct remit_str s)
{
    size_t len = s.len < room ? s.len : room;

    if (len > 0)
        memcpy(out, s.ptr, len);
    return (uint16_t)len;
}

/* "169.254.172.3:40062" */
static uint16_t put_peer(char *out, size_t room, const struct sockaddr *peer)
{
    char address[INET6_ADDRSTRLEN] = "";
    char text[INET6_ADDRSTRLEN + 10];
    const void *bytes = NULL;
    unsigned port = 0;

    if (peer == NULL || (peer->sa_family != AF_INET && peer->sa_family != AF_INET6))
        return 0;
    if (peer->sa_family == AF_INET) {
        bytes = &((const struct sockaddr_in *)(const void *)peer)->sin_addr;
        port = ntohs(((const struct sockaddr_in *)(const void *)peer)->sin_port);
    } else {
        bytes = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
        port = ntohs(((const struct sockaddr_in6 *)(const void *)peer)->sin6_port);
    }
    (void)inet_ntop(peer->sa_family, bytes, address, sizeof(address));
    (void)snprintf(text, sizeof(text), peer->sa_family == AF_INET ? "%s:%u" : "[%s]:%u", address,
                   port);
    return put_plain(out, room, remit_str_of(text));
}

static void write_report(struct worker_report *r, const struct worker_event *e)
{
    char *at = r->text;
    size_t room = sizeof(r->text);
    struct remit_str none = { "", 0 };
    bool proven = e->caller.task != NULL;

#define ADD(member, call)                                                                          \
    do {                                                                                           \
        r->member = (call);                                                                        \
        at += r->member;                                                                           \
        room -= r->member;                                                                         \
    } while (0)
    ADD(task_len, put_plain(at, room, proven ? e->caller.task->id : none));
    ADD(endpoint_len, put_plain(at, room, proven ? e->caller.container->endpoint_id : none));
    ADD(container_len, put_plain(at, room, proven ? e->caller.container->name : none));
    ADD(peer_len, put_peer(at, room, e->peer));
    ADD(agent_len, put_escaped(at, room, WORKER_AGENT_MAX, e->user_agent));
    ADD(presented_len, put_escaped(at, room, REMIT_CREDENTIALS_ID_MAX,
                                   e->refusal == WORKER_SERVED ? none : e->presented_id));
#undef ADD
    r->refusal = e->refusal;
}

static void to_frame(const struct worker_report *r, struct remit_metadata_served *frame)
{
    const char *at = r->text;

    *frame = (struct remit_metadata_served){
        .at = r->at,
        .count = r->count,
        .lost = r->lost,
        .status = (uint16_t)worker_refusal_status(r->refusal),
        .reason = remit_str_of(worker_refusal_reason(r->refusal)),
    };
#define TAKE(member, len_member)                                                                   \
    do {                                                                                           \
        frame->member = remit_str_from(at, r->len_member);                                         \
        at += r->len_member;                                                                       \
    } while (0)
    TAKE(task_id, task_len);
    TAKE(endpoint_id, endpoint_len);
    TAKE(container, container_len);
    TAKE(peer, peer_len);
    TAKE(user_agent, agent_len);
    TAKE(presented_id, presented_len);
#undef TAKE
}

/* --- kinds --- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * 1099511628211U; /* FNV-1a, from a seed of this process */
    return hash;
}

static uint64_t mix_str(uint64_t hash, struct remit_str s)
{
    return mix(mix(hash, s.ptr, s.len), &s.len, sizeof(s.len));
}

static uint64_t hash_of(const struct worker_reports *reports, const struct worker_event *e)
{
    uint64_t hash = mix(reports->seed, &e->refusal, sizeof(e->refusal));

    hash = mix(hash, &e->caller.container, sizeof(void *));
    if (e->peer != NULL && e->peer->sa_family == AF_INET)
        hash = mix(hash, e->peer, offsetof(struct sockaddr_in, sin_zero));
    if (e->peer != NULL && e->peer->sa_family == AF_INET6)
        hash = mix(hash, e->peer, sizeof(struct sockaddr_in6));
    hash = mix_str(hash, remit_str_sub(e->user_agent, 0, WORKER_AGENT_MAX));
    if (e->refusal != WORKER_SERVED)
        hash = mix_str(hash, e->presented_id);
    return hash;
}

static void enqueue(struct worker_reports *reports, const struct worker_report *text, int64_t at,
                    uint32_t count)
{
    struct worker_report *slot = NULL;

    if (reports->n_queued == WORKER_REPORTS_WAITING) {
        reports->lost += count;
        return;
    }
    slot = &reports->queue[(reports->first + reports->n_queued++) % WORKER_REPORTS_WAITING];
    *slot = *text;
    slot->at = at;
    slot->count = count;
    slot->lost = reports->lost;
    reports->lost = 0;
}

static void end_kind(struct worker_reports *reports, size_t i)
{
    struct worker_kind *kind = &reports->kinds[i];

    if (kind->waiting > 0)
        enqueue(reports, &reports->texts[i], kind->at, kind->waiting);
    kind->waiting = 0;
}

/* The kind's place, or the one to give to it: a free one, else the one that ends first. */
static size_t place_for(const struct worker_reports *reports, uint64_t hash, bool *there)
{
    size_t first = hash % (WORKER_KINDS / WAYS) * WAYS;
    size_t best = first;

    for (size_t i = first; i < first + WAYS; i++) {
        const struct worker_kind *kind = &reports->kinds[i];

        if (kind->until_ms != 0 && kind->hash == hash) {
            *there = true;
            return i;
        }
        if (kind->until_ms < reports->kinds[best].until_ms)
            best = i;
    }
    *there = false;
    return best;
}

static void due(struct worker_reports *reports, int64_t at_ms)
{
    if (reports->next_ms == 0 || at_ms < reports->next_ms)
        reports->next_ms = at_ms;
}

void worker_reports_add(struct worker_reports *reports, const struct worker_event *event,
                        int64_t now_ms)
{
    uint64_t hash = hash_of(reports, event);
    bool there = false;
    size_t i = place_for(reports, hash, &there);
    struct worker_kind *kind = &reports->kinds[i];

    reports->served++;
    if (there && now_ms < kind->until_ms) {
        if (kind->waiting++ == 0)
            kind->at = remit_clock_now_at();
        return;
    }
    end_kind(reports, i);
    if (!there)
        write_report(&reports->texts[i], event);
    *kind = (struct worker_kind){ .hash = hash, .until_ms = now_ms + KIND_MS };
    enqueue(reports, &reports->texts[i], remit_clock_now_at(), 1);
    due(reports, kind->until_ms);
}

void worker_reports_settle(struct worker_reports *reports)
{
    for (size_t i = 0; i < WORKER_KINDS; i++) {
        end_kind(reports, i);
        reports->kinds[i] = (struct worker_kind){ .until_ms = 0 };
    }
    reports->next_ms = 0;
}

/* A kind that had equal requests goes on for another second; one that had none ends. */
static void end_what_is_due(struct worker_reports *reports, int64_t now_ms)
{
    if (reports->next_ms == 0 || now_ms < reports->next_ms)
        return;
    reports->next_ms = 0;
    for (size_t i = 0; i < WORKER_KINDS; i++) {
        struct worker_kind *kind = &reports->kinds[i];

        if (kind->until_ms == 0)
            continue;
        if (kind->until_ms <= now_ms) {
            bool goes_on = kind->waiting > 0;

            end_kind(reports, i);
            kind->until_ms = goes_on ? now_ms + KIND_MS : 0;
        }
        if (kind->until_ms != 0)
            due(reports, kind->until_ms);
    }
}

void worker_reports_flush(struct worker_reports *reports, int64_t now_ms, worker_report_send *send,
                          void *self)
{
    struct remit_metadata_served frame;

    end_what_is_due(reports, now_ms);
    if (now_ms - reports->second_ms >= 1000) {
        reports->second_ms = now_ms;
        reports->sent = 0;
    }
    while (reports->n_queued > 0 && reports->sent < WORKER_REPORTS_A_SECOND) {
        to_frame(&reports->queue[reports->first], &frame);
        if (!send(self, &frame))
            return;
        reports->first = (reports->first + 1) % WORKER_REPORTS_WAITING;
        reports->n_queued--;
        reports->sent++;
    }
}

int worker_reports_wait(const struct worker_reports *reports, int64_t now_ms, bool connected)
{
    int64_t at = reports->next_ms;

    if (connected && reports->n_queued > 0 &&
        (at == 0 || reports->second_ms + 1000 < at)) /* the queue waits for its next second */
        at = reports->second_ms + 1000;
    if (at == 0)
        return -1;
    return at <= now_ms ? 0 : (int)(at - now_ms);
}

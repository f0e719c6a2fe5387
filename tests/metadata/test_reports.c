/* Reports with a clock of our own: paragraph 6 of frames_metadata.h. */
#include "metadata/worker/reports.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/expect.h"

static struct worker_reports reports;
static struct remit_metadata_served last;
static char last_texts[512];
static uint64_t told, lost;
static int frames;
static bool stuck;

static bool take(void *self, const struct remit_metadata_served *frame)
{
    (void)self;
    if (stuck)
        return false;
    last = *frame;
    (void)snprintf(last_texts, sizeof(last_texts), "%.*s|%.*s|%.*s|%.*s",
                   REMIT_STR_ARG(frame->reason), REMIT_STR_ARG(frame->peer),
                   REMIT_STR_ARG(frame->user_agent), REMIT_STR_ARG(frame->presented_id));
    told += frame->count;
    lost += frame->lost;
    frames++;
    return true;
}

static void flush(int64_t now_ms)
{
    worker_reports_flush(&reports, now_ms, take, NULL);
}

static void add(const char *agent, uint16_t port, enum worker_refusal refusal, int64_t now_ms)
{
    struct sockaddr_in peer = { .sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(0xa9feaa03) };
    struct worker_event event = {
        .refusal = refusal,
        .peer = (struct sockaddr *)&peer,
        .user_agent = remit_str_of(agent),
        .presented_id = REMIT_STR("the-id"),
    };

    worker_reports_add(&reports, &event, now_ms);
}

static void init(void)
{
    worker_reports_init(&reports);
}

TestSuite(reports, .init = init, .timeout = 20);

Test(reports, first_leaves_at_once_and_equal_ones_after_a_second)
{
    add("a", 1, WORKER_SERVED, 5000);
    flush(5000);
    cr_expect(eq(int, frames, 1));
    cr_expect(eq(u32, last.count, 1));
    EXPECT_TEXT(last_texts, "Vended|169.254.170.3:1|a|");
    for (int i = 1; i <= 10; i++)
        add("a", 1, WORKER_SERVED, 5000 + i);
    flush(5999);
    cr_expect(eq(int, frames, 1));
    cr_expect(eq(int, worker_reports_wait(&reports, 5999, true), 1));
    flush(6000);
    cr_expect(eq(int, frames, 2));
    cr_expect(eq(u32, last.count, 10));
    flush(7000);
    cr_expect(eq(int, frames, 2));
    cr_expect(eq(int, worker_reports_wait(&reports, 7000, true), -1), "nothing is due any more");
    add("a", 1, WORKER_SERVED, 7500);
    flush(7500);
    cr_expect(eq(int, frames, 3), "a first one again");
}

Test(reports, what_differs_is_told_apart)
{
    add("a", 1, WORKER_SERVED, 1000);
    add("b", 1, WORKER_SERVED, 1000);
    add("a", 2, WORKER_SERVED, 1000);
    add("a", 1, WORKER_NO_TOKEN, 1000);
    flush(1000);
    cr_expect(eq(int, frames, 4));
    EXPECT_TEXT(last_texts, "NoToken|169.254.170.3:1|a|the-id");
    cr_expect(eq(int, last.status, 403));
    cr_expect(eq(u64, reports.served, 4));
}

Test(reports, texts_are_escaped_and_cut)
{
    char agent[300];

    memset(agent, 'x', sizeof(agent) - 1);
    agent[126] = '\n';
    agent[sizeof(agent) - 1] = '\0';
    add(agent, 1, WORKER_SERVED, 1000);
    flush(1000);
    cr_expect(eq(sz, last.user_agent.len, 126), "%%0A had no room");
    add("\x1b\"%\x80 ok", 1, WORKER_SERVED, 1000);
    flush(1000);
    EXPECT_TEXT(last_texts, "Vended|169.254.170.3:1|%1B\"%25%80 ok|");
}

Test(reports, fifty_a_second_leave)
{
    for (uint16_t i = 0; i < 200; i++)
        add("a", i, WORKER_SERVED, 1000);
    flush(1000);
    cr_expect(eq(int, frames, 50));
    cr_expect(eq(int, worker_reports_wait(&reports, 1000, true), 1000));
    flush(1500);
    cr_expect(eq(int, frames, 50));
    flush(2000);
    cr_expect(eq(int, frames, 100));
    flush(3000);
    flush(4000);
    cr_expect(eq(int, frames, 200));
    cr_expect(eq(u64, told, 200));
    cr_expect(eq(u64, lost, 0));
}

Test(reports, what_does_not_fit_is_counted)
{
    for (uint32_t i = 0; i < 3000; i++)
        add("a", (uint16_t)i, WORKER_SERVED, 1000);
    for (int64_t second = 1; second < 100; second++)
        flush(second * 1000);
    add("a", 9, WORKER_SERVED, 200000);
    flush(200000);
    cr_expect(eq(u64, told + lost, 3001));
    cr_expect(lost > 0);
}

Test(reports, wait_while_nobody_reads)
{
    stuck = true;
    add("a", 1, WORKER_SERVED, 1000);
    flush(1000);
    flush(2000);
    cr_expect(eq(int, frames, 0));
    cr_expect(eq(int, worker_reports_wait(&reports, 2000, false), -1), "nothing to wait for");
    cr_expect(worker_reports_wait(&reports, 2000, true) > 0, "no spinning");
    stuck = false;
    flush(3000);
    cr_expect(eq(int, frames, 1));
}

Test(reports, settling_tells_what_waits)
{
    add("a", 1, WORKER_SERVED, 1000);
    add("a", 1, WORKER_SERVED, 1001);
    worker_reports_settle(&reports);
    flush(1002);
    cr_expect(eq(int, frames, 2));
    cr_expect(eq(u64, told, 2));
}

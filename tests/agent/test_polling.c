/* What an instance asks, and how it takes the answer. No thread runs here. */
#include "agent/polling.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "common/os/clock.h"
#include "tests/agent/a_task.h"
#include "tests/lib/expect.h"

static const char definition[] =
    "{\"taskRoleArn\":\"r\",\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\"}]}";

static struct remit_err err;

static struct agent_task *listed(void)
{
    struct agent_task *task = a_task(definition, "");

    cr_assert(agent_engine_open("/nonexistent", &task->engine, &err) == 0);
    cr_assert(agent_control_open(&(struct agent_control_spec){ "http://127.0.0.1:1", NULL, "r" },
                                 &task->control, &err) == 0);
    task->agent->tasks = task;
    task->agent->n_tasks = 1;
    return task;
}

static bool asks(struct agent *agent, const char *words)
{
    auto_buf struct remit_buf body = REMIT_BUF(65536);

    cr_assert(agent_poll_write(agent, 5, 25, &body, &err) == 0);
    return strstr(remit_buf_cstr(&body), words) != NULL;
}

#define KNOWN(renew) "\"known\":[{\"taskArn\":\"" A_TASK_ARN "\",\"renew\":" renew "}]"

static int take(struct agent *agent, const char *entry)
{
    auto_buf struct remit_buf text = REMIT_BUF(65536);
    auto_json struct remit_json *answer = NULL;
    uint64_t revision = 0;
    int result = 0;

    remit_buf_put_fmt(&text, "{\"revision\":9,\"tasks\":[%s]}", entry);
    answer = json_of(remit_buf_cstr(&text));
    result = agent_poll_take(agent, answer, &revision, &err);
    cr_expect(eq(u64, revision, 9));
    return result;
}

#define ENTRY(more) "{\"taskArn\":\"" A_TASK_ARN "\",\"desiredStatus\":\"RUNNING\"" more "}"
#define CREDENTIALS(at)                                                                            \
    ",\"taskCredentials\":{\"accessKeyId\":\"K" at "\",\"secretAccessKey\":\"s\","                 \
    "\"sessionToken\":\"t\",\"expiresAt\":" at "}"

Test(polling, names_what_it_knows_and_what_it_has_seen)
{
    struct agent_task *task = listed();

    cr_expect(asks(task->agent, KNOWN("false")));
    cr_expect(asks(task->agent, "\"seenRevision\":5,"));
}

Test(polling, what_asks_is_answered_at_once_and_not_cut_off)
{
    struct agent_task *task = listed();

    cr_expect(asks(task->agent, "\"waitSeconds\":25"));
    cr_expect(task->agent->poll_waits);
    task->wants = true;
    cr_expect(asks(task->agent, "\"waitSeconds\":0"));
    cr_expect(not(task->agent->poll_waits));
}

Test(polling, what_was_cut_off_has_asked_for_nothing)
{
    struct agent_task *task = listed();

    task->wants = true;
    cr_expect(asks(task->agent, KNOWN("true")));
    agent_poll_unasked(task->agent);
    cr_expect(asks(task->agent, KNOWN("true")));
}

Test(polling, renews_at_half_life_and_not_with_every_poll)
{
    struct agent_task *task = listed();

    task->renew_boot_ms = remit_clock_boot_ms() + 100000;
    cr_expect(asks(task->agent, KNOWN("false")));
    task->renew_boot_ms = remit_clock_boot_ms() - 1;
    cr_expect(asks(task->agent, KNOWN("true")));
    cr_expect(asks(task->agent, KNOWN("false")), "a refusal is not asked again at once");
}

Test(polling, asks_for_a_task_that_can_not_go_on)
{
    struct agent_task *task = listed();

    task->wants = true;
    cr_expect(asks(task->agent, KNOWN("true")));
    cr_expect(asks(task->agent, KNOWN("false")));
    task->ask_boot_ms = 0;
    task->stop_wanted = true;
    cr_expect(asks(task->agent, KNOWN("false")), "one that is to stop needs none");
}

Test(polling, later_credentials_replace_earlier_ones_and_never_the_reverse)
{
    struct agent_task *task = listed();

    cr_assert(take(task->agent, ENTRY(CREDENTIALS("2000"))) == 0);
    EXPECT_TEXT(task->fresh.access_key_id, "K2000");
    cr_assert(take(task->agent, ENTRY(CREDENTIALS("1000"))) == 0);
    EXPECT_TEXT(task->fresh.access_key_id, "K2000");
    cr_assert(take(task->agent, ENTRY(CREDENTIALS("3000"))) == 0);
    EXPECT_TEXT(task->fresh.access_key_id, "K3000");
    cr_expect(task->woken);
}

Test(polling, execution_credentials_are_not_kept_once_containers_exist)
{
    struct agent_task *task = listed();

    task->phase = AGENT_ACTIVE;
    cr_assert(take(task->agent,
                   ENTRY(",\"executionCredentials\":{\"accessKeyId\":\"E\",\"secretAccessKey\":"
                         "\"s\",\"sessionToken\":\"t\",\"expiresAt\":2000}")) == 0);
    cr_expect(not(agent_credentials_held(&task->execution)));
}

Test(polling, unusable_credentials_leave_those_that_are_held)
{
    struct agent_task *task = listed();

    cr_assert(take(task->agent, ENTRY(CREDENTIALS("2000"))) == 0);
    cr_assert(take(task->agent, ENTRY(",\"taskCredentials\":{\"accessKeyId\":\"\"}")) == 0);
    EXPECT_TEXT(task->fresh.access_key_id, "K2000");
}

Test(polling, stops_what_is_to_stop)
{
    struct agent_task *task = listed();

    cr_assert(take(task->agent, "{\"taskArn\":\"" A_TASK_ARN "\",\"desiredStatus\":\"STOPPED\"}") ==
              0);
    cr_expect(task->stop_wanted && !task->forget && task->woken);
}

Test(polling, what_the_answer_lacks_is_stopped_and_forgotten)
{
    struct agent_task *task = listed();

    cr_assert(take(task->agent, "") == 0);
    cr_expect(task->stop_wanted && task->forget && task->woken);
}

Test(polling, a_task_without_its_payload_was_known_when_this_was_asked)
{
    struct agent *agent = an_agent();

    cr_assert(take(agent, ENTRY("")) == 0, "%s", err.text);
    cr_expect(eq(sz, agent->n_tasks, 0));
}

Test(polling, one_bad_payload_is_told_and_the_others_do_not_suffer)
{
    struct agent_task *task = listed();
    auto_buf struct remit_buf entries = REMIT_BUF(65536);

    remit_buf_put_fmt(
        &entries,
        "{\"taskArn\":\"arn:bad\",\"desiredStatus\":\"RUNNING\",\"taskDefinition\":{}},%s",
        ENTRY(CREDENTIALS("2000")));
    cr_expect(eq(int, take(task->agent, remit_buf_cstr(&entries)), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidPayload"));
    cr_expect(strstr(err.text, "arn:bad") != NULL, "%s", err.text);
    EXPECT_TEXT(task->fresh.access_key_id, "K2000");
}

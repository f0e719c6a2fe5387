/* The Engine's client against what a real Engine once answered. */
#include "agent/engine.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "agent/image_ref.h"
#include "tests/agent/fake_engine.h"
#include "tests/lib/expect.h"

static struct agent_engine *engine;
static struct remit_err err;

static void play(const char *name)
{
    static const char *names[1];

    names[0] = name;
    cr_assert(agent_engine_open(fake_engine_play(names, 1), &engine, &err) == 0, "%s", err.text);
}

static void stop(void)
{
    agent_engine_drop(&engine);
}

TestSuite(engine, .fini = stop, .timeout = 10);

static void expect_error(int result, enum remit_err_kind kind, const char *code, const char *words)
{
    cr_assert(eq(int, result, -1));
    cr_expect(eq(int, err.kind, kind), "%s", err.text);
    cr_expect(remit_err_is(&err, code), "%s", err.code);
    cr_expect(strstr(err.text, words) != NULL, "%s", err.text);
}

Test(engine, tells_its_version)
{
    auto_json struct remit_json *version = NULL;

    play("version");
    cr_assert(agent_engine_version(engine, &version, &err) == 0, "%s", err.text);
    EXPECT_STR(remit_json_str(remit_json_get(version, "ApiVersion")), "1.41");
}

Test(engine, creates_a_container_and_takes_its_id)
{
    auto_buf struct remit_buf id = REMIT_BUF(128);

    play("create");
    cr_assert(
        agent_engine_create(engine, "rec-a", REMIT_STR("{\"Image\":\"busy:1\"}"), &id, &err) == 0);
    cr_expect(eq(sz, id.len, 64));
    cr_expect(strstr(fake_engine_heard(), "Content-Type: application/json") != NULL);
    cr_expect(strstr(fake_engine_heard(), "{\"Image\":\"busy:1\"}") != NULL);
}

Test(engine, a_taken_name_is_a_conflict)
{
    auto_buf struct remit_buf id = REMIT_BUF(128);

    play("create-taken");
    expect_error(agent_engine_create(engine, "rec-a", REMIT_STR("{}"), &id, &err),
                 REMIT_ERR_CONFLICT, "EngineConflict", "name \"/rec-a\" is already in use");
}

Test(engine, a_missing_image_is_told_in_the_engines_words)
{
    auto_buf struct remit_buf id = REMIT_BUF(128);

    play("create-no-image");
    expect_error(agent_engine_create(engine, "rec-b", REMIT_STR("{}"), &id, &err),
                 REMIT_ERR_NOT_FOUND, "EngineNotFound", "No such image: nosuch:1");
}

Test(engine, starts_a_container)
{
    play("start");
    cr_expect(agent_engine_start(engine, "rec-a", &err) == 0, "%s", err.text);
}

Test(engine, a_command_that_is_not_there_is_refused_with_its_name)
{
    play("start-bad-command");
    expect_error(agent_engine_start(engine, "rec-c", &err), REMIT_ERR_INVALID, "EngineRefused",
                 "exec: \"/nosuch\": stat /nosuch: no such file or directory");
}

Test(engine, killing_what_has_stopped_is_success)
{
    play("kill-stopped");
    cr_expect(agent_engine_kill(engine, "rec-a", "SIGTERM", &err) == 0, "%s", err.text);
}

Test(engine, killing_what_is_not_there_is_success)
{
    play("kill-missing");
    cr_expect(agent_engine_kill(engine, "nosuch", "SIGTERM", &err) == 0, "%s", err.text);
}

Test(engine, removing_what_is_not_there_is_success)
{
    play("remove-missing");
    cr_expect(agent_engine_remove(engine, "rec-a", &err) == 0, "%s", err.text);
}

Test(engine, inspecting_what_is_not_there_is_not_found)
{
    auto_json struct remit_json *json = NULL;

    play("inspect-missing");
    expect_error(agent_engine_inspect(engine, "rec-a", &json, &err), REMIT_ERR_NOT_FOUND,
                 "EngineNotFound", "No such container: rec-a");
}

Test(engine, lists_by_label)
{
    auto_json struct remit_json *list = NULL;

    play("list");
    cr_assert(agent_engine_list(engine, REMIT_STR("com.remit.agent=/rec"), &list, &err) == 0, "%s",
              err.text);
    cr_expect(eq(sz, remit_json_count(list), 1));
}

Test(engine, makes_and_removes_volumes)
{
    play("volume-create");
    cr_expect(agent_engine_volume_create(engine, REMIT_STR("{\"Name\":\"rec-v\"}"), &err) == 0);
    agent_engine_drop(&engine);
    play("volume-remove-missing");
    cr_expect(agent_engine_volume_remove(engine, "rec-v", &err) == 0, "%s", err.text);
}

/* ---- pulls --------------------------------------------------------------------------------- */

static int pull(const char *exchange, const char *name, const char *auth)
{
    struct agent_image_ref image;

    play(exchange);
    cr_assert(agent_image_ref_parse(remit_str_of(name), &image, &err) == 0);
    return agent_engine_pull(engine, &image, remit_str_of(auth), &err);
}

Test(engine, pulls_one_tag_and_reads_the_stream_to_its_end)
{
    cr_assert(pull("pull", "127.0.0.1:5997/app:1", "") == 0, "%s", err.text);
    cr_expect(strstr(fake_engine_heard(), "X-Registry-Auth") == NULL);
}

Test(engine, shows_the_registry_its_authorization)
{
    (void)pull("pull-denied", "127.0.0.1:5999/app:1", "eyJ1Ijo=");
    cr_expect(strstr(fake_engine_heard(), "X-Registry-Auth: eyJ1Ijo=\r\n") != NULL);
}

Test(engine, a_denied_pull_says_who_lacks_which_action)
{
    int result = pull("pull-denied", "127.0.0.1:5999/app:1", "eyJ1Ijo=");

    expect_error(result, REMIT_ERR_INVALID, "PullRefused", "assumed-role/app-weak-execution");
    cr_expect(strstr(err.text, "ecr:BatchGetImage") != NULL, "%s", err.text);
}

Test(engine, a_missing_manifest_is_final)
{
    expect_error(pull("pull-missing", "127.0.0.1:5997/nosuch:1", ""), REMIT_ERR_INVALID,
                 "PullRefused", "manifest unknown");
}

Test(engine, a_registry_that_is_away_may_come_back)
{
    expect_error(pull("pull-away", "127.0.0.1:5996/app:1", ""), REMIT_ERR_UNAVAILABLE, "PullFailed",
                 "connection refused");
}

Test(engine, an_error_inside_a_200_is_an_error)
{
    expect_error(pull("pull-corrupt", "127.0.0.1:5997/app:1", ""), REMIT_ERR_UNAVAILABLE,
                 "PullFailed", "filesystem layer verification failed");
}

/* ---- events, and an Engine that is not there ----------------------------------------------- */

static void hear(void *self, const struct remit_json *event)
{
    const struct remit_json *actor = remit_json_get(event, "Actor");

    EXPECT_STR(remit_json_str(remit_json_get(event, "Action")), "die");
    EXPECT_STR(remit_json_str(remit_json_get(remit_json_get(actor, "Attributes"), "exitCode")),
               "3");
    (*(int *)self)++;
}

Test(engine, hears_events_until_the_stream_ends)
{
    int heard = 0;

    play("events");
    expect_error(agent_engine_events(engine, REMIT_STR("com.remit.agent=/rec"), 1795550453, hear,
                                     &heard, &err),
                 REMIT_ERR_UNAVAILABLE, "EngineAway", "");
    cr_expect(eq(int, heard, 1));
}

Test(engine, an_engine_that_is_down_is_away)
{
    auto_json struct remit_json *version = NULL;

    cr_assert(agent_engine_open("/nonexistent/docker.sock", &engine, &err) == 0);
    expect_error(agent_engine_version(engine, &version, &err), REMIT_ERR_UNAVAILABLE, "EngineAway",
                 "does not answer");
}

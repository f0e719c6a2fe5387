/* What a task must not forget, and what it must never write down. */
#include "agent/state.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/file.h"
#include "tests/agent/a_task.h"
#include "tests/lib/expect.h"

static const char definition[] =
    "{\"networkMode\":\"none\",\"taskRoleArn\":\"arn:aws:iam::111122223333:role/app\","
    "\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\",\"dependsOn\":[{"
    "\"containerName\":"
    "\"db\",\"condition\":\"START\"}]},{\"name\":\"db\",\"image\":\"db\"}]}";

static struct remit_err err;

static struct agent_task *reload(const struct agent_task *task)
{
    struct agent_task *again = NULL;

    cr_assert(agent_state_load(task->agent, task->id, &again, &err) == 0, "%s", err.text);
    return again;
}

static struct agent_task *saved(enum agent_phase phase)
{
    struct agent_task *task = a_task(definition, "");

    task->phase = phase;
    cr_assert(agent_state_save(task, &err) == 0, "%s", err.text);
    return task;
}

static mode_t mode_of(const char *path)
{
    struct stat about;

    cr_assert(stat(path, &about) == 0, "%s", path);
    return about.st_mode & 07777;
}

Test(state, ids_and_tokens_survive)
{
    auto_task struct agent_task *task = saved(AGENT_ACTIVE);
    auto_task struct agent_task *again = reload(task);

    EXPECT_TEXT(again->credentials_id, task->credentials_id);
    EXPECT_TEXT(again->containers[1].endpoint_id, task->containers[1].endpoint_id);
    cr_expect(remit_secret_equal(&again->containers[0].token,
                                 remit_secret_view(&task->containers[0].token)));
    cr_expect(eq(sz, again->units[0].n_conditions, 1));
    EXPECT_TEXT(again->netmode->name, "none");
    EXPECT_STR(again->task_role, "arn:aws:iam::111122223333:role/app");
}

Test(state, what_containers_did_survives)
{
    auto_task struct agent_task *task = a_task(definition, "");

    task->phase = AGENT_STOPPING;
    task->ran = true;
    task->stop_code = "EssentialContainerExited";
    (void)snprintf(task->reason, sizeof(task->reason), "Essential container in task exited");
    (void)snprintf(task->pause_id, sizeof(task->pause_id), "p");
    task->units[1].status = AGENT_STOPPED;
    task->units[1].started = true;
    task->units[1].exit_code = 3;
    task->containers[1].has_exit_code = true;
    task->execution_stopped_at = 1795550512.25;
    cr_assert(agent_state_save(task, &err) == 0);
    auto_task struct agent_task *again = reload(task);
    cr_expect(eq(int, again->phase, AGENT_STOPPING));
    cr_expect(again->ran && again->units[1].started && again->containers[1].has_exit_code);
    cr_expect(eq(int, again->units[1].exit_code, 3));
    cr_expect(eq(int, again->units[1].status, AGENT_STOPPED));
    EXPECT_TEXT(again->stop_code, "EssentialContainerExited");
    EXPECT_TEXT(again->reason, "Essential container in task exited");
    EXPECT_TEXT(again->pause_id, "p");
    cr_expect(again->execution_stopped_at > 1795550512.2);
}

Test(state, before_containers_run_all_is_resolved_again)
{
    auto_task struct agent_task *task = saved(AGENT_CREATING);
    auto_task struct agent_task *again = reload(task);

    cr_expect(eq(int, again->phase, AGENT_RESOLVING));
}

Test(state, holds_no_credentials)
{
    auto_task struct agent_task *task = a_task(definition, "");
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    auto_buf struct remit_buf text = REMIT_BUF(65536);
    struct agent_secret_value secret = { .name = REMIT_STR("PASSWORD") };

    cr_assert(remit_secret_copy(REMIT_STR("hidden-secret"), &secret.value, &err) == 0);
    cr_assert(remit_secret_copy(REMIT_STR("hidden-key"), &task->fresh.secret_access_key, &err) ==
              0);
    cr_assert(remit_secret_copy(REMIT_STR("hidden-token"), &task->execution.session_token, &err) ==
              0);
    cr_assert(remit_secret_copy(REMIT_STR("hidden-auth"), &task->registry.header, &err) == 0);
    task->containers[0].secrets = &secret;
    task->containers[0].n_secrets = 1;
    cr_assert(agent_state_save(task, &err) == 0);
    cr_assert(remit_file_read(agent_task_path(task, "state", &path), &text, &err) == 0);
    cr_expect(strstr(remit_buf_cstr(&text), "hidden") == NULL, "%s", remit_buf_cstr(&text));
}

Test(state, files_are_closed_to_others)
{
    auto_task struct agent_task *task = saved(AGENT_ACTIVE);
    auto_buf struct remit_buf path = REMIT_BUF(4096);

    cr_expect(eq(int, (int)mode_of(agent_task_path(task, NULL, &path)), 0700));
    cr_expect(eq(int, (int)mode_of(agent_task_path(task, "tokens", &path)), 0700));
    cr_expect(eq(int, (int)mode_of(agent_task_path(task, "state", &path)), 0600));
}

Test(state, a_tokens_file_is_the_token_alone_and_anybody_inside_may_read_it)
{
    auto_task struct agent_task *task = saved(AGENT_ACTIVE);
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    auto_buf struct remit_buf text = REMIT_BUF(512);

    cr_assert(agent_state_token(task, 0, &err) == 0, "%s", err.text);
    cr_assert(agent_state_token(task, 0, &err) == 0, "again: %s", err.text);
    cr_assert(remit_file_read(agent_state_token_path(task, 0, &path), &text, &err) == 0);
    cr_expect(remit_secret_equal(&task->containers[0].token, remit_buf_view(&text)));
    cr_expect(eq(int, (int)mode_of(remit_buf_cstr(&path)), 0444));
}

Test(state, a_link_in_place_of_a_tokens_file_is_refused)
{
    auto_task struct agent_task *task = saved(AGENT_ACTIVE);
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    auto_buf struct remit_buf target = REMIT_BUF(4096);

    (void)agent_task_path(task, "elsewhere", &target);
    cr_assert(symlink(remit_buf_cstr(&target), agent_state_token_path(task, 0, &path)) == 0);
    cr_expect(eq(int, agent_state_token(task, 0, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_DENIED));
    cr_expect(access(remit_buf_cstr(&target), F_OK) != 0);
}

Test(state, a_removed_task_leaves_nothing)
{
    auto_task struct agent_task *task = saved(AGENT_ACTIVE);
    auto_buf struct remit_buf path = REMIT_BUF(4096);

    cr_assert(agent_state_token(task, 0, &err) == 0);
    cr_assert(agent_state_remove(task->agent, task->id, &err) == 0, "%s", err.text);
    cr_expect(access(agent_task_path(task, NULL, &path), F_OK) != 0);
    cr_expect(agent_state_remove(task->agent, task->id, &err) == 0, "again: %s", err.text);
}

Test(state, a_file_that_is_none_of_ours_is_refused_with_its_path)
{
    auto_task struct agent_task *task = saved(AGENT_ACTIVE);
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    struct agent_task *again = NULL;

    (void)agent_task_path(task, "state", &path);
    cr_assert(remit_file_write(remit_buf_cstr(&path), REMIT_STR("{\"v\":2}"), 0600, &err) == 0);
    cr_expect(eq(int, agent_state_load(task->agent, task->id, &again, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidState"));
    cr_expect(strstr(err.text, remit_buf_cstr(&path)) != NULL, "%s", err.text);
    cr_assert(remit_file_remove(remit_buf_cstr(&path), &err) == 0);
    cr_expect(eq(int, agent_state_load(task->agent, task->id, &again, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_NOT_FOUND));
}

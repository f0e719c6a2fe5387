/* Payloads of control: what makes a task, and what makes one that can't be run. */
#include "agent/task.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/agent/a_task.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

#define WEB "{\"name\":\"web\",\"image\":\"web\"}"

static const struct {
    const char *definition;
    const char *code;
    const char *words;
} unusable[] = {
    { "{\"networkMode\":\"awsvpc\",\"containerDefinitions\":[" WEB "]}", "UnsupportedNetworkMode",
      "awsvpc" },
    { "{\"containerDefinitions\":[{\"name\":\"web\",\"dependsOn\":[{\"containerName\":\"db\","
      "\"condition\":\"START\"}]}]}",
      "TaskDependencyError", "depends on db, which does not exist" },
    { "{\"containerDefinitions\":[{\"name\":\"web\",\"dependsOn\":[{\"containerName\":\"web\","
      "\"condition\":\"MAYBE\"}]}]}",
      "TaskDependencyError", "'MAYBE'" },
    { "{\"containerDefinitions\":[{\"name\":\"web\",\"dependsOn\":[{\"containerName\":\"web\","
      "\"condition\":\"START\"}]}]}",
      "DependencyCycle", "waits for itself" },
    { "{\"containerDefinitions\":[{\"name\":\"web\",\"volumesFrom\":[{\"sourceContainer\":"
      "\"gone\"}]}]}",
      "TaskDependencyError", "gone" },
};

ROWS(task, one_that_can_not_be_run_says_why, unusable)
{
    auto_task struct agent_task *task = a_task(unusable[*row_index].definition, "");

    cr_expect(eq(int, task->unusable.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&task->unusable, unusable[*row_index].code), "%s", task->unusable.code);
    cr_expect(strstr(task->unusable.text, unusable[*row_index].words) != NULL, "%s",
              task->unusable.text);
}

static const struct {
    const char *payload;
} nameless[] = {
    { "{}" },
    { "[]" },
    { "{\"taskId\":\"../x\",\"taskArn\":\"a\",\"clusterArn\":\"c\",\"family\":\"f\"}" },
    { "{\"taskId\":\"x\",\"taskArn\":\"a\",\"clusterArn\":\"c\",\"family\":\"f/g\"}" },
    { "{\"taskId\":\"x\",\"taskArn\":\"a\",\"clusterArn\":\"c\",\"family\":\"f\"}" },
    { "{\"taskId\":\"x\",\"taskArn\":\"a\",\"clusterArn\":\"c\",\"family\":\"f\","
      "\"taskDefinition\":{\"containerDefinitions\":[{\"name\":\"a/b\"}]}}" },
    { "{\"taskId\":\"x\",\"taskArn\":\"a\",\"clusterArn\":\"c\",\"family\":\"f\","
      "\"taskDefinition\":{\"containerDefinitions\":[{\"name\":\"a\"},{\"name\":\"a\"}]}}" },
};

ROWS(task, what_names_none_is_refused, nameless)
{
    struct agent_task *task = NULL;
    struct remit_err err = { 0 };

    cr_assert(
        eq(int, agent_task_new(an_agent(), remit_str_of(nameless[*row_index].payload), &task, &err),
           -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidPayload"));
}

Test(task, a_role_of_the_overrides_stands_before_the_definitions)
{
    auto_task struct agent_task *task =
        a_task("{\"taskRoleArn\":\"old\",\"containerDefinitions\":[" WEB "]}",
               ",\"overrides\":{\"taskRoleArn\":\"new\"}");

    EXPECT_STR(task->task_role, "new");
}

Test(task, one_label_takes_the_way_back_in_from_all_containers)
{
    auto_task struct agent_task *with = a_task("{\"containerDefinitions\":[" WEB "]}", "");
    auto_task struct agent_task *without =
        a_task("{\"containerDefinitions\":[" WEB ",{\"name\":\"b\",\"dockerLabels\":{"
               "\"remit.relay\":\"off\"}}]}",
               "");

    cr_expect(with->relay);
    cr_expect(not(without->relay));
}

Test(task, every_container_has_a_token_and_an_endpoint_of_its_own)
{
    auto_task struct agent_task *task =
        a_task("{\"containerDefinitions\":[" WEB ",{\"name\":\"b\"}]}", "");

    cr_expect(eq(sz, task->containers[0].token.len, 43));
    cr_expect(not(remit_secret_equal(&task->containers[0].token,
                                     remit_secret_view(&task->containers[1].token))));
    cr_expect(strcmp(task->containers[0].endpoint_id, task->containers[1].endpoint_id) != 0);
}

Test(task, names_in_the_engine_are_the_same_each_time)
{
    auto_task struct agent_task *task = a_task("{\"containerDefinitions\":[" WEB "]}", "");
    auto_buf struct remit_buf name = REMIT_BUF(1024);

    EXPECT_TEXT(agent_task_container_name(task, 0, &name), "ecs-shop-7-web-" A_TASK_ID);
    EXPECT_TEXT(agent_task_pause_name(task, &name), "ecs-shop-7-pause." A_TASK_ID);
    EXPECT_TEXT(agent_task_volume_name(task, REMIT_STR("data"), &name),
                "ecs-shop-7-data-" A_TASK_ID);
}

Test(task, a_payload_leaves_out_credentials)
{
    auto_json struct remit_json *entry = json_of(
        "{\"taskArn\":\"a\",\"desiredStatus\":\"RUNNING\",\"version\":3,\"taskCredentials\":{"
        "\"secretAccessKey\":\"hidden\"},\"executionCredentials\":{\"sessionToken\":"
        "\"hidden\"},\"group\":\"g\"}");
    auto_buf struct remit_buf out = REMIT_BUF(4096);

    agent_task_payload(entry, &out);
    EXPECT_TEXT(remit_buf_cstr(&out), "{\"taskArn\":\"a\",\"group\":\"g\"}");
}

static const struct {
    const char *code;
    const char *reason;
} reasons[] = {
    { "CannotPullContainerError", "CannotPullContainerError: why" },
    { "ResourceInitializationError", "ResourceInitializationError: why" },
    { "EngineFailed", "HostConfigError: why" },
    { "AccessDeniedException", "HostConfigError: why" },
};

ROWS(task, reasons_begin_with_names_of_the_reference, reasons)
{
    struct remit_err err = { 0 };
    char reason[AGENT_REASON_MAX + 1];

    (void)remit_fail(&err, REMIT_ERR_INVALID, reasons[*row_index].code, "why");
    agent_reason(&err, "HostConfigError", reason);
    EXPECT_TEXT(reason, reasons[*row_index].reason);
}

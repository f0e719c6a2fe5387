/* RunTask asked again with its client token: the same tasks, or a conflict. [ecs-control 9.1] */
#include "control/ops/ecs_rows.h"
#include "tests/control/ecs/stage.h"

TestSuite(client_token, .init = stage_open, .fini = stage_close, .timeout = 60);

#define TOKEN(more) "{\"taskDefinition\":\"web\",\"clientToken\":\"once\"" more "}"

Test(client_token, the_same_token_gives_the_same_tasks_as_they_are_now)
{
    const char *task = NULL;

    stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    op_must("RunTask", TOKEN(",\"count\":2"));
    task = stage_keep(op_member("tasks.0.taskArn"));
    stage_report(task, ECS_RUNNING);
    stage_define("web", 256, 64, "");
    op_must("RunTask", TOKEN(",\"count\":2"));
    cr_expect(stage_count("tasks") == 2);
    EXPECT_TEXT(op_member("tasks.0.taskArn"), task);
    EXPECT_TEXT(op_member("tasks.0.lastStatus"), "RUNNING");
    op_must("ListTasks", "{}");
    cr_expect(stage_count("taskArns") == 2);
}

static bool detail_has(struct control_call *call, const char *arn)
{
    for (size_t i = 0; i < call->grants->n_details; i++)
        for (size_t j = 0; j < call->grants->details[i].n_values; j++)
            if (strcmp(call->grants->details[i].name, "resourceIds") == 0 &&
                remit_str_equal(call->grants->details[i].values[j], remit_str_of(arn)))
                return true;
    return false;
}

Test(client_token, the_same_token_with_other_arguments_is_a_conflict_that_names_the_tasks)
{
    const char *task = NULL;
    struct control_call call;
    auto_json struct remit_json *input = NULL;

    stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    op_must("RunTask", TOKEN(""));
    task = stage_keep(op_member("tasks.0.taskArn"));
    cr_assert(remit_json_parse(REMIT_STR(TOKEN(",\"count\":2")), 1000, &input, &face_err) == 0);
    face_call(&call, &control_run_task);
    call.input = input;
    face_as_root(&call);
    EXPECT_REFUSED(face_run(&call), REMIT_ERR_CONFLICT, "ConflictException",
                   "The clientToken was used before with other arguments.");
    cr_expect(detail_has(&call, task));
}

Test(client_token, a_token_lasts_a_day_and_is_of_one_cluster)
{
    stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    op_must("RunTask", TOKEN(""));
    op_clock(FACE_NOW + 24 * 3600 - 1);
    op_must("RunTask", TOKEN(""));
    op_must("ListTasks", "{}");
    cr_expect(stage_count("taskArns") == 1);
    op_clock(FACE_NOW + 24 * 3600);
    op_must("RunTask", TOKEN(",\"group\":\"g\""));
    op_must("ListTasks", "{}");
    cr_expect(stage_count("taskArns") == 2);
}

Test(client_token, nothing_placed_is_not_remembered)
{
    stage_define("web", 256, 64, "");
    stage_instance(128, 64);
    op_must("RunTask", TOKEN(""));
    cr_expect(stage_count("tasks") == 0);
    stage_instance(256, 64);
    op_must("RunTask", TOKEN(""));
    cr_expect(stage_count("tasks") == 1);
}

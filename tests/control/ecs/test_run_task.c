/* RunTask and StartTask: what is placed, what is answered, what is refused. */
#include "tests/control/ecs/stage.h"
#include "tests/lib/rows.h"

TestSuite(run_task, .init = stage_open, .fini = stage_close, .timeout = 60);

Test(run_task, a_task_is_placed_and_its_resources_are_held)
{
    const char *instance = stage_instance(1024, 1000);
    const char *task = NULL;

    stage_define("web", 256, 300, ",\"portMappings\":[{\"containerPort\":80,\"hostPort\":8080}]");
    task = stage_run("web");
    cr_expect(stage_task(task).desired_status == ECS_RUNNING);
    cr_expect(stage_task(task).last_status == ECS_PENDING);
    EXPECT_STR(stage_task(task).instance_arn, instance);
    EXPECT_STR(stage_task(task).task_role, STAGE_WEB);
    EXPECT_STR(stage_task(task).group, "family:web");
    cr_expect(stage_instance_record(instance).used.cpu == 256);
    cr_expect(stage_instance_record(instance).used.memory == 300);
    cr_expect(stage_instance_record(instance).used.tcp.n == 1);
}

/* RunTask and StartTask: what is placed, what is answered, what is refused. [ecs-control 9.1] */
#include <pthread.h>

#include "control/ops/ecs_rows.h"
#include "control/store/keys.h"
#include "tests/control/ecs/stage.h"
#include "tests/lib/rows.h"

TestSuite(run_task, .init = stage_open, .fini = stage_close, .timeout = 60);

#define PORT(host) ",\"portMappings\":[{\"containerPort\":80,\"hostPort\":" host "}]"

/* ---- placing ---- */

Test(run_task, a_task_is_placed_and_its_resources_are_held)
{
    const char *instance = stage_instance(1024, 1000);
    struct ecs_task task;

    stage_define("web", 256, 300, PORT("8080"));
    task = stage_task(stage_run("web"));
    cr_expect(task.desired_status == ECS_RUNNING);
    cr_expect(task.last_status == ECS_PENDING);
    EXPECT_STR(task.instance_arn, instance);
    EXPECT_STR(task.task_role, STAGE_WEB);
    EXPECT_STR(task.group, "family:web");
    cr_expect(task.held.cpu == 256 && task.held.memory == 300 && task.held.tcp.n == 1);
    cr_expect(stage_instance_record(instance).used.cpu == 256);
    cr_expect(stage_instance_record(instance).used.memory == 300);
    cr_expect(stage_instance_record(instance).used.tcp.items[0] == 8080);
}

Test(run_task, the_answer_is_the_task_as_the_service_shows_it)
{
    static const char *const parts[] = {
        "\"lastStatus\":\"PENDING\",\"desiredStatus\":\"RUNNING\"",
        "\"overrides\":{\"containerOverrides\":[{\"name\":\"app\"}],\"inference",
        "\"cpu\":\"256\",\"memory\":\"300\"",
        "\"launchType\":\"EC2\"",
        "\"attributes\":[{\"name\":\"ecs.cpu-architecture\",\"value\":\"x86_64\"}]",
        "\"createdAt\":1785000000.000",
        "\"version\":1",
        "\"failures\":[]",
    };

    stage_instance(1024, 1000);
    stage_define("web", 256, 300, "");
    stage_run("web");
    for (size_t i = 0; i < REMIT_COUNT(parts); i++)
        EXPECT_HAS(parts[i]);
}

Test(run_task, the_agent_hears_of_it)
{
    const char *instance = stage_instance(1024, 1000);
    struct control_key prefix =
        control_key_placeds(REMIT_STR("default"), remit_str_of(strrchr(instance, '/') + 1));
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct control_store_events events;
    struct remit_err err = { 0 };
    uint64_t before = control_store_revision(face.store);
    const char *task = NULL;

    stage_define("web", 256, 300, "");
    task = stage_run("web");
    cr_assert(control_store_watch(face.store, control_key_str(&prefix), before, 0, &arena, &events,
                                  &err) == 0);
    cr_expect(events.n == 1);
    before = events.revision;
    stage_report(task, ECS_RUNNING);
    cr_assert(control_store_watch(face.store, control_key_str(&prefix), before, 0, &arena, &events,
                                  &err) == 0);
    cr_expect(events.n == 0, "its own report wakes it");
    op_must("StopTask", body("{\"task\":\"%s\"}", task));
    cr_assert(control_store_watch(face.store, control_key_str(&prefix), before, 0, &arena, &events,
                                  &err) == 0);
    cr_expect(events.n == 1, "it does not hear of the stop");
}

/* An attribute may hold a backslash; the task's record must not break on it. */
Test(run_task, an_odd_architecture_is_only_odd)
{
    op_must("RegisterContainerInstance",
            "{\"totalResources\":[{\"name\":\"CPU\",\"type\":\"INTEGER\",\"integerValue\":1024},{"
            "\"name\":\"MEMORY\",\"type\":\"INTEGER\",\"integerValue\":1000}],\"attributes\":[{"
            "\"name\":\"ecs.cpu-architecture\",\"value\":\"a\\\\\"},{\"name\":"
            "\"com.amazonaws.ecs.capability.docker-remote-api.1.18\"},{\"name\":"
            "\"com.amazonaws.ecs.capability.docker-remote-api.1.21\"},{\"name\":"
            "\"com.amazonaws.ecs.capability.task-iam-role\"}]}");
    stage_connect(stage_keep(op_member("containerInstance.containerInstanceArn")));
    stage_define("web", 0, 64, "");
    EXPECT_STR(stage_task(stage_run("web")).attributes,
               "[{\"name\":\"ecs.cpu-architecture\",\"value\":\"a\\\\\"}]");
}

static const struct {
    const char *name, *request, *reason;
} full[] = {
    { "cpu", "\"overrides\":{\"cpu\":\"2048\"}", "RESOURCE:CPU" },
    { "memory", "\"overrides\":{\"containerOverrides\":[{\"name\":\"app\",\"memory\":1001}]}",
      "RESOURCE:MEMORY" },
    { "an attribute", "\"launchType\":\"EXTERNAL\"", "ATTRIBUTE" },
    { "a constraint",
      "\"placementConstraints\":[{\"type\":\"memberOf\",\"expression\":"
      "\"attribute:ecs.os-type == windows\"}]",
      "MemberOf placement constraint unsatisfied." },
};
ROWS(run_task, no_room_is_a_failure_and_no_error, full)
{
    const char *instance = stage_instance(1024, 1000);

    stage_define("web", 256, 300, "");
    op_must("RunTask", body("{\"taskDefinition\":\"web\",%s}", full[*row_index].request));
    cr_expect(stage_count("tasks") == 0);
    EXPECT_TEXT(op_member("failures.0.reason"), full[*row_index].reason);
    EXPECT_TEXT(op_member("failures.0.arn"), instance);
    cr_expect(stage_instance_record(instance).used.cpu == 0);
}

Test(run_task, a_static_port_is_there_once_and_a_dynamic_one_always)
{
    stage_instance(1024, 1000);
    stage_define("web", 0, 64, PORT("22"));
    op_must("RunTask", "{\"taskDefinition\":\"web\"}");
    EXPECT_TEXT(op_member("failures.0.reason"), "RESOURCE:PORTS"); /* the agent's own */
    stage_define("web", 0, 64, PORT("8080"));
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"count\":2}");
    cr_expect(stage_count("tasks") == 1);
    EXPECT_TEXT(op_member("failures.0.reason"), "RESOURCE:PORTS");
    stage_define("web", 0, 64, PORT("0"));
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"count\":2}");
    cr_expect(stage_count("tasks") == 2);
}

Test(run_task, an_agent_that_is_away_gets_nothing)
{
    const char *instance = stage_instance(1024, 1000);
    struct control_key key =
        control_key_connected(REMIT_STR("default"), remit_str_of(strrchr(instance, '/') + 1));
    struct control_store_txn txn = { 0 };
    struct remit_err err = { 0 };

    control_store_remove(&txn, control_key_str(&key));
    cr_assert(control_store_commit(face.store, &txn, NULL, &err) == 0);
    stage_define("web", 0, 64, "");
    op_must("RunTask", "{\"taskDefinition\":\"web\"}");
    EXPECT_TEXT(op_member("failures.0.reason"), "AGENT");
}

Test(run_task, ten_wanted_and_room_for_four_gives_four)
{
    const char *instance = stage_instance(1024, 10000);

    stage_define("web", 256, 64, "");
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"count\":10}");
    cr_expect(stage_count("tasks") == 4);
    cr_expect(stage_count("failures") == 1);
    EXPECT_TEXT(op_member("failures.0.reason"), "RESOURCE:CPU");
    cr_expect(stage_instance_record(instance).used.cpu == 1024);
}

Test(run_task, a_group_spreads_over_instances)
{
    const char *one = stage_instance(4096, 4096);
    const char *two = stage_instance(4096, 4096);

    stage_define("web", 256, 64, "");
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"count\":4}");
    cr_expect(stage_instance_record(one).used.cpu == 512);
    cr_expect(stage_instance_record(two).used.cpu == 512);
}

Test(run_task, a_distinct_instance_for_each_of_a_group)
{
    stage_instance(4096, 4096);
    stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"count\":3,\"placementConstraints\":[{"
                       "\"type\":\"distinctInstance\"}]}");
    cr_expect(stage_count("tasks") == 2);
    EXPECT_TEXT(op_member("failures.0.reason"),
                "DistinctInstance placement constraint unsatisfied.");
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"group\":\"other\",\"placementConstraints\":[{"
                       "\"type\":\"distinctInstance\"}]}");
    cr_expect(stage_count("tasks") == 1);
}

Test(run_task, a_running_count_can_be_asked_for)
{
    const char *instance = stage_instance(4096, 4096);

    stage_define("web", 256, 64, "");
    stage_report(stage_run("web"), ECS_RUNNING);
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"placementConstraints\":[{\"type\":"
                       "\"memberOf\",\"expression\":\"runningTasksCount < 1\"}]}");
    EXPECT_TEXT(op_member("failures.0.arn"), instance);
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"placementConstraints\":[{\"type\":"
                       "\"memberOf\",\"expression\":\"runningTasksCount == 1\"}]}");
    cr_expect(stage_count("tasks") == 1);
}

Test(run_task, the_audit_log_names_the_tasks_and_the_role)
{
    const struct remit_json *record = NULL;
    const char *task = NULL;

    stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    task = stage_run("web");
    record = face_record("result");
    EXPECT_STR(face_at(record, "notes.taskArns"), task);
    record = face_record("call");
    EXPECT_STR(face_at(record, "rolesPassed.0.role"), STAGE_WEB);
}

/* ---- resources come back once ---- */

Test(run_task, a_stopped_task_gives_back_what_it_held_and_only_once)
{
    const char *instance = stage_instance(1024, 1000);
    const char *first = NULL;

    stage_define("web", 256, 300, PORT("8080"));
    first = stage_run("web");
    stage_report(first, ECS_STOPPED);
    cr_expect(stage_instance_record(instance).used.cpu == 0);
    cr_expect(stage_instance_record(instance).used.tcp.n == 0);
    stage_run("web");
    stage_report(first, ECS_STOPPED); /* the agent says it again */
    cr_expect(stage_instance_record(instance).used.cpu == 256);
    cr_expect(stage_instance_record(instance).used.memory == 300);
    cr_expect(stage_instance_record(instance).used.tcp.n == 1);
}

Test(run_task, a_stopping_task_still_holds_its_resources)
{
    const char *instance = stage_instance(1024, 1000);
    const char *task = NULL;

    stage_define("web", 256, 300, "");
    task = stage_run("web");
    op_must("StopTask", body("{\"task\":\"%s\"}", task));
    cr_expect(stage_instance_record(instance).used.cpu == 256);
}

/* ---- two callers, one slot ---- */

static void *race(void *arg)
{
    struct control_call call;
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    auto_buf struct remit_buf out = REMIT_BUF((size_t)1 << 20);
    auto_json struct remit_json *input = NULL;
    struct remit_err err = { 0 };
    size_t *placed = arg;

    cr_assert(remit_json_parse(REMIT_STR("{\"taskDefinition\":\"web\"}"), 1000, &input, &err) == 0);
    control_call_init(&call, &face.server, &arena, FACE_NOW);
    call.operation = &control_run_task;
    call.input = input;
    face_as_root(&call);
    cr_assert(control_run(&call, &out, &err) == 0, "%s: %s", err.code, err.text);
    *placed = strstr(remit_buf_cstr(&out), "\"taskArn\"") != NULL;
    return NULL;
}

Test(run_task, of_two_that_race_for_the_last_slot_one_wins)
{
    for (int round = 0; round < 25; round++) {
        const char *instance = stage_instance(256, 1000);
        pthread_t threads[4];
        size_t placed[4] = { 0 };
        size_t sum = 0;

        stage_define("web", 256, 64, "");
        for (size_t i = 0; i < 4; i++)
            cr_assert(pthread_create(&threads[i], NULL, race, &placed[i]) == 0);
        for (size_t i = 0; i < 4; i++) {
            cr_assert(pthread_join(threads[i], NULL) == 0);
            sum += placed[i];
        }
        cr_expect(sum == 1, "%zu won", sum);
        cr_expect(stage_instance_record(instance).used.cpu == 256);
    }
}

static void *run_many(void *arg)
{
    size_t *placed = arg;

    for (int i = 0; i < 25; i++) {
        size_t one = 0;

        race(&one);
        *placed += one;
    }
    return NULL;
}

Test(run_task, of_many_that_race_for_one_instance_all_get_their_turn)
{
    const char *instance = stage_instance(100000, 100000);
    pthread_t threads[8];
    size_t placed[8] = { 0 };
    size_t sum = 0;

    stage_define("web", 7, 11, "");
    for (size_t i = 0; i < 8; i++)
        cr_assert(pthread_create(&threads[i], NULL, run_many, &placed[i]) == 0);
    for (size_t i = 0; i < 8; i++) {
        cr_assert(pthread_join(threads[i], NULL) == 0);
        sum += placed[i];
    }
    cr_expect(sum == 200, "%zu", sum);
    cr_expect(stage_instance_record(instance).used.cpu == 200 * 7);
    cr_expect(stage_instance_record(instance).used.memory == 200 * 11);
}

/* ---- what is refused ---- */

static const struct {
    const char *name, *request;
    enum remit_err_kind kind;
    const char *code, *text;
} refused[] = {
    { "an unknown definition", "\"taskDefinition\":\"gone\"", REMIT_ERR_NOT_FOUND,
      "ClientException", "TaskDefinition not found." },
    { "one of another account", /* [attacks R5] */
      "\"taskDefinition\":\"arn:aws:ecs:eu-west-1:210987654321:task-definition/web:1\"",
      REMIT_ERR_DENIED, "AccessDenied",
      "User: arn:aws:iam::" FACE_ACCOUNT ":root is not authorized to perform: ecs:RunTask on "
      "resource: arn:aws:ecs:eu-west-1:210987654321:task-definition/web:1 because no "
      "resource-based policy allows the ecs:RunTask action" },
    { "an inactive one", "\"taskDefinition\":\"old:1\"", REMIT_ERR_INVALID, "ClientException",
      "TaskDefinition is inactive" },
    { "an unknown cluster", "\"taskDefinition\":\"web\",\"cluster\":\"gone\"", REMIT_ERR_NOT_FOUND,
      "ClusterNotFoundException", "Cluster not found." },
    { "a cluster of another account",
      "\"taskDefinition\":\"web\",\"cluster\":\"arn:aws:ecs:eu-west-1:210987654321:cluster/default"
      "\"",
      REMIT_ERR_NOT_FOUND, "ClusterNotFoundException", "Cluster not found." },
    { "a deleted cluster", "\"taskDefinition\":\"web\",\"cluster\":\"deleted\"", REMIT_ERR_INVALID,
      "ClientException", "Cluster was not ACTIVE." },
    { "an empty cluster", "\"taskDefinition\":\"web\",\"cluster\":\"empty\"", REMIT_ERR_INVALID,
      "InvalidParameterException", "No Container Instances were found in your cluster." },
    { "count 0", "\"taskDefinition\":\"web\",\"count\":0", REMIT_ERR_INVALID,
      "InvalidParameterException",
      "Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or "
      "equal to 1" },
    { "count 11", "\"taskDefinition\":\"web\",\"count\":11", REMIT_ERR_INVALID,
      "InvalidParameterException",
      "Value '11' at 'count' failed to satisfy constraint: Member must have value less than or "
      "equal to 10" },
    { "FARGATE", "\"taskDefinition\":\"web\",\"launchType\":\"FARGATE\"", REMIT_ERR_INVALID,
      "InvalidParameterException", "Task definition does not support launch_type FARGATE." },
    { "two ways to launch",
      "\"taskDefinition\":\"web\",\"launchType\":\"EC2\",\"capacityProviderStrategy\":[{"
      "\"capacityProvider\":\"x\"}]",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one "
      "and try again." },
    { "capacity providers",
      "\"taskDefinition\":\"web\",\"capacityProviderStrategy\":[{\"capacityProvider\":\"x\"}]",
      REMIT_ERR_INVALID, "UnsupportedFeatureException",
      "RunTask: capacity providers are not supported by this endpoint" },
    { "a platform version", "\"taskDefinition\":\"web\",\"platformVersion\":\"1.4.0\"",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "The platform version must be null when specifying an EC2 launch type" },
    { "a network",
      "\"taskDefinition\":\"web\",\"networkConfiguration\":{\"awsvpcConfiguration\":{\"subnets\":["
      "\"s\"]}}",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Network Configuration is not valid for the given networkMode of this task definition." },
    { "a service's tags", "\"taskDefinition\":\"web\",\"propagateTags\":\"SERVICE\"",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "propagateTags SERVICE is for tasks of a service only; use TASK_DEFINITION." },
    { "commands inside, without a role",
      "\"taskDefinition\":\"plain\",\"enableExecuteCommand\":true", REMIT_ERR_INVALID,
      "InvalidParameterException",
      "The task couldn't be created because a valid taskRoleArn is not being used. Specify a valid "
      "task role in your task definition and try again." },
    { "an unknown container",
      "\"taskDefinition\":\"web\",\"overrides\":{\"containerOverrides\":[{\"name\":\"X\"}]}",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Override for container named X is not a container in the TaskDefinition." },
    { "a container twice",
      "\"taskDefinition\":\"web\",\"overrides\":{\"containerOverrides\":[{\"name\":\"app\"},{"
      "\"name\":\"app\"}]}",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Override for container named app is given twice." },
    { "less memory than is reserved",
      "\"taskDefinition\":\"web\",\"overrides\":{\"containerOverrides\":[{\"name\":\"app\","
      "\"memoryReservation\":65}]}",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Invalid setting for container 'app'. 'memory' must be greater than or equal to "
      "'memoryReservation'." },
    { "one role for both, by override",
      "\"taskDefinition\":\"web\",\"overrides\":{\"executionRoleArn\":\"" STAGE_WEB "\"}",
      REMIT_ERR_INVALID, "ClientException",
      "taskRoleArn and executionRoleArn are the same role, '" STAGE_WEB
      "': containers would get what only the agent may. Use a role for each." },
    { "no role at all", "\"taskDefinition\":\"web\",\"overrides\":{\"taskRoleArn\":\"root\"}",
      REMIT_ERR_INVALID, "ClientException", "Role is not valid: 'root'" },
    { "a missing role",
      "\"taskDefinition\":\"web\",\"overrides\":{\"taskRoleArn\":\"" FACE_ROLE("gone") "\"}",
      REMIT_ERR_INVALID, "ClientException",
      "Unable to assume the role '" FACE_ROLE(
          "gone") "' that was provided: there is no such role." },
    { "a strategy's field",
      "\"taskDefinition\":\"web\",\"placementStrategy\":[{\"type\":\"binpack\",\"field\":\"disk\"}"
      "]",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "binpack field 'disk' is invalid, must be cpu or memory." },
    { "six strategies",
      "\"taskDefinition\":\"web\",\"placementStrategy\":[{\"type\":\"random\"},{\"type\":"
      "\"random\"},{\"type\":\"random\"},{\"type\":\"random\"},{\"type\":\"random\"},{\"type\":"
      "\"random\"}]",
      REMIT_ERR_INVALID, "InvalidParameterException", "Maximum number of strategies is 5" },
    { "an expression",
      "\"taskDefinition\":\"web\",\"placementConstraints\":[{\"type\":\"memberOf\",\"expression\":"
      "\"attribute:a = b\"}]",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Invalid expression: an operator that this subject has is missing at position 13, '= b'." },
    { "a long token",
      "\"taskDefinition\":\"web\",\"clientToken\":"
      "\"12345678901234567890123456789012345678901234567890123456789012345\"",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Value '1234567890123456789012345678901234567890123456789012345678901234'... at "
      "'clientToken' failed to satisfy constraint: Member must have length less than or equal to "
      "64" },
    { "aws: tags", "\"taskDefinition\":\"web\",\"tags\":[{\"key\":\"AWS:x\",\"value\":\"\"}]",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Tag keys can not start with 'aws:': 'AWS:x'." },
};
ROWS(run_task, refused, refused)
{
    stage_instance(1024, 1000);
    stage_define("web", 0, 64, "");
    stage_define("old", 0, 64, "");
    op_must("RegisterTaskDefinition",
            "{\"family\":\"plain\",\"containerDefinitions\":[{\"name\":\"app\",\"image\":\"i\","
            "\"memory\":64}]}");
    op_must("DeregisterTaskDefinition", "{\"taskDefinition\":\"old:1\"}");
    op_must("CreateCluster", "{\"clusterName\":\"empty\"}");
    op_must("CreateCluster", "{\"clusterName\":\"deleted\"}");
    op_must("DeleteCluster", "{\"cluster\":\"deleted\"}");
    EXPECT_REFUSED(op("RunTask", body("{%s}", refused[*row_index].request)),
                   refused[*row_index].kind, refused[*row_index].code, refused[*row_index].text);
    op_must("ListTasks", "{}");
    cr_expect(stage_count("taskArns") == 0);
}

Test(run_task, overrides_of_more_than_8192_characters_are_refused)
{
    stage_instance(1024, 1000);
    stage_define("web", 0, 64, "");
    EXPECT_REFUSED(op("RunTask", body("{\"taskDefinition\":\"web\",\"overrides\":{"
                                      "\"containerOverrides\":[{\"name\":\"app\",\"command\":["
                                      "\"%08200d\"]}]}}",
                                      0)),
                   REMIT_ERR_INVALID, "InvalidParameterException",
                   "Overrides can not be longer than 8192 characters.");
}

/* ---- overrides, tags ---- */

Test(run_task, overrides_count_and_are_shown_whole)
{
    const char *instance = stage_instance(4096, 4096);
    struct ecs_task task;

    face_role(&(struct face_principal){ .name = "other", .trust = ECS_TRUST });
    stage_define("web", 256, 300, "");
    op_must("RunTask",
            "{\"taskDefinition\":\"web\",\"overrides\":{\"cpu\":\"1 vCPU\",\"memory\":\"2GB\","
            "\"taskRoleArn\":\"" FACE_ROLE("other") "\",\"containerOverrides\":[{\"name\":\"app\","
                                                    "\"command\":[\"x\"],\"environment\":[{"
                                                    "\"name\":\"A\",\"value\":\"1\"}],\"cpu\":128,"
                                                    "\"unknown\":1}]}}");
    EXPECT_HAS("\"overrides\":{\"containerOverrides\":[{\"name\":\"app\",\"command\":[\"x\"],"
               "\"environment\":[{\"name\":\"A\",\"value\":\"1\"}],\"cpu\":128}],\"cpu\":\"1024\","
               "\"memory\":\"2048\",\"taskRoleArn\":\"" FACE_ROLE(
                   "other") "\",\"inferenceAcceleratorOverrides\":[]}");
    task = stage_task(stage_keep(op_member("tasks.0.taskArn")));
    EXPECT_STR(task.task_role, FACE_ROLE("other"));
    EXPECT_STR(task.containers[0].cpu, "128");
    cr_expect(stage_instance_record(instance).used.cpu == 1024);
    cr_expect(stage_instance_record(instance).used.memory == 2048);
}

Test(run_task, reserved_memory_is_what_is_held)
{
    const char *instance = stage_instance(4096, 4096);

    stage_define("web", 0, 1000, ",\"memoryReservation\":100");
    stage_run("web");
    cr_expect(stage_instance_record(instance).used.memory == 100);
}

Test(run_task, tags_of_the_request_win_over_propagated_ones)
{
    stage_instance(4096, 4096);
    op_must("RegisterTaskDefinition",
            "{\"family\":\"web\",\"tags\":[{\"key\":\"a\",\"value\":\"1\"},{\"key\":\"b\","
            "\"value\":\"2\"}],\"containerDefinitions\":[{\"name\":\"app\",\"image\":\"i\","
            "\"memory\":64}]}");
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"propagateTags\":\"TASK_DEFINITION\","
                       "\"enableECSManagedTags\":true,\"tags\":[{\"key\":\"b\",\"value\":\"3\"}]}");
    EXPECT_HAS("\"tags\":[{\"key\":\"b\",\"value\":\"3\"},{\"key\":\"a\",\"value\":\"1\"},"
               "{\"key\":\"aws:ecs:clusterName\",\"value\":\"default\"}]");
}

/* ---- StartTask ---- */

Test(run_task, start_task_places_where_it_is_told)
{
    const char *one = stage_instance(256, 64);
    const char *two = stage_instance(256, 64);

    stage_define("web", 256, 64, "");
    op_must("StartTask", body("{\"taskDefinition\":\"web\",\"containerInstances\":[\"%s\",\"%s\","
                              "\"%s\",\"gone\"]}",
                              two, strrchr(one, '/') + 1, two));
    cr_expect(stage_count("tasks") == 2);
    EXPECT_TEXT(op_member("tasks.0.containerInstanceArn"), two);
    EXPECT_TEXT(op_member("tasks.1.containerInstanceArn"), one);
    EXPECT_TEXT(op_member("failures.0.reason"), "RESOURCE:CPU");
    EXPECT_TEXT(op_member("failures.0.arn"), two);
    EXPECT_TEXT(op_member("failures.1.reason"), "MISSING");
    EXPECT_TEXT(op_member("failures.1.arn"), STAGE_ARN("container-instance/default/gone"));
}

Test(run_task, start_task_does_not_go_to_an_inactive_instance)
{
    const char *instance = stage_instance(256, 64);

    stage_define("web", 256, 64, "");
    op_must("DeregisterContainerInstance", body("{\"containerInstance\":\"%s\"}", instance));
    op_must("StartTask",
            body("{\"taskDefinition\":\"web\",\"containerInstances\":[\"%s\"]}", instance));
    EXPECT_TEXT(op_member("failures.0.reason"), "INACTIVE");
    EXPECT_REFUSED(op("StartTask", "{\"taskDefinition\":\"web\",\"containerInstances\":[]}"),
                   REMIT_ERR_INVALID, "ClientException", "Container Instances cannot be empty.");
}

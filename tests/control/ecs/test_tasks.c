/* Tasks, instances and clusters: describing, listing, stopping, taking away. */
#include "tests/control/ecs/stage.h"
#include "tests/lib/rows.h"

TestSuite(tasks, .init = stage_open, .fini = stage_close, .timeout = 60);

/* ---- stopping ---- */

Test(tasks, stopping_wants_it_stopped_and_keeps_the_first_reason)
{
    const char *task = NULL;

    stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    task = stage_run("web");
    op_clock(FACE_NOW + 5);
    op_must("StopTask", body("{\"task\":\"%s\",\"reason\":\"enough\"}", strrchr(task, '/') + 1));
    EXPECT_TEXT(op_member("task.desiredStatus"), "STOPPED");
    EXPECT_TEXT(op_member("task.lastStatus"), "PENDING");
    EXPECT_TEXT(op_member("task.stopCode"), "UserInitiated");
    EXPECT_TEXT(op_member("task.stoppedReason"), "enough");
    EXPECT_HAS("\"stoppingAt\":1785000005.000");
    EXPECT_HAS("\"tags\":[]");
    op_must("StopTask", body("{\"task\":\"%s\",\"reason\":\"again\"}", task));
    EXPECT_TEXT(op_member("task.stoppedReason"), "enough");
}

static const struct {
    const char *name, *body;
} unknown[] = {
    { "an id", "{\"task\":\"0123456789abcdef0123456789abcdef\"}" },
    { "an ARN of another cluster", "{\"task\":\"" STAGE_ARN("task/prod/1") "\"}" },
};
ROWS(tasks, stopping_what_is_not_there, unknown)
{
    EXPECT_REFUSED(op("StopTask", unknown[*row_index].body), REMIT_ERR_NOT_FOUND,
                   "InvalidParameterException", "The referenced task was not found.");
}

/* ---- describing ---- */

Test(tasks, what_is_missing_is_a_failure)
{
    const char *task = NULL;

    stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    task = stage_run("web");
    op_must("DescribeTasks",
            body("{\"tasks\":[\"gone\",\"%s\",\"%s\"]}", task, strrchr(task, '/') + 1));
    cr_expect(stage_count("tasks") == 2);
    EXPECT_TEXT(op_member("failures.0.arn"), STAGE_ARN("task/default/gone"));
    EXPECT_TEXT(op_member("failures.0.reason"), "MISSING");
    EXPECT_REFUSED(op("DescribeTasks", "{\"tasks\":[]}"), REMIT_ERR_INVALID,
                   "InvalidParameterException", "Tasks cannot be empty.");
    EXPECT_REFUSED(op("DescribeTasks", "{}"), REMIT_ERR_INVALID, "InvalidParameterException",
                   "Tasks cannot be empty.");
    EXPECT_REFUSED(op("DescribeTasks", "{\"tasks\":[\"a\"],\"cluster\":\"gone\"}"),
                   REMIT_ERR_NOT_FOUND, "ClusterNotFoundException", "Cluster not found.");
}

Test(tasks, an_instance_shows_what_is_left)
{
    const char *instance = stage_instance(1024, 1000);

    stage_define("web", 256, 300, ",\"portMappings\":[{\"containerPort\":80,\"hostPort\":8080}]");
    stage_report(stage_run("web"), ECS_RUNNING);
    op_must("DescribeContainerInstances",
            body("{\"containerInstances\":[\"%s\",\"gone\"]}", instance));
    EXPECT_HAS("\"remainingResources\":[{\"name\":\"CPU\",\"type\":\"INTEGER\",\"doubleValue\":"
               "0.000,\"longValue\":0,\"integerValue\":768},{\"name\":\"MEMORY\",\"type\":"
               "\"INTEGER\",\"doubleValue\":0.000,\"longValue\":0,\"integerValue\":700},{\"name\":"
               "\"PORTS\",\"type\":\"STRINGSET\",\"doubleValue\":0.000,\"longValue\":0,"
               "\"integerValue\":0,\"stringSetValue\":[\"22\",\"8080\"]}");
    EXPECT_HAS("\"agentConnected\":true,\"runningTasksCount\":1,\"pendingTasksCount\":0");
    EXPECT_HAS("\"versionInfo\":{\"agentVersion\":\"1.2.3\"}");
    EXPECT_TEXT(op_member("failures.0.reason"), "MISSING");
    op_must("DescribeClusters", "{\"include\":[\"STATISTICS\",\"SETTINGS\"]}");
    EXPECT_HAS("\"registeredContainerInstancesCount\":1,\"runningTasksCount\":1");
    EXPECT_HAS("{\"name\":\"runningEC2TasksCount\",\"value\":\"1\"}");
    EXPECT_HAS("\"settings\":[{\"name\":\"containerInsights\",\"value\":\"disabled\"}]");
}

/* ---- listing ---- */

static const char *run_as(const char *definition, const char *started_by)
{
    op_must("RunTask",
            body("{\"taskDefinition\":\"%s\",\"startedBy\":\"%s\"}", definition, started_by));
    return stage_keep(op_member("tasks.0.taskArn"));
}

static const struct {
    const char *name, *filter;
    size_t n;
} filters[] = {
    { "all", "{}", 2 },
    { "a family", "{\"family\":\"api\"}", 1 },
    { "who started it", "{\"startedBy\":\"ann\"}", 1 },
    { "to be stopped", "{\"desiredStatus\":\"STOPPED\"}", 1 },
    { "pending ones never are", "{\"desiredStatus\":\"PENDING\"}", 0 },
    { "a launch type", "{\"launchType\":\"FARGATE\"}", 0 },
    { "an instance that is none", "{\"containerInstance\":\"gone\"}", 0 },
};
ROWS(tasks, listed_by_filter, filters)
{
    stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    stage_define("api", 256, 64, "");
    run_as("web", "ann");
    run_as("api", "bob");
    op_must("StopTask", body("{\"task\":\"%s\"}", run_as("web", "ann")));
    op_must("ListTasks", filters[*row_index].filter);
    cr_expect(stage_count("taskArns") == filters[*row_index].n);
}

Test(tasks, pages_of_tasks_neither_skip_nor_repeat)
{
    const char *token = "";
    size_t n = 0;

    stage_instance(40960, 4096);
    stage_define("web", 256, 64, "");
    op_must("RunTask", "{\"taskDefinition\":\"web\",\"count\":10}");
    do {
        op_must("ListTasks",
                body("{\"maxResults\":3%s%s}", token[0] != '\0' ? ",\"nextToken\":" : "",
                     token[0] != '\0' ? body("\"%s\"", token) : ""));
        n += stage_count("taskArns");
        cr_expect(stage_count("taskArns") <= 3);
        token = stage_keep(op_member("nextToken"));
    } while (token[0] != '\0');
    cr_expect(n == 10);
}

static const struct {
    const char *name, *body, *code, *text;
} wrong_lists[] = {
    { "startedBy and family", "{\"startedBy\":\"a\",\"family\":\"b\"}", "InvalidParameterException",
      "startedBy can not be used together with family." },
    { "a service", "{\"serviceName\":\"s\"}", "ServiceNotFoundException", "Service not found." },
    { "a token", "{\"nextToken\":\"!\"}", "InvalidParameterException", "The token is not valid." },
    { "a cluster", "{\"cluster\":\"gone\"}", "ClusterNotFoundException", "Cluster not found." },
};
ROWS(tasks, lists_that_are_refused, wrong_lists)
{
    cr_expect(op("ListTasks", wrong_lists[*row_index].body) == -1);
    EXPECT_TEXT(face_err.code, wrong_lists[*row_index].code);
    EXPECT_TEXT(face_err.text, wrong_lists[*row_index].text);
}

/* ---- instances ---- */

static const struct {
    const char *name, *input;
    size_t n;
} instance_filters[] = {
    { "all", "{}", 2 },
    { "active ones", "{\"status\":\"ACTIVE\"}", 2 },
    { "draining ones", "{\"status\":\"DRAINING\"}", 0 },
    { "an attribute", "{\"filter\":\"attribute:rack == r1\"}", 1 },
    { "the other", "{\"filter\":\"attribute:rack != r1\"}", 1 },
    { "that run something", "{\"filter\":\"runningTasksCount > 0\"}", 1 },
    { "that hold a group", "{\"filter\":\"task:group == family:web\"}", 1 },
    { "that hold none of it", "{\"filter\":\"not(task:group == family:web)\"}", 1 },
};
ROWS(tasks, instances_are_listed_by_filter, instance_filters)
{
    stage_instance_with(4096, 4096, ",{\"name\":\"rack\",\"value\":\"r1\"}");
    stage_define("web", 256, 64, "");
    stage_report(stage_run("web"), ECS_RUNNING);
    stage_instance(4096, 4096);
    op_must("ListContainerInstances", instance_filters[*row_index].input);
    cr_expect(stage_count("containerInstanceArns") == instance_filters[*row_index].n);
}

Test(tasks, registering_returns_every_attribute_that_was_sent)
{
    stage_instance_with(1024, 1000, ",{\"name\":\"rack\",\"value\":\"r1\"},{\"name\":\"flag\"}");
    EXPECT_HAS("{\"name\":\"rack\",\"value\":\"r1\"},{\"name\":\"flag\"}");
    EXPECT_HAS("{\"name\":\"ecs.availability-zone\",\"value\":\"eu-west-1\"}");
    EXPECT_HAS("\"status\":\"ACTIVE\",\"agentConnected\":false");
}

Test(tasks, an_identity_document_gives_attributes)
{
    op_must("RegisterContainerInstance",
            "{\"instanceIdentityDocument\":\"{\\\"instanceId\\\":\\\"i-1\\\",\\\"instanceType\\\":"
            "\\\"t3.small\\\",\\\"availabilityZone\\\":\\\"eu-west-1a\\\"}\"}");
    EXPECT_TEXT(op_member("containerInstance.ec2InstanceId"), "i-1");
    EXPECT_HAS("{\"name\":\"ecs.availability-zone\",\"value\":\"eu-west-1a\"},{\"name\":"
               "\"ecs.instance-type\",\"value\":\"t3.small\"}");
}

#define AGAIN(cpu, more)                                                                           \
    "{\"containerInstanceArn\":\"%s\",\"totalResources\":[{\"name\":\"CPU\",\"type\":\"INTEGER\"," \
    "\"integerValue\":" cpu                                                                        \
    "},{\"name\":\"MEMORY\",\"type\":\"INTEGER\",\"integerValue\":1000}]" more "}"

Test(tasks, registering_again_keeps_the_instance_and_never_less_than_is_held)
{
    const char *instance = stage_instance(1024, 1000);

    stage_define("web", 256, 300, "");
    stage_run("web");
    op_must("RegisterContainerInstance", body(AGAIN("512", ""), instance));
    EXPECT_TEXT(op_member("containerInstance.containerInstanceArn"), instance);
    cr_expect(stage_instance_record(instance).registered.cpu == 512);
    cr_expect(stage_instance_record(instance).used.cpu == 256);
    EXPECT_REFUSED(op("RegisterContainerInstance", body(AGAIN("255", ""), instance)),
                   REMIT_ERR_INVALID, "InvalidParameterException",
                   "Resources can not shrink below what tasks hold: 256 CPU units and 300 MiB.");
    EXPECT_REFUSED(op("RegisterContainerInstance",
                      body(AGAIN("512", ",\"attributes\":[{\"name\":\"ecs.instance-type\","
                                        "\"value\":\"t3\"}]"),
                           instance)),
                   REMIT_ERR_INVALID, "ClientException",
                   "Container instance type changes are not supported.");
}

static const struct {
    const char *name, *body, *text;
} wrong_instances[] = {
    { "a resource twice",
      "{\"totalResources\":[{\"name\":\"CPU\",\"type\":\"INTEGER\",\"integerValue\":1},{\"name\":"
      "\"CPU\",\"type\":\"INTEGER\",\"integerValue\":1}]}",
      "Invalid resource 'CPU': given twice, negative, or not of ports 1 to 65535." },
    { "a port that is none",
      "{\"totalResources\":[{\"name\":\"PORTS\",\"type\":\"STRINGSET\",\"stringSetValue\":["
      "\"65536\"]}]}",
      "Invalid resource 'PORTS': given twice, negative, or not of ports 1 to 65535." },
    { "an attribute twice", "{\"attributes\":[{\"name\":\"a\"},{\"name\":\"a\",\"value\":\"b\"}]}",
      "The attribute 'a' is given twice." },
    { "a document that is none", "{\"instanceIdentityDocument\":\"[]\"}",
      "Invalid instanceIdentityDocument: must be a JSON object." },
};
ROWS(tasks, instances_that_are_refused, wrong_instances)
{
    EXPECT_REFUSED(op("RegisterContainerInstance", wrong_instances[*row_index].body),
                   REMIT_ERR_INVALID, "InvalidParameterException",
                   wrong_instances[*row_index].text);
}

Test(tasks, an_instance_with_tasks_leaves_by_force_only_and_takes_them_along)
{
    const char *instance = stage_instance(1024, 1000);
    const char *task = NULL;

    stage_define("web", 256, 300, "");
    task = stage_run("web");
    EXPECT_REFUSED(
        op("DeregisterContainerInstance", body("{\"containerInstance\":\"%s\"}", instance)),
        REMIT_ERR_INVALID, "InvalidParameterException", "Found running tasks on the instance.");
    op_must("DeregisterContainerInstance",
            body("{\"containerInstance\":\"%s\",\"force\":true}", instance));
    EXPECT_TEXT(op_member("containerInstance.status"), "INACTIVE");
    EXPECT_HAS("\"agentConnected\":false");
    cr_expect(stage_task(task).last_status == ECS_STOPPED);
    cr_expect(stage_task(task).desired_status == ECS_STOPPED);
    EXPECT_STR(stage_task(task).stop_code, "InfrastructureHealth");
    cr_expect(stage_instance_record(instance).used.cpu == 0);
    EXPECT_REFUSED(op("RegisterContainerInstance", body(AGAIN("512", ""), instance)),
                   REMIT_ERR_INVALID, "ClientException",
                   "The referenced container instance is not ACTIVE.");
    op_must("ListContainerInstances", "{}");
    cr_expect(stage_count("containerInstanceArns") == 0);
}

/* ---- clusters ---- */

Test(tasks, creating_a_cluster_again_is_the_same_cluster_or_an_error)
{
    op_must("CreateCluster", "{\"clusterName\":\"a\",\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}");
    op_must("CreateCluster", "{\"clusterName\":\"a\"}");
    EXPECT_HAS("\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]");
    EXPECT_REFUSED(op("CreateCluster", "{\"clusterName\":\"a\",\"settings\":[{\"name\":"
                                       "\"containerInsights\",\"value\":\"enabled\"}]}"),
                   REMIT_ERR_INVALID, "InvalidParameterException",
                   "Arguments on this idempotent request are inconsistent with arguments used in "
                   "previous request(s).");
}

static const struct {
    const char *name, *body, *code, *text;
} wrong_clusters[] = {
    { "a setting", "{\"settings\":[{\"name\":\"x\",\"value\":\"y\"}]}", "InvalidParameterException",
      "Invalid setting 'name': 'x', must be containerInsights." },
    { "its value", "{\"settings\":[{\"name\":\"containerInsights\",\"value\":\"y\"}]}",
      "InvalidParameterException",
      "Invalid setting 'value': 'y', must be one of enabled, disabled, enhanced." },
    { "a log without OVERRIDE",
      "{\"configuration\":{\"executeCommandConfiguration\":{\"logConfiguration\":{}}}}",
      "InvalidParameterException",
      "You must set logging to 'OVERRIDE' when you supply a log configuration" },
    { "OVERRIDE without a log",
      "{\"configuration\":{\"executeCommandConfiguration\":{\"logging\":\"OVERRIDE\"}}}",
      "InvalidParameterException",
      "A CloudWatch log group name or S3 bucket name must be specified when overriding the default "
      "log configuration" },
    { "capacity providers", "{\"capacityProviders\":[\"FARGATE\"]}", "ClientException",
      "CreateCluster: capacity providers are not supported by this endpoint" },
    { "a tag twice", "{\"tags\":[{\"key\":\"a\"},{\"key\":\"a\"}]}", "InvalidParameterException",
      "Duplicate tag key: 'a'." },
    { "its name", "{\"clusterName\":\"a/b\"}", "InvalidParameterException",
      "Value 'a/b' at 'clusterName' failed to satisfy constraint: Member must satisfy regular "
      "expression pattern: [a-zA-Z0-9_-]+" },
};
ROWS(tasks, clusters_that_are_refused, wrong_clusters)
{
    EXPECT_REFUSED(op("CreateCluster", wrong_clusters[*row_index].body), REMIT_ERR_INVALID,
                   wrong_clusters[*row_index].code, wrong_clusters[*row_index].text);
}

Test(tasks, a_cluster_is_deleted_when_it_is_empty)
{
    const char *instance = stage_instance(1024, 1000);
    const char *task = NULL;

    stage_define("web", 256, 300, "");
    task = stage_run("web");
    EXPECT_REFUSED(op("DeleteCluster", "{\"cluster\":\"default\"}"), REMIT_ERR_INVALID,
                   "ClusterContainsTasksException",
                   "The Cluster cannot be deleted while Tasks are active.");
    stage_report(task, ECS_STOPPED);
    EXPECT_REFUSED(op("DeleteCluster", "{\"cluster\":\"default\"}"), REMIT_ERR_INVALID,
                   "ClusterContainsContainerInstancesException",
                   "The Cluster cannot be deleted while Container Instances are active or "
                   "draining.");
    op_must("DeregisterContainerInstance", body("{\"containerInstance\":\"%s\"}", instance));
    for (int i = 0; i < 2; i++) { /* again is the same answer */
        op_must("DeleteCluster", "{\"cluster\":\"" STAGE_ARN("cluster/default") "\"}");
        EXPECT_TEXT(op_member("cluster.status"), "INACTIVE");
    }
    op_must("ListClusters", "{}");
    cr_expect(stage_count("clusterArns") == 0);
    op_must("DescribeClusters", "{}");
    EXPECT_TEXT(op_member("clusters.0.status"), "INACTIVE");
    EXPECT_REFUSED(op("RegisterContainerInstance", "{}"), REMIT_ERR_INVALID, "ClientException",
                   "Cluster was not ACTIVE.");
    op_must("CreateCluster", "{}");
    EXPECT_TEXT(op_member("cluster.status"), "ACTIVE");
}

Test(tasks, clusters_asked_for_twice_come_once)
{
    op_must("DescribeClusters",
            "{\"clusters\":[\"default\",\"" STAGE_ARN("cluster/default") "\",\"gone\",\"gone\"]}");
    cr_expect(stage_count("clusters") == 1);
    cr_expect(stage_count("failures") == 1);
    EXPECT_TEXT(op_member("failures.0.arn"), STAGE_ARN("cluster/gone"));
}

/* ---- tags ---- */

Test(tasks, tags_are_added_replaced_and_taken_away)
{
    op_must("TagResource", "{\"resourceArn\":\"" STAGE_ARN(
                               "cluster/default") "\",\"tags\":[{\"key\":\"a\",\"value\":\"1\"},{"
                                                  "\"key\":\"b\",\"value\":\"2\"}]}");
    op_must("TagResource", "{\"resourceArn\":\"" STAGE_ARN(
                               "cluster/default") "\",\"tags\":[{\"key\":\"a\",\"value\":\"3\"}]}");
    op_must("ListTagsForResource", "{\"resourceArn\":\"" STAGE_ARN("cluster/default") "\"}");
    EXPECT_HAS("{\"tags\":[{\"key\":\"b\",\"value\":\"2\"},{\"key\":\"a\",\"value\":\"3\"}]}");
    op_must("UntagResource",
            "{\"resourceArn\":\"" STAGE_ARN("cluster/default") "\",\"tagKeys\":[\"b\",\"none\"]}");
    op_must("DescribeClusters", "{\"include\":[\"TAGS\"]}");
    EXPECT_HAS("\"tags\":[{\"key\":\"a\",\"value\":\"3\"}]");
}

static const struct {
    const char *name, *arn, *code, *text;
} untaggable[] = {
    { "no ARN", "default", "InvalidParameterException",
      "Long arn format must be used for tagging operations" },
    { "a short ARN", STAGE_ARN("task/1"), "InvalidParameterException",
      "Long arn format must be used for tagging operations" },
    { "a missing cluster", STAGE_ARN("cluster/gone"), "ClusterNotFoundException",
      "Cluster not found." },
    { "a missing task", STAGE_ARN("task/default/1"), "ResourceNotFoundException",
      "The specified resource was not found." },
    { "a kind that is not kept", STAGE_ARN("service/default/s"), "ResourceNotFoundException",
      "The specified resource was not found." },
};
ROWS(tasks, what_can_not_be_tagged, untaggable)
{
    cr_expect(op("ListTagsForResource",
                 body("{\"resourceArn\":\"%s\"}", untaggable[*row_index].arn)) == -1);
    EXPECT_TEXT(face_err.code, untaggable[*row_index].code);
    EXPECT_TEXT(face_err.text, untaggable[*row_index].text);
}

/* ---- what is not here ---- */

static const struct {
    const char *operation, *code, *text;
} absent[] = {
    { "CreateDaemon", "UnsupportedFeatureException",
      "CreateDaemon: ECS managed daemons are not supported by this endpoint" },
    { "CreateService", "UnsupportedFeatureException",
      "CreateService: services are not supported by this endpoint" },
    { "ListServices", "ClientException",
      "ListServices: services are not supported by this endpoint" },
    { "ExecuteCommand", "ClientException",
      "ExecuteCommand: commands inside containers are not supported by this endpoint" },
};
ROWS(tasks, what_is_not_here_says_so, absent)
{
    EXPECT_REFUSED(op(absent[*row_index].operation, "{}"), REMIT_ERR_INVALID,
                   absent[*row_index].code, absent[*row_index].text);
}

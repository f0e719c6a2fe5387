/* Task definitions: what is stored and shown, revisions, and the lists of them. */
#include <stdio.h>

#include "tests/control/ecs/stage.h"
#include "tests/lib/rows.h"

TestSuite(definitions, .init = stage_open, .fini = stage_close, .timeout = 60);

/* [ecs-control 8.1] */
Test(definitions, the_stored_form_is_the_normalized_one)
{
    op_must("RegisterTaskDefinition",
            "{\"family\":\"web\",\"cpu\":\".5 vCPU\",\"memory\":\"2 GB\",\"unknown\":1,"
            "\"containerDefinitions\":[{\"name\":\"app\",\"image\":\"img\",\"secretly\":2,"
            "\"portMappings\":[{\"containerPort\":80}],\"healthCheck\":{\"command\":[\"CMD\","
            "\"true\"]}}]}");
    EXPECT_STR(remit_buf_view(&face_out),
               "{\"taskDefinition\":{\"taskDefinitionArn\":\"" STAGE_ARN(
                   "task-definition/web:1") "\",\"containerDefinitions\":[{\"name\":\"app\","
                                            "\"image\":\"img\",\"cpu\":0,"
                                            "\"portMappings\":[{\"containerPort\":80,\"hostPort\":"
                                            "0,\"protocol\":\"tcp\"}],"
                                            "\"essential\":true,\"environment\":[],\"mountPoints\":"
                                            "[],\"volumesFrom\":[],"
                                            "\"healthCheck\":{\"command\":[\"CMD\",\"true\"],"
                                            "\"interval\":30,\"timeout\":5,"
                                            "\"retries\":3},\"systemControls\":[]}],\"family\":"
                                            "\"web\",\"volumes\":[],"
                                            "\"requiresAttributes\":["
                                            "{\"name\":\"com.amazonaws.ecs.capability.docker-"
                                            "remote-api.1.18\"},"
                                            "{\"name\":\"com.amazonaws.ecs.capability.docker-"
                                            "remote-api.1.21\"},"
                                            "{\"name\":\"ecs.capability.container-health-check\"},"
                                            "{\"name\":\"ecs.capability.task-cpu-mem-limit\"}],"
                                            "\"placementConstraints\":[],\"compatibilities\":["
                                            "\"EXTERNAL\",\"EC2\"],"
                                            "\"cpu\":\"512\",\"memory\":\"2048\",\"revision\":1,"
                                            "\"status\":\"ACTIVE\","
                                            "\"registeredAt\":1785000000.000,\"registeredBy\":"
                                            "\"arn:aws:iam::" FACE_ACCOUNT ":root\"}}");
}

Test(definitions, host_mode_publishes_the_container_ports_themselves)
{
    op_must("RegisterTaskDefinition",
            "{\"family\":\"web\",\"networkMode\":\"host\",\"containerDefinitions\":[{\"name\":"
            "\"app\",\"image\":\"i\",\"memory\":64,\"portMappings\":[{\"containerPort\":53,"
            "\"protocol\":\"udp\"}]}]}");
    EXPECT_HAS("\"portMappings\":[{\"containerPort\":53,\"hostPort\":53,\"protocol\":\"udp\"}]");
    EXPECT_HAS("\"networkMode\":\"host\"");
}

static const struct {
    const char *name, *members, *attribute;
} needs[] = {
    { "a task role", ",\"taskRoleArn\":\"" STAGE_WEB "\"",
      "com.amazonaws.ecs.capability.task-iam-role" },
    { "a task role in host mode", ",\"networkMode\":\"host\",\"taskRoleArn\":\"" STAGE_WEB "\"",
      "com.amazonaws.ecs.capability.task-iam-role-network-host" },
    { "a size", ",\"memory\":\"512\"", "ecs.capability.task-cpu-mem-limit" },
};
ROWS(definitions, what_a_task_needs_of_its_instance, needs)
{
    op_must("RegisterTaskDefinition",
            body("{\"family\":\"web\"%s,\"containerDefinitions\":[{\"name\":\"app\",\"image\":"
                 "\"i\",\"memory\":64}]}",
                 needs[*row_index].members));
    EXPECT_HAS(body("{\"name\":\"%s\"}", needs[*row_index].attribute));
}

static const struct {
    const char *name, *members, *attribute;
} container_needs[] = {
    { "an image of the registry", "\"image\":\"127.0.0.1:5000/team/web:1\"",
      "com.amazonaws.ecs.capability.ecr-auth" },
    { "an image of ECR", "\"image\":\"123456789012.dkr.ecr.eu-west-1.amazonaws.com/web\"",
      "ecs.capability.execution-role-ecr-pull" },
    { "a log driver", "\"image\":\"i\",\"logConfiguration\":{\"logDriver\":\"json-file\"}",
      "com.amazonaws.ecs.capability.logging-driver.json-file" },
    { "a secret",
      "\"image\":\"i\",\"secrets\":[{\"name\":\"A\",\"valueFrom\":\"arn:aws:secretsmanager:r:1:"
      "secret:n-abcdef:key::\"}]",
      "ecs.capability.secrets.asm.environment-variables" },
    { "a parameter", "\"image\":\"i\",\"secrets\":[{\"name\":\"A\",\"valueFrom\":\"/a/b\"}]",
      "ecs.capability.secrets.ssm.environment-variables" },
    { "a stop timeout", "\"image\":\"i\",\"stopTimeout\":10", "ecs.capability.container-ordering" },
};
ROWS(definitions, what_a_container_needs_of_its_instance, container_needs)
{
    op_must("RegisterTaskDefinition",
            body("{\"family\":\"web\",\"executionRoleArn\":\"" STAGE_PULL
                 "\",\"containerDefinitions\":[{\"name\":\"app\",\"memory\":64,%s}]}",
                 container_needs[*row_index].members));
    EXPECT_HAS(body("{\"name\":\"%s\"}", container_needs[*row_index].attribute));
}

/* The parts of a definition that an agent reads are shown as they were given. */
Test(definitions, what_is_honoured_comes_back_as_given)
{
    static const char *const parts[] = {
        "\"command\":[\"a\",\"b\"]",
        "\"entryPoint\":[\"/bin/sh\"]",
        "\"environment\":[{\"name\":\"A\",\"value\":\"1\"}]",
        "\"links\":[\"b:c\"]",
        "\"linuxParameters\":{\"capabilities\":{\"drop\":[\"ALL\"]},\"initProcessEnabled\":true,"
        "\"sharedMemorySize\":64,\"tmpfs\":[{\"containerPath\":\"/t\",\"size\":8,"
        "\"mountOptions\":[\"noexec\"]}]}",
        "\"startTimeout\":5",
        "\"stopTimeout\":9",
        "\"hostname\":\"h\"",
        "\"user\":\"1000:1000\"",
        "\"workingDirectory\":\"/w\"",
        "\"readonlyRootFilesystem\":true",
        "\"dnsServers\":[\"10.0.0.2\"]",
        "\"dnsSearchDomains\":[\"x.y\"]",
        "\"extraHosts\":[{\"hostname\":\"db\",\"ipAddress\":\"10.0.0.3\"}]",
        "\"dockerSecurityOptions\":[\"no-new-privileges\"]",
        "\"interactive\":true",
        "\"pseudoTerminal\":true",
        "\"dockerLabels\":{\"remit.relay\":\"off\"}",
        "\"ulimits\":[{\"name\":\"nofile\",\"softLimit\":1024,\"hardLimit\":2048}]",
        "\"logConfiguration\":{\"logDriver\":\"json-file\",\"options\":{\"max-size\":\"1m\"}}",
        "\"memoryReservation\":32",
        "\"versionConsistency\":\"disabled\"",
        "\"restartPolicy\":{\"enabled\":false}",
        "\"mountPoints\":[{\"sourceVolume\":\"data\",\"containerPath\":\"/d\",\"readOnly\":true}]",
    };
    auto_buf struct remit_buf all = REMIT_BUF(65536);

    for (size_t i = 0; i < REMIT_COUNT(parts); i++)
        remit_buf_put_fmt(&all, ",%s", parts[i]);
    op_must("RegisterTaskDefinition",
            body("{\"family\":\"web\",\"volumes\":[{\"name\":\"data\",\"host\":{\"sourcePath\":"
                 "\"/srv/data\"}}],\"ipcMode\":\"none\",\"containerDefinitions\":[{\"name\":"
                 "\"app\",\"image\":\"i\",\"memory\":64%s}]}",
                 remit_buf_cstr(&all)));
    op_must("DescribeTaskDefinition", "{\"taskDefinition\":\"web\"}");
    for (size_t i = 0; i < REMIT_COUNT(parts); i++)
        EXPECT_HAS(parts[i]);
    EXPECT_HAS("\"volumes\":[{\"name\":\"data\",\"host\":{\"sourcePath\":\"/srv/data\"}}]");
    EXPECT_HAS("\"ipcMode\":\"none\"");
}

/* ---- revisions ---- */

static void deregister(const char *definition)
{
    op_must("DeregisterTaskDefinition", body("{\"taskDefinition\":\"%s\"}", definition));
}

static void expect_newest(const char *arn)
{
    op_must("DescribeTaskDefinition", "{\"taskDefinition\":\"web\"}");
    EXPECT_TEXT(op_member("taskDefinition.taskDefinitionArn"), arn);
}

Test(definitions, a_family_alone_means_the_newest_that_is_active)
{
    for (int i = 0; i < 3; i++)
        stage_define("web", 0, 64, "");
    expect_newest(STAGE_ARN("task-definition/web:3"));
    deregister("web:2");
    expect_newest(STAGE_ARN("task-definition/web:3"));
    deregister("web:3");
    expect_newest(STAGE_ARN("task-definition/web:1"));
    deregister("web:1");
    EXPECT_REFUSED(op("DescribeTaskDefinition", "{\"taskDefinition\":\"web\"}"),
                   REMIT_ERR_NOT_FOUND, "ClientException", "Unable to describe task definition.");
    stage_define("web", 0, 64, "");
    expect_newest(STAGE_ARN("task-definition/web:4"));
}

Test(definitions, an_inactive_one_stays_describable_and_deregistering_again_is_harmless)
{
    stage_define("web", 0, 64, "");
    deregister("web:1");
    EXPECT_HAS("\"status\":\"INACTIVE\"");
    op_clock(FACE_NOW + 100);
    deregister(STAGE_ARN("task-definition/web:1"));
    EXPECT_HAS("\"deregisteredAt\":1785000000.000");
    op_must("DescribeTaskDefinition", "{\"taskDefinition\":\"web:1\"}");
    EXPECT_HAS("\"status\":\"INACTIVE\"");
}

static const struct {
    const char *name, *definition, *text;
} gone[] = {
    { "no revision", "web", "Revision is missing." },
    { "unknown", "web:7", "Unable to deregister task definition." },
    { "of another account", "arn:aws:ecs:eu-west-1:210987654321:task-definition/web:1",
      "Unable to deregister task definition." },
};
ROWS(definitions, what_can_not_be_deregistered, gone)
{
    stage_define("web", 0, 64, "");
    cr_expect(op("DeregisterTaskDefinition",
                 body("{\"taskDefinition\":\"%s\"}", gone[*row_index].definition)) == -1);
    EXPECT_TEXT(face_err.code, "ClientException");
    EXPECT_TEXT(face_err.text, gone[*row_index].text);
}

Test(definitions, tags_come_only_when_asked_for)
{
    op_must("RegisterTaskDefinition",
            "{\"family\":\"web\",\"tags\":[{\"key\":\"a\",\"value\":\"b\"}],"
            "\"containerDefinitions\":[{\"name\":\"app\",\"image\":\"i\",\"memory\":64}]}");
    EXPECT_HAS("\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]");
    op_must("DescribeTaskDefinition", "{\"taskDefinition\":\"web\"}");
    EXPECT_LACKS("\"tags\"");
    op_must("DescribeTaskDefinition", "{\"taskDefinition\":\"web\",\"include\":[\"TAGS\"]}");
    EXPECT_HAS("\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]");
}

/* ---- lists ---- */

static void define_some(void)
{
    stage_define("web", 0, 64, "");
    stage_define("web-2", 0, 64, "");
    stage_define("web", 0, 64, "");
    stage_define("api", 0, 64, "");
    for (int i = 0; i < 10; i++)
        stage_define("many", 0, 64, "");
    deregister("web-2:1");
}

#define DEF(tail) "\"" STAGE_ARN("task-definition/" tail) "\""
static const struct {
    const char *name, *input, *list;
} lists[] = {
    { "one family, not its namesakes", "{\"familyPrefix\":\"web\"}",
      "[" DEF("web:1") "," DEF("web:2") "]" },
    { "downwards", "{\"familyPrefix\":\"web\",\"sort\":\"DESC\"}",
      "[" DEF("web:2") "," DEF("web:1") "]" },
    { "inactive ones", "{\"status\":\"INACTIVE\"}", "[" DEF("web-2:1") "]" },
    { "being deleted", "{\"status\":\"DELETE_IN_PROGRESS\"}", "[]" },
    { "ten is behind nine", "{\"familyPrefix\":\"many\",\"sort\":\"DESC\",\"maxResults\":2}",
      "[" DEF("many:10") "," DEF("many:9") "]" },
};
ROWS(definitions, listed_by_family_and_revision, lists)
{
    define_some();
    op_must("ListTaskDefinitions", lists[*row_index].input);
    EXPECT_HAS(body("\"taskDefinitionArns\":%s", lists[*row_index].list));
}

static size_t walk_pages(const char *members, char *seen, size_t max)
{
    const char *token = "";
    size_t n = 0;

    seen[0] = '\0';
    do {
        op_must("ListTaskDefinitions",
                body("{\"maxResults\":3%s%s}", members,
                     token[0] != '\0' ? body(",\"nextToken\":\"%s\"", token) : ""));
        for (size_t i = 0; i < stage_count("taskDefinitionArns"); i++, n++) {
            const char *arn = op_member(body("taskDefinitionArns.%zu", i));

            (void)snprintf(seen + strlen(seen), max - strlen(seen), "%s ", strrchr(arn, '/') + 1);
        }
        token = stage_keep(op_member("nextToken"));
    } while (token[0] != '\0');
    return n;
}

Test(definitions, pages_neither_skip_nor_repeat)
{
    char seen[4096];

    define_some();
    cr_expect(walk_pages("", seen, sizeof(seen)) == 13);
    EXPECT_TEXT(seen, "api:1 many:1 many:2 many:3 many:4 many:5 many:6 many:7 many:8 many:9 "
                      "many:10 web:1 web:2 ");
    cr_expect(walk_pages(",\"sort\":\"DESC\"", seen, sizeof(seen)) == 13);
    EXPECT_TEXT(seen, "web:2 web:1 many:10 many:9 many:8 many:7 many:6 many:5 many:4 many:3 "
                      "many:2 many:1 api:1 ");
    EXPECT_REFUSED(op("ListTaskDefinitions", "{\"nextToken\":\"bm9uZQ\"}"), REMIT_ERR_INVALID,
                   "InvalidParameterException", "The token is not valid.");
}

static const struct {
    const char *name, *input, *list;
} families[] = {
    { "all", "{}", "[\"api\",\"many\",\"web\",\"web-2\"]" },
    { "by prefix", "{\"familyPrefix\":\"web\"}", "[\"web\",\"web-2\"]" },
    { "with an active one", "{\"status\":\"ACTIVE\"}", "[\"api\",\"many\",\"web\"]" },
    { "without", "{\"status\":\"INACTIVE\"}", "[\"web-2\"]" },
    { "a page", "{\"maxResults\":1}", "[\"api\"],\"nextToken\":\"YXBp\"" },
};
ROWS(definitions, families_are_listed, families)
{
    define_some();
    op_must("ListTaskDefinitionFamilies", families[*row_index].input);
    EXPECT_HAS(body("\"families\":%s", families[*row_index].list));
}

/* What RegisterTaskDefinition refuses, in the service's words. [ecs-control 8.2; attacks R4, R7] */
#include "tests/control/ecs/stage.h"
#include "tests/lib/rows.h"

TestSuite(definition_rules, .init = stage_open, .fini = stage_close, .timeout = 60);

/* A definition of one container "app"; `task` are members beside it, `app` members of it. */
#define DEFINE(task, app)                                                                          \
    "{\"family\":\"f\"" task ",\"containerDefinitions\":[{\"name\":\"app\",\"image\":\"i\","       \
    "\"memory\":64" app "}]}"
#define TASK(members) DEFINE("," members, "")
#define APP(members)  DEFINE("", "," members)
/* Two containers: "app", and "b" that is not essential. */
#define TWO(app, b)                                                                                \
    "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"app\",\"image\":\"i\",\"memory\":"    \
    "64" app "},{\"name\":\"b\",\"image\":\"i\",\"memory\":64,\"essential\":false" b "}]}"
#define VOLUME(volume) TASK("\"volumes\":[{\"name\":\"v\"," volume "}]")
#define HOST(path)     VOLUME("\"host\":{\"sourcePath\":\"" path "\"}")
#define FARGATE(task, app)                                                                         \
    DEFINE(",\"requiresCompatibilities\":[\"FARGATE\"],\"networkMode\":\"awsvpc\"" task, app)
#define SIZED ",\"cpu\":\"256\",\"memory\":\"512\""

static const struct row {
    const char *name, *body, *text;
} rows[] = {
    /* general */
    { "family", "{\"family\":\"a b\",\"containerDefinitions\":[]}",
      "Family contains invalid characters." },
    { "no container", "{\"family\":\"f\",\"containerDefinitions\":[]}",
      "Container list cannot be empty." },
    { "no name", "{\"family\":\"f\",\"containerDefinitions\":[{\"image\":\"i\"}]}",
      "Container.name should not be null or empty." },
    { "no image", "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"app\"}]}",
      "Container.image should not be null or empty." },
    { "name", "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"a/b\",\"image\":\"i\"}]}",
      "Container.name contains invalid characters." },
    { "same name",
      "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"a\",\"image\":\"i\"},"
      "{\"name\":\"a\",\"image\":\"i\"}]}",
      "Container names must be unique: 'a'" },
    { "none essential", APP("\"essential\":false"),
      "Task definition doesn't have any essential container." },
    { "no memory", "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"X\",\"image\":\"i\"}]}",
      "Invalid setting for container 'X'. At least one of 'memory' or 'memoryReservation' must be "
      "specified." },
    { "reservation over memory", APP("\"memoryReservation\":65"),
      "Invalid setting for container 'app'. 'memory' must be greater than or equal to "
      "'memoryReservation'." },
    { "too little memory",
      "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"X\",\"image\":\"i\",\"memory\":5}]}",
      "Invalid setting for container 'X'. 'memory' and 'memoryReservation' must be at least 6 "
      "MiB." },
    { "memory over the task's", TASK("\"memory\":\"32\""),
      "The 'memory' setting for container is greater than for the task." },
    { "cpu over the task's", DEFINE(",\"cpu\":\"128\"", ",\"cpu\":129"),
      "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'." },
    { "cpu text", TASK("\"cpu\":\"lots\""),
      "Invalid 'cpu' setting for task. 'lots' is not between 128 and 196608 units (or vCPU times "
      "1024)." },
    { "cpu too small", TASK("\"cpu\":\"127\""),
      "Invalid 'cpu' setting for task. '127' is not between 128 and 196608 units (or vCPU times "
      "1024)." },
    { "cpu too large", TASK("\"cpu\":\"193 vCPU\""),
      "Invalid 'cpu' setting for task. '193 vCPU' is not between 128 and 196608 units (or vCPU "
      "times 1024)." },
    { "memory text", TASK("\"memory\":\"2TB\""),
      "Invalid 'memory' setting for task. '2TB' is not between 6 and 33554432 MiB (or GB times "
      "1024)." },
    { "role", TASK("\"taskRoleArn\":\"web\""), "Role is not valid: 'web'" },
    { "role of another account", TASK("\"executionRoleArn\":\"arn:aws:iam::210987654321:role/r\""),
      "Role is not valid: 'arn:aws:iam::210987654321:role/r'" },
    { "a user for a role", TASK("\"taskRoleArn\":\"arn:aws:iam::" FACE_ACCOUNT ":user/ann\""),
      "Role is not valid: 'arn:aws:iam::" FACE_ACCOUNT ":user/ann'" },
    { "one role for both",
      TASK("\"taskRoleArn\":\"" STAGE_WEB "\",\"executionRoleArn\":\"" STAGE_WEB "\""),
      "taskRoleArn and executionRoleArn are the same role, '" STAGE_WEB
      "': containers would get what only the agent may. Use a role for each." },
    { "a missing role", TASK("\"taskRoleArn\":\"" FACE_ROLE("gone") "\""),
      "Unable to assume the role '" FACE_ROLE(
          "gone") "' that was provided: there is no such role." },
    { "no tags", TASK("\"tags\":[]"), "Tags can not be empty." },
    { "retired", TASK("\"inferenceAccelerators\":[]"),
      "Unsupported field 'inferenceAccelerators'" },
    { "platform",
      TASK("\"runtimePlatform\":{\"cpuArchitecture\":\"ARM64\",\"operatingSystemFamily\":"
           "\"WINDOWS_SERVER_2022_CORE\"}"),
      "Invalid 'runtimePlatform': ARM64 is not supported with WINDOWS_SERVER_2022_CORE." },

    /* ports, network */
    { "host ports in host mode",
      DEFINE(",\"networkMode\":\"host\"",
             ",\"portMappings\":[{\"containerPort\":80,\"hostPort\":8080}]"),
      "When networkMode=host, the host ports and container ports in port mappings must match." },
    { "host ports in awsvpc mode",
      DEFINE(",\"networkMode\":\"awsvpc\"",
             ",\"portMappings\":[{\"containerPort\":80,\"hostPort\":8080}]"),
      "When networkMode=awsvpc, the host ports and container ports in port mappings must match." },
    { "port 0", APP("\"portMappings\":[{\"containerPort\":0}]"),
      "Invalid 'containerPort' setting for container 'app'." },
    { "port 65536", APP("\"portMappings\":[{\"containerPort\":65536}]"),
      "Invalid 'containerPort' setting for container 'app'." },
    { "no port", APP("\"portMappings\":[{}]"),
      "Invalid 'containerPort' setting for container 'app'." },
    { "range and port",
      APP("\"portMappings\":[{\"containerPort\":80,\"containerPortRange\":\"80-81\"}]"),
      "Invalid 'containerPortRange' setting for container 'app'." },
    { "range backwards", APP("\"portMappings\":[{\"containerPortRange\":\"81-80\"}]"),
      "Invalid 'containerPortRange' setting for container 'app'." },
    { "range too long", APP("\"portMappings\":[{\"containerPortRange\":\"80-180\"}]"),
      "Invalid 'containerPortRange' setting for container 'app'." },
    { "container port twice",
      APP("\"portMappings\":[{\"containerPort\":80,\"hostPort\":80},"
          "{\"containerPort\":80,\"hostPort\":81}]"),
      "The container port 80 is used multiple times in task." },
    { "host port twice",
      TWO(",\"portMappings\":[{\"containerPort\":80,\"hostPort\":80}]",
          ",\"portMappings\":[{\"containerPort\":81,\"hostPort\":80}]"),
      "The host port 80 is used multiple times in task." },
    { "port name twice",
      APP("\"portMappings\":[{\"containerPort\":80,\"name\":\"a\"},"
          "{\"containerPort\":81,\"name\":\"a\"}]"),
      "The port mapping name 'a' is already used." },
    { "ports without a network",
      DEFINE(",\"networkMode\":\"none\"", ",\"portMappings\":[{\"containerPort\":80}]"),
      "Port mappings are not supported on container 'app' when networkMode=none." },
    { "links in host mode", DEFINE(",\"networkMode\":\"host\"", ",\"links\":[\"b\"]"),
      "Links are not supported on container when networkMode=host" },
    { "extra hosts in host mode",
      DEFINE(",\"networkMode\":\"host\"",
             ",\"extraHosts\":[{\"hostname\":\"a\",\"ipAddress\":\"10.0.0.1\"}]"),
      "Extra hosts are not supported on container when networkMode=host" },
    { "dns in awsvpc mode", DEFINE(",\"networkMode\":\"awsvpc\"", ",\"dnsServers\":[\"10.0.0.1\"]"),
      "DNS servers are not supported on container when networkMode=awsvpc" },
    { "search domains in awsvpc mode",
      DEFINE(",\"networkMode\":\"awsvpc\"", ",\"dnsSearchDomains\":[\"a.b\"]"),
      "DNS search domains are not supported on container when networkMode=awsvpc" },
    { "hostname in awsvpc mode", DEFINE(",\"networkMode\":\"awsvpc\"", ",\"hostname\":\"a\""),
      "Hostname is not supported on container when networkMode=awsvpc" },
    { "no network in awsvpc mode",
      DEFINE(",\"networkMode\":\"awsvpc\"", ",\"disableNetworking\":true"),
      "Disable Networking is not supported on container when networkMode=awsvpc" },
    { "a proxy in bridge mode", TASK("\"proxyConfiguration\":{\"containerName\":\"app\"}"),
      "Proxy configuration is only supported when networkMode=awsvpc." },
    { "an unknown proxy",
      TASK("\"networkMode\":\"awsvpc\",\"proxyConfiguration\":{\"containerName\":\"x\"}"),
      "Proxy configuration names container 'x', which does not exist." },

    /* order and timeouts */
    { "depends on nobody", APP("\"dependsOn\":[{\"containerName\":\"X\",\"condition\":\"START\"}]"),
      "Cannot depend on container + 'X' because it does not exist" },
    { "cycle",
      TWO(",\"dependsOn\":[{\"containerName\":\"b\",\"condition\":\"START\"}]",
          ",\"dependsOn\":[{\"containerName\":\"app\",\"condition\":\"START\"}]"),
      "Container dependsOn contains a cycle." },
    { "on itself", APP("\"dependsOn\":[{\"containerName\":\"app\",\"condition\":\"START\"}]"),
      "Container dependsOn contains a cycle." },
    { "success of an essential container",
      TWO("", ",\"dependsOn\":[{\"containerName\":\"app\",\"condition\":\"SUCCESS\"}]"),
      "A dependency container with SUCCESS or COMPLETE condition cannot be an essential "
      "container" },
    { "health without a check",
      TWO(",\"dependsOn\":[{\"containerName\":\"b\",\"condition\":\"HEALTHY\"}]", ""),
      "A dependency container with HEALTHY condition must have health check configured" },
    { "start timeout", APP("\"startTimeout\":1"),
      "Granular start timeout on container 'app' must be at least 2 seconds." },
    { "stop timeout", APP("\"stopTimeout\":1"),
      "Granular stop timeout on container 'app' must be at least 2 seconds." },

    /* volumes */
    { "unknown volume", APP("\"mountPoints\":[{\"sourceVolume\":\"X\",\"containerPath\":\"/x\"}]"),
      "Unknown volume 'X'." },
    { "no place for a volume",
      DEFINE(",\"volumes\":[{\"name\":\"v\"}]", ",\"mountPoints\":[{\"sourceVolume\":\"v\"}]"),
      "Invalid 'containerPath' setting for container 'app': must be an absolute path." },
    { "volumes of nobody", APP("\"volumesFrom\":[{\"sourceContainer\":\"X\"}]"),
      "Invalid 'volumesFrom' setting. Unknown container: 'X'" },
    { "a volume without a name", TASK("\"volumes\":[{}]"),
      "Volume name should not be empty and must be of letters, digits, hyphens and underscores." },
    { "a volume twice", TASK("\"volumes\":[{\"name\":\"v\"},{\"name\":\"v\"}]"),
      "Volume names must be unique: 'v'" },
    { "two kinds of volume",
      VOLUME("\"host\":{},\"dockerVolumeConfiguration\":{\"scope\":\"task\"}"),
      "Volume 'v' must have only one configuration." },
    { "autoprovision",
      VOLUME("\"dockerVolumeConfiguration\":{\"scope\":\"task\",\"autoprovision\":true}"),
      "Volume 'v': autoprovision is only supported with scope shared." },
    { "launch volume unused", VOLUME("\"configuredAtLaunch\":true"),
      "Volumes [v] are not referenced by any of the containers" },
    { "efs access point",
      VOLUME("\"efsVolumeConfiguration\":{\"fileSystemId\":\"fs-1\",\"rootDirectory\":\"/x\","
             "\"authorizationConfig\":{\"accessPointId\":\"a\"}}"),
      "Invalid 'efsVolumeConfiguration': rootDirectory must be omitted or set to / when an access "
      "point is specified." },
    { "efs iam",
      VOLUME("\"efsVolumeConfiguration\":{\"fileSystemId\":\"fs-1\",\"authorizationConfig\":{"
             "\"iam\":\"ENABLED\"}}"),
      "Invalid 'efsVolumeConfiguration': transitEncryption must be ENABLED when iam is ENABLED." },
    { "efs port",
      VOLUME("\"efsVolumeConfiguration\":{\"fileSystemId\":\"fs-1\",\"transitEncryptionPort\":1}"),
      "Invalid 'efsVolumeConfiguration': transitEncryption must be ENABLED when "
      "transitEncryptionPort is specified." },

    /* secrets, environment, logs, health, limits */
    { "secrets without an execution role",
      APP("\"secrets\":[{\"name\":\"A\",\"valueFrom\":\"/a\"}]"),
      "When you are specifying container secrets, you must also specify a value for "
      "'executionRoleArn'" },
    { "a secret like a variable",
      DEFINE(",\"executionRoleArn\":\"" STAGE_PULL "\"",
             ",\"environment\":[{\"name\":\"A\",\"value\":\"1\"}],\"secrets\":[{\"name\":\"A\","
             "\"valueFrom\":\"/a\"}]"),
      "The secret name must be unique and not shared with any new or existing environment "
      "variables set on the container, such as 'A'." },
    { "a secret of elsewhere",
      DEFINE(",\"executionRoleArn\":\"" STAGE_PULL "\"",
             ",\"secrets\":[{\"name\":\"A\",\"valueFrom\":\"arn:aws:s3:::b/k\"}]"),
      "Invalid 'valueFrom' of secret 'A': must be the name or ARN of an SSM parameter, or the ARN "
      "of a secret with its json-key, version-stage and version-id or without them." },
    { "a secret with two colons too few",
      DEFINE(",\"executionRoleArn\":\"" STAGE_PULL "\"",
             ",\"secrets\":[{\"name\":\"A\",\"valueFrom\":\"arn:aws:secretsmanager:r:1:secret:n:k"
             "\"}]"),
      "Invalid 'valueFrom' of secret 'A': must be the name or ARN of an SSM parameter, or the ARN "
      "of a secret with its json-key, version-stage and version-id or without them." },
    { "a variable without a name", APP("\"environment\":[{\"value\":\"1\"}]"),
      "Invalid 'environment' setting for container 'app': a name is empty or holds '='." },
    { "registry credentials without an execution role",
      APP("\"repositoryCredentials\":{\"credentialsParameter\":\"x\"}"),
      "When you are specifying repositoryCredentials, you must also specify a value for "
      "'executionRoleArn'" },
    { "a file that is none",
      APP("\"environmentFiles\":[{\"type\":\"s3\",\"value\":\"../../etc/passwd\"}]"),
      "Invalid 'environmentFiles' setting for container 'app': the value must be the ARN of an S3 "
      "object." },
    { "awslogs without options", APP("\"logConfiguration\":{\"logDriver\":\"awslogs\"}"),
      "Log driver awslogs requires options: awslogs-region, awslogs-group" },
    { "health check", APP("\"healthCheck\":{\"command\":[\"curl\"]}"),
      "Invalid 'healthCheck' setting for container 'app': command must start with CMD or "
      "CMD-SHELL and go on, or be NONE." },
    { "soft over hard", APP("\"ulimits\":[{\"name\":\"nofile\",\"softLimit\":2,\"hardLimit\":1}]"),
      "Invalid 'ulimits' setting for container 'app': the soft limit of nofile can not be greater "
      "than the hard limit." },
    { "a limit twice",
      APP("\"ulimits\":[{\"name\":\"core\",\"softLimit\":1,\"hardLimit\":1},"
          "{\"name\":\"core\",\"softLimit\":1,\"hardLimit\":1}]"),
      "Invalid 'ulimits' setting for container 'app': core is given twice." },

    /* FARGATE */
    { "fargate mode", TASK("\"requiresCompatibilities\":[\"FARGATE\"]"),
      "Fargate only supports network mode \u2018awsvpc\u2019." },
    { "fargate cpu", FARGATE("", ""), "Fargate requires that 'cpu' be defined at the task level." },
    { "fargate memory", FARGATE(",\"cpu\":\"256\"", ""),
      "Fargate requires that 'memory' be defined at the task level." },
    { "fargate size", FARGATE(",\"cpu\":\"256\",\"memory\":\"4096\"", ""),
      "No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS "
      "documentation for the valid values." },
    { "fargate stop timeout", FARGATE(SIZED, ",\"stopTimeout\":121"),
      "Tasks using the Fargate launch type must have a container stop timeout of less than 120 "
      "seconds." },
    { "fargate log driver", FARGATE(SIZED, ",\"logConfiguration\":{\"logDriver\":\"syslog\"}"),
      "syslog is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]" },
    { "fargate awslogs",
      FARGATE(SIZED, ",\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{"
                     "\"awslogs-region\":\"r\",\"awslogs-group\":\"g\"}}"),
      "Fargate requires task definition to have execution role ARN to support log driver "
      "awslogs." },
    { "fargate images",
      "{\"family\":\"f\",\"requiresCompatibilities\":[\"FARGATE\"],\"networkMode\":\"awsvpc\"" SIZED
      ",\"containerDefinitions\":[{\"name\":\"a\",\"image\":\"127.0.0.1:5000/team/web:1\"}]}",
      "Fargate requires task definition to have execution role ARN to support ECR images." },
    { "fargate members", FARGATE(SIZED, ",\"linuxParameters\":{\"sharedMemorySize\":64}"),
      "Fargate compatible task definitions do not support sharedMemorySize" },
    { "fargate volumes",
      FARGATE(SIZED ",\"volumes\":[{\"name\":\"v\",\"host\":{\"sourcePath\":\"/x\"}}]", ""),
      "Fargate compatible task definitions do not support sourcePath" },
    { "fargate pid mode", FARGATE(SIZED ",\"pidMode\":\"host\"", ""),
      "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for "
      "pidMode is 'task'." },
    { "fargate constraints",
      FARGATE(SIZED ",\"placementConstraints\":[{\"type\":\"memberOf\",\"expression\":"
                    "\"attribute:a exists\"}]",
              ""),
      "Fargate compatible task definitions do not support placementConstraints" },

    /* what would give a container the host */
    { "privileged", APP("\"privileged\":true"),
      "'privileged' of container 'app' is refused by this endpoint: it would give the container "
      "the host." },
    { "pid host", TASK("\"pidMode\":\"host\""),
      "'pidMode' host is refused by this endpoint: it would give the containers the host's "
      "processes or memory." },
    { "ipc host", TASK("\"ipcMode\":\"host\""),
      "'ipcMode' host is refused by this endpoint: it would give the containers the host's "
      "processes or memory." },
    { "capabilities", APP("\"linuxParameters\":{\"capabilities\":{\"add\":[\"SYS_ADMIN\"]}}"),
      "'linuxParameters.capabilities.add' of container 'app' is refused by this endpoint: it would "
      "give the container power over the host's kernel." },
    { "devices", APP("\"linuxParameters\":{\"devices\":[{\"hostPath\":\"/dev/kvm\"}]}"),
      "'linuxParameters.devices' of container 'app' is refused by this endpoint: it would give the "
      "container the host's devices." },
    { "confinement", APP("\"dockerSecurityOptions\":[\"seccomp:unconfined\"]"),
      "'dockerSecurityOptions' of container 'app' is refused by this endpoint: it would give the "
      "container another confinement than its own (only no-new-privileges is taken)." },
    { "docker.sock", HOST("/var/run/docker.sock"),
      "The sourcePath '/var/run/docker.sock' of volume 'v' is refused by this endpoint: /var/run "
      "is not for tasks." },
    { "docker.sock by its real path", HOST("/run/docker.sock"),
      "The sourcePath '/run/docker.sock' of volume 'v' is refused by this endpoint: /run is not "
      "for tasks." },
    { "/proc", HOST("/proc"),
      "The sourcePath '/proc' of volume 'v' is refused by this endpoint: /proc is not for tasks." },
    { "below /proc", HOST("/proc/1/root"),
      "The sourcePath '/proc/1/root' of volume 'v' is refused by this endpoint: /proc is not for "
      "tasks." },
    { "above the engine", HOST("/var"),
      "The sourcePath '/var' of volume 'v' is refused by this endpoint: /var/run is not for "
      "tasks." },
    { "the whole host", HOST("/"),
      "The sourcePath '/' of volume 'v' is refused by this endpoint: it is the whole host." },
    { "dots", HOST("/srv/../proc"),
      "Invalid sourcePath '/srv/../proc' of volume 'v': must be an absolute path without '.', "
      "'..' and empty parts." },
    { "two slashes", HOST("//proc"),
      "Invalid sourcePath '//proc' of volume 'v': must be an absolute path without '.', '..' and "
      "empty parts." },
    { "relative", HOST("proc"),
      "Invalid sourcePath 'proc' of volume 'v': must be an absolute path without '.', '..' and "
      "empty parts." },
    { "a bind by driver options",
      VOLUME("\"dockerVolumeConfiguration\":{\"driverOpts\":{\"type\":\"none\",\"o\":\"bind\","
             "\"device\":\"/\"}}"),
      "The driverOpts of volume 'v' are refused by this endpoint: they may mount anything of the "
      "host." },
    { "another driver", VOLUME("\"dockerVolumeConfiguration\":{\"driver\":\"sshfs\"}"),
      "The driver 'sshfs' of volume 'v' is not supported by this endpoint: must be local." },
    { "programs to be written",
      DEFINE(",\"volumes\":[{\"name\":\"v\",\"host\":{\"sourcePath\":\"/usr/bin\"}}]",
             ",\"mountPoints\":[{\"sourceVolume\":\"v\",\"containerPath\":\"/x\"}]"),
      "The mountPoint of '/usr/bin' in container 'app' must be readOnly: it is below /usr of the "
      "host." },

    /* what nothing here does */
    { "awsvpc", TASK("\"networkMode\":\"awsvpc\""),
      "'networkMode' is not supported by this endpoint: awsvpc needs network interfaces of a "
      "cloud; use bridge, host or none." },
    { "windows",
      TASK("\"runtimePlatform\":{\"operatingSystemFamily\":\"WINDOWS_SERVER_2022_CORE\"}"),
      "'runtimePlatform.operatingSystemFamily' is not supported by this endpoint: must be LINUX." },
    { "environment files",
      APP("\"environmentFiles\":[{\"type\":\"s3\",\"value\":\"arn:aws:s3:::b/a.env\"}]"),
      "'environmentFiles' is not supported by this endpoint: use environment, or secrets." },
    { "awslogs",
      APP("\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-region\":\"r\","
          "\"awslogs-group\":\"g\"}}"),
      "The log driver 'awslogs' is not supported by this endpoint: must be json-file or none." },
    { "gpu", APP("\"resourceRequirements\":[{\"type\":\"GPU\",\"value\":\"1\"}]"),
      "'resourceRequirements' is not supported by this endpoint: instances have no accelerators." },
    { "restart", APP("\"restartPolicy\":{\"enabled\":true}"),
      "'restartPolicy' is not supported by this endpoint." },
    { "the agent's names",
      DEFINE(",\"executionRoleArn\":\"" STAGE_PULL "\"",
             ",\"secrets\":[{\"name\":\"AWS_CONTAINER_CREDENTIALS_FULL_URI\",\"valueFrom\":"
             "\"/a\"}]"),
      "'secrets' is not supported by this endpoint: names that start with AWS_CONTAINER_ are the "
      "agent's." },
    { "efs", VOLUME("\"efsVolumeConfiguration\":{\"fileSystemId\":\"fs-1\"}"),
      "'efsVolumeConfiguration' is not supported by this endpoint: use host or "
      "dockerVolumeConfiguration." },
    { "shared processes", TASK("\"pidMode\":\"task\""),
      "'pidMode' is not supported by this endpoint: containers of a task do not share "
      "processes." },
};
ROWS(definition_rules, refused, rows)
{
    const struct row *r = &rows[*row_index];

    cr_expect(op("RegisterTaskDefinition", r->body) == -1, "%s: it was taken", r->name);
    EXPECT_TEXT(face_err.code, "ClientException");
    EXPECT_TEXT(face_err.text, r->text);
    op_must("ListTaskDefinitionFamilies", "{}");
    cr_expect(stage_count("families") == 0, "%s: it left something behind", r->name);
}

static const struct {
    const char *name, *body, *text;
} invalid[] = {
    { "a revision that is no number", "web:foo", "Invalid revision number. Number: foo" },
    { "revision 0", "web:0", "Invalid revision number. Number: 0" },
    { "another service", "arn:aws:s3:::task-definition/web:1",
      "Invalid identifier: 'arn:aws:s3:::task-definition/web:1' is not the ARN of a task "
      "definition." },
    { "another type", STAGE_ARN("cluster/web"),
      "Invalid identifier: '" STAGE_ARN("cluster/web") "' is not the ARN of a task definition." },
};
ROWS(definition_rules, names_that_are_none, invalid)
{
    static const char *const operations[] = { "DescribeTaskDefinition", "DeregisterTaskDefinition",
                                              "RunTask" };

    for (size_t i = 0; i < REMIT_COUNT(operations); i++)
        EXPECT_REFUSED(
            op(operations[i], body("{\"taskDefinition\":\"%s\"}", invalid[*row_index].body)),
            REMIT_ERR_INVALID, "InvalidParameterException", invalid[*row_index].text);
}

Test(definition_rules, an_expression_that_can_not_be_read_is_told_with_its_place)
{
    EXPECT_REFUSED(op("RegisterTaskDefinition",
                      TASK("\"placementConstraints\":[{\"type\":\"memberOf\",\"expression\":"
                           "\"attribute:a ==\"}]")),
                   REMIT_ERR_INVALID, "InvalidParameterException",
                   "Invalid expression: an argument is missing at position 15, ''.");
}

Test(definition_rules, a_document_over_64_KiB_is_refused)
{
    auto_buf struct remit_buf many = REMIT_BUF(1 << 20);

    for (unsigned i = 0; i < 900; i++)
        remit_buf_put_fmt(&many, "%s{\"name\":\"V%u\",\"value\":\"%0*d\"}", i > 0 ? "," : "", i, 60,
                          0);
    cr_expect(op("RegisterTaskDefinition",
                 body("{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"a\",\"image\":\"i\","
                      "\"memory\":64,\"environment\":[%s]}]}",
                      remit_buf_cstr(&many))) == -1);
    EXPECT_TEXT(face_err.code, "ClientException");
    cr_expect(strstr(face_err.text, "Max allowed length is '65536' bytes.") != NULL, "%s",
              face_err.text);
}

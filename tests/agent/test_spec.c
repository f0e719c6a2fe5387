/* Containers in the Engine's words, and what is refused on the way. */
#include "agent/spec.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/agent/a_task.h"
#include "tests/agent/golden.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static const struct {
    const char *golden_case;
} cases[] = { { "bridge" }, { "host" }, { "minimal" } };

static void give_secret(struct agent_task *task)
{
    static struct agent_secret_value secret = { .name = REMIT_STR_INIT("PASSWORD") };
    struct remit_err err = { 0 };

    cr_assert(remit_secret_copy(REMIT_STR("hunter2"), &secret.value, &err) == 0);
    task->containers[0].secrets = &secret;
    task->containers[0].n_secrets = 1;
}

ROWS(spec, golden, cases)
{
    const char *name = cases[*row_index].golden_case;
    auto_task struct agent_task *task = a_task(golden_file(name, "definition.json"), "");
    auto_buf struct remit_buf out = REMIT_BUF_SECRET(65536);
    struct remit_err err = { 0 };

    a_task_fixed(task);
    if (task->n_containers > 1)
        give_secret(task);
    cr_assert(agent_spec_container(task, 0, &out, &err) == 0, "%s", err.text);
    expect_golden(name, "create-web.json", remit_buf_view(&out));
    if (!task->netmode->pause)
        return;
    cr_assert(agent_spec_pause(task, "remit-pause:hash", &out, &err) == 0, "%s", err.text);
    expect_golden(name, "create-pause.json", remit_buf_view(&out));
}

#define ONE(members) "{\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\"" members "}]}"
#define TASK(members)                                                                              \
    "{\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\"}]," members "}"
#define MOUNT(volume)                                                                              \
    "{\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\",\"mountPoints\":[{"            \
    "\"sourceVolume\":\"v\",\"containerPath\":\"/v\"}]}],\"volumes\":[" volume "]}"
#define HOST(path) MOUNT("{\"name\":\"v\",\"host\":{\"sourcePath\":\"" path "\"}}")

static const struct row {
    const char *definition;
    enum remit_err_kind kind;
    const char *code;
    const char *words;
} refused[] = {
    { ONE(",\"privileged\":true"), REMIT_ERR_DENIED, "HostConfigError", "privileged" },
    { ONE(",\"linuxParameters\":{\"capabilities\":{\"add\":[\"SYS_ADMIN\"]}}"), REMIT_ERR_DENIED,
      "HostConfigError", "capability" },
    { ONE(",\"linuxParameters\":{\"devices\":[{\"hostPath\":\"/dev/kmem\"}]}"), REMIT_ERR_DENIED,
      "HostConfigError", "devices" },
    { ONE(",\"dockerSecurityOptions\":[\"apparmor:unconfined\"]"), REMIT_ERR_DENIED,
      "HostConfigError", "security option" },
    { ONE(",\"dockerSecurityOptions\":[\"no-new-privileges:false\"]"), REMIT_ERR_DENIED,
      "HostConfigError", "security option" },
    { ONE(",\"logConfiguration\":{\"logDriver\":\"fluentd\"}"), REMIT_ERR_DENIED, "HostConfigError",
      "log driver" },
    { ONE(",\"systemControls\":[{\"namespace\":\"net.ipv4.ip_forward\",\"value\":\"1\"}]"),
      REMIT_ERR_DENIED, "HostConfigError", "systemControls" },
    { ONE(",\"environmentFiles\":[{\"type\":\"s3\",\"value\":\"arn:aws:s3:::b/x.env\"}]"),
      REMIT_ERR_DENIED, "HostConfigError", "environmentFiles" },
    { TASK("\"pidMode\":\"host\""), REMIT_ERR_DENIED, "HostConfigError", "pidMode" },
    { TASK("\"ipcMode\":\"host\""), REMIT_ERR_DENIED, "HostConfigError", "ipcMode" },
    { HOST("/"), REMIT_ERR_DENIED, "InvalidVolumeError", "'/'" },
    { HOST("/proc"), REMIT_ERR_DENIED, "InvalidVolumeError", "the machine itself" },
    { HOST("/proc/1/root"), REMIT_ERR_DENIED, "InvalidVolumeError", "the machine itself" },
    { HOST("/dev/sda"), REMIT_ERR_DENIED, "InvalidVolumeError", "the machine itself" },
    { HOST("/var/run"), REMIT_ERR_DENIED, "InvalidVolumeError", "the Engine" },
    { HOST("/var/run/docker.sock"), REMIT_ERR_DENIED, "InvalidVolumeError", "the Engine" },
    { HOST("/var/run/test-docker.sock"), REMIT_ERR_DENIED, "InvalidVolumeError", "the Engine" },
    { HOST("/run/test-metadata/workers"), REMIT_ERR_DENIED, "InvalidVolumeError", "the agent" },
    { HOST("/usr/../var/run"), REMIT_ERR_DENIED, "InvalidVolumeError", "'..'" },
    { HOST("usr"), REMIT_ERR_DENIED, "InvalidVolumeError", "not absolute" },
    { MOUNT("{\"name\":\"w\"}"), REMIT_ERR_INVALID, "InvalidVolumeError", "Unknown volume 'v'" },
    { MOUNT("{\"name\":\"v\",\"efsVolumeConfiguration\":{\"fileSystemId\":\"fs-1\"}}"),
      REMIT_ERR_INVALID, "InvalidVolumeError", "host and Docker volumes only" },
    { MOUNT("{\"name\":\"v\",\"dockerVolumeConfiguration\":{\"driver\":\"local\",\"driverOpts\":{"
            "\"type\":\"none\",\"o\":\"bind\",\"device\":\"/\"}}}"),
      REMIT_ERR_INVALID, "InvalidVolumeError", "driver options" },
    { MOUNT("{\"name\":\"v\",\"dockerVolumeConfiguration\":{\"driver\":\"nfs\"}}"),
      REMIT_ERR_INVALID, "InvalidVolumeError", "'local' only" },
};

ROWS(spec, what_widens_a_task_is_refused, refused)
{
    const struct row *r = &refused[*row_index];
    auto_task struct agent_task *task = a_task(r->definition, "");
    auto_buf struct remit_buf out = REMIT_BUF_SECRET(65536);
    struct remit_err err = { 0 };

    cr_assert(eq(int, agent_spec_container(task, 0, &out, &err), -1), "%s", r->definition);
    cr_expect(eq(int, err.kind, r->kind), "%s", err.text);
    cr_expect(remit_err_is(&err, r->code), "%s", err.code);
    cr_expect(strstr(err.text, r->words) != NULL, "%s", err.text);
}

Test(spec, a_link_to_our_own_folder_is_followed_and_refused)
{
    struct agent *agent = an_agent();
    auto_buf struct remit_buf out = REMIT_BUF(4096);
    struct remit_err err = { 0 };
    char folder[] = "/var/tmp/remit-spec.XXXXXX";
    char link[64];
    int result = 0;

    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(link, sizeof(link), "%s/link", folder);
    cr_assert(symlink(agent->config.state_dir, link) == 0);
    result = agent_spec_host_path(agent, remit_str_of(link), &out, &err);
    (void)unlink(link);
    (void)rmdir(folder);
    cr_expect(eq(int, result, -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_DENIED));
    cr_expect(remit_err_is(&err, "InvalidVolumeError"));
}

Test(spec, a_folder_of_the_host_that_is_missing_is_made)
{
    auto_buf struct remit_buf out = REMIT_BUF(4096);
    struct remit_err err = { 0 };
    char folder[] = "/var/tmp/remit-spec.XXXXXX";
    char below[64];

    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(below, sizeof(below), "%s/below", folder);
    cr_expect(agent_spec_host_path(an_agent(), remit_str_of(below), &out, &err) == 0, "%s",
              err.text);
    EXPECT_STR(remit_buf_view(&out), below);
    cr_expect(rmdir(below) == 0);
    (void)rmdir(folder);
}

Test(spec, one_port_of_the_task_has_one_owner)
{
    auto_task struct agent_task *task =
        a_task("{\"containerDefinitions\":[{\"name\":\"a\",\"image\":\"x\",\"portMappings\":[{"
               "\"containerPort\":80}]},{\"name\":\"b\",\"image\":\"x\",\"portMappings\":[{"
               "\"containerPort\":80,\"hostPort\":8080}]}]}",
               "");
    auto_buf struct remit_buf out = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_assert(eq(int, agent_spec_pause(task, "remit-pause:hash", &out, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "HostConfigError"));
    cr_expect(strstr(err.text, "container b: port 80 is mapped twice") != NULL, "%s", err.text);
}

Test(spec, an_override_wins_member_by_member)
{
    auto_task struct agent_task *task =
        a_task(ONE(",\"memory\":64,\"cpu\":5,\"command\":[\"a\"],\"entryPoint\":[\"/e\"]"),
               ",\"overrides\":{\"containerOverrides\":[{\"name\":\"web\",\"memory\":32,"
               "\"command\":[\"b\",\"c\"]}]}");
    auto_buf struct remit_buf out = REMIT_BUF_SECRET(65536);
    struct remit_err err = { 0 };
    const char *body = NULL;

    cr_assert(agent_spec_container(task, 0, &out, &err) == 0, "%s", err.text);
    body = remit_buf_cstr(&out);
    cr_expect(strstr(body, "\"Cmd\":[\"b\",\"c\"]") != NULL, "%s", body);
    cr_expect(strstr(body, "\"Entrypoint\":[\"/e\"]") != NULL);
    cr_expect(strstr(body, "\"Memory\":33554432") != NULL);
    cr_expect(strstr(body, "\"CpuShares\":5") != NULL);
}

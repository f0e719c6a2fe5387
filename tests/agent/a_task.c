#include "tests/agent/a_task.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char folder[64];

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static void take_away(void)
{
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct agent *an_agent(void)
{
    static struct agent agent;

    if (folder[0] != '\0')
        return &agent;
    (void)snprintf(folder, sizeof(folder), "/tmp/remit-agent-test.XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(atexit(take_away) == 0);
    (void)pthread_mutex_init(&agent.lock, NULL);
    (void)pthread_cond_init(&agent.changed, NULL);
    agent.config.state_dir = folder;
    agent.config.region = "eu-test-1";
    agent.config.engine_socket = "/var/run/test-docker.sock";
    agent.config.metadata_dir = "/run/test-metadata";
    agent_events_init(&agent.events);
    (void)snprintf(agent.instance.arn, sizeof(agent.instance.arn),
                   "arn:aws:ecs:eu-test-1:111122223333:container-instance/default/i");
    return &agent;
}

const char *a_payload(const char *definition, const char *more)
{
    static char text[65536];

    (void)snprintf(text, sizeof(text),
                   "{\"taskArn\":\"" A_TASK_ARN "\",\"taskId\":\"" A_TASK_ID
                   "\",\"clusterName\":\"default\",\"clusterArn\":"
                   "\"arn:aws:ecs:eu-test-1:111122223333:cluster/default\",\"family\":\"shop\","
                   "\"revision\":7,\"launchType\":\"EC2\",\"taskDefinition\":%s%s}",
                   definition, more);
    return text;
}

struct agent_task *a_task(const char *definition, const char *more)
{
    struct agent_task *task = NULL;
    struct remit_err err = { 0 };

    cr_assert(agent_task_new(an_agent(), remit_str_of(a_payload(definition, more)), &task, &err) ==
                  0,
              "%s", err.text);
    return task;
}

void a_task_fixed(struct agent_task *task)
{
    struct remit_err err = { 0 };

    (void)snprintf(task->credentials_id, sizeof(task->credentials_id), "11111111-credentials");
    (void)snprintf(task->pause_id, sizeof(task->pause_id), "pause0");
    for (size_t i = 0; i < task->n_containers; i++) {
        struct agent_container *c = &task->containers[i];

        (void)snprintf(c->endpoint_id, sizeof(c->endpoint_id), "endpoint-%zu", i);
        (void)snprintf(c->image_id, sizeof(c->image_id), "sha256:image%zu", i);
        remit_secret_drop(&c->token);
        cr_assert(remit_secret_copy(REMIT_STR("a-token-of-sixteen"), &c->token, &err) == 0);
    }
}

struct remit_json *json_of(const char *text)
{
    struct remit_json *json = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_json_parse(remit_str_of(text), 1 << 20, &json, &err) == 0, "%s", err.text);
    return json;
}

/* Recorded answers have their body in one chunk, or in a few: the first is enough for JSON. */
struct remit_json *recorded(const char *exchange)
{
    static char text[1 << 20];
    char path[4096];
    FILE *file = NULL;
    char *body = NULL;
    char *to = text;

    (void)snprintf(path, sizeof(path), "%s/%s.http", EXCHANGES, exchange);
    file = fopen(path, "re");
    cr_assert(file != NULL, "%s", path);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    body = strstr(text, "\r\n\r\n");
    cr_assert(body != NULL);
    if (strstr(text, "Transfer-Encoding: chunked") == NULL)
        return json_of(body + 4);
    for (body += 4;;) {
        char *after = NULL;
        size_t len = strtoul(body, &after, 16);

        if (len == 0)
            break;
        memmove(to, after + 2, len);
        to += len;
        body = after + 2 + len + 2;
    }
    *to = '\0';
    return json_of(text);
}

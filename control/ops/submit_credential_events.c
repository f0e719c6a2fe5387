#include "common/os/log.h"
#include "control/audit.h"
#include "control/ops/agent.h"
#include "control/ops/ecs.h"

static const struct control_field event_fields[] = {
    { .name = "at", .type = CONTROL_TIMESTAMP, .required = true },
    { .name = "count", .type = CONTROL_INTEGER, .required = true, .min = 1, .max = INT32_MAX },
    { .name = "status", .type = CONTROL_INTEGER, .required = true, .min = 100, .max = 599 },
    { .name = "reason", .type = CONTROL_STRING, .required = true, .max = 1024 },
    ECS_REF("taskArn", false),
    ECS_TEXT_FIELD("containerName", 255),
    ECS_TEXT_FIELD("peer", 255),
    ECS_TEXT_FIELD("userAgent", 4096),
    ECS_TEXT_FIELD("accessKeyId", 128),
    ECS_REF("presentedTaskArn", false),
};
static const struct control_field event_element = ECS_STRUCT_ELEMENT(event_fields);
static const struct control_field input[] = {
    AGENT_INSTANCE,
    { .name = "events",
      .type = CONTROL_LIST,
      .required = true,
      .max = 100,
      .element = &event_element },
};

static struct remit_str text_of(const struct remit_json *event, const char *name)
{
    struct remit_str text = remit_json_str(remit_json_get(event, name));

    return text.len > 0 ? text : remit_str_from(NULL, 0);
}

/*
 * Whether the task is one of the caller's. What can't be verified, because it is another's or its
 * record has gone, is written down as a claim: the event must not be lost over it, and no instance
 * may put another's task into the log.
 */
static int is_own(struct control_call *call, const struct ecs_instance *self,
                  struct remit_str task_arn, bool *own, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    struct ecs_task task;

    TRY(ecs_task_read(call->store, self->cluster, agent_task_id(call, self, task_arn), &arena,
                      &task, err));
    *own = task.revision != 0 && remit_str_equal(task.instance, self->id) &&
           remit_str_equal(task.arn, task_arn);
    return 0;
}

static const char *kind_of(const struct remit_json *event)
{
    return remit_json_int(remit_json_get(event, "status")) == 200 ? "CredentialsVended"
                                                                  : "CredentialsRefused";
}

static int submit_event(struct control_call *call, const struct ecs_instance *self,
                        const struct remit_json *event, struct remit_err *err)
{
    struct remit_str task = text_of(event, "taskArn");
    struct remit_str presented = text_of(event, "presentedTaskArn");
    bool own = true;
    bool own_presented = true;

    if (task.len > 0)
        TRY(is_own(call, self, task, &own, err));
    if (presented.len > 0)
        TRY(is_own(call, self, presented, &own_presented, err));
    const struct control_audit_field fields[] = {
        { .name = "containerInstanceArn", .text = self->arn },
        { .name = "at", .number = (int64_t)remit_json_real(remit_json_get(event, "at")) },
        { .name = "count", .number = remit_json_int(remit_json_get(event, "count")) },
        { .name = "status", .number = remit_json_int(remit_json_get(event, "status")) },
        { .name = "reason", .text = text_of(event, "reason") },
        { .name = own ? "taskArn" : "claimedTaskArn", .text = task },
        { .name = "containerName", .text = text_of(event, "containerName") },
        { .name = "peer", .text = text_of(event, "peer") },
        { .name = "userAgent", .text = text_of(event, "userAgent") },
        { .name = "accessKeyId", .text = text_of(event, "accessKeyId") },
        { .name = own_presented ? "presentedTaskArn" : "claimedPresentedTaskArn",
          .text = presented },
    };

    if (presented.len > 0) /* a leaked id: what somebody should wake up for */
        remit_log(REMIT_LOG_WARN,
                  "container instance " REMIT_STR_FMT ": a credentials id was presented by "
                  "another task than its own",
                  REMIT_STR_ARG(self->id));
    return control_audit_event(call, kind_of(event), fields, REMIT_COUNT(fields), err);
}

static int submit_credential_events(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *events = control_in(call, "events");
    struct ecs_instance self;

    TRY(agent_self(call, &self, err));
    for (size_t i = 0; i < remit_json_count(events); i++)
        TRY(submit_event(call, &self, remit_json_at(events, i), err));
    return 0;
}

const struct control_operation control_submit_credential_events = {
    .service = &control_agent_api,
    .name = "SubmitCredentialEvents",
    .action = "ecs:SubmitCredentialEvents",
    .proof = CONTROL_BY_INSTANCE,
    .quiet = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = submit_credential_events,
};

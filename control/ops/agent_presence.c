#include "control/ops/agent.h"

#include "common/os/log.h"
#include "control/audit.h"
#include "control/ops/ecs.h"
#include "control/store/record.h"

#define REPLACED_MOST 64 /* runs that are remembered as taken over; each restart makes one */
#define RECORD_MAX    8192

/* ---- agentConnected ---- */

static int connect(struct control_call *call, const struct control_key *key, struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    auto_buf struct remit_buf text = REMIT_BUF(RECORD_MAX);
    struct remit_jw w = REMIT_JW(&text);
    uint64_t lease = 0;

    control_record_begin(&w);
    remit_jw_put_int(&w, "since", call->now_at);
    remit_jw_end(&w);
    TRY(control_store_lease(call->store, AGENT_CONNECTED_MS, &lease, err));
    control_store_put_leased(&txn, control_key_str(key), remit_buf_view(&text), lease);
    return control_store_commit(call->store, &txn, NULL, err);
}

/* Renewing a lease writes nothing: a thousand idle agents cost the disk nothing. */
int agent_connected(struct control_call *call, const struct ecs_instance *self,
                    struct remit_err *err)
{
    struct control_key key = control_key_connected(self->cluster, self->id);
    struct control_store_entry entry = { 0 };

    TRY(control_store_get(call->store, control_key_str(&key), call->arena, &entry, err));
    if (entry.revision != 0 && control_store_renew(call->store, entry.lease, err) == 0)
        return 0;
    if (entry.revision != 0 && !remit_err_is(err, "LeaseNotFound"))
        return -1;
    return connect(call, &key, err);
}

/* ---- which run of the agent speaks ---- */

struct speaker {
    const struct ecs_instance *self;
    struct remit_str boot_id;
};

static bool was_replaced(const struct remit_json *record, struct remit_str boot_id)
{
    const struct remit_json *replaced = remit_json_get(record, "replaced");

    for (size_t i = 0; i < remit_json_count(replaced); i++)
        if (remit_str_equal(remit_json_str(remit_json_at(replaced, i)), boot_id))
            return true;
    return false;
}

/* The one before is added to those that may not come back; the oldest are forgotten. */
static void write_speaker(struct control_call *call, const struct speaker *s,
                          const struct remit_json *was, struct remit_buf *out)
{
    const struct remit_json *replaced = remit_json_get(was, "replaced");
    size_t n = remit_json_count(replaced);
    struct remit_jw w = REMIT_JW(out);

    control_record_begin(&w);
    remit_jw_put_str(&w, "bootId", s->boot_id);
    remit_jw_put_int(&w, "since", call->now_at);
    remit_jw_key(&w, "replaced");
    remit_jw_array(&w);
    for (size_t i = n >= REPLACED_MOST ? n - REPLACED_MOST + 1 : 0; i < n; i++)
        remit_jw_json(&w, remit_json_at(replaced, i));
    if (was != NULL)
        remit_jw_json(&w, remit_json_get(was, "bootId"));
    remit_jw_end(&w);
    remit_jw_end(&w);
}

/* Told before it is so: what can't be written down does not happen. */
static int tell(struct control_call *call, const struct speaker *s, const struct remit_json *was,
                struct remit_err *err)
{
    const struct control_audit_field fields[] = {
        { .name = "containerInstanceArn", .text = s->self->arn },
        { .name = "bootId", .text = s->boot_id },
        { .name = "replacedBootId", .text = remit_json_str(remit_json_get(was, "bootId")) },
        { .name = "replacedSince", .number = remit_json_int(remit_json_get(was, "since")) },
    };

    if (was != NULL)
        remit_log(REMIT_LOG_WARN,
                  "container instance " REMIT_STR_FMT ": another run of its agent takes over",
                  REMIT_STR_ARG(s->self->id));
    return control_audit_event(call, was == NULL ? "AgentStarted" : "AgentReplaced", fields,
                               was == NULL ? 2 : REMIT_COUNT(fields), err);
}

static int speak_once(struct control_call *call, void *self, struct remit_err *err)
{
    const struct speaker *s = self;
    auto_json struct remit_json *was = NULL;
    auto_buf struct remit_buf text = REMIT_BUF(RECORD_MAX);
    struct control_key key = control_key_agent(s->self->cluster, s->self->id);
    struct control_store_txn txn = { 0 };
    uint64_t revision = 0;

    TRY(control_record_get(call->store, control_key_str(&key), call->arena, &was, &revision, err));
    if (remit_str_equal(remit_json_str(remit_json_get(was, "bootId")), s->boot_id))
        return 0;
    if (was_replaced(was, s->boot_id))
        return remit_fail(err, REMIT_ERR_CONFLICT, "SessionReplacedException",
                          "Another run of the agent speaks for this container instance since "
                          "%lld.",
                          (long long)remit_json_int(remit_json_get(was, "since")));
    TRY(tell(call, s, was, err));
    write_speaker(call, s, was, &text);
    TRY(remit_buf_check(&text, "the record of an agent", err));
    control_store_expect(&txn, control_key_str(&key), revision);
    control_store_put(&txn, control_key_str(&key), remit_buf_view(&text));
    return control_store_commit(call->store, &txn, NULL, err);
}

int agent_speaks(struct control_call *call, const struct ecs_instance *self,
                 struct remit_str boot_id, struct remit_err *err)
{
    struct speaker speaker = { self, boot_id };

    return ecs_retry(call, speak_once, &speaker, err);
}

#include "control/http/dispatch.h"

#include "common/os/log.h"
#include "control/http/grants.h"
#include "control/http/input.h"
#include "control/http/record.h"
#include "control/http/server.h"

void control_call_init(struct control_call *call, struct control_server *server,
                       struct remit_arena *arena, double now)
{
    *call = (struct control_call){
        .now = now,
        .now_at = (int64_t)now,
        .store = server->store,
        .keeper = server->keeper,
        .config = server->config,
        .arena = arena,
        .server = server,
        .grants = REMIT_NEW(arena, struct control_grants),
    };
    remit_random_uuid(call->request_id);
}

void control_call_clear(struct control_call *call)
{
    remit_json_drop(&call->caller_tree);
}

/* The only call of any handler. */
static int handle(struct control_call *call, struct remit_buf *out, struct remit_err *err)
{
    struct control_answer answer;
    int result = 0;

    control_answer_begin(&answer, call->operation, call->request_id, out);
    call->answer = &answer;
    result = call->operation->handler(call, err);
    if (result == 0)
        result = control_answer_finish(&answer, err);
    call->answer = NULL;
    if (result != 0)
        remit_buf_clear(out);
    return result;
}

/* What may change something is written down first, what only reads before its answer leaves. */
static int steps(struct control_call *call, struct remit_buf *out, struct remit_err *err)
{
    TRY(control_input_bounds(call->operation, call->input, err));
    TRY(control_authorize(call, err));
    if (!call->operation->reads_only && !call->operation->quiet)
        TRY(control_record_intent(call, err));
    return handle(call, out, err);
}

int control_run(struct control_call *call, struct remit_buf *out, struct remit_err *err)
{
    int result = 0;

    TRY(remit_arena_check(call->arena, "the request", err));
    result = steps(call, out, err);
    if (control_record_end(call, result == 0 ? NULL : err) == 0 || result != 0)
        return result;
    if (call->grants->intent) /* done, and that it was to be done is written */
        return 0;
    remit_buf_clear(out);
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "AuditUnavailable", "not recorded");
}

int control_dispatch(struct control_call *call, struct control_request *request,
                     struct remit_buf *out, struct remit_err *err)
{
    TRY(remit_arena_check(call->arena, "the request", err)); /* no grants without memory */
    if (control_parse(call, request, err) == 0 && control_authenticate(call, request, err) == 0)
        return control_run(call, out, err);
    (void)control_record_end(call, err);
    return -1;
}

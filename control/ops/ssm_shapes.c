#include "control/ops/ssm.h"
#include "control/sealed.h"

/* A sealed value is shown as it is stored unless decryption is asked for. */
static int put_value(struct control_call *call, const struct ssm_parameter *parameter,
                     const struct ssm_version *version, struct remit_err *err)
{
    auto_secret struct remit_secret plain = { 0 };

    if (!version->sealed || !control_in_bool(call, "WithDecryption", false)) {
        control_put_str(call, "Value", version->value);
        return 0;
    }
    TRY(control_sealed_open(call, ssm_seal_context(call, parameter->name, version->number),
                            version->value, &plain, err));
    control_put_str(call, "Value", remit_secret_view(&plain));
    return 0;
}

int ssm_put_parameter(struct control_call *call, const char *name,
                      const struct ssm_parameter *parameter, const struct ssm_version *version,
                      struct remit_str selector, struct remit_err *err)
{
    control_begin_structure(call, name);
    control_put_str(call, "Name", parameter->name);
    control_put_str(call, "Type", parameter->type);
    TRY(put_value(call, parameter, version, err));
    control_put_int(call, "Version", version->number);
    if (selector.len > 0)
        control_put_fmt(call, "Selector", ":" REMIT_STR_FMT, REMIT_STR_ARG(selector));
    control_put_time(call, "LastModifiedDate", version->at);
    control_put_str(call, "ARN", ssm_arn(call, parameter->name));
    control_put_cstr(call, "DataType", "text");
    control_end(call);
    return 0;
}

/* ---- lists ---- */

struct listing {
    struct control_call *call;
    struct control_page page;
    ssm_list_want *want;
    ssm_list_put *put;
};

static int list_one(void *self, const struct control_store_entry *entry, struct remit_arena *arena,
                    struct remit_err *err)
{
    struct listing *l = self;
    struct ssm_parameter parameter = { 0 };

    TRY(ssm_parameter_parse(entry, arena, &parameter, err));
    if (!l->want(l->call, &parameter))
        return 0;
    if (!control_page_take(l->call, &l->page, entry->key, 10240))
        return 1;
    return l->put(l->call, &parameter, err);
}

int ssm_list(struct control_call *call, struct remit_str start, int64_t most, ssm_list_want *want,
             ssm_list_put *put, struct remit_err *err)
{
    struct listing l = { .call = call, .want = want, .put = put };

    TRY(control_page_begin(call, control_in_str(call, "NextToken"), most, "InvalidNextToken",
                           &l.page, err));
    control_begin_list(call, "Parameters");
    TRY(control_batches(call, ssm_prefix(start, call->arena), l.page.after, list_one, &l, err));
    control_end(call);
    control_page_put_token(call, &l.page, "NextToken");
    return remit_arena_check(call->arena, "the page", err);
}

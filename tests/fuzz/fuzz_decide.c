/*
 * Two documents and a request, lines with a tab between their fields: the policies are
 *   identity\tDOCUMENT   resource\tDOCUMENT   boundary\tDOCUMENT   session\tDOCUMENT scp\tDOCUMENT
 * and the request is
 *   ask\tPRINCIPAL\tACTION\tRESOURCE\tACCOUNT   and   key\tNAME\tVALUE   list\tNAME\tVALUE\tVALUE…
 * The index and the walk agree, messages have the length they say, and with a Deny of everything
 * nothing is allowed but what always is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <remit/policy.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define VALUES_MOST 8

static void require(bool holds)
{
    if (!holds)
        abort();
}

enum { IDENTITY = 0, RESOURCE, BOUNDARY, SESSION, SCP, N_SETS };

static const struct document_row {
    const char *name;
    enum remit_policy_type type;
} documents[N_SETS] = {
    [IDENTITY] = { "identity", REMIT_POLICY_IDENTITY },
    [RESOURCE] = { "resource", REMIT_POLICY_RESOURCE },
    [BOUNDARY] = { "boundary", REMIT_POLICY_BOUNDARY },
    [SESSION] = { "session", REMIT_POLICY_SESSION },
    [SCP] = { "scp", REMIT_POLICY_SCP },
};

struct input {
    struct remit_policy_set *sets[N_SETS];
    struct remit_context context;
    struct remit_request request;
    struct remit_str lists[4][VALUES_MOST];
    size_t n_lists;
};

static struct remit_policy_set *load(enum remit_policy_type type, struct remit_str document)
{
    const struct remit_policy_options options = { .type = type };
    auto_policy struct remit_policy *policy = NULL;
    struct remit_policy_set *set = NULL;
    struct remit_policy_entry entry = { .name = REMIT_STR("p") };

    /* What can't be loaded denies. */
    if (remit_policy_compile(document, &options, &policy, NULL) == 0)
        entry.policy = policy;
    require(remit_policy_set_new(&entry, 1, &set, NULL) == 0);
    return set;
}

static void take_list(struct input *in, struct remit_str name, struct remit_str rest)
{
    size_t n = 0;
    bool more = true;

    if (in->n_lists == REMIT_COUNT(in->lists))
        return;
    while (more && n < VALUES_MOST)
        more = remit_str_cut(&rest, '\t', &in->lists[in->n_lists][n++]);
    (void)!remit_context_put_list(&in->context, name, in->lists[in->n_lists], n, NULL);
    in->n_lists++;
}

static void take_line(struct input *in, struct remit_str line)
{
    struct remit_str word = { 0 };
    struct remit_str name = { 0 };

    (void)remit_str_cut(&line, '\t', &word);
    for (size_t i = 0; i < N_SETS; i++)
        if (remit_str_equal(word, remit_str_of(documents[i].name)) && in->sets[i] == NULL) {
            in->sets[i] = load(documents[i].type, line);
            return;
        }
    if (remit_str_equal(word, REMIT_STR("ask"))) {
        (void)remit_str_cut(&line, '\t', &in->request.principal);
        (void)remit_str_cut(&line, '\t', &in->request.action);
        (void)remit_str_cut(&line, '\t', &in->request.resource);
        in->request.resource_account = line;
        return;
    }
    (void)remit_str_cut(&line, '\t', &name);
    if (remit_str_equal(word, REMIT_STR("key")))
        (void)!remit_context_put(&in->context, name, line, NULL);
    else if (remit_str_equal(word, REMIT_STR("list")))
        take_list(in, name, line);
}

static void ignore(void *self, const struct remit_trace *step)
{
    char pointer[16];

    (void)self;
    (void)remit_trace_pointer(step, pointer, sizeof(pointer));
}

static void check(struct remit_bundle *bundle, const struct remit_request *request)
{
    static char text[65536];
    struct remit_verdict fast, slow;
    enum remit_decision decision = remit_decide(bundle, request, NULL, NULL, &fast);
    auto_policy_set struct remit_policy_set *denying = load(
        REMIT_POLICY_SESSION,
        REMIT_STR("{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"));

    require(remit_decide(bundle, request, ignore, NULL, &slow) == decision);
    require(fast.decision == decision && slow.decision == decision && fast.layer == slow.layer &&
            fast.statement == slow.statement && fast.lacking == slow.lacking);
    require((decision == REMIT_IMPLICIT_DENY) || (fast.lacking == 0 && !fast.oversized));
    require((remit_denial_message(request, &fast, text, sizeof(text)) == 0) ==
            (decision == REMIT_ALLOW));
    if (remit_explain(bundle, request, text, sizeof(text)) < sizeof(text))
        require(strlen(text) == remit_explain(bundle, request, text, sizeof(text)));
    bundle->session = denying;
    require(remit_decide(bundle, request, NULL, NULL, &fast) != REMIT_ALLOW ||
            fast.layer == REMIT_LAYER_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str rest = { (const char *)data, size };
    struct input in = { 0 };
    struct remit_bundle bundle = { 0 };
    const struct remit_policy_set *levels[1];
    bool more = true;

    while (more) {
        struct remit_str line = { 0 };

        more = remit_str_cut(&rest, '\n', &line);
        take_line(&in, line);
    }
    in.request.context = &in.context;
    levels[0] = in.sets[SCP];
    bundle = (struct remit_bundle){ .identity = in.sets[IDENTITY],
                                    .resource = in.sets[RESOURCE],
                                    .boundary = in.sets[BOUNDARY],
                                    .session = in.sets[SESSION],
                                    .scps = levels,
                                    .n_scps = in.sets[SCP] != NULL };
    check(&bundle, &in.request);
    for (size_t i = 0; i < N_SETS; i++)
        remit_policy_set_drop(&in.sets[i]);
    remit_context_drop(&in.context);
    return 0;
}

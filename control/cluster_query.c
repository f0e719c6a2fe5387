#include "control/cluster_query.h"

#include <ctype.h>

#include "common/os/clock.h"
#include "control/cluster_regex.h"

#define DEPTH_MOST  32
#define VALUES_MOST 64

enum subject { ATTRIBUTE = 1, CONNECTED, VERSION, EC2_ID, REGISTERED, RUNNING, GROUP };
enum op { EQ = 1, GT, GE, LT, LE, EXISTS, IN, MATCHES }; /* each also negated: != !exists !in !~ */
enum node_kind { NODE_AND = 1, NODE_OR, NODE_NOT, NODE_CMP };

struct node {
    enum node_kind kind;
    const struct node *left, *right;
    enum subject subject;
    struct remit_str name; /* ATTRIBUTE */
    enum op op;
    bool negated;
    struct remit_str *values;
    size_t n_values;
    const struct cluster_regex *regex;
    int64_t number; /* RUNNING, REGISTERED: the argument */
};
struct cluster_query {
    const struct node *root;
    bool counts_running;
};

struct parser {
    struct remit_str text;
    size_t at;
    unsigned depth;
    struct remit_arena *arena;
    struct remit_err *err;
    bool counts_running;
};

/* ---- reading ---- */

static int wrong(const struct parser *p, size_t at, const char *why)
{
    return remit_fail(p->err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "Invalid expression: %s at position %zu, '" REMIT_STR_FMT "'.", why, at + 1,
                      REMIT_STR_ARG(remit_str_sub(p->text, at, 32)));
}

static bool at_end(const struct parser *p)
{
    return p->at >= p->text.len;
}

static char peek(const struct parser *p)
{
    return at_end(p) ? '\0' : p->text.ptr[p->at];
}

static void skip_blanks(struct parser *p)
{
    while (!at_end(p) && isspace((unsigned char)peek(p)))
        p->at++;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("._-/:", c) != NULL);
}

/* The word at the place, not taken yet. */
static struct remit_str word_ahead(const struct parser *p)
{
    size_t end = p->at;

    while (end < p->text.len && is_word(p->text.ptr[end]))
        end++;
    return remit_str_sub(p->text, p->at, end - p->at);
}

static bool take(struct parser *p, const char *token)
{
    struct remit_str wanted = remit_str_of(token);
    struct remit_str word;

    skip_blanks(p);
    word = word_ahead(p);
    if (is_word(token[0]) ? !remit_str_equal(word, wanted)
                          : !remit_str_starts(remit_str_sub(p->text, p->at, p->text.len), wanted))
        return false;
    p->at += wanted.len;
    return true;
}

/* ---- arguments ---- */

static int take_quoted(struct parser *p, struct remit_str *out)
{
    size_t from = ++p->at;

    while (!at_end(p) && peek(p) != '\'')
        p->at++;
    if (at_end(p))
        return wrong(p, from - 1, "a quote without its end");
    *out = remit_str_sub(p->text, from, p->at - from);
    p->at++;
    return 0;
}

/* Bare: up to a blank, a comma or bracket, or a parenthesis that it did not open itself. */
static int take_bare(struct parser *p, bool in_list, struct remit_str *out)
{
    size_t from = p->at;
    int open = 0;

    for (; !at_end(p) && !isspace((unsigned char)peek(p)); p->at++) {
        if (in_list && (peek(p) == ',' || peek(p) == ']'))
            break;
        open += peek(p) == '(';
        if (peek(p) == ')' && open-- == 0)
            break;
    }
    *out = remit_str_sub(p->text, from, p->at - from);
    return out->len > 0 ? 0 : wrong(p, from, "an argument is missing");
}

static int take_argument(struct parser *p, bool in_list, struct remit_str *out)
{
    skip_blanks(p);
    return peek(p) == '\'' ? take_quoted(p, out) : take_bare(p, in_list, out);
}

static int take_list(struct parser *p, struct node *node)
{
    node->values = REMIT_NEW_N(p->arena, struct remit_str, VALUES_MOST);
    TRY(remit_arena_check(p->arena, "an expression", p->err));
    if (!take(p, "["))
        return wrong(p, p->at, "a list [a, b] is missing");
    do {
        if (node->n_values == VALUES_MOST)
            return wrong(p, p->at, "a list of more than 64");
        TRY(take_argument(p, true, &node->values[node->n_values++]));
    } while (take(p, ","));
    return take(p, "]") ? 0 : wrong(p, p->at, "the end of a list is missing");
}

/* 2018-06-18T22:28:28+00:00, …Z, without zone, or the date alone. */
static bool time_of(struct remit_str text, int64_t *out)
{
    struct remit_str zero = REMIT_STR("+00:00");
    char iso[REMIT_TIME_TEXT] = "";
    struct remit_err ignored;

    if (remit_str_ends(text, zero))
        text.len -= zero.len;
    else if (remit_str_ends(text, REMIT_STR("Z")))
        text.len--;
    if (text.len != 10 && text.len != 19)
        return false;
    memcpy(iso, text.ptr, text.len);
    memcpy(iso + text.len, text.len == 10 ? "T00:00:00Z" : "Z", text.len == 10 ? 11 : 2);
    return remit_time_parse_iso(remit_str_of(iso), out, &ignored) == 0;
}

static int read_argument(struct parser *p, struct node *node)
{
    size_t from = p->at;
    unsigned long long number = 0;

    node->values = REMIT_NEW(p->arena, struct remit_str);
    TRY(remit_arena_check(p->arena, "an expression", p->err));
    TRY(take_argument(p, false, node->values));
    node->n_values = 1;
    if (node->op == MATCHES)
        return cluster_regex_compile(node->values[0], p->arena, &node->regex, p->err);
    if (node->subject == RUNNING) {
        if (!remit_str_to_u64(node->values[0], INT32_MAX, &number))
            return wrong(p, from, "a number is missing");
        node->number = (int64_t)number;
    }
    if (node->subject == REGISTERED && !time_of(node->values[0], &node->number))
        return wrong(p, from, "a time is missing");
    return 0;
}

/* ---- comparisons ---- */

static const struct {
    const char *token;
    enum op op;
    bool negated;
} ops[] = {
    /* the longer first */
    { "!exists", EXISTS, true },
    { "!in", IN, true },
    { "==", EQ, false },
    { "!=", EQ, true },
    { "=~", MATCHES, false },
    { "!~", MATCHES, true },
    { ">=", GE, false },
    { "<=", LE, false },
    { ">", GT, false },
    { "<", LT, false },
    { "equals", EQ, false },
    { "not_equals", EQ, true },
    { "greater_than", GT, false },
    { "greater_than_equal", GE, false },
    { "less_than", LT, false },
    { "less_than_equal", LE, false },
    { "exists", EXISTS, false },
    { "not_exists", EXISTS, true },
    { "in", IN, false },
    { "not_in", IN, true },
    { "matches", MATCHES, false },
    { "not_matches", MATCHES, true },
};

static const struct {
    const char *name;
    enum subject subject;
    bool ordered, texts; /* takes < and its like; takes in and =~ */
} subjects[] = {
    { "agentConnected", CONNECTED, false, true },  { "agentVersion", VERSION, true, false },
    { "ec2InstanceId", EC2_ID, false, true },      { "registeredAt", REGISTERED, true, false },
    { "runningTasksCount", RUNNING, true, false }, { "task:group", GROUP, false, true },
    { "attribute:", ATTRIBUTE, false, true },
};

static bool suits(size_t subject, enum op op)
{
    switch (op) {
    case EQ:
        return true;
    case GT:
    case GE:
    case LT:
    case LE:
        return subjects[subject].ordered;
    case IN:
    case MATCHES:
        return subjects[subject].texts;
    case EXISTS:
        return subjects[subject].subject == ATTRIBUTE;
    }
    return false;
}

static size_t take_subject(struct parser *p, struct node *node)
{
    struct remit_str word = word_ahead(p);
    size_t i = 0;

    for (; i < REMIT_COUNT(subjects); i++) {
        struct remit_str name = remit_str_of(subjects[i].name);

        if (remit_str_equal(word, name) && subjects[i].subject != ATTRIBUTE)
            break;
        if (subjects[i].subject == ATTRIBUTE && word.len > name.len && remit_str_starts(word, name))
            break;
    }
    if (i == REMIT_COUNT(subjects))
        return i;
    node->subject = subjects[i].subject;
    if (node->subject == ATTRIBUTE)
        node->name = remit_str_sub(word, strlen("attribute:"), word.len);
    p->at += word.len;
    return i;
}

static int parse_comparison(struct parser *p, const struct node **out)
{
    struct node *node = REMIT_NEW(p->arena, struct node);
    size_t from = p->at;
    size_t subject = 0;
    size_t op = 0;

    TRY(remit_arena_check(p->arena, "an expression", p->err));
    node->kind = NODE_CMP;
    *out = node;
    subject = take_subject(p, node);
    if (subject == REMIT_COUNT(subjects))
        return wrong(p, from, "a subject is missing");
    p->counts_running = p->counts_running || node->subject == RUNNING;
    skip_blanks(p);
    from = p->at;
    while (op < REMIT_COUNT(ops) && !take(p, ops[op].token))
        op++;
    if (op == REMIT_COUNT(ops) || !suits(subject, ops[op].op))
        return wrong(p, from, "an operator that this subject has is missing");
    node->op = ops[op].op;
    node->negated = ops[op].negated;
    if (node->op == EXISTS)
        return 0;
    return node->op == IN ? take_list(p, node) : read_argument(p, node);
}

/* ---- and, or, not ---- */

static int parse_or(struct parser *p, const struct node **out);

static int join(struct parser *p, enum node_kind kind, const struct node *left,
                const struct node *right, const struct node **out)
{
    struct node *node = REMIT_NEW(p->arena, struct node);

    TRY(remit_arena_check(p->arena, "an expression", p->err));
    *node = (struct node){ .kind = kind, .left = left, .right = right };
    *out = node;
    return 0;
}

static int parse_not(struct parser *p, const struct node **out)
{
    const struct node *inner = NULL;

    skip_blanks(p);
    if (++p->depth > DEPTH_MOST)
        return wrong(p, p->at, "nesting deeper than 32");
    if (take(p, "not") || take(p, "!")) {
        TRY(parse_not(p, &inner));
        TRY(join(p, NODE_NOT, inner, NULL, out));
    } else if (take(p, "(")) {
        TRY(parse_or(p, out));
        if (!take(p, ")"))
            return wrong(p, p->at, "a closing parenthesis is missing");
    } else {
        TRY(parse_comparison(p, out));
    }
    p->depth--;
    return 0;
}

static int parse_and(struct parser *p, const struct node **out)
{
    TRY(parse_not(p, out));
    while (take(p, "&&") || take(p, "and")) {
        const struct node *right = NULL;

        TRY(parse_not(p, &right));
        TRY(join(p, NODE_AND, *out, right, out));
    }
    return 0;
}

static int parse_or(struct parser *p, const struct node **out)
{
    TRY(parse_and(p, out));
    while (take(p, "||") || take(p, "or")) {
        const struct node *right = NULL;

        TRY(parse_and(p, &right));
        TRY(join(p, NODE_OR, *out, right, out));
    }
    return 0;
}

int cluster_query_compile(struct remit_str text, struct remit_arena *arena,
                          const struct cluster_query **out, struct remit_err *err)
{
    struct parser p = { .text = text, .arena = arena, .err = err };
    struct cluster_query *query = REMIT_NEW(arena, struct cluster_query);

    TRY(remit_arena_check(arena, "an expression", err));
    if (text.len > CLUSTER_QUERY_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Invalid expression: %zu characters, the most is %d.", text.len,
                          CLUSTER_QUERY_MAX);
    TRY(parse_or(&p, &query->root));
    skip_blanks(&p);
    if (!at_end(&p))
        return wrong(&p, p.at, "something is left over");
    query->counts_running = p.counts_running;
    *out = query;
    return 0;
}

bool cluster_query_counts_running(const struct cluster_query *query)
{
    return query->counts_running;
}

/* ---- asking ---- */

/* Dotted numbers, part by part; a leading v and what stands behind the numbers don't count. */
static int version_order(struct remit_str a, struct remit_str b)
{
    struct remit_str rest[2] = { a, b };

    for (size_t i = 0; i < 2; i++)
        if (rest[i].len > 0 && rest[i].ptr[0] == 'v')
            rest[i] = remit_str_sub(rest[i], 1, rest[i].len);
    while (rest[0].len + rest[1].len > 0) {
        unsigned long long part[2] = { 0 };

        for (size_t i = 0; i < 2; i++) {
            struct remit_str head;

            (void)remit_str_cut(&rest[i], '.', &head);
            (void)remit_str_to_u64(head, UINT32_MAX, &part[i]);
        }
        if (part[0] != part[1])
            return part[0] < part[1] ? -1 : 1;
    }
    return 0;
}

static bool ordered(enum op op, int order)
{
    switch (op) {
    case EQ:
        return order == 0;
    case GT:
        return order > 0;
    case GE:
        return order >= 0;
    case LT:
        return order < 0;
    case LE:
        return order <= 0;
    case EXISTS:
    case IN:
    case MATCHES:
        return false;
    }
    return false;
}

static bool text_fits(const struct node *node, struct remit_str value)
{
    if (node->op == MATCHES)
        return cluster_regex_matches(node->regex, value);
    for (size_t i = 0; i < node->n_values; i++)
        if (remit_str_equal(node->values[i], value))
            return true;
    return false;
}

static bool version_fits(const struct node *node, const struct ecs_instance *instance)
{
    auto_json struct remit_json *info = NULL;
    struct remit_err ignored;

    if (instance->version_info.len == 0 ||
        remit_json_parse(instance->version_info, CONTROL_STORE_VALUE_MAX, &info, &ignored) != 0)
        return false;
    return ordered(node->op, version_order(remit_json_str(remit_json_get(info, "agentVersion")),
                                           node->values[0]));
}

static bool group_fits(const struct node *node, const struct cluster_facts *facts)
{
    for (size_t i = 0; i < facts->n_groups; i++)
        if (text_fits(node, facts->groups[i]))
            return true;
    return false;
}

/* Without its negation. An attribute that is not there equals nothing. */
static bool holds(const struct node *node, const struct cluster_facts *facts)
{
    const struct ecs_instance *instance = facts->instance;
    const struct ecs_attribute *attribute = NULL;
    int64_t value = 0;

    switch (node->subject) {
    case ATTRIBUTE:
        attribute = ecs_instance_attribute(instance, node->name);
        return attribute != NULL && (node->op == EXISTS || text_fits(node, attribute->value));
    case CONNECTED:
        return text_fits(node, facts->connected ? REMIT_STR("true") : REMIT_STR("false"));
    case EC2_ID:
        return text_fits(node, instance->ec2_id);
    case VERSION:
        return version_fits(node, instance);
    case REGISTERED:
    case RUNNING:
        value = node->subject == RUNNING ? facts->running : (int64_t)instance->registered_at;
        return ordered(node->op, value < node->number ? -1 : value > node->number);
    case GROUP:
        return group_fits(node, facts);
    }
    return false;
}

static bool evaluate(const struct node *node, const struct cluster_facts *facts)
{
    switch (node->kind) {
    case NODE_AND:
        return evaluate(node->left, facts) && evaluate(node->right, facts);
    case NODE_OR:
        return evaluate(node->left, facts) || evaluate(node->right, facts);
    case NODE_NOT:
        return !evaluate(node->left, facts);
    case NODE_CMP:
        return holds(node, facts) != node->negated;
    }
    return false;
}

bool cluster_query_matches(const struct cluster_query *query, const struct cluster_facts *facts)
{
    return evaluate(query->root, facts);
}

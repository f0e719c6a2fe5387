#include <stdlib.h>
#include <string.h>

#include "cli/client.h"
#include "cli/policy/world.h"
#include "common/base/encode.h"

#define IAM_VERSION "2010-05-08"
#define STS_VERSION "2011-06-15"
#define PAGES_MOST  10000
#define ANSWER_MOST ((size_t)32 * 1024 * 1024)
#define NAME_MOST   2048

/* What differs between the two kinds of principals in IAM's operations. */
struct live_kind {
    enum cli_principal_kind kind;
    const char *list, *members; /* "ListRoles", "Roles" */
    const char *get, *element;  /* "GetRole", "Role" */
    const char *name;           /* "RoleName" */
    const char *inline_list, *inline_get;
    const char *attached;
};
static const struct live_kind kinds[] = {
    { CLI_ROLE, "ListRoles", "Roles", "GetRole", "Role", "RoleName", "ListRolePolicies",
      "GetRolePolicy", "ListAttachedRolePolicies" },
    { CLI_USER, "ListUsers", "Users", "GetUser", "User", "UserName", "ListUserPolicies",
      "GetUserPolicy", "ListAttachedUserPolicies" },
};

struct live {
    struct cli_client *client;
    struct cli_world *world;
    const struct live_kind *kind;
    struct cli_principal *principal;
    struct cli_documents managed; /* fetched already, by ARN */
};

/* ---- calls ---- */

static int iam(struct live *l, const char *action, const struct cli_parameter *parameters, size_t n,
               struct remit_arena *arena, const struct cli_xml **out, struct remit_err *err)
{
    const struct cli_xml *answer = NULL;

    TRY(cli_client_query(l->client, "iam", IAM_VERSION, action, parameters, n, arena, &answer,
                         err));
    *out = answer->child; /* "<action>Result" comes first */
    if (*out != NULL && remit_str_ends((*out)->name, REMIT_STR("Result")))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "MalformedXml", "%s: the answer holds no result",
                      action);
}

typedef int member_fn(struct live *l, const struct cli_xml *member, struct remit_err *err);

/* All pages of a list; `name` (may be NULL) says whose. */
static int each_member(struct live *l, const char *action, const char *members, const char *name,
                       member_fn *each, struct remit_err *err)
{
    auto_buf struct remit_buf marker = REMIT_BUF(8192);

    for (size_t page = 0; page < PAGES_MOST; page++) {
        auto_arena struct remit_arena arena = REMIT_ARENA(ANSWER_MOST);
        const struct cli_parameter parameters[] = {
            { l->kind->name, remit_str_of(name) },
            { "Marker", remit_buf_view(&marker) },
        };
        const struct cli_xml *result = NULL;
        const struct cli_xml *list = NULL;

        TRY(iam(l, action, parameters, REMIT_COUNT(parameters), &arena, &result, err));
        list = cli_xml_at(result, members);
        for (const struct cli_xml *m = list != NULL ? list->child : NULL; m != NULL; m = m->next)
            TRY(each(l, m, err));
        if (!remit_str_equal(cli_xml_text(result, "IsTruncated"), REMIT_STR("true")))
            return 0;
        remit_buf_clear(&marker);
        remit_buf_put(&marker, cli_xml_text(result, "Marker"));
        TRY(remit_buf_check(&marker, "a marker", err));
    }
    return remit_fail(err, REMIT_ERR_LIMIT, "TooMany", "%s: more than %d pages", action,
                      PAGES_MOST);
}

/* ---- documents ---- */

/* Percent-encoded, as IAM gives them back. */
static int add_encoded(struct cli_documents *to, const char *name, struct remit_str encoded,
                       enum remit_policy_type type, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(REMIT_POLICY_MAX);

    TRY(remit_uri_decode(encoded, false, &text, err));
    TRY(remit_buf_check(&text, "a policy", err));
    return cli_documents_add(to, name, remit_buf_view(&text), type, err);
}

static int fetch_managed(struct live *l, const char *arn, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ANSWER_MOST);
    struct cli_parameter parameters[] = { { "PolicyArn", remit_str_of(arn) },
                                          { "VersionId", { 0 } } };
    const struct cli_xml *result = NULL;

    TRY(iam(l, "GetPolicy", parameters, 1, &arena, &result, err));
    parameters[1].value = cli_xml_text(result, "Policy/DefaultVersionId");
    TRY(iam(l, "GetPolicyVersion", parameters, 2, &arena, &result, err));
    return add_encoded(&l->managed, arn, cli_xml_text(result, "PolicyVersion/Document"),
                       REMIT_POLICY_IDENTITY, err);
}

/* Fetches it once, however many have it attached. */
static int find_managed(struct live *l, const char *arn, struct remit_str *text,
                        struct remit_err *err)
{
    size_t i = 0;

    while (i < l->managed.n && strcmp(l->managed.all[i].name, arn) != 0)
        i++;
    if (i == l->managed.n)
        TRY(fetch_managed(l, arn, err));
    *text = l->managed.all[i].text;
    return 0;
}

static int add_managed(struct live *l, struct remit_str arn, enum remit_layer layer,
                       enum remit_policy_type type, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(NAME_MOST + 64);
    struct remit_str name = remit_arena_str(&arena, remit_str_sub(arn, 0, NAME_MOST));
    struct remit_str text = { 0 };

    TRY(remit_arena_check(&arena, "a policy's ARN", err));
    TRY(find_managed(l, name.ptr, &text, err));
    return cli_documents_add(&l->principal->own.layers[layer], name.ptr, text, type, err);
}

static int take_attached(struct live *l, const struct cli_xml *member, struct remit_err *err)
{
    return add_managed(l, cli_xml_text(member, "PolicyArn"), REMIT_LAYER_IDENTITY,
                       REMIT_POLICY_IDENTITY, err);
}

static int take_inline(struct live *l, const struct cli_xml *member, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ANSWER_MOST);
    const struct cli_parameter parameters[] = {
        { l->kind->name, remit_str_of(l->principal->name) },
        { "PolicyName", member->text },
    };
    const struct cli_xml *result = NULL;
    struct remit_str name = remit_arena_fmt(&arena, "%s/" REMIT_STR_FMT, l->principal->arn,
                                            REMIT_STR_ARG(member->text));

    TRY(remit_arena_check(&arena, "a policy's name", err));
    TRY(iam(l, l->kind->inline_get, parameters, REMIT_COUNT(parameters), &arena, &result, err));
    return add_encoded(&l->principal->own.layers[REMIT_LAYER_IDENTITY], name.ptr,
                       cli_xml_text(result, "PolicyDocument"), REMIT_POLICY_IDENTITY, err);
}

/* ---- principals ---- */

/* Trust policy and boundary: lists leave the boundary out. */
static int take_details(struct live *l, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ANSWER_MOST);
    const struct cli_parameter parameter = { l->kind->name, remit_str_of(l->principal->name) };
    const struct cli_xml *result = NULL;
    struct remit_str trust, boundary;

    TRY(iam(l, l->kind->get, &parameter, 1, &arena, &result, err));
    result = cli_xml_at(result, l->kind->element);
    trust = cli_xml_text(result, "AssumeRolePolicyDocument");
    boundary = cli_xml_text(result, "PermissionsBoundary/PermissionsBoundaryArn");
    if (trust.len > 0)
        TRY(add_encoded(&l->principal->trust, l->principal->arn, trust, REMIT_POLICY_TRUST, err));
    if (boundary.len > 0)
        return add_managed(l, boundary, REMIT_LAYER_BOUNDARY, REMIT_POLICY_BOUNDARY, err);
    return 0;
}

static int take_principal(struct live *l, const struct cli_xml *member, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(4 * NAME_MOST);
    struct remit_str arn = remit_arena_str(&arena, cli_xml_text(member, "Arn"));
    struct remit_str name = remit_arena_str(&arena, cli_xml_text(member, l->kind->name));

    TRY(remit_arena_check(&arena, "a principal's name", err));
    TRY(cli_world_add_principal(l->world, l->kind->kind, arn.ptr, name.ptr, &l->principal, err));
    TRY(take_details(l, err));
    TRY(each_member(l, l->kind->inline_list, "PolicyNames", l->principal->name, take_inline, err));
    TRY(each_member(l, l->kind->attached, "AttachedPolicies", l->principal->name, take_attached,
                    err));
    return cli_policies_seal(&l->principal->own, err);
}

static int read_account(struct live *l, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ANSWER_MOST);
    const struct cli_xml *answer = NULL;
    struct remit_str account = { 0 };

    TRY(cli_client_query(l->client, "sts", STS_VERSION, "GetCallerIdentity", NULL, 0, &arena,
                         &answer, err));
    account = cli_xml_text(answer, "GetCallerIdentityResult/Account");
    if (account.len != 12)
        return remit_fail(err, REMIT_ERR_INVALID, "MalformedXml",
                          "GetCallerIdentity: the account is '" REMIT_STR_FMT "'",
                          REMIT_STR_ARG(remit_str_sub(account, 0, 64)));
    memcpy(l->world->account, account.ptr, 12);
    return 0;
}

static int load(struct live *l, struct remit_err *err)
{
    TRY(read_account(l, err));
    for (size_t i = 0; i < REMIT_COUNT(kinds); i++) {
        l->kind = &kinds[i];
        TRY(each_member(l, kinds[i].list, kinds[i].members, NULL, take_principal, err));
    }
    return 0;
}

int cli_world_from_control(struct cli_client *client, struct cli_world *out, struct remit_err *err)
{
    struct live l = { .client = client, .world = out };
    int result = load(&l, err);

    cli_documents_drop(&l.managed);
    return result;
}

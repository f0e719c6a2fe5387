#include "control/ops/iam.h"

#include "common/base/encode.h"

void iam_put_document(struct control_call *call, const char *name, struct remit_str document)
{
    struct remit_buf text = REMIT_BUF(3 * document.len + 1);

    remit_uri_put(&text, document, false);
    control_put_str(call, name, remit_buf_view(&text));
    remit_buf_drop(&text);
}

static void put_tags(struct control_call *call, const struct iam_tag *tags, size_t n)
{
    if (n == 0)
        return;
    control_begin_list(call, "Tags");
    for (size_t i = 0; i < n; i++) {
        control_begin_structure(call, NULL);
        control_put_str(call, "Key", tags[i].key);
        control_put_str(call, "Value", tags[i].value);
        control_end(call);
    }
    control_end(call);
}

static void put_boundary(struct control_call *call, struct remit_str boundary)
{
    if (boundary.len == 0)
        return;
    control_begin_structure(call, "PermissionsBoundary");
    control_put_cstr(call, "PermissionsBoundaryType", "Policy");
    control_put_str(call, "PermissionsBoundaryArn", boundary);
    control_end(call);
}

static void put_role_only(struct control_call *call, const struct iam_principal_record *record,
                          enum iam_detail detail)
{
    iam_put_document(call, "AssumeRolePolicyDocument", record->trust);
    if (record->description.len > 0)
        control_put_str(call, "Description", record->description);
    control_put_int(call, "MaxSessionDuration", record->max_session_s);
    if (detail == IAM_WHOLE) {
        control_begin_structure(call, "RoleLastUsed"); /* empty: no use is recorded */
        control_end(call);
    }
}

/* Lists leave out boundary and tags (supporting-apis.md 7.2). */
void iam_put_principal(struct control_call *call, const char *name,
                       const struct iam_principal_record *record, enum iam_detail detail)
{
    control_begin_structure(call, name);
    control_put_str(call, "Path", record->path);
    control_put_str(call, record->is_role ? "RoleName" : "UserName", record->name);
    control_put_str(call, record->is_role ? "RoleId" : "UserId", record->id);
    control_put_str(call, "Arn", record->arn);
    control_put_time(call, "CreateDate", (double)record->created_at);
    if (record->is_role)
        put_role_only(call, record, detail);
    if (detail == IAM_WHOLE) {
        put_boundary(call, record->boundary);
        put_tags(call, record->tags, record->n_tags);
    }
    control_end(call);
}

void iam_put_policy(struct control_call *call, const char *name,
                    const struct iam_policy_record *record, const struct iam_policy_usage *usage,
                    enum iam_detail detail)
{
    control_begin_structure(call, name);
    control_put_str(call, "PolicyName", record->name);
    control_put_str(call, "PolicyId", record->id);
    control_put_str(call, "Arn", record->arn);
    control_put_str(call, "Path", record->path);
    control_put_str(call, "DefaultVersionId", record->default_version);
    control_put_int(call, "AttachmentCount", usage->attached);
    control_put_int(call, "PermissionsBoundaryUsageCount", usage->boundaries);
    control_put_bool(call, "IsAttachable", true);
    control_put_time(call, "CreateDate", (double)record->created_at);
    control_put_time(call, "UpdateDate", (double)record->updated_at);
    if (detail == IAM_WHOLE) {
        if (record->description.len > 0)
            control_put_str(call, "Description", record->description);
        put_tags(call, record->tags, record->n_tags);
    }
    control_end(call);
}

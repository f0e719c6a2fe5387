#include "tests/control/http/face.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/os/file.h"
#include "control/iam_write.h"
#include "control/keeper/client.h"

struct face face;
struct remit_err face_err;
struct remit_buf face_out;
bool face_handled;

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct remit_err err = { 0 };                                                              \
                                                                                                   \
        cr_assert(0 == (call), "%s: %s", err.code, err.text);                                      \
    } while (0)

void face_open(void)
{
    face.config = (struct control_config){
        .account = REMIT_STR(FACE_ACCOUNT),
        .region = REMIT_STR("eu-west-1"),
        .partition = REMIT_STR("aws"),
        .endpoint = REMIT_STR("http://127.0.0.1:4599"),
    };
    remit_arena_init(&face.arena, CONTROL_ARENA_MAX);
    remit_buf_init_secret(&face_out, (size_t)4 * 1024 * 1024);
    (void)snprintf(face.folder, sizeof(face.folder), "/tmp/remit-face.XXXXXX");
    cr_assert(mkdtemp(face.folder) != NULL);
    (void)snprintf(face.log, sizeof(face.log), "%s/audit.log", face.folder);
    OK(control_store_ram_open(&face.store, &err));
    OK(control_audit_open(face.log, &face.audit, &err));
    OK(control_server_init(&face.server, &face.config, face.store, NULL, face.audit, &err));
}

void face_keeper(void)
{
    const struct keeper_client_spec spec = { .state_dir = face.folder,
                                             .account = face.config.account,
                                             .region = face.config.region };

    OK(keeper_client_open(&spec, &face.keeper, &err));
    face.server.keeper = face.keeper;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

void face_close(void)
{
    control_server_clear(&face.server);
    keeper_client_drop(&face.keeper);
    control_audit_drop(&face.audit);
    control_store_drop(&face.store);
    remit_arena_drop(&face.arena);
    remit_buf_drop(&face_out);
    (void)nftw(face.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- principals ---- */

static struct remit_str text_or(const char *text, const char *otherwise)
{
    return remit_str_of(text != NULL ? text : otherwise);
}

static void put_principal(const struct face_principal *p, bool is_role)
{
    struct iam_policy_text inline_policy = { .name = REMIT_STR("inline"),
                                             .document = text_or(p->policy, "") };
    struct remit_str attached = text_or(p->attached, "");
    struct iam_tag tag = { text_or(p->tag_key, ""), text_or(p->tag_value, "") };
    struct control_store_txn *txn = REMIT_NEW(&face.arena, struct control_store_txn);
    struct iam_principal_record record = {
        .is_role = is_role,
        .name = remit_str_of(p->name),
        .path = REMIT_STR("/"),
        .id = remit_arena_fmt(&face.arena, "%s%s", is_role ? "AROA" : "AIDA",
                              p->id != NULL ? p->id : p->name),
        .arn = remit_arena_fmt(&face.arena, "arn:aws:iam::" FACE_ACCOUNT ":%s/%s",
                               is_role ? "role" : "user", p->name),
        .created_at = FACE_NOW,
        .max_session_s = 3600,
        .trust = text_or(p->trust, ""),
        .boundary = text_or(p->boundary, ""),
        .inline_policies = &inline_policy,
        .n_inline = p->policy != NULL,
        .attached = &attached,
        .n_attached = p->attached != NULL,
        .tags = &tag,
        .n_tags = p->tag_key != NULL,
    };

    OK(iam_principal_put(txn, &record, &face.arena, &err));
    OK(control_store_commit(face.store, txn, NULL, &err));
}

void face_user(const struct face_principal *user)
{
    put_principal(user, false);
}

void face_role(const struct face_principal *role)
{
    put_principal(role, true);
}

void face_remove(bool is_role, const char *name)
{
    struct iam_principal_record record;
    struct control_store_txn *txn = REMIT_NEW(&face.arena, struct control_store_txn);

    if (is_role)
        OK(iam_role_read(face.store, remit_str_of(name), &face.arena, &record, &err));
    else
        OK(iam_user_read(face.store, remit_str_of(name), &face.arena, &record, &err));
    OK(iam_principal_remove(txn, &record, &face.arena, &err));
    OK(control_store_commit(face.store, txn, NULL, &err));
}

/* ---- calls ---- */

void face_call(struct control_call *call, const struct control_operation *row)
{
    control_call_init(call, &face.server, &face.arena, FACE_NOW);
    call->operation = row;
}

void face_as_user(struct control_call *call, const char *name)
{
    call->caller = (struct control_caller){
        .kind = CONTROL_CALLER_USER,
        .account = face.config.account,
        .arn = remit_arena_fmt(&face.arena, "arn:aws:iam::" FACE_ACCOUNT ":user/%s", name),
        .user_id = remit_arena_fmt(&face.arena, "AIDA%s", name),
        .access_key_id = REMIT_STR("AKIAEXAMPLE"),
        .user_name = remit_str_of(name),
    };
}

void face_as_session(struct control_call *call, const char *role, const char *session)
{
    call->caller = (struct control_caller){
        .kind = CONTROL_CALLER_SESSION,
        .account = face.config.account,
        .arn = remit_arena_fmt(&face.arena, "arn:aws:sts::" FACE_ACCOUNT ":assumed-role/%s/%s",
                               role, session),
        .user_id = remit_arena_fmt(&face.arena, "AROA%s:%s", role, session),
        .access_key_id = REMIT_STR("ASIAEXAMPLE"),
        .role_arn = remit_arena_fmt(&face.arena, FACE_ROLE("%s"), role),
        .role_name = remit_str_of(role),
        .session_name = remit_str_of(session),
        .purpose = REMIT_STR("assumed"),
        .issued_at = FACE_NOW - 60,
        .expires_at = FACE_NOW + 3540,
    };
}

void face_as_root(struct control_call *call)
{
    call->caller = (struct control_caller){
        .kind = CONTROL_CALLER_ROOT,
        .account = face.config.account,
        .arn = REMIT_STR("arn:aws:iam::" FACE_ACCOUNT ":root"),
        .user_id = face.config.account,
        .access_key_id = REMIT_STR("AKIAROOT"),
    };
}

int face_run(struct control_call *call)
{
    face_err = (struct remit_err){ 0 };
    face_handled = false;
    remit_buf_clear(&face_out);
    return control_run(call, &face_out, &face_err);
}

int face_handle(struct control_call *call, struct remit_err *err)
{
    (void)err;
    face_handled = true;
    control_put_cstr(call, "answer", "yes");
    return 0;
}

/* ---- the audit log ---- */

static size_t walk(const char *kind, struct remit_json **last)
{
    struct remit_buf log = REMIT_BUF((size_t)16 * 1024 * 1024);
    struct remit_str rest, line;
    size_t n = 0;

    OK(remit_file_read(face.log, &log, &err));
    rest = remit_buf_view(&log);
    while (remit_str_cut(&rest, '\n', &line)) {
        struct remit_json *record = NULL;

        OK(remit_json_parse(line, line.len, &record, &err));
        if (!remit_str_equal(face_at(record, "kind"), remit_str_of(kind))) {
            remit_json_drop(&record);
            continue;
        }
        n++;
        remit_json_drop(last);
        *last = record;
    }
    remit_buf_drop(&log);
    return n;
}

const struct remit_json *face_record(const char *kind)
{
    static struct remit_json *last;

    cr_assert(walk(kind, &last) > 0, "no record of kind %s", kind);
    return last;
}

size_t face_records(const char *kind)
{
    struct remit_json *last = NULL;
    size_t n = walk(kind, &last);

    remit_json_drop(&last);
    return n;
}

struct remit_str face_at(const struct remit_json *record, const char *path)
{
    struct remit_str rest = remit_str_of(path);
    struct remit_str part;
    unsigned long long i = 0;

    while (rest.len > 0) {
        (void)remit_str_cut(&rest, '.', &part);
        if (remit_json_type(record) == REMIT_JSON_ARRAY && remit_str_to_u64(part, 1000, &i))
            record = remit_json_at(record, (size_t)i);
        else
            record = remit_json_get_str(record, part);
    }
    return remit_json_str(record);
}

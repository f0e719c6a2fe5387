#include "tests/control/keeper/tools.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/fd.h"

char folder[FOLDER_TEXT];
struct keeper_client *client;

struct keeper_client *open_client(void)
{
    const struct keeper_client_spec spec = { .state_dir = folder,
                                             .account = REMIT_STR("111122223333"),
                                             .region = REMIT_STR("eu-central-1") };
    struct keeper_client *opened = NULL;
    struct remit_err err = { 0 };

    cr_assert(keeper_client_open(&spec, &opened, &err) == 0, "%s", err.text);
    return opened;
}

void keeper_begin(void)
{
    folder_make("keeper", folder);
    client = open_client();
}

void keeper_end(void)
{
    keeper_client_drop(&client);
    folder_remove(folder);
}

size_t read_proc(pid_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    auto_fd int fd = -1;
    ssize_t n = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

pid_t find_keeper(void)
{
    char text[512];
    char *list = NULL;

    (void)snprintf(text, sizeof(text), "task/%d/children", (int)getpid());
    char children[4096];
    if (read_proc(getpid(), text, children, sizeof(children)) == 0)
        return 0;
    for (char *word = strtok_r(children, " ", &list); word != NULL;
         word = strtok_r(NULL, " ", &list)) {
        pid_t pid = (pid_t)atoi(word);

        (void)read_proc(pid, "comm", text, sizeof(text));
        if (strcmp(text, "remit-keeper\n") == 0)
            return pid;
    }
    return 0;
}

void kill_keeper(void)
{
    pid_t pid = find_keeper();
    siginfo_t about;

    cr_assert(pid > 0);
    cr_assert(kill(pid, SIGKILL) == 0);
    cr_assert(waitid(P_PID, (id_t)pid, &about, WEXITED | WNOWAIT) == 0);
}

struct remit_str today(char out[REMIT_TIME_TEXT])
{
    return remit_str_sub(remit_str_of(remit_time_amz(remit_clock_now_at(), out)), 0, 8);
}

int sign_as(struct remit_str id, struct remit_str ciphertext, struct remit_secret *out,
            struct remit_err *err)
{
    char time[REMIT_TIME_TEXT];

    return keeper_client_signing_key(client, id, ciphertext, today(time), REMIT_STR("eu-central-1"),
                                     REMIT_STR("ecs"), out, err);
}

void must_create(enum keeper_key_kind kind, struct keeper_created *out)
{
    struct remit_err err = { 0 };

    cr_assert(keeper_client_create(client, kind, out, &err) == 0, "%s", err.text);
}

struct keeper_session session(void)
{
    return (struct keeper_session){
        .subject = REMIT_STR("arn:aws:sts::111122223333:assumed-role/web/0123"),
        .role = REMIT_STR("arn:aws:iam::111122223333:role/web"),
        .purpose = REMIT_STR("task"),
        .caller_proof = REMIT_STR("link"),
        .extra = REMIT_STR("{\"id\":\"AROA1\"}"),
        .issued_at = remit_clock_now_at(),
        .duration_s = 3600,
    };
}

void must_mint(struct keeper_minted *out)
{
    struct keeper_session wanted = session();
    struct remit_err err = { 0 };

    cr_assert(keeper_client_mint(client, &wanted, out, &err) == 0, "%s", err.text);
}

int verify(const struct keeper_minted *minted, struct remit_token_claims *claims,
           struct remit_arena *arena, struct remit_err *err)
{
    return remit_token_verify(remit_secret_view(&minted->session_token),
                              keeper_client_token_keys(client), REMIT_STR(KEEPER_TOKEN_ISSUER),
                              remit_clock_now_at(), arena, claims, err);
}

bool verifies(const struct keeper_minted *minted)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    return verify(minted, &claims, &arena, &err) == 0;
}

bool is_id(const char *id, const char *prefix)
{
    return strlen(id) == 20 && strncmp(id, prefix, 4) == 0 &&
           strspn(id + 4, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == 16;
}

void expect_unknown(struct remit_str id, struct remit_str ciphertext, const char *name)
{
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_err err = { 0 };

    cr_expect(sign_as(id, ciphertext, &key, &err) == -1, "%s", name);
    cr_expect(err.kind == REMIT_ERR_UNAUTHENTICATED && remit_err_is(&err, "InvalidClientTokenId"),
              "%s: %s", name, err.text);
}

#include "agent/pause_image.h"

#include <stdio.h>

#include "common/os/file.h"
#include "iam/crypto.h"

#define PROGRAM_MAX ((size_t)8 * 1024 * 1024)
#define TAR_BLOCK   512
#define REPO        "remit-pause"
#define HASH_SHOWN  32 /* hex digits */

/* [pax, ustar interchange format] offsets and lengths of a header's fields. */
struct ustar {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[6];
    char version[2];
    char user[32];
    char group[32];
    char major[8];
    char minor[8];
    char prefix[155];
    char rest[12];
};
_Static_assert(sizeof(struct ustar) == TAR_BLOCK, "a header is one block");

/* The sum of all bytes with the checksum itself read as blanks. */
static void put_checksum(struct ustar *head)
{
    const unsigned char *bytes = (const unsigned char *)head;
    unsigned sum = 0;

    memset(head->checksum, ' ', sizeof(head->checksum));
    for (size_t i = 0; i < sizeof(*head); i++)
        sum += bytes[i];
    (void)snprintf(head->checksum, sizeof(head->checksum), "%06o", sum);
}

int agent_tar_one(const char *name, struct remit_str bytes, struct remit_buf *out,
                  struct remit_err *err)
{
    static const char zeros[2 * TAR_BLOCK];
    struct ustar head = { .type = '0', .magic = "ustar", .version = { '0', '0' } };

    REMIT_REQUIRE(strlen(name) < sizeof(head.name));
    (void)snprintf(head.name, sizeof(head.name), "%s", name);
    (void)snprintf(head.mode, sizeof(head.mode), "%07o", 0755U);
    (void)snprintf(head.uid, sizeof(head.uid), "%07o", 0U);
    (void)snprintf(head.gid, sizeof(head.gid), "%07o", 0U);
    (void)snprintf(head.size, sizeof(head.size), "%011llo", (unsigned long long)bytes.len);
    (void)snprintf(head.mtime, sizeof(head.mtime), "%011o", 0U);
    put_checksum(&head);
    remit_buf_put(out, remit_str_from((const char *)&head, sizeof(head)));
    remit_buf_put(out, bytes);
    if (bytes.len % TAR_BLOCK != 0)
        remit_buf_put(out, remit_str_from(zeros, TAR_BLOCK - bytes.len % TAR_BLOCK));
    remit_buf_put(out, remit_str_from(zeros, sizeof(zeros))); /* two empty blocks end it */
    return remit_buf_check(out, "an image's archive", err);
}

int agent_pause_image(struct agent_engine *engine, const char *program, struct remit_buf *name,
                      struct remit_err *err)
{
    auto_buf struct remit_buf bytes = REMIT_BUF(PROGRAM_MAX);
    auto_buf struct remit_buf tar = REMIT_BUF(PROGRAM_MAX + 4 * TAR_BLOCK);
    struct remit_err why = { 0 };
    char hash[REMIT_SHA256_HEX];
    char tag[HASH_SHOWN + 1];

    TRY(remit_file_read(program, &bytes, err));
    remit_crypto_sha256_hex(remit_buf_view(&bytes), hash);
    (void)snprintf(tag, sizeof(tag), "%.*s", HASH_SHOWN, hash);
    remit_buf_clear(name);
    remit_buf_put_fmt(name, REPO ":%s", tag);
    TRY(remit_buf_check(name, "an image's name", err));
    if (agent_engine_image(engine, remit_buf_cstr(name), NULL, &why) == 0)
        return 0;
    if (why.kind != REMIT_ERR_NOT_FOUND) {
        *err = why;
        return -1;
    }
    TRY(agent_tar_one("pause", remit_buf_view(&bytes), &tar, err));
    return agent_engine_import(engine, REPO, tag, "[\"/pause\"]", remit_buf_view(&tar), err);
}

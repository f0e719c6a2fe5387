#include "tests/control/store/backend_lmdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct control_store *store;
char directory[64];

/* On memory: most tests are about meaning; those about the disk sync as much as they like. */
void backend_make_directory(void)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    (void)snprintf(directory, sizeof(directory), "%s/remit-store-XXXXXX", base);
    cr_assert(mkdtemp(directory) != NULL);
}

void backend_remove_directory(void)
{
    static const char *const files[] = { "data.mdb", "lock.mdb" };

    for (size_t i = 0; i < REMIT_COUNT(files); i++) {
        char path[96];

        (void)snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
        (void)unlink(path);
    }
    cr_expect(rmdir(directory) == 0, "one file pair and nothing else in %s", directory);
}

void backend_reopen(size_t max_bytes)
{
    struct remit_err err = { 0 };

    control_store_drop(&store);
    cr_assert(control_store_lmdb_open(directory, max_bytes, &store, &err) == 0, "%s", err.text);
}

void backend_open(void)
{
    backend_make_directory();
    backend_reopen(0);
}

void backend_close(void)
{
    control_store_drop(&store);
    backend_remove_directory();
    remit_arena_drop(arena_here());
}

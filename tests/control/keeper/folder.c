#include "tests/control/keeper/folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#define OPEN_AT_ONCE 16

void folder_make(const char *word, char out[FOLDER_TEXT])
{
    (void)snprintf(out, FOLDER_TEXT, "/tmp/remit-%s-XXXXXX", word);
    cr_assert(mkdtemp(out) != NULL);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

void folder_remove(const char *path)
{
    (void)nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
}

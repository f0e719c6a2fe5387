#include "control/store/store.h"

int control_store_open(const char *name, const char *directory, struct control_store **out,
                       struct remit_err *err)
{
    if (strcmp(name, "ram") == 0)
        return control_store_ram_open(out, err);
    if (strcmp(name, "lmdb") == 0)
        return control_store_lmdb_open(directory, 0, out, err);
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidStore",
                      "no store is called \"%.64s\": ram, lmdb", name);
}

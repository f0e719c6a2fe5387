#include "tests/control/store/conformance.h"

struct control_store *store;

void backend_open(void)
{
    struct remit_err err = { 0 };

    cr_assert(control_store_ram_open(&store, &err) == 0, "%s", err.text);
}

void backend_close(void)
{
    control_store_drop(&store);
    remit_arena_drop(arena_here());
}

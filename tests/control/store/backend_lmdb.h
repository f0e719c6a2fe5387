/* backend_lmdb.h - what only tests of the store in a file need besides the conformance suite. */
#pragma once

#include "tests/control/store/conformance.h"

extern char directory[64];
void backend_make_directory(void);
void backend_remove_directory(void);
void backend_reopen(size_t max_bytes);

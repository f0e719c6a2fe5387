/*
 * folder.h - the names in a folder.
 *
 * Errors: INTERNAL with the errno. A folder that is not there has no names.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

/* Not those that begin with a dot. */
int agent_folder_each(const char *path, void (*each)(void *self, struct remit_str name), void *self,
                      struct remit_err *err) REMIT_MUST_USE;
/* Removes the files in it, no deeper, and the folder. */
int agent_folder_remove(const char *path, struct remit_err *err) REMIT_MUST_USE;

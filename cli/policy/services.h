/*
 * services.h - the descriptions of services that `lint` and `actions` know: those built in, and
 * those of a folder, which replace them.
 */
#pragma once

#include <remit/services.h>

/*
 * `folder` may be NULL: those built in. All *.json files of the folder are read, so AWS's own can
 * be dropped there.
 * Errors: NOT_FOUND for the folder, those of remit_services_add() with the file's name in front.
 */
int cli_services_load(const char *folder, struct remit_services **out,
                      struct remit_err *err) REMIT_MUST_USE;

/*
 * services.h - descriptions of services: the folder services/, built in.
 *
 * In the layout of AWS's service reference; remit/services.h reads them.
 *
 * Ownership: constants. Order: by name.
 */
#pragma once

#include <stddef.h>

struct policies_service {
    const char *name; /* "ecs" */
    const char *document;
    size_t len; /* bytes of document */
};
extern const struct policies_service policies_service[];
extern const size_t policies_service_count;

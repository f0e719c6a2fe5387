/*
 * long_name.h - names that may be longer than a store key: kept in order by their start, and told
 * apart by a hash.
 *
 * A name of at most CONTROL_LONG_NAME_START bytes is its own start, and has no hash. In a key the
 * two are joined by '~', which escaping never writes ("/ssm/parameter/%~%"): no short name is
 * another's start and hash. A scan for a prefix uses the first CONTROL_LONG_NAME_START bytes of it
 * and then compares the whole names, which the records hold.
 */
#pragma once

#include <remit/str.h>

#define CONTROL_LONG_NAME_START 120 /* bytes, each three when escaped */

struct control_long_name {
    struct remit_str start; /* borrowed from the name */
    struct remit_str hash;  /* borrowed from `hex` */
    char hex[64];
};

void control_long_name(struct remit_str name, struct control_long_name *out);

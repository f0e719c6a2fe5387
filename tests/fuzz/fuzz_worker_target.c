/* Paths and queries as containers send them: an id is always a part of what came. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "metadata/worker/serve.h"
#include "metadata/worker/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(struct remit_str part, struct remit_str whole)
{
    return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str query = { (const char *)data, size };
    struct remit_str path;
    struct worker_target target;

    (void)remit_str_cut(&query, '?', &path);
    target = worker_target_of(path, query);
    if (target.route == NULL || !within(target.id, target.v1 ? query : path))
        abort();
    if (target.route->subject == WORKER_NOTHING && target.id.len != 0)
        abort();
    if (worker_host_is_ours(path) && !remit_str_starts(path, REMIT_STR("169.254.170.2")) &&
        !remit_str_starts(path, REMIT_STR("[fd00:ec2::23]")) &&
        !remit_str_starts(path, REMIT_STR("127.")) && !remit_str_starts(path, REMIT_STR("[::1]")))
        abort();
    return 0;
}

#include "agent/netmode.h"

#include "agent/opener/frames.h"

const struct agent_netmode agent_netmodes[] = {
    {
        .name = "bridge",
        .engine = "bridge",
        .pause = true,
        .place = OPENER_IN_CONTAINER,
        .proof = "link",
        .publishes = true,
    },
    {
        .name = "none",
        .engine = "none",
        .pause = true,
        .place = OPENER_IN_CONTAINER,
        .proof = "link",
    },
    {
        .name = "host",
        .engine = "host",
        .shares = true,
        .place = OPENER_IN_HOST,
        .worker = "host",
        .proof = "token",
    },
};
const size_t agent_netmodes_count = REMIT_COUNT(agent_netmodes);

int agent_netmode_find(struct remit_str name, const struct agent_netmode **out,
                       struct remit_err *err)
{
    if (name.len == 0)
        name = REMIT_STR("bridge");
    for (size_t i = 0; i < agent_netmodes_count; i++) {
        if (!remit_str_equal(name, remit_str_of(agent_netmodes[i].name)))
            continue;
        *out = &agent_netmodes[i];
        return 0;
    }
    return remit_fail(err, REMIT_ERR_INVALID, "UnsupportedNetworkMode",
                      "network mode '%.*s': this agent has bridge, none and host",
                      (int)(name.len < 64 ? name.len : 64), name.ptr);
}

/*
 * frames.h - the arrow from the agent to its opener: one question, two answers.
 *
 * The channel is a SEQPACKET socket that the opener inherits as descriptor 3; frames are those of
 * common/os/frame.h. A question is answered before the next one is read.
 *
 *   listen    agent -> opener   a network namespace, and whether it is the host's
 *   listening opener -> agent   two listening TCP sockets on 169.254.170.2: port 80, port 8081
 *   failed    opener -> agent   an error's kind, errno and sentence; nothing was left behind
 *
 * Listening sockets stand in a namespace of their own whose only neighbour is the given one; they
 * alone keep it alive. When both are closed, namespace, link and routes are gone.
 *
 * In a container's namespace the link is called OPENER_CONTAINER_LINK, has 169.254.170.3/31, and
 * 169.254.169.254/32 and fd00:ec2::254/128 become blackholes. In the host's namespace the link is
 * OPENER_HOST_LINK and nothing is blackholed: other programs of the host live there too.
 *
 * Ownership: descriptors in a frame belong to its reader (remit_frame_clear() closes them).
 */
#pragma once

#include <stdint.h>

#include <remit/str.h>

#include "common/os/frame.h"

#define OPENER_ADDRESS        "169.254.170.2" /* where containers look: [task-endpoints 1.8] */
#define OPENER_PEER_ADDRESS   "169.254.170.3" /* the container's end of the link */
#define OPENER_PREFIX_BITS    31
#define OPENER_WEB_PORT       80
#define OPENER_RELAY_PORT     8081
#define OPENER_CONTAINER_LINK "ecs-eth0" /* as in ECS's awsvpc mode: [task-endpoints 6.2] */
#define OPENER_HOST_LINK      "remit-host"
#define OPENER_FD             3 /* the channel, in the opener */

enum opener_place {
    OPENER_IN_CONTAINER = 0,
    OPENER_IN_HOST = 1,
};

struct opener_listen {
    int netns;
    uint8_t place; /* enum opener_place */
};

struct opener_listening {
    int web;
    int relay;
};

struct opener_failed {
    uint8_t kind; /* enum remit_err_kind */
    uint32_t os;  /* errno, or 0 */
    struct remit_str text;
};

extern const struct remit_frame_type opener_listen_frame;
extern const struct remit_frame_type opener_listening_frame;
extern const struct remit_frame_type opener_failed_frame;

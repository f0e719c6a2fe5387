/*
 * frame_again.h - the invariant of every frame: a packet that is a frame is the one packet that
 * its struct is written as.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "common/os/frame_internal.h"

static inline void frame_again(const uint8_t *data, size_t size,
                               const struct remit_frame_type *const *types, size_t n_types)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    auto_buf struct remit_buf again = REMIT_BUF_SECRET(REMIT_FRAME_MAX);
    struct remit_str packet = { (const char *)data, size };
    struct remit_frame_fds fds = { .count = 0 };
    const struct remit_frame_type *which = NULL;
    struct remit_err err = { 0 };
    void *frame = NULL;

    if (size > REMIT_FRAME_MAX)
        return;
    if (remit_frame_decode(packet, types, n_types, &arena, &which, &frame, &err) != 0) {
        if (err.kind == REMIT_ERR_NONE)
            abort();
        return;
    }
    if (remit_frame_encode(which, frame, &again, &fds, &err) != 0 || fds.count != 0 ||
        !remit_str_equal(remit_buf_view(&again), packet))
        abort();
    remit_frame_clear(which, frame);
}

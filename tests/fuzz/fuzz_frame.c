/* A packet that is a frame is the one packet that its struct is written as. */
#include <stdint.h>
#include <stdlib.h>

#include "common/os/frame_internal.h"
#include "common/os/frames_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct remit_frame_type *const types[] = {
    &remit_frame_attached, &remit_frame_task,
    &remit_frame_document, &remit_frame_credentials,
    &remit_frame_detach,   &remit_frame_adopt,
    &remit_frame_ready,    &remit_frame_adopted,
    &remit_frame_served,   &remit_frame_attach /* needs descriptors: always refused */,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    auto_buf struct remit_buf again = REMIT_BUF(REMIT_FRAME_MAX);
    struct remit_str packet = { (const char *)data, size };
    struct remit_frame_fds fds = { .count = 0 };
    const struct remit_frame_type *which = NULL;
    struct remit_err err = { 0 };
    void *frame = NULL;

    if (size > REMIT_FRAME_MAX)
        return 0;
    if (remit_frame_decode(packet, types, REMIT_COUNT(types), &arena, &which, &frame, &err) != 0) {
        if (err.kind == REMIT_ERR_NONE)
            abort();
        return 0;
    }
    if (remit_frame_encode(which, frame, &again, &fds, &err) != 0 || fds.count != 0 ||
        !remit_str_equal(remit_buf_view(&again), packet))
        abort();
    remit_frame_clear(which, frame);
    return 0;
}

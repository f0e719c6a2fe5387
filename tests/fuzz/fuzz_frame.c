/* Frames between the agent and what serves containers. */
#include "common/os/frames_metadata.h"
#include "tests/fuzz/frame_again.h"

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
    frame_again(data, size, types, REMIT_COUNT(types));
    return 0;
}

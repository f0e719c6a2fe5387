/* Frames between control and its keeper: the questions and their answers. */
#include "control/keeper/frames.h"
#include "tests/fuzz/frame_again.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct remit_frame_type *const types[] = {
    &keeper_frame_create,   &keeper_frame_sign,    &keeper_frame_data,   &keeper_frame_mint,
    &keeper_frame_registry, &keeper_frame_retire,  &keeper_frame_rotate, &keeper_frame_keys,
    &keeper_frame_created,  &keeper_frame_derived, &keeper_frame_minted, &keeper_frame_registered,
    &keeper_frame_done,     &keeper_frame_failed,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    frame_again(data, size, types, REMIT_COUNT(types));
    return 0;
}

/*
 * frame_internal.h - between frame.c (sockets) and frame_body.c (bytes).
 *
 * Ownership: decoding moves each descriptor that the frame names out of `fds` (leaving -1); what
 *            stays there is closed by remit_frame_fds_drop().
 */
#pragma once

#include "common/base/buf.h"
#include "common/os/frame.h"

struct remit_frame_fds {
    int fd[REMIT_FRAME_FDS_MAX];
    size_t count;
};
void remit_frame_fds_drop(struct remit_frame_fds *fds);

/* Fills `fds` with the frame's descriptors, borrowed. */
int remit_frame_encode(const struct remit_frame_type *type, const void *frame,
                       struct remit_buf *packet, struct remit_frame_fds *fds,
                       struct remit_err *err) REMIT_MUST_USE;
int remit_frame_decode_with(struct remit_str packet, struct remit_frame_fds *fds,
                            const struct remit_frame_type *const *types, size_t n_types,
                            struct remit_arena *arena, const struct remit_frame_type **which,
                            void **frame, struct remit_err *err) REMIT_MUST_USE;
int remit_frame_malformed(struct remit_err *err, const char *fmt, ...) REMIT_PRINTF(2, 3);

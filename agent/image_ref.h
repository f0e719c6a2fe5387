/*
 * image_ref.h - an image's name taken apart: [host[:port]/]path[:tag][@digest].
 *
 * The first part is a registry when it holds a dot or a colon or is "localhost", as Docker reads
 * it. Without tag and digest the tag is "latest": the Engine would pull every tag otherwise.
 *
 * Ownership: the parts point into the text given.
 * Errors:    INVALID "InvalidImage" with the name.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

struct agent_image_ref {
    struct remit_str text;     /* all of it */
    struct remit_str registry; /* "127.0.0.1:5000"; empty: Docker's default one */
    struct remit_str name;     /* "127.0.0.1:5000/team/app": registry and path */
    struct remit_str tag;      /* "latest" when nothing was said */
    struct remit_str digest;   /* "sha256:…" or empty */
};

int agent_image_ref_parse(struct remit_str text, struct agent_image_ref *out,
                          struct remit_err *err) REMIT_MUST_USE;
/* What the Engine pulls by: the digest when there is one, else the tag. */
struct remit_str agent_image_ref_version(const struct agent_image_ref *image);

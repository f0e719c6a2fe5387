/*
 * Image names and valueFrom come from whoever may register a task definition. Invariants: every
 * part lies inside the text; a registry and a version are found again; nothing that was taken holds
 * what a path or a header must not.
 */
#include <stdint.h>
#include <stdlib.h>

#include "agent/image_ref.h"
#include "agent/secret_ref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct remit_str whole, struct remit_str part)
{
    if (part.len > 0 && (part.ptr < whole.ptr || part.ptr + part.len > whole.ptr + whole.len))
        abort();
}

static void plain(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~' || strchr("?&#%\"\\", text.ptr[i]) != NULL)
            abort();
}

static void try_image(struct remit_str text)
{
    struct agent_image_ref image = { 0 };
    struct remit_str version;

    if (agent_image_ref_parse(text, &image, NULL) != 0)
        return;
    version = agent_image_ref_version(&image);
    inside(text, image.name);
    inside(text, image.digest);
    inside(image.name, image.registry);
    plain(image.name);
    plain(version);
    if (image.name.len == 0 || version.len == 0 || !remit_str_starts(image.name, image.registry))
        abort();
}

static void try_secret(struct remit_str text)
{
    struct agent_secret_ref ref = { 0 };

    if (agent_secret_ref_parse(text, &ref, NULL) != 0)
        return;
    inside(text, ref.id);
    inside(text, ref.json_key);
    inside(text, ref.version_stage);
    inside(text, ref.version_id);
    if (ref.id.len == 0 || !remit_str_starts(text, ref.id) ||
        (ref.source != AGENT_SECRET_SSM && ref.source != AGENT_SECRET_MANAGER))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str text = remit_str_from((const char *)data, size);

    try_image(text);
    try_secret(text);
    return 0;
}

/*
 * A document that has a canonical form compiles to the same policy in it, and its canonical form is
 * itself. Places lie within the text, whatever the text is.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <remit/document.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 65536

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_place(struct remit_str text, const char *pointer)
{
    struct remit_place value = { 0 };
    struct remit_place key = { 0 };

    if (!remit_policy_locate(text, remit_str_of(pointer), &value, &key))
        return;
    require(value.offset + value.len <= text.len && value.line >= 1 && value.column >= 1);
    require(key.len == 0 || key.offset + key.len <= value.offset);
}

static void check_places(struct remit_str text)
{
    static const char *const pointers[] = {
        "",          "/Statement",       "/Statement/0/Action",
        "/Version",  "/Statement/1/Sid", "/Statement/0/Condition",
        "/~1/~0/0//"
    };

    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
        check_place(text, pointers[i]);
}

static void check_same(enum remit_policy_type type, struct remit_str from, struct remit_str to)
{
    const struct remit_policy_options options = { .type = type };
    auto_policy struct remit_policy *before = NULL;
    auto_policy struct remit_policy *after = NULL;

    if (remit_policy_compile(from, &options, &before, NULL) != 0)
        return;
    require(remit_policy_compile(to, &options, &after, NULL) == 0);
    require(remit_policy_same(before, after));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct remit_str text = { (const char *)data, size };
    auto_buf struct remit_buf once = REMIT_BUF(64 * TEXT_MAX);
    auto_buf struct remit_buf twice = REMIT_BUF(64 * TEXT_MAX);

    if (size > TEXT_MAX)
        return 0;
    check_places(text);
    if (remit_policy_format(text, &once, NULL) != 0)
        return 0;
    require(remit_policy_format(remit_buf_view(&once), &twice, NULL) == 0);
    require(remit_str_equal(remit_buf_view(&once), remit_buf_view(&twice)));
    for (enum remit_policy_type type = REMIT_POLICY_IDENTITY; type <= REMIT_POLICY_ENDPOINT; type++)
        check_same(type, text, remit_buf_view(&once));
    return 0;
}

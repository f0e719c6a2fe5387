/* The pause image's archive, read back by tar(1)'s own rules. */
#include "agent/pause_image.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>

#include "tests/lib/expect.h"

Test(pause_image, is_one_file_in_whole_blocks)
{
    auto_buf struct remit_buf out = REMIT_BUF(8192);
    struct remit_err err = { 0 };

    cr_assert(agent_tar_one("pause", REMIT_STR("bytes"), &out, &err) == 0);
    cr_expect(eq(sz, out.len, 512 + 512 + 1024));
    EXPECT_TEXT(out.ptr, "pause");
    EXPECT_STR(remit_str_from(out.ptr + 512, 5), "bytes");
    EXPECT_TEXT(out.ptr + 100, "0000755");
    EXPECT_TEXT(out.ptr + 124, "00000000005");
    cr_expect(memcmp(out.ptr + 257,
                     "ustar\0"
                     "00",
                     8) == 0);
}

Test(pause_image, a_header_adds_up)
{
    auto_buf struct remit_buf out = REMIT_BUF(8192);
    struct remit_err err = { 0 };
    unsigned sum = 0;

    cr_assert(agent_tar_one("pause", REMIT_STR("bytes"), &out, &err) == 0);
    for (size_t i = 0; i < 512; i++)
        sum += i >= 148 && i < 156 ? ' ' : (unsigned char)out.ptr[i];
    cr_expect(eq(u64, strtoul(out.ptr + 148, NULL, 8), sum));
}

Test(pause_image, more_than_the_maximum_is_a_limit)
{
    auto_buf struct remit_buf out = REMIT_BUF(100);
    struct remit_err err = { 0 };

    cr_expect(eq(int, agent_tar_one("pause", REMIT_STR("bytes"), &out, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
}

/*
 * Any bytes as an ARN, a principal, a number, a date and an address: parts of an ARN put together
 * are the text again, and what is read compares as equal to itself.
 */
#include <stdint.h>
#include <stdlib.h>

#include <remit/arn.h>

#include "common/base/buf.h"
#include "iam/policy/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_arn(struct remit_str text)
{
    struct remit_arn arn;
    auto_buf struct remit_buf again = REMIT_BUF(text.len + 1);

    if (!remit_arn_parse(text, &arn))
        return;
    remit_buf_put_cstr(&again, "arn:");
    remit_buf_put(&again, arn.partition);
    remit_buf_put_byte(&again, ':');
    remit_buf_put(&again, arn.service);
    remit_buf_put_byte(&again, ':');
    remit_buf_put(&again, arn.region);
    remit_buf_put_byte(&again, ':');
    remit_buf_put(&again, arn.account);
    remit_buf_put_byte(&again, ':');
    remit_buf_put(&again, arn.resource);
    require(remit_buf_ok(&again) && remit_str_equal(remit_buf_view(&again), text));
}

static void check_principal(struct remit_str text)
{
    struct remit_principal found;

    remit_principal_parse(text, REMIT_PRINCIPAL_AUTO, &found);
    require(found.kind != REMIT_PRINCIPAL_AUTO);
    for (unsigned kind = REMIT_PRINCIPAL_ANONYMOUS; kind <= REMIT_PRINCIPAL_UNKNOWN; kind++) {
        struct remit_principal asked;

        remit_principal_parse(text, kind, &asked);
        require(asked.kind == kind || asked.kind == REMIT_PRINCIPAL_UNKNOWN);
        require(asked.kind != REMIT_PRINCIPAL_UNKNOWN || asked.account.len == 0);
    }
}

static void check_values(struct remit_str text)
{
    struct remit_decimal number = { 0 };
    struct remit_ip block, address;
    int64_t ms = 0;

    if (remit_decimal_parse(text, &number))
        require(remit_decimal_compare(&number, &number) == 0);
    (void)remit_date_parse(text, &ms);
    if (!remit_ip_parse_address(text, &address))
        return;
    require(remit_ip_parse_block(text, &block)); /* an address is a block of one */
    require(block.six != address.six || remit_ip_within(&address, &block));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str text = { (const char *)data, size };

    if (size > 65536)
        return 0;
    check_arn(text);
    check_principal(text);
    check_values(text);
    return 0;
}

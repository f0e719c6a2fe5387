/* Addresses in conditions: blocks, families, private ranges (13.9). */
#include "iam/lint/lint_internal.h"

/* Ranges that are no public address: RFC 1918, 6598, 3927, 1122, 4193, 4291. */
static const char *const private_blocks[] = { "10.0.0.0/8",    "172.16.0.0/12",  "192.168.0.0/16",
                                              "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
                                              "fc00::/7",      "fe80::/10",      "::1/128" };

static bool is_private(const struct remit_ip *block)
{
    for (size_t i = 0; i < REMIT_COUNT(private_blocks); i++) {
        struct remit_ip range;
        struct remit_ip first = *block;

        first.bits = block->six ? 128 : 32;
        if (remit_ip_parse_block(remit_str_of(private_blocks[i]), &range) &&
            range.six == block->six && block->bits >= range.bits && remit_ip_within(&first, &range))
            return true;
    }
    return false;
}

struct tally {
    size_t n, four, six, private;
};

static void check_block(struct lint *l, const struct lint_condition *c, const struct lint_value *v,
                        struct tally *tally)
{
    struct remit_ip block;

    if (!remit_ip_parse_block(v->text, &block)) {
        lint_report(l, LINT_TYPE_MISMATCH_IP_RANGE, v->node,
                    "\"%.*s\" for \"%.*s\" is neither an address nor a block such as "
                    "203.0.113.0/24.",
                    LINT_ARG(v->text), LINT_ARG(c->key));
        return;
    }
    tally->n++;
    tally->four += !block.six;
    tally->six += block.six;
    tally->private += is_private(&block);
    if (block.host_bits && block.six)
        lint_report(l, LINT_IPV6_HOST_BITS, v->node,
                    "\"%.*s\" has bits set behind its first %u: an IPv6 block like that matches "
                    "nothing.",
                    LINT_ARG(v->text), block.bits);
    if (block.host_bits)
        lint_report(l, LINT_IMPROVE_IP_RANGE, v->node,
                    "\"%.*s\" has bits set behind its first %u: write the block's first address.",
                    LINT_ARG(v->text), block.bits);
}

static void check_private(struct lint *l, const struct lint_condition *c, const struct tally *tally)
{
    bool all = tally->private == tally->n;
    bool negated = c->op->negated;

    if (tally->private == 0 || !lint_key_is(c->key, "aws:SourceIp"))
        return;
    lint_report(l,
                negated ? (all ? LINT_PRIVATE_NOT_IP_ADDRESS : LINT_PRIVATE_NOT_IP_ADDRESS_SUBSET)
                        : (all ? LINT_PRIVATE_IP_ADDRESS : LINT_PRIVATE_IP_ADDRESS_SUBSET),
                c->values_node,
                "aws:SourceIp is the caller's public address: %s of the ranges %s. Private "
                "addresses are in aws:VpcSourceIp.",
                all ? "all" : "some", negated ? "have no effect" : "never match");
}

void lint_addresses(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *c = &s->conditions[i];
        struct tally tally = { 0 };

        if (c->op == NULL || c->op->operand != REMIT_OPERAND_IP)
            continue;
        for (size_t j = 0; j < c->n_values; j++)
            if (remit_str_find(c->values[j].text, '$') == c->values[j].text.len)
                check_block(l, c, &c->values[j], &tally);
        check_private(l, c, &tally);
        if (s->deny && c->op->negated && tally.n > 0 && (tally.four == 0 || tally.six == 0))
            lint_report(l, LINT_IP_FAMILY_ONLY, c->values_node,
                        "The blocks are %s only, so the Deny hits every %s address.",
                        tally.six == 0 ? "IPv4" : "IPv6", tally.six == 0 ? "IPv6" : "IPv4");
    }
}

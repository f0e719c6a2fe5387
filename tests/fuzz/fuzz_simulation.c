/*
 * A policy document, as the simulator takes it. Invariants: what compiles has a tree with the same
 * statements; each statement is placed where remit_policy_locate() finds it; the keys of all
 * statements are the keys of the document.
 */
#include <stdint.h>
#include <stdio.h>

#include <remit/document.h>

#include "control/ops/simulation.h"

#define STATEMENTS_MOST 64 /* each is looked for from the start of the text */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct simulation_position position_of(struct remit_str text, size_t offset)
{
    struct simulation_position p = { 1, 1 };

    for (size_t i = 0; i < offset; i++) {
        if (text.ptr[i] == '\n')
            p = (struct simulation_position){ p.line + 1, 1 };
        else if (((unsigned char)text.ptr[i] & 0xc0) != 0x80)
            p.column++;
    }
    return p;
}

static bool same(struct simulation_position a, struct simulation_position b)
{
    return a.line == b.line && a.column == b.column;
}

static void check_place(const struct simulation_document *document, bool list, size_t i,
                        const struct simulation_statement *statement)
{
    char pointer[64] = "/Statement";
    struct remit_place place = { 0 };

    if (list)
        (void)snprintf(pointer, sizeof(pointer), "/Statement/%zu", i);
    REMIT_REQUIRE(remit_policy_locate(document->text, remit_str_of(pointer), &place, NULL));
    REMIT_REQUIRE(same(statement->start, position_of(document->text, place.offset + 1)));
    REMIT_REQUIRE(same(statement->end, position_of(document->text, place.offset + place.len)));
}

static void check_places(const struct simulation_document *document, size_t n)
{
    struct simulation_statement statements[STATEMENTS_MOST] = { 0 };
    struct simulation s = { .statements = statements, .n_statements = n };
    bool list = remit_json_type(remit_json_get(document->tree, "Statement")) == REMIT_JSON_ARRAY;

    if (n == 0 || n > STATEMENTS_MOST)
        return;
    simulation_place(&s, document);
    for (size_t i = 0; i < n; i++)
        check_place(document, list, i, &statements[i]);
}

static void check_keys(const struct simulation_document *document, size_t n)
{
    auto_policy_keys struct policy_keys all = { 0 };
    auto_policy_keys struct policy_keys others = { .known = &all.found };
    struct remit_err err = { 0 };

    REMIT_REQUIRE(policy_keys_of(document->tree, &all, &err) == 0);
    for (size_t i = 0; i < n; i++) {
        REMIT_REQUIRE(policy_keys_of_resource(document->tree, i, &others, &err) == 0);
        REMIT_REQUIRE(policy_keys_of_condition(document->tree, i, &others, &err) == 0);
    }
    REMIT_REQUIRE(others.found.n_entries == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct simulation_document document = { .text = remit_str_from((const char *)data, size) };
    struct remit_err err = { 0 };
    size_t n = 0;

    if (remit_policy_compile(document.text, NULL, &document.policy, &err) != 0)
        return 0;
    REMIT_REQUIRE(remit_json_parse(document.text, REMIT_POLICY_MAX, &document.tree, &err) == 0);
    n = remit_policy_n_statements(document.policy);
    REMIT_REQUIRE(policy_n_statements(document.tree) == n);
    check_places(&document, n);
    check_keys(&document, n);
    remit_json_drop(&document.tree);
    remit_policy_drop(&document.policy);
    return 0;
}

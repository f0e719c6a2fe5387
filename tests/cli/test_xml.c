#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/xml.h"

static bool says(const struct cli_xml *tree, const char *path, const char *text)
{
    return remit_str_equal(cli_xml_text(tree, path), remit_str_of(text));
}

Test(xml, elements_are_found_by_their_path)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct cli_xml *tree = NULL;
    struct remit_err err = { 0 };
    const struct cli_xml *list = NULL;

    cr_assert(eq(int,
                 cli_xml_parse(
                     REMIT_STR("<?xml version=\"1.0\"?>\n<a:R xmlns:a=\"x\"><L q=\"1\"><m>one</m>"
                               "<m>t&lt;w&#111;</m><m/></L><N> 7 </N></a:R>"),
                     &arena, &tree, &err),
                 0),
              "%s", err.text);
    cr_expect(remit_str_equal(tree->name, REMIT_STR("R")));
    list = cli_xml_at(tree, "L");
    cr_assert(list != NULL);
    cr_expect(says(list, "m", "one"));
    cr_expect(remit_str_equal(list->child->next->text, REMIT_STR("t<wo")));
    cr_expect(eq(sz, list->child->next->next->text.len, 0));
    cr_expect(list->child->next->next->next == NULL);
    cr_expect(says(tree, "N", " 7 "));
    cr_expect(says(tree, "L", "") && says(tree, "L/x", "") && says(NULL, "L", ""));
}

static const struct refused {
    const char *text, *wanted;
} refused[] = {
    { "", "line 1 column 1: no element found" },
    { "<a><b></a>", "line 1 column 9: mismatched tag" },
    { "<a>\n<b>&x;</b></a>", "line 2 column 4: undefined entity" },
    { "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "holds a document type" },
    { "<a/><b/>", "line 1 column 5: junk after document element" },
};

Test(xml, what_is_malformed_or_could_grow_is_refused)
{
    for (size_t i = 0; i < REMIT_COUNT(refused); i++) {
        auto_arena struct remit_arena arena = REMIT_ARENA(65536);
        struct cli_xml *tree = NULL;
        struct remit_err err = { 0 };

        cr_expect(eq(int, cli_xml_parse(remit_str_of(refused[i].text), &arena, &tree, &err), -1));
        cr_expect(remit_err_is(&err, "MalformedXml"));
        cr_expect(strstr(err.text, refused[i].wanted) != NULL, "%s: %s", refused[i].text, err.text);
    }
}

Test(xml, depth_and_size_are_bounded)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_arena struct remit_arena small = REMIT_ARENA(256);
    struct cli_xml *tree = NULL;
    struct remit_err err = { 0 };
    char text[1024] = "";
    size_t len = 0;

    for (int i = 0; i <= CLI_XML_DEPTH_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "<a>");
    cr_expect(eq(int, cli_xml_parse(remit_str_of(text), &arena, &tree, &err), -1));
    cr_expect(strstr(err.text, "nested too deep") != NULL, "%s", err.text);
    (void)snprintf(text, sizeof(text), "<a>%0500d</a>", 7);
    cr_expect(eq(int, cli_xml_parse(remit_str_of(text), &small, &tree, &err), -1));
    cr_expect(strstr(err.text, "too large") != NULL, "%s", err.text);
}

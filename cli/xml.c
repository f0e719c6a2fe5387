#include "cli/xml.h"

#include <expat.h>
#include <string.h>

#include "common/base/buf.h"

/* A tree being made. */
struct making {
    XML_Parser parser;
    struct remit_arena *arena;
    struct cli_xml *open[CLI_XML_DEPTH_MAX];
    struct cli_xml **tail[CLI_XML_DEPTH_MAX]; /* where the next child of it goes */
    size_t depth;
    struct cli_xml *root;
    struct remit_buf text; /* since the last tag */
    const char *refused;
};

static void refuse(struct making *m, const char *why)
{
    m->refused = why;
    (void)XML_StopParser(m->parser, XML_FALSE);
}

/* A name without its prefix. */
static struct remit_str local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return remit_str_of(colon != NULL ? colon + 1 : name);
}

static void on_start(void *self, const XML_Char *name, const XML_Char **attributes)
{
    struct making *m = self;
    struct cli_xml *element = REMIT_NEW(m->arena, struct cli_xml);

    (void)attributes;
    if (element == NULL || m->depth == CLI_XML_DEPTH_MAX) {
        refuse(m, element == NULL ? "too large" : "nested too deep");
        return;
    }
    remit_buf_clear(&m->text);
    element->name = remit_arena_str(m->arena, local_name(name));
    if (m->depth == 0) {
        m->root = element;
    } else {
        *m->tail[m->depth - 1] = element;
        m->tail[m->depth - 1] = &element->next;
    }
    m->open[m->depth] = element;
    m->tail[m->depth] = &element->child;
    m->depth++;
}

static void on_end(void *self, const XML_Char *name)
{
    struct making *m = self;
    struct cli_xml *element = m->open[--m->depth];

    (void)name;
    if (element->child == NULL)
        element->text = remit_arena_str(m->arena, remit_buf_view(&m->text));
    remit_buf_clear(&m->text);
    if (m->arena->failed)
        refuse(m, "too large");
}

/* Comes in pieces. */
static void on_text(void *self, const XML_Char *bytes, int len)
{
    struct making *m = self;

    remit_buf_put(&m->text, remit_str_from(bytes, (size_t)len));
    if (!remit_buf_ok(&m->text))
        refuse(m, "too large");
}

static void on_doctype(void *self, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int has_internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal;
    refuse(self, "holds a document type");
}

static int parse(struct making *m, struct remit_str text, struct remit_err *err)
{
    XML_SetUserData(m->parser, m);
    XML_SetElementHandler(m->parser, on_start, on_end);
    XML_SetCharacterDataHandler(m->parser, on_text);
    XML_SetStartDoctypeDeclHandler(m->parser, on_doctype);
    if (text.len <= INT32_MAX &&
        XML_Parse(m->parser, text.ptr, (int)text.len, XML_TRUE) == XML_STATUS_OK)
        return 0;
    return remit_fail(
        err, REMIT_ERR_INVALID, "MalformedXml", "line %lu column %lu: %s",
        XML_GetCurrentLineNumber(m->parser), XML_GetCurrentColumnNumber(m->parser) + 1,
        m->refused != NULL ? m->refused : XML_ErrorString(XML_GetErrorCode(m->parser)));
}

int cli_xml_parse(struct remit_str text, struct remit_arena *arena, struct cli_xml **out,
                  struct remit_err *err)
{
    struct making m = { .parser = XML_ParserCreate("UTF-8"),
                        .arena = arena,
                        .text = REMIT_BUF(arena->max) };
    int result = 0;

    if (m.parser == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for an XML parser");
    result = parse(&m, text, err);
    XML_ParserFree(m.parser);
    remit_buf_drop(&m.text);
    *out = m.root;
    return result;
}

const struct cli_xml *cli_xml_at(const struct cli_xml *element, const char *path)
{
    struct remit_str rest = remit_str_of(path);
    struct remit_str name = { 0 };

    while (element != NULL && rest.len > 0) {
        (void)remit_str_cut(&rest, '/', &name);
        element = element->child;
        while (element != NULL && !remit_str_equal(element->name, name))
            element = element->next;
    }
    return element;
}

struct remit_str cli_xml_text(const struct cli_xml *element, const char *path)
{
    const struct cli_xml *found = cli_xml_at(element, path);

    return found != NULL ? found->text : remit_str_from(NULL, 0);
}

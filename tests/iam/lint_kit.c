#include "lint_kit.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/os/file.h"

/* A service that knows no tags; all of policies/services do. */
#define UNTAGGED                                                                                   \
    "{\"Name\":\"untagged\",\"Actions\":[{\"Name\":\"Do\",\"Resources\":[{\"Name\":\"thing\"}]}]," \
    "\"Resources\":[{\"Name\":\"thing\",\"ARNFormats\":[\"arn:${Partition}:untagged:::${Thing}\"]" \
    "}]}"

static void add_service(struct remit_services *services, const char *name)
{
    auto_buf struct remit_buf text = REMIT_BUF(REMIT_SERVICE_TEXT_MAX);
    char path[512];
    struct remit_err err = { 0 };

    (void)snprintf(path, sizeof(path), "%s/policies/services/%s", REMIT_SOURCE_ROOT, name);
    cr_assert(remit_file_read(path, &text, &err) == 0, "%s", err.text);
    cr_assert(remit_services_add(services, remit_buf_view(&text), &err) == 0, "%s: %s", name,
              err.text);
}

const struct remit_services *lint_kit_services(void)
{
    static struct remit_services *services;
    DIR *dir = NULL;

    if (services != NULL)
        return services;
    cr_assert(remit_services_new(&services, NULL) == 0);
    dir = opendir(REMIT_SOURCE_ROOT "/policies/services");
    cr_assert(dir != NULL);
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        if (remit_str_ends(remit_str_of(e->d_name), REMIT_STR(".json")))
            add_service(services, e->d_name);
    (void)closedir(dir);
    cr_assert(remit_services_add(services, REMIT_STR(UNTAGGED), NULL) == 0);
    return services;
}

static char *put(char *to, const char *text)
{
    for (; *text != '\0'; text++)
        *to++ = *text == '\'' ? '"' : *text == '`' ? '\'' : *text;
    *to = '\0';
    return to;
}

static char *put_statements(char *to, const char *text)
{
    const char *next = NULL;

    to = put(to, "{'Version':'2012-10-17','Statement':[{");
    for (; (next = strstr(text, " ; ")) != NULL; text = next + 3) {
        char one[8192];

        (void)snprintf(one, sizeof(one), "%.*s", (int)(next - text), text);
        to = put(put(to, one), "},{");
    }
    return put(put(to, text), "}]}");
}

const char *lint_kit_document(const char *text)
{
    static char documents[2][65536];
    static unsigned which;
    char *out = documents[which++ & 1];

    cr_assert(strlen(text) < 32768);
    if (text[0] == '{' || text[0] == '[' || text[0] == '!')
        (void)put(out, text + (text[0] == '!'));
    else
        (void)put_statements(out, text);
    return out;
}

struct remit_lint *lint_kit_run(const char *document, const struct remit_lint_options *options)
{
    struct remit_lint *lint = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_lint_policy(remit_str_of(document), options, &lint, &err) == 0, "%s", err.text);
    return lint;
}

const struct remit_finding *lint_kit_find(const struct remit_lint *lint, const char *code)
{
    for (size_t i = 0; i < remit_lint_count(lint); i++)
        if (strcmp(remit_lint_at(lint, i)->check->code, code) == 0)
            return remit_lint_at(lint, i);
    return NULL;
}

/* What control asks policies about is described in policies/services: actions, resources, condition
 * keys. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>

#include <remit/services.h>

#include "common/os/file.h"
#include "control/http/dispatch.h"
#include "policies/services.h"

#define SOURCE_MAX ((size_t)1024 * 1024)

static struct remit_services *services;

static void read_services(void)
{
    struct remit_err err = { 0 };

    cr_assert(remit_services_new(&services, NULL) == 0);
    for (size_t i = 0; i < policies_service_count; i++)
        cr_assert(remit_services_add(
                      services,
                      remit_str_from(policies_service[i].document, policies_service[i].len),
                      &err) == 0,
                  "%s: %s", policies_service[i].name, err.text);
}

static void drop_services(void)
{
    remit_services_drop(&services);
}

TestSuite(described, .init = read_services, .fini = drop_services);

static const struct remit_service *service_of(struct remit_str text, struct remit_str *name)
{
    struct remit_str service;

    *name = text;
    (void)remit_str_cut(name, ':', &service);
    return remit_services_find(services, service);
}

Test(described, each_operation_asks_about_an_action_that_is_described)
{
    size_t n = 0;

    for (; control_operation_at(n) != NULL; n++) {
        const struct control_operation *op = control_operation_at(n);
        struct remit_str name;
        const struct remit_service *service = service_of(remit_str_of(op->action), &name);
        const struct remit_action_description *action = remit_service_action(service, name);

        cr_expect(action != NULL, "%s", op->action);
        if (action != NULL && op->resource != NULL)
            cr_expect(gt(sz, action->n_resources, 0), "%s has resources", op->action);
    }
    cr_expect(gt(sz, n, 100));
}

/* ---- what stands in the sources as "service:name" ---- */

static bool is_known(struct remit_str text)
{
    struct remit_str name;
    const struct remit_service *service = service_of(text, &name);
    auto_buf struct remit_buf key = REMIT_BUF(256);

    if (service == NULL || name.len == 0)
        return true;
    remit_buf_put(&key, text);
    remit_buf_put_cstr(&key, remit_str_ends(text, REMIT_STR("/")) ? "x" : "");
    return remit_service_action(service, name) != NULL ||
           remit_service_key(service, remit_buf_view(&key)) != NULL;
}

static bool is_name(struct remit_str text)
{
    size_t colons = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        colons += c == ':';
        if (!isalnum((unsigned char)c) && strchr(":-/", c) == NULL)
            return false;
    }
    return colons == 1 && text.len < 128;
}

static size_t check_literals(struct remit_str source, const char *path)
{
    size_t n = 0;

    for (size_t i = 0; i < source.len; i++) {
        struct remit_str rest = remit_str_sub(source, i + 1, source.len);
        struct remit_str text = remit_str_sub(rest, 0, remit_str_find(rest, '"'));

        if (source.ptr[i] != '"')
            continue;
        i += text.len + 1;
        if (!is_name(text))
            continue;
        n++;
        cr_expect(is_known(text), "%s: \"%.*s\" is neither an action nor a condition key", path,
                  REMIT_STR_ARG(text));
    }
    return n;
}

static size_t check_folder(const char *folder)
{
    char path[1024];
    DIR *dir = NULL;
    size_t n = 0;

    (void)snprintf(path, sizeof(path), "%s/%s", REMIT_SOURCE_ROOT, folder);
    dir = opendir(path);
    cr_assert(dir != NULL, "%s", path);
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        auto_buf struct remit_buf source = REMIT_BUF(SOURCE_MAX);

        if (!remit_str_ends(remit_str_of(e->d_name), REMIT_STR(".c")))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s/%s", REMIT_SOURCE_ROOT, folder, e->d_name);
        cr_assert(remit_file_read(path, &source, NULL) == 0, "%s", path);
        n += check_literals(remit_buf_view(&source), path);
    }
    (void)closedir(dir);
    return n;
}

Test(described, every_action_and_key_that_control_names_is_described)
{
    cr_expect(
        gt(sz, check_folder("control/ops") + check_folder("control/http") + check_folder("control"),
           100));
}

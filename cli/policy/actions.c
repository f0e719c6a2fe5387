/* remit policy actions: what patterns of actions expand to. */
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/policy/services.h"
#include "common/base/json.h"

#define PATTERNS_MOST 1000
#define OUTPUT_MOST   ((size_t)64 * 1024 * 1024)

static const char *format = "text";
static const char *services_folder;
static const char *const formats[] = { "text", "json", NULL };
static const struct remit_option options[] = {
    { "--format", "FORMAT", "text, json (text)", REMIT_OPTION_WORD, &format, .words = formats },
    { "--services", "DIR", "more service descriptions, AWS's own among them",
      .out = &services_folder },
};

/* An action that the patterns cover. */
struct found {
    const struct remit_service *service;
    const struct remit_action_description *action;
};

/* ---- matching ---- */

/* "ecs:Run*" against "ecs" and an action: the service is a pattern too, and "*" is everything. */
static bool covers(struct remit_str pattern, const struct found *f)
{
    size_t colon = remit_str_find(pattern, ':');
    const struct remit_action_description service = { .name = f->service->name };

    if (colon == pattern.len)
        return remit_str_equal(pattern, REMIT_STR("*"));
    return remit_action_matches(&service, remit_str_sub(pattern, 0, colon)) &&
           remit_action_matches(f->action, remit_str_sub(pattern, colon + 1, pattern.len));
}

typedef void each(void *self, const struct found *f);

/* Each action that one of the patterns covers, once, in order of service and name. */
static size_t walk(const struct remit_services *services, char **patterns, int n, each *call,
                   void *self)
{
    size_t count = 0;

    for (size_t i = 0; i < remit_services_count(services); i++) {
        struct found f = { .service = remit_services_at(services, i) };

        for (size_t j = 0; j < f.service->n_actions; j++) {
            int k = 0;

            f.action = &f.service->actions[j];
            while (k < n && !covers(remit_str_of(patterns[k]), &f))
                k++;
            if (k == n)
                continue;
            count++;
            if (call != NULL)
                call(self, &f);
        }
    }
    return count;
}

/* ---- condition keys: of the action and of its resource types ---- */

typedef void each_key(void *self, struct remit_str key);

static void walk_keys(const struct found *f, each_key *call, void *self)
{
    for (size_t i = 0; i < f->service->n_keys; i++) {
        struct remit_str name = f->service->keys[i].name;

        if (remit_action_has_key(f->service, f->action, name))
            call(self, name);
    }
}

/* ---- text ---- */

struct list {
    struct remit_buf *out;
    size_t n;
};

static void put_item(void *self, struct remit_str text)
{
    struct list *list = self;

    remit_buf_put_fmt(list->out, "%s" REMIT_STR_FMT, list->n++ == 0 ? "" : ",",
                      REMIT_STR_ARG(text));
}

static void put_line(void *self, const struct found *f)
{
    struct list list = { .out = self };
    size_t from = list.out->len;

    remit_buf_put_fmt(list.out, REMIT_STR_FMT ":" REMIT_STR_FMT, REMIT_STR_ARG(f->service->name),
                      REMIT_STR_ARG(f->action->name));
    remit_buf_put_fmt(list.out, "%*s %-22s ",
                      list.out->len - from < 40 ? (int)(40 - (list.out->len - from)) : 0, "",
                      remit_access_name(f->action->access));
    for (size_t i = 0; i < f->action->n_resources; i++)
        put_item(&list, f->action->resources[i]);
    remit_buf_put_cstr(list.out, list.n == 0 ? "* " : " ");
    list.n = 0;
    walk_keys(f, put_item, &list);
    remit_buf_put_cstr(list.out, list.n == 0 ? "-\n" : "\n");
}

/* ---- json ---- */

static void put_key(void *self, struct remit_str key)
{
    remit_jw_str(self, key);
}

static void put_object(void *self, const struct found *f)
{
    struct remit_jw *w = self;

    remit_jw_object(w);
    remit_jw_key(w, "action");
    remit_jw_fmt(w, REMIT_STR_FMT ":" REMIT_STR_FMT, REMIT_STR_ARG(f->service->name),
                 REMIT_STR_ARG(f->action->name));
    remit_jw_put_cstr(w, "accessLevel", remit_access_name(f->action->access));
    remit_jw_key(w, "resourceTypes");
    remit_jw_array(w);
    for (size_t i = 0; i < f->action->n_resources; i++)
        remit_jw_str(w, f->action->resources[i]);
    remit_jw_end(w);
    remit_jw_key(w, "conditionKeys");
    remit_jw_array(w);
    walk_keys(f, put_key, w);
    remit_jw_end(w);
    remit_jw_end(w);
}

static void put_json(const struct remit_services *services, char **patterns, int n,
                     struct remit_buf *out)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    remit_jw_key(&w, "actions");
    remit_jw_array(&w);
    (void)walk(services, patterns, n, put_object, &w);
    remit_jw_end(&w);
    remit_jw_end(&w);
    remit_buf_put_byte(out, '\n');
}

/* ---- the verb ---- */

/* Each pattern that covers nothing is told; returns how many. */
static int tell_empty(const struct remit_services *services, char **patterns, int n)
{
    int empty = 0;

    for (int i = 0; i < n; i++) {
        struct remit_str pattern = remit_str_of(patterns[i]);
        struct remit_str service = remit_str_sub(pattern, 0, remit_str_find(pattern, ':'));
        bool described = remit_services_find(services, service) != NULL;

        if (walk(services, &patterns[i], 1, NULL, NULL) > 0)
            continue;
        empty++;
        (void)fprintf(stderr, "remit: '%.128s' covers no action%s\n", patterns[i],
                      described ? "" : " of the services that are described (--services)");
    }
    return empty;
}

static int run_actions(int argc, char **argv)
{
    auto_services struct remit_services *services = NULL;
    auto_buf struct remit_buf out = REMIT_BUF(OUTPUT_MOST);
    struct remit_err err = { 0 };
    int n = 0;
    int code = 0;

    if (!cli_arguments(&cli_policy_actions, options, REMIT_COUNT(options), PATTERNS_MOST, argc,
                       argv, &n, &code))
        return code;
    if (n == 0) {
        (void)fprintf(stderr, "remit: usage: remit %s %s\n", cli_policy_actions.words,
                      cli_policy_actions.usage);
        return CLI_UNUSABLE;
    }
    if (cli_services_load(services_folder, &services, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    if (strcmp(format, "json") == 0)
        put_json(services, argv, n, &out);
    else
        (void)walk(services, argv, n, put_line, &out);
    if (remit_buf_check(&out, "the actions", &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    if (fwrite(out.ptr, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
        return CLI_UNUSABLE;
    return tell_empty(services, argv, n) > 0 ? CLI_NO : CLI_DONE;
}

const struct cli_verb cli_policy_actions = {
    .words = "policy actions",
    .usage = "[--format FORMAT] [--services DIR] PATTERN...",
    .help = "what patterns expand to: access level, resource types, condition keys",
    .run = run_actions,
};

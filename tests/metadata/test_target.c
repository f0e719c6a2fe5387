/* Which path asks for what. */
#include "metadata/worker/target.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/lib/expect.h"

static const struct row {
    const char *path, *query;
    enum worker_subject subject;
    int document;
    const char *id;
} rows[] = {
    { "/v2/credentials/abc", "", WORKER_CREDENTIALS, 0, "abc" },
    { "/v2/credentials/", "", WORKER_CREDENTIALS, 0, "" },
    { "/v2/credentials/a/b", "", WORKER_CREDENTIALS, 0, "a/b" },
    { "/v2/credentials/abc", "id=x", WORKER_CREDENTIALS, 0, "abc" },
    { "/v2/credentials", "", WORKER_NOTHING, 0, "" },
    { "/v2/credentialsabc", "", WORKER_NOTHING, 0, "" },
    { "/V2/credentials/abc", "", WORKER_NOTHING, 0, "" },
    { "/v1/credentials", "id=abc", WORKER_CREDENTIALS, 0, "abc" },
    { "/v1/credentials", "x=1&id=abc&id=d", WORKER_CREDENTIALS, 0, "abc" },
    { "/v1/credentials", "", WORKER_CREDENTIALS, 0, "" },
    { "/v1/credentials", "id", WORKER_CREDENTIALS, 0, "" },
    { "/v1/credentials", "xid=abc&", WORKER_CREDENTIALS, 0, "" },
    { "/v1/credentials/abc", "", WORKER_NOTHING, 0, "" },
    { "/v4/e", "", WORKER_CONTAINER, REMIT_DOCUMENT_V4, "e" },
    { "/v4/", "", WORKER_CONTAINER, REMIT_DOCUMENT_V4, "" },
    { "/v4", "", WORKER_NOTHING, 0, "" },
    { "/v4/e/", "", WORKER_NOTHING, 0, "" },
    { "/v4/e/task", "", WORKER_TASK, REMIT_DOCUMENT_V4, "e" },
    { "/v4/e/taskWithTags", "", WORKER_TASK, REMIT_DOCUMENT_V4, "e" },
    { "/v4/e/stats", "", WORKER_CONTAINER, REMIT_DOCUMENT_STATS, "e" },
    { "/v4/e/task/stats", "", WORKER_TASK, REMIT_DOCUMENT_STATS, "e" },
    { "/v4/e/tasks", "", WORKER_NOTHING, 0, "" },
    { "/v4/e/f/task", "", WORKER_NOTHING, 0, "" },
    { "/v4/stats", "", WORKER_CONTAINER, REMIT_DOCUMENT_V4, "stats" },
    { "/v3/e", "", WORKER_CONTAINER, REMIT_DOCUMENT_V3, "e" },
    { "/v3/e/task/stats", "", WORKER_TASK, REMIT_DOCUMENT_STATS, "e" },
    { "/v2/metadata", "", WORKER_ONLY_TASK, REMIT_DOCUMENT_V3, "" },
    { "/v2/metadata/", "", WORKER_ONLY_TASK, REMIT_DOCUMENT_V3, "" },
    { "/v2/metadata/id", "", WORKER_NOTHING, 0, "" },
    { "/v2/stats", "", WORKER_ONLY_TASK, REMIT_DOCUMENT_STATS, "" },
    { "/", "", WORKER_NOTHING, 0, "" },
    { "//v4/e", "", WORKER_NOTHING, 0, "" },
    { "/latest/meta-data/", "", WORKER_NOTHING, 0, "" },
};

Test(target, path_and_query_name_it)
{
    for (size_t i = 0; i < REMIT_COUNT(rows); i++) {
        const struct row *r = &rows[i];
        struct worker_target t = worker_target_of(remit_str_of(r->path), remit_str_of(r->query));

        cr_expect(eq(int, t.route->subject, r->subject), "%s", r->path);
        cr_expect(eq(int, t.route->document, r->document), "%s", r->path);
        EXPECT_STR(t.id, r->id);
    }
}

Test(target, v1_is_told_apart)
{
    cr_expect(worker_target_of(REMIT_STR("/v1/credentials"), REMIT_STR("")).v1);
    cr_expect(not(worker_target_of(REMIT_STR("/v2/credentials/x"), REMIT_STR("")).v1));
}

Test(target, each_route_has_its_texts)
{
    for (size_t i = 0; i < worker_routes_count; i++) {
        cr_expect(worker_routes[i].unknown != NULL);
        cr_expect(worker_routes[i].missing != NULL ||
                  worker_routes[i].document == REMIT_DOCUMENT_STATS);
    }
}

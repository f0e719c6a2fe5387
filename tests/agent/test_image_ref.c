/* Image names, as Docker reads them. */
#include "agent/image_ref.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

#define DIGEST "sha256:d723214e8fb0b9e7be98a9d14f333f15ea6219c2ddfb7e5eb6b05b7100674a62"

static const struct row {
    const char *text;
    const char *registry;
    const char *name;
    const char *version;
} rows[] = {
    { "busybox", "", "busybox", "latest" },
    { "busybox:1.36", "", "busybox", "1.36" },
    { "team/app:1", "", "team/app", "1" },
    { "localhost/app", "localhost", "localhost/app", "latest" },
    { "127.0.0.1:5000/app:1", "127.0.0.1:5000", "127.0.0.1:5000/app", "1" },
    { "127.0.0.1:5000/app", "127.0.0.1:5000", "127.0.0.1:5000/app", "latest" },
    { "host.example/a/b/c:x_y-z.1", "host.example", "host.example/a/b/c", "x_y-z.1" },
    { "app@" DIGEST, "", "app", DIGEST },
    { "host:1/app:tag@" DIGEST, "host:1", "host:1/app", DIGEST },
    { "111122223333.dkr.ecr.us-west-2.amazonaws.com/web:1",
      "111122223333.dkr.ecr.us-west-2.amazonaws.com",
      "111122223333.dkr.ecr.us-west-2.amazonaws.com/web", "1" },
};

ROWS(image_ref, parts, rows)
{
    const struct row *r = &rows[*row_index];
    struct agent_image_ref image = { 0 };
    struct remit_err err = { 0 };

    cr_assert(agent_image_ref_parse(remit_str_of(r->text), &image, &err) == 0, "%s", err.text);
    EXPECT_STR(image.registry, r->registry);
    EXPECT_STR(image.name, r->name);
    EXPECT_STR(agent_image_ref_version(&image), r->version);
}

static const struct {
    const char *text;
} refused[] = {
    { "" },
    { ":1" },
    { "app:" },
    { "/app" },
    { "app/" },
    { "a//b" },
    { "../app" },
    { "app?x=1" },
    { "app&tag=2" },
    { "app tag" },
    { "app\n" },
    { "app@sha256:" },
    { "app@sha256" },
    { "app@md5:0" },
    { "host:1/" },
    { "app:a/b/c d" },
    { "http://h/a" },
    { "-app" },
    { "app:1@" DIGEST " " },
    { "h\xc3\xa4/app" },
};

ROWS(image_ref, what_is_no_name_is_refused, refused)
{
    struct agent_image_ref image = { 0 };
    struct remit_err err = { 0 };

    cr_expect(agent_image_ref_parse(remit_str_of(refused[*row_index].text), &image, &err) == -1,
              "'%s'", refused[*row_index].text);
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidImage"));
}

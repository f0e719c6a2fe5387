/* What a registry is shown: X-Registry-Auth, and to whom it goes. */
#include "agent/registry.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/agent/a_task.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

/* Made with Python: base64.urlsafe_b64encode(json.dumps({...}, separators=(",", ":")).encode()) */
static const struct row {
    const char *user, *password, *server, *header;
} rows[] = {
    { "AWS", "pw", "http://127.0.0.1:5000",
      "eyJ1c2VybmFtZSI6IkFXUyIsInBhc3N3b3JkIjoicHciLCJzZXJ2ZXJhZGRyZXNzIjoiaHR0cDovLzEyNy4wLjAuMTo1"
      "MDAwIn0=" },
    { "u", "~~~?>>>?~", "h",
      "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6In5-fj8-Pj4_fiIsInNlcnZlcmFkZHJlc3MiOiJoIn0=" },
    { "a\"b", "x", "h",
      "eyJ1c2VybmFtZSI6ImFcImIiLCJwYXNzd29yZCI6IngiLCJzZXJ2ZXJhZGRyZXNzIjoiaCJ9" },
};

ROWS(registry, headers, rows)
{
    const struct row *r = &rows[*row_index];
    auto_secret struct remit_secret header = { 0 };
    struct remit_err err = { 0 };

    cr_assert(agent_registry_header(remit_str_of(r->user), remit_str_of(r->password),
                                    remit_str_of(r->server), &header, &err) == 0);
    EXPECT_STR(remit_secret_view(&header), r->header);
    cr_expect(eq(sz, header.len % 4, 0));
}

#define ANSWER(token, endpoint)                                                                    \
    "{\"authorizationData\":[{\"authorizationToken\":\"" token "\",\"proxyEndpoint\":\"" endpoint  \
    "\"}]}"

static bool fits(const struct agent_registry_auth *auth, const char *name)
{
    struct agent_image_ref image = { 0 };
    struct remit_err err = { 0 };

    cr_assert(agent_image_ref_parse(remit_str_of(name), &image, &err) == 0);
    return agent_registry_fits(auth, &image);
}

Test(registry, an_authorization_goes_to_its_own_registry_alone)
{
    auto_json struct remit_json *answer = json_of(ANSWER("QVdTOnB3", "http://127.0.0.1:5000"));
    auto_registry_auth struct agent_registry_auth auth = { 0 };
    struct remit_err err = { 0 };

    cr_assert(agent_registry_read(answer, &auth, &err) == 0, "%s", err.text);
    EXPECT_TEXT(auth.host, "127.0.0.1:5000");
    EXPECT_STR(remit_secret_view(&auth.header), rows[0].header);
    cr_expect(fits(&auth, "127.0.0.1:5000/app:1"));
    cr_expect(not(fits(&auth, "127.0.0.1:5001/app:1")));
    cr_expect(not(fits(&auth, "app:1")));
    cr_expect(not(fits(&auth, "127.0.0.1:5000.evil.example/app")));
}

static const struct {
    const char *answer;
} refused[] = {
    { "{}" },
    { "{\"authorizationData\":[]}" },
    { "{\"authorizationData\":[{},{}]}" },
    { ANSWER("!!", "http://h") },
    { ANSWER("bm9jb2xvbg==", "http://h") },
    { ANSWER("QVdTOg==", "http://h") },
    { ANSWER("QVdTOgB3", "http://h") }, /* a NUL in the password */
    { ANSWER("OnB3", "http://h") },
    { ANSWER("QVdTOnB3", "") },
    { ANSWER("QVdTOnB3", "http:///x") },
};

ROWS(registry, answers_of_another_shape_are_refused, refused)
{
    auto_json struct remit_json *answer = json_of(refused[*row_index].answer);
    auto_registry_auth struct agent_registry_auth auth = { 0 };
    struct remit_err err = { 0 };

    cr_expect(eq(int, agent_registry_read(answer, &auth, &err), -1), "%s",
              refused[*row_index].answer);
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidRegistryToken"));
}

Test(registry, a_secret_of_user_and_password_is_for_the_images_registry)
{
    auto_registry_auth struct agent_registry_auth auth = { 0 };
    struct remit_err err = { 0 };

    cr_assert(agent_registry_from_secret(REMIT_STR("{\"username\":\"u\",\"password\":\"p\"}"),
                                         REMIT_STR("r.example"), &auth, &err) == 0);
    cr_expect(fits(&auth, "r.example/app"));
    cr_expect(eq(
        int,
        agent_registry_from_secret(REMIT_STR("{\"username\":\"u\"}"), REMIT_STR("r"), &auth, &err),
        -1));
    cr_expect(remit_err_is(&err, "InvalidRegistryToken"));
}

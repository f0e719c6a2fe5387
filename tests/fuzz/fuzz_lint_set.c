/*
 * Any bytes as a description of a service and, behind form feeds, as documents of two roles and
 * task definitions. Invariants: what is described is found again by its name; lint with any
 * description ends, and says places that lie within the document that they name.
 */
#include <stdint.h>

#include <remit/lint.h>

#define PARTS_MOST 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- the description ---- */

static void check_action(const struct remit_service *s, const struct remit_action_description *a)
{
    REMIT_REQUIRE(remit_service_action(s, a->name) != NULL);
    REMIT_REQUIRE(remit_action_matches(a, REMIT_STR("*")));
    for (size_t i = 0; i < a->n_keys; i++)
        REMIT_REQUIRE(remit_str_find(a->keys[i], '$') != a->keys[i].len ||
                      remit_action_has_key(s, a, a->keys[i]));
}

static void check_services(const struct remit_services *services)
{
    for (size_t i = 0; i < remit_services_count(services); i++) {
        const struct remit_service *s = remit_services_at(services, i);

        REMIT_REQUIRE(remit_services_find(services, s->name) == s);
        for (size_t j = 0; j < s->n_actions; j++)
            check_action(s, &s->actions[j]);
        for (size_t j = 0; j < s->n_resources; j++)
            REMIT_REQUIRE(remit_service_resource(s, s->resources[j].name) != NULL);
    }
}

/* ---- findings ---- */

static void check_findings(const struct remit_lint *lint, const struct remit_lint_document *parts,
                           size_t n)
{
    for (size_t i = 0; i < remit_lint_count(lint); i++) {
        const struct remit_finding *f = remit_lint_at(lint, i);

        REMIT_REQUIRE(f->n_locations > 0 && f->message.len > 0);
        for (size_t k = 0; k < f->n_locations; k++) {
            const struct remit_location *at = &f->locations[k];

            REMIT_REQUIRE(at->document < n);
            REMIT_REQUIRE(at->start.offset <= at->end.offset);
            REMIT_REQUIRE(at->end.offset <= parts[at->document].text.len);
        }
    }
}

static void lint_each(const struct remit_lint_document *parts, size_t n,
                      const struct remit_services *services)
{
    static const struct remit_str sensitive = REMIT_STR_INIT("arn:aws:x:*:*:secret/*");

    for (size_t i = 0; i < n; i++) {
        const struct remit_lint_options options = {
            .type = (enum remit_policy_type)(i % (REMIT_POLICY_ENDPOINT + 1)),
            .services = services,
            .all_services = i % 2 == 0,
            .for_role = true,
            .old_scp = true,
            .account = REMIT_STR("111122223333"),
            .sensitive = &sensitive,
            .n_sensitive = 1,
        };
        auto_lint struct remit_lint *lint = NULL;

        if (remit_lint_policy(parts[i].text, &options, &lint, NULL) == 0)
            check_findings(lint, &parts[i], 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct remit_str roles[] = { REMIT_STR_INIT("r"), REMIT_STR_INIT("p/r") };
    struct remit_lint_document parts[PARTS_MOST];
    struct remit_str rest = { (const char *)data, size };
    auto_services struct remit_services *services = NULL;
    auto_lint struct remit_lint *lint = NULL;
    struct remit_str head;
    size_t n = 0;

    REMIT_REQUIRE(remit_services_new(&services, NULL) == 0);
    (void)remit_str_cut(&rest, '\f', &head);
    if (remit_services_add(services, head, NULL) == 0)
        check_services(services);
    while (n < PARTS_MOST && rest.len > 0) {
        (void)remit_str_cut(&rest, '\f', &head);
        parts[n] =
            (struct remit_lint_document){ (enum remit_lint_kind)(n % 4), roles[n / 4 % 2], head };
        n++;
    }
    lint_each(parts, n, services);
    REMIT_REQUIRE(remit_lint_roles(parts, n, NULL, &lint, NULL) == 0);
    check_findings(lint, parts, n);
    return 0;
}

/* Resources: the parts of their ARNs, what one list says twice. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

enum part { PART_ARN = 0, PART_PARTITION, PART_SERVICE, PART_REGION, PART_ACCOUNT, PART_RESOURCE };

struct resource {
    const struct lint_text *entry;
    struct remit_str parts[6];
};

static bool open_part(struct remit_str part)
{
    return lint_wild(part) || remit_str_find(part, '$') != part.len;
}

static void report(struct lint *l, enum lint_code code, const struct resource *r, enum part part,
                   const char *what)
{
    struct remit_str text = r->parts[part];

    lint_report_part(l, code, r->entry->node, (size_t)(text.ptr - r->entry->text.ptr), text.len,
                     "\"%.*s\": %s.", LINT_ARG(r->entry->text), what);
}

/* ---- parts by themselves ---- */

static void check_partition(struct lint *l, const struct resource *r)
{
    if (!open_part(r->parts[PART_PARTITION]) && !lint_partition_known(r->parts[PART_PARTITION]))
        report(l, LINT_INVALID_PARTITION, r, PART_PARTITION, "there is no such partition");
}

static void check_service(struct lint *l, const struct resource *r)
{
    struct remit_str service = r->parts[PART_SERVICE];

    for (size_t i = 0; i < service.len; i++)
        if (service.ptr[i] >= 'A' && service.ptr[i] <= 'Z') {
            report(l, LINT_INVALID_ARN_SERVICE_CASE, r, PART_SERVICE,
                   "the service of an ARN is written in small letters");
            return;
        }
    if (service.len == 0)
        report(l, LINT_INVALID_SERVICE, r, PART_SERVICE, "the service is missing");
    else if (l->options.all_services && !open_part(service) &&
             remit_services_find(l->options.services, service) == NULL)
        report(l, LINT_INVALID_SERVICE, r, PART_SERVICE, "there is no such service");
}

static void check_region(struct lint *l, const struct resource *r)
{
    struct remit_str region = r->parts[PART_REGION];

    if (region.len > 0 && !open_part(region) && !lint_region_known(region))
        report(l, LINT_INVALID_ARN_REGION, r, PART_REGION, "there is no such region");
}

static bool fits_account(struct remit_str account)
{
    size_t digits = 0;

    if (account.len == 0 || open_part(account))
        return true;
    for (size_t i = 0; i < account.len; i++)
        digits += account.ptr[i] >= '0' && account.ptr[i] <= '9';
    return (digits == 12 && account.len == 12) || remit_str_equal(account, REMIT_STR("aws")) ||
           remit_str_equal(account, REMIT_STR("aws-managed")) ||
           remit_str_equal(account, REMIT_STR("cloudfront"));
}

static void check_account(struct lint *l, const struct resource *r)
{
    if (!fits_account(r->parts[PART_ACCOUNT]))
        report(l, LINT_INVALID_ARN_ACCOUNT, r, PART_ACCOUNT,
               "an account is twelve digits, or a wildcard");
}

/* ---- parts by what the service has ---- */

/* What the resource types that fit say of region and account. */
struct fit {
    size_t n;
    size_t with_region, with_account;
    bool typed; /* the types have a word of their own in front */
};

static void add_format(struct fit *fit, const struct resource *r, struct remit_str format)
{
    struct remit_str parts[6];

    if (lint_arn_parts(format, parts) < 6 ||
        !lint_overlaps(parts[PART_SERVICE], r->parts[PART_SERVICE], false))
        return;
    if (remit_str_find(parts[PART_RESOURCE], '$') > 0)
        fit->typed = true;
    if (!lint_overlaps(parts[PART_RESOURCE], r->parts[PART_RESOURCE], false))
        return;
    fit->n++;
    fit->with_region += parts[PART_REGION].len > 0;
    fit->with_account += parts[PART_ACCOUNT].len > 0;
}

static void check_emptiness(struct lint *l, const struct resource *r, const struct fit *fit)
{
    struct remit_str region = r->parts[PART_REGION];
    struct remit_str account = r->parts[PART_ACCOUNT];

    if (fit->with_region == 0 && region.len > 0 && !remit_str_equal(region, REMIT_STR("*")))
        report(l, LINT_ARN_REGION_NOT_ALLOWED, r, PART_REGION, "such a resource has no region");
    if (fit->with_region == fit->n && region.len == 0)
        report(l, LINT_MISSING_ARN_REGION, r, PART_REGION,
               "such a resource has a region: name it, or write *");
    if (fit->with_account == 0 && account.len > 0 && !remit_str_equal(account, REMIT_STR("*")))
        report(l, LINT_ARN_ACCOUNT_NOT_ALLOWED, r, PART_ACCOUNT, "such a resource has no account");
    if (fit->with_account == fit->n && account.len == 0)
        report(l, LINT_MISSING_ARN_ACCOUNT, r, PART_ACCOUNT,
               "such a resource has an account: name it, or write *");
}

/* "us*" in "us*\/x": the word in front of the first slash or colon. */
static void check_type_word(struct lint *l, const struct resource *r)
{
    struct remit_str text = r->parts[PART_RESOURCE];
    size_t slash = remit_str_find(text, '/');
    size_t colon = remit_str_find(text, ':');
    struct remit_str word = remit_str_sub(text, 0, slash < colon ? slash : colon);

    if (word.len < text.len && lint_wild(word))
        report(l, LINT_ARN_WILDCARD_TYPE, r, PART_RESOURCE,
               "a wildcard in the resource type is not supported, and covers more than is meant");
}

/* A type of resource may be described by a service that only uses it: sts knows users and roles. */
static void add_formats(struct lint *l, struct fit *fit, const struct resource *r,
                        const struct remit_service *service)
{
    for (size_t i = 0; i < service->n_resources; i++)
        for (size_t j = 0; j < service->resources[i].n_formats &&
                           lint_may_match(l, service->resources[i].formats[j], r->entry->text);
             j++)
            add_format(fit, r, service->resources[i].formats[j]);
}

static void check_described(struct lint *l, const struct resource *r)
{
    const struct remit_service *own =
        remit_services_find(l->options.services, r->parts[PART_SERVICE]);
    struct fit fit = { 0 };

    if (own == NULL || own->n_resources == 0)
        return;
    add_formats(l, &fit, r, own);
    for (size_t i = 0; i < remit_services_count(l->options.services) && fit.n == 0; i++)
        add_formats(l, &fit, r, remit_services_at(l->options.services, i));
    if (l->work > LINT_WORK_MAX)
        return;
    if (fit.typed)
        check_type_word(l, r);
    if (fit.n == 0)
        report(l, LINT_INVALID_ARN_RESOURCE, r, PART_RESOURCE,
               "the service has no such type of resource");
    else
        check_emptiness(l, r, &fit);
}

/* ---- the whole ---- */

static bool as_wide_as_star(struct remit_str text)
{
    return lint_covers(text, REMIT_STR("arn:aws:x-1::1:a"), false) &&
           lint_covers(text, REMIT_STR("arn:aws:yy:q-2:222:b/c:d"), false);
}

static void check_belongs(struct lint *l, const struct resource *r)
{
    struct remit_str wanted = lint_resource_service(l);

    if (wanted.len > 0 && !lint_overlaps(r->parts[PART_SERVICE], wanted, false))
        report(l, LINT_UNSUPPORTED_RESOURCE_ARN_IN_POLICY, r, PART_SERVICE,
               "the policy of such a resource is about the resource itself");
}

static void check_resource(struct lint *l, const struct lint_text *entry)
{
    struct resource r = { .entry = entry };

    if (remit_str_equal(entry->text, REMIT_STR("*")))
        return;
    if (as_wide_as_star(entry->text))
        lint_report(l, LINT_RESOURCE_EFFECTIVELY_STAR, entry->node,
                    "\"%.*s\" matches every resource: it is as wide as \"*\".",
                    LINT_ARG(entry->text));
    if (!remit_str_starts(entry->text, REMIT_STR("arn:"))) {
        lint_report(l, LINT_INVALID_ARN_PREFIX, entry->node,
                    "\"%.*s\" is no ARN (arn:partition:service:region:account:resource), nor "
                    "\"*\".",
                    LINT_ARG(entry->text));
        return;
    }
    if (lint_arn_parts(entry->text, r.parts) < 6) {
        lint_report(l, LINT_MISSING_ARN_FIELD, entry->node,
                    "\"%.*s\" has fewer than the six parts of an ARN: "
                    "arn:partition:service:region:account:resource.",
                    LINT_ARG(entry->text));
        return;
    }
    check_partition(l, &r);
    check_service(l, &r);
    check_region(l, &r);
    check_account(l, &r);
    check_described(l, &r);
    check_belongs(l, &r);
}

static void check_redundant(struct lint *l, const struct lint_list *list, size_t i)
{
    for (size_t j = 0; j < list->n; j++) {
        if (j == i || !lint_may_match(l, list->at[j].text, list->at[i].text) ||
            !lint_covers(list->at[j].text, list->at[i].text, false))
            continue;
        /* actions without a resource need "*" beside specific ARNs, and that covers them all */
        if (j > i && lint_covers(list->at[i].text, list->at[j].text, false))
            continue;
        lint_report_both(l, LINT_REDUNDANT_RESOURCE, list->at[i].node, list->at[j].node,
                         "\"%.*s\" is covered by \"%.*s\".", LINT_ARG(list->at[i].text),
                         LINT_ARG(list->at[j].text));
        return;
    }
}

void lint_resources(struct lint *l, const struct lint_statement *s)
{
    if (l->options.type == REMIT_POLICY_TRUST)
        return;
    for (size_t i = 0; i < s->resources.n; i++) {
        check_resource(l, &s->resources.at[i]);
        check_redundant(l, &s->resources, i);
    }
}

/*
 * arn.h - Amazon Resource Names taken apart: arn:partition:service:region:account:resource.
 *
 * The sixth part is everything behind the fifth colon and may hold colons and slashes itself.
 * Nothing is copied: the parts point into the text given.
 *
 * Errors:  remit_arn_parse() is false for a text with fewer than six parts or another first
 *          part than "arn"; parts may be empty, and wildcards are ordinary characters.
 * Sources: reference iam-evaluation.md sections 9.1, 11.1, 11.2, 13.8.
 */
#pragma once

#include <stdbool.h>

#include <remit/attr.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct remit_arn {
    struct remit_str partition; /* "aws" */
    struct remit_str service;   /* "ecs" */
    struct remit_str region;    /* may be empty */
    struct remit_str account;   /* may be empty */
    struct remit_str resource;  /* "task/cluster/id" */
};

REMIT_API bool remit_arn_parse(struct remit_str text, struct remit_arn *out);

/* What kind of caller a principal's text names. */
enum remit_principal_kind {
    REMIT_PRINCIPAL_AUTO = 0,       /* in a request: find out from the text */
    REMIT_PRINCIPAL_ANONYMOUS,      /* "anonymous", or no text */
    REMIT_PRINCIPAL_USER,           /* arn:aws:iam::A:user/path/name */
    REMIT_PRINCIPAL_ROLE_SESSION,   /* arn:aws:sts::A:assumed-role/ROLE/SESSION */
    REMIT_PRINCIPAL_FEDERATED_USER, /* arn:aws:sts::A:federated-user/NAME */
    REMIT_PRINCIPAL_ROOT,           /* arn:aws:iam::A:root */
    REMIT_PRINCIPAL_SERVICE,        /* ecs-tasks.amazonaws.com */
    REMIT_PRINCIPAL_WEB_IDENTITY,   /* an OIDC or SAML provider: unsigned AssumeRoleWith... calls */
    REMIT_PRINCIPAL_UNKNOWN,        /* anything else: no grant matches it */
};

struct remit_principal {
    enum remit_principal_kind kind;
    struct remit_str text;      /* the whole of it, as given */
    struct remit_str partition; /* these are empty for services and anonymous callers */
    struct remit_str account;
    struct remit_str name;    /* user: path/name, role session: ROLE, federated user: NAME */
    struct remit_str session; /* role session: SESSION */
};

/* Never fails: what it can't place is UNKNOWN. `kind` AUTO finds out; a kind that the text
 * contradicts gives UNKNOWN. */
REMIT_API void remit_principal_parse(struct remit_str text, enum remit_principal_kind kind,
                                     struct remit_principal *out);

#ifdef __cplusplus
}
#endif

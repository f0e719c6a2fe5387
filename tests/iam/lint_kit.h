/*
 * lint_kit.h - findings of short documents, for the tests of lint.
 */
#pragma once

#include "lint_rows.h"

/* Descriptions of all services in policies/services, read once. */
const struct remit_services *lint_kit_services(void);
/* The document of a row, as JSON. Valid until the next but one call. */
const char *lint_kit_document(const char *text);
/* Lints; a failure ends the test. */
struct remit_lint *lint_kit_run(const char *document, const struct remit_lint_options *options);
/* The first finding with the code, or NULL. */
const struct remit_finding *lint_kit_find(const struct remit_lint *lint, const char *code);

/*
 * result.h - the findings of a run, and the places whose lines are still to be found.
 */
#pragma once

#include "iam/lint/lint_internal.h"

struct remit_lint {
    struct remit_arena arena;
    struct remit_finding findings[REMIT_LINT_FINDINGS_MAX];
    size_t n_findings;
    bool truncated;
    struct lint_place places[REMIT_LINT_FINDINGS_MAX * 4]; /* two of a location, two locations */
    size_t n_places;
};

/*
 * serve.h - a container's request and its answer.
 *
 * Before any path: GET or HEAD, nothing that a proxy adds, the Host that clients use. Credentials
 * then need both proofs, the id and the token of a container of the same task (attacks.md N1, N9,
 * N10); metadata needs an endpoint id, as on ECS.
 */
#pragma once

#include "metadata/worker/answers.h"
#include "metadata/worker/holdings.h"
#include "metadata/worker/reports.h"

struct worker_service {
    struct worker_holdings held;
    struct worker_reports reports;
    struct worker_answers answers;
};

/* The http_server's handler; self is a struct worker_service. */
remit_http_handler worker_serve;
/* "169.254.170.2", with or without ":80", and what else clients may call us; for its tests. */
bool worker_host_is_ours(struct remit_str host);

/*
 * tasks.h - what an operator asks of a cluster's tasks as a whole.
 */
#pragma once

#include "cli/client.h"

/*
 * Stops every task of the cluster and waits until each is STOPPED, at most `wait_s`.
 * Errors: UNAVAILABLE "TasksRemain" with their number; those of cli_client_call().
 */
int cli_tasks_stop(struct cli_client *client, const char *cluster, int wait_s,
                   struct remit_err *err) REMIT_MUST_USE;

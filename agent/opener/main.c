/*
 * remit-opener - opens listeners towards containers, one fixed question at a time.
 *
 * Started by remit-agent with one descriptor: the channel (OPENER_FD). It holds capabilities
 * over network namespaces and no credential; it opens no file once it is in its sandbox. Its end
 * is the end of the channel.
 */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include <remit/err.h>

#include "agent/opener/frames.h"
#include "agent/opener/sandbox.h"
#include "agent/opener/serve.h"
#include "common/os/log.h"

int main(void)
{
    struct remit_err err = { 0 };

    remit_log_open("remit-opener", REMIT_LOG_INFO);
    (void)signal(SIGPIPE, SIG_IGN); /* the log's reader may be gone before us */
    if (opener_sandbox_enter(&err) == 0 && opener_serve(OPENER_FD, &err) == 0)
        _exit(0); /* what libraries do at exit is not among the calls of the sandbox */
    remit_log_err(REMIT_LOG_ERROR, &err, "the opener ends");
    _exit(1);
}

/*
 * pause.c - holds a task's network namespace open and does nothing else.
 *
 * The first process of a pause container: the application's containers join its namespace, so
 * the listener stands before any of them runs. It ends at SIGTERM or SIGINT; as process 1 of its
 * namespace it gets no signal that it did not ask for.
 */
#include <signal.h>
#include <unistd.h>

static void on_stop(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

int main(void)
{
    struct sigaction stop = { .sa_handler = on_stop };

    if (sigaction(SIGTERM, &stop, NULL) != 0 || sigaction(SIGINT, &stop, NULL) != 0)
        return 1;
    for (;;)
        (void)pause();
}

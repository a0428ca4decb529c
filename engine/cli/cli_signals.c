/* cli_signals.c -- TERM and INT: finish the record in hand, report, end; HUP: open files again. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/cli.h"

volatile sig_atomic_t tw_cli_stopped;
volatile sig_atomic_t tw_cli_reopen;

static void on_hangup(int number)
{
    tw_cli_reopen = number;
}

/* Standard input is made to end, so that a read that waits for a quiet pipe returns; only calls
 * that are safe in a handler (signal-safety(7)). The second signal is not caught. */
static void on_signal(int number)
{
    int before = errno;
    tw_cli_stopped = number;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) {
        (void)dup2(nothing, STDIN_FILENO);
        (void)close(nothing);
    }
    errno = before;
}

void tw_cli_catch_signals(void)
{
    /* Without SA_RESTART: a waiting read is interrupted. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    /* A reader that went away is told by EPIPE; a broken standard error must not end the scan. */
    (void)sigaction(SIGPIPE, &ignore, NULL);
    /* A terminal that goes away, or a log shipper's HUP, does not end a scan: what is appended to,
     * or followed, is opened again. */
    struct sigaction hangup = {.sa_handler = on_hangup, .sa_flags = SA_RESTART};
    (void)sigemptyset(&hangup.sa_mask);
    (void)sigaction(SIGHUP, &hangup, NULL);
}

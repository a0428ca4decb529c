/* cli_paste.c -- takes a paste from the terminal.
 *
 * A terminal in its usual mode cuts lines at 4,095 bytes, and traces have longer ones; so line
 * editing is switched off while the paste is read, and the end key is looked for here. The terminal
 * is set back whatever happens. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t wrote = write(fd, bytes, length);
        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        bytes += wrote > 0 ? wrote : 0;
        length -= wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}

/* Copies until the end key or the end of the terminal. False: interrupted, or there is no room. */
static bool copy_paste(int to, char end_key)
{
    char bytes[4096];
    for (;;) {
        ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
        if (tw_cli_stopped != 0) {
            return false;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        const char *end = memchr(bytes, end_key, (size_t)got);
        size_t length = end == NULL ? (size_t)got : (size_t)(end - bytes);
        /* Without line editing the return key sends a carriage return only where the terminal is
         * told so; it is not (ICRNL stays). What is pasted is shown, so that the person sees that
         * it arrived. */
        if (!write_all(to, bytes, length)) {
            return false;
        }
        if (end != NULL) {
            return true;
        }
    }
}

int tw_cli_paste(void)
{
    struct termios usual;
    int paste = memfd_create("tlswhy-paste", MFD_CLOEXEC);
    if (paste < 0) {
        tw_cli_say("cannot keep the paste: %s", strerror(errno));
        return -1;
    }
    bool is_terminal = tcgetattr(STDIN_FILENO, &usual) == 0;
    char end_key = is_terminal ? (char)usual.c_cc[VEOF] : '\x04';
    (void)fprintf(stderr, "Paste the log, then press Ctrl-D to end (Ctrl-C leaves).\n");
    if (is_terminal) {
        struct termios raw = usual;
        raw.c_lflag &= ~(tcflag_t)ICANON;
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    bool whole = copy_paste(paste, end_key);
    if (is_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &usual);
    }
    (void)fputc('\n', stderr);
    if (!whole || lseek(paste, 0, SEEK_SET) != 0) {
        (void)close(paste);
        return -1;
    }
    return paste;
}

/* cli_paste.c -- takes a paste from the terminal.
 *
 * A terminal in its usual mode cuts lines at 4,095 bytes, and traces have longer ones; so line
 * editing is switched off while the paste is read, and the end is looked for here: the end key, or
 * the return key after a paste. What is pasted comes between two marks ("bracketed paste",
 * xterm's ctlseqs, mode 2004), so that nothing in it is taken for a key. The terminal is set back
 * whatever happens. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"

/* Switches the marks on and off; the marks. */
#define MARKS_ON "\x1b[?2004h"
#define MARKS_OFF "\x1b[?2004l"
#define MARK_BEGIN "\x1b[200~"
#define MARK_END "\x1b[201~"
#define MARK_BYTES (sizeof MARK_BEGIN - 1)

/* Milliseconds of silence after which the rest of an interrupted paste is over, and how often that
 * is waited for: the rest must not be taken for commands by the shell. */
#define SILENCE_MS 100
#define SILENCES_MAX 50

struct paste {
    int terminal; /* stays open when a signal takes standard input away; -1: none */
    int to;
    char end_key;
    struct termios usual;
    char mark[MARK_BYTES + 1]; /* the beginning of what may be a mark */
    size_t mark_length;
    bool inside;  /* between the marks */
    bool after;   /* a paste has ended, and nothing was typed since */
    bool ended;   /* by a key */
    bool failed;  /* the bytes could not be kept */
    size_t lines; /* of the paste in hand */
    char out[4096];
    size_t out_length;
};

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

static void flush(struct paste *paste)
{
    paste->failed |= !write_all(paste->to, paste->out, paste->out_length);
    paste->out_length = 0;
}

static void keep(struct paste *paste, char c)
{
    if (paste->out_length == sizeof paste->out) {
        flush(paste);
    }
    paste->out[paste->out_length++] = c;
    paste->lines += c == '\n';
}

/* What is typed is shown, but nothing that the terminal would obey. */
static void show(const struct paste *paste, char c)
{
    unsigned char byte = (unsigned char)c;
    if (paste->terminal >= 0 && (c == '\n' || c == '\t' || (byte >= ' ' && byte != 0x7f))) {
        (void)!write(paste->terminal, &c, 1);
    }
}

static void on_mark(struct paste *paste, bool begins)
{
    if (begins && !paste->inside) {
        paste->lines = 0;
    }
    if (!begins && paste->inside) {
        paste->after = true;
        (void)fprintf(stderr, "%zu %s pasted. Enter diagnoses; or paste more.\n", paste->lines,
                      paste->lines == 1 ? "line" : "lines");
    }
    paste->inside = begins;
}

/* A byte that belongs to no mark. */
static void on_byte(struct paste *paste, char c)
{
    if (!paste->inside) {
        if (c == paste->end_key || (c == '\n' && paste->after)) {
            paste->ended = true;
            return;
        }
        paste->after = false;
        show(paste, c);
    }
    keep(paste, c);
}

/* Takes the next byte; the beginning of a mark is held back until it is one or is not. */
static void take(struct paste *paste, char c)
{
    char seen[MARK_BYTES + 1];
    size_t length = paste->mark_length;
    memcpy(seen, paste->mark, length);
    seen[length++] = c;
    if (memcmp(seen, MARK_BEGIN, length) == 0 || memcmp(seen, MARK_END, length) == 0) {
        memcpy(paste->mark, seen, length);
        paste->mark_length = length;
        if (length == MARK_BYTES) {
            paste->mark_length = 0;
            on_mark(paste, memcmp(seen, MARK_BEGIN, length) == 0);
        }
        return;
    }
    paste->mark_length = 0;
    for (size_t i = 0; i + 1 < length && !paste->ended; i++) {
        on_byte(paste, seen[i]);
    }
    if (length > 1) {
        take(paste, c); /* once more: a mark may begin with it */
    } else {
        on_byte(paste, c);
    }
}

/* Copies until a key ends it or the terminal does. False: interrupted, or there is no room. */
static bool copy_paste(struct paste *paste)
{
    char bytes[4096];
    while (!paste->ended && !paste->failed) {
        ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
        if (tw_cli_stopped != 0) {
            return false;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return false;
        }
        if (got == 0) {
            break;
        }
        for (ssize_t i = 0; i < got && !paste->ended; i++) {
            take(paste, bytes[i]);
        }
    }
    flush(paste);
    return !paste->failed;
}

static void set_terminal(struct paste *paste)
{
    const char *term = getenv("TERM");
    paste->end_key = '\x04';
    paste->terminal = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (paste->terminal < 0 || tcgetattr(paste->terminal, &paste->usual) != 0) {
        return;
    }
    struct termios raw = paste->usual;
    paste->end_key = (char)paste->usual.c_cc[VEOF];
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    (void)tcsetattr(paste->terminal, TCSADRAIN, &raw);
    if (term != NULL && strcmp(term, "dumb") != 0) {
        (void)write_all(paste->terminal, MARKS_ON, sizeof MARKS_ON - 1);
    }
}

/* Forgets what still comes of an interrupted paste. */
static void forget_rest(const struct paste *paste)
{
    char bytes[4096];
    struct pollfd wait = {.fd = paste->terminal, .events = POLLIN};
    for (int i = 0; i < SILENCES_MAX && poll(&wait, 1, SILENCE_MS) > 0; i++) {
        for (int n = 0; n < 4096 && poll(&wait, 1, 0) > 0; n++) {
            if (read(paste->terminal, bytes, sizeof bytes) <= 0) {
                return;
            }
        }
    }
}

static void set_terminal_back(const struct paste *paste, bool whole)
{
    const char *term = getenv("TERM");
    if (paste->terminal < 0) {
        return;
    }
    if (!whole) {
        forget_rest(paste);
    }
    if (term != NULL && strcmp(term, "dumb") != 0) {
        (void)write_all(paste->terminal, MARKS_OFF, sizeof MARKS_OFF - 1);
    }
    (void)tcsetattr(paste->terminal, whole ? TCSADRAIN : TCSAFLUSH, &paste->usual);
    (void)close(paste->terminal);
}

int tw_cli_paste(void)
{
    struct paste paste = {.terminal = -1};
    paste.to = memfd_create("tlswhy-paste", MFD_CLOEXEC);
    if (paste.to < 0) {
        tw_cli_say("cannot keep the paste: %s", strerror(errno));
        return -1;
    }
    set_terminal(&paste);
    (void)fprintf(stderr, "Paste the log, then press Ctrl-D (Ctrl-C leaves).\n");
    bool whole = copy_paste(&paste);
    set_terminal_back(&paste, whole);
    (void)fputc('\n', stderr);
    if (paste.failed) {
        tw_cli_say("cannot keep the paste: %s", strerror(errno));
    }
    if (!whole || lseek(paste.to, 0, SEEK_SET) != 0) {
        (void)close(paste.to);
        return -1;
    }
    return paste.to;
}

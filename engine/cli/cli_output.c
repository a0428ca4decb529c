/* cli_output.c -- where results go; see cli.h.
 *
 * A file that is replaced is written under a temporary name beside it, synced and renamed, so that
 * it is there whole or not at all. Output that is no regular file goes out at once, for whoever
 * waits behind a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define HELD_BYTES (64u << 10)

/* Whether a path leads to something that is no file to be replaced: a device, a pipe, a descriptor
 * under another name
 * (/dev/stdout, /proc/self/fd/1). */
static bool is_written_in_place(const char *path, const struct stat *info)
{
    return !S_ISREG(info->st_mode) || strncmp(path, "/dev/", 5) == 0 ||
           strncmp(path, "/proc/", 6) == 0;
}

static bool open_replaced(struct tw_cli_output *output, const char *path)
{
    struct stat info;
    bool exists = stat(path, &info) == 0;
    if (exists && is_written_in_place(path, &info)) {
        output->fd = open(path, O_WRONLY | O_CLOEXEC);
        return output->fd >= 0;
    }
    /* Behind a symbolic link the file is replaced, not the link. */
    output->path = exists ? realpath(path, NULL) : strdup(path);
    if (output->path == NULL) {
        return false;
    }
    size_t length = strlen(output->path) + sizeof ".XXXXXX";
    output->temporary = malloc(length);
    if (output->temporary == NULL) {
        errno = ENOMEM;
        return false;
    }
    (void)snprintf(output->temporary, length, "%s.XXXXXX", output->path);
    output->fd = mkostemp(output->temporary, O_CLOEXEC);
    if (output->fd < 0) {
        free(output->temporary);
        output->temporary = NULL;
        return false;
    }
    /* mkostemp makes files for the owner only; a report gets what the file before it had, or what
     * the umask says. */
    mode_t mask = umask(0);
    (void)umask(mask);
    (void)fchmod(output->fd, exists ? info.st_mode & 0777 : 0666 & ~mask);
    return true;
}

bool tw_cli_output_open(struct tw_cli_output *output, const struct tw_cli_line *line)
{
    const char *replaced = tw_cli_value(line, TW_OPT_OUTPUT);
    const char *appended = tw_cli_value(line, TW_OPT_APPEND);
    struct stat info;
    *output = (struct tw_cli_output){.fd = STDOUT_FILENO};
    bool opened = true;
    const char *name = "standard output";
    if (replaced != NULL && appended != NULL) {
        tw_cli_say("--output and --append cannot be combined");
        return false;
    }
    if (replaced != NULL && strcmp(replaced, "-") != 0) {
        name = replaced;
        opened = open_replaced(output, replaced);
    } else if (appended != NULL) {
        name = appended;
        output->fd = open(appended, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        opened = output->fd >= 0;
        output->appended = appended;
    }
    output->held = opened ? malloc(HELD_BYTES) : NULL;
    if (output->held == NULL) {
        tw_cli_say("%s: cannot be written: %s", name, strerror(opened ? ENOMEM : errno));
        (void)tw_cli_output_close(output, false);
        return false;
    }
    output->flush = appended != NULL || fstat(output->fd, &info) != 0 || !S_ISREG(info.st_mode);
    return true;
}

/* Opens the file that is appended to again, because it was rotated. Where that fails, the old one
 * is written on: nothing is lost, and the next HUP tries again. */
static void reopen(struct tw_cli_output *output)
{
    int fd = open(output->appended, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    tw_cli_reopen = 0;
    if (fd < 0) {
        tw_cli_say("%s: cannot be opened again: %s", output->appended, strerror(errno));
        return;
    }
    (void)close(output->fd);
    output->fd = fd;
}

static bool write_out(struct tw_cli_output *output, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t wrote = write(output->fd, bytes, length);
        if (wrote < 0 && errno == EAGAIN) {
            struct pollfd writable = {.fd = output->fd, .events = POLLOUT};
            (void)poll(&writable, 1, -1);
            continue;
        }
        if (wrote < 0 && errno != EINTR) {
            output->reader_gone = errno == EPIPE && output->fd == STDOUT_FILENO;
            return false;
        }
        if (wrote > 0) {
            bytes += wrote;
            length -= (size_t)wrote;
        }
    }
    return true;
}

static bool flush_held(struct tw_cli_output *output)
{
    size_t length = output->held_length;
    output->held_length = 0;
    return write_out(output, output->held, length);
}

enum tlswhy_status tw_cli_output_write(void *payload, const char *bytes, size_t length,
                                       struct tlswhy_error *error)
{
    struct tw_cli_output *output = payload;
    bool done = true;
    if (tw_cli_reopen != 0 && output->appended != NULL) {
        reopen(output);
    }
    if (length >= HELD_BYTES - output->held_length) {
        done = flush_held(output);
    }
    if (done && length >= HELD_BYTES) {
        done = write_out(output, bytes, length);
    } else if (done) {
        memcpy(output->held + output->held_length, bytes, length);
        output->held_length += length;
        done = !output->flush || flush_held(output);
    }
    if (done) {
        return TLSWHY_OK;
    }
    error->status = TLSWHY_ERR_IO;
    (void)snprintf(error->message, sizeof error->message, "the output cannot be written: %s",
                   strerror(errno));
    return TLSWHY_ERR_IO;
}

/* After the rename the folder is synced, too, so that the new name survives a loss of power. Not
 * every file system can; the file is there all the same. */
static void sync_folder(const char *path)
{
    char *folder = strdup(path);
    char *slash = folder == NULL ? NULL : strrchr(folder, '/');
    if (slash != NULL) {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    int fd = folder == NULL
                 ? -1
                 : open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(folder);
}

bool tw_cli_output_close(struct tw_cli_output *output, bool keep)
{
    bool done = true;
    if (output->held != NULL && output->held_length > 0 && (keep || output->path == NULL)) {
        done = flush_held(output);
        if (!done && !output->reader_gone) {
            tw_cli_say("the output cannot be written: %s", strerror(errno));
        }
    }
    if (output->temporary != NULL) {
        if (keep && done &&
            (fsync(output->fd) != 0 || rename(output->temporary, output->path) != 0)) {
            tw_cli_say("%s: cannot be written: %s", output->path, strerror(errno));
            done = false;
        }
        if (keep && done) {
            sync_folder(output->path);
        } else {
            (void)unlink(output->temporary);
        }
    }
    if (output->fd > STDERR_FILENO && close(output->fd) != 0 && keep) {
        tw_cli_say("the output cannot be written: %s", strerror(errno));
        done = false;
    }
    free(output->held);
    free(output->path);
    free(output->temporary);
    bool reader_gone = output->reader_gone;
    *output = (struct tw_cli_output){.fd = -1, .reader_gone = reader_gone};
    return done;
}

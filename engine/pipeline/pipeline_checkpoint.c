/* pipeline_checkpoint.c -- reads and writes the file of --checkpoint: where reading goes on after a
 * restart.
 *
 * A line of text for each followed log: device, inode, offset, line, time of change, first bytes
 * (in hexadecimal), path. Paths with a newline are left out: they are read from the beginning
 * again. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "pipeline/pipeline_follow.h"

#define TITLE "tlswhy-checkpoint/1"
/* Ten thousand logs with long paths. */
#define FILE_MAX (64u << 20)

void tw_checkpoint_free(struct tw_checkpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint->count; i++) {
        tw_base_free(checkpoint->at[i].path);
    }
    tw_base_free(checkpoint->at);
    *checkpoint = (struct tw_checkpoint){.at = NULL};
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number and the blank behind it. */
static bool take_number(char **at, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    *number = strtoull(*at, &end, 10);
    bool good = end != *at && *end == ' ' && errno == 0;
    *at = good ? end + 1 : *at;
    return good;
}

static bool read_entry(struct tw_checkpoint_entry *entry, char *line)
{
    if (!take_number(&line, &entry->device) || !take_number(&line, &entry->inode) ||
        !take_number(&line, &entry->offset) || !take_number(&line, &entry->line) ||
        !take_number(&line, &entry->changed)) {
        return false;
    }
    for (; digit_of(line[0]) >= 0 && digit_of(line[1]) >= 0; line += 2) {
        if (entry->head_length == sizeof entry->head) {
            return false;
        }
        entry->head[entry->head_length++] = (char)(digit_of(line[0]) * 16 + digit_of(line[1]));
    }
    if (line[0] != ' ' || line[1] == '\0') {
        return false;
    }
    entry->path = tw_base_copy(tw_base_span(line + 1));
    return entry->path != NULL;
}

static enum tw_status add(struct tw_checkpoint *checkpoint, char *line)
{
    struct tw_checkpoint_entry *grown =
        tw_base_realloc(checkpoint->at, checkpoint->count + 1, sizeof *grown);
    if (grown == NULL) {
        return TW_ERR_MEMORY;
    }
    checkpoint->at = grown;
    grown[checkpoint->count] = (struct tw_checkpoint_entry){.path = NULL};
    if (!read_entry(&grown[checkpoint->count], line)) {
        return TW_ERR_DATA;
    }
    checkpoint->count++;
    return TW_OK;
}

/* The whole file, with a NUL behind it. */
static enum tw_status read_file(struct tw_buffer *text, int fd, const char *path,
                                struct tw_error *error)
{
    ssize_t got = 1;
    while (got > 0) {
        char *to = tw_base_buffer_reserve(text, 4096);
        if (to == NULL) {
            return tw_base_error_set(error, text->status, "%s: is too large", path);
        }
        got = read(fd, to, 4095);
        if (got < 0 && errno != EINTR) {
            return tw_base_error_system(error, "cannot read", path, errno);
        }
        text->length += got > 0 ? (size_t)got : 0;
        got = got < 0 ? 1 : got;
    }
    tw_base_buffer_add_char(text, '\0');
    return TW_OK;
}

enum tw_status tw_checkpoint_read(struct tw_checkpoint *checkpoint, const char *path,
                                  struct tw_error *error)
{
    struct tw_buffer text = TW_BUFFER_INIT(FILE_MAX);
    *checkpoint = (struct tw_checkpoint){.at = NULL};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? TW_OK : tw_base_error_system(error, "cannot read", path, errno);
    }
    enum tw_status status = read_file(&text, fd, path, error);
    (void)close(fd);
    if (status != TW_OK) {
        tw_base_buffer_free(&text);
        return status;
    }
    struct tw_span title = TW_SPAN(TITLE "\n");
    status = tw_base_span_starts(tw_base_buffer_span(&text), title) ? TW_OK : TW_ERR_DATA;
    char *line = text.at + (status == TW_OK ? title.length : 0);
    while (status == TW_OK && *line != '\0') {
        char *end = strchr(line, '\n');
        status = TW_ERR_DATA;
        if (end != NULL) {
            *end = '\0';
            status = add(checkpoint, line);
            line = end + 1;
        }
    }
    tw_base_buffer_free(&text);
    if (status != TW_OK) {
        tw_checkpoint_free(checkpoint);
        return tw_base_error_set(error, status, "%s: is no checkpoint of this program", path);
    }
    return TW_OK;
}

static bool write_all(int fd, struct tw_span bytes)
{
    while (bytes.length > 0) {
        ssize_t wrote = write(fd, bytes.at, bytes.length);
        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        bytes = tw_base_span_skip(bytes, wrote > 0 ? (size_t)wrote : 0);
    }
    return true;
}

enum tw_status tw_checkpoint_write(const struct tw_checkpoint *checkpoint, const char *path,
                                   struct tw_error *error)
{
    struct tw_buffer text = TW_BUFFER_INIT(FILE_MAX);
    struct tw_buffer name = TW_BUFFER_INIT(1u << 16);
    tw_base_buffer_print(&text, TITLE "\n");
    for (size_t i = 0; i < checkpoint->count; i++) {
        const struct tw_checkpoint_entry *entry = &checkpoint->at[i];
        if (strchr(entry->path, '\n') != NULL) {
            continue;
        }
        tw_base_buffer_print(&text, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " ",
                             entry->device, entry->inode, entry->offset, entry->line,
                             entry->changed);
        for (size_t k = 0; k < entry->head_length; k++) {
            tw_base_buffer_print(&text, "%02x", (unsigned)(unsigned char)entry->head[k]);
        }
        tw_base_buffer_print(&text, " %s\n", entry->path);
    }
    tw_base_buffer_print(&name, "%s.new", path);
    enum tw_status status = TW_OK;
    if (text.status != TW_OK || name.status != TW_OK) {
        status = tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    } else {
        int fd = open(name.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        bool done = fd >= 0 && write_all(fd, tw_base_buffer_span(&text)) && fdatasync(fd) == 0;
        done = (fd < 0 || close(fd) == 0) && done && rename(name.at, path) == 0;
        status = done ? TW_OK : tw_base_error_system(error, "cannot write", path, errno);
    }
    tw_base_buffer_free(&text);
    tw_base_buffer_free(&name);
    return status;
}

/* source_follow.c -- reads a log that grows, and is rotated meanwhile; see source_follow.h.
 *
 * A part is known by device and inode while it is open, and by its first bytes too when a
 * checkpoint is continued: a number is used again, and a copy has another one. Of the files that
 * are parts of the log the oldest is the one that was changed first; rotation numbers decide
 * between equals. Compressed parts are passed over: they were read before they were compressed. */
#include "source/source_follow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

/* Parts of one log that are looked at; more lie there only where nobody cleans up. */
#define PARTS_MAX 1024u
#define PATH_BYTES 4096u

struct part {
    char path[PATH_BYTES];
    uint64_t device, inode, changed, size;
    bool is_path; /* the log's own path, not a rotated part */
};

struct tw_follow {
    char *path;
    tw_follow_is_part is_part;
    bool oldest;
    int fd;
    struct tw_follow_place place;
    bool ended; /* at the end of a part that another one follows */
    uint64_t ended_at;
};

static uint64_t changed_at(const struct stat *info)
{
    return (uint64_t)info->st_mtim.tv_sec * 1000000000u + (uint64_t)info->st_mtim.tv_nsec;
}

enum tw_status tw_follow_new(struct tw_follow **out, const char *path, tw_follow_is_part is_part,
                             bool oldest, struct tw_error *error)
{
    struct tw_follow *made = tw_base_alloc(1, sizeof *made);
    *out = NULL;
    if (made == NULL || (made->path = tw_base_copy(tw_base_span(path))) == NULL) {
        tw_base_free(made);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    made->is_part = is_part;
    made->oldest = oldest;
    made->fd = -1;
    *out = made;
    return TW_OK;
}

void tw_follow_free(struct tw_follow *follow)
{
    if (follow != NULL) {
        if (follow->fd >= 0) {
            (void)close(follow->fd);
        }
        tw_base_free(follow->path);
        tw_base_free(follow);
    }
}

/* ---- parts -------------------------------------------------------------------------------------
 */

static bool is_compressed(const char *path)
{
    static const char *const ends[] = {".gz", ".zst", ".xz", ".bz2", ".zip"};
    struct tw_span name = tw_base_span(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct tw_span end = tw_base_span(ends[i]);
        if (name.length >= end.length &&
            memcmp(name.at + name.length - end.length, end.at, end.length) == 0) {
            return true;
        }
    }
    return false;
}

/* The older part first. The log's own path is the newest. Of equal age the one with the longer, or
 * else the larger, suffix is older: a.log.10, a.log.9. */
static int by_age(const void *left, const void *right)
{
    const struct part *a = left;
    const struct part *b = right;
    if (a->is_path != b->is_path) {
        return a->is_path ? 1 : -1;
    }
    if (a->changed != b->changed) {
        return a->changed < b->changed ? -1 : 1;
    }
    size_t long_a = strlen(a->path);
    size_t long_b = strlen(b->path);
    return long_a != long_b ? (long_a > long_b ? -1 : 1) : -strcmp(a->path, b->path);
}

static bool look_at(struct part *part, const char *path, bool is_path)
{
    struct stat info;
    size_t length = strlen(path);
    if (length >= PATH_BYTES || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
        return false;
    }
    memcpy(part->path, path, length + 1);
    part->device = (uint64_t)info.st_dev;
    part->inode = (uint64_t)info.st_ino;
    part->changed = changed_at(&info);
    part->size = (uint64_t)info.st_size;
    part->is_path = is_path;
    return true;
}

/* The parts that are there, the oldest first. Out of memory only makes them fewer. */
static struct part *list_parts(const struct tw_follow *follow, size_t *count)
{
    const char *slash = strrchr(follow->path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - follow->path) + 1;
    char folder[PATH_BYTES];
    char path[2 * PATH_BYTES];
    struct part *parts = tw_base_alloc(PARTS_MAX, sizeof *parts);
    *count = 0;
    (void)snprintf(folder, sizeof folder, "%.*s", (int)length, follow->path);
    DIR *directory = parts == NULL ? NULL : opendir(length == 0 ? "." : folder);
    struct dirent *entry;
    while (directory != NULL && *count < PARTS_MAX && (entry = readdir(directory)) != NULL) {
        (void)snprintf(path, sizeof path, "%s%s", folder, entry->d_name);
        bool is_path = strcmp(path, follow->path) == 0;
        if ((is_path || (follow->is_part(follow->path, path) && !is_compressed(path))) &&
            look_at(&parts[*count], path, is_path)) {
            (*count)++;
        }
    }
    if (directory != NULL) {
        (void)closedir(directory);
    }
    if (*count > 1) {
        qsort(parts, *count, sizeof *parts, by_age);
    }
    return parts;
}

/* ---- one part ----------------------------------------------------------------------------------
 */

static size_t read_at(int fd, char *to, size_t room, uint64_t offset)
{
    for (;;) {
        ssize_t got = pread(fd, to, room, (off_t)offset);
        if (got >= 0) {
            return (size_t)got;
        }
        if (errno != EINTR) {
            return 0;
        }
    }
}

static bool open_part(struct tw_follow *follow, const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    if (follow->fd >= 0) {
        (void)close(follow->fd);
    }
    follow->fd = fd;
    follow->place = (struct tw_follow_place){.device = (uint64_t)info.st_dev,
                                             .inode = (uint64_t)info.st_ino,
                                             .changed = changed_at(&info)};
    follow->ended = false;
    return true;
}

/* Whether the file still begins as it did: if not, it was cut off and written again. */
static bool begins_alike(int fd, const struct tw_follow_place *place)
{
    char head[TW_FOLLOW_HEAD];
    return read_at(fd, head, place->head_length, 0) == place->head_length &&
           memcmp(head, place->head, place->head_length) == 0;
}

static void learn_head(struct tw_follow *follow)
{
    struct tw_follow_place *place = &follow->place;
    if (place->head_length < TW_FOLLOW_HEAD) {
        place->head_length = read_at(follow->fd, place->head, TW_FOLLOW_HEAD, 0);
    }
}

bool tw_follow_resume(struct tw_follow *follow, const struct tw_follow_place *place)
{
    size_t count;
    struct part *parts = list_parts(follow, &count);
    const struct part *found = NULL;
    const struct part *newer = NULL;
    for (int same_file = 1; found == NULL && same_file >= 0; same_file--) {
        for (size_t i = 0; found == NULL && i < count; i++) {
            bool same = parts[i].inode == place->inode && parts[i].device == place->device;
            /* A copy is known by its beginning alone, which must then be long enough. */
            bool wanted = same_file == 1 ? same : place->head_length == TW_FOLLOW_HEAD;
            if (wanted && parts[i].size >= place->offset && open_part(follow, parts[i].path) &&
                begins_alike(follow->fd, place)) {
                found = &parts[i];
            }
        }
    }
    for (size_t i = 0; found == NULL && newer == NULL && i < count; i++) {
        newer = parts[i].changed >= place->changed ? &parts[i] : NULL;
    }
    if (found != NULL) {
        follow->place.offset = place->offset;
        follow->place.line = place->line;
        learn_head(follow);
    } else if (newer == NULL || !open_part(follow, newer->path)) {
        if (follow->fd >= 0) {
            (void)close(follow->fd);
        }
        follow->fd = -1;
    }
    tw_base_free(parts);
    return found != NULL;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

/* The part that comes after the one in hand; false: there is none yet. */
static bool next_part(const struct tw_follow *follow, struct part *next)
{
    size_t count;
    struct part *parts = list_parts(follow, &count);
    const struct part *found = NULL;
    bool behind = false;
    for (size_t i = 0; i < count && found == NULL; i++) {
        bool itself =
            parts[i].inode == follow->place.inode && parts[i].device == follow->place.device;
        found = behind ? &parts[i] : NULL;
        behind |= itself;
    }
    for (size_t i = 0; i < count && !behind && found == NULL; i++) {
        /* It was removed, or compressed: what was changed later comes next. */
        found = parts[i].changed >= follow->place.changed ? &parts[i] : NULL;
    }
    if (found != NULL) {
        *next = *found;
    }
    tw_base_free(parts);
    return found != NULL;
}

static bool is_in_place(const struct tw_follow *follow)
{
    struct stat info;
    return stat(follow->path, &info) == 0 && (uint64_t)info.st_ino == follow->place.inode &&
           (uint64_t)info.st_dev == follow->place.device;
}

static bool begin(struct tw_follow *follow)
{
    size_t count = 0;
    struct part *parts = follow->oldest ? list_parts(follow, &count) : NULL;
    bool opened = open_part(follow, count > 0 ? parts[0].path : follow->path);
    tw_base_free(parts);
    return opened;
}

enum tw_follow_news tw_follow_read(struct tw_follow *follow, uint64_t now, char *to, size_t room,
                                   size_t *got)
{
    struct tw_follow_place *place = &follow->place;
    struct stat info;
    struct part next;
    *got = 0;
    if (follow->fd < 0 && !begin(follow)) {
        return TW_FOLLOW_NOTHING;
    }
    if (fstat(follow->fd, &info) == 0 &&
        ((uint64_t)info.st_size < place->offset || !begins_alike(follow->fd, place))) {
        *place = (struct tw_follow_place){
            .device = place->device, .inode = place->inode, .changed = changed_at(&info)};
        return TW_FOLLOW_PART;
    }
    *got = read_at(follow->fd, to, room, place->offset);
    if (*got > 0) {
        learn_head(follow);
        place->offset += *got;
        place->changed = changed_at(&info);
        follow->ended = false;
        return TW_FOLLOW_BYTES;
    }
    if (is_in_place(follow) || !next_part(follow, &next)) {
        return TW_FOLLOW_NOTHING;
    }
    if (!follow->ended) {
        follow->ended = true;
        follow->ended_at = now;
    }
    /* Its writer may not know yet; but the one of a part that was rotated again does. */
    if (next.is_path && now - follow->ended_at < TW_FOLLOW_GRACE) {
        return TW_FOLLOW_NOTHING;
    }
    return open_part(follow, next.path) ? TW_FOLLOW_PART : TW_FOLLOW_NOTHING;
}

size_t tw_follow_head(struct tw_follow *follow, char *to, size_t room)
{
    return follow->fd < 0 ? 0 : read_at(follow->fd, to, room, 0);
}

void tw_follow_place(const struct tw_follow *follow, struct tw_follow_place *place)
{
    *place = follow->place;
}

bool tw_follow_is_leaving(const struct tw_follow *follow)
{
    return follow->ended;
}

const char *tw_follow_path(const struct tw_follow *follow)
{
    return follow->path;
}

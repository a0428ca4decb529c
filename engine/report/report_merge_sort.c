/* report_merge_sort.c -- sorts items within bounded memory; see report_merge_item.h.
 *
 * Items gather in one block of memory. A full block is sorted and written to a temporary file as a
 * *run*; in the end the runs are read side by side through small windows. Where there are too many
 * runs for that they become one first. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "report/report_merge_item.h"

/* A sorted run in a file, and the window through which it is read. */
struct run {
    uint64_t at;  /* where the window ends in the file */
    uint64_t end; /* where the run ends */
    char *window;
    size_t from; /* the item in hand begins here */
    size_t to;   /* bytes in the window */
};

struct tw_merge_sort {
    tw_merge_order order;
    char *block;
    size_t used;
    struct tw_merge_item **items; /* that lie in the block */
    size_t count;
    size_t room;
    size_t next; /* where nothing was written: the item to be handed out */
    int file;    /* holds the runs; -1: there are none yet */
    uint64_t written;
    struct run runs[TW_MERGE_RUNS];
    size_t run_count;
    size_t heap[TW_MERGE_RUNS]; /* runs that are not at their end, the least item first */
    size_t heap_count;
    bool reading;
    bool fresh; /* the item at the top of the heap was not handed out yet */
};

static int compare_spans(struct tw_span a, struct tw_span b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter == 0 ? 0 : memcmp(a.at, b.at, shorter);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Which of two lines for the same thing stays: the one that counted more, then the longer one, then
 * any, but always the same. */
static int compare_worth(const struct tw_merge_item *a, const struct tw_merge_item *b)
{
    int order = compare_numbers(b->number, a->number);
    order = order != 0 ? order : compare_numbers(b->length, a->length);
    return order != 0 ? order : compare_numbers(a->hash, b->hash);
}

int tw_report_merge_by_id(const struct tw_merge_item *a, const struct tw_merge_item *b)
{
    int order = compare_numbers(a->id, b->id);
    order = order != 0 ? order : a->kind - b->kind;
    return order != 0 ? order : compare_worth(a, b);
}

int tw_report_merge_by_place(const struct tw_merge_item *a, const struct tw_merge_item *b)
{
    struct tw_span name_a = tw_report_merge_text(a, TW_MERGE_NAME);
    struct tw_span name_b = tw_report_merge_text(b, TW_MERGE_NAME);
    int order = compare_spans((struct tw_span){name_a.at, a->logical},
                              (struct tw_span){name_b.at, b->logical});
    order = order != 0 ? order : compare_spans(name_a, name_b);
    order = order != 0 ? order : a->kind - b->kind;
    if (order == 0 && a->kind == TW_MERGE_DIAGNOSIS) {
        order = compare_numbers(a->offset, b->offset);
        order = order != 0 ? order : compare_numbers(a->id, b->id);
    }
    return order != 0 ? order : compare_worth(a, b);
}

int tw_report_merge_temporary(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    folder = folder == NULL || folder[0] == '\0' ? "/tmp" : folder;
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) {
        return fd;
    }
    struct tw_buffer text = TW_BUFFER_INIT(sizeof path - 1);
    tw_base_buffer_print(&text, "%s/tlswhy-XXXXXX", folder);
    if (text.status != TW_OK) {
        tw_base_buffer_free(&text);
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(path, text.at, text.length);
    path[text.length] = '\0';
    tw_base_buffer_free(&text);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        (void)unlink(path);
    }
    return fd;
}

static enum tw_status out_of_memory(struct tw_error *error)
{
    return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging");
}

static enum tw_status system_failed(const char *what, struct tw_error *error)
{
    return tw_base_error_system(error, what, "temporary file", errno);
}

enum tw_status tw_report_merge_sort_new(struct tw_merge_sort **out, tw_merge_order order,
                                        struct tw_error *error)
{
    struct tw_merge_sort *made = tw_base_alloc(1, sizeof *made);
    *out = NULL;
    if (made == NULL) {
        return out_of_memory(error);
    }
    made->order = order;
    made->file = -1;
    made->block = tw_base_alloc(TW_MERGE_BLOCK, 1);
    if (made->block == NULL) {
        tw_base_free(made);
        return out_of_memory(error);
    }
    *out = made;
    return TW_OK;
}

void tw_report_merge_sort_free(struct tw_merge_sort *sort)
{
    if (sort == NULL) {
        return;
    }
    for (size_t i = 0; i < sort->run_count; i++) {
        tw_base_free(sort->runs[i].window);
    }
    if (sort->file >= 0) {
        (void)close(sort->file);
    }
    tw_base_free(sort->items);
    tw_base_free(sort->block);
    tw_base_free(sort);
}

/* ---- writing runs ------------------------------------------------------------------------------
 */

static int compare_items(const void *left, const void *right, void *order)
{
    tw_merge_order compare = *(tw_merge_order *)order;
    return compare(*(struct tw_merge_item *const *)left, *(struct tw_merge_item *const *)right);
}

static void sort_block(struct tw_merge_sort *sort)
{
    if (sort->count > 1) {
        qsort_r(sort->items, sort->count, sizeof(struct tw_merge_item *), compare_items,
                &sort->order);
    }
}

static enum tw_status write_at(int file, const char *bytes, size_t length, uint64_t *at,
                               struct tw_error *error)
{
    while (length > 0) {
        ssize_t wrote = pwrite(file, bytes, length, (off_t)*at);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return system_failed("cannot be written", error);
        }
        bytes += wrote;
        length -= (size_t)wrote;
        *at += (uint64_t)wrote;
    }
    return TW_OK;
}

/* Items on their way to a file. */
struct writer {
    int file;
    uint64_t at;
    char *bytes;
    size_t used;
};

static enum tw_status put(struct writer *writer, const struct tw_merge_item *item,
                          struct tw_error *error)
{
    enum tw_status status = TW_OK;
    if (writer->used + item->size > TW_MERGE_WINDOW) {
        status = write_at(writer->file, writer->bytes, writer->used, &writer->at, error);
        writer->used = 0;
    }
    if (status != TW_OK) {
        return status;
    }
    memcpy(writer->bytes + writer->used, item, item->size);
    writer->used += item->size;
    return status;
}

static enum tw_status end_writing(struct writer *writer, struct tw_error *error)
{
    enum tw_status status = write_at(writer->file, writer->bytes, writer->used, &writer->at, error);
    tw_base_free(writer->bytes);
    writer->bytes = NULL;
    return status;
}

static enum tw_status begin_writing(struct writer *writer, int file, uint64_t at,
                                    struct tw_error *error)
{
    *writer = (struct writer){.file = file, .at = at};
    writer->bytes = tw_base_alloc(TW_MERGE_WINDOW, 1);
    if (writer->bytes == NULL) {
        (void)out_of_memory(error);
        return TW_ERR_MEMORY;
    }
    return TW_OK;
}

static enum tw_status begin_reading(struct tw_merge_sort *sort, struct tw_error *error);
static enum tw_status next_of_runs(struct tw_merge_sort *sort, const struct tw_merge_item **item,
                                   struct tw_error *error);

/* Makes one run of all runs, in a new file. */
static enum tw_status unite_runs(struct tw_merge_sort *sort, struct tw_error *error)
{
    int file = tw_report_merge_temporary();
    struct writer writer = {.file = file};
    const struct tw_merge_item *item = NULL;
    enum tw_status status = TW_ERR_IO;
    if (file < 0) {
        (void)system_failed("cannot be made", error);
    } else {
        status = begin_writing(&writer, file, 0, error);
    }
    if (status == TW_OK) {
        status = begin_reading(sort, error);
    }
    while (status == TW_OK) {
        status = next_of_runs(sort, &item, error);
        if (status != TW_OK || item == NULL) {
            break;
        }
        status = put(&writer, item, error);
    }
    if (status == TW_OK) {
        status = end_writing(&writer, error);
    }
    tw_base_free(writer.bytes);
    for (size_t i = 0; i < sort->run_count; i++) {
        tw_base_free(sort->runs[i].window);
        sort->runs[i] = (struct run){.at = 0};
    }
    if (status != TW_OK) {
        sort->run_count = 0;
        if (file >= 0) {
            (void)close(file);
        }
        return status;
    }
    (void)close(sort->file);
    sort->file = file;
    sort->written = writer.at;
    sort->runs[0].end = writer.at;
    sort->run_count = 1;
    return TW_OK;
}

/* Writes the block as a run and empties it. */
static enum tw_status write_run(struct tw_merge_sort *sort, struct tw_error *error)
{
    struct writer writer;
    if (sort->file < 0) {
        sort->file = tw_report_merge_temporary();
    }
    if (sort->file < 0) {
        return system_failed("cannot be made", error);
    }
    sort_block(sort);
    enum tw_status status = begin_writing(&writer, sort->file, sort->written, error);
    for (size_t i = 0; status == TW_OK && i < sort->count; i++) {
        status = put(&writer, sort->items[i], error);
    }
    if (status == TW_OK) {
        status = end_writing(&writer, error);
    }
    tw_base_free(writer.bytes);
    if (status != TW_OK) {
        return status;
    }
    sort->runs[sort->run_count++] = (struct run){.at = sort->written, .end = writer.at};
    sort->written = writer.at;
    sort->count = 0;
    sort->used = 0;
    return sort->run_count == TW_MERGE_RUNS ? unite_runs(sort, error) : TW_OK;
}

enum tw_status tw_report_merge_sort_add(struct tw_merge_sort *sort,
                                        const struct tw_merge_item *item, struct tw_error *error)
{
    if (sort->used + item->size > TW_MERGE_BLOCK) {
        enum tw_status status = write_run(sort, error);
        if (status != TW_OK) {
            return status;
        }
    }
    if (sort->count == sort->room) {
        size_t room = sort->room == 0 ? 64 : sort->room * 2;
        struct tw_merge_item **grown =
            tw_base_realloc(sort->items, room, sizeof(struct tw_merge_item *));
        if (grown == NULL) {
            return out_of_memory(error);
        }
        sort->items = grown;
        sort->room = room;
    }
    struct tw_merge_item *copy = (struct tw_merge_item *)(void *)(sort->block + sort->used);
    memcpy(copy, item, item->size);
    sort->items[sort->count++] = copy;
    sort->used += item->size;
    return TW_OK;
}

/* ---- reading runs ------------------------------------------------------------------------------
 */

static const struct tw_merge_item *head_of(const struct run *run)
{
    return (const struct tw_merge_item *)(const void *)(run->window + run->from);
}

/* Moves what is left of the window to its beginning and fills it up from the file. */
static enum tw_status fill(const struct tw_merge_sort *sort, struct run *run,
                           struct tw_error *error)
{
    memmove(run->window, run->window + run->from, run->to - run->from);
    run->to -= run->from;
    run->from = 0;
    while (run->to < TW_MERGE_WINDOW && run->at < run->end) {
        uint64_t left = run->end - run->at;
        size_t room = TW_MERGE_WINDOW - run->to;
        ssize_t got = pread(sort->file, run->window + run->to, left < room ? (size_t)left : room,
                            (off_t)run->at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            errno = got == 0 ? EIO : errno;
            return system_failed("cannot be read", error);
        }
        run->to += (size_t)got;
        run->at += (uint64_t)got;
    }
    return TW_OK;
}

/* Goes past `size` bytes to the next item; run->from == run->to at the end. */
static enum tw_status step(const struct tw_merge_sort *sort, struct run *run, size_t size,
                           struct tw_error *error)
{
    run->from += size;
    size_t left = run->to - run->from;
    if (left >= sizeof(struct tw_merge_item) && left >= head_of(run)->size) {
        return TW_OK;
    }
    return fill(sort, run, error);
}

static void sift_down(struct tw_merge_sort *sort, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < sort->heap_count; child++) {
            if (sort->order(head_of(&sort->runs[sort->heap[child]]),
                            head_of(&sort->runs[sort->heap[least]])) < 0) {
                least = child;
            }
        }
        if (least == at) {
            return;
        }
        size_t swap = sort->heap[at];
        sort->heap[at] = sort->heap[least];
        sort->heap[least] = swap;
        at = least;
    }
}

static enum tw_status begin_reading(struct tw_merge_sort *sort, struct tw_error *error)
{
    sort->heap_count = 0;
    sort->fresh = true;
    for (size_t i = 0; i < sort->run_count; i++) {
        struct run *run = &sort->runs[i];
        run->window = tw_base_alloc(TW_MERGE_WINDOW, 1);
        if (run->window == NULL) {
            return out_of_memory(error);
        }
        enum tw_status status = step(sort, run, 0, error);
        if (status != TW_OK) {
            return status;
        }
        sort->heap[sort->heap_count++] = i;
    }
    for (size_t i = sort->heap_count; i-- > 0;) {
        sift_down(sort, i);
    }
    return TW_OK;
}

static enum tw_status next_of_runs(struct tw_merge_sort *sort, const struct tw_merge_item **item,
                                   struct tw_error *error)
{
    *item = NULL;
    if (!sort->fresh && sort->heap_count > 0) {
        struct run *run = &sort->runs[sort->heap[0]];
        enum tw_status status = step(sort, run, head_of(run)->size, error);
        if (status != TW_OK) {
            return status;
        }
        if (run->from == run->to) {
            sort->heap[0] = sort->heap[--sort->heap_count];
        }
        sift_down(sort, 0);
    }
    sort->fresh = false;
    if (sort->heap_count > 0) {
        *item = head_of(&sort->runs[sort->heap[0]]);
    }
    return TW_OK;
}

enum tw_status tw_report_merge_sort_next(struct tw_merge_sort *sort,
                                         const struct tw_merge_item **item, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    if (!sort->reading) {
        sort->reading = true;
        if (sort->run_count == 0) {
            sort_block(sort);
        } else {
            status = sort->count > 0 ? write_run(sort, error) : TW_OK;
            status = status == TW_OK ? begin_reading(sort, error) : status;
        }
    }
    if (status == TW_OK && sort->run_count > 0) {
        return next_of_runs(sort, item, error);
    }
    *item = status == TW_OK && sort->next < sort->count ? sort->items[sort->next++] : NULL;
    return status;
}

/* scan.c -- reads a stream in blocks of whole records and lets the matcher look at each block once.
 *
 * Overall design. The buffer holds at most TW_RECORD_MAX bytes and always begins where a record
 * begins. It is filled to TW_BLOCK_SIZE; if the last record that begins in it does not begin at
 * byte 0, everything before that is the block, and the rest is moved to the front. If no second
 * record begins, the buffer is filled to the maximum, and if it still holds one unfinished record,
 * that record is cut there: the rest of it becomes a further record, which overlaps by
 * TW_RECORD_OVERLAP bytes so that no wording is lost at the cut; hits that end in the overlap were
 * told before and are skipped. All of this depends on the bytes alone.
 *
 * Limits: TW_BLOCK_SIZE, TW_RECORD_MAX, TW_RECORD_OVERLAP. Allocates nothing while it runs. */
#include "scan/scan.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/limits.h"

/* What `starts` may look at; the same number as TW_FORMAT_LINE_HEAD, which this layer may not see.
 */
#define LINE_HEAD 256u

struct tw_scanner {
    struct tw_matcher *matcher;
    struct tw_stream *stream;
    tw_scan_starts starts;
    char mark;     /* where this byte stands a record may begin: */
    size_t behind; /* this many bytes behind it */
    char *buffer;
    size_t length;             /* bytes in the buffer */
    size_t block;              /* of which this many are the block in hand */
    size_t keep_from;          /* where the bytes begin that the next block begins with */
    size_t skip;               /* of the next block, told before */
    struct tw_cursor at_block; /* where the block in hand begins */
    struct tw_cursor located;  /* the last place asked for */
    size_t located_at;         /* in the block */
    bool ended;
    enum tw_status ending; /* how the stream ended */
    struct tw_error error;
};

enum tw_status tw_scan_new(struct tw_scanner **out, const struct tw_pack *pack,
                           struct tw_error *error)
{
    *out = NULL;
    struct tw_scanner *scanner = tw_base_alloc(1, sizeof *scanner);
    if (scanner == NULL || (scanner->buffer = tw_base_alloc(TW_RECORD_MAX, 1)) == NULL) {
        tw_scan_free(scanner);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    enum tw_status status =
        tw_match_open(&scanner->matcher, pack->database, pack->anchor_count, error);
    if (status != TW_OK) {
        tw_scan_free(scanner);
        return status;
    }
    *out = scanner;
    return TW_OK;
}

void tw_scan_free(struct tw_scanner *scanner)
{
    if (scanner != NULL) {
        tw_match_free(scanner->matcher);
        tw_base_free(scanner->buffer);
        tw_base_free(scanner);
    }
}

void tw_scan_begin(struct tw_scanner *scanner, struct tw_stream *stream, tw_scan_starts starts,
                   char border)
{
    struct tw_matcher *matcher = scanner->matcher;
    char *buffer = scanner->buffer;
    *scanner = (struct tw_scanner){.matcher = matcher,
                                   .buffer = buffer,
                                   .stream = stream,
                                   .starts = starts,
                                   .mark = border == 0 ? '\n' : border,
                                   .behind = border == 0};
    /* Passes over a mark of byte order. */
    tw_base_stream_advance(stream, &scanner->at_block, (struct tw_span){NULL, 0});
    scanner->located = scanner->at_block;
}

/* Whether a record begins at the line or border at `at`. One whose head is not whole yet is not
 * judged, unless the buffer is full: then the record before it would be cut for want of a border
 * that is there. */
static bool begins_record(const struct tw_scanner *scanner, size_t at)
{
    size_t room = scanner->length - at;
    const char *text = scanner->buffer + at;
    size_t length = room < LINE_HEAD ? room : LINE_HEAD;
    const char *newline = scanner->behind == 0 ? NULL : memchr(text, '\n', length);
    bool more_may_come = !scanner->ended && scanner->length < TW_RECORD_MAX;
    if (newline == NULL && room < LINE_HEAD && more_may_come) {
        return false;
    }
    if (newline != NULL) {
        length = (size_t)(newline - text);
    }
    if (scanner->behind > 0 && length > 0 && text[length - 1] == '\r') {
        length--;
    }
    return scanner->starts((struct tw_span){text, length});
}

/* The last place before `end` where a record may begin; 0 where there is none but the first. */
static size_t place_before(const struct tw_scanner *scanner, size_t end)
{
    const char *mark = end == 0 ? NULL : memrchr(scanner->buffer, scanner->mark, end);
    return mark == NULL ? 0 : (size_t)(mark - scanner->buffer) + scanner->behind;
}

/* Where the last record of the buffer begins; 0 where no other than the first is known. */
static size_t last_record(const struct tw_scanner *scanner)
{
    size_t end = scanner->length;
    size_t place;
    while ((place = place_before(scanner, end)) > 0) {
        if (place < scanner->length && begins_record(scanner, place)) {
            return place;
        }
        end = place - scanner->behind;
    }
    return 0;
}

/* Reads until the buffer holds `wanted` bytes or the stream ends. */
static void fill(struct tw_scanner *scanner, size_t wanted)
{
    while (!scanner->ended && scanner->length < wanted) {
        size_t got = 0;
        enum tw_status status =
            tw_base_stream_read(scanner->stream, scanner->buffer + scanner->length,
                                wanted - scanner->length, &got, &scanner->error);
        if (status == TW_OK) {
            scanner->length += got;
        } else {
            scanner->ended = true;
            scanner->ending = status;
        }
    }
}

/* Moves what the block in hand left over to the front of the buffer. */
static void drop_block(struct tw_scanner *scanner)
{
    scanner->at_block = tw_scan_locate(scanner, scanner->keep_from);
    scanner->located = scanner->at_block;
    scanner->located_at = 0;
    memmove(scanner->buffer, scanner->buffer + scanner->keep_from,
            scanner->length - scanner->keep_from);
    scanner->length -= scanner->keep_from;
    scanner->block = scanner->keep_from = 0;
}

/* Whether the stream has no byte beyond a full buffer. */
static bool ends_here(struct tw_scanner *scanner)
{
    struct tw_span next;
    char none;
    size_t got = 0;
    if (scanner->ended || tw_base_stream_peek(scanner->stream, 1, &next) != TW_OK ||
        next.length > 0) {
        return scanner->ended;
    }
    scanner->ended = true;
    scanner->ending = tw_base_stream_read(scanner->stream, &none, 1, &got, &scanner->error);
    return true;
}

/* Decides how much of the buffer is the next block. */
static void choose_block(struct tw_scanner *scanner)
{
    scanner->skip = 0;
    fill(scanner, TW_BLOCK_SIZE);
    size_t end = scanner->ended ? scanner->length : last_record(scanner);
    if (end == 0 && !scanner->ended) {
        fill(scanner, TW_RECORD_MAX);
        end = scanner->ended ? scanner->length : last_record(scanner);
        if (end == 0 && ends_here(scanner)) {
            end = scanner->length;
        }
    }
    scanner->block = scanner->keep_from = end;
    if (end == 0 && scanner->length == TW_RECORD_MAX) {
        scanner->block = TW_RECORD_MAX;
        scanner->keep_from = TW_RECORD_MAX - TW_RECORD_OVERLAP;
    }
}

enum tw_status tw_scan_next(struct tw_scanner *scanner, bool without_matching,
                            struct tw_scan_block *block, struct tw_error *error)
{
    size_t skip = scanner->block - scanner->keep_from;
    drop_block(scanner);
    choose_block(scanner);
    if (scanner->ended && scanner->block > 0 && scanner->block <= skip) {
        /* The input ended with the record that was cut; all of this was told with it. */
        drop_block(scanner);
    }
    *block = (struct tw_scan_block){.bytes = {scanner->buffer, scanner->block}, .skip = skip};
    block->cut = scanner->keep_from < scanner->block;
    if (scanner->block == 0) {
        enum tw_status status = scanner->ending;
        if (status < 0 && error != NULL) {
            *error = scanner->error;
            error->status = status;
        }
        scanner->ending = TW_END;
        return status;
    }
    return without_matching ? TW_OK
                            : tw_match_scan(scanner->matcher, block->bytes, &block->hits, error);
}

void tw_scan_begin_fed(struct tw_scanner *scanner, struct tw_stream *places, tw_scan_starts starts,
                       char border, const struct tw_cursor *at)
{
    tw_scan_begin(scanner, places, starts, border);
    tw_scan_part(scanner, places, *at);
}

void tw_scan_part(struct tw_scanner *scanner, struct tw_stream *places, struct tw_cursor at)
{
    assert(scanner->length == scanner->keep_from);
    scanner->stream = places;
    scanner->length = scanner->block = scanner->keep_from = scanner->skip = 0;
    scanner->at_block = scanner->located = at;
    scanner->located_at = 0;
}

size_t tw_scan_feed(struct tw_scanner *scanner, struct tw_span bytes)
{
    scanner->skip = scanner->keep_from > 0 ? scanner->block - scanner->keep_from : scanner->skip;
    drop_block(scanner);
    size_t room = TW_RECORD_MAX - scanner->length;
    size_t count = bytes.length < room ? bytes.length : room;
    if (count > 0) {
        memcpy(scanner->buffer + scanner->length, bytes.at, count);
        scanner->length += count;
    }
    return count;
}

enum tw_status tw_scan_fed(struct tw_scanner *scanner, enum tw_scan_last last,
                           struct tw_scan_block *block, struct tw_error *error)
{
    (void)tw_scan_feed(scanner, (struct tw_span){NULL, 0});
    scanner->ended = last != TW_SCAN_KEEP;
    size_t end = scanner->ended ? scanner->length : last_record(scanner);
    scanner->block = scanner->keep_from = end;
    if (end == 0 && scanner->length == TW_RECORD_MAX) {
        scanner->block = TW_RECORD_MAX;
        scanner->keep_from = TW_RECORD_MAX - TW_RECORD_OVERLAP;
    }
    *block = (struct tw_scan_block){.bytes = {scanner->buffer, scanner->block},
                                    .skip = scanner->skip,
                                    .cut = scanner->keep_from < scanner->block};
    size_t skip = scanner->skip;
    if (last == TW_SCAN_LOOK) {
        scanner->keep_from = 0;
    }
    /* What is not longer than `skip` was told with the record that was cut. */
    if (scanner->block == 0 || (last != TW_SCAN_KEEP && scanner->block <= skip)) {
        return TW_END;
    }
    return tw_match_scan(scanner->matcher, block->bytes, &block->hits, error);
}

struct tw_cursor tw_scan_rest(struct tw_scanner *scanner, size_t *length)
{
    *length = scanner->length - scanner->keep_from;
    return tw_scan_locate(scanner, scanner->keep_from);
}

void tw_scan_record(struct tw_scanner *scanner, size_t at, size_t *start, size_t *end)
{
    /* Byte `at` itself is a border, or its line's beginning is looked for. */
    size_t place = place_before(scanner, scanner->behind == 0 ? at + 1 : at);
    while (place > 0 && !begins_record(scanner, place)) {
        place = place_before(scanner, place - scanner->behind);
    }
    *start = place;
    *end = scanner->block;
    for (size_t from = at + 1 - scanner->behind; from < scanner->block; from++) {
        const char *mark = memchr(scanner->buffer + from, scanner->mark, scanner->block - from);
        if (mark == NULL) {
            break;
        }
        from = (size_t)(mark - scanner->buffer);
        if (from + scanner->behind < scanner->block &&
            begins_record(scanner, from + scanner->behind)) {
            *end = from + scanner->behind;
            break;
        }
    }
}

struct tw_cursor tw_scan_locate(struct tw_scanner *scanner, size_t at)
{
    if (at < scanner->located_at) {
        scanner->located = scanner->at_block;
        scanner->located_at = 0;
    }
    if (at > scanner->located_at) {
        struct tw_span bytes = {scanner->buffer + scanner->located_at, at - scanner->located_at};
        tw_base_stream_advance(scanner->stream, &scanner->located, bytes);
        scanner->located_at = at;
    }
    return scanner->located;
}

struct tw_cursor tw_scan_total(struct tw_scanner *scanner)
{
    return tw_scan_locate(scanner, scanner->keep_from);
}

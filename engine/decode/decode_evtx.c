/* decode_evtx.c -- Windows event logs (EVTX): walks over file header, chunks and records, and hands
 * out the XML of each record as a line.
 *
 * Overall design. A file is a header of 4096 bytes and chunks of 64 KiB, each with its own strings
 * and templates; one chunk is in memory at a time. The records of a chunk stand one behind the
 * other up to its free space; what is behind is left of former use and not read. The next record is
 * always expanded already, so that the place behind what was handed out is known, however the
 * output is read.
 *
 * Damage never stops the walk: a record that cannot be read is passed over by its size, and where
 * that is not to be trusted the next one is searched for; chunks with wrong checksums are read all
 * the same. It is counted, and the read that comes to the end says TW_ERR_DATA, or TW_ERR_TRUNCATED
 * where the file was cut. A log that was not closed (dirty) is no damage: chunks and records count
 * as they are, whatever the file header says. Neither are chunks of zeros, which are not in use
 * yet, nor anything without the magic of a chunk behind the chunks that the header counts.
 *
 * Limits: TW_EVTX_*, TW_RECORD_MAX. */
#include <inttypes.h>

#include "base/alloc.h"
#include "decode/decode_evtx_parts.h"
#include "decode/decode_layer.h"

/* File header. */
#define CHUNK_COUNT_AT 42u
#define FLAGS_AT 120u
#define CHECKSUM_AT 124u
#define NO_CHECKSUMS 4u

/* Chunk header; flags and its checksum stand where those of the file header do. */
#define LAST_RECORD_AT 32u
#define FREE_SPACE_AT 48u
#define RECORDS_CHECKSUM_AT 52u
#define TABLES_AT 128u
#define CHUNK_HEADER 512u

/* Record: magic, size, number, time; binary XML; size again. */
#define RECORD_NUMBER_AT 8u
#define RECORD_XML_AT 24u
#define RECORD_MIN 28u

static const struct tw_span file_magic = TW_SPAN_INIT("ElfFile\0");
static const struct tw_span chunk_magic = TW_SPAN_INIT("ElfChnk\0");
static const struct tw_span record_magic = TW_SPAN_INIT("**\0\0");

/* What was damaged, and where it was first. */
struct tally {
    uint64_t count;
    uint64_t offset;
    uint64_t chunk;
    const char *what;
};

struct evtx {
    struct tw_stream stream;
    struct tw_stream *below;
    bool below_ended;
    bool ended;             /* nothing more will come than what is in expander.out */
    struct tw_error ending; /* how it ended */
    uint64_t taken;         /* bytes read from below */
    uint64_t slots;         /* places of chunks that were read ... */
    uint64_t chunks;        /* ... those that hold one or should ... */
    uint64_t promised;      /* ... and how many the file header says; UINT64_MAX: not known */
    bool bad_header;
    bool cut;
    struct tally damaged; /* chunks */
    struct tally lost;    /* records */
    uint64_t chunk_at;    /* offset of the chunk */
    size_t length;        /* bytes of it that are there */
    size_t at;            /* next record */
    size_t end;           /* of the records */
    uint64_t last_number; /* of a record; 0: none yet in this chunk */
    size_t given;         /* bytes of expander.out that were handed out */
    uint64_t produced;    /* bytes of output, those in expander.out included */
    struct tw_decode_evtx_map map;
    struct tw_decode_evtx_sieve sieve;
    size_t sifted_to; /* the records before this place were looked at */
    bool unheard;     /* the chunk was looked at, and nothing of it went out yet */
    struct tw_decode_evtx_expander expander;
    char chunk[TW_EVTX_CHUNK];
};

unsigned tw_decode_bid_evtx(struct tw_span head)
{
    if (tw_base_span_starts(head, file_magic)) {
        return 64;
    }
    /* A file header that was overwritten: the chunks do not need it. */
    return tw_base_span_starts(tw_base_span_skip(head, TW_EVTX_FILE_HEADER), chunk_magic) ? 63 : 0;
}

/* ---- damage -------------------------------------------------------------------------------- */

static void count_damage(const struct evtx *evtx, struct tally *tally, uint64_t count, size_t at,
                         const char *what)
{
    if (tally->count == 0) {
        tally->offset = evtx->chunk_at + at;
        tally->chunk = evtx->slots;
        tally->what = what;
    }
    tally->count += count;
}

static void count_chunk(struct evtx *evtx, const char *what)
{
    count_damage(evtx, &evtx->damaged, 1, 0, what);
}

/* Parts a piece of the message from the one before. */
static struct tw_buffer *next_piece(struct tw_buffer *text)
{
    tw_base_buffer_add(text, text->length == 0 ? TW_SPAN("") : TW_SPAN("; "));
    return text;
}

/* The whole message. */
static void describe(const struct evtx *evtx, struct tw_buffer *text)
{
    const struct tally *damaged = &evtx->damaged;
    const struct tally *lost = &evtx->lost;
    if (evtx->cut) {
        bool headless = evtx->taken < TW_EVTX_FILE_HEADER;
        uint64_t whole = headless ? 0 : (evtx->taken - TW_EVTX_FILE_HEADER) / TW_EVTX_CHUNK;
        tw_base_buffer_print(next_piece(text),
                             "the event log ends too early, at offset %" PRIu64 ", after %" PRIu64
                             " whole chunks",
                             evtx->taken, whole);
        if (evtx->promised != UINT64_MAX) {
            tw_base_buffer_print(text, " of %" PRIu64, evtx->promised);
        }
    }
    if (evtx->bad_header) {
        tw_base_buffer_print(next_piece(text), "the file header of the event log is damaged");
    }
    if (damaged->count > 0) {
        tw_base_buffer_print(next_piece(text),
                             "%" PRIu64 " of %" PRIu64 " chunks %s damaged, the first at offset "
                             "%" PRIu64 " (chunk %" PRIu64 ", %s)",
                             damaged->count, evtx->chunks, damaged->count == 1 ? "is" : "are",
                             damaged->offset, damaged->chunk, damaged->what);
    }
    if (lost->count > 0) {
        tw_base_buffer_print(next_piece(text),
                             "%" PRIu64 " record%s could not be read, the first at offset "
                             "%" PRIu64 " (chunk %" PRIu64 ", %s)",
                             lost->count, lost->count == 1 ? "" : "s", lost->offset, lost->chunk,
                             lost->what);
    }
    tw_base_buffer_print(next_piece(text), "all else was read");
}

/* Sets how the stream ends. A failure of the stream below is the reason of what is missing here. */
static enum tw_status conclude(struct evtx *evtx)
{
    bool damage = evtx->bad_header || evtx->damaged.count > 0 || evtx->lost.count > 0;
    if (evtx->ending.status < 0) {
        return evtx->ending.status;
    }
    if (!evtx->cut && !damage) {
        return evtx->ending.status = TW_END;
    }
    struct tw_buffer text = TW_BUFFER_INIT(TW_ERROR_MAX);
    describe(evtx, &text);
    enum tw_status status = evtx->cut ? TW_ERR_TRUNCATED : TW_ERR_DATA;
    status = text.status == TW_ERR_MEMORY
                 ? tw_base_error_set(&evtx->ending, TW_ERR_MEMORY, "out of memory")
                 : tw_base_error_set(&evtx->ending, status, "%.*s", (int)text.length, text.at);
    tw_base_buffer_free(&text);
    return status;
}

/* ---- header and chunks --------------------------------------------------------------------- */

/* Reads `size` bytes, or as many as there are. */
static size_t take(struct evtx *evtx, char *to, size_t size)
{
    size_t length = 0;
    while (length < size && !evtx->below_ended) {
        size_t got = 0;
        enum tw_status status =
            tw_base_stream_read(evtx->below, to + length, size - length, &got, &evtx->ending);
        if (status != TW_OK) {
            evtx->below_ended = true;
            evtx->ending.status = status;
        }
        length += got;
    }
    evtx->taken += length;
    return length;
}

static bool is_zero(struct tw_span bytes)
{
    return bytes.length == 0 ||
           (bytes.at[0] == 0 && memcmp(bytes.at, bytes.at + 1, bytes.length - 1) == 0);
}

static void read_header(struct evtx *evtx)
{
    const char *header = evtx->chunk;
    evtx->promised = UINT64_MAX;
    if (take(evtx, evtx->chunk, TW_EVTX_FILE_HEADER) < TW_EVTX_FILE_HEADER) {
        evtx->cut = true;
        return;
    }
    bool whole = tw_decode_crc32(0, (struct tw_span){header, FLAGS_AT}) ==
                 tw_decode_evtx_u32(header + CHECKSUM_AT);
    bool unchecked = (tw_decode_evtx_u32(header + FLAGS_AT) & NO_CHECKSUMS) != 0;
    if (memcmp(header, file_magic.at, file_magic.length) != 0 || (!whole && !unchecked)) {
        evtx->bad_header = true;
        return;
    }
    evtx->promised = tw_decode_evtx_u16(header + CHUNK_COUNT_AT);
}

/* What is wrong with the header of the chunk, or with its records' checksum; NULL: nothing. Sets
 * where the records end. */
static const char *check_chunk(struct evtx *evtx)
{
    const char *chunk = evtx->chunk;
    size_t free_space = tw_decode_evtx_u32(chunk + FREE_SPACE_AT);
    bool unchecked = (tw_decode_evtx_u32(chunk + FLAGS_AT) & NO_CHECKSUMS) != 0;
    bool sane = free_space >= CHUNK_HEADER && free_space <= TW_EVTX_CHUNK;
    free_space = sane ? free_space : TW_EVTX_CHUNK;
    evtx->end = free_space < evtx->length ? free_space : evtx->length;
    uint32_t crc = tw_decode_crc32(0, (struct tw_span){chunk, FLAGS_AT});
    crc = tw_decode_crc32(crc, (struct tw_span){chunk + TABLES_AT, CHUNK_HEADER - TABLES_AT});
    if (!sane || (!unchecked && crc != tw_decode_evtx_u32(chunk + CHECKSUM_AT))) {
        return "its header";
    }
    struct tw_span records = {chunk + CHUNK_HEADER, free_space - CHUNK_HEADER};
    bool wrong = !unchecked && evtx->end == free_space &&
                 tw_decode_crc32(0, records) != tw_decode_evtx_u32(chunk + RECORDS_CHECKSUM_AT);
    return wrong ? "the checksum of its records" : NULL;
}

/* The size of the record at `at`; 0: there is none. Sets `*cut` where the file ends within it. */
static size_t record_size(const struct evtx *evtx, size_t at, bool *cut)
{
    const char *record = evtx->chunk + at;
    *cut = false;
    if (evtx->end - at < RECORD_MIN || memcmp(record, record_magic.at, record_magic.length) != 0) {
        return 0;
    }
    size_t size = tw_decode_evtx_u32(record + record_magic.length);
    if (size < RECORD_MIN || size > TW_EVTX_CHUNK - at) {
        return 0;
    }
    *cut = size > evtx->length - at;
    return size <= evtx->end - at && tw_decode_evtx_u32(record + size - 4) == size ? size : 0;
}

/* Tells the records apart that can matter, up to the first that cannot be trusted. */
static void sift(struct evtx *evtx)
{
    struct tw_decode_evtx_expander *expander = &evtx->expander;
    size_t at = evtx->at;
    size_t size = 0;
    bool cut;
    tw_decode_evtx_sieve_begin(&evtx->sieve, expander);
    while (evtx->end - at >= RECORD_MIN && (size = record_size(evtx, at, &cut)) > 0) {
        tw_decode_evtx_sieve_add(&evtx->sieve, expander, at, at + RECORD_XML_AT, at + size - 4);
        at += size;
    }
    evtx->sifted_to = tw_decode_evtx_sieve_end(&evtx->sieve, expander) ? at : 0;
    evtx->unheard = true;
}

/* Reads the next chunk. False: there is none. */
static bool next_chunk(struct evtx *evtx)
{
    evtx->chunk_at = evtx->taken;
    evtx->at = evtx->end = 0;
    evtx->unheard = false;
    evtx->last_number = 0;
    evtx->length = take(evtx, evtx->chunk, TW_EVTX_CHUNK);
    struct tw_span bytes = {evtx->chunk, evtx->length};
    bool promised = evtx->slots < evtx->promised;
    bool known = evtx->promised != UINT64_MAX;
    if (evtx->length == 0) {
        evtx->cut = evtx->cut || (known && promised);
        return false;
    }
    evtx->slots++;
    bool is_chunk = tw_base_span_starts(bytes, chunk_magic);
    if (evtx->length < TW_EVTX_CHUNK) {
        evtx->cut = evtx->cut || is_chunk || promised;
    }
    if (!is_chunk) {
        if (promised && !is_zero(bytes)) {
            evtx->chunks++;
            count_chunk(evtx, "no chunk header is there");
        }
        return true;
    }
    evtx->chunks++;
    if (evtx->length < CHUNK_HEADER) {
        return true;
    }
    const char *wrong = check_chunk(evtx);
    if (wrong != NULL) {
        count_chunk(evtx, wrong);
    }
    evtx->at = CHUNK_HEADER;
    evtx->sifted_to = 0;
    tw_decode_evtx_enter(&evtx->expander, bytes);
    if (evtx->expander.sieve != NULL) {
        sift(evtx);
    }
    return true;
}

/* ---- records ------------------------------------------------------------------------------- */

/* Goes on where a record begins again, and counts those that are missing by their numbers. */
static void skip_damage(struct evtx *evtx)
{
    size_t from = evtx->at;
    uint64_t next = 0;
    bool cut;
    size_t at = from + 1;
    while (at < evtx->end && record_size(evtx, at, &cut) == 0) {
        struct tw_span rest = {evtx->chunk + at + 1, evtx->end - at - 1};
        at += 1 + tw_base_span_find(rest, record_magic);
    }
    evtx->at = at < evtx->end ? at : evtx->end;
    next = evtx->at < evtx->end ? tw_decode_evtx_u64(evtx->chunk + at + RECORD_NUMBER_AT)
                                : tw_decode_evtx_u64(evtx->chunk + LAST_RECORD_AT) + 1;
    uint64_t missing = next - evtx->last_number - 1;
    bool sane = evtx->last_number > 0 && missing > 0 && missing < TW_EVTX_CHUNK / RECORD_MIN;
    count_damage(evtx, &evtx->lost, sane ? missing : 1, from, "no record begins there");
}

/* Expands the next record of the chunk. TW_END: there is none. */
static enum tw_status next_record(struct evtx *evtx)
{
    while (evtx->end - evtx->at >= RECORD_MIN) {
        size_t at = evtx->at;
        bool cut;
        size_t size = record_size(evtx, at, &cut);
        if (cut || is_zero((struct tw_span){evtx->chunk + at, evtx->end - at})) {
            break;
        }
        if (size == 0) {
            skip_damage(evtx);
            continue;
        }
        evtx->at += size;
        evtx->last_number = tw_decode_evtx_u64(evtx->chunk + at + RECORD_NUMBER_AT);
        if (at < evtx->sifted_to && !tw_decode_evtx_sieve_keeps(&evtx->sieve, at)) {
            continue;
        }
        enum tw_status status =
            tw_decode_evtx_expand(&evtx->expander, at + RECORD_XML_AT, at + size - 4);
        if (status != TW_ERR_DATA) {
            return status;
        }
        count_damage(evtx, &evtx->lost, 1, at, "its binary XML");
    }
    evtx->at = evtx->end;
    return TW_END;
}

/* Expands the next record of the file. TW_END: there is none. A chunk in which the sieve kept
 * nothing gives an empty line, so that who reads is not kept waiting while a large log is silent.
 */
static enum tw_status next_line(struct evtx *evtx, uint64_t *offset)
{
    enum tw_status status;
    while ((status = next_record(evtx)) == TW_END) {
        if (evtx->unheard) {
            evtx->unheard = false;
            *offset = evtx->chunk_at + evtx->end;
            tw_base_buffer_clear(&evtx->expander.out);
            return TW_OK;
        }
        if (!next_chunk(evtx)) {
            *offset = evtx->taken;
            return TW_END;
        }
    }
    evtx->unheard = false;
    /* Its size stands at its end, too. */
    *offset = evtx->chunk_at + evtx->at - tw_decode_evtx_u32(evtx->chunk + evtx->at - 4);
    return status;
}

/* Puts the next line in expander.out, or ends. */
static void produce(struct evtx *evtx)
{
    struct tw_buffer *out = &evtx->expander.out;
    uint64_t offset = 0;
    evtx->given = 0;
    enum tw_status status = next_line(evtx, &offset);
    tw_base_buffer_add_char(out, '\n');
    bool whole = status == TW_OK && out->status == TW_OK;
    if (!tw_decode_evtx_map_add(&evtx->map, evtx->produced, offset) || (!whole && status < 0)) {
        (void)tw_base_error_set(&evtx->ending, TW_ERR_MEMORY, "out of memory");
        whole = false;
    }
    if (whole) {
        evtx->produced += out->length;
        return;
    }
    tw_base_buffer_clear(out);
    evtx->ended = true;
    (void)conclude(evtx);
}

/* ---- the stream ---------------------------------------------------------------------------- */

static enum tw_status evtx_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                struct tw_error *error)
{
    struct evtx *evtx = (struct evtx *)stream;
    *got = 0;
    while (*got < room && !evtx->ended) {
        struct tw_span line =
            tw_base_span_skip(tw_base_buffer_span(&evtx->expander.out), evtx->given);
        size_t count = line.length < room - *got ? line.length : room - *got;
        memcpy(to + *got, line.at, count);
        *got += count;
        evtx->given += count;
        if (count == line.length) {
            produce(evtx);
        }
    }
    if (*got > 0) {
        return TW_OK;
    }
    if (evtx->ending.status < 0 && error != NULL) {
        *error = evtx->ending;
    }
    return evtx->ending.status;
}

static void evtx_advance(const struct tw_stream *stream, struct tw_cursor *cursor,
                         struct tw_span bytes)
{
    cursor->out += bytes.length;
    cursor->offset = tw_decode_evtx_map_find(&((const struct evtx *)stream)->map, cursor->out);
}

static void evtx_free(struct tw_stream *stream)
{
    struct evtx *evtx = (struct evtx *)stream;
    tw_decode_evtx_expander_free(&evtx->expander);
    tw_base_buffer_free(&evtx->sieve.records);
    tw_base_free(evtx->map.at);
    tw_base_stream_free(evtx->below);
    tw_base_free(evtx);
}

static const struct tw_stream_type evtx_type = {
    .name = "evtx",
    .read = evtx_read,
    .advance = evtx_advance,
    .free = evtx_free,
};

enum tw_status tw_decode_open_evtx(struct tw_stream **out, struct tw_stream *below,
                                   struct tw_matcher *sieve, struct tw_error *error)
{
    struct evtx *evtx = tw_base_alloc(1, sizeof *evtx);
    if (evtx == NULL) {
        *out = NULL;
        tw_base_stream_free(below);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    evtx->stream.type = &evtx_type;
    evtx->below = below;
    evtx->expander.sieve = sieve;
    read_header(evtx);
    tw_decode_evtx_enter(&evtx->expander, (struct tw_span){evtx->chunk, 0});
    produce(evtx);
    *out = &evtx->stream;
    return TW_OK;
}

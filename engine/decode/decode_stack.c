/* decode_stack.c -- recognises what stands on what, and stacks the decoders.
 *
 * Owns the table of compressions and archives, the choice of the encoding, and the order of the
 * layers: compressions, byte limit, encoding or event log, repair. It looks at TW_PEEK_SIZE bytes
 * at each layer and never at names. What is recognised but not supported is refused by name,
 * because scanning it as text would find nothing and say that all is well. */
#include "base/alloc.h"
#include "base/visible.h"
#include "decode/decode_layer.h"

/* ---- compressions and archives ------------------------------------------------------------- */

/* One that can be recognised. */
struct container {
    const char *name;
    struct tw_span magic;                 /* at the beginning; unused where there is a bid */
    unsigned (*bid)(struct tw_span head); /* bits verified; NULL: those of the magic */
    enum tw_status (*open)(struct tw_stream **out, struct tw_stream *below,
                           struct tw_error *error); /* NULL: not supported */
};

/* Block magic of bzip2 (0x314159265359, or 0x177245385090 for an empty file) behind the level. */
static unsigned bid_bzip2(struct tw_span head)
{
    if (head.length < 10 || memcmp(head.at, "BZh", 3) != 0 || head.at[3] < '1' ||
        head.at[3] > '9') {
        return 0;
    }
    bool block = memcmp(head.at + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0;
    bool empty = memcmp(head.at + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0;
    return block || empty ? 72 : 0;
}

/* Frame magic, or that of a skippable frame, with which parallel compressors begin. Source: RFC
 * 8878, sections 3.1.1 and 3.1.2. */
static unsigned bid_zstd(struct tw_span head)
{
    if (tw_base_span_starts(head, TW_SPAN("\x28\xB5\x2F\xFD"))) {
        return 32;
    }
    bool skippable = head.length >= 4 && ((unsigned char)head.at[0] & 0xF0) == 0x50 &&
                     memcmp(head.at + 1, "\x2A\x4D\x18", 3) == 0;
    return skippable ? 28 : 0;
}

/* Magics: RFC 1952; the .xz format 1.0.4, 2.1.1.1; PKWARE's APPNOTE 4.3.7, 4.3.16, 8.5.3 (local
 * header, empty archive, spanned archive); 7-Zip's 7zFormat.txt. */
static const struct container containers[] = {
    {"gzip", {NULL, 0}, tw_decode_bid_gzip, tw_decode_open_gzip},
    {"zstd", {NULL, 0}, bid_zstd, NULL},
    {"bzip2", {NULL, 0}, bid_bzip2, NULL},
    {"xz", {"\xFD\x37\x7A\x58\x5A\x00", 6}, NULL, NULL},
    {"zip", {"PK\x03\x04", 4}, NULL, NULL},
    {"zip", {"PK\x05\x06", 4}, NULL, NULL},
    {"zip", {"PK\x07\x08", 4}, NULL, NULL},
    {"7z", {"7z\xBC\xAF\x27\x1C", 6}, NULL, NULL},
};

static const struct container *recognise_container(struct tw_span head)
{
    const struct container *best = NULL;
    unsigned best_bid = 0;
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        const struct container *row = &containers[i];
        unsigned bid = row->bid != NULL                        ? row->bid(head)
                       : tw_base_span_starts(head, row->magic) ? 8 * (unsigned)row->magic.length
                                                               : 0;
        if (bid > best_bid) {
            best = row;
            best_bid = bid;
        }
    }
    return best;
}

/* Puts decompressors on `*stream` until what comes out is not compressed. */
static enum tw_status open_containers(struct tw_stream **stream, struct tw_decode_info *info,
                                      struct tw_error *error)
{
    for (;;) {
        struct tw_span head;
        if (tw_base_stream_peek(*stream, TW_PEEK_SIZE, &head) != TW_OK) {
            return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
        }
        const struct container *row = recognise_container(head);
        if (row == NULL) {
            return TW_OK;
        }
        if (row->open == NULL) {
            return tw_base_error_set(error, TW_ERR_DATA,
                                     "%s data are not supported by this version: decompress or "
                                     "unpack them first",
                                     row->name);
        }
        if (info->compression_count == TW_DECODE_DEPTH) {
            return tw_base_error_set(error, TW_ERR_LIMIT,
                                     "compressed more than %d times over: decompress it first",
                                     TW_DECODE_DEPTH);
        }
        enum tw_status status = row->open(stream, *stream, error);
        if (status != TW_OK) {
            return status;
        }
        info->compression[info->compression_count++] = row->name;
    }
}

/* ---- encodings ----------------------------------------------------------------------------- */

enum encoding { UTF_8, UTF_16LE, UTF_16BE, WINDOWS_1252 };

/* Names and marks of byte order, in the order of the enumeration. */
static const struct {
    const char *name;
    struct tw_span mark;
} encodings[] = {
    {"utf-8", {"\xEF\xBB\xBF", 3}},
    {"utf-16le", {"\xFF\xFE", 2}},
    {"utf-16be", {"\xFE\xFF", 2}},
    {"windows-1252", {NULL, 0}},
};

#define ENCODING_COUNT (sizeof encodings / sizeof encodings[0])

static size_t find_encoding(const char *name)
{
    size_t i = 0;
    while (i < ENCODING_COUNT &&
           !tw_base_span_equal(tw_base_span(name), tw_base_span(encodings[i].name))) {
        i++;
    }
    return i;
}

bool tw_decode_knows_encoding(const char *name)
{
    return name != NULL && find_encoding(name) < ENCODING_COUNT;
}

/* Pictures, sound and other things that nobody takes for a log, but which may have no NUL byte in
 * their beginning. */
static bool is_media(struct tw_span head)
{
    static const struct tw_span magics[] = {
        {"\x89PNG\r\n", 6},
        {"\xFF\xD8\xFF", 3},
        {"GIF87a", 6},
        {"GIF89a", 6},
        {"%PDF-", 5},
        {"\x7F"
         "ELF",
         4},
        {"ID3\x03", 4},
        {"ID3\x04", 4},
        {"OggS", 4},
        {"fLaC", 4},
        {"\x1A\x45\xDF\xA3", 4},
        {"\xD0\xCF\x11\xE0\xA1\xB1", 6},
        {"wOF2", 4},
        {"Rar!\x1A\x07", 6},
    };
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (tw_base_span_starts(head, magics[i])) {
            return true;
        }
    }
    return false;
}

static bool has_nul(struct tw_span head)
{
    return head.length > 0 && memchr(head.at, '\0', head.length) != NULL;
}

static enum encoding recognise_encoding(struct tw_span head)
{
    for (size_t i = 0; i < ENCODING_COUNT; i++) {
        if (encodings[i].mark.length > 0 && tw_base_span_starts(head, encodings[i].mark)) {
            return (enum encoding)i;
        }
    }
    bool big_endian;
    if (has_nul(head)) {
        return !tw_decode_guess_utf16(head, &big_endian) ? UTF_8 : big_endian ? UTF_16BE : UTF_16LE;
    }
    return tw_decode_guess_cp1252(head) ? WINDOWS_1252 : UTF_8;
}

static enum tw_status open_encoding(struct tw_stream **stream, const char *wanted,
                                    struct tw_decode_info *info, struct tw_error *error)
{
    struct tw_span head;
    if (tw_base_stream_peek(*stream, TW_PEEK_SIZE, &head) != TW_OK) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    bool media = is_media(head);
    enum encoding encoding = wanted != NULL ? (enum encoding)find_encoding(wanted)
                             : media        ? UTF_8
                                            : recognise_encoding(head);
    bool utf_16 = encoding == UTF_16LE || encoding == UTF_16BE;
    info->encoding = encodings[encoding].name;
    info->binary = media || (!utf_16 && has_nul(head));
    struct tw_span mark = encodings[encoding].mark;
    size_t skip = mark.length > 0 && tw_base_span_starts(head, mark) ? mark.length : 0;
    if (utf_16) {
        return tw_decode_open_utf16(stream, *stream, encoding == UTF_16BE, skip, error);
    }
    if (encoding == WINDOWS_1252) {
        return tw_decode_open_cp1252(stream, *stream, error);
    }
    return skip == 0 ? TW_OK : tw_decode_open_skip(stream, *stream, skip, error);
}

/* A binary log that a decoder prints as text. False: it is none, and its encoding is to be found.
 */
static bool is_event_log(struct tw_stream *stream)
{
    struct tw_span head;
    return tw_base_stream_peek(stream, TW_PEEK_SIZE, &head) == TW_OK &&
           tw_decode_bid_evtx(head) > 0;
}

static enum tw_status open_event_log(struct tw_stream **stream,
                                     const struct tw_decode_options *options,
                                     struct tw_decode_info *info, struct tw_error *error)
{
    struct tw_matcher *sieve = NULL;
    if (options->sieve != NULL) {
        enum tw_status status = options->sieve(options->sieve_payload, &sieve, error);
        if (status != TW_OK) {
            tw_base_stream_free(*stream);
            *stream = NULL;
            return status;
        }
    }
    info->encoding = encodings[UTF_16LE].name;
    info->format = "evtx";
    info->no_lines = true;
    return tw_decode_open_evtx(stream, *stream, sieve, error);
}

/* ---- the stack ----------------------------------------------------------------------------- */

enum tw_status tw_decode_open(struct tw_stream **out, struct tw_stream *source,
                              const struct tw_decode_options *options, struct tw_decode_info *info,
                              struct tw_error *error)
{
    static const struct tw_decode_options defaults = {.encoding = NULL};
    struct tw_decode_info unused;
    enum tw_status status;
    options = options == NULL ? &defaults : options;
    info = info == NULL ? &unused : info;
    *info = (struct tw_decode_info){.encoding = encodings[UTF_8].name};
    *out = NULL;
    if (options->encoding != NULL && !tw_decode_knows_encoding(options->encoding)) {
        tw_base_stream_free(source);
        return tw_base_error_set(error, TW_ERR_USAGE,
                                 "unknown encoding \"%s\": use utf-8, utf-16le, utf-16be or "
                                 "windows-1252",
                                 options->encoding);
    }
    /* Each opener consumes `source` and leaves NULL there when it fails. */
    status = open_containers(&source, info, error);
    if (status == TW_OK && options->max_bytes > 0) {
        status = tw_decode_open_limit(&source, source, options->max_bytes, error);
    }
    if (status == TW_OK) {
        status = is_event_log(source) ? open_event_log(&source, options, info, error)
                                      : open_encoding(&source, options->encoding, info, error);
    }
    if (status == TW_OK && info->format == NULL && !options->no_repair && !info->binary) {
        status = tw_decode_try_repair(&source, info, error);
    }
    if (status != TW_OK) {
        tw_base_stream_free(source);
        return status;
    }
    *out = source;
    return TW_OK;
}

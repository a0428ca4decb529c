/* decode_repair.c -- undoes what happened to a text on its way through a mail, a ticket or a web
 * page; the stream over the repaired text.
 *
 * Owns the order of the passes, the decision (a dry run over the bytes that recognition may see
 * must change something, and the whole text must not be larger than TW_REPAIR_MAX), and the
 * original, which it keeps to lead cursors back. Undamaged logs pass through byte for byte: this
 * decoder then never stands on the stack. */
#include "decode/decode_repair.h"
#include "base/alloc.h"
#include "decode/decode_layer.h"

/* Odd blanks that speak for damage alone, and beside other damage. */
#define BLANKS_ALONE 3
#define BLANKS_BESIDE 1

struct repaired {
    struct tw_stream stream;
    struct tw_stream *below; /* wholly read; still leads cursors back to the input */
    struct tw_repair repair;
    char *original;          /* what came from below */
    size_t from;             /* how much of the repaired text was read */
    struct tw_error failure; /* of the stream below, reported at the end */
};

/* ---- the passes ---------------------------------------------------------------------------- */

/* `\r\n` to `\n`, so that the passes see lines of one kind. Not damage by itself. */
static void unify_newlines(struct tw_repair *repair)
{
    struct tw_span text = repair->text;
    size_t copied = 0;
    bool rewritten = false;
    for (size_t i = 0; i < text.length; i++) {
        const char *found = memchr(text.at + i, '\r', text.length - i);
        if (found == NULL) {
            break;
        }
        i = (size_t)(found - text.at);
        size_t end = i;
        while (end < text.length && text.at[end] == '\r') {
            end++;
        }
        if (end < text.length && text.at[end] == '\n') {
            tw_decode_repair_copy(repair, copied, i - copied);
            copied = end;
            rewritten = true;
        }
        i = end;
    }
    if (rewritten) {
        tw_decode_repair_copy(repair, copied, text.length - copied);
        tw_decode_repair_finish(repair, true, 0);
    }
}

/* XML, HTML, or JSON: what looks like damage in there is part of it. */
static bool is_markup(struct tw_span text)
{
    text = tw_base_span_trim(text);
    if (text.length == 0) {
        return true;
    }
    if (text.at[0] == '<') {
        size_t i = 1;
        while (i < text.length && (tw_base_is_letter(text.at[i]) || tw_base_is_digit(text.at[i]) ||
                                   strchr("?!/:_-[", text.at[i]) != NULL)) {
            i++;
        }
        /* Not `<person@example.org> wrote:`. */
        return i < text.length && (text.at[i] == '>' || text.at[i] == ' ' || text.at[i] == '\t' ||
                                   text.at[i] == '\r' || text.at[i] == '\n');
    }
    if (text.at[0] == '{') {
        return true;
    }
    struct tw_span inside = tw_base_span_trim(tw_base_span_skip(text, 1));
    return text.at[0] == '[' && inside.length > 0 && strchr("{\"]", inside.at[0]) != NULL;
}

/* Repairs `original` as far as there is evidence. The caller clears `repair`. */
static void run(struct tw_repair *repair, struct tw_span original)
{
    *repair = (struct tw_repair){
        .original = original,
        .text = original,
        .now.bytes = TW_BUFFER_INIT(TW_REPAIR_MAX),
        .next.bytes = TW_BUFFER_INIT(TW_REPAIR_MAX),
    };
    if (is_markup(original)) {
        return;
    }
    unify_newlines(repair);
    tw_decode_repair_entities(repair);
    tw_decode_repair_blanks(repair, BLANKS_ALONE);
    tw_decode_repair_quotes(repair);
    /* Twice, because blank lines may have been put in before the wrapping, and then they show where
     * a wrapped line ends, or behind it, and then they tear it apart. */
    tw_decode_repair_wrap(repair);
    tw_decode_repair_blank_lines(repair);
    if ((repair->changed & TW_REPAIR_BLANK_LINES) != 0) {
        tw_decode_repair_wrap(repair);
    }
    tw_decode_repair_markdown(repair);
    if (repair->changed != 0) {
        tw_decode_repair_blanks(repair, BLANKS_BESIDE);
    }
    tw_decode_repair_typography(repair);
}

static void report(const struct tw_repair *repair, struct tw_decode_info *info)
{
    static const char *const names[TW_DECODE_REPAIRS] = {
        "mail-quotes",   "wrapped-lines", "typography",  "odd-blanks",
        "html-entities", "markdown",      "blank-lines",
    };
    for (unsigned i = 0; i < TW_DECODE_REPAIRS; i++) {
        if ((repair->changed & 1u << i) != 0) {
            info->repairs[info->repair_count++] = names[i];
        }
    }
}

/* ---- the stream ---------------------------------------------------------------------------- */

static enum tw_status repaired_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                    struct tw_error *error)
{
    struct repaired *decoder = (struct repaired *)stream;
    struct tw_span rest = tw_base_span_skip(decoder->repair.text, decoder->from);
    if (rest.length == 0) {
        if (decoder->failure.status < 0 && error != NULL) {
            *error = decoder->failure;
        }
        return decoder->failure.status;
    }
    *got = room < rest.length ? room : rest.length;
    memcpy(to, rest.at, *got);
    decoder->from += *got;
    return TW_OK;
}

static void repaired_advance(const struct tw_stream *stream, struct tw_cursor *cursor,
                             struct tw_span bytes)
{
    const struct repaired *decoder = (const struct repaired *)stream;
    /* A fresh cursor stands before what was taken away at the beginning, any other one behind. */
    bool fresh = cursor->out == 0 && cursor->offset == 0;
    size_t from = fresh ? 0 : tw_decode_repair_origin(&decoder->repair, (size_t)cursor->out);
    size_t to = tw_decode_repair_origin(&decoder->repair, (size_t)cursor->out + bytes.length);
    struct tw_cursor below = {.out = from, .offset = cursor->offset, .line = cursor->line};
    if (to >= from) {
        struct tw_span passed = {decoder->original + from, to - from};
        tw_base_stream_advance(decoder->below, &below, passed);
    }
    cursor->out += bytes.length;
    cursor->offset = below.offset;
    cursor->line = below.line;
}

static void repaired_free(struct tw_stream *stream)
{
    struct repaired *decoder = (struct repaired *)stream;
    tw_decode_repair_clear(&decoder->repair);
    tw_base_free(decoder->original);
    tw_base_stream_free(decoder->below);
    tw_base_free(decoder);
}

static const struct tw_stream_type repaired_type = {
    .name = "repair",
    .read = repaired_read,
    .advance = repaired_advance,
    .free = repaired_free,
};

/* Reads all that `below` has; it is known to be `length` bytes. */
static void read_all(struct repaired *decoder, struct tw_stream *below, size_t length)
{
    size_t filled = 0;
    enum tw_status status = TW_OK;
    while (status == TW_OK) {
        /* At the end one more byte is asked for, so that the end, or a failure, is met. */
        char end;
        size_t got = 0;
        char *to = filled < length ? decoder->original + filled : &end;
        size_t room = filled < length ? length - filled : 1;
        status = tw_base_stream_read(below, to, room, &got, &decoder->failure);
        filled += got;
    }
    decoder->failure.status = status;
}

/* Whether the bytes that recognition may look at have damage that can be undone. */
static enum tw_status bid(struct tw_stream *stream, bool *damaged)
{
    struct tw_span head;
    struct tw_repair trial;
    if (tw_base_stream_peek(stream, TW_PEEK_SIZE, &head) != TW_OK) {
        return TW_ERR_MEMORY;
    }
    run(&trial, head);
    *damaged = trial.changed != 0;
    bool no_memory = trial.no_memory;
    tw_decode_repair_clear(&trial);
    return no_memory ? TW_ERR_MEMORY : TW_OK;
}

enum tw_status tw_decode_try_repair(struct tw_stream **stream, struct tw_decode_info *info,
                                    struct tw_error *error)
{
    struct repaired *decoder = NULL;
    struct tw_span text;
    bool damaged;
    if (bid(*stream, &damaged) != TW_OK) {
        goto fail;
    }
    if (!damaged) {
        return TW_OK;
    }
    if (tw_base_stream_peek(*stream, TW_REPAIR_MAX + 1, &text) != TW_OK) {
        goto fail;
    }
    if (text.length > TW_REPAIR_MAX) {
        return TW_OK; /* larger than what anybody pastes: passes through as it is */
    }
    decoder = tw_base_alloc(1, sizeof *decoder);
    if (decoder == NULL || (decoder->original = tw_base_alloc(text.length, 1)) == NULL) {
        goto fail;
    }
    size_t length = text.length; /* what was peeked goes with the first read */
    read_all(decoder, *stream, length);
    run(&decoder->repair, (struct tw_span){decoder->original, length});
    if (decoder->repair.no_memory) {
        goto fail;
    }
    decoder->stream.type = &repaired_type;
    decoder->below = *stream;
    *stream = &decoder->stream;
    report(&decoder->repair, info);
    return TW_OK;
fail:
    if (decoder != NULL) {
        tw_decode_repair_clear(&decoder->repair);
        tw_base_free(decoder->original);
        tw_base_free(decoder);
    }
    return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
}

/* decode_repair.h -- what the repair passes share; for decode_repair*.c alone.
 *
 * Repair works on a whole text (at most TW_REPAIR_MAX bytes) in passes. Each pass looks for
 * evidence of its damage, and if there is enough writes the text anew: it copies what stays and
 * puts what replaces something. The marks, which say where each stretch of the text came from, are
 * kept on the way, so that any place of the result leads back to the text as it came. */
#ifndef TW_DECODE_DECODE_REPAIR_H
#define TW_DECODE_DECODE_REPAIR_H

#include "base/buffer.h"

/** The repairs, as bits, in the order in which they are reported. */
enum tw_repair_name {
    TW_REPAIR_QUOTES = 1 << 0,
    TW_REPAIR_WRAP = 1 << 1,
    TW_REPAIR_TYPOGRAPHY = 1 << 2,
    TW_REPAIR_BLANKS = 1 << 3,
    TW_REPAIR_ENTITIES = 1 << 4,
    TW_REPAIR_MARKDOWN = 1 << 5,
    TW_REPAIR_BLANK_LINES = 1 << 6,
};

/** From byte `out` of a text on, its bytes are those from byte `in` of the original on: one by one,
 *  but never beyond where the next mark begins. Texts are below 4 GiB by far (TW_REPAIR_MAX). */
struct tw_repair_mark {
    uint32_t out;
    uint32_t in;
};

/** A version of the text. */
struct tw_repair_version {
    struct tw_buffer bytes;
    struct tw_repair_mark *marks;
    size_t mark_count;
    size_t mark_room;
};

/** A text in repair. */
struct tw_repair {
    struct tw_span original;
    struct tw_span text;           /**< as it is after the passes so far */
    struct tw_repair_version now;  /**< owns `text` and its marks; unused before the first
                                        change, when `text` is `original` */
    struct tw_repair_version next; /**< what the running pass has written */
    uint32_t *lines;               /**< where each line of `text` begins; one more at the end */
    size_t line_count;
    size_t line_room;
    unsigned changed; /**< bits of the repairs that changed something */
    bool rewritten;   /**< `now` is in use */
    bool no_memory;   /**< a pass was dropped */
};

/* ---- writing (decode_repair_text.c) -------------------------------------------------------- */

/** Takes over `length` bytes of the text from byte `from` on. */
void tw_decode_repair_copy(struct tw_repair *repair, size_t from, size_t length);

/** Writes `literal` in place of what stands from byte `from` of the text on. */
void tw_decode_repair_put(struct tw_repair *repair, size_t from, struct tw_span literal);

/** Ends a pass. If it `changed` something, what was written becomes the text, and the bits `names`
 *  are noted; else what was written is dropped. */
void tw_decode_repair_finish(struct tw_repair *repair, bool changed, unsigned names);

/** Finds the lines of the text anew. False: no memory. */
bool tw_decode_repair_split(struct tw_repair *repair);

/** Line `i` without its newline. */
struct tw_span tw_decode_repair_line(const struct tw_repair *repair, size_t i);

/** Where byte `out` of the text came from; the end of the text from the end of the original. */
size_t tw_decode_repair_origin(const struct tw_repair *repair, size_t out);

/** Frees all but the original. */
void tw_decode_repair_clear(struct tw_repair *repair);

/* ---- looking at lines (decode_repair_line.c) ----------------------------------------------- */

/** Characters of a line, which is what a mail program counts. */
size_t tw_decode_line_columns(struct tw_span line);

/** Columns up to the first blank behind the first word. */
size_t tw_decode_line_first_word(struct tw_span line);

/** `line` without blanks (also no-break ones) at its beginning. */
struct tw_span tw_decode_line_unindent(struct tw_span line);

/** `line` without blanks at its end. */
struct tw_span tw_decode_line_cut_end(struct tw_span line);

/** Whether there is nothing but blanks. */
bool tw_decode_line_is_blank(struct tw_span line);

/** Whether a blank stands between two words. */
bool tw_decode_line_has_words(struct tw_span line);

/** Whether it is a frame of a .NET stack trace, in any language. */
bool tw_decode_line_is_frame(struct tw_span line);

/** Whether it is a `Key : value` line of an exception block (knowledge: LAY-C, LAY-D). */
bool tw_decode_line_is_key(struct tw_span line);

/** Whether it is the first line of a trace entry: `Name.Space.Source Error: 2 : ` or the same with
 *  tabs (knowledge: LAY-A, LAY-B), or `Some.NameException: `. */
bool tw_decode_line_is_header(struct tw_span line);

/** Whether it begins with the name of an exception and a colon. */
bool tw_decode_line_is_exception(struct tw_span line);

/** Whether it begins with a number that is no part of a date or a time. */
bool tw_decode_line_is_number(struct tw_span line);

/** Whether it looks like the beginning of a log entry or of a line of its own, so that it was not
 *  cut off the line before. */
bool tw_decode_line_is_start(struct tw_span line);

/* ---- passes -------------------------------------------------------------------------------- */

/** HTML entities to characters. */
void tw_decode_repair_entities(struct tw_repair *repair);

/** Unicode blanks to blanks, invisible characters away; on `signs` signs of damage. */
void tw_decode_repair_blanks(struct tw_repair *repair, size_t signs);

/** Curly quotes, ellipses and dashes to what a program writes. */
void tw_decode_repair_typography(struct tw_repair *repair);

/** Quote marks of mails, and lines that were wrapped after quoting. */
void tw_decode_repair_quotes(struct tw_repair *repair);

/** Lines that were wrapped. */
void tw_decode_repair_wrap(struct tw_repair *repair);

/** Blank lines between all lines. */
void tw_decode_repair_blank_lines(struct tw_repair *repair);

/** Marks of Markdown. */
void tw_decode_repair_markdown(struct tw_repair *repair);

#endif

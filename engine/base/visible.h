/* visible.h -- makes log text safe to print: valid UTF-8 without control characters.
 *
 * A log may hold terminal escapes, bidirectional overrides, NUL bytes and broken encodings. What is
 * printed shows them as `\xNN` or `\u{NNNN}` and keeps everything else. */
#ifndef TW_BASE_VISIBLE_H
#define TW_BASE_VISIBLE_H

#include "base/buffer.h"

/** Decodes one character of UTF-8 (RFC 3629, section 4: no surrogates, no overlong forms) at the
 *  beginning of `text`, which is not empty. Returns how many bytes it has and sets `*code`;
 *  0 where the bytes are not valid. */
size_t tw_base_utf8_decode(struct tw_span text, uint32_t *code);

/** Writes the UTF-8 form of a code point (a surrogate or a number above 0x10FFFF becomes U+FFFD)
 *  and returns its length, 1 to 4. */
size_t tw_base_utf8_encode(uint32_t code, char to[4]);

/** Whether all of `text` is valid UTF-8. A sequence cut off by the end counts as valid when
 *  `may_be_cut`. */
bool tw_base_utf8_valid(struct tw_span text, bool may_be_cut);

/** Appends `text` as valid UTF-8: control characters (C0 but tab, DEL, C1), bidirectional and
 *  zero-width format characters, line and paragraph separators as `\u{NNNN}`, invalid bytes as
 *  `\xNN`, a newline as a blank unless `keep_newlines`. A carriage return before a newline belongs
 *  to it and is not shown. The text stays ambiguous on purpose: a log's own backslashes are kept,
 *  and making visible text visible again changes nothing. */
void tw_base_visible(struct tw_buffer *to, struct tw_span text, bool keep_newlines);

/** Columns that valid UTF-8 text takes on a terminal: wide East Asian characters count two,
 *  combining marks none. Tabs and what tw_base_visible would have replaced count one. */
size_t tw_base_columns(struct tw_span text);

#endif

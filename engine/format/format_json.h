/* format_json.h -- takes JSON apart for the readers of HAR and NetLog files (RFC 8259).
 *
 * A walk needs no memory but its place: a HAR entry holds whole pages as one string, and a tree of
 * it would take many times its text. What is not well formed is passed over, and what is cut off
 * ends the walk. */
#ifndef TW_FORMAT_FORMAT_JSON_H
#define TW_FORMAT_FORMAT_JSON_H

#include "base/buffer.h"

/** Levels of which the names are known; what is deeper is passed over. An entry needs five. */
#define TW_JSON_LEVELS 8u

enum tw_json_token {
    TW_JSON_END,   /**< of the text, or of its first value */
    TW_JSON_OPEN,  /**< of an object or an array */
    TW_JSON_CLOSE, /**< of one */
    TW_JSON_NAME,  /**< of a member */
    TW_JSON_VALUE  /**< a string, a number, true, false or null */
};

/** A walk over the first value of a text. Begins with `text` alone set. */
struct tw_json_walk {
    struct tw_span text;
    size_t at;      /**< behind the last token */
    unsigned depth; /**< values that are open */
    bool done;      /**< the first value has ended */
    /** What the last token says: a string as it stands there, without its quotes. */
    struct tw_span said;
    bool quoted; /**< it was a string */
    bool cut;    /**< that does not end */
    /** By depth, from 1: the name of the member in hand; empty in an array. */
    struct tw_span names[TW_JSON_LEVELS + 1];
};

/** Goes to the next token. */
enum tw_json_token tw_json_next(struct tw_json_walk *walk);

/** Whether the value in hand has these names from the outermost object on; arrays have empty ones.
 */
bool tw_json_is_at(const struct tw_json_walk *walk, const char *const *names, unsigned count);

/** Appends a string with its escapes undone; a newline in it stays one. */
void tw_json_unescape(struct tw_buffer *to, struct tw_span string);

#endif

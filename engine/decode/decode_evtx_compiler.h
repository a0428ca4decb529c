/* decode_evtx_compiler.h -- the compiler of binary XML: what its two files share.
 *
 * decode_evtx_token.c reads tokens and writes operations and literals; decode_evtx_template.c makes
 * elements, fragments and templates of them. Once something is broken, taking gives NULL and adding
 * does nothing: callers check at the end. */
#ifndef TW_DECODE_DECODE_EVTX_COMPILER_H
#define TW_DECODE_DECODE_EVTX_COMPILER_H

#include "decode/decode_evtx_parts.h"

/* Tokens: [MS-EVEN6] 2.2.12. More of the same content follows where TW_EVTX_TOKEN_MORE is set. */
enum {
    TW_EVTX_TOKEN_END_OF_FRAGMENT = 0x00,
    TW_EVTX_TOKEN_OPEN_ELEMENT = 0x01,
    TW_EVTX_TOKEN_CLOSE_START = 0x02,
    TW_EVTX_TOKEN_CLOSE_EMPTY = 0x03,
    TW_EVTX_TOKEN_END_ELEMENT = 0x04,
    TW_EVTX_TOKEN_VALUE = 0x05,
    TW_EVTX_TOKEN_ATTRIBUTE = 0x06,
    TW_EVTX_TOKEN_CDATA = 0x07,
    TW_EVTX_TOKEN_CHARACTER = 0x08,
    TW_EVTX_TOKEN_ENTITY = 0x09,
    TW_EVTX_TOKEN_TARGET = 0x0A,
    TW_EVTX_TOKEN_TARGET_DATA = 0x0B,
    TW_EVTX_TOKEN_SUBSTITUTION = 0x0D,
    TW_EVTX_TOKEN_OPTIONAL = 0x0E,
    TW_EVTX_TOKEN_FRAGMENT = 0x0F,
    TW_EVTX_TOKEN_MORE = 0x40,
};

#define TW_EVTX_TOKEN_SUBSTITUTION_SIZE 4u

struct tw_decode_evtx_compiler {
    struct tw_decode_evtx_expander *expander;
    size_t at;
    size_t end;
    unsigned depth;
    bool in_template;
    bool in_attribute;
    bool broken;
    size_t literal; /**< where the literal begins that has no operation yet */
};

/* ---- output -------------------------------------------------------------------------------- */

/** Operations so far. */
size_t tw_decode_evtx_op_count(const struct tw_decode_evtx_compiler *compiler);

/** Adds an operation and returns its index. */
size_t tw_decode_evtx_add_op(struct tw_decode_evtx_compiler *compiler,
                             enum tw_decode_evtx_kind kind, unsigned sub, size_t at);

/** Lets operation `index` jump behind the last one. */
void tw_decode_evtx_close_op(struct tw_decode_evtx_compiler *compiler, size_t index);

/** Ends the last operation. False: it is broken, or too much, or memory ran out. */
bool tw_decode_evtx_end_ops(struct tw_decode_evtx_compiler *compiler);

/** Adds text as it is. */
void tw_decode_evtx_add_text(struct tw_decode_evtx_compiler *compiler, struct tw_span text);

/** Adds a name, which is UTF-16. */
void tw_decode_evtx_add_name(struct tw_decode_evtx_compiler *compiler, struct tw_span name);

/* ---- input --------------------------------------------------------------------------------- */

/** Takes `size` bytes; NULL, and broken: there are not so many. */
const char *tw_decode_evtx_take(struct tw_decode_evtx_compiler *compiler, size_t size);

/** The token at `at`, without the flag that more follows; -1: none. */
int tw_decode_evtx_token_at(const struct tw_decode_evtx_compiler *compiler, size_t at);

/** The same for the place in hand. */
int tw_decode_evtx_next_token(const struct tw_decode_evtx_compiler *compiler);

/** The name at `offset` of the chunk, with two bytes behind it; empty: there is none. */
struct tw_span tw_decode_evtx_name_at(struct tw_span chunk, size_t offset);

/** Takes the offset of a name, and the name where it stands right behind. */
struct tw_span tw_decode_evtx_take_name(struct tw_decode_evtx_compiler *compiler);

/* ---- content ------------------------------------------------------------------------------- */

/** Compiles a processing instruction. */
void tw_decode_evtx_compile_target(struct tw_decode_evtx_compiler *compiler);

/** Compiles one token of what may stand in an element and in an attribute. False: another comes. */
bool tw_decode_evtx_compile_piece(struct tw_decode_evtx_compiler *compiler);

#endif

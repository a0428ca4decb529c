/* decode_evtx_parts.h -- what the files of the EVTX decoder share.
 *
 * decode_evtx.c walks over file, chunks and records and knows where in the file the output came
 * from (decode_evtx_map.c). decode_evtx_record.c turns one record into XML: it runs the operations
 * that decode_evtx_template.c made of a template's binary XML, and decode_evtx_value.c and
 * decode_evtx_text.c print what is put in. decode_evtx_sieve.c tells which records are worth it.
 *
 * Sources: the documentation of libevtx ("Windows XML Event Log (EVTX) format") for the file, and
 * [MS-EVEN6], section 2.2.12, for binary XML. */
#ifndef TW_DECODE_DECODE_EVTX_PARTS_H
#define TW_DECODE_DECODE_EVTX_PARTS_H

#include "base/buffer.h"
#include "base/limits.h"
#include "match/match.h"

#define TW_EVTX_FILE_HEADER 4096u
#define TW_EVTX_CHUNK 65536u

/* ---- numbers, little endian wherever the program runs ---------------------------------------- */

static inline uint32_t tw_decode_evtx_u16(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static inline uint32_t tw_decode_evtx_u32(const char *at)
{
    return tw_decode_evtx_u16(at) | tw_decode_evtx_u16(at + 2) << 16;
}

static inline uint64_t tw_decode_evtx_u64(const char *at)
{
    return (uint64_t)tw_decode_evtx_u32(at) | (uint64_t)tw_decode_evtx_u32(at + 4) << 32;
}

/* ---- text (decode_evtx_text.c) --------------------------------------------------------------- */

/** Makes room for `more` bytes without the call where they are there and one more, so that a buffer
 *  without memory is never pointed into. NULL: see the status. */
static inline char *tw_decode_evtx_room(struct tw_buffer *to, size_t more)
{
    return to->status == TW_OK && to->room - to->length > more ? to->at + to->length
                                                               : tw_base_buffer_reserve(to, more);
}

/** Appends `units` UTF-16 units as escaped UTF-8. What XML 1.0 forbids becomes U+FFFD. */
void tw_decode_evtx_put_utf16(struct tw_buffer *to, const char *at, size_t units);

/** The same for bytes of Windows-1252, of which strings of old programs are. */
void tw_decode_evtx_put_ansi(struct tw_buffer *to, struct tw_span text);

/** Appends the name of an element, attribute or target. What no name may have becomes U+FFFD, so
 *  that a name cannot be taken for markup. */
void tw_decode_evtx_put_name(struct tw_buffer *to, const char *at, size_t units);

/** Appends the reference to a character. */
void tw_decode_evtx_put_reference(struct tw_buffer *to, uint32_t code);

/* ---- values (decode_evtx_value.c) ------------------------------------------------------------ */

/* [MS-EVEN6] 2.2.12, "BinXmlValueType"; those that other files name. */
#define TW_EVTX_NULL 0x00u
#define TW_EVTX_STRING 0x01u
#define TW_EVTX_BINXML 0x21u
#define TW_EVTX_ARRAY 0x80u

/** A value of a record: `size` bytes at `at` of the chunk. */
struct tw_decode_evtx_value {
    uint32_t at;
    uint16_t size;
    uint8_t type;
};

/** Bytes of a value of a type that always has so many; 0: it has its own length. */
size_t tw_decode_evtx_size(unsigned type);

/** Whether a wording can be made of a value of that kind: of a time or an identifier none is. */
bool tw_decode_evtx_may_tell(const struct tw_decode_evtx_value *value);

/** Appends a value that is no binary XML and no array. */
void tw_decode_evtx_put_value(struct tw_buffer *to, unsigned type, struct tw_span bytes);

/** Whether values of the type are lists that can be taken apart. */
bool tw_decode_evtx_is_array(unsigned type);

/** Takes the first item off the list `*rest`; false: there is none. */
bool tw_decode_evtx_item(const char *chunk, struct tw_decode_evtx_value *rest,
                         struct tw_decode_evtx_value *item);

/* ---- operations (decode_evtx_template.c) ----------------------------------------------------- */

enum tw_decode_evtx_kind {
    TW_EVTX_LITERAL, /**< append `length` bytes at `at` of the literals */
    TW_EVTX_PUT,     /**< append value `sub`; `at` is not 0 in an attribute */
    TW_EVTX_UNLESS,  /**< go on at operation `length` if value `sub` is null */
    TW_EVTX_EACH,    /**< if value `sub` is a list: up to operation `length` for each item of it */
};

/** Literals are copied in steps of so many bytes; the table has as many to spare. */
#define TW_EVTX_STEP 32u

struct tw_decode_evtx_op {
    uint8_t kind;
    uint16_t sub;
    uint32_t at;
    uint32_t length;
};

/** A run of operations. */
struct tw_decode_evtx_range {
    uint32_t from;
    uint32_t end;
};

/** A template definition that was compiled, or that cannot be (`broken`). */
struct tw_decode_evtx_template {
    uint32_t offset; /* in the chunk */
    uint32_t next;   /* of its bucket; index + 1 */
    bool broken;
    bool matters; /* the sieve finds something in its literals */
    struct tw_decode_evtx_range ops;
};

#define TW_EVTX_BUCKETS 256u

/** What turns the records of one chunk after another into XML. All that is remembered of a chunk is
 *  forgotten with it; the memory is used again. */
struct tw_decode_evtx_expander {
    struct tw_span chunk;
    struct tw_buffer out;       /**< XML of one record */
    struct tw_buffer literals;  /**< text of the templates, escaped */
    struct tw_buffer ops;       /**< struct tw_decode_evtx_op */
    struct tw_buffer templates; /**< struct tw_decode_evtx_template */
    uint32_t work;              /**< done for this chunk; see TW_EVTX_WORK_MAX */
    struct tw_matcher *sieve;   /**< NULL: none */
    bool brief;                 /**< values only, each on a line */
    bool matters;               /**< a template that was used in brief does */
    uint32_t buckets[TW_EVTX_BUCKETS];
    /** Values of the template instances that are being printed, the inner ones last. A descriptor
     *  has four bytes, and inner instances lie within a value: there can be no more. */
    struct tw_decode_evtx_value values[TW_EVTX_CHUNK / 4];
};

static inline const struct tw_decode_evtx_op *tw_decode_evtx_ops(
    const struct tw_decode_evtx_expander *expander)
{
    return (const void *)expander->ops.at;
}

/** Compiles binary XML from `from` up to an end-of-fragment token or `end`. `in_template`: elements
 *  have a dependency identifier. False: it is broken, or too much work, or memory ran out. */
bool tw_decode_evtx_compile(struct tw_decode_evtx_expander *expander, size_t from, size_t end,
                            bool in_template, struct tw_decode_evtx_range *ops);

/** The template definition at `offset` of the chunk, compiled once. NULL: there is none that can be
 *  used. */
const struct tw_decode_evtx_template *tw_decode_evtx_template(
    struct tw_decode_evtx_expander *expander, size_t offset);

/* ---- records (decode_evtx_record.c) ---------------------------------------------------------- */

/** Goes to another chunk. */
void tw_decode_evtx_enter(struct tw_decode_evtx_expander *expander, struct tw_span chunk);

/** Puts the XML of the binary XML between two places of the chunk in `out`, without a newline.
 *  TW_OK; TW_ERR_DATA: it cannot be read; TW_ERR_MEMORY. */
enum tw_status tw_decode_evtx_expand(struct tw_decode_evtx_expander *expander, size_t from,
                                     size_t end);

/** Appends to `out` what a record's own values say, in short: no literals, and no values of which
 * no wording is made. False: it cannot be told so; then the record matters. */
bool tw_decode_evtx_brief(struct tw_decode_evtx_expander *expander, size_t from, size_t end);

void tw_decode_evtx_expander_free(struct tw_decode_evtx_expander *expander);

/* ---- the sieve (decode_evtx_sieve.c) ----------------------------------------------------------
 */

/** A record of the chunk in hand, and where what it says in short ends. */
struct tw_decode_evtx_sifted {
    uint32_t at;
    uint32_t end;
    bool kept;
};

/** Which records of the chunk in hand can matter. */
struct tw_decode_evtx_sieve {
    struct tw_buffer records; /**< struct tw_decode_evtx_sifted, in their order */
    size_t next;              /**< the next of them that is asked for */
};

void tw_decode_evtx_sieve_begin(struct tw_decode_evtx_sieve *sieve,
                                struct tw_decode_evtx_expander *expander);

/** Adds the record at `at`, with its binary XML between two places of the chunk. */
void tw_decode_evtx_sieve_add(struct tw_decode_evtx_sieve *sieve,
                              struct tw_decode_evtx_expander *expander, size_t at, size_t from,
                              size_t end);

/** Looks at all that were added. False: it could not be done, all of them matter. */
bool tw_decode_evtx_sieve_end(struct tw_decode_evtx_sieve *sieve,
                              struct tw_decode_evtx_expander *expander);

/** Whether the record at `at` matters; asked for in the order of the records. */
bool tw_decode_evtx_sieve_keeps(struct tw_decode_evtx_sieve *sieve, size_t at);

/* ---- places (decode_evtx_map.c) -------------------------------------------------------------- */

/** Where a record's text begins in the output, and where the record is in the file. */
struct tw_decode_evtx_place {
    uint64_t out;
    uint64_t offset;
};

/** The latest places, in a ring. */
struct tw_decode_evtx_map {
    struct tw_decode_evtx_place *at;
    size_t room; /**< a power of two, or 0 */
    size_t first;
    size_t count;
};

/** Adds a place; one that is too far back to be asked for makes room for it. False: no memory. */
bool tw_decode_evtx_map_add(struct tw_decode_evtx_map *map, uint64_t out, uint64_t offset);

/** The offset that a place of the output came from. */
uint64_t tw_decode_evtx_map_find(const struct tw_decode_evtx_map *map, uint64_t out);

#endif

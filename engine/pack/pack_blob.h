/* pack_blob.h -- the layout of a blob on disk, shared by the writer and the reader. */
#ifndef TW_PACK_BLOB_H
#define TW_PACK_BLOB_H

#include "base/buffer.h"
#include "pack/pack.h"

/** Raised whenever a struct of pack.h changes. */
#define TW_BLOB_VERSION 6u

/** The sections of a blob, in the order in which they lie. */
enum tw_blob_section {
    TW_BLOB_INFOS,
    TW_BLOB_REFERENCES,
    TW_BLOB_FAMILIES,
    TW_BLOB_CAUSES,
    TW_BLOB_CLIENTS,
    TW_BLOB_FIXES,
    TW_BLOB_COLLECTS,
    TW_BLOB_PRIORS,
    TW_BLOB_TERMS,
    TW_BLOB_SIGNATURES,
    TW_BLOB_TAGS,
    TW_BLOB_WHENS,
    TW_BLOB_EVENTS,
    TW_BLOB_WORDS,
    TW_BLOB_WORDINGS,
    TW_BLOB_ANCHORS,
    TW_BLOB_SERVICE,
    TW_BLOB_NUMBERS,
    TW_BLOB_STRINGS,
    TW_BLOB_DATABASE,
    TW_BLOB_SECTIONS,
};

/** The first bytes of a blob. Sections begin at multiples of 8. */
struct tw_blob_header {
    char magic[8];    /**< "tlswhyPK" */
    uint32_t version; /**< TW_BLOB_VERSION in the byte order of the machine */
    uint32_t header_size;
    uint64_t size;            /**< of the whole blob */
    uint64_t digest;          /**< FNV-1a of all sections but the database */
    uint64_t database_digest; /**< FNV-1a of the database: checked before the matcher sees them */
    struct {
        uint64_t at;
        uint64_t size; /**< bytes */
    } sections[TW_BLOB_SECTIONS];
};

#define TW_BLOB_MAGIC "tlswhyPK"

/** Size of one element of a section (1 for the byte sections). */
size_t tw_pack_section_element(enum tw_blob_section section);

/** Writes a pack as a blob. Errors: to->status. */
void tw_pack_write_blob(const struct tw_pack *pack, struct tw_buffer *to);

#endif

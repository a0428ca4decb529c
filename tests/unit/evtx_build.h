/* evtx_build.h -- writes Windows event logs byte by byte for the tests of the EVTX decoder. */
#ifndef TW_TESTS_UNIT_EVTX_BUILD_H
#define TW_TESTS_UNIT_EVTX_BUILD_H

#include "base/buffer.h"

/** A log in the making. Zero it with TW_EVTX_BUILD_INIT. */
struct tw_evtx_build {
    struct tw_buffer file;
    size_t chunk;      /**< where the chunk in hand begins */
    size_t record;     /**< and the record */
    uint64_t number;   /**< of the last record */
    uint64_t first;    /**< record of the chunk */
    uint32_t flags;    /**< of file and chunks */
    size_t definition; /**< of the template used last, in the chunk; 0: none */
};

#define TW_EVTX_BUILD_INIT ((struct tw_evtx_build){.file = TW_BUFFER_INIT((size_t)8 << 20)})

/** A value of a template instance. */
struct tw_evtx_build_value {
    unsigned type;
    struct tw_span bytes;
};

void tw_evtx_put(struct tw_evtx_build *build, uint64_t number, unsigned bytes);
void tw_evtx_put_text(struct tw_evtx_build *build, const char *ascii);
/** A name's offset, and the name. */
void tw_evtx_put_name(struct tw_evtx_build *build, const char *ascii);

/** The file header; `chunks` is what it counts. Called first. */
void tw_evtx_begin(struct tw_evtx_build *build, unsigned chunks);
void tw_evtx_begin_chunk(struct tw_evtx_build *build);
/** Writes the header of the chunk and fills it up with zeros. */
void tw_evtx_end_chunk(struct tw_evtx_build *build);
/** Computes the checksums of the chunk that begins at `chunk` again. */
void tw_evtx_seal(struct tw_evtx_build *build, size_t chunk);
void tw_evtx_begin_record(struct tw_evtx_build *build);
void tw_evtx_end_record(struct tw_evtx_build *build);

/** Start of an element; `dependency` is written where it is not negative. Returns where the size of
 *  the attributes stands (0: it has none), which tw_evtx_close_attributes fills in. */
size_t tw_evtx_open(struct tw_evtx_build *build, int dependency, const char *name, bool attributes);
void tw_evtx_close_attributes(struct tw_evtx_build *build, size_t at);
void tw_evtx_put_value_text(struct tw_evtx_build *build, const char *ascii);
void tw_evtx_put_substitution(struct tw_evtx_build *build, bool optional, unsigned sub);

/** A template instance. `definition` writes the fragment where the chunk has none yet. */
void tw_evtx_put_instance(struct tw_evtx_build *build,
                          void (*definition)(struct tw_evtx_build *build),
                          const struct tw_evtx_build_value *values, size_t count);

#endif

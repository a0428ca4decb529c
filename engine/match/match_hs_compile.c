/* match_hs_compile.c -- compiles literals with Hyperscan. Part of the pack compiler only, so that
 * the scanning executable needs neither this half of the library nor the C++ run time. */
#include <hs/hs.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "match/match.h"

/* The parallel arrays that the library wants. */
struct arrays {
    const char **texts;
    unsigned int *flags;
    unsigned int *ids;
    size_t *lengths;
};

static enum tw_status serialize(hs_database_t *database, struct tw_buffer *to,
                                struct tw_error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    if (hs_serialize_database(database, &bytes, &length) != HS_SUCCESS) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    tw_base_buffer_add(to, (struct tw_span){bytes, length});
    free(bytes); /* allocated by the library with malloc, its default allocator */
    return to->status == TW_OK
               ? TW_OK
               : tw_base_error_set(error, to->status, "no memory for the matcher's database");
}

static enum tw_status compile(const struct arrays *arrays, size_t count, struct tw_buffer *to,
                              struct tw_error *error)
{
    /* No processor features: the database runs everywhere, and literals lose nothing (measured). */
    const hs_platform_info_t portable = {.tune = HS_TUNE_FAMILY_GENERIC, .cpu_features = 0};
    hs_database_t *database = NULL;
    hs_compile_error_t *refused = NULL;
    hs_error_t code =
        hs_compile_lit_multi(arrays->texts, arrays->flags, arrays->ids, arrays->lengths,
                             (unsigned int)count, HS_MODE_BLOCK, &portable, &database, &refused);
    if (code != HS_SUCCESS) {
        enum tw_status status = tw_base_error_set(
            error, TW_ERR_DATA, "the matcher refuses literal %d: %s",
            refused == NULL ? -1 : refused->expression, refused == NULL ? "?" : refused->message);
        (void)hs_free_compile_error(refused);
        return status;
    }
    enum tw_status status = serialize(database, to, error);
    (void)hs_free_database(database);
    return status;
}

enum tw_status tw_match_compile(const struct tw_match_literal *literals, size_t count,
                                struct tw_buffer *serialized, struct tw_error *error)
{
    size_t total = count + 1;
    struct arrays arrays = {
        .texts = tw_base_alloc(total, sizeof *arrays.texts),
        .flags = tw_base_alloc(total, sizeof *arrays.flags),
        .ids = tw_base_alloc(total, sizeof *arrays.ids),
        .lengths = tw_base_alloc(total, sizeof *arrays.lengths),
    };
    enum tw_status status = TW_ERR_MEMORY;
    if (arrays.texts == NULL || arrays.flags == NULL || arrays.ids == NULL ||
        arrays.lengths == NULL) {
        status = tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    } else {
        for (size_t i = 0; i < count; i++) {
            arrays.texts[i] = literals[i].bytes.at;
            arrays.lengths[i] = literals[i].bytes.length;
            arrays.flags[i] = literals[i].caseless ? HS_FLAG_CASELESS : 0;
            arrays.ids[i] = (unsigned int)i;
        }
        arrays.texts[count] = TW_MATCH_DUMMY;
        arrays.lengths[count] = sizeof TW_MATCH_DUMMY - 1;
        arrays.ids[count] = (unsigned int)count;
        status = compile(&arrays, total, serialized, error);
    }
    tw_base_free(arrays.texts);
    tw_base_free(arrays.flags);
    tw_base_free(arrays.ids);
    tw_base_free(arrays.lengths);
    return status;
}

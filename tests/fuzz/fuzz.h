/* fuzz.h -- what every fuzz target shares: the entry point that the engine calls, and a cutting of
 * the input. */
#ifndef TW_TESTS_FUZZ_FUZZ_H
#define TW_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/span.h"

/** Called with one input after another; always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What must hold whatever the input is. */
#define TW_FUZZ_MUST(holds)                                                                        \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/** The input as text. */
static inline struct tw_span tw_fuzz_text(const uint8_t *data, size_t size)
{
    return (struct tw_span){(const char *)data, size};
}

#endif

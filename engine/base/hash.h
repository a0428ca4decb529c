/* hash.h -- the one digest of the project: 64-bit FNV-1a.
 *
 * Used for ids of records and diagnoses, for digests of packs, and for tables. It is documented in
 * docs/report.md because shards and resumed runs on different machines must compute the same.
 * It is no defence against someone who makes collisions on purpose; nothing relies on that.
 * Source: RFC 9923, "The FNV Non-Cryptographic Hash Algorithm", section 2 (64-bit parameters). */
#ifndef TW_BASE_HASH_H
#define TW_BASE_HASH_H

#include <stdint.h>

#include "base/span.h"

#define TW_HASH_START UINT64_C(0xcbf29ce484222325)

/** Continues the hash `state` (TW_HASH_START at first) with `bytes`. */
static inline uint64_t tw_base_hash(uint64_t state, struct tw_span bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        state = (state ^ (unsigned char)bytes.at[i]) * UINT64_C(0x100000001b3);
    }
    return state;
}

/** Continues with a number, as its eight bytes in little-endian order on every machine. */
static inline uint64_t tw_base_hash_number(uint64_t state, uint64_t number)
{
    char bytes[8];
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (char)(unsigned char)(number >> (8 * i));
    }
    return tw_base_hash(state, (struct tw_span){bytes, sizeof bytes});
}

/** Writes the 16 lower-case hexadecimal digits of `hash` and a NUL. */
void tw_base_hash_text(uint64_t hash, char text[17]);

#endif

/* alloc.h -- the one way to get memory: checked sizes, an arena for what dies together, and a
 * switch for tests that makes the n-th allocation fail. */
#ifndef TW_BASE_ALLOC_H
#define TW_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/** Zeroed memory for `count` objects of `size` bytes, or NULL (also where the product overflows).
 *  Freed with tw_base_free. */
void *tw_base_alloc(size_t count, size_t size);

/** Resizes `old` (NULL is fine) to `count` objects of `size` bytes; new bytes are not zeroed.
 *  NULL: failed, and `old` still stands. */
void *tw_base_realloc(void *old, size_t count, size_t size);

/** Frees; NULL is fine. */
void tw_base_free(void *memory);

/** A NUL-terminated copy of `text` that the caller frees, or NULL. */
char *tw_base_copy(struct tw_span text);

/** Lets the allocation after `count` more fail, and all that follow it (0: the next one; -1: none
 *  fail, the normal state). For tests; not meant for several threads. */
void tw_base_alloc_fail_after(int64_t count);

/** Memory that is given back in one go. Opaque; used by one thread at a time. */
struct tw_arena;

/** A new arena, or NULL. Freed with tw_base_arena_free. */
struct tw_arena *tw_base_arena_new(void);

/** Zeroed memory that lives as long as the arena, or NULL. Aligned for any object. */
void *tw_base_arena_alloc(struct tw_arena *arena, size_t count, size_t size);

/** A NUL-terminated copy in the arena, or NULL. */
char *tw_base_arena_copy(struct tw_arena *arena, struct tw_span text);

/** Bytes that the arena holds. */
size_t tw_base_arena_size(const struct tw_arena *arena);

/** Frees the arena and all that was made in it; NULL is fine. */
void tw_base_arena_free(struct tw_arena *arena);

#endif

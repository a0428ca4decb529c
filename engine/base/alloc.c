/* alloc.c -- memory with checked sizes, arenas, and failure on request; see alloc.h. */
#include "base/alloc.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Arena chunks grow with the arena: thousands of incidents have one each and hold little. */
#define CHUNK_LEAST (1u << 10)
#define CHUNK_MOST (16u << 10)

struct chunk {
    struct chunk *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char bytes[];
};

struct tw_arena {
    struct chunk *chunks;
    size_t total;
};

static _Atomic int64_t allocations_left = -1;

void tw_base_alloc_fail_after(int64_t count)
{
    atomic_store(&allocations_left, count);
}

static bool may_allocate(void)
{
    if (atomic_load_explicit(&allocations_left, memory_order_relaxed) < 0) {
        return true;
    }
    if (atomic_load(&allocations_left) == 0) {
        return false;
    }
    atomic_fetch_sub(&allocations_left, 1);
    return true;
}

void *tw_base_alloc(size_t count, size_t size)
{
    return may_allocate() ? calloc(count == 0 ? 1 : count, size) : NULL;
}

void *tw_base_realloc(void *old, size_t count, size_t size)
{
    return may_allocate() ? reallocarray(old, count == 0 ? 1 : count, size) : NULL;
}

void tw_base_free(void *memory)
{
    free(memory);
}

char *tw_base_copy(struct tw_span text)
{
    char *copy = tw_base_alloc(text.length + 1, 1);
    if (copy != NULL && text.length > 0) {
        memcpy(copy, text.at, text.length);
    }
    return copy;
}

struct tw_arena *tw_base_arena_new(void)
{
    return tw_base_alloc(1, sizeof(struct tw_arena));
}

void *tw_base_arena_alloc(struct tw_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        return NULL;
    }
    bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->size - chunk->used < bytes) {
        size_t room = arena->total < CHUNK_LEAST  ? CHUNK_LEAST
                      : arena->total > CHUNK_MOST ? CHUNK_MOST
                                                  : arena->total;
        room = bytes > room ? bytes : room;
        chunk = tw_base_alloc(1, sizeof *chunk + room);
        if (chunk == NULL) {
            return NULL;
        }
        chunk->size = room;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->total += room;
    }
    void *memory = chunk->bytes + chunk->used;
    chunk->used += bytes;
    return memory;
}

char *tw_base_arena_copy(struct tw_arena *arena, struct tw_span text)
{
    char *copy = tw_base_arena_alloc(arena, text.length + 1, 1);
    if (copy != NULL && text.length > 0) {
        memcpy(copy, text.at, text.length);
    }
    return copy;
}

size_t tw_base_arena_size(const struct tw_arena *arena)
{
    return arena->total;
}

void tw_base_arena_free(struct tw_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    for (struct chunk *chunk = arena->chunks; chunk != NULL;) {
        struct chunk *next = chunk->next;
        tw_base_free(chunk);
        chunk = next;
    }
    tw_base_free(arena);
}

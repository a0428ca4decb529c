/* test_alloc.c -- memory: zeroed, checked, in arenas, and failing on request. */
#include "base/alloc.h"
#include "suites.h"
#include "support_pack.h"

START_TEST(gives_zeroed_memory)
{
    unsigned char *memory = tw_base_alloc(3, 100);
    ck_assert_ptr_nonnull(memory);
    for (size_t i = 0; i < 300; i++) {
        ck_assert_uint_eq(memory[i], 0);
    }
    memory[299] = 7;
    unsigned char *grown = tw_base_realloc(memory, 300, 3);
    ck_assert_ptr_nonnull(grown);
    ck_assert_uint_eq(grown[299], 7);
    tw_base_free(grown);
    tw_base_free(NULL);
    /* Nothing is something, too. */
    memory = tw_base_alloc(0, 8);
    ck_assert_ptr_nonnull(memory);
    tw_base_free(memory);
}
END_TEST

START_TEST(refuses_sizes_that_overflow)
{
    struct tw_arena *arena = tw_base_arena_new();
    size_t half = SIZE_MAX / 2 + 1;
    void *memory = tw_base_alloc(1, 1);
#ifndef __SANITIZE_ADDRESS__ /* which ends the program at such a size */
    ck_assert_ptr_null(tw_base_alloc(half, 2));
    ck_assert_ptr_null(tw_base_alloc(half, 3));
    ck_assert_ptr_null(tw_base_realloc(memory, half, 2));
#endif
    ck_assert_ptr_null(tw_base_arena_alloc(arena, half, 2));
    ck_assert_ptr_null(tw_base_arena_alloc(arena, SIZE_MAX, 1));
    tw_base_free(memory);
    tw_base_arena_free(arena);
}
END_TEST

START_TEST(copies_texts)
{
    char *copy = tw_base_copy(TW_SPAN("a\0b"));
    ck_assert_mem_eq(copy, "a\0b\0", 4);
    tw_base_free(copy);
    copy = tw_base_copy((struct tw_span){NULL, 0});
    ck_assert_str_eq(copy, "");
    tw_base_free(copy);
}
END_TEST

START_TEST(arenas_keep_everything_apart)
{
    enum { OBJECTS = 400 };
    struct tw_arena *arena = tw_base_arena_new();
    unsigned char *objects[OBJECTS];
    size_t before = tw_base_arena_size(arena);
    for (size_t i = 0; i < OBJECTS; i++) {
        size_t size = i * 37 % 5000 + 1;
        objects[i] = tw_base_arena_alloc(arena, 1, size);
        ck_assert_ptr_nonnull(objects[i]);
        ck_assert_uint_eq((uintptr_t)objects[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < size; k++) {
            TW_MUST(objects[i][k] == 0);
        }
        memset(objects[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < OBJECTS; i++) {
        size_t size = i * 37 % 5000 + 1;
        TW_MUST(objects[i][0] == i % 255 + 1 && objects[i][size - 1] == i % 255 + 1);
    }
    ck_assert_uint_gt(tw_base_arena_size(arena), before + OBJECTS * 1000);
    ck_assert_ptr_nonnull(tw_base_arena_alloc(arena, 0, 8));
    ck_assert_str_eq(tw_base_arena_copy(arena, TW_SPAN("text")), "text");
    ck_assert_str_eq(tw_base_arena_copy(arena, (struct tw_span){NULL, 0}), "");
    tw_base_arena_free(arena);
    tw_base_arena_free(NULL);
}
END_TEST

/* After so many allocations all fail, until it is taken back. */
START_TEST(fails_on_request)
{
    void *memory[8] = {NULL};
    tw_base_alloc_fail_after(_i);
    for (int i = 0; i < 8; i++) {
        memory[i] = tw_base_alloc(1, 8);
    }
    void *grown = tw_base_realloc(NULL, 1, 8);
    char *copy = tw_base_copy(TW_SPAN("x"));
    struct tw_arena *arena = tw_base_arena_new();
    tw_base_alloc_fail_after(-1);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(memory[i] != NULL, i < _i);
        tw_base_free(memory[i]);
    }
    ck_assert_ptr_null(grown);
    ck_assert_ptr_null(copy);
    ck_assert_ptr_null(arena);
    memory[0] = tw_base_alloc(1, 8);
    ck_assert_ptr_nonnull(memory[0]);
    tw_base_free(memory[0]);
}
END_TEST

Suite *tw_suite_alloc(void)
{
    Suite *suite = suite_create("alloc");
    TCase *all = tcase_create("alloc");
    tcase_add_test(all, gives_zeroed_memory);
    tcase_add_test(all, refuses_sizes_that_overflow);
    tcase_add_test(all, copies_texts);
    tcase_add_test(all, arenas_keep_everything_apart);
    tcase_add_loop_test(all, fails_on_request, 0, 8);
    suite_add_tcase(suite, all);
    return suite;
}

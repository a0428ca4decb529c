/* test_buffer.c -- the growing buffer keeps its maximum and remembers the first failure. */
#include "base/alloc.h"
#include "base/buffer.h"
#include "suites.h"
#include "support_pack.h"

START_TEST(appends)
{
    struct tw_buffer buffer = TW_BUFFER_INIT(1000);
    ck_assert_uint_eq(tw_base_buffer_span(&buffer).length, 0);
    tw_base_buffer_add(&buffer, TW_SPAN("ab\0c"));
    tw_base_buffer_add(&buffer, (struct tw_span){NULL, 0});
    tw_base_buffer_add_char(&buffer, '\xff');
    tw_base_buffer_print(&buffer, "%s-%d", "x", 7);
    tw_base_buffer_print(&buffer, "%s", "");
    ck_assert_int_eq(buffer.status, TW_OK);
    ck_assert(tw_base_span_equal(tw_base_buffer_span(&buffer), TW_SPAN("ab\0c\xffx-7")));
    tw_base_buffer_clear(&buffer);
    ck_assert_uint_eq(buffer.length, 0);
    ck_assert_uint_gt(buffer.room, 0);
    tw_base_buffer_free(&buffer);
    ck_assert_ptr_null(buffer.at);
    ck_assert_uint_eq(buffer.maximum, 1000);
}
END_TEST

START_TEST(grows_to_its_maximum)
{
    struct tw_buffer buffer = TW_BUFFER_INIT(5000);
    for (size_t i = 0; i < 5000; i++) {
        tw_base_buffer_add_char(&buffer, (char)('a' + i % 26));
    }
    ck_assert_int_eq(buffer.status, TW_OK);
    ck_assert_uint_eq(buffer.length, 5000);
    for (size_t i = 0; i < 5000; i++) {
        TW_MUST(buffer.at[i] == (char)('a' + i % 26));
    }
    ck_assert_uint_le(buffer.room, 5000);
    tw_base_buffer_add_char(&buffer, 'x');
    ck_assert_int_eq(buffer.status, TW_ERR_LIMIT);
    ck_assert_uint_eq(buffer.length, 5000);
    tw_base_buffer_free(&buffer);
    ck_assert_int_eq(buffer.status, TW_OK);
}
END_TEST

/* Once an append was dropped, all that follow are, even those that would fit. */
START_TEST(remembers_the_failure)
{
    struct tw_buffer buffer = TW_BUFFER_INIT(10);
    tw_base_buffer_add(&buffer, TW_SPAN("12345"));
    tw_base_buffer_add(&buffer, TW_SPAN("678901"));
    tw_base_buffer_add(&buffer, TW_SPAN("6"));
    tw_base_buffer_print(&buffer, "7");
    ck_assert_int_eq(buffer.status, TW_ERR_LIMIT);
    ck_assert(tw_base_span_equal(tw_base_buffer_span(&buffer), TW_SPAN("12345")));
    ck_assert_ptr_null(tw_base_buffer_reserve(&buffer, 1));
    ck_assert_ptr_null(tw_base_buffer_reserve(&buffer, SIZE_MAX));
    tw_base_buffer_clear(&buffer);
    tw_base_buffer_add(&buffer, TW_SPAN("67"));
    ck_assert_int_eq(buffer.status, TW_OK);
    tw_base_buffer_free(&buffer);
}
END_TEST

START_TEST(tells_that_memory_ran_out)
{
    struct tw_buffer buffer = TW_BUFFER_INIT(100000);
    tw_base_buffer_add(&buffer, TW_SPAN("kept"));
    tw_base_alloc_fail_after(0);
    for (int i = 0; i < 1000; i++) {
        tw_base_buffer_add(&buffer, TW_SPAN("more"));
    }
    tw_base_alloc_fail_after(-1);
    ck_assert_int_eq(buffer.status, TW_ERR_MEMORY);
    ck_assert(tw_base_span_starts(tw_base_buffer_span(&buffer), TW_SPAN("keptmore")));
    tw_base_buffer_free(&buffer);
}
END_TEST

START_TEST(reserves_nothing_somewhere)
{
    struct tw_buffer buffer = TW_BUFFER_INIT(10);
    ck_assert_ptr_nonnull(tw_base_buffer_reserve(&buffer, 0));
    ck_assert_uint_eq(buffer.length, 0);
    ck_assert_int_eq(buffer.status, TW_OK);
    tw_base_buffer_free(&buffer);
}
END_TEST

START_TEST(reserves)
{
    struct tw_buffer buffer = TW_BUFFER_INIT(1u << 20);
    char *at = tw_base_buffer_reserve(&buffer, 1000);
    ck_assert_ptr_nonnull(at);
    ck_assert_uint_eq(buffer.length, 0);
    memset(at, 'x', 1000);
    buffer.length += 400;
    tw_base_buffer_add(&buffer, TW_SPAN("y"));
    ck_assert_uint_eq(buffer.length, 401);
    ck_assert_int_eq(buffer.at[399], 'x');
    ck_assert_int_eq(buffer.at[400], 'y');
    tw_base_buffer_free(&buffer);
}
END_TEST

Suite *tw_suite_buffer(void)
{
    Suite *suite = suite_create("buffer");
    TCase *all = tcase_create("buffer");
    tcase_add_test(all, appends);
    tcase_add_test(all, grows_to_its_maximum);
    tcase_add_test(all, remembers_the_failure);
    tcase_add_test(all, tells_that_memory_ran_out);
    tcase_add_test(all, reserves_nothing_somewhere);
    tcase_add_test(all, reserves);
    suite_add_tcase(suite, all);
    return suite;
}

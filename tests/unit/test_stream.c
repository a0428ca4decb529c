/* test_stream.c -- peeking, reading, and the order of bytes and failures. */
#include <check.h>

#include "base/alloc.h"
#include "source/source.h"
#include "stream_tools.h"
#include "suites.h"

static const size_t pieces[] = {0, 1, 2, 3, 7};

START_TEST(nothing_is_there_to_peek)
{
    struct tw_stream *stream = NULL;
    struct tw_span head = {"x", 1};
    ck_assert_int_eq(tw_source_open_memory(&stream, TW_SPAN(""), 0, NULL), TW_OK);
    ck_assert_int_eq(tw_base_stream_peek(stream, 0, &head), TW_OK);
    ck_assert_uint_eq(head.length, 0);
    ck_assert_int_eq(tw_base_stream_peek(stream, 8, &head), TW_OK);
    ck_assert_uint_eq(head.length, 0);
    tw_base_stream_free(stream);
}
END_TEST

START_TEST(peeked_bytes_are_read_once)
{
    struct tw_stream *stream = tw_test_memory(TW_SPAN("0123456789"), pieces[_i]);
    struct tw_span head;
    char bytes[16];
    size_t got;
    ck_assert_int_eq(tw_base_stream_peek(stream, 4, &head), TW_OK);
    ck_assert(tw_base_span_equal(head, TW_SPAN("0123")));
    ck_assert_int_eq(tw_base_stream_peek(stream, 2, &head), TW_OK);
    ck_assert(tw_base_span_equal(head, TW_SPAN("01")));
    ck_assert_int_eq(tw_base_stream_read(stream, bytes, 3, &got, NULL), TW_OK);
    ck_assert_uint_eq(got, 3);
    ck_assert_int_eq(tw_base_stream_peek(stream, 5, &head), TW_OK);
    ck_assert(tw_base_span_equal(head, TW_SPAN("34567")));
    ck_assert_int_eq(tw_base_stream_peek(stream, 100, &head), TW_OK);
    ck_assert(tw_base_span_equal(head, TW_SPAN("3456789")));
    struct tw_read_all rest = tw_test_read_all(stream, 2);
    ck_assert(tw_base_span_equal(tw_base_buffer_span(&rest.text), TW_SPAN("3456789")));
    ck_assert_int_eq(rest.status, TW_END);
    tw_base_buffer_free(&rest.text);
}
END_TEST

START_TEST(a_failure_comes_after_the_bytes)
{
    for (size_t peeked = 3; peeked < 12; peeked += 3) {
        struct tw_stream *stream = tw_test_failing(TW_SPAN("012345"), pieces[_i], TW_ERR_TRUNCATED);
        struct tw_span head;
        ck_assert_int_eq(tw_base_stream_peek(stream, peeked, &head), TW_OK);
        ck_assert_uint_eq(head.length, peeked < 6 ? peeked : 6);
        struct tw_read_all all = tw_test_read_all(stream, 4);
        ck_assert(tw_base_span_equal(tw_base_buffer_span(&all.text), TW_SPAN("012345")));
        ck_assert_int_eq(all.status, TW_ERR_TRUNCATED);
        ck_assert_str_eq(all.error.message, "made to fail");
        tw_base_buffer_free(&all.text);
    }
}
END_TEST

START_TEST(a_plain_stream_counts_bytes_and_lines)
{
    struct tw_read_all all = tw_test_read_all(tw_test_memory(TW_SPAN("a\nb\n\nc"), pieces[_i]), 2);
    ck_assert_uint_eq(all.end.out, 6);
    ck_assert_uint_eq(all.end.offset, 6);
    ck_assert_uint_eq(all.end.line, 3);
    tw_base_buffer_free(&all.text);
}
END_TEST

START_TEST(no_memory_to_peek_loses_nothing)
{
    struct tw_stream *stream = tw_test_memory(TW_SPAN("abc"), 0);
    struct tw_span head;
    tw_base_alloc_fail_after(0);
    ck_assert_int_eq(tw_base_stream_peek(stream, 3, &head), TW_ERR_MEMORY);
    tw_base_alloc_fail_after(-1);
    struct tw_read_all all = tw_test_read_all(stream, 0);
    ck_assert(tw_base_span_equal(tw_base_buffer_span(&all.text), TW_SPAN("abc")));
    tw_base_buffer_free(&all.text);
    tw_base_stream_free(NULL);
}
END_TEST

Suite *tw_suite_stream(void)
{
    Suite *suite = suite_create("stream");
    TCase *cases = tcase_create("stream");
    int count = (int)(sizeof pieces / sizeof pieces[0]);
    tcase_add_test(cases, nothing_is_there_to_peek);
    tcase_add_loop_test(cases, peeked_bytes_are_read_once, 0, count);
    tcase_add_loop_test(cases, a_failure_comes_after_the_bytes, 0, count);
    tcase_add_loop_test(cases, a_plain_stream_counts_bytes_and_lines, 0, count);
    tcase_add_test(cases, no_memory_to_peek_loses_nothing);
    suite_add_tcase(suite, cases);
    return suite;
}

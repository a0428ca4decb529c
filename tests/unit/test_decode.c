/* test_decode.c -- compressions, the byte limit, and what happens without memory. */
#include <check.h>
#include <stdio.h>
#include <zlib.h>

#include "base/alloc.h"
#include "decode/decode.h"
#include "stream_tools.h"
#include "suites.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ROOM ((size_t)64 << 20)
#define BYTES(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* ---- gzip ---------------------------------------------------------------------------------- */

static void add_gzip(struct tw_buffer *to, struct tw_span text)
{
    z_stream deflater = {0};
    ck_assert_int_eq(deflateInit2(&deflater, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&deflater, text.length) + 64;
    char *at = tw_base_buffer_reserve(to, room);
    ck_assert_ptr_nonnull(at);
    deflater.next_in = (unsigned char *)(uintptr_t)text.at;
    deflater.avail_in = (unsigned)text.length;
    deflater.next_out = (unsigned char *)at;
    deflater.avail_out = (unsigned)room;
    ck_assert_int_eq(deflate(&deflater, Z_FINISH), Z_STREAM_END);
    to->length += room - deflater.avail_out;
    ck_assert_int_eq(deflateEnd(&deflater), Z_OK);
}

static struct tw_buffer gzip_of(struct tw_span text)
{
    struct tw_buffer buffer = TW_BUFFER_INIT(ROOM);
    add_gzip(&buffer, text);
    return buffer;
}

START_TEST(members_and_padding_are_joined)
{
    struct tw_buffer text = tw_test_lines(2000);
    struct tw_span all = tw_base_buffer_span(&text);
    struct tw_buffer stored = TW_BUFFER_INIT(ROOM);
    for (size_t i = 0; i < all.length; i += 9973) {
        struct tw_span rest = tw_base_span_skip(all, i);
        add_gzip(&stored, (struct tw_span){rest.at, rest.length < 9973 ? rest.length : 9973});
        add_gzip(&stored, (struct tw_span){NULL, 0});
    }
    tw_base_buffer_add(&stored, (struct tw_span)BYTES("\0\0\0\0\0\0\0"));
    struct tw_decode_info info;
    struct tw_stream *stream =
        tw_test_decode(tw_base_buffer_span(&stored), tw_test_pieces[_i], NULL, &info);
    ck_assert_uint_eq(info.compression_count, 1);
    ck_assert_str_eq(info.compression[0], "gzip");
    struct tw_read_all read = tw_test_read_all(stream, tw_test_pieces[_i] == 1 ? 1 : 0);
    ck_assert_int_eq(read.status, TW_END);
    tw_test_same(tw_base_buffer_span(&read.text), all);
    ck_assert_uint_eq(read.end.offset, all.length);
    ck_assert_uint_eq(read.end.line, 2000);
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&stored);
    tw_base_buffer_free(&text);
}
END_TEST

/* Reads damaged gzip data and checks what was delivered and what was said. */
static void check_damage(struct tw_span stored, struct tw_span want, enum tw_status status,
                         const char *message)
{
    for (size_t i = 0; i < TW_TEST_PIECES; i++) {
        struct tw_read_all read =
            tw_test_read_all(tw_test_decode(stored, tw_test_pieces[i], NULL, NULL), 0);
        ck_assert_int_eq(read.status, status);
        ck_assert_msg(strstr(read.error.message, message) != NULL, "%s", read.error.message);
        tw_test_same(tw_base_buffer_span(&read.text), want);
        tw_base_buffer_free(&read.text);
    }
}

START_TEST(garbage_behind_a_member_is_told_last)
{
    struct tw_buffer stored = gzip_of(TW_SPAN("content\n"));
    size_t length = stored.length;
    char message[64];
    static const char *const tails[] = {"garbage", "\x1Fgarbage", "\x1F\x8Cgarbage"};
    for (size_t i = 0; i < COUNT(tails); i++) {
        stored.length = length;
        tw_base_buffer_add(&stored, tw_base_span(tails[i]));
        (void)snprintf(message, sizeof message, "compressed offset %zu", length);
        check_damage(tw_base_buffer_span(&stored), TW_SPAN("content\n"), TW_ERR_DATA,
                     "bytes after the last gzip member are no gzip data");
        check_damage(tw_base_buffer_span(&stored), TW_SPAN("content\n"), TW_ERR_DATA, message);
    }
    tw_base_buffer_free(&stored);
}
END_TEST

START_TEST(truncated_data_give_what_they_have)
{
    struct tw_buffer text = tw_test_lines(300);
    struct tw_buffer stored = gzip_of(tw_base_buffer_span(&text));
    /* The whole text is there before the check sums are. */
    struct tw_span all = {stored.at, stored.length - 3};
    check_damage(all, tw_base_buffer_span(&text), TW_ERR_TRUNCATED, "end in the middle");
    all.length = 5; /* within the header */
    check_damage(all, (struct tw_span){NULL, 0}, TW_ERR_TRUNCATED, "after 5 compressed bytes");
    size_t shortest = SIZE_MAX;
    for (size_t cut = 2; cut < stored.length; cut += 97) {
        struct tw_read_all read =
            tw_test_read_all(tw_test_decode((struct tw_span){stored.at, cut}, 0, NULL, NULL), 0);
        ck_assert_int_eq(read.status, TW_ERR_TRUNCATED);
        ck_assert(tw_base_span_starts(tw_base_buffer_span(&text), tw_base_buffer_span(&read.text)));
        shortest = read.text.length < shortest ? read.text.length : shortest;
        tw_base_buffer_free(&read.text);
    }
    ck_assert_uint_eq(shortest, 0);
    tw_base_buffer_free(&stored);
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(corrupt_data_give_what_they_have)
{
    struct tw_buffer text = tw_test_lines(300);
    struct tw_buffer stored = gzip_of(tw_base_buffer_span(&text));
    struct tw_span all = tw_base_buffer_span(&stored);
    stored.at[stored.length - 6] ^= 1; /* the check sum */
    check_damage(all, tw_base_buffer_span(&text), TW_ERR_DATA, "incorrect data check");
    stored.at[stored.length - 6] ^= 1;
    stored.at[stored.length - 1] ^= 1; /* the length */
    check_damage(all, tw_base_buffer_span(&text), TW_ERR_DATA, "incorrect length check");
    stored.at[stored.length - 1] ^= 1;
    stored.at[2] = 9; /* the method */
    check_damage(all, (struct tw_span){NULL, 0}, TW_ERR_DATA, "compressed offset");
    stored.at[2] = 8;
    stored.at[10] |= 6; /* a block of a kind that does not exist */
    check_damage(all, (struct tw_span){NULL, 0}, TW_ERR_DATA, "invalid block type");
    tw_base_buffer_free(&stored);
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(a_failure_below_is_passed_on)
{
    struct tw_buffer text = tw_test_lines(300);
    struct tw_buffer stored = gzip_of(tw_base_buffer_span(&text));
    struct tw_span half = {stored.at, stored.length / 2};
    struct tw_stream *stream;
    ck_assert_int_eq(tw_decode_open(&stream, tw_test_failing(half, tw_test_pieces[_i], TW_ERR_IO),
                                    NULL, NULL, NULL),
                     TW_OK);
    struct tw_read_all read = tw_test_read_all(stream, 0);
    ck_assert_int_eq(read.status, TW_ERR_IO);
    ck_assert_str_eq(read.error.message, "made to fail");
    ck_assert_uint_gt(read.text.length, 1000);
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&stored);
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(a_million_members_are_cheap)
{
    struct tw_buffer one = gzip_of(TW_SPAN("x"));
    struct tw_buffer stored = TW_BUFFER_INIT(ROOM);
    for (int i = 0; i < 1000000; i++) {
        tw_base_buffer_add(&stored, tw_base_buffer_span(&one));
    }
    struct tw_read_all read =
        tw_test_read_all(tw_test_decode(tw_base_buffer_span(&stored), 0, NULL, NULL), 0);
    ck_assert_int_eq(read.status, TW_END);
    ck_assert_uint_eq(read.text.length, 1000000);
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&stored);
    tw_base_buffer_free(&one);
}
END_TEST

START_TEST(nesting_ends_at_the_limit)
{
    struct tw_buffer stored = gzip_of(TW_SPAN("deep\n"));
    for (int depth = 1; depth <= TW_DECODE_DEPTH + 1; depth++) {
        struct tw_decode_info info;
        struct tw_stream *stream;
        struct tw_error error;
        enum tw_status status = tw_decode_open(
            &stream, tw_test_memory(tw_base_buffer_span(&stored), 0), NULL, &info, &error);
        if (depth > TW_DECODE_DEPTH) {
            ck_assert_int_eq(status, TW_ERR_LIMIT);
            ck_assert_ptr_null(stream);
            ck_assert_ptr_nonnull(strstr(error.message, "more than 4 times"));
        } else {
            ck_assert_int_eq(status, TW_OK);
            ck_assert_uint_eq(info.compression_count, (size_t)depth);
            struct tw_read_all read = tw_test_read_all(stream, 0);
            tw_test_same(tw_base_buffer_span(&read.text), TW_SPAN("deep\n"));
            tw_base_buffer_free(&read.text);
        }
        struct tw_buffer outer = gzip_of(tw_base_buffer_span(&stored));
        tw_base_buffer_free(&stored);
        stored = outer;
    }
    tw_base_buffer_free(&stored);
}
END_TEST

/* ---- what is not supported ----------------------------------------------------------------- */

static const struct {
    struct tw_span head;
    const char *name;
} unsupported[] = {
    {BYTES("\x28\xB5\x2F\xFD\x04\x00"), "zstd"},
    {BYTES("\x50\x2A\x4D\x18\x04\x00"), "zstd"},
    {BYTES("\xFD\x37zXZ\x00\x00"), "xz"},
    {BYTES("BZh91AY&SY\x00"), "bzip2"},
    {BYTES("BZh9\x17\x72\x45\x38\x50\x90"), "bzip2"},
    {BYTES("PK\x03\x04\x14\x00"), "zip"},
    {BYTES("PK\x05\x06\x00\x00"), "zip"},
    {BYTES("7z\xBC\xAF\x27\x1C\x00"), "7z"},
};

START_TEST(unsupported_compressions_are_named)
{
    struct tw_buffer inside = gzip_of(unsupported[_i].head);
    struct tw_span inputs[] = {unsupported[_i].head, tw_base_buffer_span(&inside)};
    for (size_t i = 0; i < COUNT(inputs); i++) {
        struct tw_stream *stream;
        struct tw_error error = {TW_OK, ""};
        char want[64];
        (void)snprintf(want, sizeof want, "%s data are not supported", unsupported[_i].name);
        ck_assert_int_eq(tw_decode_open(&stream, tw_test_memory(inputs[i], 0), NULL, NULL, &error),
                         TW_ERR_DATA);
        ck_assert_ptr_null(stream);
        ck_assert_msg(tw_base_span_starts(tw_base_span(error.message), tw_base_span(want)), "%s",
                      error.message);
    }
    tw_base_buffer_free(&inside);
}
END_TEST

START_TEST(look_alikes_are_text)
{
    static const char *const texts[] = {"BZh9 is a prefix", "PK is short", "7z", "PK\x03", "\x1F",
                                        "BZh91AY",          "(\xB5"};
    struct tw_decode_info info;
    struct tw_read_all read =
        tw_test_read_all(tw_test_decode(tw_base_span(texts[_i]), 0, NULL, &info), 0);
    ck_assert_uint_eq(info.compression_count, 0);
    ck_assert(!info.binary);
    tw_base_buffer_free(&read.text);
}
END_TEST

/* ---- the limit ----------------------------------------------------------------------------- */

START_TEST(the_limit_is_exact)
{
    struct tw_buffer text = tw_test_lines(3000);
    struct tw_span all = tw_base_buffer_span(&text);
    struct tw_buffer stored = gzip_of(all);
    uint64_t limits[] = {1, 2, 1000, 70000, all.length - 1, all.length, all.length + 1};
    for (size_t i = 0; i < COUNT(limits); i++) {
        struct tw_decode_options options = {.max_bytes = limits[i]};
        for (int plain = 0; plain < 2; plain++) {
            struct tw_span input = plain == 1 ? all : tw_base_buffer_span(&stored);
            struct tw_read_all read =
                tw_test_read_all(tw_test_decode(input, tw_test_pieces[_i], &options, NULL), 0);
            bool reached = limits[i] < all.length;
            ck_assert_int_eq(read.status, reached ? TW_ERR_LIMIT : TW_END);
            ck_assert_uint_eq(read.text.length, reached ? limits[i] : all.length);
            tw_base_buffer_free(&read.text);
        }
    }
    tw_base_buffer_free(&stored);
    tw_base_buffer_free(&text);
}
END_TEST

/* ---- memory -------------------------------------------------------------------------------- */

START_TEST(every_failed_allocation_is_survived)
{
    struct tw_buffer stored =
        gzip_of(TW_SPAN("> a caf\xE9 log\r\n> that was quoted\r\n> in a mail\r\n"));
    struct tw_decode_options options = {.max_bytes = 1000};
    for (int count = 0;; count++) {
        struct tw_stream *source = tw_test_memory(tw_base_buffer_span(&stored), 7);
        struct tw_stream *stream;
        struct tw_error error = {TW_OK, ""};
        tw_base_alloc_fail_after(count);
        enum tw_status status = tw_decode_open(&stream, source, &options, NULL, &error);
        tw_base_alloc_fail_after(-1);
        if (status == TW_OK) {
            tw_base_stream_free(stream);
            ck_assert_int_gt(count, 8);
            break;
        }
        ck_assert_int_eq(status, TW_ERR_MEMORY);
        ck_assert_int_eq(error.status, TW_ERR_MEMORY);
        ck_assert_ptr_null(stream);
    }
    tw_base_buffer_free(&stored);
}
END_TEST

Suite *tw_suite_decode(void)
{
    Suite *suite = suite_create("decode");
    TCase *cases = tcase_create("decode");
    int cuts = TW_TEST_PIECES;
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, members_and_padding_are_joined, 0, cuts);
    tcase_add_test(cases, garbage_behind_a_member_is_told_last);
    tcase_add_test(cases, truncated_data_give_what_they_have);
    tcase_add_test(cases, corrupt_data_give_what_they_have);
    tcase_add_loop_test(cases, a_failure_below_is_passed_on, 0, cuts);
    tcase_add_test(cases, a_million_members_are_cheap);
    tcase_add_test(cases, nesting_ends_at_the_limit);
    tcase_add_loop_test(cases, unsupported_compressions_are_named, 0, COUNT(unsupported));
    tcase_add_loop_test(cases, look_alikes_are_text, 0, 7);
    tcase_add_loop_test(cases, the_limit_is_exact, 0, cuts);
    tcase_add_test(cases, every_failed_allocation_is_survived);
    suite_add_tcase(suite, cases);
    return suite;
}

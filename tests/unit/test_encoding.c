/* test_encoding.c -- UTF-16, Windows-1252, marks of byte order, and where the output came from. */
#include <check.h>

#include "base/visible.h"
#include "decode/decode.h"
#include "stream_tools.h"
#include "suites.h"
#include "support_pack.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ROOM ((size_t)64 << 20)
#define BYTES(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static void add_utf16(struct tw_buffer *to, uint32_t code, bool big)
{
    uint32_t units[2] = {code, 0};
    size_t count = 1;
    if (code >= 0x10000) {
        units[0] = 0xD800 + ((code - 0x10000) >> 10);
        units[1] = 0xDC00 + ((code - 0x10000) & 0x3FF);
        count = 2;
    }
    for (size_t i = 0; i < count; i++) {
        tw_base_buffer_add_char(to, (char)(unsigned char)(big ? units[i] >> 8 : units[i]));
        tw_base_buffer_add_char(to, (char)(unsigned char)(big ? units[i] : units[i] >> 8));
    }
}

/* UTF-16 of UTF-8 text. */
static struct tw_buffer utf16_of(struct tw_span text, bool big, bool mark)
{
    struct tw_buffer out = TW_BUFFER_INIT(ROOM);
    if (mark) {
        add_utf16(&out, 0xFEFF, big);
    }
    while (text.length > 0) {
        uint32_t code = 0;
        size_t length = tw_base_utf8_decode(text, &code);
        ck_assert_uint_gt(length, 0);
        add_utf16(&out, code, big);
        text = tw_base_span_skip(text, length);
    }
    return out;
}

static const char *const texts[] = {
    "2024-05-01 ERROR first\r\nsecond line\r\n",
    "caf\xC3\xA9 \xE2\x82\xAC and \xF0\x9F\x98\x80\nthen a run of ASCII that is longer than one "
    "block of the fast path, and \xF0\x9F\x98\x80\xF0\x9F\x98\x80 again\n",
    "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x81\xAE\xE3\x83\xAD\xE3\x82\xB0: System.Net.Http\n"
    "x\n\n",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\xC3\xBF",
};

/* Offset and line of every place, in steps of any size. */
static void check_places(struct tw_span stored, struct tw_span text, bool wide, size_t mark)
{
    struct tw_stream *stream = tw_test_decode(stored, 0, NULL, NULL);
    struct tw_buffer read = TW_BUFFER_INIT(ROOM);
    size_t got = 0;
    while (tw_base_stream_read(stream, tw_base_buffer_reserve(&read, 50), 50, &got, NULL) ==
           TW_OK) {
        read.length += got;
    }
    tw_test_same(tw_base_buffer_span(&read), text);
    size_t offset = mark;
    size_t line = 0;
    for (size_t out = 0; out <= text.length;) {
        for (size_t step = 1; step < 100; step += 49) {
            struct tw_cursor cursor = tw_test_locate(stream, text, out, step);
            TW_MUST(cursor.offset == offset && cursor.line == line);
        }
        uint32_t code = 0;
        size_t length =
            out < text.length ? tw_base_utf8_decode(tw_base_span_skip(text, out), &code) : 1;
        offset += !wide ? length : code >= 0x10000 ? 4 : 2;
        line += code == '\n';
        out += length;
    }
    tw_base_buffer_free(&read);
    tw_base_stream_free(stream);
}

START_TEST(utf_16_becomes_utf_8)
{
    struct tw_span text = tw_base_span(texts[_i]);
    for (int kind = 0; kind < 4; kind++) {
        bool big = (kind & 1) != 0;
        bool mark = (kind & 2) != 0;
        struct tw_buffer stored = utf16_of(text, big, mark);
        for (size_t i = 0; i < TW_TEST_PIECES; i++) {
            for (size_t room = 0; room < 6; room++) {
                struct tw_decode_info info;
                struct tw_read_all read = tw_test_read_all(
                    tw_test_decode(tw_base_buffer_span(&stored), tw_test_pieces[i], NULL, &info),
                    room);
                ck_assert_str_eq(info.encoding, big ? "utf-16be" : "utf-16le");
                ck_assert(!info.binary);
                ck_assert_int_eq(read.status, TW_END);
                tw_test_same(tw_base_buffer_span(&read.text), text);
                ck_assert_uint_eq(read.end.offset, stored.length);
                tw_base_buffer_free(&read.text);
            }
        }
        check_places(tw_base_buffer_span(&stored), text, true, mark ? 2 : 0);
        tw_base_buffer_free(&stored);
    }
}
END_TEST

static const struct {
    struct tw_span stored;
    const char *want;
} broken_utf16[] = {
    {BYTES("\xFF\xFE"
           "a\0b\0c"),
     "ab\xEF\xBF\xBD"}, /* odd last byte */
    {BYTES("\xFF\xFE"
           "a\0\x00\xD8"
           "b\0"),
     "a\xEF\xBF\xBD"
     "b"}, /* high alone */
    {BYTES("\xFF\xFE"
           "a\0\x00\xDC"
           "b\0"),
     "a\xEF\xBF\xBD"
     "b"}, /* low alone */
    {BYTES("\xFF\xFE"
           "a\0\x3D\xD8"),
     "a\xEF\xBF\xBD"}, /* cut pair */
    {BYTES("\xFF\xFE"
           "a\0\x3D\xD8\x00"),
     "a\xEF\xBF\xBD\xEF\xBF\xBD"},
    {BYTES("\xFF\xFE\x3D\xD8\x3D\xD8\x00\xDE"), "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
    {BYTES("\xFE\xFF\xDC\x00\xD8\x3D\xDE\x00"), "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
    {BYTES("\xFF\xFE"), ""},
};

START_TEST(broken_utf_16_goes_on)
{
    for (size_t i = 0; i < TW_TEST_PIECES; i++) {
        for (size_t room = 0; room < 5; room++) {
            struct tw_read_all read = tw_test_read_all(
                tw_test_decode(broken_utf16[_i].stored, tw_test_pieces[i], NULL, NULL), room);
            ck_assert_int_eq(read.status, TW_END);
            tw_test_same(tw_base_buffer_span(&read.text), tw_base_span(broken_utf16[_i].want));
            if (read.text.length > 0) {
                ck_assert_uint_eq(read.end.offset, broken_utf16[_i].stored.length);
            }
            tw_base_buffer_free(&read.text);
        }
    }
}
END_TEST

START_TEST(a_long_utf_16_log_is_whole)
{
    struct tw_buffer text = tw_test_lines(20000);
    tw_base_buffer_add(&text, TW_SPAN("\xF0\x9F\x98\x80 end"));
    struct tw_buffer stored = utf16_of(tw_base_buffer_span(&text), _i == 1, false);
    for (size_t i = 0; i < TW_TEST_PIECES; i++) {
        struct tw_read_all read = tw_test_read_all(
            tw_test_decode(tw_base_buffer_span(&stored), tw_test_pieces[i], NULL, NULL), 0);
        tw_test_same(tw_base_buffer_span(&read.text), tw_base_buffer_span(&text));
        ck_assert_uint_eq(read.end.offset, stored.length);
        ck_assert_uint_eq(read.end.line, 20000);
        tw_base_buffer_free(&read.text);
    }
    tw_base_buffer_free(&stored);
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(the_mark_of_utf_8_is_passed_over)
{
    struct tw_span stored = TW_SPAN("\xEF\xBB\xBF"
                                    "caf\xC3\xA9\nb");
    for (size_t i = 0; i < TW_TEST_PIECES; i++) {
        struct tw_decode_info info;
        struct tw_read_all read =
            tw_test_read_all(tw_test_decode(stored, tw_test_pieces[i], NULL, &info), 0);
        ck_assert_str_eq(info.encoding, "utf-8");
        tw_test_same(tw_base_buffer_span(&read.text), TW_SPAN("caf\xC3\xA9\nb"));
        ck_assert_uint_eq(read.end.offset, stored.length);
        tw_base_buffer_free(&read.text);
    }
    check_places(stored, TW_SPAN("caf\xC3\xA9\nb"), false, 3);
}
END_TEST

START_TEST(windows_1252_becomes_utf_8)
{
    struct tw_buffer stored = TW_BUFFER_INIT(ROOM);
    struct tw_buffer want = TW_BUFFER_INIT(ROOM);
    tw_base_buffer_add(&stored, TW_SPAN("\x80\x93\x94\x9D\xE9t\xE9 \xFF\n"));
    tw_base_buffer_add(&want, TW_SPAN("\xE2\x82\xAC\xE2\x80\x9C\xE2\x80\x9D\xC2\x9D\xC3\xA9t\xC3"
                                      "\xA9 \xC3\xBF\n"));
    for (size_t i = 0; i < TW_TEST_PIECES; i++) {
        for (size_t room = 0; room < 5; room++) {
            struct tw_decode_info info;
            struct tw_read_all read = tw_test_read_all(
                tw_test_decode(tw_base_buffer_span(&stored), tw_test_pieces[i], NULL, &info), room);
            ck_assert_str_eq(info.encoding, "windows-1252");
            tw_test_same(tw_base_buffer_span(&read.text), tw_base_buffer_span(&want));
            ck_assert_uint_eq(read.end.offset, stored.length);
            ck_assert_uint_eq(read.end.line, 1);
            tw_base_buffer_free(&read.text);
        }
    }
    tw_base_buffer_free(&stored);
    tw_base_buffer_free(&want);
}
END_TEST

static const struct {
    struct tw_span bytes;
    const char *encoding;
    bool binary;
} recognised[] = {
    {{NULL, 0}, "utf-8", false},
    {BYTES("plain"), "utf-8", false},
    {BYTES("caf\xC3\xA9"), "utf-8", false},
    {BYTES("caf\xE9"), "windows-1252", false},
    {BYTES("caf\xC3\xA9 and cut \xE2\x82"), "utf-8", false},
    {BYTES("\xE6\x97\xA5\xE6\x9C\xAC one \xFF bad byte"), "utf-8", false},
    {BYTES("l'\xE9"
           "chec de la n\xE9gociation"),
     "windows-1252", false},
    {BYTES("a\0b\0c\0"), "utf-16le", false},
    {BYTES("\0a\0b\0c"), "utf-16be", false},
    {BYTES("a\0"), "utf-8", true},
    {BYTES("text with \0 inside"), "utf-8", true},
    {BYTES("ElfFile\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"), "utf-16le", false},
    {BYTES("\0\0\0\0\0\0\0\0"), "utf-8", true},
    {BYTES("\x89PNG\r\n\x1A\n"), "utf-8", true},
    {BYTES("%PDF-1.7\n"), "utf-8", true},
    {BYTES("\xFF\xD8\xFF\xE0"), "utf-8", true},
};

START_TEST(encodings_are_recognised)
{
    struct tw_decode_info info;
    tw_base_stream_free(tw_test_decode(recognised[_i].bytes, 0, NULL, &info));
    ck_assert_str_eq(info.encoding, recognised[_i].encoding);
    ck_assert_int_eq(info.binary, recognised[_i].binary);
}
END_TEST

START_TEST(a_named_encoding_is_obeyed)
{
    static const struct {
        const char *encoding;
        struct tw_span bytes;
        const char *want;
    } rows[] = {
        {"utf-8", BYTES("caf\xE9"), "caf\xE9"},
        {"windows-1252", BYTES("\xC3\xA9"), "\xC3\x83\xC2\xA9"},
        {"utf-16le", BYTES("a\0"), "a"},
        {"utf-16le",
         BYTES("\xFF\xFE"
               "a\0"),
         "a"},
        {"utf-16be", BYTES("\x65\xE5"), "\xE6\x97\xA5"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tw_decode_options options = {.encoding = rows[i].encoding};
        struct tw_decode_info info;
        struct tw_read_all read =
            tw_test_read_all(tw_test_decode(rows[i].bytes, 0, &options, &info), 0);
        tw_test_same(tw_base_buffer_span(&read.text), tw_base_span(rows[i].want));
        ck_assert_str_eq(info.encoding, rows[i].encoding);
        tw_base_buffer_free(&read.text);
    }
    struct tw_decode_options options = {.encoding = "latin-9"};
    struct tw_stream *stream;
    struct tw_error error;
    ck_assert_int_eq(
        tw_decode_open(&stream, tw_test_memory(TW_SPAN("x"), 0), &options, NULL, &error),
        TW_ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(error.message, "latin-9"));
    ck_assert(tw_decode_knows_encoding("utf-8"));
    ck_assert(!tw_decode_knows_encoding("UTF-7"));
    ck_assert(!tw_decode_knows_encoding(NULL));
}
END_TEST

START_TEST(invalid_utf_8_passes_through)
{
    struct tw_buffer text =
        tw_test_lines(2000); /* longer than the peek: what comes later is not seen */
    tw_base_buffer_add(&text, TW_SPAN("bad \xFF\xC3 bytes\n"));
    struct tw_read_all read = tw_test_read_all(
        tw_test_decode(tw_base_buffer_span(&text), tw_test_pieces[_i], NULL, NULL), 0);
    tw_test_same(tw_base_buffer_span(&read.text), tw_base_buffer_span(&text));
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(every_failed_allocation_is_survived)
{
    struct tw_buffer stored = utf16_of(TW_SPAN("> a\r\n> quoted\r\n> log\r\n"), false, true);
    ck_assert_int_gt(tw_test_decode_without_memory(tw_base_buffer_span(&stored), 7), 5);
    tw_base_buffer_free(&stored);
}
END_TEST

Suite *tw_suite_encoding(void)
{
    Suite *suite = suite_create("encoding");
    TCase *cases = tcase_create("encoding");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, utf_16_becomes_utf_8, 0, COUNT(texts));
    tcase_add_loop_test(cases, broken_utf_16_goes_on, 0, COUNT(broken_utf16));
    tcase_add_loop_test(cases, a_long_utf_16_log_is_whole, 0, 2);
    tcase_add_test(cases, the_mark_of_utf_8_is_passed_over);
    tcase_add_test(cases, windows_1252_becomes_utf_8);
    tcase_add_loop_test(cases, encodings_are_recognised, 0, COUNT(recognised));
    tcase_add_test(cases, a_named_encoding_is_obeyed);
    tcase_add_loop_test(cases, invalid_utf_8_passes_through, 0, TW_TEST_PIECES);
    tcase_add_test(cases, every_failed_allocation_is_survived);
    suite_add_tcase(suite, cases);
    return suite;
}

/* test_scan.c -- scanning finds the same hits in the same records however the bytes come and
 * wherever block and record borders fall; places in the input are right. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "decode/decode.h"
#include "scan/scan.h"
#include "source/source.h"
#include "suites.h"
#include "support_pack.h"

/* Of long texts only every third, which are enough to cut them anywhere. */
static const size_t pieces[] = {1, 2, 3, 7, 100, 4096, 0};

static struct tw_pack *pack;
static struct tw_scanner *scanner;
static struct tw_buffer text;

static void begin(void)
{
    struct tw_error error;
    pack = tw_support_pack(
        TW_SUPPORT_SIGNATURE("one", "error", "{text: \"anchor-one\"}", "")
            TW_SUPPORT_SIGNATURE("two", "error", "{text: \"second anchor\"}", "")
                TW_SUPPORT_SIGNATURE("three", "error", "{text: \"anchor-one-longer\"}", ""));
    ck_assert_int_eq(tw_scan_new(&scanner, pack, &error), TW_OK);
    text = TW_BUFFER_INIT(8u << 20);
}

static void end(void)
{
    tw_base_buffer_free(&text);
    tw_scan_free(scanner);
    tw_pack_free(pack);
}

/* A record begins where a line begins with #, or has one at its 200th byte: as far as a format may
 * look. */
static bool starts(struct tw_span line)
{
    if (line.length > 256) {
        ck_abort_msg("a format was shown %zu bytes", line.length);
    }
    return (line.length > 0 && line.at[0] == '#') || (line.length > 199 && line.at[199] == '#');
}

static bool starts_nowhere(struct tw_span line)
{
    (void)line;
    return false;
}

/* ---- what a scan tells -------------------------------------------------------------------------
 */

/* A hit, and the record around it. */
struct told {
    uint64_t end; /* in the stream's output */
    uint32_t literal;
    uint32_t record_length;
    uint64_t record; /* where it begins */
    uint64_t line;   /* of the hit's last byte */
};

/* The record of the last hit, asked for once, as the pipeline does. */
struct known {
    size_t from;
    size_t to;
    uint64_t out;
};

static void add_hit(struct tw_buffer *told, const struct tw_scan_block *block,
                    const struct tw_match_hit *hit, struct known *record)
{
    if (hit->end > record->to) {
        tw_scan_record(scanner, hit->end - 1, &record->from, &record->to);
        record->out = tw_scan_locate(scanner, record->from).out;
        TW_MUST(record->to <= block->bytes.length);
        TW_MUST(record->to - record->from <= TW_RECORD_MAX);
    }
    TW_MUST(record->from < hit->end && hit->end <= record->to);
    struct tw_cursor last = tw_scan_locate(scanner, hit->end - 1);
    struct told one = {last.out + 1, hit->literal, (uint32_t)(record->to - record->from),
                       record->out, last.line};
    tw_base_buffer_add(told, (struct tw_span){(const char *)&one, sizeof one});
}

/* Scans the stream; `told` gets all hits, `records` where records begin. Every block follows the
 * one before. */
static enum tw_status scan(struct tw_stream *stream, tw_scan_starts begins, bool listing,
                           struct tw_buffer *told, struct tw_buffer *records)
{
    struct tw_scan_block block;
    struct tw_error error;
    enum tw_status status;
    uint64_t expected = 0;
    tw_scan_begin(scanner, stream, begins, 0);
    while ((status = tw_scan_next(scanner, listing, &block, &error)) == TW_OK) {
        uint64_t at = tw_scan_locate(scanner, 0).out;
        TW_MUST(block.bytes.length > block.skip);
        TW_MUST(at + block.skip == expected);
        expected = at + block.bytes.length;
        struct known record = {0, 0, 0};
        for (size_t i = 0; i < block.hits.count; i++) {
            if (block.hits.at[i].end > block.skip) {
                add_hit(told, &block, &block.hits.at[i], &record);
            }
        }
        for (size_t from = 0; listing && from < block.bytes.length;) {
            size_t start;
            uint64_t begin_at = at + from;
            tw_scan_record(scanner, from, &start, &from);
            TW_MUST(at + start == begin_at);
            tw_base_buffer_add(records, (struct tw_span){(const char *)&begin_at, sizeof begin_at});
        }
    }
    ck_assert_uint_eq(tw_scan_total(scanner).out, expected);
    return status;
}

static void scan_text(size_t piece, tw_scan_starts begins, bool listing, struct tw_buffer *told,
                      struct tw_buffer *records)
{
    struct tw_stream *stream = NULL;
    struct tw_error error;
    ck_assert_int_eq(tw_source_open_memory(&stream, tw_base_buffer_span(&text), piece, &error),
                     TW_OK);
    ck_assert_int_eq(scan(stream, begins, listing, told, records), TW_END);
    ck_assert_uint_eq(tw_scan_total(scanner).offset, text.length);
    ck_assert_uint_eq(tw_scan_total(scanner).line, tw_base_count_newlines(text.at, text.length));
    tw_base_stream_free(stream);
}

/* ---- what it should tell -----------------------------------------------------------------------
 */

/* Where the record begins that byte `at` stands in, and where it ends, as the whole text shows. */
static void frame(tw_scan_starts begins, size_t at, size_t *from, size_t *to)
{
    size_t next = 0;
    *from = 0;
    *to = text.length;
    for (size_t line = 0; line < text.length; line = next) {
        struct tw_span head = tw_base_span_line(tw_base_buffer_span(&text), line, &next);
        head.length = head.length < 256 ? head.length : 256;
        if (line > 0 && begins(head)) {
            if (line > at) {
                *to = line;
                return;
            }
            *from = line;
        }
    }
}

static int by_end(const void *left, const void *right)
{
    const struct tw_match_hit *a = left;
    const struct tw_match_hit *b = right;
    if (a->end != b->end) {
        return a->end < b->end ? -1 : 1;
    }
    return a->literal < b->literal ? -1 : a->literal > b->literal;
}

/* All anchors of the text, in the order of the matcher's hits. */
static void find_all(struct tw_buffer *hits)
{
    for (uint32_t i = 0; i < pack->anchor_count; i++) {
        struct tw_span anchor = {tw_pack_text(pack, pack->anchors[i].bytes),
                                 pack->anchors[i].length};
        for (size_t at = 0; at < text.length; at++) {
            struct tw_span rest = tw_base_span_skip(tw_base_buffer_span(&text), at);
            at += tw_base_span_find(rest, anchor);
            if (at < text.length) {
                struct tw_match_hit hit = {i, (uint32_t)(at + anchor.length)};
                tw_base_buffer_add(hits, (struct tw_span){(const char *)&hit, sizeof hit});
            }
        }
    }
    if (hits->length > 0) {
        qsort(hits->at, hits->length / sizeof(struct tw_match_hit), sizeof(struct tw_match_hit),
              by_end);
    }
}

/* All hits of the text, each in its record; of a record that is too long only the place of the hit.
 */
static void expect_hits(tw_scan_starts begins, const struct tw_buffer *told)
{
    struct tw_buffer reference = TW_BUFFER_INIT(1u << 24);
    find_all(&reference);
    const struct tw_match_hit *want = (const void *)reference.at;
    const struct told *have = (const void *)told->at;
    ck_assert_uint_eq(told->length / sizeof *have, reference.length / sizeof *want);
    size_t from = 0;
    size_t to = 0;
    uint64_t lines = 0;
    size_t counted = 0;
    for (size_t i = 0; i < reference.length / sizeof *want; i++) {
        TW_MUST(have[i].end == want[i].end);
        TW_MUST(have[i].literal == want[i].literal);
        lines += tw_base_count_newlines(text.at + counted, want[i].end - 1 - counted);
        counted = want[i].end - 1;
        TW_MUST(have[i].line == lines);
        if (want[i].end > to) {
            frame(begins, want[i].end - 1, &from, &to);
        }
        if (to - from <= TW_RECORD_MAX &&
            (have[i].record != from || have[i].record_length != to - from)) {
            ck_abort_msg("hit at %u: record at %llu with %u bytes, wanted %zu with %zu",
                         want[i].end, (unsigned long long)have[i].record, have[i].record_length,
                         from, to - from);
        }
    }
    tw_base_buffer_free(&reference);
}

/* The whole check: right in one piece, and the same in all others. */
static void check_text(tw_scan_starts begins)
{
    struct tw_buffer whole = TW_BUFFER_INIT(1u << 24);
    struct tw_buffer told = TW_BUFFER_INIT(1u << 24);
    struct tw_buffer records = TW_BUFFER_INIT(1u << 24);
    scan_text(0, begins, false, &whole, NULL);
    expect_hits(begins, &whole);
    for (size_t i = 0; i<TW_N(pieces); i += text.length> TW_BLOCK_SIZE ? 3 : 1) {
        tw_base_buffer_clear(&told);
        scan_text(pieces[i], begins, false, &told, NULL);
        ck_assert(tw_base_span_equal(tw_base_buffer_span(&told), tw_base_buffer_span(&whole)));
    }
    tw_base_buffer_clear(&whole);
    tw_base_buffer_clear(&told);
    scan_text(0, begins, true, &told, &whole);
    scan_text(7, begins, true, &told, &records);
    ck_assert_uint_eq(told.length, 0);
    ck_assert(tw_base_span_equal(tw_base_buffer_span(&records), tw_base_buffer_span(&whole)));
    tw_base_buffer_free(&whole);
    tw_base_buffer_free(&told);
    tw_base_buffer_free(&records);
}

static void line(const char *begin_with, size_t length, const char *end_with)
{
    size_t more = strlen(begin_with) + strlen(end_with) + 1;
    tw_base_buffer_add(&text, tw_base_span(begin_with));
    tw_support_fill(&text, length > more ? length - more : 0);
    tw_base_buffer_add(&text, tw_base_span(end_with));
    tw_base_buffer_add_char(&text, '\n');
}

/* ---- tests -------------------------------------------------------------------------------------
 */

static const struct tw_span small_texts[] = {
    TW_SPAN_INIT(""),
    TW_SPAN_INIT("\n"),
    TW_SPAN_INIT("x"),
    TW_SPAN_INIT("anchor-one"),
    TW_SPAN_INIT("anchor-one-longer second anchor\n"),
    TW_SPAN_INIT("# a\nanchor-one\n# b\nsecond anchor\nx\n#c anchor-one"),
    TW_SPAN_INIT("# a\r\nanchor-one\r\n# b second anchor\r\n\r\n#"),
    TW_SPAN_INIT("\n\n\n# anchor-one\n\n\n# anchor-one\n\n"),
    TW_SPAN_INIT("before the first record: anchor-one\n# the first\n"),
    TW_SPAN_INIT("anchor-\none\nanchor-on#e\n"),
    TW_SPAN_INIT("\0anchor-one\0\n#\0second anchor\xff\n\xfe"),
};

START_TEST(small_texts_in_any_pieces)
{
    tw_base_buffer_add(&text, small_texts[_i]);
    check_text(starts);
    check_text(starts_nowhere);
}
END_TEST

/* Lines of all lengths, over several blocks. */
START_TEST(long_texts_in_any_pieces)
{
    uint32_t state = (uint32_t)_i;
    while (text.length < 3 * TW_BLOCK_SIZE) {
        uint32_t kind = tw_support_random(&state) % 8;
        size_t length = tw_support_random(&state) % (kind == 0 ? 20000 : 400);
        line(kind % 2 == 0 ? "# record " : "", length,
             kind == 3   ? "anchor-one"
             : kind == 4 ? "second anchor"
             : kind == 5 ? "anchor-one-longer\r"
                         : "");
    }
    if (_i % 2 == 0) {
        tw_base_buffer_add(&text, TW_SPAN("# no line end: second anchor"));
    }
    check_text(starts);
}
END_TEST

/* A record begins so many bytes from the end of a block, or of the longest record. */
static const long distances[] = {-300, -257, -256, -255, -201, -200, -199, -100, -20, -2,
                                 -1,   0,    1,    2,    10,   100,  255,  256,  300};

START_TEST(records_around_a_block_border)
{
    line("# first anchor-one", (size_t)((long)TW_BLOCK_SIZE + distances[_i]), "anchor-one");
    line("# next anchor-one", 500, "second anchor");
    line("# last", 20, "");
    check_text(starts);
}
END_TEST

START_TEST(records_around_a_block_border_told_by_their_200th_byte)
{
    line("# first anchor-one", (size_t)((long)TW_BLOCK_SIZE + distances[_i]), "anchor-one");
    line("anchor-one", 200, "#");
    text.length--;
    line("", 300, "second anchor");
    check_text(starts);
}
END_TEST

START_TEST(records_around_the_longest_record)
{
    line("# first anchor-one", (size_t)((long)TW_RECORD_MAX + distances[_i]), "anchor-one");
    line("# next anchor-one", 500, "second anchor");
    line("# last", 20, "");
    check_text(starts);
}
END_TEST

START_TEST(records_of_many_lines_around_the_longest_record)
{
    line("# first", 100, "anchor-one");
    while (text.length + 1000 < (size_t)((long)TW_RECORD_MAX + distances[_i])) {
        line("  more", 900, "second anchor");
    }
    line("  more", (size_t)((long)TW_RECORD_MAX + distances[_i]) - text.length, "anchor-one");
    line("# next anchor-one", 500, "second anchor");
    check_text(starts);
}
END_TEST

/* An input that ends where the longest record does. */
START_TEST(texts_that_end_around_the_longest_record)
{
    static const long ends[] = {-1, 0, 1};
    struct tw_stream *stream = NULL;
    struct tw_scan_block block;
    struct tw_error error;
    line("# only anchor-one", (size_t)((long)TW_RECORD_MAX + ends[_i]), "second anchor");
    check_text(starts);
    ck_assert_int_eq(tw_source_open_memory(&stream, tw_base_buffer_span(&text), 0, &error), TW_OK);
    tw_scan_begin(scanner, stream, starts, 0);
    ck_assert_int_eq(tw_scan_next(scanner, false, &block, &error), TW_OK);
    ck_assert_msg(block.cut == (ends[_i] > 0), "a record of %zu bytes is%s cut", text.length,
                  block.cut ? "" : " not");
    tw_base_stream_free(stream);
}
END_TEST

/* One line of 3 MiB: anchors that end, begin and lie across wherever it may be cut. */
START_TEST(anchors_at_the_cuts_of_a_long_line)
{
    size_t step = TW_RECORD_MAX - TW_RECORD_OVERLAP;
    tw_support_fill(&text, 3u << 20);
    for (size_t cut = TW_RECORD_MAX; cut + 100 < text.length; cut += step) {
        size_t at = cut - 10 + 3 * (size_t)_i;
        memcpy(text.at + at, "anchor-one-longer", 17);
        at = cut - TW_RECORD_OVERLAP - 10 + 3 * (size_t)_i;
        memcpy(text.at + at, "second anchor", 13);
    }
    check_text(starts);
}
END_TEST

static bool begins_element(struct tw_span text_there)
{
    return tw_base_span_starts(text_there, TW_SPAN("<E "));
}

/* Elements on one line, as large as `sizes` says in turn, with others inside. */
START_TEST(records_that_begin_inside_a_line)
{
    static const size_t sizes[] = {300, 40, TW_BLOCK_SIZE - 700, 5, 261, TW_BLOCK_SIZE, 1000};
    size_t starts_at[100];
    size_t count = 1;
    size_t seen = 0;
    struct tw_stream *stream = NULL;
    struct tw_scan_block block;
    struct tw_error error;
    starts_at[0] = 0;
    tw_base_buffer_add(&text, TW_SPAN("<?xml?><root>"));
    while (count < TW_N(starts_at)) {
        size_t from = text.length;
        starts_at[count] = from;
        tw_base_buffer_add(&text, TW_SPAN("<E >"));
        while (text.length - from + 12 < sizes[(count + (size_t)_i) % TW_N(sizes)]) {
            tw_base_buffer_add(&text, TW_SPAN("<Ex>a</Ex>"));
        }
        count++;
    }
    ck_assert_int_eq(tw_source_open_memory(&stream, tw_base_buffer_span(&text), pieces[_i], &error),
                     TW_OK);
    tw_scan_begin(scanner, stream, begins_element, '<');
    while (tw_scan_next(scanner, true, &block, &error) == TW_OK) {
        uint64_t at = tw_scan_locate(scanner, 0).out;
        for (size_t from = 0; from < block.bytes.length; seen++) {
            size_t start;
            /* From the last byte of the record, too. */
            tw_scan_record(scanner, from, &start, &from);
            TW_MUST(seen < count && at + start == starts_at[seen]);
            size_t end;
            tw_scan_record(scanner, from - 1, &start, &end);
            TW_MUST(at + start == starts_at[seen] && end == from);
        }
    }
    ck_assert_uint_eq(seen, count);
    tw_base_stream_free(stream);
}
END_TEST

/* ---- places in the input -----------------------------------------------------------------------
 */

/* UTF-16 of an ASCII text, with its mark. */
static struct tw_buffer utf_16(struct tw_span ascii)
{
    struct tw_buffer wide = TW_BUFFER_INIT(8u << 20);
    tw_base_buffer_add(&wide, TW_SPAN("\xff\xfe"));
    for (size_t i = 0; i < ascii.length; i++) {
        tw_base_buffer_add_char(&wide, ascii.at[i]);
        tw_base_buffer_add_char(&wide, '\0');
    }
    return wide;
}

START_TEST(locates_in_utf_16)
{
    line("# first anchor-one", 3 * TW_BLOCK_SIZE / 2, "anchor-one");
    line("# next", 300, "second anchor");
    line("  more", 300, "anchor-one");
    struct tw_buffer wide = utf_16(tw_base_buffer_span(&text));
    struct tw_stream *source = NULL;
    struct tw_stream *stream = NULL;
    struct tw_error error;
    struct tw_buffer told = TW_BUFFER_INIT(1u << 20);
    ck_assert_int_eq(tw_source_open_memory(&source, tw_base_buffer_span(&wide), pieces[_i], &error),
                     TW_OK);
    ck_assert_int_eq(tw_decode_open(&stream, source, NULL, NULL, &error), TW_OK);
    ck_assert_int_eq(scan(stream, starts, false, &told, NULL), TW_END);
    expect_hits(starts, &told);
    ck_assert_uint_eq(tw_scan_total(scanner).offset, wide.length);
    tw_base_stream_free(stream);
    tw_base_buffer_free(&told);
    tw_base_buffer_free(&wide);
}
END_TEST

START_TEST(locates_offsets_in_any_order)
{
    static const size_t places[] = {5, 0, 20, 7, 7, 11};
    tw_base_buffer_add(&text, TW_SPAN("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n"));
    struct tw_buffer wide = utf_16(tw_base_buffer_span(&text));
    struct tw_stream *source = NULL;
    struct tw_stream *stream = NULL;
    struct tw_scan_block block;
    struct tw_error error;
    ck_assert_int_eq(tw_source_open_memory(&source, tw_base_buffer_span(&wide), 0, &error), TW_OK);
    ck_assert_int_eq(tw_decode_open(&stream, source, NULL, NULL, &error), TW_OK);
    tw_scan_begin(scanner, stream, starts, 0);
    ck_assert_int_eq(tw_scan_next(scanner, false, &block, &error), TW_OK);
    for (size_t i = 0; i < TW_N(places); i++) {
        struct tw_cursor cursor = tw_scan_locate(scanner, places[i]);
        ck_assert_uint_eq(cursor.out, places[i]);
        ck_assert_uint_eq(cursor.offset, 2 + 2 * places[i]);
        ck_assert_uint_eq(cursor.line, places[i] / 2);
    }
    tw_base_stream_free(stream);
    tw_base_buffer_free(&wide);
}
END_TEST

START_TEST(making_a_scanner_may_fail)
{
    struct tw_scanner *made = NULL;
    enum tw_status status = TW_ERR_MEMORY;
    for (int64_t n = 0; status != TW_OK; n++) {
        struct tw_error error = {.message = ""};
        tw_base_alloc_fail_after(n);
        status = tw_scan_new(&made, pack, &error);
        tw_base_alloc_fail_after(-1);
        ck_assert(status == TW_OK || status == TW_ERR_MEMORY);
        ck_assert(status == TW_OK || (made == NULL && error.message[0] != '\0'));
        ck_assert_int_lt(n, 100);
    }
    tw_scan_free(made);
    tw_scan_free(NULL);
}
END_TEST

Suite *tw_suite_scan(void)
{
    Suite *suite = suite_create("scan");
    TCase *all = tcase_create("scan");
    tcase_set_timeout(all, 120);
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_loop_test(all, small_texts_in_any_pieces, 0, (int)TW_N(small_texts));
    tcase_add_loop_test(all, long_texts_in_any_pieces, 0, 4);
    tcase_add_loop_test(all, records_around_a_block_border, 0, (int)TW_N(distances));
    tcase_add_loop_test(all, records_around_a_block_border_told_by_their_200th_byte, 0,
                        (int)TW_N(distances));
    tcase_add_loop_test(all, records_around_the_longest_record, 0, (int)TW_N(distances));
    tcase_add_loop_test(all, records_of_many_lines_around_the_longest_record, 0,
                        (int)TW_N(distances));
    tcase_add_loop_test(all, texts_that_end_around_the_longest_record, 0, 3);
    tcase_add_loop_test(all, anchors_at_the_cuts_of_a_long_line, 0, 10);
    tcase_add_loop_test(all, locates_in_utf_16, 0, (int)TW_N(pieces));
    tcase_add_loop_test(all, records_that_begin_inside_a_line, 0, (int)TW_N(pieces));
    tcase_add_test(all, locates_offsets_in_any_order);
    tcase_add_test(all, making_a_scanner_may_fail);
    suite_add_tcase(suite, all);
    return suite;
}

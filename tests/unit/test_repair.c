/* test_repair.c -- a trace is damaged in every way and combination that mails, tickets and web
 * pages know, repaired, and compared; undamaged logs stay as they are. */
#include <check.h>

#include "decode/decode.h"
#include "stream_tools.h"
#include "suites.h"
#include "trace_sample.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ROOM ((size_t)64 << 20)
#define BYTES(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* ---- damage -------------------------------------------------------------------------------- */

typedef struct tw_buffer (*damage)(struct tw_span text);

static size_t columns(struct tw_span text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++) {
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    }
    return count;
}

/* Where a mail program breaks the line; its length where it does not. */
static size_t break_at(struct tw_span line, size_t width)
{
    size_t indent = 0;
    while (indent < line.length && (line.at[indent] == ' ' || line.at[indent] == '>')) {
        indent++;
    }
    size_t best = line.length;
    for (size_t i = indent; i < line.length && columns(line) > width; i++) {
        if (line.at[i] == ' ' && columns((struct tw_span){line.at, i}) <= width) {
            best = i;
        } else if (line.at[i] == ' ' && best == line.length) {
            return i;
        }
    }
    return best;
}

static struct tw_buffer wrap_at(struct tw_span text, size_t width, const char *end)
{
    struct tw_buffer out = TW_BUFFER_INIT(ROOM);
    for (size_t from = 0; from < text.length;) {
        struct tw_span line = tw_base_span_line(text, from, &from);
        for (size_t cut; (cut = break_at(line, width)) < line.length;) {
            tw_base_buffer_add(&out, (struct tw_span){line.at, cut});
            tw_base_buffer_add(&out, tw_base_span(end));
            line = tw_base_span_skip(line, cut + 1);
        }
        tw_base_buffer_add(&out, line);
        tw_base_buffer_add_char(&out, '\n');
    }
    return out;
}

static struct tw_buffer wrap_72(struct tw_span text)
{
    return wrap_at(text, 72, "\n");
}

static struct tw_buffer wrap_78(struct tw_span text)
{
    return wrap_at(text, 78, "\n");
}

static struct tw_buffer flow(struct tw_span text)
{
    return wrap_at(text, 72, " \n");
}

/* Puts `mark` before each line; `behind` after it. */
static struct tw_buffer dress(struct tw_span text, const char *mark, const char *behind)
{
    struct tw_buffer out = TW_BUFFER_INIT(ROOM);
    for (size_t from = 0; from < text.length;) {
        struct tw_span line = tw_base_span_line(text, from, &from);
        struct tw_span before = tw_base_span(mark);
        before.length -=
            line.length == 0 && before.length > 1 && before.at[before.length - 1] == ' ';
        tw_base_buffer_add(&out, before);
        tw_base_buffer_add(&out, line);
        tw_base_buffer_add(&out, tw_base_span(behind));
    }
    return out;
}

static struct tw_buffer quote(struct tw_span text)
{
    return dress(text, "> ", "\n");
}

static struct tw_buffer quote_close(struct tw_span text)
{
    return dress(text, ">", "\n");
}

static struct tw_buffer quote_bar(struct tw_span text)
{
    return dress(text, "| ", "\n");
}

static struct tw_buffer double_lines(struct tw_span text)
{
    return dress(text, "", "\n\n");
}

static struct tw_buffer carriage(struct tw_span text)
{
    return dress(text, "", "\r\n");
}

struct change {
    const char *from;
    const char *to;
};

static struct tw_buffer substitute(struct tw_span text, const struct change *changes, size_t count)
{
    struct tw_buffer out = TW_BUFFER_INIT(ROOM);
    while (text.length > 0) {
        size_t i = 0;
        while (i < count && !tw_base_span_starts(text, tw_base_span(changes[i].from))) {
            i++;
        }
        if (i < count) {
            tw_base_buffer_add(&out, tw_base_span(changes[i].to));
            text = tw_base_span_skip(text, strlen(changes[i].from));
        } else {
            tw_base_buffer_add_char(&out, text.at[0]);
            text = tw_base_span_skip(text, 1);
        }
    }
    return out;
}

static struct tw_buffer typeset(struct tw_span text)
{
    static const struct change changes[] = {{"...", "\xE2\x80\xA6"}, {"---", "\xE2\x80\x94"}};
    return substitute(text, changes, COUNT(changes));
}

static struct tw_buffer no_break(struct tw_span text)
{
    static const struct change changes[] = {{"   at ", "\xC2\xA0\xC2\xA0\xC2\xA0"
                                                       "at "},
                                            {"Includetask", "Include\xE2\x80\x8Btask"}};
    return substitute(text, changes, COUNT(changes));
}

static struct tw_buffer escape_html(struct tw_span text)
{
    static const struct change changes[] = {
        {"<", "&lt;"}, {">", "&gt;"}, {"&", "&amp;"}, {"`", "&#96;"}, {"=  ", "=&nbsp; "}};
    return substitute(text, changes, COUNT(changes));
}

static struct tw_buffer escape_markdown(struct tw_span text)
{
    static const struct change changes[] = {
        {"One or more errors occurred", "**One or more errors occurred**"},
        {"<", "\\<"},
        {"`", "\\`"},
        {"__", "\\_\\_"},
        {"\n---", "\n\\---"}};
    struct tw_buffer escaped = substitute(text, changes, COUNT(changes));
    struct tw_buffer out = dress(tw_base_buffer_span(&escaped), "", "  \n\n");
    tw_base_buffer_free(&escaped);
    return out;
}

static struct tw_buffer fence(struct tw_span text)
{
    struct tw_buffer out = TW_BUFFER_INIT(ROOM);
    tw_base_buffer_add(&out, TW_SPAN("```text\n"));
    tw_base_buffer_add(&out, text);
    tw_base_buffer_add(&out, TW_SPAN("```\n"));
    return out;
}

static struct tw_buffer greet(struct tw_span text)
{
    struct tw_buffer out = TW_BUFFER_INIT(ROOM);
    tw_base_buffer_add(&out, TW_SPAN("Hello,\n\nthis is what we get, any ideas?\n\n"));
    tw_base_buffer_add(&out, text);
    return out;
}

/* ---- repair -------------------------------------------------------------------------------- */

struct way {
    const char *name;
    damage steps[6];
    const char *repairs; /* names, joined with blanks */
};

static const struct way ways[] = {
    {"quoted", {quote}, "mail-quotes"},
    {"quoted without blank", {quote_close}, "mail-quotes"},
    {"quoted with bars", {quote_bar}, "mail-quotes"},
    {"quoted twice", {quote, quote}, "mail-quotes"},
    {"quoted twice, closely", {quote, quote_close}, "mail-quotes"},
    {"quoted thrice", {quote, quote, quote}, "mail-quotes"},
    {"wrapped", {wrap_72}, "wrapped-lines"},
    {"wrapped wider", {wrap_78}, "wrapped-lines"},
    {"flowed", {flow}, "wrapped-lines"},
    {"wrapped, quoted", {wrap_72, quote}, "mail-quotes wrapped-lines"},
    {"flowed, quoted", {flow, quote}, "mail-quotes wrapped-lines"},
    {"quoted, wrapped", {quote, wrap_72}, "mail-quotes wrapped-lines"},
    {"quoted, wrapped wider", {quote, wrap_78}, "mail-quotes wrapped-lines"},
    {"wrapped, quoted, wrapped", {wrap_72, quote, wrap_72}, "mail-quotes wrapped-lines"},
    {"quoted, wrapped, quoted", {quote, wrap_78, quote}, "mail-quotes wrapped-lines"},
    {"wrapped, quoted twice", {wrap_72, quote, quote}, "mail-quotes wrapped-lines"},
    {"quoted twice, wrapped", {quote, quote, wrap_72}, "mail-quotes wrapped-lines"},
    {"typeset", {typeset}, "typography"},
    {"typeset, quoted", {typeset, quote}, "mail-quotes typography"},
    {"typeset, wrapped, quoted", {typeset, wrap_72, quote}, "mail-quotes wrapped-lines typography"},
    {"no-break blanks", {no_break}, "odd-blanks"},
    {"no-break blanks, quoted", {no_break, quote}, "mail-quotes odd-blanks"},
    {"escaped", {escape_html}, "html-entities"},
    {"quoted, escaped", {quote, escape_html}, "mail-quotes html-entities"},
    {"wrapped, quoted, escaped",
     {wrap_72, quote, escape_html},
     "mail-quotes wrapped-lines html-entities"},
    {"doubled", {double_lines}, "blank-lines"},
    {"doubled, quoted", {double_lines, quote}, "mail-quotes blank-lines"},
    {"wrapped, doubled", {wrap_72, double_lines}, "wrapped-lines blank-lines"},
    {"doubled, wrapped", {double_lines, wrap_72}, "wrapped-lines blank-lines"},
    {"Markdown", {escape_markdown}, "markdown blank-lines"},
    {"Markdown, quoted", {escape_markdown, quote}, "mail-quotes markdown blank-lines"},
    {"fenced", {fence}, "markdown"},
    {"everything",
     {typeset, no_break, double_lines, wrap_72, quote},
     "mail-quotes wrapped-lines typography odd-blanks blank-lines"},
};

static struct tw_buffer apply(const struct way *way, struct tw_span text)
{
    struct tw_buffer now = TW_BUFFER_INIT(ROOM);
    tw_base_buffer_add(&now, text);
    for (size_t i = 0; i < COUNT(way->steps) && way->steps[i] != NULL; i++) {
        struct tw_buffer next = way->steps[i](tw_base_buffer_span(&now));
        tw_base_buffer_free(&now);
        now = next;
    }
    return now;
}

/* Shows the first lines that differ, which a whole text does not. */
static void check_lines(const char *name, struct tw_span got, struct tw_span want)
{
    size_t from = 0;
    size_t at = 0;
    got = tw_base_span_trim(got);
    want = tw_base_span_trim(want);
    while (from < got.length || at < want.length) {
        struct tw_span line = tw_base_span_line(got, from, &from);
        struct tw_span expected = tw_base_span_line(want, at, &at);
        ck_assert_msg(tw_base_span_equal(line, expected), "%s:\ngot  |%.*s|\nwant |%.*s|", name,
                      (int)line.length, line.at, (int)expected.length, expected.at);
    }
}

/* Each line of the result leads to the line of the damaged text in which its first word stands. */
static void check_places(const struct tw_stream *stream, struct tw_span text,
                         struct tw_span damaged)
{
    for (size_t from = 0; from < text.length;) {
        size_t begin = from;
        struct tw_span line = tw_base_span_line(text, from, &from);
        struct tw_cursor cursor = tw_test_locate(stream, text, begin, 61);
        struct tw_cursor again = tw_test_locate(stream, text, begin, SIZE_MAX);
        ck_assert_uint_eq(again.offset, cursor.offset);
        ck_assert_uint_eq(again.line, cursor.line);
        ck_assert_uint_le(cursor.offset, damaged.length);
        ck_assert_uint_eq(cursor.line, tw_base_count_newlines(damaged.at, (size_t)cursor.offset));
        if (line.length > 3 && tw_base_is_letter(line.at[0])) {
            struct tw_span there = tw_base_span_skip(damaged, (size_t)cursor.offset);
            struct tw_span word = {line.at, 3};
            ck_assert_msg(tw_base_span_starts(there, word), "%.20s at %.20s", line.at, there.at);
        }
    }
}

static void check_way(const struct way *way, struct tw_span damaged, struct tw_span want,
                      const char *repairs)
{
    for (size_t i = 0; i < TW_TEST_PIECES; i++) {
        struct tw_decode_info info;
        struct tw_stream *stream = tw_test_decode(damaged, tw_test_pieces[i], NULL, &info);
        struct tw_buffer text = TW_BUFFER_INIT(ROOM);
        size_t got;
        while (tw_base_stream_read(stream, tw_base_buffer_reserve(&text, 100), 100, &got, NULL) ==
               TW_OK) {
            text.length += got;
        }
        check_lines(way->name, tw_base_buffer_span(&text), want);
        tw_test_repairs(&info, repairs);
        check_places(stream, tw_base_buffer_span(&text), damaged);
        struct tw_cursor end = tw_test_locate(stream, tw_base_buffer_span(&text), text.length, 77);
        ck_assert_uint_eq(end.offset, damaged.length);
        ck_assert_uint_eq(end.line, tw_base_count_newlines(damaged.at, damaged.length));
        tw_base_buffer_free(&text);
        tw_base_stream_free(stream);
    }
}

START_TEST(each_line_comes_back)
{
    const struct way *way = &ways[_i];
    struct tw_buffer damaged = apply(way, tw_base_span(tw_test_trace));
    check_way(way, tw_base_buffer_span(&damaged), tw_base_span(tw_test_trace), way->repairs);
    tw_base_buffer_free(&damaged);
}
END_TEST

START_TEST(each_line_comes_back_from_carriage_returns)
{
    const struct way *way = &ways[_i];
    struct tw_buffer plain = apply(way, tw_base_span(tw_test_trace));
    struct tw_buffer damaged = carriage(tw_base_buffer_span(&plain));
    check_way(way, tw_base_buffer_span(&damaged), tw_base_span(tw_test_trace), way->repairs);
    tw_base_buffer_free(&plain);
    tw_base_buffer_free(&damaged);
}
END_TEST

START_TEST(each_line_comes_back_in_a_mail)
{
    const struct way *way = &ways[_i];
    struct tw_buffer plain = apply(way, tw_base_span(tw_test_trace));
    struct tw_buffer damaged = greet(tw_base_buffer_span(&plain));
    struct tw_buffer want = greet(tw_base_span(tw_test_trace));
    check_way(way, tw_base_buffer_span(&damaged), tw_base_buffer_span(&want), way->repairs);
    tw_base_buffer_free(&plain);
    tw_base_buffer_free(&damaged);
    tw_base_buffer_free(&want);
}
END_TEST

/* ---- sizes, encodings, failures ------------------------------------------------------------ */

START_TEST(repair_can_be_switched_off)
{
    struct tw_buffer damaged = apply(&ways[0], tw_base_span(tw_test_trace));
    struct tw_decode_options options = {.no_repair = true};
    struct tw_decode_info info;
    struct tw_read_all read =
        tw_test_read_all(tw_test_decode(tw_base_buffer_span(&damaged), 0, &options, &info), 0);
    tw_test_same(tw_base_buffer_span(&read.text), tw_base_buffer_span(&damaged));
    tw_test_repairs(&info, "");
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&damaged);
}
END_TEST

START_TEST(only_what_a_person_pastes_is_repaired)
{
    struct tw_buffer text = TW_BUFFER_INIT(ROOM);
    while (text.length < TW_REPAIR_MAX - 100) {
        tw_base_buffer_add(&text, TW_SPAN("> a line of a very long mail, which was quoted\n"));
    }
    while (text.length < TW_REPAIR_MAX) {
        tw_base_buffer_add_char(&text, '.');
    }
    for (size_t more = 0; more < 2; more++) {
        struct tw_decode_info info;
        struct tw_read_all read =
            tw_test_read_all(tw_test_decode(tw_base_buffer_span(&text), 0, NULL, &info), 0);
        tw_test_repairs(&info, more == 0 ? "mail-quotes" : "");
        ck_assert_uint_eq(read.end.offset, text.length);
        ck_assert_int_eq(read.text.length < text.length, more == 0);
        tw_base_buffer_free(&read.text);
        tw_base_buffer_add_char(&text, '.');
    }
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(places_lead_through_an_encoding)
{
    struct tw_buffer damaged = apply(&ways[9], tw_base_span(tw_test_trace));
    struct tw_buffer stored = TW_BUFFER_INIT(ROOM);
    tw_base_buffer_add(&stored, TW_SPAN("\xFF\xFE"));
    for (size_t i = 0; i < damaged.length; i++) {
        tw_base_buffer_add_char(&stored, damaged.at[i]);
        tw_base_buffer_add_char(&stored, '\0');
    }
    struct tw_stream *plain = tw_test_decode(tw_base_buffer_span(&damaged), 0, NULL, NULL);
    struct tw_stream *wide = tw_test_decode(tw_base_buffer_span(&stored), 0, NULL, NULL);
    for (size_t out = 0; out < sizeof tw_test_trace - 1; out += 13) {
        struct tw_cursor a = tw_test_locate(plain, TW_SPAN(tw_test_trace), out, 10);
        struct tw_cursor b = tw_test_locate(wide, TW_SPAN(tw_test_trace), out, 10);
        ck_assert_uint_eq(b.offset, 2 + 2 * a.offset);
        ck_assert_uint_eq(b.line, a.line);
    }
    tw_base_stream_free(plain);
    tw_base_stream_free(wide);
    tw_base_buffer_free(&damaged);
    tw_base_buffer_free(&stored);
}
END_TEST

START_TEST(a_failure_below_comes_after_the_text)
{
    struct tw_span text = TW_SPAN("> one\n> two\n> three\n");
    struct tw_stream *stream;
    ck_assert_int_eq(
        tw_decode_open(&stream, tw_test_failing(text, 3, TW_ERR_TRUNCATED), NULL, NULL, NULL),
        TW_OK);
    struct tw_read_all read = tw_test_read_all(stream, 2);
    ck_assert_int_eq(read.status, TW_ERR_TRUNCATED);
    ck_assert_str_eq(read.error.message, "made to fail");
    tw_test_same(tw_base_buffer_span(&read.text), TW_SPAN("one\ntwo\nthree\n"));
    tw_base_buffer_free(&read.text);
}
END_TEST

START_TEST(every_failed_allocation_is_survived)
{
    struct tw_buffer damaged = apply(&ways[COUNT(ways) - 1], tw_base_span(tw_test_trace));
    ck_assert_int_gt(tw_test_decode_without_memory(tw_base_buffer_span(&damaged), 0), 20);
    tw_base_buffer_free(&damaged);
}
END_TEST

Suite *tw_suite_repair(void)
{
    Suite *suite = suite_create("repair");
    TCase *cases = tcase_create("repair");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, each_line_comes_back, 0, COUNT(ways));
    tcase_add_loop_test(cases, each_line_comes_back_from_carriage_returns, 0, COUNT(ways));
    tcase_add_loop_test(cases, each_line_comes_back_in_a_mail, 0, COUNT(ways));
    tcase_add_test(cases, repair_can_be_switched_off);
    tcase_add_test(cases, only_what_a_person_pastes_is_repaired);
    tcase_add_test(cases, places_lead_through_an_encoding);
    tcase_add_test(cases, a_failure_below_comes_after_the_text);
    tcase_add_test(cases, every_failed_allocation_is_survived);
    suite_add_tcase(suite, cases);
    return suite;
}

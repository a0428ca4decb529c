/* test_decode_evtx.c -- Windows event logs: what a record's XML is, where it came from, and that
 * damage costs no more than what is damaged. */
#include <check.h>
#include <stdio.h>

#include "base/alloc.h"
#include "decode/decode.h"
#include "decode/decode_evtx_parts.h"
#include "evtx_build.h"
#include "stream_tools.h"
#include "suites.h"
#include "support_pack.h"

#define CHUNK 65536u
#define HEADER 4096u
#define FIRST_RECORD (HEADER + 512u)
/* Where the first record's template stands in its chunk: behind record header, fragment header and
 * the head of the instance. */
#define FIRST_DEFINITION (512u + 24 + 4 + 10)

#define BYTES(literal) ((struct tw_span){(literal), sizeof(literal) - 1})

/* ---- a small log --------------------------------------------------------------------------- */

/* <Event><Provider Name="%0"/><Level>%1, optional</Level><Data Name="a">%2</Data><Raw>%3</Raw>
 * </Event>, with text around %3. */
static void event_template(struct tw_evtx_build *build)
{
    tw_evtx_open(build, 0xFFFF, "Event", false);
    tw_evtx_put(build, 0x02, 1);
    size_t attributes = tw_evtx_open(build, 0xFFFF, "Provider", true);
    tw_evtx_put(build, 0x06, 1);
    tw_evtx_put_name(build, "Name");
    tw_evtx_put_substitution(build, false, 0);
    tw_evtx_close_attributes(build, attributes);
    tw_evtx_put(build, 0x03, 1);
    tw_evtx_open(build, 1, "Level", false);
    tw_evtx_put(build, 0x02, 1);
    tw_evtx_put_substitution(build, true, 1);
    tw_evtx_put(build, 0x04, 1);
    attributes = tw_evtx_open(build, 0xFFFF, "Data", true);
    tw_evtx_put(build, 0x06, 1);
    tw_evtx_put_name(build, "Name");
    tw_evtx_put_value_text(build, "a");
    tw_evtx_close_attributes(build, attributes);
    tw_evtx_put(build, 0x02, 1);
    tw_evtx_put_substitution(build, false, 2);
    tw_evtx_put(build, 0x04, 1);
    tw_evtx_open(build, 0xFFFF, "Raw", false);
    tw_evtx_put(build, 0x02, 1);
    tw_evtx_put_value_text(build, "<");
    tw_evtx_put_substitution(build, false, 3);
    tw_evtx_put(build, 0x04, 1);
    tw_evtx_put(build, 0x04, 1);
}

static void add_event(struct tw_evtx_build *build, struct tw_evtx_build_value level,
                      struct tw_evtx_build_value data, struct tw_evtx_build_value raw)
{
    const struct tw_evtx_build_value values[] = {{1, BYTES("P\0")}, level, data, raw};
    tw_evtx_begin_record(build);
    tw_evtx_put_instance(build, event_template, values, 4);
    tw_evtx_end_record(build);
}

static const struct tw_evtx_build_value null_value = {0, {NULL, 0}};

static void add_plain_event(struct tw_evtx_build *build, const char *level)
{
    add_event(build, (struct tw_evtx_build_value){4, {level, 1}},
              (struct tw_evtx_build_value){1, BYTES("x\0y\0")}, null_value);
}

/* Two chunks with two records each. */
static struct tw_evtx_build small_log(void)
{
    struct tw_evtx_build build = TW_EVTX_BUILD_INIT;
    tw_evtx_begin(&build, 2);
    for (int chunk = 0; chunk < 2; chunk++) {
        tw_evtx_begin_chunk(&build);
        add_plain_event(&build, "\1");
        add_plain_event(&build, "\2");
        tw_evtx_end_chunk(&build);
    }
    return build;
}

#define EVENT(level)                                                                               \
    "<Event><Provider Name=\"P\"/><Level>" level "</Level><Data Name=\"a\">xy</Data><Raw>&lt;"     \
    "</Raw></Event>\n"

static const char small_text[] = EVENT("1") EVENT("2") EVENT("1") EVENT("2");

static struct tw_read_all read_log(const struct tw_evtx_build *build)
{
    return tw_test_read_all(tw_test_decode(tw_base_buffer_span(&build->file), 0, NULL, NULL), 0);
}

/* What comes of a log with one record, of which `add` writes what is to be tested. */
static void check_one(struct tw_evtx_build *build, const char *want)
{
    struct tw_read_all read = read_log(build);
    tw_test_same(tw_base_buffer_span(&read.text), tw_base_span(want));
    ck_assert_int_eq(read.status, TW_END);
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&build->file);
}

static void begin_one(struct tw_evtx_build *build)
{
    *build = TW_EVTX_BUILD_INIT;
    tw_evtx_begin(build, 1);
    tw_evtx_begin_chunk(build);
}

/* ---- lines and places ---------------------------------------------------------------------- */

START_TEST(records_become_lines_however_they_are_read)
{
    struct tw_evtx_build build = small_log();
    for (size_t room = 0; room < 4; room++) {
        struct tw_decode_info info;
        struct tw_read_all read = tw_test_read_all(
            tw_test_decode(tw_base_buffer_span(&build.file), tw_test_pieces[_i], NULL, &info),
            room);
        ck_assert_int_eq(read.status, TW_END);
        tw_test_same(tw_base_buffer_span(&read.text), tw_base_span(small_text));
        ck_assert_str_eq(info.encoding, "utf-16le");
        ck_assert_str_eq(info.format, "evtx");
        ck_assert(info.no_lines && !info.binary);
        ck_assert_uint_eq(read.end.offset, build.file.length);
        ck_assert_uint_eq(read.end.line, 0);
        tw_base_buffer_free(&read.text);
    }
    tw_base_buffer_free(&build.file);
}
END_TEST

START_TEST(every_byte_of_a_line_is_at_its_record)
{
    struct tw_evtx_build build = small_log();
    struct tw_span text = tw_base_span(small_text);
    struct tw_stream *stream = tw_test_decode(tw_base_buffer_span(&build.file), 0, NULL, NULL);
    /* At the beginning before anything was read, as the scanner asks. */
    ck_assert_uint_eq(tw_test_locate(stream, text, 0, 1).offset, FIRST_RECORD);
    char bytes[sizeof small_text];
    size_t got = 0;
    ck_assert_int_eq(tw_base_stream_read(stream, bytes, sizeof bytes, &got, NULL), TW_OK);
    ck_assert_uint_eq(got, text.length);
    size_t line = 0;
    size_t size = text.length / 4;
    size_t second = tw_decode_evtx_u32(build.file.at + FIRST_RECORD + 4);
    for (size_t out = 0; out < text.length; out++) {
        line = out / size;
        size_t want = FIRST_RECORD + line / 2 * CHUNK + line % 2 * second;
        TW_MUST(tw_test_locate(stream, text, out, 7).offset == want);
        TW_MUST(tw_test_locate(stream, text, out, 1000).offset == want);
    }
    tw_base_stream_free(stream);
    tw_base_buffer_free(&build.file);
}
END_TEST

START_TEST(places_are_known_far_back_and_forgotten_later)
{
    struct tw_decode_evtx_map map = {NULL, 0, 0, 0};
    /* Short lines, so that the ring grows, and enough of them that it turns. */
    for (uint64_t i = 0; i < 1000000; i++) {
        TW_MUST(tw_decode_evtx_map_add(&map, 9 * i, 100 * i));
        uint64_t back = i < 230000 ? i : 230000;
        TW_MUST(i % 1000 != 0 ||
                tw_decode_evtx_map_find(&map, 9 * (i - back) + 8) == 100 * (i - back));
    }
    ck_assert_uint_lt(map.room, 1000000);
    tw_base_free(map.at);
}
END_TEST

/* ---- elements ------------------------------------------------------------------------------ */

static const struct {
    struct tw_evtx_build_value level;
    struct tw_evtx_build_value data;
    struct tw_evtx_build_value raw;
    const char *want; /* behind Provider, before the end of Event */
} contents[] = {
    /* An optional null takes its element with it, another leaves it empty. */
    {{0, {NULL, 0}}, {0, {NULL, 0}}, {0, {NULL, 0}}, "<Data Name=\"a\"></Data><Raw>&lt;</Raw>"},
    /* An empty string is no null. */
    {{1, {NULL, 0}},
     {1, {NULL, 0}},
     {0, {NULL, 0}},
     "<Level></Level><Data Name=\"a\"></Data><Raw>&lt;</Raw>"},
    /* A list repeats its element; elsewhere its items are joined. */
    {{0x84, {"\1\2", 2}},
     {0x81, {"x\0\0\0y\0z\0\0\0", 10}},
     {0x81, {"x\0\0\0y\0", 6}},
     "<Level>1</Level><Level>2</Level><Data Name=\"a\">x</Data><Data Name=\"a\">yz</Data>"
     "<Raw>&lt;x,y</Raw>"},
    /* An empty list is one empty element. */
    {{0x81, {NULL, 0}},
     {0x88, {NULL, 0}},
     {0x81, {NULL, 0}},
     "<Level></Level><Data Name=\"a\"></Data><Raw>&lt;</Raw>"},
    /* Text cannot become markup, and its newlines stay. */
    {{4, {"\4", 1}},
     {1, {"\n\0<\0E\0v\0e\0n\0t\0 \0\"\0&\0", 20}},
     {2, {"\x80<\0", 3}},
     "<Level>4</Level><Data Name=\"a\">\n&lt;Event &quot;&amp;</Data><Raw>&lt;"
     "\xE2\x82\xAC&lt;</Raw>"},
};

START_TEST(elements_follow_their_values)
{
    struct tw_evtx_build build;
    struct tw_buffer want = TW_BUFFER_INIT(10000);
    begin_one(&build);
    add_event(&build, contents[_i].level, contents[_i].data, contents[_i].raw);
    tw_evtx_end_chunk(&build);
    tw_base_buffer_print(&want, "<Event><Provider Name=\"P\"/>%s</Event>\n", contents[_i].want);
    tw_base_buffer_add_char(&want, '\0');
    check_one(&build, want.at);
    tw_base_buffer_free(&want);
}
END_TEST

/* All other tokens, in an event that has no template. */
START_TEST(every_token_has_its_text)
{
    struct tw_evtx_build build;
    begin_one(&build);
    tw_evtx_begin_record(&build);
    tw_evtx_put(&build, 0x0001010F, 4);
    size_t attributes = tw_evtx_open(&build, -1, "Event", true);
    tw_evtx_put(&build, 0x46, 1);
    tw_evtx_put_name(&build, "a b");
    tw_evtx_put_value_text(&build, "\"");
    tw_evtx_put(&build, 0x06, 1);
    tw_evtx_put_name(&build, "b");
    tw_evtx_put(&build, 0x48, 1);
    tw_evtx_put(&build, 65, 2);
    tw_evtx_close_attributes(&build, attributes);
    tw_evtx_put(&build, 0x02, 1);
    tw_evtx_put(&build, 0x47, 1);
    tw_evtx_put_text(&build, "\n<Event ]]>");
    tw_evtx_put(&build, 0x48, 1);
    tw_evtx_put(&build, 0, 2);
    tw_evtx_put(&build, 0x49, 1);
    tw_evtx_put_name(&build, "amp");
    tw_evtx_put(&build, 0x49, 1);
    tw_evtx_put_name(&build, "other");
    tw_evtx_put(&build, 0x0A, 1);
    tw_evtx_put_name(&build, "target");
    tw_evtx_put(&build, 0x0B, 1);
    tw_evtx_put_text(&build, "data ?>");
    tw_evtx_put(&build, 0x0405, 2);
    tw_evtx_put(&build, 7, 1);
    tw_evtx_put(&build, 0x04, 1);
    tw_evtx_put(&build, 0x00, 1);
    tw_evtx_end_record(&build);
    tw_evtx_end_chunk(&build);
    check_one(&build, "<Event a\xEF\xBF\xBD"
                      "b=\"&quot;\" b=\"&#65;\">\n&lt;Event ]]&gt;&#65533;&amp;&amp;other;"
                      "<?target data ?&gt;?>7</Event>\n");
}
END_TEST

/* An instance of the chunk's first template, with another value in the place of %3. */
static struct tw_buffer instance(unsigned type, struct tw_span value)
{
    struct tw_evtx_build inner = TW_EVTX_BUILD_INIT;
    const struct tw_evtx_build_value values[] = {
        {1, BYTES("I\0")}, null_value, null_value, {type, value}};
    inner.definition = FIRST_DEFINITION;
    tw_evtx_put_instance(&inner, NULL, values, 4);
    return inner.file;
}

START_TEST(binary_xml_in_values_is_expanded_so_deep)
{
    struct tw_evtx_build build;
    struct tw_buffer inner = instance(0, (struct tw_span){NULL, 0});
    for (int depth = 0; depth < _i; depth++) {
        struct tw_buffer outer = instance(0x21, tw_base_buffer_span(&inner));
        tw_base_buffer_free(&inner);
        inner = outer;
    }
    begin_one(&build);
    add_event(&build, null_value, null_value,
              (struct tw_evtx_build_value){0x21, tw_base_buffer_span(&inner)});
    tw_evtx_end_chunk(&build);
    struct tw_read_all read = read_log(&build);
    size_t events = 0;
    for (struct tw_span rest = tw_base_buffer_span(&read.text);;) {
        rest = tw_base_span_skip(rest, tw_base_span_find(rest, TW_SPAN("<Event>")));
        if (rest.length == 0) {
            break;
        }
        rest = tw_base_span_skip(rest, 1);
        events++;
    }
    size_t made = (size_t)_i + 2;
    ck_assert_uint_eq(events, made <= TW_EVTX_NESTING ? made : TW_EVTX_NESTING + 1);
    ck_assert_int_eq(read.status, TW_END);
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&inner);
    tw_base_buffer_free(&build.file);
}
END_TEST

/* ---- values -------------------------------------------------------------------------------- */

static const struct {
    unsigned type;
    struct tw_span bytes;
    const char *want;
} values[] = {
    {0x00, {"x", 1}, ""},
    {0x01, {"a\0\x3D\xD8\x00\xDE\0\0", 8}, "a\xF0\x9F\x98\x80"},
    {0x01, {"a\0\x3D\xD8g\0\x00\xDE\x01\0", 10}, "a\xEF\xBF\xBDg\xEF\xBF\xBD\xEF\xBF\xBD"},
    {0x01,
     {"1\0002\0003\0004\0005\0006\0007\0008\0>\0\xE9\0\xFF\xFF", 22},
     "12345678&gt;\xC3\xA9\xEF\xBF\xBD"},
    {0x01, {"a\0b", 3}, "a"},
    {0x02, {"caf\xE9\x93\0\0", 7}, "caf\xC3\xA9\xE2\x80\x9C"},
    {0x03, {"\xFF", 1}, "-1"},
    {0x04, {"\xFF", 1}, "255"},
    {0x05, {"\x00\x80", 2}, "-32768"},
    {0x06, {"\x00\x80", 2}, "32768"},
    {0x07, {"\x00\x00\x00\x80", 4}, "-2147483648"},
    {0x08, {"\x00\x00\x00\x80", 4}, "2147483648"},
    {0x09, {"\0\0\0\0\0\0\0\x80", 8}, "-9223372036854775808"},
    {0x0A, {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8}, "18446744073709551615"},
    {0x0A, {"\0\0\0\0\0\0\0\0", 8}, "0"},
    {0x08, {"\x05\x00", 2}, "5"},          /* narrower than its type */
    {0x08, {"\x05\x00\xAB", 3}, "0500AB"}, /* no number at all */
    {0x0B, {"\x00\x00\xC0\x3F", 4}, "1.5"},
    {0x0B, {"\xCD\xCC\xCC\x3D", 4}, "0.1"},
    {0x0C, {"\x9A\x99\x99\x99\x99\x99\xB9\x3F", 8}, "0.1"},
    {0x0C, {"\x00\x00\x00\x00\x00\x00\xF0\x7F", 8}, "1.#INF"},
    {0x0C, {"\x00\x00\x00\x00\x00\x00\xF0\xFF", 8}, "-1.#INF"},
    {0x0C, {"\x00\x00\x00\x00\x00\x00\xF8\xFF", 8}, "-1.#IND"},
    {0x0D, {"\x01\0\0\0", 4}, "true"},
    {0x0D, {"\0\0\0\0", 4}, "false"},
    {0x0D, {"\0\x80\0\0", 4}, "true"},
    {0x0E, {"\x01\xAB", 2}, "01AB"},
    {0x0F,
     {"\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF", 16},
     "{00112233-4455-6677-8899-AABBCCDDEEFF}"},
    {0x10, {"\x10\0\0\0\0\0\0\0", 8}, "0x10"},
    {0x11, {"\0\0\0\0\0\0\0\0", 8}, "1601-01-01T00:00:00.0000000Z"},
    {0x11, {"\x47\x8B\x5E\xEA\x2F\x89\xCB\x01", 8}, "2010-11-21T03:55:19.8723911Z"},
    {0x11, {"\xFF\xBF\x52\x67\x6B\x6B\xDA\x01", 8}, "2024-02-29T23:59:59.9999999Z"},
    {0x11, {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8}, "60056-05-28T05:36:10.9551615Z"},
    {0x12, {"\xE4\x07\x0C\0\x05\0\x0B\0\x0C\0\x1C\0\x01\0\xB1\0", 16}, "2020-12-11T12:28:01.177Z"},
    {0x12,
     {"\xE4\x07\x0D\0\x05\0\x0B\0\x0C\0\x1C\0\x01\0\xB1\0", 16},
     "E4070D0005000B000C001C000100B100"},
    {0x13, {"\x01\x01\0\0\0\0\0\x05\x12\0\0\0", 12}, "S-1-5-18"},
    {0x13, {"\x01\x01\xFF\0\0\0\0\x05\x12\0\0\0", 12}, "S-1-0xff0000000005-18"},
    {0x13, {"\x01\x02\0\0\0\0\0\x05\x12\0\0\0", 12}, "010200000000000512000000"},
    {0x14, {"\x6D\x00\x00\xC0", 4}, "0xc000006d"},
    {0x15, {"\0\0\0\0\0\0\0\x80", 8}, "0x8000000000000000"},
    {0x15, {"\0\0\0\0\0\0\0\0", 8}, "0x0"},
    {0x20, {"\x01\0\0\0", 4}, "0x1"},
    {0x23, {"<\0", 2}, "&lt;"},
    {0x77, {"\x01\x02", 2}, "0102"},
};

START_TEST(values_are_printed)
{
    struct tw_buffer out = TW_BUFFER_INIT(1000);
    tw_decode_evtx_put_value(&out, values[_i].type, values[_i].bytes);
    tw_test_same(tw_base_buffer_span(&out), tw_base_span(values[_i].want));
    tw_base_buffer_free(&out);
}
END_TEST

/* ---- damage -------------------------------------------------------------------------------- */

/* The second record of the first chunk begins there. */
static size_t second_record(const struct tw_evtx_build *build)
{
    return FIRST_RECORD + tw_decode_evtx_u32(build->file.at + FIRST_RECORD + 4);
}

static void damage_magic(struct tw_evtx_build *build)
{
    build->file.at[second_record(build)] = 'x';
}

static void damage_size(struct tw_evtx_build *build)
{
    build->file.at[second_record(build) + 5] = 'x';
}

static void damage_values(struct tw_evtx_build *build)
{
    build->file.at[second_record(build) + 24 + 14 + 1] = 1; /* their number */
}

static void damage_definition(struct tw_evtx_build *build)
{
    build->file.at[second_record(build) + 24 + 10] = 1; /* offset of the definition */
}

static void damage_template(struct tw_evtx_build *build)
{
    build->file.at[HEADER + FIRST_DEFINITION + 24 + 4] = 0x1E; /* no token */
}

static void damage_records_checksum(struct tw_evtx_build *build)
{
    build->file.at[HEADER + 52] ^= 1;
    tw_evtx_seal(build, HEADER + CHUNK);
}

static void damage_chunk_checksum(struct tw_evtx_build *build)
{
    build->file.at[HEADER + CHUNK + 124] ^= 1;
}

static void damage_free_space(struct tw_evtx_build *build)
{
    build->file.at[HEADER + 50] = 7;
}

static void damage_chunk_magic(struct tw_evtx_build *build)
{
    build->file.at[HEADER] = 'x';
}

static void damage_header(struct tw_evtx_build *build)
{
    build->file.at[9] = 'x';
}

static void damage_header_magic(struct tw_evtx_build *build)
{
    build->file.at[0] = 'x';
}

static const struct {
    void (*damage)(struct tw_evtx_build *build);
    bool seal; /* the checksums are right all the same */
    const char *text;
    const char *message;
} damages[] = {
    {damage_magic, true, EVENT("1") EVENT("1") EVENT("2"),
     "1 record could not be read, the first at offset 4952 (chunk 1, no record begins there); all "
     "else was read"},
    {damage_size, true, EVENT("1") EVENT("1") EVENT("2"),
     "1 record could not be read, the first at offset 4952 (chunk 1, no record begins there); all "
     "else was read"},
    {damage_values, true, EVENT("1") EVENT("1") EVENT("2"),
     "1 record could not be read, the first at offset 4952 (chunk 1, its binary XML); all else was "
     "read"},
    {damage_definition, true, EVENT("1") EVENT("1") EVENT("2"),
     "1 record could not be read, the first at offset 4952 (chunk 1, its binary XML); all else was "
     "read"},
    {damage_template, true, EVENT("1") EVENT("2"),
     "2 records could not be read, the first at offset 4608 (chunk 1, its binary XML); all else "
     "was read"},
    {damage_magic, false, EVENT("1") EVENT("1") EVENT("2"),
     "1 of 2 chunks is damaged, the first at offset 4096 (chunk 1, the checksum of its records); 1 "
     "record could not be read, the first at offset 4952 (chunk 1, no record begins there); all "
     "else was read"},
    {damage_records_checksum, false, small_text,
     "1 of 2 chunks is damaged, the first at offset 4096 (chunk 1, its header); all else was read"},
    {damage_records_checksum, true, small_text, ""},
    {damage_chunk_checksum, false, small_text,
     "1 of 2 chunks is damaged, the first at offset 69632 (chunk 2, its header); all else was "
     "read"},
    {damage_free_space, false, small_text,
     "1 of 2 chunks is damaged, the first at offset 4096 (chunk 1, its header); all else was read"},
    {damage_chunk_magic, false, EVENT("1") EVENT("2"),
     "1 of 2 chunks is damaged, the first at offset 4096 (chunk 1, no chunk header is there); all "
     "else was read"},
    {damage_header, false, small_text,
     "the file header of the event log is damaged; all else was read"},
    {damage_header_magic, false, small_text,
     "the file header of the event log is damaged; all else was read"},
};

START_TEST(damage_costs_what_is_damaged)
{
    struct tw_evtx_build build = small_log();
    damages[_i].damage(&build);
    if (damages[_i].seal) {
        tw_evtx_seal(&build, HEADER);
    }
    for (size_t piece = 0; piece < TW_TEST_PIECES; piece++) {
        struct tw_read_all read = tw_test_read_all(
            tw_test_decode(tw_base_buffer_span(&build.file), tw_test_pieces[piece], NULL, NULL),
            piece);
        tw_test_same(tw_base_buffer_span(&read.text), tw_base_span(damages[_i].text));
        ck_assert_int_eq(read.status, damages[_i].message[0] == '\0' ? TW_END : TW_ERR_DATA);
        ck_assert_str_eq(read.error.message, damages[_i].message);
        tw_base_buffer_free(&read.text);
    }
    tw_base_buffer_free(&build.file);
}
END_TEST

START_TEST(a_log_without_checksums_is_not_held_to_them)
{
    struct tw_evtx_build build = TW_EVTX_BUILD_INIT;
    build.flags = 4;
    tw_evtx_begin(&build, 1);
    tw_evtx_begin_chunk(&build);
    add_plain_event(&build, "\1");
    tw_evtx_end_chunk(&build);
    build.file.at[124] ^= 1;
    build.file.at[HEADER + 52] ^= 1;
    build.file.at[HEADER + 124] ^= 1;
    check_one(&build, EVENT("1"));
}
END_TEST

START_TEST(chunks_count_as_they_are)
{
    struct tw_evtx_build build = TW_EVTX_BUILD_INIT;
    build.flags = 1;
    tw_evtx_begin(&build, 1); /* not closed: one more was written since */
    tw_evtx_begin_chunk(&build);
    add_plain_event(&build, "\1");
    size_t end = build.file.length;
    tw_evtx_end_chunk(&build);
    tw_evtx_begin_chunk(&build);
    add_plain_event(&build, "\2");
    tw_evtx_end_chunk(&build);
    /* What stands in the free space is old. */
    memmove(build.file.at + end, build.file.at + FIRST_RECORD, end - FIRST_RECORD);
    for (size_t i = 0; i < CHUNK; i++) {
        tw_evtx_put(&build, 0, 1);
    }
    for (size_t i = 0; i < CHUNK; i++) {
        tw_evtx_put(&build, 'x', 1);
    }
    check_one(&build, EVENT("1") EVENT("2"));
}
END_TEST

START_TEST(a_cut_log_gives_its_records_before_the_cut)
{
    struct tw_evtx_build build = small_log();
    size_t first_end = second_record(&build);
    size_t size = first_end - FIRST_RECORD;
    for (size_t length = 8; length < build.file.length; length += length < 6000 ? 1 : 997) {
        struct tw_span bytes = {build.file.at, length};
        struct tw_read_all read = tw_test_read_all(tw_test_decode(bytes, 0, NULL, NULL), 0);
        size_t second_end = tw_decode_evtx_u32(build.file.at + HEADER + 48) + HEADER;
        const size_t ends[] = {first_end, second_end, first_end + CHUNK, second_end + CHUNK};
        size_t records = 0;
        while (records < TW_N(ends) && length >= ends[records]) {
            records++;
        }
        TW_MUST(read.text.length == records * (sizeof small_text - 1) / 4);
        TW_MUST(size > 0 && memcmp(read.text.length > 0 ? read.text.at : "", small_text,
                                   read.text.length) == 0);
        TW_MUST(read.status == TW_ERR_TRUNCATED);
        size_t whole = length < HEADER ? 0 : (length - HEADER) / CHUNK;
        char place[100];
        (void)snprintf(place, sizeof place, "at offset %zu, after %zu whole chunks%s;", length,
                       whole, length < HEADER ? "" : " of 2");
        TW_MUST(strstr(read.error.message, place) != NULL);
        tw_base_buffer_free(&read.text);
    }
    tw_base_buffer_free(&build.file);
}
END_TEST

/* Whatever is changed: whole lines, the other chunk's records, an ending. */
START_TEST(any_changed_byte_is_survived)
{
    struct tw_evtx_build build = small_log();
    size_t end = tw_decode_evtx_u32(build.file.at + HEADER + 48) + HEADER;
    for (size_t at = 0; at < end; at++) {
        at = at == 130 ? HEADER : at;
        char before = build.file.at[at];
        for (int change = 0; change < 3; change++) {
            build.file.at[at] = (char)(change == 0 ? ~before : change == 1 ? before ^ 1 : 0);
            struct tw_stream *stream = NULL;
            TW_MUST(tw_decode_open(&stream, tw_test_memory(tw_base_buffer_span(&build.file), 0),
                                   NULL, NULL, NULL) == TW_OK);
            struct tw_read_all read = tw_test_read_all(stream, 0);
            struct tw_span text = tw_base_buffer_span(&read.text);
            TW_MUST(text.length > 0 && text.at[text.length - 1] == '\n');
            TW_MUST(tw_base_span_find(text, tw_base_span(EVENT("1") EVENT("2"))) < text.length);
            TW_MUST(read.status == TW_END || read.status == TW_ERR_DATA ||
                    read.status == TW_ERR_TRUNCATED);
            tw_base_buffer_free(&read.text);
        }
        build.file.at[at] = before;
    }
    tw_base_buffer_free(&build.file);
}
END_TEST

/* ---- bounds -------------------------------------------------------------------------------- */

/* A template that puts the same value in many times. */
static void bomb_template(struct tw_evtx_build *build)
{
    tw_evtx_open(build, 0xFFFF, "Event", false);
    tw_evtx_put(build, 0x02, 1);
    tw_evtx_put_value_text(build, "-");
    for (int i = 0; i < 4000; i++) {
        tw_evtx_put_substitution(build, false, 0);
    }
    tw_evtx_put(build, 0x04, 1);
}

START_TEST(a_record_that_would_become_gigabytes_is_given_up)
{
    static char text[32000];
    struct tw_evtx_build build;
    memset(text, 'x', sizeof text);
    begin_one(&build);
    for (int i = 0; i < 2; i++) {
        const struct tw_evtx_build_value value = {1, {text, i == 0 ? sizeof text : (size_t)2}};
        tw_evtx_begin_record(&build);
        tw_evtx_put_instance(&build, bomb_template, &value, 1);
        tw_evtx_end_record(&build);
    }
    tw_evtx_end_chunk(&build);
    struct tw_read_all read = read_log(&build);
    ck_assert_int_eq(read.status, TW_ERR_DATA);
    ck_assert_uint_lt(read.text.length, 20000);
    ck_assert_ptr_nonnull(strstr(read.error.message, "1 record could not be read"));
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&build.file);
}
END_TEST

START_TEST(work_that_writes_nothing_is_bounded)
{
    struct tw_evtx_build build;
    struct tw_buffer inner;
    begin_one(&build);
    const struct tw_evtx_build_value null = {0, {NULL, 0}};
    tw_evtx_begin_record(&build);
    tw_evtx_put_instance(&build, bomb_template, &null, 1);
    tw_evtx_end_record(&build);
    inner = instance(0, (struct tw_span){NULL, 0});
    for (int depth = 0; depth < 6; depth++) {
        /* The first template with itself for a value, four thousand times each. */
        struct tw_evtx_build outer = TW_EVTX_BUILD_INIT;
        outer.definition = FIRST_DEFINITION;
        const struct tw_evtx_build_value value = {0x21, tw_base_buffer_span(&inner)};
        tw_evtx_put_instance(&outer, NULL, &value, 1);
        tw_base_buffer_free(&inner);
        inner = outer.file;
    }
    const struct tw_evtx_build_value value = {0x21, tw_base_buffer_span(&inner)};
    tw_evtx_begin_record(&build);
    tw_evtx_put_instance(&build, bomb_template, &value, 1);
    tw_evtx_end_record(&build);
    tw_evtx_end_chunk(&build);
    struct tw_read_all read = read_log(&build);
    ck_assert_int_eq(read.status, TW_ERR_DATA);
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&inner);
    tw_base_buffer_free(&build.file);
}
END_TEST

START_TEST(every_failed_allocation_is_told)
{
    struct tw_evtx_build build = small_log();
    struct tw_span bytes = tw_base_buffer_span(&build.file);
    ck_assert_int_gt(tw_test_decode_without_memory(bytes, 0), 2);
    bool failed = false;
    for (int count = 0; count < 40; count++) {
        struct tw_stream *source = tw_test_memory(bytes, 0);
        struct tw_stream *stream = NULL;
        char text[sizeof small_text];
        size_t got = 0;
        tw_base_alloc_fail_after(count);
        enum tw_status status = tw_decode_open(&stream, source, NULL, NULL, NULL);
        for (struct tw_error error; status == TW_OK;) {
            status = tw_base_stream_read(stream, text, sizeof text, &got, &error);
        }
        tw_base_alloc_fail_after(-1);
        ck_assert(status == TW_END || status == TW_ERR_MEMORY);
        failed = failed || (stream != NULL && status == TW_ERR_MEMORY);
        tw_base_stream_free(stream);
    }
    ck_assert(failed);
    tw_base_buffer_free(&build.file);
}
END_TEST

START_TEST(a_failure_below_is_passed_on)
{
    struct tw_evtx_build build = small_log();
    struct tw_span cut = {build.file.at, HEADER + CHUNK + 600};
    struct tw_stream *stream = NULL;
    ck_assert_int_eq(tw_decode_open(&stream, tw_test_failing(cut, 0, TW_ERR_IO), NULL, NULL, NULL),
                     TW_OK);
    struct tw_read_all read = tw_test_read_all(stream, 0);
    tw_test_same(tw_base_buffer_span(&read.text), tw_base_span(EVENT("1") EVENT("2")));
    ck_assert_int_eq(read.status, TW_ERR_IO);
    ck_assert_str_eq(read.error.message, "made to fail");
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&build.file);
}
END_TEST

START_TEST(options_are_for_the_bytes_below)
{
    struct tw_evtx_build build = small_log();
    const struct tw_decode_options options = {.encoding = "windows-1252",
                                              .max_bytes = HEADER + CHUNK + 600};
    struct tw_decode_info info;
    struct tw_stream *stream = tw_test_decode(tw_base_buffer_span(&build.file), 0, &options, &info);
    struct tw_read_all read = tw_test_read_all(stream, 0);
    ck_assert_str_eq(info.encoding, "utf-16le");
    tw_test_same(tw_base_buffer_span(&read.text), tw_base_span(EVENT("1") EVENT("2")));
    ck_assert_int_eq(read.status, TW_ERR_LIMIT);
    tw_base_buffer_free(&read.text);
    tw_base_buffer_free(&build.file);
}
END_TEST

Suite *tw_suite_decode_evtx(void)
{
    Suite *suite = suite_create("decode_evtx");
    TCase *cases = tcase_create("decode_evtx");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, records_become_lines_however_they_are_read, 0, TW_TEST_PIECES);
    tcase_add_test(cases, every_byte_of_a_line_is_at_its_record);
    tcase_add_test(cases, places_are_known_far_back_and_forgotten_later);
    tcase_add_loop_test(cases, elements_follow_their_values, 0, TW_N(contents));
    tcase_add_test(cases, every_token_has_its_text);
    tcase_add_loop_test(cases, binary_xml_in_values_is_expanded_so_deep, 0, 12);
    tcase_add_loop_test(cases, values_are_printed, 0, TW_N(values));
    tcase_add_loop_test(cases, damage_costs_what_is_damaged, 0, TW_N(damages));
    tcase_add_test(cases, a_log_without_checksums_is_not_held_to_them);
    tcase_add_test(cases, chunks_count_as_they_are);
    tcase_add_test(cases, a_cut_log_gives_its_records_before_the_cut);
    tcase_add_test(cases, any_changed_byte_is_survived);
    tcase_add_test(cases, a_record_that_would_become_gigabytes_is_given_up);
    tcase_add_test(cases, work_that_writes_nothing_is_bounded);
    tcase_add_test(cases, every_failed_allocation_is_told);
    tcase_add_test(cases, a_failure_below_is_passed_on);
    tcase_add_test(cases, options_are_for_the_bytes_below);
    suite_add_tcase(suite, cases);
    return suite;
}

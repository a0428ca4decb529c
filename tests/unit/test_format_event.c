/* test_format_event.c -- what the readers of exported events share: times, properties, labels,
 * text that a console wrapped. */
#include "format/format_event.h"
#include "suites.h"
#include "support_pack.h"

static void expect_span(struct tw_span have, const char *want)
{
    ck_assert_msg(tw_base_span_equal(have, tw_base_span(want)), "\"%.*s\", wanted \"%s\"",
                  (int)have.length, have.at == NULL ? "" : have.at, want);
}

static const struct {
    const char *text;
    bool utc;
    const char *time, *local;
} times[] = {
    {"2026-11-22T10:00:00.1234567Z", false, "2026-11-22T10:00:00.1234567Z", ""},
    {"2026-11-22T10:00:00.123", false, "", "2026-11-22T10:00:00.123"},
    {" 2026-11-22 10:00:00.282768 ", true, "2026-11-22T10:00:00.282768Z", ""},
    {"2026-11-22 10:00:00.1 UTC", true, "2026-11-22T10:00:00.1Z", ""},
    {"2026-11-22 10:00:00 +0100", false, "2026-11-22T10:00:00+01:00", ""},
    {"2026-11-22 10:00:00 -01:30", false, "2026-11-22T10:00:00-01:30", ""},
    {"2026-11-22 10:00:00 +01", false, "", "2026-11-22T10:00:00"},
    {"11/22/2026 10:00:00 PM", false, "", "2026-11-22T22:00:00"},
    {"2/3/2026 10:00:00", false, "", ""},
    {"/Date(1732269600000)/", false, "2024-11-22T10:00:00.000Z", ""},
    {"/Date(951782400123+0100)/", false, "2000-02-29T00:00:00.123Z", ""},
    {"/Date(0)/", false, "1970-01-01T00:00:00.000Z", ""},
    {"/Date(-5)/", false, "", ""},
    {"/Date(", false, "", ""},
    {"/Date(5", false, "", ""},
    {"10:00", true, "", ""},
    {"", true, "", ""},
};

START_TEST(reads_times)
{
    struct tw_event event = {.data_count = 0};
    tw_format_event_time(&event, tw_base_span(times[_i].text), times[_i].utc);
    ck_assert_str_eq(event.time, times[_i].time);
    ck_assert_str_eq(event.time_local, times[_i].local);
}
END_TEST

START_TEST(fills_in_properties)
{
    char memory[64];
    struct tw_format_room room = {.at = memory, .size = sizeof memory};
    struct tw_event event = {.data_count = 0};
    tw_format_event_set(&event, TW_EVENT_INSTANCE, TW_SPAN("1073748860"), &room);
    expect_span(event.event_id, "7036");
    tw_format_event_set(&event, TW_EVENT_ID, TW_SPAN("5"), &room);
    expect_span(event.event_id, "7036");
    tw_format_event_set(&event, TW_EVENT_PROCESS, TW_SPAN("0x12"), &room);
    expect_span(event.process_id, "");
    tw_format_event_set(&event, TW_EVENT_PROCESS, TW_SPAN(" 12 "), &room);
    expect_span(event.process_id, "12");
    tw_format_event_set(&event, TW_EVENT_LEVEL, TW_SPAN("2"), &room);
    tw_format_event_set(&event, TW_EVENT_LEVEL_WORD, TW_SPAN("Error"), &room);
    tw_format_event_set(&event, TW_EVENT_LEVEL_WORD, TW_SPAN("Warning"), &room);
    expect_span(event.level, "Error");
    tw_format_event_set(&event, TW_EVENT_ACTIVITY, TW_SPAN("{nonsense}"), &room);
    expect_span(event.activity_id, "");
    tw_format_event_set(&event, TW_EVENT_OTHER, TW_SPAN("x"), &room);
    tw_format_event_set(&event, TW_EVENT_NONE, TW_SPAN("x"), &room);
    tw_format_event_set(&event, TW_EVENT_MESSAGE, TW_SPAN(" \n"), &room);
    expect_span(event.message, "");
}
END_TEST

START_TEST(never_overfills_the_room)
{
    char memory[4] = "....";
    struct tw_format_room room = {.at = memory, .size = 3};
    tw_format_room_add(&room, TW_SPAN("ab"));
    tw_format_room_add(&room, TW_SPAN("cd"));
    tw_format_room_add(&room, TW_SPAN("ef"));
    ck_assert_uint_eq(room.used, 3);
    ck_assert_int_eq(memcmp(memory, "abc.", 4), 0);
}
END_TEST

static const struct {
    const char *line;
    enum tw_event_field field;
    const char *value;
} labels[] = {
    {"Log Name:      System", TW_EVENT_CHANNEL, "System"},
    {"  Date: 2026-11-22T10:00:00.000", TW_EVENT_TIME, "2026-11-22T10:00:00.000"},
    {"ProviderName : Schannel\r", TW_EVENT_PROVIDER, "Schannel"},
    {"Niveau\xc2\xa0: Erreur", TW_EVENT_LEVEL, "Erreur"},
    {"Mots clés :", TW_EVENT_OTHER, ""},
    {"日志名称:          System", TW_EVENT_CHANNEL, "System"},
    {"Description: ", TW_EVENT_MESSAGE, ""},
    {"description: x", TW_EVENT_NONE, ""},
    {"Source", TW_EVENT_NONE, ""},
    {": x", TW_EVENT_NONE, ""},
    {"", TW_EVENT_NONE, ""},
};

START_TEST(reads_labels)
{
    struct tw_span value;
    ck_assert_int_eq(tw_format_event_label(tw_base_span(labels[_i].line), &value),
                     labels[_i].field);
    expect_span(value, labels[_i].value);
}
END_TEST

static const struct {
    const char *text;
    const char *joined;
} wrapped[] = {
    {"one line", "one line"},
    {"a line that is as wide\n     as it gets", "a line that is as wide as it gets"},
    /* the second line had room for the word */
    {"a line that is as wide\n  as\n  it gets", "a line that is as wide as\nit gets"},
    {"a\n\n  b", "a\n\nb"},
    {"在创建凭据时发生严重\n   错误。", "在创建凭据时发生严重错误。"},
    {"", ""},
};

START_TEST(joins_wrapped_lines)
{
    char memory[100];
    struct tw_format_room room = {.at = memory, .size = sizeof memory};
    expect_span(tw_format_event_unwrap(&room, tw_base_span(wrapped[_i].text), 60),
                wrapped[_i].joined);
    ck_assert_uint_le(room.used, strlen(wrapped[_i].text));
}
END_TEST

Suite *tw_suite_format_event(void)
{
    Suite *suite = suite_create("format_event");
    TCase *all = tcase_create("format_event");
    tcase_add_loop_test(all, reads_times, 0, (int)TW_N(times));
    tcase_add_test(all, fills_in_properties);
    tcase_add_test(all, never_overfills_the_room);
    tcase_add_loop_test(all, reads_labels, 0, (int)TW_N(labels));
    tcase_add_loop_test(all, joins_wrapped_lines, 0, (int)TW_N(wrapped));
    suite_add_tcase(suite, all);
    return suite;
}

/* test_format_event_json.c -- events as JSON in the shapes of the shippers and of PowerShell. */
#include "base/limits.h"
#include "format/format_event.h"
#include "suites.h"
#include "support_event.h"
#include "support_pack.h"

static const struct tw_test_log logs[] = {
    /* Winlogbeat, with ECS */
    {"event-json",
     "{\"@timestamp\":\"2026-11-22T10:00:00.123Z\",\"event\":{\"code\":\"36887\","
     "\"provider\":\"Schannel\"},\"log\":{\"level\":\"error\"},\"host\":{\"name\":\"no\"},"
     "\"message\":\"The code is 70.\\n\\\"x\\\"\",\"winlog\":{\"provider_name\":\"Schannel\","
     "\"event_id\":\"36887\",\"channel\":\"System\",\"computer_name\":\"app.contoso.example\","
     "\"record_id\":4711,\"activity_id\":\"{F6AA2CB9-0F2B-0001-E52D-AAF62B0FDC01}\","
     "\"process\":{\"pid\":812,\"thread\":{\"id\":5512}},"
     "\"event_data\":{\"AlertDesc\":\"70\",\"Deep\":{\"a\":[1,null]},\"None\":null}}}\n"
     "{\"winlog\":{\"event_id\":30,\"provider_name\":\"Microsoft-Windows-CAPI2\","
     "\"user_data\":{\"xml_name\":\"CertVerify\",\"Result\":\"\\u65e5\"}}}\n",
     "provider Schannel\nid 36887\nlevel error\nchannel System\ncomputer app.contoso.example\n"
     "process 812\nthread 5512\nactivity F6AA2CB9-0F2B-0001-E52D-AAF62B0FDC01\nrecord 4711\n"
     "time 2026-11-22T10:00:00.123Z\ndata AlertDesc=70\ndata Deep={\"a\":[1,null]}\ndata None=\n"
     "message The code is 70.\n\"x\"\n--\n"
     "provider Microsoft-Windows-CAPI2\nid 30\ndata Result=\xe6\x97\xa5\n--\n"},
    /* version 6; flat, below _source */
    {"event-json",
     "{\"source_name\":\"Schannel\",\"event_id\":36887,\"computer_name\":\"app\","
     "\"log_name\":\"System\",\"level\":\"Error\",\"process_id\":812,\"thread_id\":5512,"
     "\"record_number\":\"4711\",\"event_data\":{\"AlertDesc\":\"70\"},\"message\":\"x\"}\n",
     "provider Schannel\nid 36887\nlevel Error\nchannel System\ncomputer app\nprocess 812\n"
     "thread 5512\nrecord 4711\ndata AlertDesc=70\nmessage x\n--\n"},
    {"event-json",
     "{\"_index\":\"w\",\"_source\":{\"winlog.event_id\":36887,\"winlog.channel\":\"System\","
     "\"winlog.event_data.AlertDesc\":\"70\",\"message\":\"x\"}}\n",
     "id 36887\nchannel System\ndata AlertDesc=70\nmessage x\n--\n"},
    /* NXLog: the values stand beside the properties */
    {"event-json",
     "{\"EventTime\":\"2026-11-22 10:00:00\",\"Hostname\":\"app\",\"Keywords\":-1,"
     "\"EventType\":\"ERROR\",\"Severity\":\"ERROR\",\"EventID\":36888,"
     "\"SourceName\":\"Schannel\",\"Task\":0,\"RecordNumber\":4711,\"ProcessID\":812,"
     "\"ThreadID\":5512,\"Channel\":\"System\",\"Message\":\"m\",\"AlertDesc\":\"70\","
     "\"ErrorState\":105,\"SourceModuleName\":\"in\"}\n",
     "provider Schannel\nid 36888\nlevel ERROR\nchannel System\ncomputer app\nprocess 812\n"
     "thread 5512\nrecord 4711\nlocal 2026-11-22T10:00:00\ndata AlertDesc=70\n"
     "data ErrorState=105\nmessage m\n--\n"},
    /* Fluent Bit, new and old */
    {"event-json",
     "{\"ProviderName\":\"Schannel\",\"ProviderGuid\":\"{1}\",\"Qualifiers\":0,"
     "\"EventID\":36887,\"Level\":2,\"TimeCreated\":\"2026-11-22 10:00:00 +0100\","
     "\"EventRecordID\":4711,\"ActivityID\":\"\",\"ProcessID\":812,\"ThreadID\":5512,"
     "\"Channel\":\"System\",\"Computer\":\"app\",\"Message\":\"m\",\"StringInserts\":[70,\"b\"]}\n"
     "{\"SourceName\":\"SCM\",\"EventID\":7036,\"EventType\":\"Information\","
     "\"TimeGenerated\":\"2026-11-22 10:00:00 +0100\",\"Channel\":\"System\","
     "\"ComputerName\":\"app\",\"StringInserts\":{\"param1\":\"a\"}}\n",
     "provider Schannel\nid 36887\nlevel 2\nchannel System\ncomputer app\nprocess 812\n"
     "thread 5512\nrecord 4711\ntime 2026-11-22T10:00:00+01:00\ndata =70\ndata =b\nmessage m\n--\n"
     "provider SCM\nid 7036\nlevel Information\nchannel System\ncomputer app\n"
     "time 2026-11-22T10:00:00+01:00\ndata param1=a\n--\n"},
    /* ConvertTo-Json of Windows PowerShell */
    {"event-json",
     "[\n    {\n        \"Message\":  \"The code is 70.\",\n        \"Id\":  36887,\n"
     "        \"Keywords\":  -9223372036854775808,\n        \"RecordId\":  4711,\n"
     "        \"ProviderName\":  \"Schannel\",\n        \"LogName\":  \"System\",\n"
     "        \"ProcessId\":  812,\n        \"ThreadId\":  5512,\n"
     "        \"MachineName\":  \"app\",\n"
     "        \"TimeCreated\":  \"\\/Date(1732269600000)\\/\",\n"
     "        \"ActivityId\":  null,\n        \"LevelDisplayName\":  \"Error\",\n"
     "        \"Properties\":  [\n                           {\n"
     "                               \"Value\":  70\n                           }\n"
     "                       ]\n    },\n    {\n        \"Id\":  5,\n"
     "        \"ProviderName\":  \"x\"\n    }\n]\n",
     "provider Schannel\nid 36887\nlevel Error\nchannel System\ncomputer app\nprocess 812\n"
     "thread 5512\nrecord 4711\ntime 2024-11-22T10:00:00.000Z\ndata =70\nmessage The code is 70.\n"
     "--\nprovider x\nid 5\n--\n"},
    /* of PowerShell 7, a selection; one object without an array, cut by what looks like another */
    {"event-json",
     "[\n  {\n    \"TimeCreated\": \"2026-11-22T10:00:00.1234567+01:00\",\n    \"Id\": 36887,\n"
     "    \"LevelDisplayName\": \"Error\",\n    \"Message\": \"m\"\n  },\n  {\n"
     "    \"TimeCreated\": {\n      \"value\": \"2026-11-22T10:00:01Z\",\n"
     "      \"DateTime\": \"Sunday\"\n    },\n    \"Id\": 5,\n    \"LevelDisplayName\": \"x\"\n"
     "  }\n]\n",
     "id 36887\nlevel Error\ntime 2026-11-22T10:00:00.1234567+01:00\nmessage m\n--\n"
     "id 5\nlevel x\ntime 2026-11-22T10:00:01Z\n--\n"},
    {"event-json",
     "{\n  \"Id\": 36887,\n  \"ProviderName\": \"Schannel\",\n  \"Properties\": [\n    {\n"
     "      \"Value\": 70\n    }\n  ]\n}\n",
     "provider Schannel\nid 36887\n--\n"},
    /* Get-EventLog */
    {"event-json",
     "{\n    \"Index\":  5187,\n    \"EntryType\":  1,\n    \"InstanceId\":  1073748860,\n"
     "    \"Message\":  \"m\",\n    \"Source\":  \"SCM\",\n    \"MachineName\":  \"app\"\n}\n",
     "provider SCM\nid 7036\nlevel 1\ncomputer app\nrecord 5187\nmessage m\n--\n"},
    /* evtx_dump */
    {"event-json",
     "{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"},\"System\":{\"Provider\":{\"#attributes\":"
     "{\"Name\":\"Schannel\"}},\"EventID\":{\"#attributes\":{\"Qualifiers\":0},\"#text\":36887},"
     "\"Level\":2,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":\"2026-11-22T10:00:00.5Z\"}},"
     "\"EventRecordID\":4711,\"Execution\":{\"#attributes\":{\"ProcessID\":812,"
     "\"ThreadID\":5512}},\"Channel\":\"System\",\"Computer\":\"app\"},"
     "\"EventData\":{\"AlertDesc\":70,\"Data\":{\"#text\":[\"a\",\"b\"]}}}}\n"
     "{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":\"x\"},\"EventData\":{\"Data\":\"a\"},"
     "\"UserData\":{\"X\":{\"y\":1}}}}\n",
     "provider Schannel\nid 36887\nlevel 2\nchannel System\ncomputer app\nprocess 812\n"
     "thread 5512\nrecord 4711\ntime 2026-11-22T10:00:00.5Z\ndata AlertDesc=70\ndata =a\ndata =b\n"
     "--\nid 1\nchannel x\ndata =a\ndata UserData={\"X\":{\"y\":1}}\n--\n"},
    /* OpenTelemetry */
    {"event-json",
     "{\"event_id\":{\"id\":36887,\"qualifiers\":0},\"provider\":{\"name\":\"Schannel\"},"
     "\"system_time\":\"2026-11-22T10:00:00Z\",\"computer\":\"app\",\"channel\":\"System\","
     "\"record_id\":4711,\"level\":\"Error\",\"event_data\":{\"data\":[{\"AlertDesc\":\"70\"}]},"
     "\"message\":\"m\"}\n",
     "provider Schannel\nid 36887\nlevel Error\nchannel System\ncomputer app\nrecord 4711\n"
     "time 2026-11-22T10:00:00Z\ndata AlertDesc=70\nmessage m\n--\n"},
    /* a number beyond integers; a broken object between others */
    {"event-json",
     "{\"Id\":1,\"ProviderName\":\"a\",\"Keywords\":9223372036854775808}\n{\"Id\":2,\"Prov\n"
     "{\"Id\":3,\"ProviderName\":\"c\"}\n",
     "provider a\nid 1\n--\nprovider c\nid 3\n--\n"},
    /* other logs */
    {"text", "{\"time\":\"2026-11-22T10:00:00Z\",\"level\":\"error\",\"msg\":\"m\"}\n", ""},
    {"text", "{\"Id\":5,\"Message\":\"m\",\"Level\":\"Error\"}\n", ""},
    {"text", "{\"event_id\":5,\"source\":\"a\",\"message\":\"m\"}\n", ""},
    {"text", "{\"winlog\":{}}\n", ""},
    {"text", "{\n", ""},
    {"text", "[1]\n", ""},
    {"text", "a line\n{\"Id\":1,\"ProviderName\":\"a\"}\n", ""},
};

START_TEST(reads_logs)
{
    tw_test_expect_log(&logs[_i]);
}
END_TEST

/* What is cut off in the middle of an object is closed: no property of it is made up, but some may
 * be missing. The events before it stay. */
START_TEST(reads_logs_that_are_cut_off)
{
    tw_test_expect_cut(&logs[_i]);
}
END_TEST

static const struct {
    const char *line;
    bool starts;
} lines[] = {
    {"{\"a\":1}", true}, {"{", true},         {"    {", true},        {"  { ", true},
    {"     {", false},   {"\t{", true},       {"  {\"a\":1}", false}, {"{ \"a\": 1", false},
    {"{}", false},       {"\"a\": {", false}, {"}", false},           {"[", false},
    {"", false},
};

START_TEST(knows_where_records_begin)
{
    ck_assert_int_eq(tw_format_event_json.starts(tw_base_span(lines[_i].line)), lines[_i].starts);
}
END_TEST

static bool read_one(struct tw_span text, struct tw_event *event, char *memory, size_t size)
{
    struct tw_format_room room = {.at = memory, .size = size};
    *event = (struct tw_event){.data_count = 0};
    return tw_format_event_json_read(text, &room, event);
}

START_TEST(replaces_invalid_bytes)
{
    struct tw_event event;
    char memory[100];
    ck_assert(read_one(TW_SPAN("{\"Id\":1,\"ProviderName\":\"a\xff\xe6\x97\",\"Message\":"
                               "\"b\\u0000c\"}"),
                       &event, memory, sizeof memory));
    ck_assert(tw_base_span_equal(event.provider, TW_SPAN("a???")));
    ck_assert(tw_base_span_equal(event.message, TW_SPAN("b\0c")));
}
END_TEST

START_TEST(closes_what_is_cut_off)
{
    struct tw_event event;
    char memory[100];
    ck_assert(read_one(TW_SPAN("{\"Id\":1,\"ProviderName\":\"a\",\"Message\":\"b, {\\\"c\\\", d"),
                       &event, memory, sizeof memory));
    ck_assert(tw_base_span_equal(event.provider, TW_SPAN("a")));
    ck_assert_uint_eq(event.message.length, 0);
    ck_assert(!read_one(TW_SPAN("{\"Id\":1"), &event, memory, sizeof memory));
    ck_assert(!read_one(TW_SPAN("{]]}},"), &event, memory, sizeof memory));
}
END_TEST

START_TEST(bounds_size_and_depth)
{
    static char text[TW_EVENT_JSON_MAX + 100];
    static const char start[] = "{\"Id\":1,\"ProviderName\":\"a\",\"x\":";
    struct tw_event event;
    char memory[100];
    memset(text, '[', sizeof text);
    memcpy(text, start, sizeof start - 1);
    /* Deeper than what is closed again, and than Jansson goes; and too long. */
    ck_assert(!read_one((struct tw_span){text, 1000}, &event, memory, sizeof memory));
    ck_assert(!read_one((struct tw_span){text, 100000}, &event, memory, sizeof memory));
    ck_assert(!read_one((struct tw_span){text, sizeof text}, &event, memory, sizeof memory));
    /* A room that is too small for what a number is printed as. */
    ck_assert(read_one(TW_SPAN("{\"Id\":1,\"ProviderName\":\"a\",\"Properties\":[1e300]}"), &event,
                       memory, 5));
    ck_assert_uint_le(event.data[0].value.length, 3);
}
END_TEST

Suite *tw_suite_format_event_json(void)
{
    Suite *suite = suite_create("format_event_json");
    TCase *all = tcase_create("format_event_json");
    tcase_add_loop_test(all, reads_logs, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, reads_logs_that_are_cut_off, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, knows_where_records_begin, 0, (int)TW_N(lines));
    tcase_add_test(all, replaces_invalid_bytes);
    tcase_add_test(all, closes_what_is_cut_off);
    tcase_add_test(all, bounds_size_and_depth);
    suite_add_tcase(suite, all);
    return suite;
}

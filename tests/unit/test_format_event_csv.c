/* test_format_event_csv.c -- events in tables: Event Viewer's, and those of Export-Csv. */
#include "format/format_event.h"
#include "suites.h"
#include "support_event.h"
#include "support_pack.h"

#define VIEWER "Level,Date and Time,Source,Event ID,Task Category\n"

static const struct tw_test_log logs[] = {
    /* Event Viewer: a sixth column without a name, quotes and line ends in it */
    {"event-csv",
     VIEWER "Error,11/22/2026 10:00:00 AM,Schannel,36887,None,The code is 70.\n"
            "Information,11/22/2026 9:59:00 AM,Service Control Manager,7036,None,\"The \"\"x\"\" "
            "service, which is\n\nnew,\nentered the running state.\"\n"
            "Warning,11/22/2026 9:58:00 AM,a,1,(2),\n",
     "provider Schannel\nid 36887\nlevel Error\nlocal 2026-11-22T10:00:00\n"
     "message The code is 70.\n--\n"
     "provider Service Control Manager\nid 7036\nlevel Information\nlocal 2026-11-22T09:59:00\n"
     "message The \"x\" service, which is\n\nnew,\nentered the running state.\n--\n"
     "provider a\nid 1\nlevel Warning\nlocal 2026-11-22T09:58:00\n--\n"},
    /* a message with commas that nobody quoted; a header that names the message */
    {"event-csv",
     "Level,Date and Time,Source,Event ID,Task Category,Message\n"
     "Error,11/22/2026 10:00:00 AM,Schannel,36887,None,one, two, three\n",
     "provider Schannel\nid 36887\nlevel Error\nlocal 2026-11-22T10:00:00\n"
     "message one, two, three\n--\n"},
    /* tabs, other languages: known and unknown */
    {"event-csv",
     "Ebene\tDatum und Uhrzeit\tQuelle\tEreignis-ID\tAufgabenkategorie\n"
     "Fehler\t22.11.2026 10:00:00\tSchannel\t36887\tKeine\tDer Code ist 70.\n",
     "provider Schannel\nid 36887\nlevel Fehler\nlocal 2026-11-22T10:00:00\n"
     "message Der Code ist 70.\n--\n"},
    {"event-csv",
     "Taso,Päivämäärä ja aika,Lähde,Tapahtuman tunnus,Tehtäväluokka\n"
     "Virhe,22.11.2026 10.00.00,Schannel,36887,Ei mitään,Koodi on 70.\n",
     "provider Schannel\nid 36887\nlevel Virhe\nmessage Koodi on 70.\n--\n"},
    {"event-csv",
     "キーワード,日付と時刻,ソース,イベント ID,タスクのカテゴリ\n"
     "失敗の監査,2026/11/22 10:00:00,Microsoft-Windows-Security-Auditing,4625,ログオン,\"x\ny\"\n",
     "provider Microsoft-Windows-Security-Auditing\nid 4625\nlevel 失敗の監査\n"
     "local 2026-11-22T10:00:00\nmessage x\ny\n--\n"},
    /* Get-WinEvent: all properties */
    {"event-csv",
     "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\n"
     "\"Message\",\"Id\",\"Version\",\"Qualifiers\",\"Level\",\"Task\",\"Opcode\",\"Keywords\","
     "\"RecordId\",\"ProviderName\",\"ProviderId\",\"LogName\",\"ProcessId\",\"ThreadId\","
     "\"MachineName\",\"UserId\",\"TimeCreated\",\"ActivityId\",\"LevelDisplayName\"\n"
     "\"The \"\"code\"\"\nis 70.\",\"36887\",\"0\",,\"2\",\"0\",\"0\",\"-9223372036854775808\","
     "\"4711\",\"Schannel\",\"1f678132-5938-4686-9fdc-c8ff68f15c85\",\"System\",\"812\",\"5512\","
     "\"app.contoso.example\",\"S-1-5-18\",\"11/22/2026 10:00:00 AM\","
     "\"f6aa2cb9-0f2b-0001-e52d-aaf62b0fdc01\",\"Error\"\n"
     "\"\",\"5\",\"0\",,\"4\",\"0\",\"0\",\"0\",\"4712\",\"x\",\"\",\"System\"\n",
     "provider Schannel\nid 36887\nlevel Error\nchannel System\ncomputer app.contoso.example\n"
     "process 812\nthread 5512\nactivity f6aa2cb9-0f2b-0001-e52d-aaf62b0fdc01\nrecord 4711\n"
     "local 2026-11-22T10:00:00\nmessage The \"code\"\nis 70.\n--\n"
     "provider x\nid 5\nlevel 4\nchannel System\nrecord 4712\n--\n"},
    /* a selection, with another separator */
    {"event-csv",
     "\"TimeCreated\";\"Id\";\"LevelDisplayName\";\"Message\"\n"
     "\"22.11.2026 10:00:00\";\"36887\";\"Fehler\";\"a\n\"\"b\"\";\n\"\n"
     "\"22.11.2026 10:00:01\";\"36888\";\"Fehler\";\"c\"\n",
     "id 36887\nlevel Fehler\nlocal 2026-11-22T10:00:00\nmessage a\n\"b\";\n--\n"
     "id 36888\nlevel Fehler\nlocal 2026-11-22T10:00:01\nmessage c\n--\n"},
    /* quotes only where they are needed */
    {"event-csv",
     "TimeCreated,Id,ProviderName,Message\n11/22/2026 10:00:00 AM,36887,Schannel,\"a,\nb\"\n"
     "11/22/2026 10:00:01 AM,5,x,y\n",
     "provider Schannel\nid 36887\nlocal 2026-11-22T10:00:00\nmessage a,\nb\n--\n"
     "provider x\nid 5\nlocal 2026-11-22T10:00:01\nmessage y\n--\n"},
    /* Get-EventLog */
    {"event-csv",
     "\"EventID\",\"MachineName\",\"Data\",\"Index\",\"Category\",\"EntryType\",\"Message\","
     "\"Source\",\"ReplacementStrings\",\"InstanceId\",\"TimeGenerated\"\n"
     "\"36887\",\"app\",\"System.Byte[]\",\"5187\",\"(0)\",\"Error\",\"The code is 70.\","
     "\"Schannel\",\"System.String[]\",\"36887\",\"11/22/2026 10:00:00 AM\"\n",
     "provider Schannel\nid 36887\nlevel Error\ncomputer app\nrecord 5187\n"
     "local 2026-11-22T10:00:00\nmessage The code is 70.\n--\n"},
    /* other tables */
    {"text", "Level,Time,Source,Code,Text\nError,2026-11-22 10:00:00,a,500,b\n", ""},
    {"text", "Id,Source,Message\n1,a,b\n", ""},
    {"text", "\"when\",\"source\",\"severity\",\"text\"\n\"2026-11-22\",\"a\",\"b\",\"c\"\n", ""},
    {"text", "Level,Date and Time\nError,11/22/2026 10:00:00 AM\n", ""},
    {"text", "a,b,c,d,e\nx,2026-11-22 10:00:00,a,500,b\n", ""},
};

START_TEST(reads_logs)
{
    tw_test_expect_log(&logs[_i]);
}
END_TEST

START_TEST(reads_logs_that_are_cut_off)
{
    tw_test_expect_cut(&logs[_i]);
}
END_TEST

static const struct {
    const char *line;
    bool starts;
} lines[] = {
    {"Error,11/22/2026 10:00:00 AM,Schannel,36887,None,x", true},
    {"Audit Success;22.11.2026 10:00:00;a;4624;", true},
    {"Error\t2026/11/22 10:00:00\ta\t1\t", true},
    {"Error,11/22/2026 10:00:00 AM,Schannel,36887", false},
    {"Error,11/22/2026,Schannel,36887,", false},
    {"Error,11/22/2026 10:00:00 AM,,36887,", false},
    {"Error,11/22/2026 10:00:00 AM,Schannel,x,", false},
    {"3,11/22/2026 10:00:00 AM,Schannel,36887,", false},
    {",11/22/2026 10:00:00 AM,Schannel,36887,", false},
    {"\"a\",\"b\"", true},
    {"\"\",\"b\"", true},
    {"\"\"\"a\"\" b\",", true},
    {"\"", false},
    {"\"\"", false},
    {"\",\"36887\"", false},
    {"\"\"a\"\" goes on", false},
    {"\"\"\",\"36887\"", false},
    {"2026-11-22 10:00:00,1,x", true},
    {"2026-11-22 10:00:00 a", false},
    {"text", false},
    {"", false},
};

START_TEST(knows_where_rows_begin)
{
    ck_assert_int_eq(tw_format_event_csv.starts(tw_base_span(lines[_i].line)), lines[_i].starts);
}
END_TEST

Suite *tw_suite_format_event_csv(void)
{
    Suite *suite = suite_create("format_event_csv");
    TCase *all = tcase_create("format_event_csv");
    tcase_add_loop_test(all, reads_logs, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, reads_logs_that_are_cut_off, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, knows_where_rows_begin, 0, (int)TW_N(lines));
    suite_add_tcase(suite, all);
    return suite;
}

/* test_format_event_text.c -- events as text: wevtutil, Event Viewer, lists and tables of
 * PowerShell. */
#include "format/format_event_text.h"
#include "suites.h"
#include "support_event.h"
#include "support_pack.h"

#define ALERT "A fatal alert was received from the remote endpoint. The code is 70."
#define XML                                                                                        \
    "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\n"                    \
    "  <System>\n    <Provider Name=\"Schannel\" />\n    <EventID>36887</EventID>\n"               \
    "    <Level>2</Level>\n    <TimeCreated SystemTime=\"2026-11-22T09:00:00.5Z\" />\n"            \
    "    <EventRecordID>90211</EventRecordID>\n"                                                   \
    "    <Execution ProcessID=\"844\" ThreadID=\"9120\" />\n    <Channel>System</Channel>\n"       \
    "  </System>\n  <EventData>\n    <Data Name=\"AlertDesc\">70</Data>\n  </EventData>\n"         \
    "</Event>\n"

static const struct tw_test_log logs[] = {
    /* wevtutil */
    {"event-text",
     "Event[0]:\n  Log Name: System\n  Source: Schannel\n  Date: 2026-11-22T10:00:00.123\n"
     "  Event ID: 36887\n  Task: N/A\n  Level: Error\n  Opcode: Info\n  Keyword: N/A\n"
     "  User: S-1-5-18\n  User Name: NT AUTHORITY\\SYSTEM\n  Computer: app.contoso.example\n"
     "  Description: \n" ALERT "\n\nEvent[1]\n  Log Name: Application\n  Source: .NET Runtime\n"
     "  Date: 2026-11-22T10:00:01.0000000Z\n  Event ID: 1026\n  Level: Fehler\n"
     "  Description: \nApplication: a.exe\n\nDescription: it ended.\n   at A.B()\n\n",
     "provider Schannel\nid 36887\nlevel Error\nchannel System\ncomputer app.contoso.example\n"
     "local 2026-11-22T10:00:00.123\nmessage " ALERT "\n--\n"
     "provider .NET Runtime\nid 1026\nlevel Fehler\nchannel Application\n"
     "time 2026-11-22T10:00:01.0000000Z\n"
     "message Application: a.exe\n\nDescription: it ended.\n   at A.B()\n--\n"},
    /* copied from Event Viewer, with XML and without */
    {"event-text",
     "please look:\nLog Name:      System\nSource:        Schannel\n"
     "Date:          11/22/2026 10:00:00 AM\nEvent ID:      36887\nTask Category: None\n"
     "Level:         Error\nKeywords:      \nUser:          SYSTEM\n"
     "Computer:      app.contoso.example\nDescription:\n" ALERT "\nEvent Xml:\n" XML
     "Log Name:      System\nSource:        Schannel\nDate:          2/3/2026 10:00:00 AM\n"
     "Event ID:      36888\nDescription:\nThe second.\n",
     "provider Schannel\nid 36887\nlevel Error\nchannel System\ncomputer app.contoso.example\n"
     "process 844\nthread 9120\nrecord 90211\ntime 2026-11-22T09:00:00.5Z\n"
     "local 2026-11-22T10:00:00\ndata AlertDesc=70\nmessage " ALERT "\n--\n"
     "provider Schannel\nid 36888\nchannel System\nmessage The second.\n--\n"},
    /* other languages */
    {"event-text",
     "Protokollname: System\nQuelle:        Schannel\nDatum:         22.11.2026 10:00:00\n"
     "Ereignis-ID:   36871\nAufgabenkategorie:Keine\nEbene:         Fehler\n"
     "Schlüsselwörter:\nBenutzer:      SYSTEM\nComputer:      app\nBeschreibung:\nSchwerwiegend.\n"
     "Ereignis-XML:\n- " XML,
     "provider Schannel\nid 36887\nlevel Fehler\nchannel System\ncomputer app\nprocess 844\n"
     "thread 9120\nrecord 90211\ntime 2026-11-22T09:00:00.5Z\nlocal 2026-11-22T10:00:00\n"
     "data AlertDesc=70\nmessage Schwerwiegend.\n--\n"},
    {"event-text",
     "日志名称:          System\n来源:            Schannel\n日期:            2026/11/22 10:00:00\n"
     "事件 ID:         36870\n任务类别:          无\n级别:            错误\n关键字:           \n"
     "用户:            SYSTEM\n计算机:           app\n描述:\n内部错误状态为 10001。\n",
     "provider Schannel\nid 36870\nlevel 错误\nchannel System\ncomputer app\n"
     "local 2026-11-22T10:00:00\nmessage 内部错误状态为 10001。\n--\n"},
    {"event-text",
     "Nom du journal :Application\nSource :       Outlook\nDate :         22/11/2026 10:00:00\n"
     "ID de l’événement :63\nNiveau :       Erreur\nDescription :\nRien.\n",
     "provider Outlook\nid 63\nlevel Erreur\nchannel Application\nlocal 2026-11-22T10:00:00\n"
     "message Rien.\n--\n"},
    {"event-text",
     "Имя журнала:   System\nИсточник:      Schannel\nДата:          22.11.2026 10:00:00\n"
     "Код события:   36887\nУровень:       Ошибка\nКомпьютер:     app\nОписание:\nОшибка 70.\n",
     "provider Schannel\nid 36887\nlevel Ошибка\nchannel System\ncomputer app\n"
     "local 2026-11-22T10:00:00\nmessage Ошибка 70.\n--\n"},
    {"event-text",
     "ログの名前:         System\nソース:           Schannel\n日付:            2026/11/22 "
     "10:00:00\n"
     "イベント ID:       36887\nレベル:           エラー\n説明:\n致命的。\n",
     "provider Schannel\nid 36887\nlevel エラー\nchannel System\nlocal 2026-11-22T10:00:00\n"
     "message 致命的。\n--\n"},
    /* lists: a wrapped message, one of several lines */
    {"event-text",
     "PS C:\\> Get-WinEvent -FilterHashtable @{LogName='System'} | fl\n\n\n"
     "TimeCreated  : 11/22/2026 10:00:00 AM\nProviderName : Schannel\nId           : 36887\n"
     "Message      : A fatal alert was received from the remote endpoint. The TLS\n"
     "               protocol defined fatal alert code is 70.\n\n"
     "TimeCreated  : 11/22/2026 10:00:01 AM\nProviderName : x\nId           : 1\n"
     "Message      : First.\n               \n               Second line.\n"
     "               Third.\n\n\n\n",
     "provider Schannel\nid 36887\nlocal 2026-11-22T10:00:00\n"
     "message A fatal alert was received from the remote endpoint. The TLS protocol defined "
     "fatal alert code is 70.\n--\n"
     "provider x\nid 1\nlocal 2026-11-22T10:00:01\nmessage First.\n\nSecond line.\nThird.\n--\n"},
    /* all properties */
    {"event-text",
     "Message              : The code is 70.\nId                   : 36887\n"
     "Version              : 0\nQualifiers           : \nLevel                : 2\n"
     "RecordId             : 4711\nProviderName         : Schannel\n"
     "LogName              : System\nProcessId            : 812\nThreadId             : 5512\n"
     "MachineName          : app.contoso.example\n"
     "TimeCreated          : 11/22/2026 10:00:00 AM\n"
     "ActivityId           : f6aa2cb9-0f2b-0001-e52d-aaf62b0fdc01\n"
     "LevelDisplayName     : Error\nKeywordsDisplayNames : {}\n"
     "Properties           : {System.Diagnostics.Eventing.Reader.EventProperty}\n\n"
     "Message              : Another.\nId                   : 2\nLevel                : 4\n",
     "provider Schannel\nid 36887\nlevel Error\nchannel System\ncomputer app.contoso.example\n"
     "process 812\nthread 5512\nactivity f6aa2cb9-0f2b-0001-e52d-aaf62b0fdc01\nrecord 4711\n"
     "local 2026-11-22T10:00:00\nmessage The code is 70.\n--\n"
     "id 2\nlevel 4\nmessage Another.\n--\n"},
    /* a selection that does not begin with the time: what is above it belongs to nobody */
    {"event-text",
     "Id               : 36887\nTimeCreated      : 11/22/2026 10:00:00 AM\n"
     "LevelDisplayName : Error\nProviderName     : Schannel\n\n"
     "Id               : 5\nTimeCreated      : 11/22/2026 10:00:01 AM\nMessage          : x\n"
     "Id               : 6\n",
     "id 6\nlocal 2026-11-22T10:00:01\nmessage x\n--\n"},
    /* Get-EventLog */
    {"event-text",
     "Index              : 5187\nEntryType          : Error\nInstanceId         : 3221262023\n"
     "Message            : The code is 70.\nCategory           : (0)\n"
     "ReplacementStrings : {70}\nSource             : Schannel\n"
     "TimeGenerated      : 11/22/2026 10:00:00 AM\nTimeWritten        : 11/22/2026 10:00:02 AM\n"
     "UserName           : NT AUTHORITY\\SYSTEM\n\n",
     "provider Schannel\nid 36551\nlevel Error\nrecord 5187\nlocal 2026-11-22T10:00:00\n"
     "message The code is 70.\n--\n"},
    /* tables */
    {"event-text",
     "\n   ProviderName: Schannel\n\n"
     "TimeCreated                     Id LevelDisplayName Message\n"
     "-----------                     -- ---------------- -------\n"
     "11/22/2026 10:00:00 AM       36887 Error            A fatal alert was received from the "
     "re...\n"
     "11/22/2026 10:00:01 AM       36880                  Completed.\n\n"
     "   ProviderName: Other\n\n"
     "TimeCreated                     Id LevelDisplayName Message\n"
     "-----------                     -- ---------------- -------\n"
     "11/22/2026 10:00:02 AM           1 Warning          The text of a message that goes on\n"
     "                                                    below.\n",
     "id 36887\nlevel Error\nlocal 2026-11-22T10:00:00\n"
     "message A fatal alert was received from the re...\n--\n"
     "id 36880\nlocal 2026-11-22T10:00:01\nmessage Completed.\n--\n"
     "id 1\nlevel Warning\nlocal 2026-11-22T10:00:02\n"
     "message The text of a message that goes on below.\n--\n"},
    {"event-text",
     "\n   Index Time          EntryType   Source                 InstanceID Message\n"
     "   ----- ----          ---------   ------                 ---------- -------\n"
     "    5187 Nov 22 10:00  Error       Schannel                    36887 A fatal alert...\n"
     "    5186 Nov 22 09:59  Information Service Control M...   1073748860 Stopped.\n",
     "provider Schannel\nid 36887\nlevel Error\nrecord 5187\nmessage A fatal alert...\n--\n"
     "provider Service Control M...\nid 7036\nlevel Information\nrecord 5186\n"
     "message Stopped.\n--\n"},
    /* other text */
    {"text", "Source: a\nDate: b\nLevel: c\nDescription: d\n", ""},
    {"text", "Log Name: System\nSource: Schannel\n", ""},
    {"text", "one\ntwo\nthree\nfour\nEvent[0]:\n  Log Name: a\n  Source: b\n  Event ID: 1\n", ""},
    {"text",
     "Event[0]:\n  Log Name: a\n  Source: b\n  Event ID: 1\n  Description:\nx\n"
     "2026-11-22 10:00:00 another log\n2026-11-22 10:00:01 another log\n",
     ""},
    {"text",
     "Event[0]:\n  Log Name: a\n  Source: b\n  Event ID: 1\n  Description:\nx\n"
     "C:\\>type service.log\nit failed\n",
     ""},
    {"text", "# How to read them\nEvent[0]:\n  Log Name: a\n  Source: b\n  Event ID: 1\n", ""},
    {"text", "Id      : 5\nName    : x\nMessage : y\n", ""},
    {"text", "2026-11-22 10:00:00 500 Error x\n2026-11-22 10:00:01 500 Error x\n", ""},
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
    enum tw_event_line kind;
} lines[] = {
    {"Event[12]:", TW_EVENT_LINE_NUMBER},
    {"Event[12] ", TW_EVENT_LINE_NUMBER},
    {"Event[]:", TW_EVENT_LINE_NONE},
    {"Event[1]: x", TW_EVENT_LINE_NONE},
    {"Log Name:", TW_EVENT_LINE_LABEL},
    {"  Log Name: System", TW_EVENT_LINE_NONE},
    {"Source: x", TW_EVENT_LINE_NONE},
    {"TimeCreated : x", TW_EVENT_LINE_LIST},
    {"TimeCreated:x", TW_EVENT_LINE_NONE},
    {"TimeCreated          : x", TW_EVENT_LINE_NONE},
    {"Message              : x", TW_EVENT_LINE_LIST},
    {"Message : x", TW_EVENT_LINE_NONE},
    {"Index : 5", TW_EVENT_LINE_LIST},
    {"Index : x", TW_EVENT_LINE_NONE},
    {"11/22/2026 10:00:00 AM 36887 Error x", TW_EVENT_LINE_ROW},
    {"11/22/2026 10:00:00 AM 36887", TW_EVENT_LINE_OTHER},
    {"11/22/2026 10:00:00 AM x", TW_EVENT_LINE_OTHER},
    {"  5187 Nov 22 10:00  Error x", TW_EVENT_LINE_ENTRY},
    {"  5187 Nov 22 1000  Error x", TW_EVENT_LINE_NONE},
    {"   ProviderName: x", TW_EVENT_LINE_GROUP},
    {"PS C:\\> dir", TW_EVENT_LINE_PROMPT},
    {"C:\\Temp>", TW_EVENT_LINE_PROMPT},
    {"C:\\Temp", TW_EVENT_LINE_NONE},
    {"PS", TW_EVENT_LINE_NONE},
    {"", TW_EVENT_LINE_NONE},
};

START_TEST(knows_lines)
{
    ck_assert_int_eq(tw_format_event_line(tw_base_span(lines[_i].line)), lines[_i].kind);
    ck_assert_int_eq(tw_format_event_text.starts(tw_base_span(lines[_i].line)),
                     lines[_i].kind != TW_EVENT_LINE_NONE);
}
END_TEST

Suite *tw_suite_format_event_text(void)
{
    Suite *suite = suite_create("format_event_text");
    TCase *all = tcase_create("format_event_text");
    tcase_add_loop_test(all, reads_logs, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, reads_logs_that_are_cut_off, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, knows_lines, 0, (int)TW_N(lines));
    suite_add_tcase(suite, all);
    return suite;
}

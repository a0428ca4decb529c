/* test_format_svclog.c -- what XmlWriterTraceListener writes: text, escaped and plain records of
 * WCF, exceptions within one another, dumps of System.Net; cut off and damaged. */
#include "base/limits.h"
#include "suites.h"
#include "support_coded.h"
#include "support_pack.h"

#define OPEN "<E2ETraceEvent xmlns=\"http://schemas.microsoft.com/2004/06/E2ETraceEvent\">"
#define SYSTEM(source, level, id)                                                                  \
    OPEN "<System "                                                                                \
         "xmlns=\"http://schemas.microsoft.com/2004/06/windows/eventlog/system\"><EventID>" id     \
         "</EventID><Type>3</Type><SubType Name=\"" level "\">0</SubType><Level>2</Level>"         \
         "<TimeCreated SystemTime=\"2018-02-07T11:12:13.1234567Z\" /><Source Name=\"" source       \
         "\" />"                                                                                   \
         "<Correlation ActivityID=\"{00000000-0000-0000-0000-000000000000}\" />"                   \
         "<Execution ProcessName=\"Sync\" ProcessID=\"1234\" ThreadID=\"8\" /><Channel/>"          \
         "<Computer>APP01</Computer></System>"
#define DATA(text) "<ApplicationData>" text "</ApplicationData></E2ETraceEvent>"
#define FIELDS(source, level, id)                                                                  \
    "provider=" source " severity=" level " event=" id " time=2018-02-07T11:12:13.1234567Z "
#define TRAILER "    ProcessName=Sync\n--\n"
#define RECORD(content)                                                                            \
    "<TraceRecord xmlns=\"http://schemas.microsoft.com/2004/10/E2ETraceEvent/TraceRecord\" "       \
    "Severity=\"Error\"><TraceIdentifier>http://x/Throwing.aspx</TraceIdentifier>"                 \
    "<Description>Throwing an exception.</Description><AppDomain>Sync.exe</AppDomain>" content     \
    "</TraceRecord>"

static const struct {
    const char *format, *log, *shown;
} logs[] = {
    /* a text, escaped; of the next fragment nothing is left */
    {"svclog", SYSTEM("Microsoft.Xrm.Tooling", "Error", "2") DATA("a &lt;b&gt; &amp; c&#xD;&#xA;d"),
     FIELDS("Microsoft.Xrm.Tooling", "Error", "2") "\nMicrosoft.Xrm.Tooling Error: 2 : a <b> & c\n"
                                                   "d\n" TRAILER},
    /* an error that the library wrote a second time; a fragment a line */
    {"svclog",
     SYSTEM("A", "Error", "2") DATA(
         "E\nSource\t: Not Provided\nMethod\t: Not Provided\n") "\n" SYSTEM("A", "Start", "256")
         DATA("<TraceData><DataItem>x</DataItem><DataItem>y</DataItem>"
              "</TraceData>") "\n",
     FIELDS("A", "Error", "2") "repeats=yes \nA Error: 2 : E\nSource\t: Not Provided\n"
                               "Method\t: Not Provided\n" TRAILER FIELDS(
                                   "A", "Start", "256") "\nA Start: 256 : x\ny\n" TRAILER},
    /* WCF: exceptions, the outer one first, their texts escaped twice */
    {"svclog",
     SYSTEM("System.ServiceModel", "Error", "131075") DATA("<TraceData><DataItem>" RECORD(
         "<Exception><ExceptionType>System.Net.WebException, System, Version=4.0.0.0"
         "</ExceptionType><Message>closed</Message><StackTrace>   at A.&amp;lt;B&amp;gt;d__0()\n"
         "   at C()</StackTrace><ExceptionString>all of it</ExceptionString><InnerException>"
         "<ExceptionType>System.Net.Sockets.SocketException, System</ExceptionType><Message>reset"
         "</Message><NativeErrorCode>2746</NativeErrorCode></InnerException></Exception>") "</"
                                                                                           "DataIte"
                                                                                           "m></"
                                                                                           "TraceDa"
                                                                                           "ta>"),
     FIELDS("System.ServiceModel", "Error",
            "131075") "\nSystem.ServiceModel Error: 131075 : Throwing an exception.\n"
                      "TraceIdentifier: http://x/Throwing.aspx\nAppDomain: Sync.exe\n"
                      "System.Net.WebException: closed\n   at A.<B>d__0()\n   at C()\n"
                      " ---> System.Net.Sockets.SocketException: reset\n"
                      "NativeErrorCode: 10054\n" TRAILER},
    /* the same record as a text; a type without a message, a code of SSPI, a type with arguments */
    {"svclog",
     "<?xml version=\"1.0\"?>" SYSTEM("A", "Error", "0")
         DATA("&lt;Exception&gt;&lt;ExceptionType&gt;F`1[[D, E]], S&lt;/ExceptionType&gt;"
              "&lt;InnerException&gt;&lt;ExceptionType&gt;G, S&lt;/ExceptionType&gt;"
              "&lt;NativeErrorCode&gt;80090331&lt;/NativeErrorCode&gt;&lt;/InnerException&gt;"
              "&lt;/Exception&gt;"),
     FIELDS("A", "Error",
            "0") "\nA Error: 0 : \nF`1\n ---> G\nNativeErrorCode: 0x80090331\n" TRAILER},
    /* pretty-printed, CDATA, a call stack, values of WCF */
    {"svclog",
     "\n<E2ETraceEvent>\n <System>\n  <EventID> 7 </EventID>\n  <SubType Name='Warning'/>\n"
     "  <TimeCreated SystemTime='2018-02-07T11:12:13.5+01:00'/>\n  <Source Name='A &amp; B'/>\n"
     " </System>\n <ApplicationData><![CDATA[<p>&amp;]]><System.Diagnostics><Callstack>at X()"
     "</Callstack><Timestamp>99</Timestamp></System.Diagnostics><To>https://host/</To>\n"
     " </ApplicationData>\n</E2ETraceEvent>\n",
     "provider=A & B severity=Warning event=7 time=2018-02-07T11:12:13.5+01:00 \n"
     "A & B Warning: 7 : <p>&amp;\n    Callstack=at X()\nTo: https://host/\n--\n"},
    /* wrapped in a mail, within a tag too: where the next word would not have fitted */
    {"svclog",
     "<E2ETraceEvent><System><EventID>2</EventID><SubType Name='Error'/><Source\n"
     "Name='A'/></System><ApplicationData>one of many words that were wrapped at a\n"
     "width of some sixty\nshort\n"
     "   at a frame that begins with blanks, which no program that wraps lines ever\n"
     "leaves</ApplicationData></E2ETraceEvent>\n",
     "provider=A severity=Error event=2 \nA Error: 2 : one of many words that were wrapped at a "
     "width of some sixty\nshort\n"
     "   at a frame that begins with blanks, which no program that wraps lines ever leaves\n"
     "--\n"},
    /* bytes: which way they went says the fragment before */
    {"svclog",
     SYSTEM("System.Net.Sockets", "Verbose", "0") DATA("[51] Data from Socket#1::Receive")
         SYSTEM("System.Net.Sockets", "Verbose", "0") DATA("[51] 00000005 : 02 46       : .F"),
     FIELDS("System.Net.Sockets", "Verbose",
            "0") "\nSystem.Net.Sockets Verbose: 0 : [51] Data from Socket#1::Receive\n" TRAILER
         FIELDS(
             "System.Net.Sockets", "Verbose",
             "0") "\nSystem.Net.Sockets Verbose: 0 : alert received: fatal protocol_version (70)\n"
                  "[51] 00000005 : 02 46       : .F\n" TRAILER},
    /* a log that begins within a fragment; one that is not well formed */
    {"svclog",
     "x</ApplicationData></E2ETraceEvent>" SYSTEM("A", "Error", "2") "<ApplicationData>b</Wrong>"
                                                                     "c" SYSTEM("A", "Error", "3")
                                                                         DATA("d"),
     FIELDS("A", "Error", "2") "\nA Error: 2 : b\n" TRAILER FIELDS(
         "A", "Error", "3") "\nA Error: 3 : d\n" TRAILER},
    /* no traces */
    {"text", "a\nb\nc\nd\n" OPEN "</E2ETraceEvent>", ""},
    {"text", "# How to read " OPEN "\n", ""},
    {"text", "<E2ETraceEvents>\n</E2ETraceEvents>\n", ""},
};

START_TEST(reads_logs)
{
    tw_test_expect_coded(logs[_i].format, logs[_i].log, logs[_i].shown);
}
END_TEST

START_TEST(reads_logs_that_are_cut_off)
{
    tw_test_expect_coded_cut(logs[_i].log);
}
END_TEST

static const struct {
    const char *text;
    bool starts;
} starts[] = {
    {"<E2ETraceEvent", true},
    {"<E2ETraceEvent ", true},
    {"<E2ETraceEvent>", true},
    {"<E2ETraceEvent/>", true},
    {"<E2ETraceEvents>", false},
    {"<E2ETraceEven", false},
    {"", false},
    {"</E2ETraceEvent>", false},
};

START_TEST(knows_where_records_begin)
{
    ck_assert_int_eq(tw_format_svclog.starts(tw_base_span(starts[_i].text)), starts[_i].starts);
}
END_TEST

static uint64_t origin_of(const char *activity, const char *thread)
{
    struct tw_buffer xml = TW_BUFFER_INIT(1u << 16);
    struct tw_buffer text = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    struct tw_record record = {.at = {.offset = 0}};
    tw_base_buffer_print(&xml,
                         OPEN "<System><Correlation ActivityID=\"{%s}\"/><Execution "
                              "ProcessID=\"1\" ThreadID=\"%s\"/></System></E2ETraceEvent>",
                         activity, thread);
    record.text = tw_base_buffer_span(&xml);
    void *memory = tw_format_svclog.begin(record.text);
    ck_assert(tw_format_svclog.decode(memory, &record, &text));
    tw_format_svclog.end(memory);
    tw_base_buffer_free(&xml);
    tw_base_buffer_free(&text);
    return record.origin;
}

START_TEST(binds_by_activity_or_thread)
{
    static const char none[] = "00000000-0000-0000-0000-000000000000";
    static const char one[] = "a1b2c3d4-0000-4000-8000-00805f9b34fb";
    ck_assert(origin_of(one, "8") == origin_of(one, "9"));
    ck_assert(origin_of(none, "8") != origin_of(none, "9"));
    ck_assert(origin_of(none, "8") == origin_of(none, "8"));
    ck_assert(origin_of(none, "8") != 0 && origin_of(one, "8") != origin_of(none, "8"));
    ck_assert(origin_of(none, "") == 0);
}
END_TEST

/* As deep as the walk goes, and no deeper. */
START_TEST(survives_exceptions_without_end)
{
    struct tw_buffer log = TW_BUFFER_INIT(TW_RECORD_MAX);
    tw_base_buffer_add(&log, TW_SPAN(OPEN "<ApplicationData><Exception>"));
    for (int i = 0; i < 5000; i++) {
        tw_base_buffer_add(&log, TW_SPAN("<Message>m</Message><InnerException>"));
    }
    struct tw_buffer shown =
        tw_test_coded(&tw_format_svclog, tw_base_buffer_span(&log), log.length);
    ck_assert_ptr_nonnull(strstr(shown.at, "m\n ---> m\n ---> m\n"));
    ck_assert_uint_lt(shown.length, 1000);
    tw_base_buffer_free(&shown);
    tw_base_buffer_free(&log);
}
END_TEST

Suite *tw_suite_format_svclog(void)
{
    Suite *suite = suite_create("format_svclog");
    TCase *all = tcase_create("format_svclog");
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, reads_logs, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, reads_logs_that_are_cut_off, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, knows_where_records_begin, 0, (int)TW_N(starts));
    tcase_add_test(all, binds_by_activity_or_thread);
    tcase_add_test(all, survives_exceptions_without_end);
    suite_add_tcase(suite, all);
    return suite;
}

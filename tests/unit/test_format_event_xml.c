/* test_format_event_xml.c -- events as XML in all the forms in which they are exported. */
#include "format/format_event.h"
#include "suites.h"
#include "support_event.h"
#include "support_pack.h"

#define NS "xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\""
#define SYSTEM                                                                                     \
    "<System><Provider Name=\"Schannel\" Guid=\"{1F678132-5938-4686-9FDC-C8FF68F15C85}\"/>"        \
    "<EventID>36887</EventID><Version>0</Version><Level>2</Level><Task>0</Task>"                   \
    "<Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>"                                    \
    "<TimeCreated SystemTime=\"2026-11-22T10:00:00.1234567Z\"/>"                                   \
    "<EventRecordID>4711</EventRecordID>"                                                          \
    "<Correlation ActivityID=\"{F6AA2CB9-0F2B-0001-E52D-AAF62B0FDC01}\"/>"                         \
    "<Execution ProcessID=\"812\" ThreadID=\"5512\"/><Channel>System</Channel>"                    \
    "<Computer>app.contoso.example</Computer><Security UserID=\"S-1-5-18\"/></System>"
#define ABOVE                                                                                      \
    "channel System\ncomputer app.contoso.example\nprocess 812\nthread 5512\n"                     \
    "activity F6AA2CB9-0F2B-0001-E52D-AAF62B0FDC01\nrecord 4711\n"                                 \
    "time 2026-11-22T10:00:00.1234567Z\n"
#define PROPERTIES "provider Schannel\nid 36887\nlevel 2\n" ABOVE

static const struct tw_test_log logs[] = {
    /* saved by Event Viewer: everything on one line */
    {"event-xml",
     "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?><Events><Event " NS ">" SYSTEM
     "<EventData><Data Name=\"AlertDesc\">70</Data></EventData></Event><Event " NS ">" SYSTEM
     "<EventData><Data Name=\"AlertDesc\">40</Data><Data Name=\"Empty\"></Data>"
     "<Data Name=\"None\"/></EventData></Event></Events>",
     PROPERTIES "data AlertDesc=70\n--\n" PROPERTIES
                "data AlertDesc=40\ndata Empty=\ndata None=\n--\n"},
    /* printed by wevtutil: apostrophes, one event a line, no root */
    {"event-xml",
     "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
     "<Provider Name='Service Control Manager' EventSourceName='SCM'/>"
     "<EventID Qualifiers='16384'>7036</EventID><Level>4</Level>"
     "<TimeCreated SystemTime='2026-11-22T10:00:00.123456700Z'/></System><EventData>"
     "<Data>one &amp; two</Data><Data> three\n</Data><Binary>7300</Binary></EventData></Event>\n"
     "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
     "<Provider EventSourceName='MSCRMEmail'/><EventID>1</EventID></System></Event>\n",
     "provider Service Control Manager\nid 7036\nlevel 4\ntime 2026-11-22T10:00:00.123456700Z\n"
     "data =one & two\ndata =three\ndata Binary=7300\n--\nprovider MSCRMEmail\nid 1\n--\n"},
    /* rendered: the message, and the level as a word */
    {"event-xml",
     "<Event " NS ">\n  " SYSTEM "\n  <EventData>\n    <Data Name=\"AlertDesc\">70</Data>\n"
     "  </EventData>\n  <RenderingInfo Culture=\"en-US\">\n"
     "    <Message>A fatal alert was received.&#xD;\nCode &lt;70&gt;.</Message>\n"
     "    <Level>Error</Level>\n    <Channel>no</Channel>\n    <Provider>no</Provider>\n"
     "    <Keywords>\n      <Keyword>Classic</Keyword>\n    </Keywords>\n"
     "  </RenderingInfo>\n</Event>\n",
     "provider Schannel\nid 36887\nlevel Error\n" ABOVE
     "data AlertDesc=70\nmessage A fatal alert was received.\nCode <70>.\n--\n"},
    /* what programs make of it: user data with its tags, nested data, an error of the writer */
    {"event-xml",
     "<Events><Event " NS "><System><Provider Name=\"Microsoft-Windows-CAPI2\"/>"
     "<EventID>30</EventID><Correlation ActivityID=\"{00000000-0000-0000-0000-000000000000}\"/>"
     "</System><UserData>\n<CertVerify><Result value=\"800B0109\">a &amp; b</Result></CertVerify>\n"
     "</UserData></Event>\n<Event " NS "><System><EventID>2</EventID></System><EventData>"
     "<ComplexData Name=\"c\"><x y=\"1\">z</x></ComplexData></EventData>"
     "<ProcessingErrorData><DataItemName>n</DataItemName></ProcessingErrorData></Event></Events>",
     "provider Microsoft-Windows-CAPI2\nid 30\n"
     "user <CertVerify><Result value=\"800B0109\">a &amp; b</Result></CertVerify>\n--\n"
     "id 2\ndata c=<x y=\"1\">z</x>\n--\n"},
    /* copied from the details pane, where it shows a minus before what can be folded */
    {"event-xml",
     "- <Event " NS
     ">\n- <System>\n  <Provider Name=\"Schannel\" /> \n  <EventID>36888</EventID> \n"
     "  <TimeCreated SystemTime=\"2026-11-22 10:00:00.5\" /> \n  </System>\n- <EventData>\n"
     "  <Data Name=\"AlertDesc\">70</Data> \n  <Data Name=\"ErrorState\">105</Data> \n"
     "  </EventData>\n  </Event>\n",
     "provider Schannel\nid 36888\ntime 2026-11-22T10:00:00.5Z\ndata AlertDesc=70\n"
     "data ErrorState=105\n--\n"},
    /* printed by PowerShell, behind its prompt; another name space, no name space */
    {"event-xml",
     "PS C:\\> Get-WinEvent -LogName System | % { $_.ToXml() }\n<Event " NS ">" SYSTEM "</Event>\n",
     PROPERTIES "--\n"},
    {"event-xml",
     "<e:Event xmlns:e='x'/><Event><System><Provider Name='a'/><EventID>1</EventID></System>"
     "</Event>",
     "provider a\nid 1\n--\n"},
    /* the end of a broken event does not take the next one along */
    {"event-xml",
     "<Events><Event " NS "><System><Provider Name='a'/><EventID>1</Wrong></System></Event>"
     "<Event " NS "><System><Provider Name='b'/><EventID>2</EventID></System></Event></Events>",
     "provider a\nid 1\n--\nprovider b\nid 2\n--\n"},
    /* no events of Windows */
    {"text", "<Events><Event><Name>party</Name></Event></Events>", ""},
    {"text", "<EventList " NS "/>", ""},
    {"text", "# How to read <Event " NS ">\n", ""},
    {"text", "a\nb\nc\nd\n<Event " NS "/>\n", ""},
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
    const char *text;
    bool starts;
} starts[] = {
    {"<Event", true},    {"<Event ", true},   {"<Event>", true},    {"<Event/>", true},
    {"<Event\tx", true}, {"<Events>", false}, {"<EventID>", false}, {"<EventData/>", false},
    {"<event>", false},  {"", false},         {"<Even", false},
};

START_TEST(knows_where_records_begin)
{
    ck_assert_int_eq(tw_format_event_xml.starts(tw_base_span(starts[_i].text)), starts[_i].starts);
    ck_assert_int_eq(tw_format_evtx.starts(tw_base_span(starts[_i].text)), starts[_i].starts);
}
END_TEST

static struct tw_buffer read_one(struct tw_span text)
{
    return tw_test_events(&tw_format_evtx, text, text.length);
}

START_TEST(replaces_bytes_that_xml_does_not_allow)
{
    struct tw_buffer events = read_one(
        TW_SPAN("<Event><System><Provider Name='a\xff' /></System><EventData><Data>b\x01\xed\xa0"
                "\x80\xef\xbf\xbe\xc3\xa4\0</Data></EventData><UserData>\xfe<x/></UserData>"
                "</Event>"));
    ck_assert_str_eq(events.at, "provider a?\ndata =b???????\xc3\xa4?\nuser \xfe<x/>\n--\n");
    tw_base_buffer_free(&events);
}
END_TEST

START_TEST(refuses_entities)
{
    /* A document type cannot stand inside an element, and one before it is not read at all. */
    struct tw_buffer events =
        read_one(TW_SPAN("<!DOCTYPE Event [<!ENTITY a 'x'>]><Event><System><EventID>1</EventID>"
                         "</System></Event>"));
    ck_assert_str_eq(events.at, "id 1\n--\n");
    tw_base_buffer_free(&events);
    struct tw_event event = {.data_count = 0};
    char memory[100];
    struct tw_format_room room = {.at = memory, .size = sizeof memory};
    ck_assert(!tw_format_event_xml_read(
        TW_SPAN("<!DOCTYPE Event [<!ENTITY a 'x'>]><Event><System><EventID>1</EventID></System>"
                "</Event>"),
        &room, &event));
    ck_assert(!tw_format_event_xml_read(TW_SPAN("<Event>&a;</Event>"), &room, &event));
}
END_TEST

/* `before`, then `part` a number of times, then `behind`. */
static struct tw_buffer repeat(const char *before, const char *part, size_t times,
                               const char *behind)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 20);
    tw_base_buffer_add(&text, tw_base_span(before));
    for (size_t i = 0; i < times; i++) {
        tw_base_buffer_add(&text, tw_base_span(part));
    }
    tw_base_buffer_add(&text, tw_base_span(behind));
    ck_assert_int_eq(text.status, TW_OK);
    return text;
}

START_TEST(bounds_depth_and_values)
{
    struct tw_buffer deep =
        repeat("<Event><System><EventID>1</EventID></System><UserData>", "<a>", 100000, "");
    struct tw_buffer events = read_one(tw_base_buffer_span(&deep));
    ck_assert(tw_base_span_starts(tw_base_buffer_span(&events), TW_SPAN("id 1\nuser <a>")));
    tw_base_buffer_free(&events);
    tw_base_buffer_free(&deep);

    struct tw_buffer many = repeat("<Event><EventData>", "<Data>x</Data>", 70, "</EventData>");
    struct tw_event event = {.data_count = 0};
    char memory[2000];
    struct tw_format_room room = {.at = memory, .size = sizeof memory};
    ck_assert(tw_format_event_xml_read(tw_base_buffer_span(&many), &room, &event));
    ck_assert_uint_eq(event.data_count, TW_EVENT_DATA_MAX);
    ck_assert_uint_eq(event.data_dropped, 70 - TW_EVENT_DATA_MAX);
    tw_base_buffer_free(&many);
}
END_TEST

Suite *tw_suite_format_event_xml(void)
{
    Suite *suite = suite_create("format_event_xml");
    TCase *all = tcase_create("format_event_xml");
    tcase_add_loop_test(all, reads_logs, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, reads_logs_that_are_cut_off, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, knows_where_records_begin, 0, (int)TW_N(starts));
    tcase_add_test(all, replaces_bytes_that_xml_does_not_allow);
    tcase_add_test(all, refuses_entities);
    tcase_add_test(all, bounds_depth_and_values);
    suite_add_tcase(suite, all);
    return suite;
}

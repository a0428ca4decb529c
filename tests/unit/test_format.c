/* test_format.c -- layouts of trace headers, lines that go on, recognition, and the fields of a
 * record. */
#include "format/format.h"
#include "format/format_lines.h"
#include "suites.h"
#include "support_pack.h"

static void expect_span(struct tw_span have, const char *want)
{
    ck_assert_msg(tw_base_span_equal(have, tw_base_span(want)), "\"%.*s\", wanted \"%s\"",
                  (int)have.length, have.at == NULL ? "" : have.at, want);
}

/* ---- headers -----------------------------------------------------------------------------------
 */

#define CRM "Microsoft.Xrm.Tooling.Connector.CrmServiceClient"

static const struct {
    struct tw_span line;
    const char *source; /* NULL: no header */
    const char *severity, *event, *time, *message;
} headers[] = {
    /* a text listener */
    {TW_SPAN_INIT(CRM " Error: 2 : text"), CRM, "Error", "2", "", " text"},
    {TW_SPAN_INIT(CRM " Information: 8 :"), CRM, "Information", "8", "", ""},
    {TW_SPAN_INIT(CRM " Verbose : 16 : x"), CRM, "Verbose", "16", "", " x"},
    {TW_SPAN_INIT("a Start: 1 : x : y"), "a", "Start", "1", "", " x : y"},
    {TW_SPAN_INIT("My-App_1.Log$ Critical: 1 : x"), "My-App_1.Log$", "Critical", "1", "", " x"},
    /* a file listener, with tabs or with what a copy made of them */
    {TW_SPAN_INIT(CRM "\tError\t2\t2/28/2019 11:41:27 AM\ttext"), CRM, "Error", "2",
     "2019-02-28T11:41:27", "text"},
    {TW_SPAN_INIT(CRM "\tError\t2\t28.02.2019 11:41:27  text"), CRM, "Error", "2",
     "2019-02-28T11:41:27", "text"},
    {TW_SPAN_INIT(CRM " Error 2 2/28/2019 11:41:27 PM  text"), CRM, "Error", "2",
     "2019-02-28T23:41:27", "text"},
    {TW_SPAN_INIT(CRM "\tWarning\t4\t2/3/2019 11:41:27 AM\ttext"), CRM, "Warning", "4", "", "text"},
    {TW_SPAN_INIT(CRM "\tError\t2\tsome other culture's time"), CRM, "Error", "2", "",
     "some other culture's time"},
    {TW_SPAN_INIT(CRM "\tError\t2\t2019-02-28T11:41:27Z\tx"), CRM, "Error", "2",
     "2019-02-28T11:41:27Z", "x"},
    /* the log in memory */
    {TW_SPAN_INIT("[Error][2] text"), "", "Error", "2", "", "text"},
    {TW_SPAN_INIT("[Information][8]"), "", "Information", "8", "", ""},
    /* a quotation begins with one */
    {TW_SPAN_INIT("\"" CRM " Error: 2 : text"), CRM, "Error", "2", "", " text"},
    /* none */
    {TW_SPAN_INIT(""), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("Error: 2 : text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT(" " CRM " Error: 2 : text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT(CRM " Error: text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT(CRM " Error: 2 text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT(CRM " Error 2 text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT(CRM " Errors: 2 : text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT(CRM " Failure: 2 : text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("two words Error: 2 : text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("a\0b Error: 2 : text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("[Error] text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("[Error][x] text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("[Errors][2] text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("[Error][2 text"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("Error : The request failed"), NULL, NULL, NULL, NULL, NULL},
    {TW_SPAN_INIT("Source   : mscorlib"), NULL, NULL, NULL, NULL, NULL},
};

START_TEST(reads_headers)
{
    struct tw_trace_header header;
    struct tw_span line = headers[_i].line;
    bool found = tw_format_trace_header(line, &header);
    ck_assert_int_eq(found, headers[_i].source != NULL);
    ck_assert_int_eq(tw_format_crm_trace.starts(line), found);
    if (found) {
        expect_span(header.source, headers[_i].source);
        expect_span(header.severity, headers[_i].severity);
        expect_span(header.event, headers[_i].event);
        ck_assert_str_eq(header.time, headers[_i].time);
        expect_span(tw_base_span_skip(line, header.length), headers[_i].message);
    }
}
END_TEST

/* ---- lines that go on --------------------------------------------------------------------------
 */

static const struct {
    const char *line;
    bool goes_on;
    bool key;
} continuations[] = {
    {"{\"@timestamp\": \"2024-01-05T11:11:11Z\", \"msg\": \"x\"}", false, false},
    {"{", true, false},
    {"\"SchUseStrongCrypto\"=dword:00000001", true, false},
    {"\"quoted text\" = 1", false, false},
    {"", true, false},
    {"  indented", true, false},
    {"\tindented", true, false},
    {"\r", true, false},
    {"at System.Net.HttpWebRequest.GetResponse()", true, false},
    {"bei System.Net.HttpWebRequest.GetResponse()", true, false},
    {"\xe5\x9c\xa8 System.Net", true, false},
    {"\xe5\xa0\xb4\xe6\x89\x80 System.Net", true, false},
    {"--- End of inner exception stack trace ---", true, false},
    {"---> System.Net.WebException: x", true, false},
    {"======================", true, false},
    {"Inner Exception Level 1 :", true, true},
    {"Inner Exception Level 12 :", true, true},
    {"Source : System", true, true},
    {"Source\t: System", true, true},
    {"Source=System", true, true},
    {"Method   : GetResponse", true, true},
    {"DateUTC  : 2019-02-28", true, true},
    {"Error    : The request failed", true, true},
    {"Stack Trace : at", true, true},
    {"HelpLink Url: none", true, true},
    {"ErrorCode : -2147", true, true},
    {"Sources : x", false, false},
    {"Sourced from : x", false, false},
    {"Error in x", false, false},
    {"source : x", false, false},
    {"attention", false, false},
    {"A line of text", false, false},
    {"2019-02-28 11:41:27 x", false, false},
    {CRM " Error: 2 : x", false, false},
    {"[Error][2] x", false, false},
    {"\xff", false, false},
};

START_TEST(knows_lines_that_go_on)
{
    struct tw_span line = tw_base_span(continuations[_i].line);
    ck_assert_int_eq(tw_format_is_continuation(line), continuations[_i].goes_on);
    ck_assert_int_eq(tw_format_is_exception_key(line), continuations[_i].key);
    ck_assert_int_eq(tw_format_text.starts(line), !continuations[_i].goes_on);
}
END_TEST

static const struct {
    const char *line;
    bool entry;
} entries[] = {
    {"2019-02-28 11:41:27 x", true},
    {"[2019-02-28 11:41:27] x", true},
    {"(2019-02-28T11:41:27Z) x", true},
    {"2/3/2019 11:41:27 AM x", true},
    {CRM " Error: 2 : x", true},
    {"[Error][2] x", true},
    {"x 2019-02-28 11:41:27", false},
    {"[x]", false},
    {"", false},
    {"[", false},
    {"Source : x", false},
};

START_TEST(knows_entries)
{
    ck_assert_int_eq(tw_format_is_entry(tw_base_span(entries[_i].line)), entries[_i].entry);
}
END_TEST

/* ---- recognition -------------------------------------------------------------------------------
 */

static const struct {
    const char *head;
    const char *format;
} heads[] = {
    {"", "text"},
    {"\n\n", "text"},
    {"anything at all", "text"},
    {CRM " Error: 2 : x\n", "crm-trace"},
    {CRM "\tError\t2\t2/28/2019 11:41:27 AM\tx\r\n", "crm-trace"},
    {"\r\n\r\n" CRM " Error: 2 : x\r\n", "crm-trace"},
    {"Microsoft.PowerPlatform.Dataverse.Client.ServiceClient Error: 2 : x\n", "crm-trace"},
    {"[Error][2] x\n", "crm-trace"},
    {"some words before\n" CRM " Error: 2 : x\nand behind\n", "crm-trace"},
    /* a source of somebody else's */
    {"My.Own.Program Error: 2 : x\n", "text"},
    /* a trace inside another log */
    {"2019-02-28 11:41:27 a\n2019-02-28 11:41:28 b\n" CRM " Error: 2 : x\n2019-02-28 11:41:29 c\n",
     "text"},
    /* an exception block without a header */
    {"Source : System\nMethod : x\nError : y\nInner Exception Level 1 :\nSource : z\n",
     "crm-trace"},
    {"Source : System\nMethod : x\nError : y\n", "text"},
    {"Error : y\n", "text"},
    {CRM " Error: 2 : cut off without a line end", "crm-trace"},
};

START_TEST(recognises)
{
    ck_assert_str_eq(tw_format_recognise(tw_base_span(heads[_i].head))->name, heads[_i].format);
}
END_TEST

START_TEST(finds_formats_by_name)
{
    for (size_t i = 0; tw_formats[i] != NULL; i++) {
        ck_assert_ptr_eq(tw_format_find(tw_formats[i]->name), tw_formats[i]);
        ck_assert_str_ne(tw_formats[i]->title, "");
    }
    ck_assert_ptr_null(tw_format_find("crm"));
    ck_assert_ptr_null(tw_format_find(""));
}
END_TEST

/* ---- fields ------------------------------------------------------------------------------------
 */

static const struct {
    const struct tw_format *format;
    const char *text;
    const char *provider, *severity, *event, *time, *time_local, *message;
    bool repeats;
} records[] = {
    {&tw_format_crm_trace, CRM " Error: 2 : x\n", CRM, "Error", "2", "", "", " x\n", false},
    {&tw_format_crm_trace, CRM "\tError\t2\t2/28/2019 11:41:27 AM\tx", CRM, "Error", "2", "",
     "2019-02-28T11:41:27", "x", false},
    {&tw_format_crm_trace, CRM "\tError\t2\t2019-02-28T11:41:27Z\tx", CRM, "Error", "2",
     "2019-02-28T11:41:27Z", "", "x", false},
    {&tw_format_crm_trace, "no header\n", "", "", "", "", "", "no header\n", false},
    {&tw_format_crm_trace, CRM " Error: 2 : \nSource : Not Provided\n", CRM, "Error", "2", "", "",
     " \nSource : Not Provided\n", true},
    {&tw_format_crm_trace, CRM " Error: 2 : \nSource : System\nSource : Not Provided\n", CRM,
     "Error", "2", "", "", " \nSource : System\nSource : Not Provided\n", false},
    {&tw_format_text, "2019-02-28T11:41:27Z x\n", "", "", "", "2019-02-28T11:41:27Z", "",
     "2019-02-28T11:41:27Z x\n", false},
    {&tw_format_text, "[2019-02-28 11:41:27] x\n", "", "", "", "", "2019-02-28T11:41:27",
     "[2019-02-28 11:41:27] x\n", false},
    {&tw_format_text, "(28.02.2019 11:41:27,5) x\n", "", "", "", "", "2019-02-28T11:41:27.5",
     "(28.02.2019 11:41:27,5) x\n", false},
    {&tw_format_text, "2/3/2019 11:41:27 x\n", "", "", "", "", "", "2/3/2019 11:41:27 x\n", false},
    {&tw_format_text, CRM " Error: 2 : x\n", CRM, "Error", "2", "", "", " x\n", false},
    {&tw_format_text, "x\n", "", "", "", "", "", "x\n", false},
    {&tw_format_text, "", "", "", "", "", "", "", false},
};

START_TEST(describes_records)
{
    struct tw_record record = {.text = tw_base_span(records[_i].text)};
    records[_i].format->describe(&record);
    expect_span(record.provider, records[_i].provider);
    expect_span(record.severity, records[_i].severity);
    expect_span(record.event, records[_i].event);
    expect_span(record.message, records[_i].message);
    ck_assert_str_eq(record.time, records[_i].time);
    ck_assert_str_eq(record.time_local, records[_i].time_local);
    ck_assert_int_eq(record.repeats, records[_i].repeats);
}
END_TEST

/* ---- exception chains --------------------------------------------------------------------------
 */

#define LEVEL(n) "\nInner Exception Level " #n " :\n"

/* The letters stand in the chains that the digits below them tell. */
static const struct {
    const char *text;
    const char *letters;
    const char *chains;
} chains[] = {
    {"q", "q", "0"},
    {"q" LEVEL(1) "w" LEVEL(2) "z", "qwz", "000"},
    {"q" LEVEL(1) "w" LEVEL(2) "z" LEVEL(1) "k" LEVEL(2) "y", "qwzky", "00011"},
    {"q" LEVEL(1) "w" LEVEL(1) "z" LEVEL(1) "k", "qwzk", "0012"},
    {LEVEL(3) "q" LEVEL(2) "w", "qw", "01"},
    {"q Inner Exception Level w", "qw", "00"},
};

START_TEST(counts_chains)
{
    struct tw_format_chains counted = {.at = 0};
    struct tw_span text = tw_base_span(chains[_i].text);
    size_t from = 0;
    for (size_t i = 0; chains[_i].letters[i] != '\0'; i++) {
        /* The letters are those that the mark does not have. */
        const char *found = strchr(text.at + from, chains[_i].letters[i]);
        ck_assert_ptr_nonnull(found);
        from = (size_t)(found - text.at);
        ck_assert_uint_eq(tw_format_chain(&counted, text, from),
                          (unsigned)(chains[_i].chains[i] - '0'));
        /* Asked again, it is the same. */
        ck_assert_uint_eq(tw_format_chain(&counted, text, from),
                          (unsigned)(chains[_i].chains[i] - '0'));
    }
}
END_TEST

/* ---- who wrote it, and what is no log ----------------------------------------------------------
 */

static const struct {
    const char *one, *other;
    size_t header;
    bool same; /* both name the same thread */
} origins[] = {
    {"[12] a", "[12] b", 0, true},
    {"[12] a", "[13] a", 0, false},
    {"2024-01-05 11:11:11,123 [pool-1-thread-2] INFO a", "x [pool-1-thread-2] b", 0, true},
    {"[http-nio-8080-exec-4] a", "[http-nio-8080-exec-9] a", 0, false},
    {"curl[4711]: a", "curl[4711]: b", 0, true},
    {"[pid 7:tid 9] a", "[pid 7:tid 9] b", 0, true},
    {"{b3e1c2d4-0000-4a5b-8c6d-1234567890ab} a", "{b3e1c2d4-0000-4a5b-8c6d-1234567890ab} b", 0,
     true},
    {"a\n    ThreadId=8\n", "b\n    ThreadId=8\n", 0, true},
    {"System.Net Information: 0 : [5136] a", "System.Net Information: 0 : [5136] b", 28, true},
    /* none at all */
    {"[ERROR] a", "[ERROR] a", 0, false},
    {"a", "a", 0, false},
    {"[", "[", 0, false},
    {"[12", "[12", 0, false},
    {"[Error][2] a", "[Error][2] b", 10, false},
    {"ThreadId=", "ThreadId=", 0, false},
};

START_TEST(tells_who_wrote_an_entry)
{
    uint64_t one = tw_format_origin(tw_base_span(origins[_i].one), origins[_i].header);
    uint64_t other = tw_format_origin(tw_base_span(origins[_i].other), origins[_i].header);
    ck_assert_int_eq(one != 0 && one == other, origins[_i].same);
}
END_TEST

static const struct {
    const char *head;
    bool article;
} articles[] = {
    {"---\ntitle: x\n---\n", true},
    {"# Errors\n", true},
    {"\n\n## Errors\n", true},
    {"### What happens\n", false},
    {"#!/bin/sh\n", false},
    {"2024-01-05 # x\n", false},
    {"", false},
};

START_TEST(knows_articles)
{
    ck_assert_int_eq(tw_format_is_article(tw_base_span(articles[_i].head)), articles[_i].article);
}
END_TEST

START_TEST(knows_rows_of_tables)
{
    ck_assert(tw_format_is_table_row(TW_SPAN("| a | b |\n")));
    ck_assert(tw_format_is_table_row(TW_SPAN("  |a|")));
    ck_assert(!tw_format_is_table_row(TW_SPAN("| a")));
    ck_assert(!tw_format_is_table_row(TW_SPAN("||")));
    ck_assert(!tw_format_is_table_row(TW_SPAN("| a |\n| b |\n")));
    ck_assert(!tw_format_is_table_row(TW_SPAN("")));
}
END_TEST

Suite *tw_suite_format(void)
{
    Suite *suite = suite_create("format");
    TCase *all = tcase_create("format");
    tcase_add_loop_test(all, reads_headers, 0, (int)TW_N(headers));
    tcase_add_loop_test(all, tells_who_wrote_an_entry, 0, (int)TW_N(origins));
    tcase_add_loop_test(all, knows_articles, 0, (int)TW_N(articles));
    tcase_add_test(all, knows_rows_of_tables);
    tcase_add_loop_test(all, knows_lines_that_go_on, 0, (int)TW_N(continuations));
    tcase_add_loop_test(all, knows_entries, 0, (int)TW_N(entries));
    tcase_add_loop_test(all, recognises, 0, (int)TW_N(heads));
    tcase_add_test(all, finds_formats_by_name);
    tcase_add_loop_test(all, describes_records, 0, (int)TW_N(records));
    tcase_add_loop_test(all, counts_chains, 0, (int)TW_N(chains));
    suite_add_tcase(suite, all);
    return suite;
}

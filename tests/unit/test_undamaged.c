/* test_undamaged.c -- logs in which something looks like damage and is none pass byte for byte. */
#include <check.h>

#include "decode/decode.h"
#include "stream_tools.h"
#include "suites.h"
#include "trace_sample.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ROOM ((size_t)64 << 20)

static const char *const undamaged[] = {
    tw_test_trace,
    "",
    "\n",
    /* French: apostrophes, no-break blanks before colons and in guillemets and numbers */
    "Erreur\xC2\xA0: l\xE2\x80\x99op\xC3\xA9ration a \xC3\xA9"
    "chou\xC3\xA9, n\xE2\x80\x99"
    "a pas pu\nSystem.Net.WebException\xC2\xA0: La connexion sous-jacente a \xC3\xA9t\xC3\xA9 "
    "ferm\xC3\xA9\x65\xC2\xA0: Une erreur inattendue s\xE2\x80\x99\x65st produite lors de l\xE2"
    "\x80\x99\x65nvoi.\n   \xC3\xA0 System.Net.HttpWebRequest.GetResponse()\nl\xE2\x80\x99h\xC3\xB4"
    "te \xC2\xAB\xC2\xA0org.crm4.dynamics.com\xC2\xA0\xC2\xBB apr\xC3\xA8s 10\xC2\xA0"
    "000 ms\n",
    /* Chinese: curly quotes around ASCII */
    "System.IO.FileNotFoundException: "
    "\xE6\x9C\xAA\xE8\x83\xBD\xE5\x8A\xA0\xE8\xBD\xBD\xE2\x80\x9CSystem.Net.Http\xE2\x80\x9D\xE6"
    "\x88\x96\xE2\x80\x9CSystem.IO\xE2\x80\x9D\xE7\x9A\x84\n",
    /* .NET 8 puts U+202F before AM */
    "System.Net error at 8:37:50\xE2\x80\xAF"
    "AM\nat 8:37:51\xE2\x80\xAF"
    "AM\nat 8:37:52\xE2\x80\xAFPM\n",
    /* German quotes */
    "Die Datei \xE2\x80\x9ESystem.Net.Http\xE2\x80\x9C wurde nicht gefunden\xE2\x80\xA6\nDie Datei "
    "\xE2\x80\x9EX.Y\xE2\x80\x9C und \xE2\x80\x9EZ\xE2\x80\x9C\n",
    /* curl */
    "*   Trying 1.2.3.4:443...\n* Connected to org.crm.dynamics.com\n> GET / HTTP/1.1\n> Host: "
    "org.crm.dynamics.com\n> User-Agent: curl/7.88.1\n> Accept: */*\n> \n< HTTP/1.1 200 OK\n< "
    "Date: x\n<\n",
    "* Establish HTTP proxy tunnel to org.crm.dynamics.com:443\n> CONNECT org:443 HTTP/1.1\n> "
    "Host: org:443\n> User-Agent: curl\n> Proxy-Connection: Keep-Alive\n>\n",
    /* OpenSSL */
    "CONNECTED(00000003)\n>>> TLS 1.0, RecordHeader [length 0005]\n    16 03 01 00 c5\n>>> TLS "
    "1.2, "
    "Handshake [length 00c5], ClientHello\n    01 00 00 c1 03 03\n<<< TLS 1.2, Alert [length "
    "0002], fatal protocol_version\n    02 46\n",
    "0000 - 16 03 01 00 c5 01 00 00-c1 03 03 5a 6b 1f 00 a1   ...........Zk...\n"
    "0010 - a0 b1 c2 d3 e4 f5 06 17-28 39 4a 5b 6c 7d 8e 9f   ........(9J[l}..\n"
    "0020 - a0 b1 c2 d3 e4 f5 06 17-28 39 4a 5b 6c 7d 8e 9f   ........(9J[l}..\n",
    "a0 b1 c2 d3 e4 f5 06 17 28 39 4a 5b 6c 7d 8e 9f 00 01 02 03 04 05 06 07\n"
    "a0 b1 c2 d3 e4 f5 06 17 28 39 4a 5b 6c 7d 8e 9f 00 01 02 03 04 05 06 07\n"
    "b0 b1 c2 d3 e4 f5 06 17 28 39 4a 5b 6c 7d 8e 9f 00 01 02 03 04 05 06 07\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n"
    "RTESMBAGA1UEChMJQmFsdGltb3JlMRMwEQYDVQQLEwpDeWJlclRydXN0MSIwIAYD\n"
    "gQQDExlCYWx0aW1vcmUgQ3liZXJUcnVzdCBSb290MB4XDTAwMDUxMjE4NDYwMFoX\n"
    "kTI1MDUxMjIzNTkwMFowWjELMAkGA1UEBhMCSUUxEjAQBgNVBAoTCUJhbHRpbW9y\n"
    "-----END CERTIFICATE-----\n",
    /* prompts */
    "PS C:\\> Get-Item |\n>> Where-Object {\n>> $_.Length -gt 1\n>> }\n>>\n",
    ">>> import requests\n>>> requests.get('https://org.crm.dynamics.com')\n>>> exit()\n",
    /* tables, lists, CSV, logfmt, IIS */
    "| name | value |\n| a | b |\n| c | d |\n| e | f |\n",
    "#Fields: date time s-ip cs-method cs-uri-stem sc-status\n2018-02-07 10:11:12 10.0.0.1 GET "
    "/XRMServices/2011/Organization.svc/web 500\n2018-02-07 10:11:13 10.0.0.1 POST /x 200\n",
    "level=error msg=\"could not connect to the organization\" host=org.crm.dynamics.com x=1\n"
    "level=info msg=\"trying again in a moment, this is the second time\" host=org.crm.dyn\n"
    "level=error msg=\"could not connect to the organization\" host=org.crm.dynamics.com y\n",
    "nginx: could not read the configuration of the upstream which is on the other\n"
    "nginx: host and therefore gave up after three attempts to connect to it today\n"
    "nginx: could not read the configuration of the upstream which is on the other\n",
    "error,the connection was closed by the other side of it,org.crm.dynamics.com,443\n"
    "warn,the connection was closed by the other side of it,org.crm.dynamics.com,443,\n"
    "error,the connection was closed by the other side of it,org.crm.dynamics.com,443\n",
    /* JSON and XML are left alone whatever is in them */
    "{\"m\":\"\xE2\x80\x9Cquoted\xE2\x80\x9D \xE2\x80\x94> System. &lt;a&gt; &amp;\"}\n{\"m\":\"> "
    "a\"}\n",
    "[\n  {\"m\": \"&lt;a&gt; &amp;lt;\"}\n]\n",
    "<E2ETraceEvent xmlns=\"x\"><a>&lt;b&gt; &amp; &quot;</a></E2ETraceEvent>\n",
    "Body: <a>&lt;b&gt; &amp; &quot;x&quot;</a>\n",
    "GET /?a=1&amp;b=2\nGET /?c=1&amp;d=2\n",
    /* program text and paths */
    "opened C:\\_work\\_temp\\*.log as CONTOSO\\_svc\npattern \\<word\\> and \\bword\\b\n",
    "************ FaultException - Execute : x |=> y\n** note ** and ** more **\n",
    /* blank lines between entries */
    "Microsoft.Xrm.A Error: 2 : one\n\nMicrosoft.Xrm.A Error: 2 : two\n\nMicrosoft.Xrm.A Error: 2 "
    ": "
    "three\n\nMicrosoft.Xrm.A Error: 2 : four\n",
};

static void check_untouched(struct tw_span text)
{
    for (size_t i = 0; i < TW_TEST_PIECES; i++) {
        struct tw_decode_info info;
        struct tw_read_all read =
            tw_test_read_all(tw_test_decode(text, tw_test_pieces[i], NULL, &info), 0);
        tw_test_same(tw_base_buffer_span(&read.text), text);
        tw_test_repairs(&info, "");
        ck_assert_uint_eq(read.end.offset, text.length);
        tw_base_buffer_free(&read.text);
    }
}

static struct tw_buffer with_carriage_returns(struct tw_span text)
{
    struct tw_buffer out = TW_BUFFER_INIT(ROOM);
    for (size_t i = 0; i < text.length; i++) {
        tw_base_buffer_add(&out,
                           text.at[i] == '\n' ? TW_SPAN("\r\n") : (struct tw_span){text.at + i, 1});
    }
    return out;
}

START_TEST(undamaged_logs_are_not_touched)
{
    struct tw_buffer windows = with_carriage_returns(tw_base_span(undamaged[_i]));
    check_untouched(tw_base_span(undamaged[_i]));
    check_untouched(tw_base_buffer_span(&windows));
    tw_base_buffer_free(&windows);
}
END_TEST

START_TEST(two_marked_lines_in_a_thousand_are_no_quotes)
{
    struct tw_buffer text = TW_BUFFER_INIT(ROOM);
    for (int i = 0; i < 5000; i++) {
        tw_base_buffer_print(&text,
                             "%sstep %d of a task that writes lines of a middling length, as "
                             "many programs do\n",
                             i % 500 == 7 ? "> " : "", i);
    }
    check_untouched(tw_base_buffer_span(&text));
    tw_base_buffer_free(&text);
}
END_TEST

Suite *tw_suite_undamaged(void)
{
    Suite *suite = suite_create("undamaged");
    TCase *cases = tcase_create("undamaged");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, undamaged_logs_are_not_touched, 0, COUNT(undamaged));
    tcase_add_test(cases, two_marked_lines_in_a_thousand_are_no_quotes);
    suite_add_tcase(suite, cases);
    return suite;
}

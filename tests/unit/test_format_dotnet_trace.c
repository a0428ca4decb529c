/* test_format_dotnet_trace.c -- System.Net traces of text listeners: what the bytes of a dump and a
 * translated return code mean. */
#include <stdlib.h>

#include "format/format_dotnet.h"
#include "suites.h"
#include "support_coded.h"
#include "support_pack.h"

#define SOCKET "System.Net.Sockets Verbose: 0 : [51] "
#define SOCKET_FIELDS "provider=System.Net.Sockets severity=Verbose event=0 "
#define NET "System.Net Information: 0 : [51] "
#define NET_FIELDS "provider=System.Net severity=Information event=0 "

static const struct {
    const char *format, *log, *shown;
} logs[] = {
    /* a dump belongs to the line that announces it, also with what TraceOutputOptions append */
    {"dotnet-trace",
     SOCKET "Data from Socket#1::Send\n    DateTime=2018-02-07T11:12:13.5Z\n" SOCKET
            "00000000 : 16 03 01 00 2D 01 00 00-29 03 01 00 : ....\n    ProcessId=7\n" SOCKET
            "Exiting Socket#1::Send()\n",
     SOCKET_FIELDS "time=2018-02-07T11:12:13.5Z \n" SOCKET "Data from Socket#1::Send\n"
                   "ClientHello offers TLS 1.0\n"
                   "    DateTime=2018-02-07T11:12:13.5Z\n" SOCKET
                   "00000000 : 16 03 01 00 2D 01 00 00-29 03 01 00 : ....\n    ProcessId=7\n"
                   "--\n" SOCKET_FIELDS "\n" SOCKET "Exiting Socket#1::Send()\n--\n"},
    /* the head of an alert is read before its body */
    {"dotnet-trace",
     SOCKET "Data from Socket#1::Receive\n" SOCKET "00000000 : 15 03 01 00 02    : .....\n" SOCKET
            "Data from Socket#1::Receive\n" SOCKET "00000005 : 02 46             : .F\n",
     SOCKET_FIELDS
     "\n" SOCKET "Data from Socket#1::Receive\n" SOCKET
     "00000000 : 15 03 01 00 02    : .....\n--\n" SOCKET_FIELDS "\n" SOCKET
     "Data from Socket#1::Receive\nalert received: fatal protocol_version (70)\n" SOCKET
     "00000005 : 02 46             : .F\n--\n"},
    /* a return code between translated words; what the function is called with has none */
    {"dotnet-trace",
     NET "InitializeSecurityContext(In-Buffers 计数为 2，返回的代码为 Unsupported)。\n" NET
         "InitializeSecurityContext(credential = x, inFlags = AllocateMemory)\n" NET
         "InitializeSecurityContext(In-Buffers count=2, returned code=OK).\n",
     NET_FIELDS
     "\n" NET "InitializeSecurityContext(In-Buffers 计数为 2，返回的代码为 Unsupported)。\n"
     "SecurityContext: returned code=Unsupported\n--\n" NET_FIELDS "\n" NET
     "InitializeSecurityContext(credential = x, inFlags = AllocateMemory)\n--\n" NET_FIELDS "\n" NET
     "InitializeSecurityContext(In-Buffers count=2, returned code=OK).\n--\n"},
    /* the lines of a certificate stay together */
    {"dotnet-trace",
     NET "SecureChannel#3 - Remote certificate: [Version]\n  V3\n\n[Issuer]\n  CN=a\n",
     NET_FIELDS "\n" NET
                "SecureChannel#3 - Remote certificate: [Version]\n  V3\n\n[Issuer]\n  CN=a\n"
                "--\n"},
    /* between traces of others, which are fewer */
    {"dotnet-trace", NET "a\nOther.Source Error: 2 : b\n" NET "c\n",
     NET_FIELDS "\n" NET "a\n--\nprovider=Other.Source severity=Error event=2 \n"
                "Other.Source Error: 2 : b\n--\n" NET_FIELDS "\n" NET "c\n--\n"},
    /* no traces of these classes */
    {"text", "System.Network Error: 0 : [51] a\n", ""},
    {"text", "one\ntwo\nthree\nfour\n" NET "a\n", ""},
    {"text", "# Tracing\n" NET "a\n", ""},
    {"crm-trace",
     "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : a\n"
     "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : b\n" NET "a\n",
     ""},
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
    const char *line;
    bool is_dump;
} dumps[] = {
    {SOCKET "00000000 : 16 03", true},
    {SOCKET "0000FFF0 : 16-03 : ..", true},
    {SOCKET "00000000 :", false},
    {SOCKET "00000000 : 1", false},
    {SOCKET "0000000g : 16 03", false},
    {SOCKET "00000000 : 160 3", false},
    {"[51] 00000000 : 16 03", true},
    {"00000000 : 16 03", false},
    {SOCKET "Data from Socket#1", false},
    {"", false},
    {"System.Net Verbose: 0 : [51]", false},
    {"[x] 00000000 : 16 03", false},
};

START_TEST(knows_lines_of_dumps)
{
    ck_assert_int_eq(tw_format_dotnet_is_dump(tw_base_span(dumps[_i].line)), dumps[_i].is_dump);
}
END_TEST

#define RANDOM "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"
#define BYTES(text) TW_SPAN_INIT(text)

static const struct {
    struct tw_span bytes;
    size_t at;
    enum tw_dotnet_way way;
    const char *said;
} bytes[] = {
    /* hellos of clients: SSL 3.0; what TLS 1.3 offers, of which one is made up; a host */
    {BYTES("\x16\x03\x00\x00\x26\x01\x00\x00\x22\x03\x00"), 0, TW_DOTNET_SENT,
     "ClientHello offers SSL 3.0\n"},
    {BYTES("\x16\x03\x01\x00\x3f\x01\x00\x00\x3b\x03\x03" RANDOM "\x00\x00\x02\x13\x01\x01\x00"
           "\x00\x0e\xaa\xaa\x00\x00\x00\x2b\x00\x07\x06\xaa\xaa\x03\x04\x03\x03"),
     0, TW_DOTNET_UNKNOWN, "ClientHello offers TLS 1.3\n"},
    {BYTES("\x16\x03\x01\x00\x3f\x01\x00\x00\x3b\x03\x02" RANDOM "\x00\x00\x02\x13\x01\x01\x00"
           "\x00\x0d\x00\x00\x00\x09\x00\x07\x00\x00\x04\x61\x2e\x62\x63"),
     0, TW_DOTNET_SENT, "ClientHello offers TLS 1.1\nClientHello is for https://a.bc/\n"},
    /* a host that is none, or that is cut off */
    {BYTES("\x16\x03\x01\x00\x3f\x01\x00\x00\x3b\x03\x02" RANDOM "\x00\x00\x02\x13\x01\x01\x00"
           "\x00\x0d\x00\x00\x00\x09\x00\x07\x00\x00\x04\x61\n\x62\x63"),
     0, TW_DOTNET_SENT, "ClientHello offers TLS 1.1\n"},
    {BYTES("\x16\x03\x01\x00\x3f\x01\x00\x00\x3b\x03\x02" RANDOM "\x00\x00\x02\x13\x01\x01\x00"
           "\x00\x0d\x00\x00\x00\x09\x00\x07\x00\x00\x04\x61\x2e\x62"),
     0, TW_DOTNET_SENT, "ClientHello offers TLS 1.1\n"},
    /* in the form of SSL 2.0 */
    {BYTES("\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10\x01"), 0, TW_DOTNET_SENT,
     "ClientHello offers TLS 1.0\n"},
    /* hellos of servers: in a record, and behind its head; TLS 1.3 */
    {BYTES("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03" RANDOM "\x00\xc0\x14\x00"), 0,
     TW_DOTNET_RECEIVED, "ServerHello chooses TLS 1.2\n"},
    {BYTES("\x02\x00\x00\x26\x03\x01" RANDOM "\x00\xc0\x14\x00"), 5, TW_DOTNET_RECEIVED,
     "ServerHello chooses TLS 1.0\n"},
    {BYTES("\x02\x00\x00\x2e\x03\x03" RANDOM "\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04"), 5,
     TW_DOTNET_RECEIVED, "ServerHello chooses TLS 1.3\n"},
    /* alerts: behind another record, either way, of an unknown number, encrypted */
    {BYTES("\x14\x03\x03\x00\x01\x01\x15\x03\x03\x00\x02\x02\x30"), 0, TW_DOTNET_SENT,
     "alert sent: fatal unknown_ca (48)\n"},
    {BYTES("\x15\x03\x03\x00\x02\x01\x00"), 0, TW_DOTNET_UNKNOWN,
     "alert: warning close_notify (0)\n"},
    {BYTES("\x02\x28"), 5, TW_DOTNET_RECEIVED, "alert received: fatal handshake_failure (40)\n"},
    {BYTES("\x02\xc8"), 5, TW_DOTNET_RECEIVED, ""},
    {BYTES("\x03\x28"), 5, TW_DOTNET_RECEIVED, ""},
    {BYTES("\x15\x03\x03\x00\x1a\x02\x28zzzzzzzzzzzzzzzzzzzzzzzz"), 0, TW_DOTNET_RECEIVED, ""},
    /* neither */
    {BYTES("GET / HTTP/1.1\r\n"), 0, TW_DOTNET_SENT, ""},
    {BYTES("\x17\x03\x03\x00\x05hello"), 0, TW_DOTNET_SENT, ""},
    {BYTES("\x15\x03\x01\x00\x02"), 0, TW_DOTNET_RECEIVED, ""},
    {BYTES("\x02\x46"), 0, TW_DOTNET_RECEIVED, ""},
    {BYTES(""), 5, TW_DOTNET_RECEIVED, ""},
};

START_TEST(explains_bytes)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 16);
    tw_format_tls_explain(&text, bytes[_i].bytes, bytes[_i].at, bytes[_i].way);
    tw_base_buffer_add_char(&text, '\0');
    ck_assert_str_eq(text.at, bytes[_i].said);
    tw_base_buffer_free(&text);
}
END_TEST

/* No byte beyond the dumped ones is looked at, wherever the dump ends. */
START_TEST(explains_bytes_that_are_cut_off)
{
    for (size_t length = 0; length <= bytes[_i].bytes.length; length++) {
        struct tw_buffer text = TW_BUFFER_INIT(1u << 16);
        char *copy = malloc(length + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, bytes[_i].bytes.at, length);
        char *tight = realloc(copy, length > 0 ? length : 1);
        ck_assert_ptr_nonnull(tight);
        tw_format_tls_explain(&text, (struct tw_span){tight, length}, bytes[_i].at, bytes[_i].way);
        ck_assert_uint_le(text.length, 100);
        tw_base_buffer_free(&text);
        free(tight);
    }
}
END_TEST

Suite *tw_suite_format_dotnet_trace(void)
{
    Suite *suite = suite_create("format_dotnet_trace");
    TCase *all = tcase_create("format_dotnet_trace");
    tcase_add_loop_test(all, reads_logs, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, reads_logs_that_are_cut_off, 0, (int)TW_N(logs));
    tcase_add_loop_test(all, knows_lines_of_dumps, 0, (int)TW_N(dumps));
    tcase_add_loop_test(all, explains_bytes, 0, (int)TW_N(bytes));
    tcase_add_loop_test(all, explains_bytes_that_are_cut_off, 0, (int)TW_N(bytes));
    suite_add_tcase(suite, all);
    return suite;
}

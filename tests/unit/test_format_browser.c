/* test_format_browser.c -- the logs of browsers and their neighbours that are lines: which text is
 * one, where records begin, and what their headers say. */
#include "base/hash.h"
#include "format/format.h"
#include "suites.h"
#include "support_pack.h"

/* A text, its format, and of its first record time, severity and provider. */
static const struct {
    const char *format;
    const char *text;
    const char *time;
    const char *severity;
    const char *provider;
    const char *message; /* how it begins */
} logs[] = {
    {"chrome-debug", "[1:2:0924/175610.989:ERROR:ssl_client_socket_impl.cc(985)] handshake\nx\n",
     "", "ERROR", "ssl_client_socket_impl.cc(985)", "handshake"},
    {"chrome-debug", "[1:0924/175610.989123:VERBOSE1:net/socket/a.cc:949] x\n", "", "VERBOSE1",
     "net/socket/a.cc:949", "x"},
    {"chrome-debug", "[0924/175610.989:4711:WARNING:a.cc(1)] x\n", "", "WARNING", "a.cc(1)", "x"},
    {"text", "[0924/175610:ERROR:a.cc(1)] x\n", "", "", "", "["},
    {"text", "[1:2:0924/175610.989:LOUD:a.cc(1)] x\n", "", "", "", "["},
    {"text", "[1:2:3:4:0924/175610.989:ERROR:a.cc(1)] x\n", "", "", "", "["},
    {"moz-log",
     "2026-02-03 09:15:01.100200 UTC - [Parent 4120: Socket Thread]: D/pipnss [1f] range\n",
     "2026-02-03T09:15:01.100200Z", "Debug", "pipnss", "[1f] range"},
    {"moz-log", "[(null) 4120: Main Thread]: E/nsHttp x\n", "", "Error", "nsHttp", "x"},
    {"moz-log", "ption [this=1]\n[Parent 4: T]: V/nsHttp x\n", "", "", "", "ption"},
    {"text", "[Parent: Main Thread]: E/nsHttp x\n", "", "", "", "["},
    {"text", "[Parent 4120: Main Thread]: X/nsHttp x\n", "", "", "", "["},
    {"curl-verbose", "*   Trying 192.0.2.1:443...\n* Connected to a.example (192.0.2.1)\n", "", "",
     "", "*   Trying"},
    {"curl-verbose", "11:22:33.123456 * Could not resolve host: a\ncurl: (6) Could not\n", "", "",
     "", "* Could"},
    {"text", "* Trying to be helpful\n* is hard\nbut\nwe\ndo\n", "", "", "", "*"},
    {"text", "* one\n* two\n", "", "", "", "*"},
    {"fiddler", "   -= Fiddler Event Log =-\n10:22:31:4820 x\n", "", "", "", "   -="},
    {"fiddler", "10:22:31:4820 Fiddler x\n", "", "", "", "Fiddler x"},
    {"fiddler", "CONNECT a.example:443 HTTP/1.1\n\nFiddler extracted\n", "", "", "", "CONNECT"},
    {"text", "CONNECT a.example:443 HTTP/1.1\n\n", "", "", "", "CONNECT"},
    {"text", "We use Fiddler:\nCONNECT a.example:443 HTTP/1.1\n", "", "", "", "We"},
};

START_TEST(recognises_and_describes)
{
    struct tw_span text = tw_base_span(logs[_i].text);
    const struct tw_format *format = tw_format_recognise(text);
    ck_assert_str_eq(format->name, logs[_i].format);
    size_t end = 0;
    do {
        (void)tw_base_span_line(text, end, &end);
    } while (end < text.length && !format->starts(tw_base_span_skip(text, end)));
    struct tw_record record = {.text = {text.at, end}};
    format->describe(&record);
    ck_assert_str_eq(record.time, logs[_i].time);
    ck_assert_str_eq(record.time_local, "");
    ck_assert(tw_base_span_equal(record.severity, tw_base_span(logs[_i].severity)));
    ck_assert(tw_base_span_equal(record.provider, tw_base_span(logs[_i].provider)));
    ck_assert(tw_base_span_starts(record.message, tw_base_span(logs[_i].message)));
}
END_TEST

/* A header cut anywhere is a header or none, and is never read beyond its end. */
START_TEST(any_cut_is_described)
{
    struct tw_span text = tw_base_span(logs[_i].text);
    for (size_t length = 0; length <= text.length; length++) {
        struct tw_span cut = {text.at, length};
        for (size_t i = 0; tw_formats[i] != NULL; i++) {
            struct tw_record record = {.text = cut};
            (void)tw_formats[i]->starts(cut);
            (void)tw_formats[i]->bid(cut);
            tw_formats[i]->describe(&record);
            ck_assert_uint_le(record.message.length, length);
        }
    }
}
END_TEST

static uint64_t origin_of(const struct tw_format *format, const char *text)
{
    struct tw_record record = {.text = tw_base_span(text)};
    format->describe(&record);
    return record.origin;
}

START_TEST(origins_are_told_apart)
{
    uint64_t zero = tw_base_hash(TW_HASH_START, TW_SPAN("0"));
    uint64_t seven = tw_base_hash(TW_HASH_START, TW_SPAN("7"));
    ck_assert_uint_eq(origin_of(&tw_format_curl, "* Connected to a (1) port 443 (#0)\n"), zero);
    ck_assert_uint_eq(origin_of(&tw_format_curl, "* Closing connection 7\n"), seven);
    ck_assert_uint_eq(origin_of(&tw_format_curl, "* Connection #7 to host a left intact\n"), seven);
    ck_assert_uint_eq(origin_of(&tw_format_curl, "> GET /(#0) HTTP/1.1\n"), 0);
    ck_assert_uint_eq(origin_of(&tw_format_fiddler, "10:22:31:4820 to a (for #7) failed\n"), seven);
    ck_assert_uint_eq(origin_of(&tw_format_fiddler, "10:22:31:4820 x\n"), 0);
    ck_assert_uint_eq(origin_of(&tw_format_moz_log, "[Parent 1: A]: D/a x\n"),
                      origin_of(&tw_format_moz_log, "[Parent 1: B]: D/b y\n"));
    ck_assert_uint_ne(origin_of(&tw_format_moz_log, "[Parent 1: A]: D/a x\n"),
                      origin_of(&tw_format_moz_log, "[Child 2: A]: D/a x\n"));
}
END_TEST

Suite *tw_suite_format_browser(void)
{
    Suite *suite = suite_create("format_browser");
    TCase *all = tcase_create("lines");
    tcase_add_loop_test(all, recognises_and_describes, 0, TW_N(logs));
    tcase_add_loop_test(all, any_cut_is_described, 0, TW_N(logs));
    tcase_add_test(all, origins_are_told_apart);
    suite_add_tcase(suite, all);
    return suite;
}

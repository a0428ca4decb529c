/* test_format_har.c -- HAR files: where entries begin, and what is read of them. */
#include <stdlib.h>

#include "base/limits.h"
#include "format/format.h"
#include "format/format_json.h"
#include "suites.h"
#include "support_pack.h"

static bool starts(const char *text)
{
    return tw_format_har.starts(tw_base_span(text));
}

/* The text of a record, read from a copy that ends where the record does. */
static struct tw_buffer decoded(const char *text, size_t length, struct tw_record *record)
{
    struct tw_buffer said = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    char *copy = malloc(length + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, length);
    *record = (struct tw_record){.text = {copy, length}};
    ck_assert(tw_format_har.decode(NULL, record, &said));
    tw_base_buffer_add_char(&said, '\0');
    ck_assert_int_eq(said.status, TW_OK);
    free(copy);
    return said;
}

static void expect(const char *text, const char *want)
{
    struct tw_record record;
    struct tw_buffer said = decoded(text, strlen(text), &record);
    ck_assert_str_eq(said.at, want);
    tw_base_buffer_free(&said);
}

START_TEST(recognises_archives)
{
    static const char *const archives[] = {
        "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"x\"},\"entries\":[]}}",
        "\xef\xbb\xbf{\n \"log\" : {\n \"entries\" : [ {",
        "onInputData({\"log\":{\"version\":\"1.1\",\"pages\":[]",
        "  a.b$_1 ( {\"log\":{\"browser\":{},\"creator\":{"};
    static const char *const others[] = {"",
                                         "{",
                                         "{\"log\":[1,2]}",
                                         "{\"log\":{\"version\":\"1.2\"}}",
                                         "{\"log\":\"entries\"}",
                                         "{\"constants\":{\"log\":{\"entries\":[]}}}",
                                         "log {\"log\":{\"entries\":[]}}",
                                         "{\"level\":\"error\",\"log\":{\"entries\":[]}}",
                                         "[{\"log\":{\"entries\":[]}}]"};
    for (size_t i = 0; i < TW_N(archives); i++) {
        ck_assert_str_eq(tw_format_recognise(tw_base_span(archives[i]))->name, "har");
    }
    for (size_t i = 0; i < TW_N(others); i++) {
        ck_assert_uint_eq(tw_format_har.bid(tw_base_span(others[i])), 0);
    }
}
END_TEST

START_TEST(entries_begin_at_their_members)
{
    ck_assert(starts("{\"startedDateTime\":\"2026"));
    ck_assert(starts("{\n   \"time\" : 3,\n \"cache\":{}"));
    ck_assert(starts("{\"_initiator\":{\"type\":\"script\",\"stack\":{"));
    ck_assert(starts("{\"_priority\":\"High\",\"_x\":{\"a\":[1,{}]},\"request\":{"));
    ck_assert(!starts("{"));
    ck_assert(!starts("{}"));
    ck_assert(!starts("{\"name\":\"request\",\"value\":\"response\"}"));
    ck_assert(!starts("{\"type\":\"x\",\"a\":{\"request\":1}}"));
    ck_assert(!starts("{\\\"request\\\":1}"));
    ck_assert(!starts("{ request: 1, \"request\":1 }"));
    ck_assert(!starts("{\"url\":\"x\",\"_initiator\":1}"));
}
END_TEST

START_TEST(an_error_is_a_line_of_the_console)
{
    struct tw_record record;
    static const char text[] =
        "{\"startedDateTime\":\"2026-03-02T09:15:01.310Z\",\"request\":{\"method\":\"GET\","
        "\"url\":\"https:\\/\\/a.example\\/x?token=1\",\"httpVersion\":\"\",\"headers\":["
        "{\"value\":\"Moz\\u0069lla\",\"name\":\"User-Agent\"},{\"name\":\"Cookie\",\"value\":\"s"
        "\"}]},\"response\":{\"status\":0,\"statusText\":\"\",\"content\":{\"text\":\"no\"},"
        "\"_error\":\"net::ERR_FAILED\"},\"serverIPAddress\":\"192.0.2.1\",\"comment\":null}";
    struct tw_buffer said = decoded(text, sizeof text - 1, &record);
    ck_assert_str_eq(said.at, "GET https://a.example/x net::ERR_FAILED\n"
                              "serverIPAddress: 192.0.2.1\nUser-Agent: Mozilla\n");
    ck_assert_str_eq(record.time, "2026-03-02T09:15:01.310Z");
    ck_assert_uint_ne(record.origin, 0);
    tw_base_buffer_free(&said);
}
END_TEST

START_TEST(an_answer_is_a_status_line)
{
    expect(
        "{\"request\":{\"method\":\"GET\",\"url\":\"https://a.example/\",\"httpVersion\":\"h2\"},"
        "\"response\":{\"status\":200,\"statusText\":\"\",\"httpVersion\":\"h2\","
        "\"content\":{\"text\":\"net::ERR_FAILED\"}},"
        "\"_securityDetails\":{\"protocol\":\"TLS 1.3\",\"san\":[\"x\"]}}",
        "GET https://a.example/ HTTP/2 200 OK\nhttpVersion: h2\n"
        "GET https://a.example/ _securityDetails:\nprotocol: TLS 1.3\n");
    expect("{\"request\":{\"method\":\"GET\",\"url\":\"http://a.example/\"},"
           "\"response\":{\"status\":200,\"statusText\":\"OK\",\"httpVersion\":\"HTTP/1.1\"}}",
           "GET http://a.example/: status 200\n");
    expect("{\"request\":{\"method\":\"GET\",\"url\":\"https://a.example/\"},"
           "\"response\":{\"status\":0},\"_securityState\":\"broken\"}",
           "GET https://a.example/: no answer\n_securityState: broken\n");
}
END_TEST

START_TEST(only_a_gateways_page_is_read)
{
    expect("{\"request\":{\"method\":\"GET\",\"url\":\"https://a.example/\"},\"response\":{"
           "\"status\":502,\"content\":{\"encoding\":\"base64\",\"text\":\"YSDDpCBi\\nCg==\"}}}",
           "GET https://a.example/\nHTTP/1.1 502 Bad Gateway\na \xc3\xa4 b\n\n");
    expect("{\"request\":{\"method\":\"GET\",\"url\":\"https://a.example/\"},\"response\":{"
           "\"status\":404,\"content\":{\"text\":\"page\"}}}",
           "GET https://a.example/ HTTP/1.1 404 Not Found\n");
    expect("{\"request\":{\"method\":\"CONNECT\",\"url\":\"https://a.example:443\",\"postData\":{"
           "\"text\":\"hello\"}},\"response\":{\"status\":200,\"content\":{\"text\":\"back\"}}}",
           "CONNECT https://a.example:443 HTTP/1.1 200 OK\nhello\nback\n");
}
END_TEST

START_TEST(errors_may_be_objects)
{
    expect("{\"request\":{\"method\":\"GET\",\"url\":\"https://a.example/\"},\"response\":{"
           "\"status\":0,\"_error\":{\"code\":\"ECONNRESET\",\"message\":\"read \\\"it\\\"\"}}}",
           "GET https://a.example/: no answer\ncode: ECONNRESET\nError: read \"it\"\n");
    expect("{\"log\":{\"creator\":{\"version\":\"1\",\"name\":\"Firefox\"},\"entries\":[",
           "creator: Firefox 1\n");
    expect("{\"startedDateTime\":\"2026-03-02T09:15:01Z\",\"id\":\"page_1\",\"title\":\"net::\"}",
           "");
}
END_TEST

START_TEST(the_end_of_a_cut_entry_is_read)
{
    expect("aaa \\\"_error\":\"net::ERR_FAILED\"}}", "");
    expect("aaa\"},\"_transferSize\":0,\"_error\": \"net::ERR_FAILED\"}}",
           "Error: net::ERR_FAILED\n");
    expect("aaa", "");
}
END_TEST

START_TEST(any_cut_is_read)
{
    struct tw_record record;
    static const char text[] =
        "{\"cache\":{},\"request\":{\"method\":\"G\\u0041\\ud83d\\ude00\\\\\",\"url\":\"https://"
        "a\","
        "\"headers\":[{\"name\":\"Via\",\"value\":\"\\\"x\\\"\"}]},\"response\":{\"status\":502,"
        "\"content\":{\"text\":\"\\ud83d\\ud83d\\u12\"}}}";
    for (size_t length = 0; length < sizeof text; length++) {
        struct tw_buffer said = decoded(text, length, &record);
        ck_assert(length < 60 || strstr(said.at, "GA\xf0\x9f\x98\x80") != NULL);
        tw_base_buffer_free(&said);
    }
}
END_TEST

START_TEST(walks_to_any_depth)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 20);
    struct tw_json_walk walk;
    size_t opened = 0;
    for (size_t i = 0; i < 100000; i++) {
        tw_base_buffer_add(&text, TW_SPAN("{\"a\":["));
    }
    walk = (struct tw_json_walk){.text = tw_base_buffer_span(&text)};
    for (enum tw_json_token token; (token = tw_json_next(&walk)) != TW_JSON_END;) {
        opened += token == TW_JSON_OPEN;
    }
    ck_assert_uint_eq(opened, 200000);
    tw_base_buffer_free(&text);
}
END_TEST

Suite *tw_suite_format_har(void)
{
    Suite *suite = suite_create("format_har");
    TCase *all = tcase_create("archives");
    tcase_add_test(all, recognises_archives);
    tcase_add_test(all, entries_begin_at_their_members);
    tcase_add_test(all, an_error_is_a_line_of_the_console);
    tcase_add_test(all, an_answer_is_a_status_line);
    tcase_add_test(all, only_a_gateways_page_is_read);
    tcase_add_test(all, errors_may_be_objects);
    tcase_add_test(all, the_end_of_a_cut_entry_is_read);
    tcase_add_test(all, any_cut_is_read);
    tcase_add_test(all, walks_to_any_depth);
    suite_add_tcase(suite, all);
    return suite;
}

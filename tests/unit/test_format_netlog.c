/* test_format_netlog.c -- NetLogs: events linked by their sources, numbers by the log's dictionary,
 * files that are cut off or have no dictionary. */
#include <stdio.h>

#include "format/format_netlog.h"
#include "suites.h"
#include "support_coded.h"
#include "support_pack.h"

#define NAMES                                                                                      \
    "{\"constants\":{\"clientInfo\":{\"name\":\"Chromium\",\"version\":\"120.0\"},"                \
    "\"logEventPhase\":{\"PHASE_BEGIN\":1,\"PHASE_END\":2,\"PHASE_NONE\":0},"                      \
    "\"logEventTypes\":{\"SSL_CONNECT\":65,\"SSL_HANDSHAKE_ERROR\":73,"                            \
    "\"URL_REQUEST_START_JOB\":136,\"X\":7},"                                                      \
    "\"netError\":{\"ERR_ABORTED\":-3,\"ERR_NAME_NOT_RESOLVED\":-105,\"FAILED\":-2},"              \
    "\"timeTickOffset\":1700000000000},\n\"events\": [\n"
#define BROWSER "\n\"clientInfo\":{\"name\":\"Chromium\",\"version\":\"120.0\"}\n--\n"
#define EVENT(params, phase, id, type)                                                             \
    "{\"params\":" params ",\"phase\":" phase ",\"source\":{\"id\":" id                            \
    ",\"start_time\":\"9\",\"type\":1},\"time\":\"1500\",\"type\":" type "},\n"
#define TIME "time=2023-11-14T22:13:21.500Z "

static const struct {
    const char *log, *shown;
} logs[] = {
    /* the request's host goes with its socket; the error has the name of the dictionary */
    {NAMES EVENT("{\"url\":\"https://a.example/x?y\"}", "1", "20", "136")
         EVENT("{\"source_dependency\":{\"id\":20,\"type\":1}}", "0", "21", "7")
             EVENT("{\"source_dependency\":{\"id\":22,\"type\":1}}", "0", "21", "7")
                 EVENT("{\"error_lib\":16,\"error_reason\":1070}", "0", "22", "73")
                     EVENT("{\"net_error\":-105}", "2", "20", "136"),
     BROWSER TIME
     "\n--\n" TIME "\n--\n" TIME "\n--\n" TIME
     "\nhttps://a.example/\n{\"error_lib\":16,\"error_reason\":1070}\n--\n" TIME
     "\nGET https://a.example/ net::ERR_NAME_NOT_RESOLVED\n{\"net_error\":-105}\n--\n"},
    /* a name without ERR_; given up is no failure; begun is no result; another event */
    {NAMES EVENT("{\"net_error\":-2}", "2", "20", "136")
         EVENT("{\"net_error\":-3}", "2", "20", "136") EVENT("{\"net_error\":-2}", "1", "20", "136")
             EVENT("{\"net_error\":-2}", "2", "20", "7"),
     BROWSER TIME "\nnet::ERR_FAILED\n{\"net_error\":-2}\n--\n" TIME "\n--\n" TIME "\n--\n" TIME
                  "\n--\n"},
    /* without a dictionary what is told by its parameters is read */
    {EVENT("{\"error_lib\":16,\"error_reason\":240}", "0", "22", "73")
         EVENT("{\"cipher_suite\":4865}", "2", "22", "65") EVENT("{\"a\":1}", "2", "22", "1"),
     "\n{\"error_lib\":16,\"error_reason\":240}\n--\n\n{\"cipher_suite\":4865}\n--\n\n--\n"},
};

START_TEST(reads)
{
    tw_test_expect_coded("netlog", logs[_i].log, logs[_i].shown);
}
END_TEST

START_TEST(may_be_cut_off_anywhere)
{
    tw_test_expect_coded_cut(logs[_i].log);
}
END_TEST

static void learn(struct tw_netlog *netlog, const char *line)
{
    tw_netlog_link(netlog, tw_base_span(line));
}

START_TEST(requests_for_two_hosts_stay_two)
{
    struct tw_netlog *netlog = tw_format_netlog.begin(TW_SPAN("{\"constants\":{}"));
    learn(netlog, EVENT("{\"url\":\"https://a.example/\"}", "1", "10", "7"));
    learn(netlog, EVENT("{\"url\":\"https://b.example:444/\"}", "1", "11", "7"));
    learn(netlog, EVENT("{\"source_dependency\":{\"id\":10,\"type\":1}}", "0", "12", "7"));
    learn(netlog, EVENT("{\"source_dependency\":{\"id\":12,\"type\":1}}", "0", "11", "7"));
    ck_assert_uint_eq(tw_netlog_root(netlog, 12), 10);
    ck_assert_uint_eq(tw_netlog_root(netlog, 11), 11);
    ck_assert(tw_base_span_equal(tw_netlog_site(netlog, 12), TW_SPAN("https://a.example")));
    ck_assert(tw_base_span_equal(tw_netlog_site(netlog, 11), TW_SPAN("https://b.example:444")));
    tw_format_netlog.end(netlog);
}
END_TEST

START_TEST(forgets_what_is_long_ago)
{
    struct tw_netlog *netlog = tw_format_netlog.begin(TW_SPAN("{\"constants\":{}"));
    char line[256];
    learn(netlog, EVENT("{\"url\":\"https://a.example/\"}", "1", "10", "7"));
    (void)snprintf(line, sizeof line,
                   "{\"params\":{\"url\":\"https://b.example/\"},\"source\":{\"id\":%u}}",
                   10 + TW_NETLOG_SOURCES);
    learn(netlog, line);
    ck_assert_uint_eq(tw_netlog_site(netlog, 10).length, 0);
    ck_assert_uint_gt(tw_netlog_site(netlog, 10 + TW_NETLOG_SOURCES).length, 0);
    tw_format_netlog.end(netlog);
}
END_TEST

Suite *tw_suite_format_netlog(void)
{
    Suite *suite = suite_create("format_netlog");
    TCase *all = tcase_create("netlog");
    tcase_add_loop_test(all, reads, 0, TW_N(logs));
    tcase_add_loop_test(all, may_be_cut_off_anywhere, 0, TW_N(logs));
    tcase_add_test(all, requests_for_two_hosts_stay_two);
    tcase_add_test(all, forgets_what_is_long_ago);
    suite_add_tcase(suite, all);
    return suite;
}

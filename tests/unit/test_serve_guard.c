/* test_serve_guard.c -- who may ask tlswhy serve. */
#include <stdlib.h>
#include <string.h>

#include "serve/serve_guard.h"
#include "suites.h"

static struct tw_serve_own at(const char *listen)
{
    struct tw_serve_own own;
    ck_assert(tw_serve_guard_listen(listen, &own));
    return own;
}

START_TEST(listen_takes_addresses)
{
    static const struct {
        const char *text, *address;
        uint16_t port;
        bool loopback, any;
    } good[] = {
        {"127.0.0.1:8765", "127.0.0.1", 8765, true, false},
        {"8080", "127.0.0.1", 8080, true, false},
        {"localhost:1", "127.0.0.1", 1, true, false},
        {"127.3.2.1:0", "127.3.2.1", 0, true, false},
        {"[::1]:65535", "[::1]", 65535, true, false},
        {"0.0.0.0:80", "0.0.0.0", 80, false, true},
        {"[::]:80", "[::]", 80, false, true},
        {"10.1.2.3:80", "10.1.2.3", 80, false, false},
        {"[fe80::1]:80", "[fe80::1]", 80, false, false},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct tw_serve_own own = at(good[i].text);
        ck_assert_str_eq(own.address, good[i].address);
        ck_assert_uint_eq(own.port, good[i].port);
        ck_assert(own.loopback == good[i].loopback && own.any == good[i].any);
    }
}
END_TEST

START_TEST(listen_refuses_the_rest)
{
    static const char *const bad[] = {
        "",         ":80",          "127.0.0.1",     "127.0.0.1:",  "a:80",          "::1:80",
        "[::1]",    "[::1:80",      "[]:80",         "1.2.3.4:+80", "1.2.3.4:65536", "1.2.3.4: 80",
        "1.2.3:80", "[1.2.3.4]:80", "1.2.3.4:080000"};
    struct tw_serve_own own;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!tw_serve_guard_listen(bad[i], &own), "takes %s", bad[i]);
    }
}
END_TEST

START_TEST(host_is_a_name_that_no_dns_server_decides_on)
{
    static const char *const good[] = {"127.0.0.1:8765", "localhost:8765", "LocalHost:8765",
                                       "[::1]:8765",     "127.9.9.9:8765", "[0:0::1]:8765"};
    static const char *const bad[] = {"",
                                      "127.0.0.1",
                                      "127.0.0.1:8766",
                                      "127.0.0.1:8765 ",
                                      "127.0.0.1:08765x",
                                      "evil.example:8765",
                                      "localhost.evil.example:8765",
                                      "localhost.:8765",
                                      "127.1:8765",
                                      "2130706433:8765",
                                      "0.0.0.0:8765",
                                      "10.0.0.1:8765",
                                      "[::1:8765",
                                      "[::1]8765",
                                      "[::ffff:10.0.0.1]:8765",
                                      "[::1]:8765:8765",
                                      "a@127.0.0.1:8765"};
    struct tw_serve_own own = at("127.0.0.1:8765");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(tw_serve_guard_host(&own, good[i]), "refuses %s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!tw_serve_guard_host(&own, bad[i]), "takes %s", bad[i]);
    }
    ck_assert(!tw_serve_guard_host(&own, NULL));
    own = at("127.0.0.1:80");
    ck_assert(tw_serve_guard_host(&own, "localhost"));
}
END_TEST

START_TEST(host_elsewhere_is_the_told_address)
{
    struct tw_serve_own own = at("10.0.0.1:8765");
    ck_assert(tw_serve_guard_host(&own, "10.0.0.1:8765"));
    ck_assert(!tw_serve_guard_host(&own, "10.0.0.2:8765"));
    ck_assert(!tw_serve_guard_host(&own, "localhost:8765"));
    own = at("0.0.0.0:8765");
    ck_assert(tw_serve_guard_host(&own, "10.0.0.2:8765"));
    ck_assert(tw_serve_guard_host(&own, "localhost:8765"));
    ck_assert(!tw_serve_guard_host(&own, "evil.example:8765"));
}
END_TEST

START_TEST(origin_is_the_host_itself)
{
    static const char *const bad[] = {"",
                                      "null",
                                      "http://",
                                      "http://127.0.0.1:8765/",
                                      "https://127.0.0.1:8765",
                                      "http://localhost:8765",
                                      "http://127.0.0.1:8766",
                                      "http://evil.example:8765"};
    struct tw_serve_own own = at("127.0.0.1:8765");
    ck_assert(tw_serve_guard_origin(&own, "127.0.0.1:8765", NULL));
    ck_assert(tw_serve_guard_origin(&own, "127.0.0.1:8765", "http://127.0.0.1:8765"));
    ck_assert(tw_serve_guard_origin(&own, "localhost:8765", "http://LOCALHOST:8765"));
    ck_assert(!tw_serve_guard_origin(&own, NULL, "http://127.0.0.1:8765"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!tw_serve_guard_origin(&own, "127.0.0.1:8765", bad[i]), "takes %s", bad[i]);
    }
}
END_TEST

START_TEST(other_sites_are_refused)
{
    ck_assert(tw_serve_guard_site(NULL));
    ck_assert(tw_serve_guard_site("none"));
    ck_assert(tw_serve_guard_site("same-origin"));
    ck_assert(!tw_serve_guard_site("same-site"));
    ck_assert(!tw_serve_guard_site("cross-site"));
    ck_assert(!tw_serve_guard_site(""));
    ck_assert(!tw_serve_guard_site("Same-Origin"));
}
END_TEST

Suite *tw_suite_serve_guard(void)
{
    Suite *suite = suite_create("serve_guard");
    TCase *test = tcase_create("serve_guard");
    tcase_add_test(test, listen_takes_addresses);
    tcase_add_test(test, listen_refuses_the_rest);
    tcase_add_test(test, host_is_a_name_that_no_dns_server_decides_on);
    tcase_add_test(test, host_elsewhere_is_the_told_address);
    tcase_add_test(test, origin_is_the_host_itself);
    tcase_add_test(test, other_sites_are_refused);
    suite_add_tcase(suite, test);
    return suite;
}

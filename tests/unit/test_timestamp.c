/* test_timestamp.c -- the times that logs print: what is read, what is not, what stays unknown. */
#include <stdlib.h>

#include "base/timestamp.h"
#include "suites.h"
#include "support_pack.h"

static const struct {
    const char *text;
    const char *time; /* NULL: none; "": read, but not known */
    bool zoned;
    size_t rest; /* bytes behind it */
} rows[] = {
    /* ISO 8601 and RFC 3339 */
    {"2019-02-28T11:41:27Z", "2019-02-28T11:41:27Z", true, 0},
    {"2019-02-28 11:41:27", "2019-02-28T11:41:27", false, 0},
    {"2019-02-28 11:41:27 message", "2019-02-28T11:41:27", false, 8},
    {"2019-02-28T11:41:27.123456789Z", "2019-02-28T11:41:27.123456789Z", true, 0},
    {"2019-02-28T11:41:27.12345678912Z", "2019-02-28T11:41:27.123456789Z", true, 0},
    {"2019-02-28 11:41:27,123 x", "2019-02-28T11:41:27.123", false, 2},
    {"2019-02-28T11:41:27+01:00", "2019-02-28T11:41:27+01:00", true, 0},
    {"2019-02-28T11:41:27-0530", "2019-02-28T11:41:27-05:30", true, 0},
    {"2019-02-28T11:41:27.5+14:00", "2019-02-28T11:41:27.5+14:00", true, 0},
    {"2019-02-28T11:41:27+15:00", "2019-02-28T11:41:27", false, 6},
    {"2019-02-28T11:41:27+1", "2019-02-28T11:41:27", false, 2},
    {"2019-02-28T11:41:27.", "2019-02-28T11:41:27", false, 1},
    {"2019/02/28 11:41:27", "2019-02-28T11:41:27", false, 0},
    {"2019-2-8  1:41:27", "2019-02-08T01:41:27", false, 0},
    {"2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z", true, 0},
    {"2020-02-29T00:00:00Z", "2020-02-29T00:00:00Z", true, 0},
    /* cultures */
    {"2/28/2019 11:41:27 AM", "2019-02-28T11:41:27", false, 0},
    {"2/28/2019 11:41:27 PM", "2019-02-28T23:41:27", false, 0},
    {"2/28/2019 12:00:00 AM", "2019-02-28T00:00:00", false, 0},
    {"2/28/2019 12:00:00 PM", "2019-02-28T12:00:00", false, 0},
    {"2/28/2019 1:02:03 PM: x", "2019-02-28T13:02:03", false, 3},
    {"28.02.2019 11:41:27", "2019-02-28T11:41:27", false, 0},
    {"28/02/2019 11:41:27", "2019-02-28T11:41:27", false, 0},
    {"28-02-2019 11:41:27", "2019-02-28T11:41:27", false, 0},
    {"5/5/2019 11:41:27", "2019-05-05T11:41:27", false, 0},
    {"2/3/2019 11:41:27 AM", "", false, 0},
    {"12/11/2019 11:41:27", "", false, 0},
    {"12.13.2019 11:41:27", "2019-12-13T11:41:27", false, 0},
    /* none */
    {"", NULL, false, 0},
    {"message", NULL, false, 0},
    {" 2019-02-28 11:41:27", NULL, false, 0},
    {"2019-02-28", NULL, false, 0},
    {"2019-02-28 ", NULL, false, 0},
    {"2019-02-28 11:41", NULL, false, 0},
    {"2019-02-28x11:41:27", NULL, false, 0},
    {"2019-13-28 11:41:27", NULL, false, 0},
    {"2019-00-28 11:41:27", NULL, false, 0},
    {"2019-02-00 11:41:27", NULL, false, 0},
    {"2019-02-32 11:41:27", NULL, false, 0},
    {"2019-02-30 11:41:27", NULL, false, 0},
    {"2019-02-29 11:41:27", NULL, false, 0},
    {"2019-04-31 11:41:27", NULL, false, 0},
    {"2019-02-28 24:00:00", NULL, false, 0},
    {"2019-02-28 11:60:00", NULL, false, 0},
    {"2019-02-28 11:00:61", NULL, false, 0},
    {"1969-12-31 11:00:00", NULL, false, 0},
    {"13/13/2019 11:41:27", NULL, false, 0},
    {"28.02.19 11:41:27", NULL, false, 0},
    {"2/28/2019 13:41:27 AM", NULL, false, 0},
    {"2/28/2019 25:41:27 PM", NULL, false, 0},
    {"10.0.2019 11:41:27", NULL, false, 0},
};

START_TEST(reads_times)
{
    char time[TW_TIMESTAMP_BYTES] = "before";
    bool zoned = true;
    struct tw_span text = tw_base_span(rows[_i].text);
    size_t length = tw_base_timestamp(text, time, &zoned);
    ck_assert_uint_eq(length, rows[_i].time == NULL ? 0 : text.length - rows[_i].rest);
    ck_assert_str_eq(time, rows[_i].time == NULL ? "" : rows[_i].time);
    ck_assert_int_eq(zoned, rows[_i].zoned);
}
END_TEST

/* A time that is cut anywhere, in memory that ends there. */
START_TEST(reads_no_farther_than_the_text)
{
    static const char whole[] = "2019-02-28T11:41:27.123+01:00";
    static const char american[] = "12/28/2019 11:41:27.5 PM";
    const char *text = _i == 0 ? whole : american;
    for (size_t length = 0; length <= strlen(text); length++) {
        char time[TW_TIMESTAMP_BYTES];
        bool zoned;
        char *copy = malloc(length + (length == 0));
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, text, length);
        size_t taken = tw_base_timestamp((struct tw_span){copy, length}, time, &zoned);
        ck_assert_uint_le(taken, length);
        free(copy);
    }
}
END_TEST

Suite *tw_suite_timestamp(void)
{
    Suite *suite = suite_create("timestamp");
    TCase *all = tcase_create("timestamp");
    tcase_add_loop_test(all, reads_times, 0, (int)TW_N(rows));
    tcase_add_loop_test(all, reads_no_farther_than_the_text, 0, 2);
    suite_add_tcase(suite, all);
    return suite;
}

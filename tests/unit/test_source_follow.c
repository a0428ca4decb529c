/* test_source_follow.c -- a followed log with a clock of the test's own. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/source_follow.h"
#include "suites.h"

static char folder[64];
static char path[128];
static char rotated[128];

static bool is_part(const char *log, const char *sibling)
{
    return strncmp(log, sibling, strlen(log)) == 0 && strlen(sibling) == strlen(log) + 2;
}

static void put(const char *to, const char *mode, const char *text)
{
    FILE *file = fopen(to, mode);
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void set_up(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/tw_follow_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/a.log", folder);
    (void)snprintf(rotated, sizeof rotated, "%s/a.log.1", folder);
}

static void tear_down(void)
{
    (void)unlink(path);
    (void)unlink(rotated);
    (void)rmdir(folder);
}

static void expect(struct tw_follow *follow, uint64_t now, enum tw_follow_news news,
                   const char *text)
{
    char bytes[256];
    size_t got = 0;
    ck_assert_int_eq(tw_follow_read(follow, now, bytes, sizeof bytes, &got), news);
    ck_assert_uint_eq(got, strlen(text));
    ck_assert_int_eq(memcmp(bytes, text, got), 0);
}

static struct tw_follow *open_log(void)
{
    struct tw_follow *follow = NULL;
    ck_assert_int_eq(tw_follow_new(&follow, path, is_part, false, NULL), TW_OK);
    return follow;
}

/* A renamed file is read for the time of grace, and then its successor. */
START_TEST(test_rename)
{
    struct tw_follow *follow = open_log();
    expect(follow, 0, TW_FOLLOW_NOTHING, "");
    put(path, "w", "one");
    expect(follow, 1, TW_FOLLOW_BYTES, "one");
    ck_assert_int_eq(rename(path, rotated), 0);
    expect(follow, 2, TW_FOLLOW_NOTHING, "");
    put(path, "w", "two");
    expect(follow, 10, TW_FOLLOW_NOTHING, "");
    ck_assert(tw_follow_is_leaving(follow));
    put(rotated, "a", "late");
    expect(follow, 20, TW_FOLLOW_BYTES, "late");
    expect(follow, 30, TW_FOLLOW_NOTHING, "");
    expect(follow, 30 + TW_FOLLOW_GRACE - 1, TW_FOLLOW_NOTHING, "");
    expect(follow, 30 + TW_FOLLOW_GRACE, TW_FOLLOW_PART, "");
    expect(follow, 31 + TW_FOLLOW_GRACE, TW_FOLLOW_BYTES, "two");
    tw_follow_free(follow);
}
END_TEST

/* A file that is cut off begins anew, also where it has grown beyond the old place meanwhile. */
START_TEST(test_truncate)
{
    struct tw_follow *follow = open_log();
    put(path, "w", "first");
    expect(follow, 0, TW_FOLLOW_BYTES, "first");
    put(path, "w", "2");
    expect(follow, 1, TW_FOLLOW_PART, "");
    expect(follow, 1, TW_FOLLOW_BYTES, "2");
    put(path, "w", "third and longer");
    expect(follow, 2, TW_FOLLOW_PART, "");
    expect(follow, 2, TW_FOLLOW_BYTES, "third and longer");
    tw_follow_free(follow);
}
END_TEST

/* A place is found again under another name, and not in a file that only has its number. */
START_TEST(test_resume)
{
    struct tw_follow_place place;
    struct tw_follow *follow = open_log();
    put(path, "w", "one");
    expect(follow, 0, TW_FOLLOW_BYTES, "one");
    tw_follow_place(follow, &place);
    tw_follow_free(follow);
    put(path, "a", "more");
    ck_assert_int_eq(rename(path, rotated), 0);
    put(path, "w", "two");
    follow = open_log();
    ck_assert(tw_follow_resume(follow, &place));
    expect(follow, 0, TW_FOLLOW_BYTES, "more");
    expect(follow, 1, TW_FOLLOW_NOTHING, "");
    expect(follow, 1 + TW_FOLLOW_GRACE, TW_FOLLOW_PART, "");
    expect(follow, 2 + TW_FOLLOW_GRACE, TW_FOLLOW_BYTES, "two");
    tw_follow_free(follow);
    put(rotated, "w", "another file");
    follow = open_log();
    ck_assert(!tw_follow_resume(follow, &place));
    tw_follow_free(follow);
}
END_TEST

Suite *tw_suite_source_follow(void)
{
    Suite *suite = suite_create("source_follow");
    TCase *tests = tcase_create("follow");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_rename);
    tcase_add_test(tests, test_truncate);
    tcase_add_test(tests, test_resume);
    suite_add_tcase(suite, tests);
    return suite;
}

/* test_walk.c -- which files a path stands for: names, folders, globs, links, what cannot be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "source/walk.h"
#include "suites.h"
#include "support_pack.h"

static char folder[TW_SUPPORT_PATH];
static struct tw_source_paths paths;

static void begin(void)
{
    char from[128];
    char to[128];
    tw_support_folder(folder);
    paths = (struct tw_source_paths){.at = NULL};
    tw_support_write(folder, "b.log", TW_SPAN("b"));
    tw_support_write(folder, "a.txt", TW_SPAN("a"));
    tw_support_write(folder, ".hidden.log", TW_SPAN("h"));
    tw_support_write(folder, "sub/c.log", TW_SPAN("c"));
    tw_support_write(folder, "sub/%s.log", TW_SPAN("d"));
    (void)snprintf(from, sizeof from, "%s/link.log", folder);
    (void)snprintf(to, sizeof to, "%s/b.log", folder);
    ck_assert_int_eq(symlink(to, from), 0);
    (void)snprintf(from, sizeof from, "%s/loop", folder);
    ck_assert_int_eq(symlink(folder, from), 0);
    (void)snprintf(from, sizeof from, "%s/fifo.log", folder);
    ck_assert_int_eq(mkfifo(from, 0600), 0);
}

static void end(void)
{
    tw_source_paths_free(&paths);
    tw_support_remove(folder);
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct tw_source_path *)left)->path,
                  ((const struct tw_source_path *)right)->path);
}

/* The paths below the folder, in order; a named one with !, one that failed with its reason. */
static void expect_paths(const char *want)
{
    struct tw_buffer have = TW_BUFFER_INIT(1u << 16);
    if (paths.count > 0) {
        qsort(paths.at, paths.count, sizeof *paths.at, by_path);
    }
    for (size_t i = 0; i < paths.count; i++) {
        const char *path = paths.at[i].path;
        size_t skip = strncmp(path, folder, strlen(folder)) == 0 ? strlen(folder) : 0;
        tw_base_buffer_print(&have, "%s%s", path + skip, paths.at[i].named ? "!" : "");
        if (paths.at[i].failure != NULL) {
            tw_base_buffer_print(&have, "(%s)", paths.at[i].failure);
        }
        tw_base_buffer_add_char(&have, ' ');
    }
    tw_base_buffer_add_char(&have, '\0');
    ck_assert_str_eq(have.at, want);
    tw_base_buffer_free(&have);
}

static void walk(const char *below, const struct tw_source_filter *filter)
{
    static const struct tw_source_filter all = {.include = NULL};
    char path[256];
    struct tw_error error = {.message = ""};
    (void)snprintf(path, sizeof path, "%s%s", folder, below);
    ck_assert_int_eq(tw_source_walk(&paths, path, filter == NULL ? &all : filter, &error), TW_OK);
}

static const struct {
    const char *below;
    const char *want;
} named[] = {
    {"", "/.hidden.log /a.txt /b.log /sub/%s.log /sub/c.log "},
    {"/", "/.hidden.log /a.txt /b.log /sub/%s.log /sub/c.log "},
    {"/sub", "/sub/%s.log /sub/c.log "},
    {"/b.log", "/b.log! "},
    {"/link.log", "/link.log! "},
    {"/fifo.log", "/fifo.log! "},
    {"/none.log", "/none.log!(No such file or directory) "},
    {"/b.log/x", "/b.log/x!(Not a directory) "},
};

START_TEST(lists_what_a_path_stands_for)
{
    walk(named[_i].below, NULL);
    expect_paths(named[_i].want);
}
END_TEST

START_TEST(takes_standard_input)
{
    static const struct tw_source_filter all = {.include = NULL};
    struct tw_error error;
    ck_assert_int_eq(tw_source_walk(&paths, "-", &all, &error), TW_OK);
    expect_paths("-! ");
}
END_TEST

static const struct {
    const char *include[3];
    const char *exclude[3];
    const char *want;
} filters[] = {
    {{"*.log"}, {NULL}, "/.hidden.log /b.log /sub/%s.log /sub/c.log "},
    {{"b*", "*.txt"}, {NULL}, "/a.txt /b.log "},
    {{NULL}, {"*.log"}, "/a.txt "},
    {{"*.log"}, {"c.*", ".h*"}, "/b.log /sub/%s.log "},
    {{"*/sub/*"}, {NULL}, "/sub/%s.log /sub/c.log "},
    {{"sub"}, {NULL}, ""},
    {{"nothing"}, {NULL}, ""},
};

START_TEST(filters_what_lies_in_folders)
{
    struct tw_source_filter filter = {filters[_i].include, 0, filters[_i].exclude, 0};
    while (filters[_i].include[filter.include_count] != NULL) {
        filter.include_count++;
    }
    while (filters[_i].exclude[filter.exclude_count] != NULL) {
        filter.exclude_count++;
    }
    walk("", &filter);
    expect_paths(filters[_i].want);
}
END_TEST

/* What the user named is looked at, whatever the globs say. */
START_TEST(does_not_filter_what_was_named)
{
    static const char *const nothing[] = {"nothing"};
    struct tw_source_filter filter = {nothing, 1, NULL, 0};
    walk("/b.log", &filter);
    expect_paths("/b.log! ");
}
END_TEST

START_TEST(tells_of_what_may_not_be_read)
{
    char path[128];
    if (geteuid() == 0) {
        return; /* who may read everything */
    }
    (void)snprintf(path, sizeof path, "%s/sub", folder);
    ck_assert_int_eq(chmod(path, 0), 0);
    walk("", NULL);
    ck_assert_int_eq(chmod(path, 0700), 0);
    expect_paths("/.hidden.log /a.txt /b.log /sub(Permission denied) ");
}
END_TEST

START_TEST(goes_so_deep_and_no_deeper)
{
    struct tw_buffer path = TW_BUFFER_INIT(4096);
    tw_base_buffer_print(&path, "%s/deep", folder);
    for (int i = 0; i < TW_WALK_DEPTH + 3; i++) {
        ck_assert_int_eq(mkdir(path.at, 0700), 0);
        struct tw_buffer file = TW_BUFFER_INIT(4096);
        tw_base_buffer_print(&file, "%s/f", path.at);
        FILE *made = fopen(file.at, "w");
        ck_assert_ptr_nonnull(made);
        ck_assert_int_eq(fclose(made), 0);
        tw_base_buffer_free(&file);
        tw_base_buffer_print(&path, "/d");
    }
    walk("/deep", NULL);
    /* What lies deeper is not passed over in silence. */
    ck_assert_uint_eq(paths.count, TW_WALK_DEPTH + 1);
    size_t failures = 0;
    for (size_t i = 0; i < paths.count; i++) {
        failures += paths.at[i].failure != NULL;
    }
    ck_assert_uint_eq(failures, 1);
    tw_base_buffer_free(&path);
}
END_TEST

START_TEST(may_run_out_of_memory)
{
    static const struct tw_source_filter all = {.include = NULL};
    enum tw_status status = TW_ERR_MEMORY;
    for (int64_t n = 0; status != TW_OK; n++) {
        struct tw_error error = {.message = ""};
        tw_source_paths_free(&paths);
        tw_base_alloc_fail_after(n);
        status = tw_source_walk(&paths, folder, &all, &error);
        if (status == TW_OK) {
            status = tw_source_walk(&paths, "/nonexistent", &all, &error);
        }
        tw_base_alloc_fail_after(-1);
        ck_assert_msg(status == TW_OK || status == TW_ERR_MEMORY, "%d: %s", (int)n, error.message);
        ck_assert_int_lt(n, 200);
    }
    expect_paths("/nonexistent!(No such file or directory) "
                 "/.hidden.log /a.txt /b.log /sub/%s.log /sub/c.log ");
}
END_TEST

Suite *tw_suite_walk(void)
{
    Suite *suite = suite_create("walk");
    TCase *all = tcase_create("walk");
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_loop_test(all, lists_what_a_path_stands_for, 0, (int)TW_N(named));
    tcase_add_test(all, takes_standard_input);
    tcase_add_loop_test(all, filters_what_lies_in_folders, 0, (int)TW_N(filters));
    tcase_add_test(all, does_not_filter_what_was_named);
    tcase_add_test(all, tells_of_what_may_not_be_read);
    tcase_add_test(all, goes_so_deep_and_no_deeper);
    tcase_add_test(all, may_run_out_of_memory);
    suite_add_tcase(suite, all);
    return suite;
}

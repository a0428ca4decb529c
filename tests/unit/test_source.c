/* test_source.c -- files, pipes and memory as streams. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "source/source.h"
#include "stream_tools.h"
#include "suites.h"

static void check_text(struct tw_stream *stream, const char *want)
{
    struct tw_read_all all = tw_test_read_all(stream, 0);
    ck_assert_int_eq(all.status, TW_END);
    ck_assert(tw_base_span_equal(tw_base_buffer_span(&all.text), tw_base_span(want)));
    tw_base_buffer_free(&all.text);
}

START_TEST(a_file_is_read)
{
    char path[] = "/tmp/tw-source-XXXXXX";
    int fd = mkstemp(path);
    struct tw_stream *stream;
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "one\ntwo\n", 8), 8);
    ck_assert_int_eq(tw_source_open_path(&stream, path, NULL), TW_OK);
    check_text(stream, "one\ntwo\n");
    /* A borrowed descriptor is read from where it stands, and stays open. */
    ck_assert_int_eq(lseek(fd, 4, SEEK_SET), 4);
    ck_assert_int_eq(tw_source_open_fd(&stream, fd, TW_SOURCE_BORROW, path, NULL), TW_OK);
    check_text(stream, "two\n");
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(what_cannot_be_read_is_named)
{
    struct tw_stream *stream;
    struct tw_error error = {TW_OK, ""};
    ck_assert_int_eq(tw_source_open_path(&stream, "/tmp/tw no such file", &error), TW_ERR_IO);
    ck_assert_ptr_null(stream);
    ck_assert_str_eq(error.message, "/tmp/tw no such file: cannot open: No such file or directory");
    ck_assert_int_eq(tw_source_open_path(&stream, "/tmp", &error), TW_ERR_IO);
    ck_assert_str_eq(error.message, "/tmp: cannot read: Is a directory");
    int fd = open("/tmp", O_RDONLY);
    ck_assert_int_eq(tw_source_open_fd(&stream, fd, TW_SOURCE_CLOSE, "folder", NULL), TW_OK);
    struct tw_read_all all = tw_test_read_all(stream, 0);
    ck_assert_int_eq(all.status, TW_ERR_IO);
    ck_assert_str_eq(all.error.message, "folder: cannot read: Is a directory");
    tw_base_buffer_free(&all.text);
}
END_TEST

static void on_alarm(int signal_number)
{
    (void)signal_number;
}

/* A slow writer, a reader that signals interrupt, with and without O_NONBLOCK. */
START_TEST(a_pipe_survives_signals_and_waiting)
{
    int ends[2];
    struct tw_stream *stream;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 5; i++) {
            (void)usleep(20000);
            (void)!write(ends[1], "ab", 2);
        }
        _exit(0);
    }
    (void)close(ends[1]);
    if (_i == 1) {
        ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    }
    struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    struct itimerval timer = {{0, 5000}, {0, 5000}};
    ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
    ck_assert_int_eq(tw_source_open_fd(&stream, ends[0], TW_SOURCE_CLOSE, "pipe", NULL), TW_OK);
    check_text(stream, "ababababab");
    timer = (struct itimerval){{0, 0}, {0, 0}};
    ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
    ck_assert_int_eq(fcntl(ends[0], F_GETFD), -1); /* closed with the stream */
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(memory_comes_in_pieces)
{
    struct tw_stream *stream = tw_test_memory(TW_SPAN("abcdefg"), 3);
    char bytes[10];
    size_t got;
    size_t want[] = {3, 3, 1};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(tw_base_stream_read(stream, bytes, sizeof bytes, &got, NULL), TW_OK);
        ck_assert_uint_eq(got, want[i]);
    }
    ck_assert_int_eq(tw_base_stream_read(stream, bytes, sizeof bytes, &got, NULL), TW_END);
    tw_base_stream_free(stream);
    check_text(tw_test_memory((struct tw_span){NULL, 0}, 0), "");
}
END_TEST

START_TEST(no_memory_is_reported_and_closes)
{
    struct tw_stream *stream;
    struct tw_error error;
    for (int count = 0; count < 2; count++) {
        int fd = open("/dev/null", O_RDONLY);
        tw_base_alloc_fail_after(count);
        ck_assert_int_eq(tw_source_open_fd(&stream, fd, TW_SOURCE_CLOSE, "x", &error),
                         TW_ERR_MEMORY);
        tw_base_alloc_fail_after(-1);
        ck_assert_ptr_null(stream);
        ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    }
    tw_base_alloc_fail_after(0);
    ck_assert_int_eq(tw_source_open_memory(&stream, TW_SPAN("x"), 0, &error), TW_ERR_MEMORY);
    tw_base_alloc_fail_after(-1);
}
END_TEST

Suite *tw_suite_source(void)
{
    Suite *suite = suite_create("source");
    TCase *cases = tcase_create("source");
    tcase_add_test(cases, a_file_is_read);
    tcase_add_test(cases, what_cannot_be_read_is_named);
    tcase_add_loop_test(cases, a_pipe_survives_signals_and_waiting, 0, 2);
    tcase_add_test(cases, memory_comes_in_pieces);
    tcase_add_test(cases, no_memory_is_reported_and_closes);
    suite_add_tcase(suite, cases);
    return suite;
}

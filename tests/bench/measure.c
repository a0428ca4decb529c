/* measure.c -- runs a program many times and prints what each run cost.
 *
 *     measure OUTPUT TIMES PROGRAM ARGUMENT...
 *
 * One line a run: wall nanoseconds, CPU microseconds, peak KiB, exit status. Standard output of the
 * program goes to OUTPUT, its standard error nowhere. A small program of its own, because the peak
 * memory that the kernel tells of a child includes what its parent had at the time of the exec. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

static long long microseconds(struct timeval time)
{
    return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

int main(int count, char **arguments)
{
    if (count < 4) {
        fprintf(stderr, "usage: measure OUTPUT TIMES PROGRAM ARGUMENT...\n");
        return 2;
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, arguments[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    for (long left = strtol(arguments[2], NULL, 10); left > 0; left--) {
        pid_t child;
        int status;
        struct rusage usage;
        long long start = now();
        int failure = posix_spawnp(&child, arguments[3], &files, NULL, arguments + 3, environ);
        if (failure != 0 || wait4(child, &status, 0, &usage) < 0) {
            fprintf(stderr, "measure: cannot run %s\n", arguments[3]);
            return 2;
        }
        printf("%lld %lld %ld %d\n", now() - start,
               microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss,
               WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    return 0;
}

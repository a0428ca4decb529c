/* packtool_main.c -- tlswhy-pack: the helper program that compiles packs, and lints, tests and
 * profiles them.
 *
 * It lives under libexec and is run by tlswhy and by the build. Exit status: 0 fine, 1 findings
 * (each a line on standard error or output), 2 could not be done. */
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "packtool/packtool.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        {"compile", tw_packtool_compile},
        {"check", tw_packtool_check},
        {"test", tw_packtool_test},
        {"profile", tw_packtool_profile},
    };
    /* A short life with many small pieces of memory: not giving any back saves a tenth of it
     * (measured). */
    (void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
    (void)mallopt(M_TOP_PAD, 16 << 20);
    (void)mallopt(M_MMAP_THRESHOLD, 256 << 20);
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    (void)fputs("tlswhy-pack: run `tlswhy signatures --help` instead\n", stderr);
    return 2;
}

/* main.c -- runs the unit test suites: all, or those named on the command line.
 *
 * suites_found.h has a line TW_SUITE(name) for each suite that CMake found in this folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

static const struct {
    const char *name;
    Suite *(*make)(void);
} suites[] = {
#define TW_SUITE(name) {#name, tw_suite_##name},
#include "suites_found.h"
#undef TW_SUITE
};

static int is_wanted(const char *name, int count, char **wanted)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(wanted[i], name) == 0) {
            return 1;
        }
    }
    return count < 2;
}

int main(int count, char **wanted)
{
    SRunner *runner = srunner_create(NULL);
    int added = 0;
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
        if (is_wanted(suites[i].name, count, wanted)) {
            srunner_add_suite(runner, suites[i].make());
            added++;
        }
    }
    if (added < (count < 2 ? 1 : count - 1)) {
        fprintf(stderr, "no such suite; there are:");
        for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
            fprintf(stderr, " %s", suites[i].name);
        }
        fputc('\n', stderr);
        srunner_free(runner);
        return 2;
    }
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

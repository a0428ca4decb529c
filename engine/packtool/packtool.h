/* packtool.h -- the commands of the helper program tlswhy-pack. */
#ifndef TW_PACKTOOL_PACKTOOL_H
#define TW_PACKTOOL_PACKTOOL_H

#include "pack/pack.h"

/** Exit status of every command: 0 fine, 1 findings, 2 could not be done. */
enum { TW_PACKTOOL_FINE = 0, TW_PACKTOOL_FINDINGS = 1, TW_PACKTOOL_FAILED = 2 };

/** What the commands share: where the pack comes from, and what is left of the arguments. */
struct tw_packtool_job {
    const char *base;   /**< a compiled pack to begin with, or NULL */
    const char *output; /**< compile: where to write */
    bool json;
    char **paths; /**< the rest */
    int path_count;
};

/** Reads the arguments. False: a message was printed. */
bool tw_packtool_arguments(int argc, char **argv, struct tw_packtool_job *job);

/** Compiles the folders that follow, prints mistakes, and opens the result. Returns an exit status;
 *  `*pack` is the caller's where it is 0. */
int tw_packtool_open(const struct tw_packtool_job *job, char **folders, int count,
                     struct tw_pack **pack);

/** `compile [--base BLOB] --output FILE DIR...` */
int tw_packtool_compile(int argc, char **argv);
/** `check [--base BLOB] [DIR]`: lint, what the loader cannot see. */
int tw_packtool_check(int argc, char **argv);
/** `test [--base BLOB] [DIR]`: every sample through the whole pipeline. */
int tw_packtool_test(int argc, char **argv);
/** `profile [--base BLOB] PATH...`: candidates and hits of each signature on given logs. */
int tw_packtool_profile(int argc, char **argv);

#endif

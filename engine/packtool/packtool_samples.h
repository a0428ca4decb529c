/* packtool_samples.h -- which signatures a sample hits, through the whole pipeline. */
#ifndef TW_PACKTOOL_SAMPLES_H
#define TW_PACKTOOL_SAMPLES_H

#include "packtool/packtool.h"

/** Runs samples. Opaque. */
struct tw_sampler;

/** Makes one; NULL and a printed message on failure. Freed with tw_packtool_sampler_free. */
struct tw_sampler *tw_packtool_sampler(const struct tw_pack *pack);

/** Runs a sample. False: a message was printed. Then tw_packtool_sampler_hit tells for each
 * signature whether it hit. */
bool tw_packtool_sampler_run(struct tw_sampler *sampler, const char *sample);
bool tw_packtool_sampler_hit(const struct tw_sampler *sampler, uint32_t signature);

void tw_packtool_sampler_free(struct tw_sampler *sampler);

/** Prints `file:line:1: signature ID: ` and a message to standard output. */
void tw_packtool_say(const struct tw_pack *pack, uint32_t signature, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The first signature of a pack to look at: with `--base` and a folder, the folder's own ones. */
uint32_t tw_packtool_first(const struct tw_pack *pack, const struct tw_packtool_job *job);

#endif

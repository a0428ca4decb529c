/* support_pack.h -- what the tests share: small packs made from YAML that stands in the test, and
 * runs of the pipeline over texts. Whatever fails in here fails the test. */
#ifndef TW_TESTS_UNIT_SUPPORT_PACK_H
#define TW_TESTS_UNIT_SUPPORT_PACK_H

#include <check.h>

#include "pack/pack_compile.h"
#include "pipeline/pipeline.h"

/** Rows of a table. */
#define TW_N(table) (sizeof(table) / sizeof *(table))

/** An assertion for loops that run a million times: ck_assert writes down each that holds. */
#define TW_MUST(holds)                                                                             \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            ck_abort_msg("%s", #holds);                                                            \
        }                                                                                          \
    } while (0)

/** Bytes of a temporary folder's path. */
#define TW_SUPPORT_PATH 64

/** Makes an empty temporary folder. */
void tw_support_folder(char path[TW_SUPPORT_PATH]);
/** Writes a file below a folder; `name` may have one folder before it. */
void tw_support_write(const char *folder, const char *name, struct tw_span bytes);
/** Removes the folder with all that is in it. */
void tw_support_remove(const char *folder);

/** What is known in the tests' packs: families tls (causes old-client, old-system and the fallback
 * tls-any) and net (a look-alike: refused, dns), clients tool (rank 3, compliant from 2.0), helper
 * (2), runtime and shell (1), fixes fix-a, fix-b, fix-c, a collect entry, a service svc.example.
 * Signatures can follow: it ends with their key. */
extern const char tw_support_knowledge[];

/** One signature: id, kind, wordings as `{text: "..."}`, and further pairs, each with a comma
 * before it. */
#define TW_SUPPORT_SIGNATURE(id, kind, wordings, rest)                                             \
    "  - {id: " id ", revision: 1, status: stable, title: the " id                                 \
    ", references: [r], samples: {match: [m], no_match: [n]}, kind: " kind                         \
    ", wordings: [" wordings "]" rest "}\n"

/** Compiles one file of YAML. `messages` and `blob` are the caller's to free. */
enum tw_status tw_support_compile(const struct tw_pack *base, struct tw_span yaml,
                                  struct tw_buffer *blob, struct tw_pack_messages *messages,
                                  struct tw_error *error);

/** A pack of the knowledge above and some signatures. */
struct tw_pack *tw_support_pack(const char *signatures);
/** The same for a table of them: the arguments of the macro. */
struct tw_support_signature {
    const char *id, *kind, *wordings, *rest;
};
struct tw_pack *tw_support_pack_of(const struct tw_support_signature *signatures, size_t count);
/** A pack of a blob, which it takes. */
struct tw_pack *tw_support_open(struct tw_buffer *blob);

/** Options that change nothing. */
struct tw_pipeline_options tw_support_options(void);

/** A pipeline on a pack; `options` may be NULL. */
struct tw_pipeline *tw_support_pipeline(const struct tw_pack *pack,
                                        const struct tw_pipeline_options *options);

/** Diagnoses a text that comes in pieces of so many bytes (0: whole). Borrowed until the next call.
 */
const struct tlswhy_report *tw_support_run(struct tw_pipeline *pipeline, const char *name,
                                           struct tw_span text, size_t piece);

/** Everything that a report says of diagnoses and their evidence, a line each, to compare reports.
 */
void tw_support_print(struct tw_buffer *to, const struct tlswhy_report *report);

/** Appends `count` bytes of filler: letters without meaning, no line end. */
void tw_support_fill(struct tw_buffer *to, size_t count);

/** The next number of a sequence that is the same in every run. */
uint32_t tw_support_random(uint32_t *state);

#endif

/* report_words.h -- how the text report says numbers and ids; for this folder only. */
#ifndef TW_REPORT_REPORT_WORDS_H
#define TW_REPORT_REPORT_WORDS_H

#include <tlswhy/tlswhy.h>

/** Room for any of the small texts below. */
#define TW_REPORT_WORD_MAX 64

/** `84 %`; never 0 or 100, which nothing here is: `<1 %`, `>99 %`. */
void tw_report_say_percent(char text[TW_REPORT_WORD_MAX], double confidence);

/** `1,234 lines`, `1 line`, `no lines`; the plural is the noun with `plural` appended. */
void tw_report_say_count(char text[TW_REPORT_WORD_MAX], uint64_t count, const char *noun,
                         const char *plural);

/** `1,234 diagnoses`, `1 diagnosis`. */
void tw_report_say_diagnoses(char text[TW_REPORT_WORD_MAX], uint64_t count);

/** `512 bytes`, `4.2 MiB`. */
void tw_report_say_bytes(char text[TW_REPORT_WORD_MAX], uint64_t bytes);

/** A family for people; the id itself where it is not known here. */
const char *tw_report_say_family(const char *family);

/** The words of contract section 3: "weak" to "decisive", NULL for none; "error", "client", "fact".
 */
const char *tw_report_say_strength(enum tlswhy_strength strength);
const char *tw_report_say_kind(enum tlswhy_kind kind);

/** What the right column says of a piece of evidence. */
const char *tw_report_say_weight(const struct tlswhy_evidence *evidence);

/** What would tell more than an input of this format in which nothing was found. */
const char *tw_report_say_hint(const char *format);

/** What kept an input from being looked at as a whole. */
const char *tw_report_say_trouble(enum tlswhy_input_status status);

#endif

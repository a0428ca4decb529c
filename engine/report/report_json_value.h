/* report_json_value.h -- building json values with Jansson without a check a line.
 *
 * Included by report_json*.c only. A struct tw_json is an object that is being filled; once
 * something failed (memory only) it stays failed, and dumping says so in the buffer's status. */
#ifndef TW_REPORT_REPORT_JSON_VALUE_H
#define TW_REPORT_REPORT_JSON_VALUE_H

#include <jansson.h>

#include "report/report_json.h"

/** An object under construction. */
struct tw_json {
    json_t *object;
    bool failed;
};

/** A new empty object. */
struct tw_json tw_report_begin_object(void);

/** Sets a key to a value, which is taken over (NULL: failed). */
void tw_report_set_value(struct tw_json *json, const char *key, json_t *value);

/** Sets a key to another object, which is taken over. */
void tw_report_set_object(struct tw_json *json, const char *key, struct tw_json value);

/** Sets a key to a string; a NULL or empty one is unknown, so the key stays away. */
void tw_report_set_string(struct tw_json *json, const char *key, const char *text);

/** Sets a key to an integer. */
/** Sets a key to the number that a text of decimal digits stands for; nothing where it is NULL or
 *  no such number. */
void tw_report_set_digits(struct tw_json *json, const char *key, const char *digits);
void tw_report_set_number(struct tw_json *json, const char *key, uint64_t number);

/** The same, but 0 is unknown. */
void tw_report_set_known_number(struct tw_json *json, const char *key, uint64_t number);

/** Sets a key to a probability, with four decimals. */
void tw_report_set_confidence(struct tw_json *json, const char *key, double confidence);

/** Sets a key to a real, with four decimals. */
void tw_report_set_real(struct tw_json *json, const char *key, double real);

/** Sets a key to an array of strings, also an empty one. */
void tw_report_set_strings(struct tw_json *json, const char *key, const char *const *texts,
                           size_t count);

/** Appends an object to an array that is the caller's; both failures end in `into`. */
void tw_report_append_object(struct tw_json *into, json_t *array, struct tw_json value);

/** Appends the text of the value to the buffer and frees the value. NULL: memory. */
void tw_report_dump_value(struct tw_buffer *to, struct tw_report_layout layout, json_t *value);

/** The same for an object. */
void tw_report_dump_object(struct tw_buffer *to, struct tw_report_layout layout,
                           struct tw_json json);

#endif

/* timestamp.h -- reads the times that logs print. */
#ifndef TW_BASE_TIMESTAMP_H
#define TW_BASE_TIMESTAMP_H

#include "base/span.h"

/** Longest result of tw_base_timestamp with its NUL. */
#define TW_TIMESTAMP_BYTES 40

/** Reads a date and time at the beginning of `text` and returns how many bytes it has (0: there is
 *  none). `to` becomes RFC 3339: with an offset, and `*zoned` true, where the text has one, else
 *  without. Understood are ISO 8601 / RFC 3339 (also with a blank for the T, a comma before the
 *  fraction) and day, month and year with a slash, dot or dash in the order of a Windows culture
 *  ("2/28/2019 11:41:27 AM"). Where day and month cannot be told apart (both below 13, and not the
 * same), `to` is left empty: a time is read but not known. */
size_t tw_base_timestamp(struct tw_span text, char to[TW_TIMESTAMP_BYTES], bool *zoned);

#endif

/* record.h -- one log entry, and what was found in it. Types only. */
#ifndef TW_MODEL_RECORD_H
#define TW_MODEL_RECORD_H

#include "base/span.h"
#include "base/stream.h"

/** Room for a time in RFC 3339 with its NUL. */
#define TW_TIME_BYTES 40

struct tw_event;

/** One log entry. Spans are borrowed from the block in hand, or from where it was flattened. */
struct tw_record {
    struct tw_span text; /**< as decoded; lines end in LF or CR LF. Of an event, flattened */
    const struct tw_event *event_read; /**< of a format of events; NULL: text */
    struct tw_cursor at;               /**< where it begins */
    uint64_t id;                       /**< of its bytes; the same in every run */
    struct tw_span provider;  /**< who wrote it: a trace source, an event provider; may be empty */
    struct tw_span severity;  /**< in the log's own word; may be empty */
    struct tw_span event;     /**< event or trace id as digits; may be empty */
    struct tw_span number;    /**< that the log itself gives the record, as digits; may be empty */
    struct tw_span message;   /**< the text without its header */
    char time[TW_TIME_BYTES]; /**< RFC 3339 with offset; "" where unknown */
    char time_local[TW_TIME_BYTES]; /**< without offset, where the zone is not known */
    uint64_t origin; /**< hash of the thread, process or activity that wrote it; 0: not known */
    bool cut;        /**< longer than TW_RECORD_MAX; this is a piece */
    bool repeats;    /**< the program wrote an error a second time: not a second failure */
};

/** A named capture of a hit. */
struct tw_capture {
    const char *name;
    struct tw_span value;
};

/** A signature confirmed in a record. */
struct tw_hit {
    uint32_t signature;
    uint32_t wording;
    uint32_t chain; /**< which exception chain of the record it stands in; 0 is the first */
    size_t start;   /**< in the record's text */
    size_t end;
    struct tw_cursor at; /**< where it begins in the input */
    struct tw_capture captures[8];
    size_t capture_count;
};

#endif

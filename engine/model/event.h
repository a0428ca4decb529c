/* event.h -- one event of a Windows event log, in whatever form it came. Types only.
 *
 * The names are those of the event schema ([MS-EVEN6], section 2.2.13, "Event"): System properties,
 * EventData with named values, UserData, and the rendered message where the form has one. */
#ifndef TW_MODEL_EVENT_H
#define TW_MODEL_EVENT_H

#include "model/record.h"

/** Values of an event that are kept; the rest is counted. An audit event has about 30. */
#define TW_EVENT_DATA_MAX 64u

/** A value of an event. */
struct tw_event_data {
    struct tw_span name; /**< empty: the event's template names none */
    struct tw_span value;
};

/** An event. Spans are borrowed from the record or from the reader's room; empty: not known. */
struct tw_event {
    struct tw_span provider; /**< "Schannel" */
    struct tw_span event_id; /**< decimal digits, without qualifiers */
    struct tw_span level;    /**< the word that the form prints, or the digit of the schema */
    struct tw_span channel;  /**< "System" */
    struct tw_span computer;
    struct tw_span process_id; /**< decimal digits; of who logged it, not always of the client */
    struct tw_span thread_id;
    struct tw_span activity_id;     /**< GUID without braces */
    struct tw_span record_id;       /**< decimal digits of EventRecordID */
    char time[TW_TIME_BYTES];       /**< RFC 3339 with offset; "" where unknown */
    char time_local[TW_TIME_BYTES]; /**< without offset, where the zone is not known */
    struct tw_event_data data[TW_EVENT_DATA_MAX];
    size_t data_count;
    size_t data_dropped;      /**< values beyond TW_EVENT_DATA_MAX */
    struct tw_span user_data; /**< what UserData holds, as XML */
    struct tw_span message;   /**< as the program would show it; empty where the form has none */
};

#endif

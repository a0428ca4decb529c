/* format_event_json.h -- the shapes of events as JSON, as tables; see format_event_json.c for who
 * writes them. Names of nested objects have points between them. */
#ifndef TW_FORMAT_EVENT_JSON_H
#define TW_FORMAT_EVENT_JSON_H

#include "base/buffer.h"
#include "format/format_event.h"

/** Places that tell a shape. */
#define TW_EVENT_SHAPE_PLACES 3

/** Where a property may stand. */
struct tw_event_place {
    enum tw_event_field field;
    const char *path;
};

/** All places, the likeliest of each property first; ends with a NULL path. */
extern const struct tw_event_place tw_format_event_places[];

/** An event has all places of one row; fewer than three end with NULL, as the table does. */
extern const char *const tw_format_event_shapes[][TW_EVENT_SHAPE_PLACES];

/** Where the values of an event are: an object of names, or an array. Ends with NULL. */
extern const char *const tw_format_event_data_places[];

/** NXLog puts the values beside the properties, among which are these. Ends with NULL. */
extern const char *const tw_format_event_nxlog_names[];

/** Closes what is open behind the last whole member of an object that is cut off. False: there is
 *  none, or it is deeper than TW_EVENT_JSON_DEPTH. */
bool tw_format_event_json_close(struct tw_buffer *to, struct tw_span json);

#endif

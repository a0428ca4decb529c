/* format.c -- the table of formats and the choice between their bids. */
#include "format/format.h"

const struct tw_format *const tw_formats[] = {
    &tw_format_crm_trace, &tw_format_svclog,    &tw_format_dotnet_trace, &tw_format_event_text,
    &tw_format_event_xml, &tw_format_event_csv, &tw_format_event_json,   &tw_format_evtx,
    &tw_format_netlog,    &tw_format_har,       &tw_format_chrome_debug, &tw_format_moz_log,
    &tw_format_curl,      &tw_format_fiddler,   &tw_format_text,         NULL};

const struct tw_format *tw_format_recognise(struct tw_span head)
{
    const struct tw_format *best = NULL;
    unsigned highest = 0;
    for (size_t i = 0; tw_formats[i] != NULL; i++) {
        unsigned bid = tw_formats[i]->bid(head);
        if (bid > highest) {
            highest = bid;
            best = tw_formats[i];
        }
    }
    return best;
}

const struct tw_format *tw_format_find(const char *name)
{
    for (size_t i = 0; tw_formats[i] != NULL; i++) {
        if (strcmp(tw_formats[i]->name, name) == 0) {
            return tw_formats[i];
        }
    }
    return NULL;
}

/* format_crm_trace.c -- traces of CrmServiceClient, the login control and their tools, and of the
 * Dataverse ServiceClient.
 *
 * A record is a header line with everything up to the next header: the message, the exception block
 * with its inner exceptions, stack frames. Owns the recognition and the fields; never looks at what
 * the text means, but for the synthetic block that these libraries write a second time. */
#include <stdio.h>

#include "base/timestamp.h"
#include "format/format.h"
#include "format/format_lines.h"

/* Trace sources of the family (Microsoft.Xrm.Tooling, Dataverse, CDS, CRM 2015, USD). */
static bool is_crm_source(struct tw_span source)
{
    static const char *const names[] = {"Microsoft.Xrm.Tooling.",
                                        "Microsoft.PowerPlatform.",
                                        "DynamicsCrm.",
                                        "Microsoft.IdentityModel.Clients.",
                                        "Microsoft.Identity.Client",
                                        "Microsoft.Crm.",
                                        "McTools.Xrm.",
                                        "MscrmTools."};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (tw_base_span_starts(source, tw_base_span(names[i]))) {
            return true;
        }
    }
    return false;
}

/* Bits: a known source's header is 20 letters or more, of which 64 bits are more than enough; an
 * exception block without a header is told by two different keys with an inner level. */
static unsigned crm_bid(struct tw_span head)
{
    unsigned headers = 0;
    unsigned lines = 0;
    unsigned others = 0;
    unsigned block_keys = 0;
    bool inner = false;
    for (size_t at = 0; at < head.length;) {
        struct tw_trace_header header;
        struct tw_span line = tw_base_span_line(head, at, &at);
        struct tw_span text = tw_base_span_trim(line);
        lines += text.length > 0;
        if (tw_format_trace_header(line, &header)) {
            headers += is_crm_source(header.source) || header.source.length == 0;
        } else if (tw_format_is_exception_key(text)) {
            block_keys++;
            inner |= tw_base_span_starts(text, TW_SPAN("Inner Exception Level "));
        } else if (tw_format_is_entry(line)) {
            others++;
        }
    }
    /* A trace inside another log stays text: its entries are cut at their own beginnings. */
    if (headers > 0 && headers >= others) {
        return 64;
    }
    return inner && block_keys >= 3 && others * 4 < lines ? 40 : 0;
}

static bool crm_starts(struct tw_span line)
{
    struct tw_trace_header header;
    return tw_format_trace_header(line, &header);
}

/* The libraries log some errors twice: plain, and as a block made up from the message, in which
 * every source is "Not Provided". */
static bool is_synthetic(struct tw_span message)
{
    for (size_t at = 0; at < message.length;) {
        struct tw_span line = tw_base_span_line(message, at, &at);
        if (tw_base_span_starts(line, TW_SPAN("Source"))) {
            size_t found = tw_base_span_find(line, TW_SPAN("Not Provided"));
            return found < line.length;
        }
    }
    return false;
}

static void crm_describe(struct tw_record *record)
{
    struct tw_trace_header header;
    size_t next = 0;
    struct tw_span line = tw_base_span_line(record->text, 0, &next);
    record->message = record->text;
    if (!tw_format_trace_header(line, &header)) {
        return;
    }
    record->provider = header.source;
    record->severity = header.severity;
    record->event = header.event;
    record->message = tw_base_span_skip(record->text, header.length);
    char *to = header.zoned ? record->time : record->time_local;
    (void)snprintf(to, TW_TIME_BYTES, "%s", header.time);
    record->origin = tw_format_origin(record->text, header.length);
    record->repeats = is_synthetic(record->message);
}

const struct tw_format tw_format_crm_trace = {.name = "crm-trace",
                                              .title = "CrmServiceClient trace",
                                              .bid = crm_bid,
                                              .starts = crm_starts,
                                              .describe = crm_describe};

/* format_event_xml.c -- Windows events as XML: saved by Event Viewer, printed by wevtutil or by
 * ToXml() in PowerShell, or copied from a details pane. One event is one record, wherever its
 * element begins: Event Viewer writes all of them on one line.
 *
 * The schema is [MS-EVEN6], section 2.2.13 ("Event"), and learn.microsoft.com, "Event Schema". */
#include "format/format_event.h"
#include "format/format_xml.h"

/* How far into the first event its System element is looked for. */
#define EVENT_BYTES 4096u

bool tw_format_event_xml_starts(struct tw_span text)
{
    static const struct tw_span tag = TW_SPAN_INIT("<Event");
    if (!tw_base_span_starts(text, tag)) {
        return false;
    }
    char next = text.length == tag.length ? ' ' : text.at[tag.length];
    return next != '\0' && strchr(" \t\r\n/>", next) != NULL;
}

/* Where the first event begins; text.length where there is none. */
static size_t find_event(struct tw_span text)
{
    for (size_t at = 0; at < text.length; at++) {
        const char *mark = memchr(text.at + at, '<', text.length - at);
        if (mark == NULL) {
            break;
        }
        at = (size_t)(mark - text.at);
        if (tw_format_event_xml_starts(tw_base_span_skip(text, at))) {
            return at;
        }
    }
    return text.length;
}

static bool has(struct tw_span text, struct tw_span part)
{
    return tw_base_span_find(text, part) < text.length;
}

/* Bits: the schema's name has 60 letters, the four elements of System about as many. */
static unsigned xml_bid(struct tw_span head)
{
    size_t at = find_event(head);
    struct tw_span event = tw_base_span_skip(head, at);
    event.length = event.length < EVENT_BYTES ? event.length : EVENT_BYTES;
    if (event.length == 0 || tw_format_is_article(head) ||
        !tw_format_xml_may_follow((struct tw_span){head.at, at})) {
        return 0;
    }
    if (has(event, TW_SPAN("schemas.microsoft.com/win/2004/08/events/event"))) {
        return 56;
    }
    return has(event, TW_SPAN("<System")) && has(event, TW_SPAN("<Provider")) &&
                   has(event, TW_SPAN("<EventID"))
               ? 48
               : 0;
}

static unsigned evtx_bid(struct tw_span head)
{
    /* The decoder of binary event logs names the format of what it writes. */
    (void)head;
    return 0;
}

static bool xml_read(const struct tw_format_layout *layout, struct tw_span record,
                     struct tw_format_room *room, struct tw_event *event)
{
    (void)layout;
    return tw_format_event_xml_read(record, room, event);
}

const struct tw_format tw_format_event_xml = {.name = "event-xml",
                                              .title = "Windows events as XML",
                                              .bid = xml_bid,
                                              .starts = tw_format_event_xml_starts,
                                              .describe = tw_format_event_describe,
                                              .border = '<',
                                              .read_event = xml_read};

const struct tw_format tw_format_evtx = {.name = "evtx",
                                         .title = "Windows event log",
                                         .bid = evtx_bid,
                                         .starts = tw_format_event_xml_starts,
                                         .describe = tw_format_event_describe,
                                         .border = '<',
                                         .read_event = xml_read};

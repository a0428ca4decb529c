/* format_netlog.c -- NetLogs: what chrome://net-export and --log-net-log of Chromium browsers
 * write.
 *
 * One object: `constants` (the dictionary), `events`, one a line, and `polledData`. A record is an
 * event; what stands before the first is one, too. A browser that was killed leaves a file without
 * an end. An event is read as its name, the host that it is about and its parameters as they stand
 * there; only those that tell of a failure, a handshake or a proxy are. The layout is that of
 * net/log/file_net_log_observer.cc of Chromium. */
#include "format/format_netlog.h"

#include <stdio.h>
#include <time.h>

#include "base/alloc.h"
#include "base/hash.h"

/* Parameters that are shown; a certificate is longer, and not of interest. */
#define PARAMS_SHOWN 4096u

/* Net errors that are no failure: a request that was given up, what is not in a cache
 * (net/base/net_error_list.h). */
enum { ERR_ABORTED = -3, ERR_CACHE_MISS = -400 };

static bool is_one_of(struct tw_span name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (tw_base_span_equal(name, tw_base_span(names[i]))) {
            return true;
        }
    }
    return false;
}

/* An event begins with one of its own members. `type` stands in other objects, too. */
static bool netlog_starts(struct tw_span text)
{
    static const char *const first[] = {"params", "source", "phase", "time"};
    struct tw_json_walk walk = {.text = text};
    enum tw_json_token token = tw_json_next(&walk);
    if (token != TW_JSON_OPEN || tw_json_next(&walk) != TW_JSON_NAME) {
        return false;
    }
    bool is_type = tw_base_span_equal(walk.said, TW_SPAN("type"));
    bool is_first = is_one_of(walk.said, first, 4);
    while (is_type && !is_first && (token = tw_json_next(&walk)) != TW_JSON_END) {
        is_first = token == TW_JSON_NAME && walk.depth == 1 && is_one_of(walk.said, first, 4);
    }
    return is_first;
}

/* Bits: the names of the dictionary, or of an event where it is cut off. */
static unsigned netlog_bid(struct tw_span head)
{
    struct tw_span text = tw_base_span_trim(head);
    struct tw_json_walk walk = {.text = text};
    if (text.length == 0 || text.at[0] != '{' || tw_json_next(&walk) != TW_JSON_OPEN ||
        tw_json_next(&walk) != TW_JSON_NAME) {
        return 0;
    }
    if (tw_base_span_equal(walk.said, TW_SPAN("constants"))) {
        return tw_base_span_find(head, TW_SPAN("\"logEventTypes\"")) < head.length ||
                       tw_base_span_find(head, TW_SPAN("\"clientInfo\"")) < head.length
                   ? 90
                   : 0;
    }
    struct tw_netlog_event event;
    tw_netlog_read_event(text, &event);
    return event.type >= 0 && event.phase >= 0 && event.time.length > 0 && event.source > 0 ? 62
                                                                                            : 0;
}

static void netlog_describe(struct tw_record *record)
{
    record->message = record->text;
}

static void netlog_end(void *memory)
{
    struct tw_netlog *netlog = memory;
    tw_base_buffer_free(&netlog->names);
    tw_base_free(netlog->errors);
    tw_base_free(netlog->sources);
    tw_base_free(netlog);
}

static void *netlog_begin(struct tw_span head)
{
    struct tw_netlog *made = tw_base_alloc(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->names = TW_BUFFER_INIT(TW_NETLOG_ERRORS * (TW_NETLOG_NAME_MAX + 4u));
    made->errors = tw_base_alloc(TW_NETLOG_ERRORS, sizeof *made->errors);
    made->sources = tw_base_alloc(TW_NETLOG_SOURCES, sizeof *made->sources);
    if (made->errors == NULL || made->sources == NULL || !tw_netlog_read_names(made, head)) {
        netlog_end(made);
        return NULL;
    }
    return made;
}

static void netlog_look(void *memory, struct tw_span records)
{
    tw_netlog_link(memory, records);
}

/* What an event is. Where the dictionary is cut off, its parameters tell. */
static enum tw_netlog_kind kind_of(const struct tw_netlog *netlog,
                                   const struct tw_netlog_event *event)
{
    for (enum tw_netlog_kind kind = 1; event->type >= 0 && kind < TW_NETLOG_KINDS; kind++) {
        if (netlog->types[kind] == event->type) {
            return kind;
        }
    }
    if (netlog->has_dictionary) {
        return TW_NETLOG_OTHER;
    }
    static const struct {
        struct tw_span mark;
        enum tw_netlog_kind kind;
    } shapes[] = {{TW_SPAN_INIT("\"error_reason\":"), TW_NETLOG_REFUSED},
                  {TW_SPAN_INIT("\"cipher_suite\":"), TW_NETLOG_HANDSHAKE},
                  {TW_SPAN_INIT("\"is_issued_by_known_root\":"), TW_NETLOG_VERIFIED},
                  {TW_SPAN_INIT("\"pac_string\":"), TW_NETLOG_PROXY},
                  {TW_SPAN_INIT("\"proxy_info\":"), TW_NETLOG_PROXY},
                  {TW_SPAN_INIT("\"proxy_server\":"), TW_NETLOG_PROXY_CHOSEN}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (tw_base_span_find(event->params, shapes[i].mark) < event->params.length) {
            return shapes[i].kind;
        }
    }
    return TW_NETLOG_OTHER;
}

static void put_line(struct tw_buffer *text, struct tw_span said)
{
    tw_base_buffer_add(text, said);
    tw_base_buffer_add_char(text, '\n');
}

/* "GET https://host/ net::ERR_NAME", as a console prints it. */
static void put_request(struct tw_buffer *text, struct tw_span site, struct tw_span end)
{
    if (site.length == 0) {
        put_line(text, end);
        return;
    }
    tw_base_buffer_add(text, TW_SPAN("GET "));
    tw_base_buffer_add(text, site);
    tw_base_buffer_add(text, TW_SPAN("/ "));
    put_line(text, end);
}

static void put_failure(const struct tw_netlog *netlog, struct tw_buffer *text,
                        const struct tw_netlog_event *event, struct tw_span site)
{
    char end[TW_NETLOG_NAME_MAX + 16] = "net::";
    struct tw_span name = tw_netlog_error_name(netlog, event->net_error);
    if (!event->has_error || event->phase != netlog->phase_end || event->net_error >= 0 ||
        event->net_error == ERR_ABORTED || event->net_error == ERR_CACHE_MISS || name.length == 0) {
        return;
    }
    memcpy(end + 5, name.at, name.length);
    put_request(text, site, (struct tw_span){end, 5 + name.length});
    put_line(text, event->params);
}

/* The header lines of a proxy's answer: strings of an array. */
static void put_headers(struct tw_buffer *text, struct tw_span params)
{
    struct tw_json_walk walk = {.text = params};
    enum tw_json_token token;
    while ((token = tw_json_next(&walk)) != TW_JSON_END) {
        if (token != TW_JSON_VALUE || walk.depth != 2 || !walk.quoted ||
            !tw_base_span_equal(walk.names[1], TW_SPAN("headers"))) {
            continue;
        }
        tw_json_unescape(text, walk.said);
        tw_base_buffer_add_char(text, '\n');
    }
}

static void put_params(struct tw_buffer *text, const struct tw_netlog_event *event,
                       struct tw_span site)
{
    struct tw_span shown = event->params;
    shown.length = shown.length < PARAMS_SHOWN ? shown.length : PARAMS_SHOWN;
    if (site.length > 0) {
        tw_base_buffer_add(text, site);
        put_line(text, TW_SPAN("/"));
    }
    put_line(text, shown);
}

/* Of a verified certificate, what was found; the certificates themselves are long. */
static void put_verdict(struct tw_buffer *text, const struct tw_netlog_event *event)
{
    static const struct tw_span private_root = TW_SPAN_INIT("\"is_issued_by_known_root\":false");
    if (tw_base_span_find(event->params, private_root) < event->params.length) {
        put_line(text, private_root);
    }
}

/* The browser of the log, from its dictionary. */
static void put_browser(struct tw_buffer *text, struct tw_span head)
{
    static const struct tw_span key = TW_SPAN_INIT("\"clientInfo\"");
    struct tw_span rest = tw_base_span_skip(head, tw_base_span_find(head, key));
    size_t end = tw_base_span_find(rest, TW_SPAN("}"));
    if (rest.length > 0 && end < PARAMS_SHOWN) {
        put_line(text, (struct tw_span){rest.at, end < rest.length ? end + 1 : end});
    }
}

static void put_time(struct tw_record *record, const struct tw_netlog *netlog, struct tw_span ticks)
{
    long tick = tw_netlog_number(ticks);
    double milliseconds = netlog->tick_offset + (double)tick;
    /* From 1970 to 9999: what RFC 3339 can say. */
    if (netlog->tick_offset <= 0 || tick < 0 || milliseconds >= 253402300800000.0) {
        return;
    }
    time_t seconds = (time_t)(milliseconds / 1000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) != NULL) {
        size_t length = strftime(record->time, sizeof record->time - 8, "%Y-%m-%dT%H:%M:%S", &utc);
        unsigned rest = (unsigned)(milliseconds - (double)seconds * 1000) % 1000;
        (void)snprintf(record->time + length, sizeof record->time - length, ".%03uZ", rest);
    }
}

static void put_event(const struct tw_netlog *netlog, struct tw_buffer *text,
                      const struct tw_netlog_event *event)
{
    struct tw_span site = tw_netlog_site(netlog, event->source);
    switch (kind_of(netlog, event)) {
    case TW_NETLOG_REQUEST:
        put_failure(netlog, text, event, site);
        break;
    case TW_NETLOG_HANDSHAKE:
    case TW_NETLOG_REFUSED:
    case TW_NETLOG_READ_REFUSED:
    case TW_NETLOG_PROXY:
    case TW_NETLOG_PROXY_CHOSEN:
        put_params(text, event, site);
        break;
    case TW_NETLOG_VERIFIED:
        put_verdict(text, event);
        break;
    case TW_NETLOG_TUNNEL:
        put_headers(text, event->params);
        break;
    case TW_NETLOG_OTHER:
    case TW_NETLOG_KINDS:
        break;
    }
}

static bool netlog_decode(void *memory, struct tw_record *record, struct tw_buffer *text)
{
    const struct tw_netlog *netlog = memory;
    struct tw_span head = tw_base_span_trim(record->text);
    struct tw_netlog_event event;
    head.length = head.length < TW_FORMAT_LINE_HEAD ? head.length : TW_FORMAT_LINE_HEAD;
    if (netlog_starts(head)) {
        tw_netlog_read_event(record->text, &event);
        put_event(netlog, text, &event);
        put_time(record, netlog, event.time);
        uint64_t root = tw_netlog_root(netlog, event.source);
        record->origin = root == 0 ? 0 : tw_base_hash_number(TW_HASH_START, root);
    } else {
        put_browser(text, record->text);
    }
    record->message = tw_base_buffer_span(text);
    return true;
}

const struct tw_format tw_format_netlog = {.name = "netlog",
                                           .title = "NetLog of a Chromium browser",
                                           .bid = netlog_bid,
                                           .starts = netlog_starts,
                                           .describe = netlog_describe,
                                           .border = '{',
                                           .decode = netlog_decode,
                                           .begin = netlog_begin,
                                           .end = netlog_end,
                                           .look = netlog_look};

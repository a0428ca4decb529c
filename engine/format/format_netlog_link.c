/* format_netlog_link.c -- what belongs together in a NetLog. A request, its jobs and its sockets
 * are sources of their own; events name the other one as `source_dependency`, which is read as a
 * link from the younger to the older one. The table is bounded: of two sources that fall to one
 * place the later stays. */
#include "format/format_netlog.h"

/* Links from one source to the next, of which a request has about five; a bound against circles. */
#define STEPS_MAX 16

static struct tw_netlog_source *place_of(const struct tw_netlog *netlog, uint64_t id)
{
    return &netlog->sources[id % TW_NETLOG_SOURCES];
}

static const struct tw_netlog_source *find(const struct tw_netlog *netlog, uint64_t id)
{
    const struct tw_netlog_source *source = place_of(netlog, id);
    return id != 0 && source->id == id ? source : NULL;
}

static struct tw_netlog_source *take(struct tw_netlog *netlog, uint64_t id)
{
    struct tw_netlog_source *source = place_of(netlog, id);
    if (source->id != id) {
        source->id = source->parent = id;
        source->site_length = 0;
    }
    return source;
}

uint64_t tw_netlog_root(const struct tw_netlog *netlog, uint64_t id)
{
    for (int step = 0; step < STEPS_MAX; step++) {
        const struct tw_netlog_source *source = find(netlog, id);
        if (source == NULL || source->parent == id) {
            break;
        }
        id = source->parent;
    }
    return id;
}

struct tw_span tw_netlog_site(const struct tw_netlog *netlog, uint64_t id)
{
    for (int step = 0; step < STEPS_MAX; step++) {
        const struct tw_netlog_source *source = find(netlog, id);
        if (source == NULL) {
            break;
        }
        if (source->site_length > 0) {
            return (struct tw_span){source->site, source->site_length};
        }
        if (source->parent == id) {
            break;
        }
        id = source->parent;
    }
    return (struct tw_span){NULL, 0};
}

/* Two requests for different hosts are different attempts, whatever they share. */
static void join(struct tw_netlog *netlog, uint64_t a, uint64_t b)
{
    uint64_t young = tw_netlog_root(netlog, a > b ? a : b);
    uint64_t old = tw_netlog_root(netlog, a > b ? b : a);
    if (young < old) {
        uint64_t other = young;
        young = old;
        old = other;
    }
    struct tw_span young_site = tw_netlog_site(netlog, young);
    struct tw_span old_site = tw_netlog_site(netlog, old);
    bool differ =
        young_site.length > 0 && old_site.length > 0 && !tw_base_span_equal(young_site, old_site);
    if (young != old && !differ) {
        take(netlog, old);
        take(netlog, young)->parent = old;
    }
}

/* Keeps "https://host:port" of an address in the text. */
static void take_site(struct tw_netlog *netlog, uint64_t id, struct tw_span url)
{
    size_t slashes = tw_base_span_find(url, TW_SPAN("://"));
    size_t length = slashes + 3;
    while (length < url.length && length < TW_NETLOG_SITE_MAX && url.at[length] > ' ' &&
           strchr("/?#\"\\<>", url.at[length]) == NULL) {
        length++;
    }
    if (slashes < url.length && slashes < 6 && length > slashes + 3 &&
        length < TW_NETLOG_SITE_MAX) {
        struct tw_netlog_source *source = take(netlog, id);
        memcpy(source->site, url.at, length);
        source->site_length = (uint16_t)length;
    }
}

/* The line around a place; events mostly are a line each. */
static struct tw_span line_around(struct tw_span text, size_t at)
{
    const char *before = at == 0 ? NULL : memrchr(text.at, '\n', at);
    const char *after = memchr(text.at + at, '\n', text.length - at);
    size_t from = before == NULL ? 0 : (size_t)(before - text.at) + 1;
    size_t to = after == NULL ? text.length : (size_t)(after - text.at);
    return (struct tw_span){text.at + from, to - from};
}

static void learn(struct tw_netlog *netlog, struct tw_span line)
{
    struct tw_netlog_event event;
    static const struct tw_span address = TW_SPAN_INIT("\":\"http");
    tw_netlog_read_event(line, &event);
    if (event.source == 0) {
        return;
    }
    struct tw_span url = tw_base_span_skip(event.params, tw_base_span_find(event.params, address));
    if (url.length > 0 && tw_netlog_site(netlog, event.source).length == 0) {
        take_site(netlog, event.source, tw_base_span_skip(url, 3));
    }
    if (event.depends_on != 0) {
        join(netlog, event.source, event.depends_on);
    }
}

/* Every line that has the mark. */
void tw_netlog_link(struct tw_netlog *netlog, struct tw_span records)
{
    static const struct tw_span depends = TW_SPAN_INIT("\"source_dependency\"");
    static const struct tw_span address = TW_SPAN_INIT("\":\"http");
    size_t next_link = tw_base_span_find(records, depends);
    size_t next_address = tw_base_span_find(records, address);
    while (next_link < records.length || next_address < records.length) {
        size_t at = next_link < next_address ? next_link : next_address;
        struct tw_span line = line_around(records, at);
        size_t end = (size_t)(line.at - records.at) + line.length;
        learn(netlog, line);
        struct tw_span rest = tw_base_span_skip(records, end);
        if (next_link < end) {
            next_link = end + tw_base_span_find(rest, depends);
        }
        if (next_address < end) {
            next_address = end + tw_base_span_find(rest, address);
        }
    }
}

/* format_netlog.h -- what the files of the NetLog reader share: what is remembered of a log. */
#ifndef TW_FORMAT_FORMAT_NETLOG_H
#define TW_FORMAT_FORMAT_NETLOG_H

#include "base/limits.h"
#include "format/format.h"
#include "format/format_json.h"

/** What an event is, as far as it matters: the others are passed over. */
enum tw_netlog_kind {
    TW_NETLOG_OTHER,
    TW_NETLOG_REQUEST,      /**< URL_REQUEST_START_JOB: what the page shows */
    TW_NETLOG_HANDSHAKE,    /**< SSL_CONNECT */
    TW_NETLOG_REFUSED,      /**< SSL_HANDSHAKE_ERROR */
    TW_NETLOG_READ_REFUSED, /**< SSL_READ_ERROR: a certificate refused after the handshake */
    TW_NETLOG_VERIFIED,     /**< CERT_VERIFIER_JOB */
    TW_NETLOG_PROXY,        /**< PROXY_RESOLUTION_SERVICE_RESOLVED_PROXY_LIST */
    TW_NETLOG_PROXY_CHOSEN, /**< HTTP_STREAM_JOB_CONTROLLER_PROXY_SERVER_RESOLVED */
    TW_NETLOG_TUNNEL,       /**< HTTP_TRANSACTION_READ_TUNNEL_RESPONSE_HEADERS */
    TW_NETLOG_KINDS
};

/** Letters of "https://host:port" that are kept of a source: a name has 253 at most (RFC 1035,
 *  section 2.3.4). */
#define TW_NETLOG_SITE_MAX 272u

/** One thing of the browser that events are about: a request, a job, a socket. */
struct tw_netlog_source {
    uint64_t id;     /**< 0: none */
    uint64_t parent; /**< the older source that it belongs to; itself: none */
    uint16_t site_length;
    char site[TW_NETLOG_SITE_MAX];
};

/** The name of a net error. */
struct tw_netlog_error {
    long number;
    struct tw_span name; /**< part of `names` */
};

/** What is remembered of an input. */
struct tw_netlog {
    bool has_dictionary;
    long types[TW_NETLOG_KINDS]; /**< the number of each kind; -1: this browser has none */
    long phase_end;
    double tick_offset; /**< milliseconds since 1970 at tick 0; 0: not known */
    struct tw_netlog_error *errors;
    size_t error_count;
    struct tw_buffer names;
    struct tw_netlog_source *sources; /**< TW_NETLOG_SOURCES, by id */
};

/** An event as it stands in the log. Numbers are -1 where it does not say them. */
struct tw_netlog_event {
    struct tw_span params; /**< with its braces; empty: none */
    struct tw_span time;
    long type, phase;
    uint64_t source;
    uint64_t depends_on; /**< another source; 0: none */
    long net_error;
    bool has_error;
};

/** format_netlog_names.c: reads the dictionary at the beginning of a log. False: out of memory. */
bool tw_netlog_read_names(struct tw_netlog *netlog, struct tw_span head);

/** The name of a net error, with ERR_ before it; empty: not known. */
struct tw_span tw_netlog_error_name(const struct tw_netlog *netlog, long number);

/** format_netlog_event.c: takes an event apart, also one that is cut off. */
void tw_netlog_read_event(struct tw_span text, struct tw_netlog_event *event);

/** The number that a text is; -1: none. */
long tw_netlog_number(struct tw_span text);

/** format_netlog_link.c: learns from the lines of `records` what belongs together and which hosts
 *  it is about. */
void tw_netlog_link(struct tw_netlog *netlog, struct tw_span records);

/** The oldest source that is known to belong together with this one. */
uint64_t tw_netlog_root(const struct tw_netlog *netlog, uint64_t id);

/** "https://host:port" of a source, or of what it belongs to; empty: not known. */
struct tw_span tw_netlog_site(const struct tw_netlog *netlog, uint64_t id);

#endif

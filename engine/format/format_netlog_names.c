/* format_netlog_names.c -- the dictionary at the beginning of a NetLog. The numbers of events are
 * of one version of the browser; each log says what they are (net/log/net_log_util.cc of Chromium).
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "format/format_netlog.h"

/* Names as net/log/net_log_event_type_list.h has them. */
static const char *const kind_names[TW_NETLOG_KINDS] = {
    [TW_NETLOG_REQUEST] = "URL_REQUEST_START_JOB",
    [TW_NETLOG_HANDSHAKE] = "SSL_CONNECT",
    [TW_NETLOG_REFUSED] = "SSL_HANDSHAKE_ERROR",
    [TW_NETLOG_READ_REFUSED] = "SSL_READ_ERROR",
    [TW_NETLOG_VERIFIED] = "CERT_VERIFIER_JOB",
    [TW_NETLOG_PROXY] = "PROXY_RESOLUTION_SERVICE_RESOLVED_PROXY_LIST",
    [TW_NETLOG_PROXY_CHOSEN] = "HTTP_STREAM_JOB_CONTROLLER_PROXY_SERVER_RESOLVED",
    [TW_NETLOG_TUNNEL] = "HTTP_TRANSACTION_READ_TUNNEL_RESPONSE_HEADERS"};

static void take_type(struct tw_netlog *netlog, struct tw_span name, long number)
{
    for (size_t i = 1; i < TW_NETLOG_KINDS; i++) {
        if (tw_base_span_equal(name, tw_base_span(kind_names[i]))) {
            netlog->types[i] = number;
        }
    }
}

/* Keeps "ERR_NAME"; some writers leave ERR_ out. Offsets at first: `names` moves while it grows. */
static void take_error(struct tw_netlog *netlog, struct tw_span name, long number)
{
    if (netlog->error_count == TW_NETLOG_ERRORS || name.length > TW_NETLOG_NAME_MAX) {
        return;
    }
    size_t from = netlog->names.length;
    if (!tw_base_span_starts(name, TW_SPAN("ERR_"))) {
        tw_base_buffer_add(&netlog->names, TW_SPAN("ERR_"));
    }
    tw_base_buffer_add(&netlog->names, name);
    netlog->errors[netlog->error_count++] =
        (struct tw_netlog_error){number, {NULL, netlog->names.length - from}};
}

static void take_constant(struct tw_netlog *netlog, const struct tw_json_walk *walk)
{
    struct tw_span table = walk->names[2];
    struct tw_span name = walk->names[3];
    bool known = true;
    long number = tw_netlog_number(walk->said);
    if (walk->depth == 2 && tw_base_span_equal(table, TW_SPAN("timeTickOffset"))) {
        char digits[32] = "";
        memcpy(digits, walk->said.at, walk->said.length < 31 ? walk->said.length : 31);
        netlog->tick_offset = strtod(digits, NULL);
    } else if (walk->depth != 3) {
        known = false;
    } else if (tw_base_span_equal(table, TW_SPAN("logEventTypes"))) {
        take_type(netlog, name, number);
    } else if (tw_base_span_equal(table, TW_SPAN("netError"))) {
        take_error(netlog, name, number);
    } else if (tw_base_span_equal(table, TW_SPAN("logEventPhase"))) {
        netlog->phase_end =
            tw_base_span_equal(name, TW_SPAN("PHASE_END")) ? number : netlog->phase_end;
    } else {
        known = false;
    }
    netlog->has_dictionary |= known;
}

static void place_names(struct tw_netlog *netlog)
{
    const char *at = netlog->names.at;
    for (size_t i = 0; i < netlog->error_count; i++) {
        netlog->errors[i].name.at = at;
        at += netlog->errors[i].name.length;
    }
}

bool tw_netlog_read_names(struct tw_netlog *netlog, struct tw_span head)
{
    struct tw_json_walk walk = {.text = head};
    enum tw_json_token token;
    netlog->phase_end = 2;
    for (size_t i = 0; i < TW_NETLOG_KINDS; i++) {
        netlog->types[i] = -1;
    }
    while ((token = tw_json_next(&walk)) != TW_JSON_END) {
        if (walk.depth == 1 && token == TW_JSON_NAME &&
            !tw_base_span_equal(walk.said, TW_SPAN("constants"))) {
            break;
        }
        if (token == TW_JSON_VALUE) {
            take_constant(netlog, &walk);
        }
    }
    place_names(netlog);
    return netlog->names.status == TW_OK;
}

struct tw_span tw_netlog_error_name(const struct tw_netlog *netlog, long number)
{
    for (size_t i = 0; i < netlog->error_count; i++) {
        if (netlog->errors[i].number == number) {
            return netlog->errors[i].name;
        }
    }
    return (struct tw_span){NULL, 0};
}

/* format_har_write.c -- what an entry of a HAR file says, as lines: the request with its answer or
 * its error as a browser's console shows them, the connection, the headers that name programs, and
 * what a gateway says of an error. Pages that were asked for and answered are only content. */
#include "format/format_har.h"
#include "format/format_json.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A gateway's page about an error; longer ones are pages of a site. */
#define BODY_BYTES (32u << 10)

/* Of a URL; it is said with the answer and with each error, and servers take no longer ones. */
#define URL_BYTES (8u << 10)

/* Phrases of RFC 9110, section 15, RFC 6585 and RFC 2817: HTTP/2 has none, but people and other
 * logs do. */
static const struct {
    unsigned status;
    const char *phrase;
} phrases[] = {{200, "OK"},
               {201, "Created"},
               {202, "Accepted"},
               {204, "No Content"},
               {206, "Partial Content"},
               {301, "Moved Permanently"},
               {302, "Found"},
               {303, "See Other"},
               {304, "Not Modified"},
               {307, "Temporary Redirect"},
               {308, "Permanent Redirect"},
               {400, "Bad Request"},
               {401, "Unauthorized"},
               {403, "Forbidden"},
               {404, "Not Found"},
               {405, "Method Not Allowed"},
               {407, "Proxy Authentication Required"},
               {408, "Request Timeout"},
               {412, "Precondition Failed"},
               {421, "Misdirected Request"},
               {426, "Upgrade Required"},
               {429, "Too Many Requests"},
               {500, "Internal Server Error"},
               {502, "Bad Gateway"},
               {503, "Service Unavailable"},
               {504, "Gateway Timeout"},
               {511, "Network Authentication Required"}};

static unsigned status_of(const struct tw_har_entry *entry)
{
    unsigned status = 0;
    for (size_t i = 0; i < entry->status.length && i < 3; i++) {
        if (!tw_base_is_digit(entry->status.at[i])) {
            return 0;
        }
        status = status * 10 + (unsigned)(entry->status.at[i] - '0');
    }
    return status;
}

static void add_line(struct tw_buffer *to, const char *name, struct tw_span value)
{
    if (value.length > 0) {
        tw_base_buffer_add(to, tw_base_span(name));
        tw_json_unescape(to, value);
        tw_base_buffer_add_char(to, '\n');
    }
}

/* The method and the URL. What is asked for behind the path is only content, unless it tells of an
 * error of signing in (RFC 6749, section 4.1.2.1). */
static void add_request(struct tw_buffer *to, const struct tw_har_entry *entry)
{
    size_t length = 0;
    while (length < entry->url.length && entry->url.at[length] != '?' &&
           entry->url.at[length] != '#') {
        length++;
    }
    if (tw_base_span_find(entry->url, TW_SPAN("error_description=")) < entry->url.length) {
        length = entry->url.length;
    }
    length = length < URL_BYTES ? length : URL_BYTES;
    if (entry->method.length > 0) {
        tw_json_unescape(to, entry->method);
        tw_base_buffer_add_char(to, ' ');
    }
    tw_json_unescape(to, (struct tw_span){entry->url.at, length});
}

static struct tw_span phrase_of(const struct tw_har_entry *entry, unsigned status)
{
    for (size_t i = 0; entry->status_text.length == 0 && i < COUNT(phrases); i++) {
        if (phrases[i].status == status) {
            return tw_base_span(phrases[i].phrase);
        }
    }
    return entry->status_text;
}

/* The version as a status line spells it: "h2" and the like are the names of ALPN. */
static struct tw_span spelled(struct tw_span version)
{
    if (version.length > 0 && (version.at[0] == 'h' || version.at[0] == 'H') &&
        version.length >= 2 && (version.at[1] == '2' || version.at[1] == '3')) {
        return version.at[1] == '2' ? TW_SPAN("HTTP/2") : TW_SPAN("HTTP/3");
    }
    if (version.length >= 5 && (version.at[4] == '/') &&
        (version.at[0] == 'h' || version.at[0] == 'H')) {
        return version;
    }
    return TW_SPAN("HTTP/1.1");
}

static void add_answer(struct tw_buffer *to, const struct tw_har_entry *entry, unsigned status)
{
    struct tw_span version = entry->answered.length > 0 ? entry->answered : entry->version;
    bool secure = tw_base_span_starts(entry->url, TW_SPAN("https:"));
    bool gateway = status == 407 || status >= 502;
    add_request(to, entry);
    /* Without TLS an answer proves nothing of it. */
    if (!secure && !gateway) {
        tw_base_buffer_print(to, ": status %u\n", status);
        return;
    }
    struct tw_span name = spelled(version);
    tw_base_buffer_add(to, secure && !gateway ? TW_SPAN(" ") : TW_SPAN("\n"));
    tw_base_buffer_add(to, TW_SPAN("HTTP"));
    tw_base_buffer_add(to, tw_base_span_skip(name, 4));
    tw_base_buffer_print(to, " %u ", status);
    tw_json_unescape(to, phrase_of(entry, status));
    tw_base_buffer_add_char(to, '\n');
    if (secure && !gateway) {
        add_line(to, "httpVersion: ", version);
    }
}

static bool is_net_error(struct tw_span error)
{
    return tw_base_span_starts(error, TW_SPAN("net::")) ||
           tw_base_span_starts(error, TW_SPAN("NET::")) ||
           tw_base_span_starts(error, TW_SPAN("NS_ERROR_"));
}

static void add_errors(struct tw_buffer *to, const struct tw_har_entry *entry)
{
    for (size_t i = 0; i < entry->error_count; i++) {
        const struct tw_har_pair *error = &entry->errors[i];
        bool word = tw_base_span_equal(error->name, TW_SPAN("code")) ||
                    tw_base_span_equal(error->name, TW_SPAN("_charlesStatus"));
        if (is_net_error(error->value) && entry->url.length > 0) {
            add_request(to, entry);
            add_line(to, " ", error->value);
        } else {
            add_line(to, word ? "code: " : "Error: ", error->value);
        }
    }
}

static void add_pairs(struct tw_buffer *to, const struct tw_har_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tw_json_unescape(to, pairs[i].name);
        add_line(to, ": ", pairs[i].value);
    }
}

static void add_security(struct tw_buffer *to, const struct tw_har_entry *entry)
{
    add_line(to, "_securityState: ", entry->state);
    if (entry->security_count > 0) {
        add_request(to, entry);
        tw_base_buffer_add(to, TW_SPAN(" _securityDetails:\n"));
        add_pairs(to, entry->security, entry->security_count);
    }
}

/* ---- bodies ------------------------------------------------------------------------------------
 */

/* The value of a character of base64 (RFC 4648, section 4); -1: it has none. */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (tw_base_is_digit(c)) {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void add_base64(struct tw_buffer *to, struct tw_span text)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.length; i++) {
        int value = value_of(text.at[i]);
        /* Of line ends that JSON escapes. */
        if (i > 0 && text.at[i - 1] == '\\' && text.at[i] != '/') {
            value = -1;
        }
        if (value < 0) {
            continue;
        }
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            tw_base_buffer_add_char(to, (char)(unsigned char)(bits >> count));
        }
    }
}

/* What a gateway says in place of the server; a site's page about what it has not is its own. */
static bool is_gateways(const struct tw_har_entry *entry, unsigned status)
{
    bool tunnel = tw_base_span_equal(entry->method, TW_SPAN("CONNECT"));
    return tunnel || (status >= 400 && status != 404 && status != 410);
}

static void add_bodies(struct tw_buffer *to, const struct tw_har_entry *entry, unsigned status)
{
    if (!is_gateways(entry, status)) {
        return;
    }
    struct tw_span body = entry->body;
    body.length = body.length < BODY_BYTES ? body.length : BODY_BYTES;
    if (tw_base_span_equal(entry->method, TW_SPAN("CONNECT"))) {
        add_line(to, "", entry->request_body);
    }
    if (tw_base_span_equal(entry->body_encoding, TW_SPAN("base64"))) {
        add_base64(to, body);
    } else {
        tw_json_unescape(to, body);
    }
    tw_base_buffer_add_char(to, '\n');
}

/* ---- records -----------------------------------------------------------------------------------
 */

static void add_programs(struct tw_buffer *to, const struct tw_har_entry *entry)
{
    static const char *const names[] = {"creator: ", "browser: "};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (entry->programs[i].name.length > 0) {
            tw_base_buffer_add(to, tw_base_span(names[i]));
            tw_json_unescape(to, entry->programs[i].name);
            add_line(to, " ", entry->programs[i].value);
        }
    }
}

void tw_har_write(struct tw_buffer *to, const struct tw_har_entry *entry)
{
    unsigned status = status_of(entry);
    if (!entry->whole) {
        add_programs(to, entry);
        add_errors(to, entry);
        return;
    }
    if (status > 0) {
        add_answer(to, entry, status);
    } else if (entry->error_count == 0 || !is_net_error(entry->errors[0].value)) {
        add_request(to, entry);
        tw_base_buffer_add(to, TW_SPAN(": no answer\n"));
        add_line(to, "statusText: ", entry->status_text);
    }
    add_errors(to, entry);
    add_security(to, entry);
    add_line(to, "_fetchType: ", entry->fetch);
    add_line(to, "serverIPAddress: ", entry->address);
    add_pairs(to, entry->headers, entry->header_count);
    for (size_t i = 0; i < COUNT(entry->comments); i++) {
        add_line(to, "comment: ", entry->comments[i]);
    }
    add_bodies(to, entry, status);
}

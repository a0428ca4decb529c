/* format_har_read.c -- takes from an entry of a HAR file what is about its connection.
 *
 * Members that HAR does not define begin with an underscore; those read here are Chromium's
 * (_error, _securityDetails), Playwright's (_failureText), Firefox's (_securityState), Safari's
 * (_fetchType) and Charles's (_charlesStatus). Errors of other programs are the words or the
 * object below _error or error. */
#include "format/format_har.h"
#include "format/format_json.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define OF(field) offsetof(struct tw_har_entry, field)

/* Where a value stands, and where it is kept. */
static const struct {
    const char *names[3];
    unsigned count;
    size_t field;
} places[] = {{{"startedDateTime"}, 1, OF(time)},
              {{"serverIPAddress"}, 1, OF(address)},
              {{"_securityState"}, 1, OF(state)},
              {{"_fetchType"}, 1, OF(fetch)},
              {{"comment"}, 1, OF(comments[0])},
              {{"request", "method"}, 2, OF(method)},
              {{"request", "url"}, 2, OF(url)},
              {{"request", "httpVersion"}, 2, OF(version)},
              {{"request", "comment"}, 2, OF(comments[1])},
              {{"request", "postData", "text"}, 3, OF(request_body)},
              {{"response", "status"}, 2, OF(status)},
              {{"response", "statusText"}, 2, OF(status_text)},
              {{"response", "_fetchType"}, 2, OF(fetch)},
              {{"response", "httpVersion"}, 2, OF(answered)},
              {{"response", "comment"}, 2, OF(comments[2])},
              {{"response", "content", "text"}, 3, OF(body)},
              {{"response", "content", "encoding"}, 3, OF(body_encoding)},
              {{"log", "creator", "name"}, 3, OF(programs[0].name)},
              {{"log", "creator", "version"}, 3, OF(programs[0].value)},
              {{"log", "browser", "name"}, 3, OF(programs[1].name)},
              {{"log", "browser", "version"}, 3, OF(programs[1].value)}};

/* Names of members that hold an error, in an entry, its request or its response. */
static const char *const error_names[] = {"_error", "_errorMessage", "_errorText",
                                          "error",  "_failureText",  "_charlesStatus"};

/* Headers that are kept; how the name begins, in small letters. */
static const char *const header_names[] = {
    "user-agent", "server",      "via",       "proxy-",  "www-authenticate", "retry-after",
    "x-squid-",   "x-bluecoat-", "x-zscaler", "x-cache", "x-forwarded-by",   "strict-transport"};

struct reader {
    struct tw_har_entry *entry;
    struct tw_json_walk walk;
    struct tw_har_pair header; /* the one in hand */
};

static bool is_named(struct tw_span name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (tw_base_span_equal(name, tw_base_span(names[i]))) {
            return true;
        }
    }
    return false;
}

/* Whether a header's name begins with one of those that are kept. */
static bool is_kept(struct tw_span name)
{
    for (size_t i = 0; i < COUNT(header_names); i++) {
        size_t n = 0;
        while (n < name.length && header_names[i][n] != '\0' &&
               (name.at[n] | 0x20) == (header_names[i][n] | 0x20)) {
            n++;
        }
        if (header_names[i][n] == '\0') {
            return true;
        }
    }
    return false;
}

/* The name and the value of a header come in any order. */
static void take_header(struct reader *reader)
{
    struct tw_har_entry *entry = reader->entry;
    const struct tw_json_walk *walk = &reader->walk;
    if (walk->depth != 4 || !tw_base_span_equal(walk->names[2], TW_SPAN("headers"))) {
        return;
    }
    if (tw_base_span_equal(walk->names[4], TW_SPAN("name"))) {
        reader->header.name = walk->said;
    } else if (tw_base_span_equal(walk->names[4], TW_SPAN("value"))) {
        reader->header.value = walk->said;
    } else {
        return;
    }
    if (reader->header.name.at != NULL && reader->header.value.at != NULL) {
        if (is_kept(reader->header.name) && entry->header_count < TW_HAR_HEADERS) {
            entry->headers[entry->header_count++] = reader->header;
        }
        reader->header = (struct tw_har_pair){.name = {NULL, 0}};
    }
}

static void add_pair(struct tw_har_pair *pairs, size_t *count, size_t most,
                     const struct tw_json_walk *walk)
{
    if (*count < most && walk->said.length > 0) {
        pairs[(*count)++] =
            (struct tw_har_pair){.name = walk->names[walk->depth], .value = walk->said};
    }
}

/* An error is the value of such a member, or stands in it. */
static void take_error(struct reader *reader)
{
    struct tw_har_entry *entry = reader->entry;
    const struct tw_json_walk *walk = &reader->walk;
    unsigned deepest = walk->depth < 3 ? walk->depth : 3;
    bool shallow = tw_base_span_equal(walk->names[1], TW_SPAN("response")) ||
                   tw_base_span_equal(walk->names[1], TW_SPAN("request"));
    for (unsigned i = 1; i <= deepest; i++) {
        if (is_named(walk->names[i], error_names, COUNT(error_names)) &&
            (i == 1 || (i == 2 && shallow)) && walk->depth <= i + 1) {
            add_pair(entry->errors, &entry->error_count, TW_HAR_ERRORS, walk);
            return;
        }
    }
}

static void take_security(struct reader *reader)
{
    struct tw_har_entry *entry = reader->entry;
    const struct tw_json_walk *walk = &reader->walk;
    static const char *const wanted[] = {"protocol", "cipher",  "keyExchange", "subjectName",
                                         "issuer",   "validTo", "validFrom"};
    if (walk->depth >= 2 && walk->depth <= 3 &&
        tw_base_span_equal(walk->names[walk->depth - 1], TW_SPAN("_securityDetails")) &&
        is_named(walk->names[walk->depth], wanted, COUNT(wanted))) {
        add_pair(entry->security, &entry->security_count, TW_HAR_SECURITY, walk);
    }
}

static void take(struct reader *reader)
{
    struct tw_json_walk *walk = &reader->walk;
    struct tw_har_entry *entry = reader->entry;
    for (size_t i = 0; i < COUNT(places); i++) {
        if (tw_json_is_at(walk, places[i].names, places[i].count)) {
            *(struct tw_span *)(void *)((char *)entry + places[i].field) = walk->said;
            return;
        }
    }
    take_header(reader);
    take_error(reader);
    take_security(reader);
}

void tw_har_read(struct tw_span text, struct tw_har_entry *entry)
{
    struct reader reader = {.entry = entry, .walk = {.text = text}};
    enum tw_json_token token;
    *entry = (struct tw_har_entry){.whole = false};
    while ((token = tw_json_next(&reader.walk)) != TW_JSON_END && !reader.walk.done) {
        if (token == TW_JSON_NAME && reader.walk.depth == 1) {
            entry->whole = entry->whole ||
                           tw_base_span_equal(reader.walk.said, TW_SPAN("request")) ||
                           tw_base_span_equal(reader.walk.said, TW_SPAN("response"));
        } else if (token == TW_JSON_VALUE && reader.walk.depth <= TW_JSON_LEVELS &&
                   (reader.walk.quoted || !tw_base_span_equal(reader.walk.said, TW_SPAN("null")))) {
            take(&reader);
        }
    }
}

/* format_har.c -- HTTP archives: what browsers and proxies save of their requests.
 *
 * HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/): an object `log` with `entries`, one
 * for each request, printed or on one line; also called as a function (JSONP). A record is an
 * entry; what stands before the first, and each page, is one, too, and says little. An entry is
 * told by its own members, since they may come in any order: those that no object inside of it
 * has. Other braces are met all the time, but those in strings are followed by an escaped quote. */
#include <stdio.h>

#include "base/hash.h"
#include "base/timestamp.h"
#include "format/format_har.h"
#include "format/format_json.h"

/* Members of an entry, of which one stands at its beginning. */
static const char *const members[] = {"startedDateTime", "request", "response",       "cache",
                                      "timings",         "pageref", "serverIPAddress"};

/* The first member, where Chrome writes its own ones before these. */
static const char *const first_members[] = {"_initiator", "_connectionId", "_fromCache"};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_one_of(struct tw_span name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (tw_base_span_equal(name, tw_base_span(names[i]))) {
            return true;
        }
    }
    return false;
}

static bool har_starts(struct tw_span text)
{
    struct tw_json_walk walk = {.text = text};
    enum tw_json_token token = tw_json_next(&walk);
    bool first = true;
    if (token != TW_JSON_OPEN) {
        return false;
    }
    while ((token = tw_json_next(&walk)) != TW_JSON_END) {
        if (first && token != TW_JSON_NAME) {
            return false;
        }
        if (token == TW_JSON_NAME && walk.depth == 1 &&
            (is_one_of(walk.said, members, COUNT(members)) ||
             (first && is_one_of(walk.said, first_members, COUNT(first_members))))) {
            return true;
        }
        first = false;
    }
    return false;
}

/* The text behind a mark of byte order and the name of a function that is called with it. */
static struct tw_span pass_call(struct tw_span text)
{
    size_t at = 0;
    if (tw_base_span_starts(text, TW_SPAN("\xef\xbb\xbf"))) {
        text = tw_base_span_skip(text, 3);
    }
    text = tw_base_span_trim(text);
    while (at < text.length && (tw_base_is_letter(text.at[at]) || tw_base_is_digit(text.at[at]) ||
                                text.at[at] == '_' || text.at[at] == '$' || text.at[at] == '.')) {
        at++;
    }
    struct tw_span rest = tw_base_span_trim(tw_base_span_skip(text, at));
    return at > 0 && rest.length > 0 && rest.at[0] == '('
               ? tw_base_span_trim(tw_base_span_skip(rest, 1))
               : text;
}

/* Bits: two members of `log` by their names, or the one that holds the entries. */
static unsigned har_bid(struct tw_span head)
{
    static const char *const entries[] = {"log", "entries"};
    static const char *const known[] = {"version", "creator", "browser", "pages"};
    struct tw_json_walk walk = {.text = pass_call(head)};
    enum tw_json_token token;
    unsigned found = 0;
    if (walk.text.length == 0 || walk.text.at[0] != '{') {
        return 0;
    }
    while ((token = tw_json_next(&walk)) != TW_JSON_END) {
        if (token == TW_JSON_NAME && walk.depth == 1 &&
            !tw_base_span_equal(walk.said, TW_SPAN("log"))) {
            return 0;
        }
        if (token != TW_JSON_NAME || walk.depth != 2) {
            continue;
        }
        found += is_one_of(walk.said, known, COUNT(known));
        if (found == 2 || tw_json_is_at(&walk, entries, 2)) {
            return 60;
        }
    }
    return 0;
}

static void har_describe(struct tw_record *record)
{
    record->message = record->text;
}

/* Of a piece of an entry that was cut, what the browser says at the end of it. */
static void read_piece(struct tw_span text, struct tw_har_entry *entry)
{
    static const struct tw_span key = TW_SPAN_INIT("\"_error\"");
    size_t at = tw_base_span_find(text, key);
    if (at == 0 || at == text.length || text.at[at - 1] == '\\') {
        return;
    }
    struct tw_json_walk walk = {.text = tw_base_span_skip(text, at), .depth = 1};
    if (tw_json_next(&walk) == TW_JSON_NAME && tw_json_next(&walk) == TW_JSON_VALUE &&
        walk.quoted) {
        entry->errors[0] = (struct tw_har_pair){.value = walk.said};
        entry->error_count = 1;
    }
}

/* Scheme and host of a URL: requests to other hosts are other attempts. */
static struct tw_span site_of(struct tw_span url)
{
    static const struct tw_span mark = TW_SPAN_INIT("://");
    size_t at = tw_base_span_find(url, mark);
    for (at += at < url.length ? mark.length : 0; at < url.length; at++) {
        if (url.at[at] == '/' || url.at[at] == '?' || url.at[at] == '#') {
            break;
        }
    }
    return (struct tw_span){url.at, at};
}

static void fill_record(struct tw_record *record, const struct tw_har_entry *entry,
                        const struct tw_buffer *text)
{
    char time[TW_TIMESTAMP_BYTES];
    bool zoned = false;
    if (tw_base_timestamp(entry->time, time, &zoned) > 0) {
        (void)snprintf(zoned ? record->time : record->time_local, TW_TIME_BYTES, "%s", time);
    }
    record->origin = entry->url.length == 0 ? 0 : tw_base_hash(TW_HASH_START, site_of(entry->url));
    record->message = tw_base_buffer_span(text);
}

static bool har_decode(void *memory, struct tw_record *record, struct tw_buffer *text)
{
    struct tw_har_entry entry = {.whole = false};
    struct tw_span head = record->text;
    head.length = head.length < TW_FORMAT_LINE_HEAD ? head.length : TW_FORMAT_LINE_HEAD;
    (void)memory;
    if (har_starts(head)) {
        tw_har_read(record->text, &entry);
    } else if (har_bid(record->text) > 0) {
        tw_har_read(pass_call(record->text), &entry);
    } else {
        read_piece(record->text, &entry);
    }
    tw_har_write(text, &entry);
    fill_record(record, &entry, text);
    return true;
}

const struct tw_format tw_format_har = {.name = "har",
                                        .title = "HTTP archive (HAR)",
                                        .bid = har_bid,
                                        .starts = har_starts,
                                        .describe = har_describe,
                                        .border = '{',
                                        .decode = har_decode};

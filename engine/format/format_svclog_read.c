/* format_svclog_read.c -- reads one E2ETraceEvent, and writes what it says as lines: a header and a
 * message as TextWriterTraceListener would have written them, then what else it has, a fact a line.
 * Exceptions stand as .NET prints them, the outer one first.
 *
 * System is that of learn.microsoft.com, "Event Schema"; exceptions are written by
 * DiagnosticTraceBase.cs of the .NET Framework reference source, whose texts are escaped twice.
 * What stands before an error or a cut is read. */
#include <stdio.h>

#include "base/hash.h"
#include "base/timestamp.h"
#include "format/format_event.h"
#include "format/format_svclog.h"
#include "format/format_xml.h"

enum part { PART_NONE, PART_SYSTEM, PART_DATA };

/* A part of the text, which moves while it grows. */
struct place {
    size_t at;
    size_t length;
};

struct reader {
    struct tw_svclog *svclog;
    struct tw_record *record;
    struct tw_buffer *text;
    enum part part;
    bool is_event;
    bool is_payload;     /* what is walked is the text of the fragment */
    struct tw_span name; /* of the element whose text this is */
    size_t mark;         /* where it begins in the room */
    struct tw_span source, severity, event, activity, process, process_id, thread;
    struct place provider, level, number; /* as they stand in the header */
    size_t message;                       /* where it begins in the text */
    bool waits;                           /* the header's line has no message yet */
    bool in_exception;
    bool is_inner;
    bool has_text;             /* of this exception, its message was written */
    struct tw_span type;       /* of this exception, not yet written */
    struct tw_span identifier; /* of a TraceRecord, which stands before its description */
};

/* ---- lines -------------------------------------------------------------------------------------
 */

static void end_line(struct reader *reader)
{
    struct tw_buffer *text = reader->text;
    if (text->length > 0 && text->at[text->length - 1] != '\n') {
        tw_base_buffer_add_char(text, '\n');
    }
    reader->waits = false;
}

/* A text behind something of its own line. */
static void put_behind(struct reader *reader, struct tw_span before, struct tw_span said)
{
    end_line(reader);
    tw_base_buffer_add(reader->text, before);
    tw_base_buffer_add(reader->text, said);
    end_line(reader);
}

/* A message; the first goes behind the header. */
static void put_text(struct reader *reader, struct tw_span said)
{
    if (!reader->waits) {
        end_line(reader);
    }
    tw_base_buffer_add(reader->text, said);
    end_line(reader);
}

static void put_value(struct reader *reader, struct tw_span name, struct tw_span value)
{
    end_line(reader);
    tw_base_buffer_add(reader->text, name);
    tw_base_buffer_add(reader->text, TW_SPAN(": "));
    tw_base_buffer_add(reader->text, value);
    end_line(reader);
}

static struct place put_part(struct reader *reader, struct tw_span part, struct tw_span behind)
{
    struct place place = {reader->text->length, part.length};
    tw_base_buffer_add(reader->text, part);
    tw_base_buffer_add(reader->text, behind);
    return place;
}

/* "Source Error: 2 : " */
static void put_header(struct reader *reader)
{
    reader->provider = put_part(reader, reader->source, TW_SPAN(" "));
    reader->level = put_part(reader, reader->severity, TW_SPAN(": "));
    reader->number = put_part(reader, reader->event, TW_SPAN(" : "));
    reader->message = reader->text->length;
    reader->waits = true;
}

/* ---- exceptions --------------------------------------------------------------------------------
 */

/* Texts of exceptions are escaped a second time. */
static struct tw_span unescape_again(struct reader *reader, struct tw_span text)
{
    size_t mark = reader->svclog->room.used;
    if (text.length == 0 || memchr(text.at, '&', text.length) == NULL) {
        return text;
    }
    tw_format_xml_unescape(&reader->svclog->room, text, false);
    return tw_format_room_since(&reader->svclog->room, mark);
}

/* The name of a type without its arguments and its assembly. */
static struct tw_span type_name(struct tw_span type)
{
    for (size_t i = 0; i < type.length; i++) {
        if (type.at[i] == ',' || type.at[i] == '[') {
            return (struct tw_span){type.at, i};
        }
    }
    return type;
}

/* "System.Net.WebException: message"; inner ones with an arrow. */
static void put_exception(struct reader *reader, struct tw_span message)
{
    end_line(reader);
    if (reader->is_inner) {
        tw_base_buffer_add(reader->text, TW_SPAN(" ---> "));
    }
    tw_base_buffer_add(reader->text, reader->type);
    if (message.length > 0) {
        tw_base_buffer_add(reader->text, reader->type.length > 0 ? TW_SPAN(": ") : TW_SPAN(""));
        tw_base_buffer_add(reader->text, message);
    }
    end_line(reader);
    reader->type.length = 0;
    reader->has_text = true;
}

static void settle_type(struct reader *reader)
{
    if (reader->type.length > 0) {
        put_exception(reader, (struct tw_span){NULL, 0});
    }
}

/* Win32Exception.NativeErrorCode in hexadecimal: codes of Windows Sockets are known by their
 * decimal number. */
static void put_native_code(struct reader *reader, struct tw_span hex)
{
    unsigned long code = 0;
    for (size_t i = 0; i < hex.length; i++) {
        char c = hex.at[i];
        unsigned long digit = tw_base_is_digit(c)    ? (unsigned long)(c - '0')
                              : c >= 'A' && c <= 'F' ? (unsigned long)(c - 'A') + 10
                              : c >= 'a' && c <= 'f' ? (unsigned long)(c - 'a') + 10
                                                     : 16;
        if (digit == 16 || code > 0xfffffff) {
            put_value(reader, TW_SPAN("NativeErrorCode"), hex);
            return;
        }
        code = code << 4 | digit;
    }
    end_line(reader);
    tw_base_buffer_print(reader->text,
                         code < 0x10000 ? "NativeErrorCode: %lu\n" : "NativeErrorCode: 0x%08lX\n",
                         code);
}

static void begin_exception(struct reader *reader, bool inner)
{
    settle_type(reader);
    reader->in_exception = true;
    reader->is_inner = inner;
    reader->has_text = false;
}

/* A child of Exception. False: none that is known. */
static bool take_of_exception(struct reader *reader, struct tw_span name, struct tw_span value)
{
    if (!reader->in_exception) {
        return false;
    }
    value = unescape_again(reader, value);
    if (tw_base_span_equal(name, TW_SPAN("ExceptionType"))) {
        reader->type = type_name(value);
    } else if (tw_base_span_equal(name, TW_SPAN("Message"))) {
        put_exception(reader, value);
    } else if (tw_base_span_equal(name, TW_SPAN("StackTrace"))) {
        settle_type(reader);
        put_behind(reader, TW_SPAN("   "), value);
    } else if (tw_base_span_equal(name, TW_SPAN("ExceptionString"))) {
        /* All of it once more. */
        if (!reader->has_text) {
            put_text(reader, value);
        }
    } else if (tw_base_span_equal(name, TW_SPAN("NativeErrorCode"))) {
        settle_type(reader);
        put_native_code(reader, value);
    } else {
        return false;
    }
    return true;
}

/* ---- what the application wrote ----------------------------------------------------------------
 */

static void walk_payload(struct reader *reader, struct tw_span xml);

/* Whether a text is one of the records that WCF traces, escaped. */
static bool is_record(struct tw_span text)
{
    static const struct tw_span names[] = {TW_SPAN_INIT("<TraceRecord"), TW_SPAN_INIT("<TraceData"),
                                           TW_SPAN_INIT("<Exception"),
                                           TW_SPAN_INIT("<MessageLogTraceRecord")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (tw_base_span_starts(text, names[i])) {
            return true;
        }
    }
    return false;
}

static bool is_message(struct tw_span name)
{
    return tw_base_span_equal(name, TW_SPAN("ApplicationData")) ||
           tw_base_span_equal(name, TW_SPAN("TraceData")) ||
           tw_base_span_equal(name, TW_SPAN("DataItem"));
}

/* The thread that .NET's network classes name before their text: "[5136] ". */
static struct tw_span thread_of(struct tw_span message)
{
    size_t close = tw_base_span_find(message, TW_SPAN("] "));
    bool is_thread = close > 0 && close < message.length && message.at[0] == '[';
    return is_thread ? (struct tw_span){message.at + 1, close - 1} : (struct tw_span){NULL, 0};
}

/* What a trace of .NET's network classes means goes before its text. */
static void put_message(struct reader *reader, struct tw_span said)
{
    if (tw_format_dotnet_is_source(reader->source)) {
        size_t before = reader->text->length;
        tw_format_dotnet_explain(reader->text, said,
                                 tw_format_svclog_way(reader->svclog, thread_of(said)));
        reader->waits &= reader->text->length == before;
    }
    put_text(reader, said);
}

static void put_identifier(struct reader *reader)
{
    if (reader->identifier.length > 0) {
        put_value(reader, TW_SPAN("TraceIdentifier"), reader->identifier);
    }
    reader->identifier.length = 0;
}

static void take_data(struct reader *reader, struct tw_span name, struct tw_span value)
{
    if (is_message(name)) {
        if (!reader->is_payload && is_record(value)) {
            walk_payload(reader, value);
        } else {
            put_message(reader, value);
        }
    } else if (take_of_exception(reader, name, value)) {
        return;
    } else if (reader->waits && tw_base_span_equal(name, TW_SPAN("TraceIdentifier"))) {
        reader->identifier = value;
    } else if (reader->waits && tw_base_span_equal(name, TW_SPAN("Description"))) {
        put_text(reader, value);
        put_identifier(reader);
    } else if (tw_base_span_equal(name, TW_SPAN("Callstack"))) {
        /* As a text listener appends it. */
        put_behind(reader, TW_SPAN("    Callstack="), value);
    } else if (!tw_base_span_equal(name, TW_SPAN("Timestamp"))) {
        put_value(reader, name, value);
    }
}

/* Takes the text of the element in hand, which goes no further than here. */
static void take_text(struct reader *reader)
{
    struct tw_span value =
        tw_base_span_trim(tw_format_room_since(&reader->svclog->room, reader->mark));
    if (value.length > 0 && reader->name.length > 0) {
        if (reader->part == PART_DATA) {
            take_data(reader, reader->name, value);
        } else if (tw_base_span_equal(reader->name, TW_SPAN("EventID"))) {
            reader->event = value;
        }
    }
    reader->mark = reader->svclog->room.used;
    reader->name.length = 0;
}

/* ---- the walk ----------------------------------------------------------------------------------
 */

static struct tw_span keep(struct reader *reader, const struct tw_xml_tag *tag, struct tw_span name)
{
    size_t mark = reader->svclog->room.used;
    tw_format_xml_unescape(&reader->svclog->room, tw_format_xml_attribute(tag, name), false);
    reader->mark = reader->svclog->room.used;
    return tw_format_room_since(&reader->svclog->room, mark);
}

static void read_time(struct reader *reader, struct tw_span text)
{
    char time[TW_TIMESTAMP_BYTES];
    bool zoned = false;
    struct tw_record *record = reader->record;
    if (tw_base_timestamp(text, time, &zoned) > 0) {
        (void)snprintf(zoned ? record->time : record->time_local, TW_TIME_BYTES, "%s", time);
    }
}

static void begin_property(struct reader *reader, const struct tw_xml_tag *tag)
{
    if (tw_base_span_equal(tag->name, TW_SPAN("SubType"))) {
        reader->severity = keep(reader, tag, TW_SPAN("Name"));
    } else if (tw_base_span_equal(tag->name, TW_SPAN("TimeCreated"))) {
        read_time(reader, tw_format_xml_attribute(tag, TW_SPAN("SystemTime")));
    } else if (tw_base_span_equal(tag->name, TW_SPAN("Source"))) {
        reader->source = keep(reader, tag, TW_SPAN("Name"));
    } else if (tw_base_span_equal(tag->name, TW_SPAN("Correlation"))) {
        reader->activity = tw_format_xml_attribute(tag, TW_SPAN("ActivityID"));
    } else if (tw_base_span_equal(tag->name, TW_SPAN("Execution"))) {
        reader->process = keep(reader, tag, TW_SPAN("ProcessName"));
        reader->process_id = tw_format_xml_attribute(tag, TW_SPAN("ProcessID"));
        reader->thread = tw_format_xml_attribute(tag, TW_SPAN("ThreadID"));
    }
}

static bool begin_element(void *user, const struct tw_xml_tag *tag)
{
    struct reader *reader = user;
    take_text(reader);
    reader->name = tag->name;
    if (!reader->is_event) {
        reader->is_event = tw_base_span_equal(tag->name, TW_SPAN("E2ETraceEvent"));
        return reader->is_event;
    }
    if (reader->part == PART_SYSTEM) {
        begin_property(reader, tag);
    } else if (reader->part == PART_NONE && tw_base_span_equal(tag->name, TW_SPAN("System"))) {
        reader->part = PART_SYSTEM;
    } else if (reader->part == PART_NONE &&
               tw_base_span_equal(tag->name, TW_SPAN("ApplicationData"))) {
        reader->part = PART_DATA;
        put_header(reader);
    } else if (reader->part == PART_DATA && tw_base_span_equal(tag->name, TW_SPAN("Exception"))) {
        begin_exception(reader, false);
    } else if (reader->in_exception && tw_base_span_equal(tag->name, TW_SPAN("InnerException"))) {
        begin_exception(reader, true);
    }
    return true;
}

/* Whether the line end at `at` in the record was made by wrapping: the next word would not have
 * fitted. */
static bool is_wrapped(const struct reader *reader, size_t at)
{
    struct tw_span all = reader->record->text;
    struct tw_span rest = tw_base_span_skip(all, at + 1);
    size_t from = at;
    size_t word = 0;
    while (from > 0 && all.at[from - 1] != '\n') {
        from--;
    }
    while (word < rest.length && (unsigned char)rest.at[word] > ' ') {
        word++;
    }
    struct tw_span line = tw_base_span_trim((struct tw_span){all.at + from, at - from});
    return word > 0 && tw_format_svclog_columns(line) + 1 +
                               tw_format_svclog_columns((struct tw_span){rest.at, word}) >
                           reader->svclog->width;
}

/* Text of a log that a mail program wrapped: its lines are joined again. */
static void take_wrapped(struct reader *reader, struct tw_span text, bool plain)
{
    struct tw_format_room *room = &reader->svclog->room;
    while (text.length > 0) {
        const char *newline = memchr(text.at, '\n', text.length);
        if (newline == NULL) {
            break;
        }
        struct tw_span line = {text.at, (size_t)(newline - text.at)};
        text = tw_base_span_skip(text, line.length + 1);
        line.length -= line.length > 0 && line.at[line.length - 1] == '\r';
        tw_format_xml_unescape(room, line, plain);
        bool joins = is_wrapped(reader, (size_t)(newline - reader->record->text.at));
        tw_format_room_add(room, joins ? TW_SPAN(" ") : TW_SPAN("\n"));
    }
    tw_format_xml_unescape(room, text, plain);
}

static void take_characters(void *user, struct tw_span text, bool plain)
{
    struct reader *reader = user;
    if (reader->name.length > 0 && reader->svclog->width > 0 && !reader->is_payload) {
        take_wrapped(reader, text, plain);
    } else if (reader->name.length > 0) {
        tw_format_xml_unescape(&reader->svclog->room, text, plain);
    }
}

static void end_element(void *user, size_t at)
{
    struct reader *reader = user;
    (void)at;
    take_text(reader);
}

/* System ends where ApplicationData begins. */
static bool begin_top(void *user, const struct tw_xml_tag *tag)
{
    struct reader *reader = user;
    if (reader->part == PART_SYSTEM && tw_base_span_equal(tag->name, TW_SPAN("ApplicationData"))) {
        take_text(reader);
        reader->part = PART_NONE;
    }
    return begin_element(user, tag);
}

/* Once only: a payload's own payload is text. */
static void walk_payload(struct reader *reader, struct tw_span xml)
{
    static const struct tw_xml_listener listener = {begin_element, take_characters, end_element};
    bool whole = true;
    reader->is_payload = true;
    while (whole && xml.length > 0) {
        reader->name.length = 0;
        reader->mark = reader->svclog->room.used;
        xml = tw_base_span_skip(xml, tw_format_xml_walk(xml, &listener, reader, &whole));
        take_text(reader);
    }
    reader->is_payload = false;
}

/* ---- the record --------------------------------------------------------------------------------
 */

static struct tw_span part_of(const struct reader *reader, struct place place)
{
    return (struct tw_span){reader->text->at + place.at, place.length};
}

/* An activity; where it is none, the thread of the process. */
static uint64_t origin_of(const struct reader *reader)
{
    for (size_t i = 0; i < reader->activity.length; i++) {
        char c = reader->activity.at[i];
        if (c != '{' && c != '}' && c != '-' && c != '0') {
            return tw_base_hash(TW_HASH_START, reader->activity);
        }
    }
    if (reader->thread.length == 0) {
        return 0;
    }
    uint64_t hash = tw_base_hash(TW_HASH_START, reader->process_id);
    return tw_base_hash(tw_base_hash(hash, TW_SPAN("/")), reader->thread);
}

static void fill_record(struct reader *reader, size_t message_end)
{
    struct tw_record *record = reader->record;
    struct tw_record as_trace = {.text = tw_base_buffer_span(reader->text)};
    tw_format_crm_trace.describe(&as_trace);
    record->repeats = as_trace.repeats;
    record->provider = part_of(reader, reader->provider);
    record->severity = part_of(reader, reader->level);
    record->event = part_of(reader, reader->number);
    record->message =
        part_of(reader, (struct place){reader->message, message_end - reader->message});
    record->origin = origin_of(reader);
}

bool tw_format_svclog_read(struct tw_svclog *svclog, struct tw_record *record,
                           struct tw_buffer *text)
{
    static const struct tw_xml_listener listener = {begin_top, take_characters, end_element};
    struct reader reader = {.svclog = svclog, .record = record, .text = text};
    bool whole;
    (void)tw_format_xml_walk(record->text, &listener, &reader, &whole);
    take_text(&reader);
    settle_type(&reader);
    put_identifier(&reader);
    if (reader.part != PART_DATA) {
        if (!reader.is_event) {
            return false;
        }
        put_header(&reader);
    }
    end_line(&reader);
    size_t message_end = text->length;
    if (reader.process.length > 0) {
        tw_base_buffer_add(text, TW_SPAN("    ProcessName="));
        tw_base_buffer_add(text, reader.process);
        tw_base_buffer_add_char(text, '\n');
    }
    if (text->status == TW_OK) {
        fill_record(&reader, message_end);
    }
    return true;
}

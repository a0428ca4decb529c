/* format_lines.c -- recognises the lines that traces of .NET programs are made of.
 *
 * Layouts: TraceListener.WriteHeader of .NET (source, severity, id), the file log listener of the
 * Dynamics tools (tabs, local time, two blanks before the message), the exception block of
 * Xrm.Tooling and of the Dataverse ServiceClient. Keys are never localised, the texts behind them
 * are. */
#include "format/format_lines.h"

#include "base/timestamp.h"
#include "format/format.h"

static const char *const severities[] = {"Critical", "Error", "Warning", "Information", "Verbose",
                                         "Start",    "Stop",  "Suspend", "Resume",      "Transfer"};

/* Keys of an exception block; see the file comment. */
static const char *const keys[] = {"Source",       "Method",
                                   "Date",         "Time",
                                   "DateUTC",      "TimeUTC",
                                   "Error",        "Message",
                                   "ErrorCode",    "Trace",
                                   "Stack Trace",  "StackTrace",
                                   "HelpLink Url", "OrganizationServiceFault",
                                   "ProcessId",    "ThreadId",
                                   "DateTime",     "Timestamp",
                                   "Callstack",    "LogicalOperationStack"};

/* Words that a continuation may begin with, without blanks before them (copies lose indentation).
 * The stack frame words are those of the .NET language packs. */
static const char *const continuations[] = {"at ",
                                            "in ",
                                            "bei ",
                                            "en ",
                                            "em ",
                                            "w ",
                                            "\xc3\xa0 ",
                                            "\xd0\xb2 ",
                                            "--- ",
                                            "-----END ",
                                            "---> ",
                                            "===",
                                            "Caused by: ",
                                            "Inner Exception",
                                            "InnerException",
                                            "End of ",
                                            "+ ",
                                            "{",
                                            "}",
                                            "\xe5\x9c\xa8 ",
                                            "\xe5\xa0\xb4\xe6\x89\x80 ",
                                            "At line:"};

/* First bytes of all of these: most lines of most logs are dismissed by one look. */
static const bool first_bytes[256] = {
    ['a'] = true, ['i'] = true, ['b'] = true,  ['e'] = true,  ['w'] = true,
    ['-'] = true, ['='] = true, ['+'] = true,  ['{'] = true,  ['}'] = true,
    ['A'] = true, ['C'] = true, ['D'] = true,  ['E'] = true,  ['H'] = true,
    ['I'] = true, ['L'] = true, ['M'] = true,  ['O'] = true,  ['P'] = true,
    ['S'] = true, ['T'] = true, [0xc3] = true, [0xd0] = true, [0xe5] = true};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct tw_span skip_blanks(struct tw_span text)
{
    while (text.length > 0 && tw_base_is_blank(text.at[0])) {
        text = tw_base_span_skip(text, 1);
    }
    return text;
}

static size_t severity_length(struct tw_span text)
{
    for (size_t i = 0; i < COUNT(severities); i++) {
        struct tw_span word = tw_base_span(severities[i]);
        if (tw_base_span_starts(text, word) &&
            (text.length == word.length || !tw_base_is_letter(text.at[word.length]))) {
            return word.length;
        }
    }
    return 0;
}

static size_t digits_length(struct tw_span text)
{
    size_t n = 0;
    while (n < text.length && n < 10 && tw_base_is_digit(text.at[n])) {
        n++;
    }
    return n;
}

/* "Error: 2 : " behind the source. */
static bool read_listener(struct tw_span line, size_t at, struct tw_trace_header *header)
{
    struct tw_span rest = skip_blanks(tw_base_span_skip(line, at + header->severity.length));
    if (rest.length == 0 || rest.at[0] != ':') {
        return false;
    }
    rest = skip_blanks(tw_base_span_skip(rest, 1));
    size_t digits = digits_length(rest);
    header->event = (struct tw_span){rest.at, digits};
    rest = skip_blanks(tw_base_span_skip(rest, digits));
    if (digits == 0 || rest.length == 0 || rest.at[0] != ':') {
        return false;
    }
    rest = tw_base_span_skip(rest, 1);
    header->length = line.length - rest.length;
    return true;
}

/* "Error<TAB>2<TAB>11/20/2019 8:37:50 AM  " behind the source. */
static bool read_file_log(struct tw_span line, size_t at, struct tw_trace_header *header)
{
    struct tw_span rest = skip_blanks(tw_base_span_skip(line, at + header->severity.length));
    size_t digits = digits_length(rest);
    header->event = (struct tw_span){rest.at, digits};
    rest = tw_base_span_skip(rest, digits);
    /* The times of some cultures are not understood; then the tab has to be proof enough. */
    bool tab = rest.length > 0 && rest.at[0] == '\t';
    rest = skip_blanks(rest);
    size_t time = tw_base_timestamp(rest, header->time, &header->zoned);
    if (digits == 0 || (time == 0 && !tab)) {
        return false;
    }
    rest = skip_blanks(tw_base_span_skip(rest, time));
    header->length = line.length - rest.length;
    return true;
}

/* "[Error][2] " */
static bool read_memory_log(struct tw_span line, struct tw_trace_header *header)
{
    struct tw_span rest = tw_base_span_skip(line, 1);
    size_t word = severity_length(rest);
    header->severity = (struct tw_span){rest.at, word};
    rest = tw_base_span_skip(rest, word);
    if (word == 0 || !tw_base_span_starts(rest, TW_SPAN("]["))) {
        return false;
    }
    rest = tw_base_span_skip(rest, 2);
    size_t digits = digits_length(rest);
    header->event = (struct tw_span){rest.at, digits};
    rest = tw_base_span_skip(rest, digits);
    if (digits == 0 || rest.length == 0 || rest.at[0] != ']') {
        return false;
    }
    header->length = line.length - skip_blanks(tw_base_span_skip(rest, 1)).length;
    return true;
}

bool tw_format_trace_header(struct tw_span line, struct tw_trace_header *header)
{
    *header = (struct tw_trace_header){.length = 0};
    if (line.length > 0 && line.at[0] == '"') {
        /* A quotation begins here; the header is what was quoted. */
        bool found = tw_format_trace_header(tw_base_span_skip(line, 1), header);
        header->length += found;
        return found;
    }
    if (line.length > 0 && line.at[0] == '[') {
        return read_memory_log(line, header);
    }
    size_t source = 0;
    while (source < line.length &&
           (tw_base_is_letter(line.at[source]) || tw_base_is_digit(line.at[source]) ||
            (line.at[source] != '\0' && strchr("._-$", line.at[source]) != NULL))) {
        source++;
    }
    size_t at = source;
    while (at < line.length && tw_base_is_blank(line.at[at])) {
        at++;
    }
    header->source = (struct tw_span){line.at, source};
    size_t word = severity_length(tw_base_span_skip(line, at));
    header->severity = (struct tw_span){line.at + at, word};
    if (source == 0 || at == source || word == 0) {
        return false;
    }
    return read_listener(line, at, header) || read_file_log(line, at, header);
}

static bool is_key(struct tw_span line, const char *key)
{
    struct tw_span word = tw_base_span(key);
    if (!tw_base_span_starts(line, word)) {
        return false;
    }
    struct tw_span rest = skip_blanks(tw_base_span_skip(line, word.length));
    return rest.length > 0 && (rest.at[0] == ':' || rest.at[0] == '=');
}

bool tw_format_is_exception_key(struct tw_span line)
{
    if (tw_base_span_starts(line, TW_SPAN("Inner Exception Level "))) {
        return true;
    }
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (is_key(line, keys[i])) {
            return true;
        }
    }
    return false;
}

unsigned tw_format_chain(struct tw_format_chains *chains, struct tw_span text, size_t at)
{
    static const struct tw_span mark = TW_SPAN_INIT("Inner Exception Level ");
    while (chains->at < at) {
        struct tw_span rest = {text.at + chains->at, at - chains->at};
        size_t found = tw_base_span_find(rest, mark);
        if (found == rest.length) {
            /* The mark may begin before `at` and end behind it. */
            chains->at = at - (rest.length < mark.length ? rest.length : mark.length);
            break;
        }
        chains->at += found + mark.length;
        unsigned level = 0;
        while (chains->at < text.length && tw_base_is_digit(text.at[chains->at]) && level < 1000) {
            level = level * 10 + (unsigned)(text.at[chains->at++] - '0');
        }
        chains->chain += level <= chains->level && chains->level > 0;
        chains->level = level;
    }
    return chains->chain;
}

/* Whether the line is a piece of base64, such as the body of a key or a certificate: it belongs to
 * the line that says what it is, and is redacted with it. */
static bool is_base64(struct tw_span line)
{
    size_t n = 0;
    while (n < line.length && (tw_base_is_letter(line.at[n]) || tw_base_is_digit(line.at[n]) ||
                               line.at[n] == '+' || line.at[n] == '/' || line.at[n] == '=')) {
        n++;
    }
    return n == line.length && (n >= 40 || (n >= 4 && line.at[n - 1] == '='));
}

/* Whether the line is a value of a registry export, `"Name"=dword:00000001`, which belongs to the
 * key in brackets above it (Windows Registry Editor Version 5.00). */
static bool is_registry_value(struct tw_span line)
{
    static const struct tw_span forms[] = {TW_SPAN_INIT("\"=dword:"), TW_SPAN_INIT("\"=\""),
                                           TW_SPAN_INIT("\"=hex")};
    for (size_t i = 0; line.at[0] == '"' && i < COUNT(forms); i++) {
        if (tw_base_span_find(line, forms[i]) < line.length) {
            return true;
        }
    }
    return false;
}

bool tw_format_is_continuation(struct tw_span line)
{
    if (line.length == 0 || tw_base_is_blank(line.at[0]) || line.at[0] == '\r') {
        return true;
    }
    if (is_base64(line)) {
        return true;
    }
    /* Logs of one JSON object a line. */
    if (tw_base_span_starts(line, TW_SPAN("{\""))) {
        return false;
    }
    if (is_registry_value(line)) {
        return true;
    }
    if (!first_bytes[(unsigned char)line.at[0]]) {
        return false;
    }
    for (size_t i = 0; i < COUNT(continuations); i++) {
        if (tw_base_span_starts(line, tw_base_span(continuations[i]))) {
            return true;
        }
    }
    return tw_format_is_exception_key(line);
}

size_t tw_format_looks_like(struct tw_span text, const char *pattern)
{
    size_t length = strlen(pattern);
    if (text.length < length) {
        return 0;
    }
    for (size_t i = 0; i < length; i++) {
        if (pattern[i] == '0' ? !tw_base_is_digit(text.at[i]) : text.at[i] != pattern[i]) {
            return 0;
        }
    }
    return length;
}

bool tw_format_is_entry(struct tw_span line)
{
    char time[TW_TIMESTAMP_BYTES];
    bool zoned;
    struct tw_trace_header header;
    struct tw_span text = line;
    if (text.length > 0 && (text.at[0] == '[' || text.at[0] == '(')) {
        text = tw_base_span_skip(text, 1);
    }
    return tw_base_timestamp(text, time, &zoned) > 0 || tw_format_trace_header(line, &header);
}

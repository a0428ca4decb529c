/* decode_repair_line.c -- what single lines of a log look like: the judgement behind repair.
 *
 * Knows the layouts that begin a line (trace headers, exception blocks, frames, times), because a
 * line that begins like one was not cut off the line before. It sees one line at a time and never
 * changes it. */
#include "decode/decode_repair.h"

/* U+00A0, which web pages put in place of indentation. */
static const struct tw_span no_break = {"\xC2\xA0", 2};

struct tw_span tw_decode_line_unindent(struct tw_span line)
{
    for (;;) {
        if (line.length > 0 && tw_base_is_blank(line.at[0])) {
            line = tw_base_span_skip(line, 1);
        } else if (tw_base_span_starts(line, no_break)) {
            line = tw_base_span_skip(line, no_break.length);
        } else {
            return line;
        }
    }
}

struct tw_span tw_decode_line_cut_end(struct tw_span line)
{
    while (line.length > 0 && tw_base_is_blank(line.at[line.length - 1])) {
        line.length--;
    }
    return line;
}

bool tw_decode_line_is_blank(struct tw_span line)
{
    return tw_decode_line_unindent(line).length == 0;
}

size_t tw_decode_line_columns(struct tw_span line)
{
    size_t columns = 0;
    for (size_t i = 0; i < line.length; i++) {
        columns += ((unsigned char)line.at[i] & 0xC0) != 0x80;
    }
    return columns;
}

/* The first word of a line that does not begin with a blank. */
static struct tw_span word_of(struct tw_span line)
{
    size_t length = 0;
    while (length < line.length && !tw_base_is_blank(line.at[length])) {
        length++;
    }
    return (struct tw_span){line.at, length};
}

size_t tw_decode_line_first_word(struct tw_span line)
{
    struct tw_span rest = tw_decode_line_unindent(line);
    struct tw_span word = word_of(rest);
    return tw_decode_line_columns(
        (struct tw_span){line.at, line.length - rest.length + word.length});
}

bool tw_decode_line_has_words(struct tw_span line)
{
    struct tw_span rest = tw_decode_line_cut_end(tw_decode_line_unindent(line));
    return word_of(rest).length < rest.length;
}

static bool has_char(struct tw_span text, char c)
{
    return text.length > 0 && memchr(text.at, c, text.length) != NULL;
}

static bool is_name_char(char c)
{
    return tw_base_is_letter(c) || tw_base_is_digit(c) || c == '_' || c == '.' || c == '`' ||
           c == '+' || (unsigned char)c >= 0x80;
}

/* `Name.Space.Type`: how long, 0 where there is no dot in it. */
static size_t dotted_name(struct tw_span text)
{
    size_t length = 0;
    bool dot = false;
    if (text.length == 0 || !(tw_base_is_letter(text.at[0]) || text.at[0] == '_')) {
        return 0;
    }
    while (length < text.length && is_name_char(text.at[length])) {
        dot = dot || (text.at[length] == '.' && length + 1 < text.length &&
                      is_name_char(text.at[length + 1]));
        length++;
    }
    return dot ? length : 0;
}

bool tw_decode_line_is_frame(struct tw_span line)
{
    struct tw_span rest = tw_decode_line_unindent(line);
    struct tw_span at = word_of(rest);
    /* The word is translated: at, bei, en, in, em, vid, w, and single characters in Asia. It is
     * short, and what follows is a method with its parenthesis. */
    if (at.length == 0 || at.length > 9 ||
        !(tw_base_is_letter(at.at[0]) || (unsigned char)at.at[0] >= 0x80)) {
        return false;
    }
    bool english = tw_base_span_equal(at, TW_SPAN("at"));
    struct tw_span method = word_of(tw_decode_line_unindent(tw_base_span_skip(rest, at.length)));
    if (method.length == 0 ||
        !(tw_base_is_letter(method.at[0]) || method.at[0] == '_' || method.at[0] == '<')) {
        return english && at.length == tw_decode_line_cut_end(rest).length;
    }
    return has_char(method, '(') && (english || has_char(method, '.'));
}

/* Whether `rest` goes on with a colon, as the value of a key does. */
static bool is_colon(struct tw_span rest)
{
    rest = tw_decode_line_unindent(rest);
    return rest.length > 0 && rest.at[0] == ':';
}

bool tw_decode_line_is_key(struct tw_span line)
{
    static const char *const keys[] = {
        "Source",     "Method",       "Date",          "Time",          "DateUTC",
        "TimeUTC",    "Error",        "ErrorCode",     "Trace",         "Stack Trace",
        "StackTrace", "HelpLink Url", "Error Message", "Error Details", "InnerException",
        "Message",    "Exception",
    };
    struct tw_span rest = tw_decode_line_unindent(line);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct tw_span key = tw_base_span(keys[i]);
        if (tw_base_span_starts(rest, key) && is_colon(tw_base_span_skip(rest, key.length))) {
            return true;
        }
    }
    return tw_base_span_starts(rest, TW_SPAN("Inner Exception Level "));
}

bool tw_decode_line_is_exception(struct tw_span line)
{
    size_t name = dotted_name(line);
    struct tw_span rest = tw_base_span_skip(line, name);
    return name > 9 && memcmp(line.at + name - 9, "Exception", 9) == 0 &&
           (rest.length == 0 || rest.at[0] == ':' || tw_base_span_starts(rest, TW_SPAN(" (")));
}

bool tw_decode_line_is_header(struct tw_span line)
{
    static const char *const levels[] = {"Critical", "Error", "Warning", "Information", "Verbose",
                                         "Start",    "Stop",  "Suspend", "Resume",      "Transfer"};
    size_t name = dotted_name(line);
    struct tw_span rest = tw_decode_line_unindent(tw_base_span_skip(line, name));
    if (name == 0 || tw_decode_line_is_exception(line)) {
        return name > 0;
    }
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct tw_span level = tw_base_span(levels[i]);
        if (tw_base_span_starts(rest, level)) {
            rest = tw_decode_line_unindent(tw_base_span_skip(rest, level.length));
            return rest.length > 0 && (rest.at[0] == ':' || tw_base_is_digit(rest.at[0]));
        }
    }
    return false;
}

bool tw_decode_line_is_number(struct tw_span line)
{
    struct tw_span word = word_of(line);
    size_t digits = 0;
    while (digits < word.length && tw_base_is_digit(word.at[digits])) {
        digits++;
    }
    return digits > 0 && word.length - digits <= 2 &&
           (digits == word.length || strchr(",.;)", word.at[digits]) != NULL);
}

/* Digits and what stands between them in dates, times, and columns of numbers. */
static bool is_numeric(struct tw_span word)
{
    size_t digits = 0;
    for (size_t i = 0; i < word.length; i++) {
        if (tw_base_is_digit(word.at[i])) {
            digits++;
        } else if (strchr("-/.:,TZ[]()+", word.at[i]) == NULL || word.at[i] == '\0') {
            return false;
        }
    }
    return digits >= 3;
}

static bool is_hex_word(struct tw_span word)
{
    for (size_t i = 0; i < word.length; i++) {
        char c = word.at[i];
        if (!tw_base_is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f') &&
            !(c == ':' && i + 1 == word.length)) {
            return false;
        }
    }
    return word.length >= 2 && word.length <= 9;
}

/* A row of a dump: three words of hexadecimal digits. */
static bool is_dump(struct tw_span line)
{
    for (int i = 0; i < 3; i++) {
        struct tw_span word = word_of(line);
        if (!is_hex_word(word)) {
            return false;
        }
        line = tw_decode_line_unindent(tw_base_span_skip(line, word.length));
    }
    return true;
}

/* The name of a level in the way that loggers write it: `ERROR`, `[warn]`, `fail:`. */
static bool is_level(struct tw_span word)
{
    static const char *const levels[] = {
        "TRACE", "DEBUG", "INFO",  "WARN",  "WARNING", "ERROR",  "FATAL",    "CRIT",  "trce:",
        "dbug:", "info:", "warn:", "fail:", "crit:",   "ERROR:", "WARNING:", "INFO:", "DEBUG:"};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (tw_base_span_equal(word, tw_base_span(levels[i]))) {
            return true;
        }
    }
    return false;
}

/* `Word:` or `Two words :` with a capital letter: a key of any layout, a header of a mail. */
static bool is_any_key(struct tw_span line)
{
    if (line.at[0] < 'A' || line.at[0] > 'Z') {
        return false;
    }
    size_t i = 0;
    unsigned words = 1;
    while (i < line.length && i < 32 && line.at[i] != ':') {
        if (tw_base_is_blank(line.at[i])) {
            words += i > 0 && !tw_base_is_blank(line.at[i - 1]);
        } else if (!tw_base_is_letter(line.at[i]) && line.at[i] != '-') {
            return false;
        }
        i++;
    }
    bool colon = i < line.length && line.at[i] == ':';
    bool blank_before = colon && tw_base_is_blank(line.at[i - 1]);
    bool blank_behind = i + 1 == line.length || (colon && tw_base_is_blank(line.at[i + 1]));
    return colon && blank_behind && words <= 2u + blank_before;
}

/* `key=value` with a small letter; `Version=` and `Culture=` stand in the middle of messages. */
static bool is_assignment(struct tw_span word)
{
    return word.at[0] >= 'a' && word.at[0] <= 'z' && has_char(word, '=');
}

/* Begins with a character that opens something or marks a line: markup, JSON, rules of `=` and `-`,
 * quotes, lists, tables, comments. */
static bool is_marked(struct tw_span line)
{
    char c = line.at[0];
    char second = line.length > 1 ? line.at[1] : ' ';
    if (c == '<') {
        return tw_base_is_letter(second) || second == '/' || second == '?' || second == '!' ||
               tw_base_is_blank(second) || second == '<';
    }
    if (c == '-') {
        /* An inner exception in one line (`--->`) may well have been wrapped. */
        return tw_base_is_blank(second) ||
               (second == '-' && line.at[line.length > 3 ? 3 : 0] != '>');
    }
    if (strchr("{}[]#>|~", c) != NULL && c != '\0') {
        return true;
    }
    if (strchr("*+=_.", c) != NULL && c != '\0') {
        return tw_base_is_blank(second) || second == c;
    }
    return tw_base_span_starts(line, TW_SPAN("```")) ||
           tw_base_span_starts(line, TW_SPAN("\\---")) ||
           tw_base_span_starts(line, TW_SPAN("\xE2\x80\x94 ")) ||
           tw_base_span_starts(line, TW_SPAN("\xE2\x80\xA2")) ||
           tw_base_span_starts(line, TW_SPAN("=>"));
}

bool tw_decode_line_is_start(struct tw_span line)
{
    struct tw_span rest = tw_decode_line_unindent(line);
    if (rest.length == 0 || rest.at != line.at) {
        return true; /* blank or indented: who wraps a line takes the blanks at the cut away */
    }
    struct tw_span word = word_of(rest);
    if (has_char(tw_decode_line_cut_end(rest), '\t') || is_assignment(word)) {
        return true; /* a row of a table, logfmt */
    }
    return is_marked(rest) || tw_decode_line_is_header(rest) || is_numeric(word) ||
           is_level(word) || tw_decode_line_is_key(rest) || tw_decode_line_is_frame(rest) ||
           is_any_key(rest) || is_dump(rest) || tw_base_span_starts(rest, TW_SPAN("Caused by")) ||
           tw_base_span_starts(rest, TW_SPAN("At line:")) ||
           tw_base_span_starts(rest, TW_SPAN("PS "));
}

/* format_dotnet.c -- reads the lines of .NET's network traces; see format_dotnet.h.
 *
 * A dump is the line "Data from Socket#1::Send" and a line for each 16 bytes: their place in the
 * program's buffer, the bytes, what can be printed of them. Texts are localised, names of the API
 * are not. */
#include "format/format_dotnet.h"

#include "base/limits.h"
#include "format/format_lines.h"

/* Bytes in one line of a dump. */
#define LINE_BYTES 16u

/* A line of a dump. */
struct dump_line {
    size_t at;
    unsigned char bytes[LINE_BYTES];
    size_t count;
};

/* Lines that follow one another. */
struct dump {
    enum tw_dotnet_way way;
    size_t at;
    size_t count;
    char bytes[TW_DOTNET_DUMP_MAX];
};

bool tw_format_dotnet_is_source(struct tw_span source)
{
    static const struct tw_span name = TW_SPAN_INIT("System.Net");
    return tw_base_span_starts(source, name) &&
           (source.length == name.length || source.at[name.length] == '.');
}

static unsigned digit_of(char c)
{
    return tw_base_is_digit(c)    ? (unsigned)(c - '0')
           : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                  : 16;
}

/* Takes the thread, "[5136] ", from the beginning of `text`. */
static bool take_thread(struct tw_span *text)
{
    size_t n = 1;
    while (text->length > 0 && tw_base_is_blank(text->at[0])) {
        *text = tw_base_span_skip(*text, 1);
    }
    if (text->length == 0 || text->at[0] != '[') {
        return false;
    }
    while (n < text->length && tw_base_is_digit(text->at[n])) {
        n++;
    }
    if (n == 1 || n > 11 || n + 1 >= text->length || text->at[n] != ']' || text->at[n + 1] != ' ') {
        return false;
    }
    *text = tw_base_span_skip(*text, n + 2);
    return true;
}

/* Reads "00000010 : 16 03 01 00 76 01 00 00-72 : ....v...r" behind the thread. */
static bool read_dump_line(struct tw_span text, struct dump_line *line)
{
    line->at = 0;
    line->count = 0;
    for (size_t i = 0; i < 8; i++) {
        unsigned digit = i < text.length ? digit_of(text.at[i]) : 16;
        if (digit > 15) {
            return false;
        }
        line->at = line->at << 4 | digit;
    }
    text = tw_base_span_skip(text, 8);
    if (!tw_base_span_starts(text, TW_SPAN(" : "))) {
        return false;
    }
    text = tw_base_span_skip(text, 3);
    while (line->count < LINE_BYTES && text.length >= 2 && digit_of(text.at[0]) < 16 &&
           digit_of(text.at[1]) < 16 &&
           (text.length == 2 || text.at[2] == ' ' || text.at[2] == '-')) {
        line->bytes[line->count++] =
            (unsigned char)(digit_of(text.at[0]) << 4 | digit_of(text.at[1]));
        text = tw_base_span_skip(text, 3);
    }
    return line->count > 0;
}

/* What a line says behind its header, if it has one, and its thread; empty: it is none of these
 * traces. */
static struct tw_span text_of(struct tw_span line)
{
    struct tw_trace_header header;
    struct tw_span text = line;
    if (tw_format_trace_header(line, &header)) {
        text = tw_base_span_skip(line, header.length);
    }
    if (!take_thread(&text)) {
        text.length = 0;
    }
    return text;
}

bool tw_format_dotnet_is_dump(struct tw_span line)
{
    struct dump_line dump;
    return read_dump_line(text_of(line), &dump);
}

enum tw_dotnet_way tw_format_dotnet_way(struct tw_span from)
{
    size_t next;
    struct tw_span line = tw_base_span_line(from, 0, &next);
    struct tw_span method = tw_base_span_skip(line, tw_base_span_find(line, TW_SPAN("::")) + 2);
    return tw_base_span_starts(method, TW_SPAN("Send"))      ? TW_DOTNET_SENT
           : tw_base_span_starts(method, TW_SPAN("Receive")) ? TW_DOTNET_RECEIVED
                                                             : TW_DOTNET_UNKNOWN;
}

static void end_dump(struct tw_buffer *to, struct dump *dump)
{
    if (dump->count > 0) {
        tw_format_tls_explain(to, (struct tw_span){dump->bytes, dump->count}, dump->at, dump->way);
    }
    dump->count = 0;
}

/* Adds a line to the dump in hand, or begins another: threads write between one another. */
static void take_dump_line(struct tw_buffer *to, struct dump *dump, const struct dump_line *line)
{
    if (dump->count > 0 && line->at != dump->at + dump->count) {
        end_dump(to, dump);
    }
    if (dump->count == 0) {
        dump->at = line->at;
    }
    if (dump->count + line->count <= sizeof dump->bytes) {
        memcpy(dump->bytes + dump->count, line->bytes, line->count);
        dump->count += line->count;
    }
}

/* The name before the last parenthesis of "InitializeSecurityContext(In-Buffers count=2, Out-Buffer
 * length=0, returned code=Unsupported)." in any language; empty: the line has none. What the
 * function is called with, "credential = ...", is not localised. */
static struct tw_span return_code(struct tw_span line)
{
    static const struct tw_span call = TW_SPAN_INIT("SecurityContext(");
    struct tw_span none = {NULL, 0};
    struct tw_span rest = tw_base_span_skip(line, tw_base_span_find(line, call));
    const char *close = rest.length == 0 ? NULL : memrchr(rest.at, ')', rest.length);
    if (close == NULL || tw_base_span_find(rest, TW_SPAN("credential = ")) < rest.length ||
        tw_base_span_find(rest, TW_SPAN("returned code=")) < rest.length) {
        return none;
    }
    const char *from = close;
    while (from > rest.at + call.length && tw_base_is_letter(from[-1])) {
        from--;
    }
    return from > rest.at + call.length ? (struct tw_span){from, (size_t)(close - from)} : none;
}

static void say_return_code(struct tw_buffer *to, struct tw_span line)
{
    struct tw_span code = return_code(line);
    if (code.length > 0) {
        tw_base_buffer_add(to, TW_SPAN("SecurityContext: returned code="));
        tw_base_buffer_add(to, code);
        tw_base_buffer_add_char(to, '\n');
    }
}

void tw_format_dotnet_explain(struct tw_buffer *to, struct tw_span lines, enum tw_dotnet_way way)
{
    static const struct tw_span from = TW_SPAN_INIT("Data from ");
    struct dump dump = {.way = way, .count = 0};
    for (size_t at = 0; at < lines.length;) {
        struct dump_line read;
        struct tw_span said = text_of(tw_base_span_line(lines, at, &at));
        if (said.length == 0) {
            continue;
        }
        if (read_dump_line(said, &read)) {
            take_dump_line(to, &dump, &read);
            continue;
        }
        end_dump(to, &dump);
        if (tw_base_span_starts(said, from)) {
            dump.way = tw_format_dotnet_way(tw_base_span_skip(said, from.length));
        } else {
            say_return_code(to, said);
        }
    }
    end_dump(to, &dump);
}

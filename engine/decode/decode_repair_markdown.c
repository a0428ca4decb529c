/* decode_repair_markdown.c -- undoes what a Markdown copy adds: bold marks, escapes, code fences,
 * hard line breaks; and blank lines between all lines.
 *
 * Ambiguous backslashes (C:\_work, domain\_user) are only taken away where the text has several
 * marks that no log has, and never inside of what looks like a path. */
#include "decode/decode_repair.h"

/* ---- Markdown ------------------------------------------------------------------------------ */

static bool is_fence(struct tw_span line)
{
    return tw_base_span_starts(tw_decode_line_unindent(line), TW_SPAN("```"));
}

/* Whether `**` stands at byte `i`, and no third star beside it. */
static bool is_bold_mark(struct tw_span line, size_t i)
{
    return i + 1 < line.length && line.at[i] == '*' && line.at[i + 1] == '*' &&
           (i == 0 || line.at[i - 1] != '*') && (i + 2 >= line.length || line.at[i + 2] != '*');
}

/* Where the bold text that opens at byte `i` has its closing mark; 0: it has none. */
static size_t bold_end(struct tw_span line, size_t i)
{
    if (!is_bold_mark(line, i) || i + 2 >= line.length || tw_base_is_blank(line.at[i + 2])) {
        return 0;
    }
    for (size_t k = i + 3; k < line.length; k++) {
        if (is_bold_mark(line, k)) {
            return tw_base_is_blank(line.at[k - 1]) ? 0 : k;
        }
    }
    return 0;
}

/* Escapes that no path and no domain name has. */
static bool is_clear_escape(struct tw_span line, size_t i)
{
    if (i + 1 >= line.length || line.at[i] != '\\') {
        return false;
    }
    char c = line.at[i + 1];
    bool rule = i == 0 && tw_base_span_starts(line, TW_SPAN("\\---"));
    return rule || c == '<' || c == '>' || c == '`' || c == '*';
}

/* Escapes that are undone only because others are there. */
static bool is_likely_escape(struct tw_span line, size_t i)
{
    return i + 1 < line.length && line.at[i] == '\\' && line.at[i + 1] != '\0' &&
           strchr("_-[]#+!|~", line.at[i + 1]) != NULL;
}

/* Whether the word around byte `i` has backslashes before letters, as a path has. */
static bool is_in_path(struct tw_span line, size_t i)
{
    size_t from = i;
    while (from > 0 && !tw_base_is_blank(line.at[from - 1])) {
        from--;
    }
    for (size_t k = from; k + 1 < line.length && !tw_base_is_blank(line.at[k]); k++) {
        char next = line.at[k + 1];
        if (line.at[k] == '\\' && (tw_base_is_letter(next) || tw_base_is_digit(next) ||
                                   next == '\\' || (k > from && line.at[k - 1] == ':'))) {
            return true;
        }
    }
    return false;
}

struct marks {
    size_t bold;
    size_t escapes;
    size_t fences;
    size_t code; /* backslashes as in program text and paths */
};

/* `\n`, `\"`, `\\`, and the backslashes of paths. */
static bool is_code_escape(struct tw_span line, size_t i)
{
    char next = i + 1 < line.length ? line.at[i + 1] : ' ';
    return line.at[i] == '\\' && (tw_base_is_letter(next) || tw_base_is_digit(next) ||
                                  next == '"' || next == '\'' || next == '\\');
}

static struct marks count_marks(const struct tw_repair *repair)
{
    struct marks marks = {0};
    bool fenced = false;
    for (size_t i = 0; i < repair->line_count; i++) {
        struct tw_span line = tw_decode_repair_line(repair, i);
        if (is_fence(line)) {
            marks.fences++;
            fenced = !fenced;
            continue;
        }
        for (size_t k = 0; !fenced && k + 1 < line.length; k++) {
            size_t end = line.at[k] == '*' ? bold_end(line, k) : 0;
            marks.bold += end > 0;
            k = end > 0 ? end + 1 : k;
            marks.escapes += is_clear_escape(line, k);
            marks.code += is_code_escape(line, k);
        }
    }
    return marks;
}

/* Copies a line without its marks. True: it had some. */
static bool copy_unmarked(struct tw_repair *repair, struct tw_span line, size_t from)
{
    size_t copied = 0;
    size_t closing = 0;
    size_t last_path = 0; /* up to here the word is known to be no path, or one */
    bool path = false;
    bool changed = false;
    for (size_t i = 0; i + 1 < line.length; i++) {
        size_t drop = 0;
        if (line.at[i] == '*' && closing > 0 && i == closing) {
            drop = 2;
            closing = 0;
        } else if (line.at[i] == '*' && closing == 0 && (closing = bold_end(line, i)) > 0) {
            drop = 2;
        } else if (is_clear_escape(line, i)) {
            drop = 1;
        } else if (is_likely_escape(line, i)) {
            if (i >= last_path) {
                path = is_in_path(line, i);
                last_path = i;
                while (last_path < line.length && !tw_base_is_blank(line.at[last_path])) {
                    last_path++;
                }
            }
            drop = path ? 0 : 1;
        }
        if (drop > 0) {
            tw_decode_repair_copy(repair, from + copied, i - copied);
            copied = i + drop;
            i += 1; /* behind the mark, or behind what was escaped */
            changed = true;
        }
    }
    tw_decode_repair_copy(repair, from + copied, line.length - copied);
    return changed;
}

static bool has(const struct tw_repair *repair, struct tw_span mark)
{
    return tw_base_span_find(repair->text, mark) < repair->text.length;
}

void tw_decode_repair_markdown(struct tw_repair *repair)
{
    /* Most logs have none of these, and are not looked at byte by byte. */
    bool possible = has(repair, TW_SPAN("**")) || has(repair, TW_SPAN("\\<")) ||
                    has(repair, TW_SPAN("\\>")) || has(repair, TW_SPAN("\\`")) ||
                    has(repair, TW_SPAN("\\*")) || has(repair, TW_SPAN("```"));
    if (!possible || !tw_decode_repair_split(repair)) {
        return;
    }
    struct marks marks = count_marks(repair);
    /* Escapes alone may be regular expressions. */
    bool inside = marks.bold >= 3 || (marks.bold > 0 && marks.escapes > 0) ||
                  (marks.escapes >= 3 && marks.code == 0);
    if (!inside && marks.fences < 2) {
        return;
    }
    bool fenced = false;
    bool changed = false;
    for (size_t i = 0; i < repair->line_count; i++) {
        struct tw_span line = tw_decode_repair_line(repair, i);
        size_t from = repair->lines[i];
        if (is_fence(line)) {
            fenced = !fenced;
            changed = true;
            continue;
        }
        if (fenced || !inside) {
            tw_decode_repair_copy(repair, from, repair->lines[i + 1] - from);
            continue;
        }
        size_t newline = from + line.length;
        bool hard_break =
            line.length > 2 && line.at[line.length - 1] == ' ' && line.at[line.length - 2] == ' ';
        line.length -= hard_break ? 2 : 0;
        changed = copy_unmarked(repair, line, from) || hard_break || changed;
        tw_decode_repair_copy(repair, newline, repair->lines[i + 1] - newline);
    }
    tw_decode_repair_finish(repair, changed, TW_REPAIR_MARKDOWN);
}

/* ---- blank lines --------------------------------------------------------------------------- */

/* Pairs of lines that no program separates by a blank line. */
#define PAIRS_MIN 2

/* Columns beyond which a line may have been wrapped, and beyond which it was not. */
#define WIDTH_MIN 60
#define WIDTH_MAX 100

/* A stretch in which between any two lines there is an odd number of blank ones: each line had one
 * put behind it, also the blank ones. Something is taken away only from `first` to `last`: between
 * the outermost lines that speak for damage and those of the same trace around them. */
struct stretch {
    size_t first;
    size_t last;
    size_t end; /* where to look on */
    size_t pairs;
};

static bool is_blank_line(const struct tw_repair *repair, size_t i)
{
    return tw_decode_line_is_blank(tw_decode_repair_line(repair, i));
}

/* Whether a blank line between the two lines is damage: inside an exception block or a stack. */
static bool belong_together(struct tw_span a, struct tw_span b)
{
    bool first = tw_decode_line_is_frame(a) || tw_decode_line_is_key(a);
    struct tw_span key = tw_decode_line_unindent(b);
    bool opens =
        tw_base_span_starts(key, TW_SPAN("Source")) || tw_base_span_starts(key, TW_SPAN("Inner"));
    return first && (tw_decode_line_is_frame(b) || (tw_decode_line_is_key(b) && !opens));
}

/* Whether `line` may stand in a trace behind `before` without a blank line between. */
static bool is_of_trace(struct tw_span before, struct tw_span line)
{
    struct tw_span text = tw_decode_line_unindent(line);
    if (text.length > 0 && text.at[0] == '"') {
        text = tw_base_span_skip(text, 1);
    }
    if (tw_decode_line_is_header(text) || tw_decode_line_is_key(text) ||
        tw_decode_line_is_frame(text) || tw_base_span_starts(text, TW_SPAN("---")) ||
        tw_base_span_starts(text, TW_SPAN("===")) || tw_base_span_starts(text, TW_SPAN("\\---")) ||
        tw_base_span_starts(text, TW_SPAN("\xE2\x80\x94"))) {
        return true;
    }
    size_t columns = tw_decode_line_columns(before);
    return columns <= WIDTH_MAX && columns + 1 + tw_decode_line_first_word(line) > WIDTH_MIN;
}

/* The line with text before or behind `line`. */
static size_t neighbour(const struct tw_repair *repair, size_t line, bool behind)
{
    do {
        line += behind ? 1 : SIZE_MAX;
    } while (line < repair->line_count && is_blank_line(repair, line));
    return line;
}

/* Takes in what belongs to the same trace, from line `from` to line `last`. */
static void widen(const struct tw_repair *repair, struct stretch *stretch, size_t from, size_t last)
{
    while (stretch->first > from) {
        size_t before = neighbour(repair, stretch->first, false);
        size_t further = before > from ? neighbour(repair, before, false) : before;
        if (before > stretch->first || before < from ||
            !is_of_trace(
                tw_decode_repair_line(repair, further == before ? stretch->first : further),
                tw_decode_repair_line(repair, before))) {
            break;
        }
        stretch->first = before;
    }
    while (stretch->last < last) {
        size_t next = neighbour(repair, stretch->last, true);
        if (next > last || !is_of_trace(tw_decode_repair_line(repair, stretch->last),
                                        tw_decode_repair_line(repair, next))) {
            break;
        }
        stretch->last = next;
    }
}

static struct stretch find_stretch(const struct tw_repair *repair, size_t from)
{
    struct stretch stretch = {from, from, from + 1, 0};
    size_t line = from;
    for (;;) {
        size_t next = neighbour(repair, line, true);
        stretch.end = next;
        if (next >= repair->line_count || (next - line) % 2 != 0) {
            break;
        }
        if (belong_together(tw_decode_repair_line(repair, line),
                            tw_decode_repair_line(repair, next))) {
            stretch.first = stretch.pairs == 0 ? line : stretch.first;
            stretch.last = next;
            stretch.pairs++;
        }
        line = next;
    }
    if (stretch.pairs >= PAIRS_MIN) {
        widen(repair, &stretch, from, line);
    }
    return stretch;
}

/* Copies the lines of a stretch, and of its blank ones every second only. */
static void copy_stretch(struct tw_repair *repair, const struct stretch *stretch)
{
    size_t blank = 0;
    for (size_t i = stretch->first; i <= stretch->last; i++) {
        blank = is_blank_line(repair, i) ? blank + 1 : 0;
        if (blank % 2 == 0) {
            size_t from = repair->lines[i];
            tw_decode_repair_copy(repair, from, repair->lines[i + 1] - from);
        }
    }
}

void tw_decode_repair_blank_lines(struct tw_repair *repair)
{
    if (!tw_decode_repair_split(repair)) {
        return;
    }
    size_t copied = 0; /* lines */
    for (size_t i = 0; i < repair->line_count;) {
        struct stretch stretch = find_stretch(repair, i);
        if (stretch.pairs >= PAIRS_MIN) {
            size_t from = repair->lines[copied];
            tw_decode_repair_copy(repair, from, repair->lines[stretch.first] - from);
            copy_stretch(repair, &stretch);
            copied = stretch.last + 1;
        }
        i = stretch.end;
    }
    if (copied > 0) {
        size_t from = repair->lines[copied];
        tw_decode_repair_copy(repair, from, repair->text.length - from);
    }
    tw_decode_repair_finish(repair, copied > 0, TW_REPAIR_BLANK_LINES);
}

/* decode_repair_wrap.c -- joins the lines that a mail program wrapped.
 *
 * A wrapped text says so itself: no line of several words is longer than the width, the first word
 * of the next line would not have fitted, and sentences or parameter lists go on across the ends of
 * lines. All three are asked for, stretch by stretch; a line that looks like the beginning of a log
 * entry is never joined to the one before (decode_repair_line.c). Words longer than the width stand
 * alone and may be longer. */
#include "decode/decode_repair.h"

/* Widths at which mail programs wrap: 72 to 80, less what was quoted since. */
#define WIDTH_MIN 60
#define WIDTH_MAX 82

/* Ends of lines at which a sentence goes on, for which there must be so many; a frame that was cut
 * inside its parentheses is proof alone. */
#define SENTENCES_MIN 2

/* Lines between which nothing speaks against wrapping, and what speaks for it. */
struct stretch {
    size_t first;
    size_t last;
    size_t width;     /* the longest line of several words */
    size_t sentences; /* ends at which a sentence goes on */
    size_t frames;    /* ends inside a frame */
    size_t full;      /* lines that reach the last quarter */
    size_t cut;       /* of these, those whose next line did not fit */
    bool console;     /* has an error of PowerShell, which wraps at the width of its window */
    size_t fits_from; /* the smallest width at which all of these ends would not be */
};

static struct tw_span content(const struct tw_repair *repair, size_t i)
{
    return tw_decode_line_cut_end(tw_decode_repair_line(repair, i));
}

/* A line longer than any width, at a place where it could have been broken. */
static bool is_never_wrapped(struct tw_span line)
{
    return tw_decode_line_columns(line) > WIDTH_MAX && tw_decode_line_has_words(line) &&
           tw_decode_line_first_word(line) <= WIDTH_MAX;
}

/* Two blanks at its end: Markdown means this line break. */
static bool is_hard_break(struct tw_span line)
{
    return line.length >= 2 && line.at[line.length - 1] == ' ' && line.at[line.length - 2] == ' ';
}

/* Separators of columns: commas, semicolons and bars without a blank behind them. */
static size_t separators(struct tw_span line)
{
    size_t count = 0;
    for (size_t i = 0; i + 1 < line.length; i++) {
        bool separator = line.at[i] == ',' || line.at[i] == ';' || line.at[i] == '|';
        count += separator && !tw_base_is_blank(line.at[i + 1]);
    }
    return count;
}

/* Whether both lines are rows of a table, or begin with the same word, such as the name of a
 * program. */
static bool are_alike(struct tw_span line, struct tw_span next)
{
    size_t first = tw_decode_line_first_word(next);
    size_t columns = separators(line);
    return (columns >= 2 && columns == separators(next)) ||
           (first >= 3 && tw_base_span_starts(line, (struct tw_span){next.at, first}) &&
            tw_decode_line_first_word(line) == first);
}

/* Whether `next` is what ends `--- End of stack trace ... ---`, and nothing else. */
static bool closes_rule(struct tw_span line, struct tw_span next)
{
    static const struct tw_span rules[] = {{"---", 3}, {"\xE2\x80\x94", 3}};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (tw_base_span_equal(next, rules[i])) {
            return tw_base_span_starts(line, rules[i]) && tw_decode_line_has_words(line);
        }
    }
    return false;
}

/* Whether `line` cannot end here, and `next`, which looks like a beginning, may be what it lacks:
 * an exception (`--->`, `Unhandled Exception:`) or a number (`(PID:`). */
static bool calls_for(struct tw_span line, struct tw_span next)
{
    bool arrow = line.length >= 2 && line.at[line.length - 1] == '>' &&
                 (line.at[line.length - 2] == '-' || line.at[line.length - 2] == '=');
    bool open = line.length > 0 && strchr(":(,", line.at[line.length - 1]) != NULL;
    return (arrow || open) &&
           (tw_decode_line_is_exception(next) || (open && tw_decode_line_is_number(next)));
}

/* Whether line `i + 1` may be the rest of line `i`, wrapped at `width`. */
static bool may_go_on(const struct tw_repair *repair, size_t i, size_t width)
{
    struct tw_span line = content(repair, i);
    struct tw_span next = content(repair, i + 1);
    bool start = !closes_rule(line, next) && !calls_for(line, next) &&
                 (tw_decode_line_is_start(next) || are_alike(line, next));
    if (line.length == 0 || start || is_hard_break(tw_decode_repair_line(repair, i))) {
        return false;
    }
    bool words = tw_decode_line_has_words(line) || tw_decode_line_has_words(next) ||
                 memchr(line.at, '(', line.length) != NULL ||
                 memchr(next.at, '(', next.length) != NULL;
    return words && tw_decode_line_columns(line) + 1 + tw_decode_line_first_word(next) > width;
}

static bool is_open_frame(struct tw_span line)
{
    struct tw_span rest = tw_decode_line_unindent(line);
    if (tw_base_span_equal(rest, TW_SPAN("at"))) {
        return true;
    }
    if (rest.length > 3 && memcmp(rest.at + rest.length - 3, " at", 3) == 0) {
        return true; /* `Stack Trace : at` */
    }
    size_t open = 0;
    for (size_t i = 0; i < rest.length; i++) {
        if (rest.at[i] == '(') {
            open++;
        } else if (rest.at[i] == ')' && open > 0) {
            open--;
        }
    }
    return open > 0 && tw_decode_line_is_frame(rest);
}

/* Words with which no line of a log ends. */
static bool ends_in_middle(struct tw_span line)
{
    static const char *const words[] = {"a",  "an",  "the",  "to",   "of",   "in",     "on", "at",
                                        "by", "for", "from", "with", "and",  "or",     "is", "was",
                                        "as", "be",  "not",  "that", "this", "because"};
    size_t from = line.length;
    while (from > 0 && !tw_base_is_blank(line.at[from - 1])) {
        from--;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (tw_base_span_equal(tw_base_span_skip(line, from), tw_base_span(words[i]))) {
            return true;
        }
    }
    return false;
}

/* Whether a sentence goes on: no full stop before, no capital letter behind. */
static bool is_in_sentence(struct tw_span line, struct tw_span next)
{
    char end = line.at[line.length - 1];
    char begin = next.at[0];
    bool goes_on =
        tw_base_is_letter(end) || tw_base_is_digit(end) || end == ',' || (unsigned char)end >= 0x80;
    return tw_decode_line_has_words(line) &&
           ((goes_on && begin >= 'a' && begin <= 'z') || ends_in_middle(line));
}

/* What the end of line `i` says, if the text was wrapped at stretch->width. */
static void weigh_end(const struct tw_repair *repair, size_t i, struct stretch *stretch)
{
    struct tw_span line = content(repair, i);
    struct tw_span next = content(repair, i + 1);
    size_t columns = tw_decode_line_columns(line);
    bool full = columns * 4 >= stretch->width * 3 && next.length > 0;
    stretch->full += full;
    if (!may_go_on(repair, i, stretch->width)) {
        return;
    }
    stretch->cut += full;
    bool frame = is_open_frame(line) && memchr(next.at, '(', next.length) != NULL;
    frame = frame || (is_open_frame(line) && memchr(line.at, '(', line.length) != NULL);
    bool sentence = is_in_sentence(line, next);
    stretch->frames += frame;
    stretch->sentences += sentence;
    size_t fits = columns + 1 + tw_decode_line_first_word(next);
    if ((frame || sentence) && fits < stretch->fits_from) {
        stretch->fits_from = fits;
    }
}

/* The stretch that begins with line `from`. */
static struct stretch find_stretch(const struct tw_repair *repair, size_t from)
{
    struct stretch stretch = {.first = from, .last = from, .fits_from = SIZE_MAX};
    for (size_t i = from; i < repair->line_count; i++) {
        struct tw_span line = content(repair, i);
        if (is_never_wrapped(line)) {
            break;
        }
        size_t columns = tw_decode_line_has_words(line) ? tw_decode_line_columns(line) : 0;
        if (columns > stretch.width && columns <= WIDTH_MAX) {
            stretch.width = columns;
        }
        stretch.console = stretch.console || tw_base_span_starts(line, TW_SPAN("At line:")) ||
                          tw_base_span_starts(line, TW_SPAN("    + CategoryInfo "));
        stretch.last = i;
    }
    if (stretch.width < WIDTH_MIN) {
        return stretch;
    }
    for (size_t i = stretch.first; i < stretch.last; i++) {
        weigh_end(repair, i, &stretch);
    }
    return stretch;
}

static bool is_damage(const struct stretch *stretch)
{
    bool evidence = stretch->frames > 0 || stretch->sentences >= SENTENCES_MIN ||
                    (stretch->console && stretch->sentences > 0);
    return stretch->width >= WIDTH_MIN && evidence && stretch->cut * 2 >= stretch->full;
}

/* The longest line need not have reached the width. A usual width is likelier than an odd one, so
 * that a short line less is joined by mistake. */
static size_t likely_width(const struct stretch *stretch)
{
    static const size_t usual[] = {65, 68, 70, 72, 74, 75, 76, 78, 79, 80};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (usual[i] >= stretch->width && usual[i] < stretch->fits_from) {
            return usual[i];
        }
    }
    return stretch->width;
}

/* `Get-` and `CrmConnection`: some programs also break behind a hyphen. */
static bool is_hyphen_break(struct tw_span line, struct tw_span next)
{
    return line.length >= 2 && line.at[line.length - 1] == '-' &&
           tw_base_is_letter(line.at[line.length - 2]) && tw_base_is_letter(next.at[0]);
}

static bool copy_stretch(struct tw_repair *repair, const struct stretch *stretch)
{
    size_t width = likely_width(stretch);
    bool joined = false;
    for (size_t i = stretch->first; i <= stretch->last; i++) {
        struct tw_span line = content(repair, i);
        size_t from = repair->lines[i];
        if (i < stretch->last && may_go_on(repair, i, width)) {
            tw_decode_repair_copy(repair, from, line.length);
            if (!is_hyphen_break(line, content(repair, i + 1))) {
                tw_decode_repair_put(repair, from + line.length, TW_SPAN(" "));
            }
            joined = true;
        } else {
            tw_decode_repair_copy(repair, from, repair->lines[i + 1] - from);
        }
    }
    return joined;
}

void tw_decode_repair_wrap(struct tw_repair *repair)
{
    if (!tw_decode_repair_split(repair)) {
        return;
    }
    bool joined = false;
    size_t copied = 0;
    for (size_t i = 0; i < repair->line_count;) {
        struct stretch stretch = find_stretch(repair, i);
        if (is_damage(&stretch)) {
            size_t from = repair->lines[copied];
            tw_decode_repair_copy(repair, from, repair->lines[stretch.first] - from);
            joined = copy_stretch(repair, &stretch) || joined;
            copied = stretch.last + 1;
        }
        i = stretch.last + 1;
    }
    if (joined) {
        size_t from = repair->lines[copied];
        tw_decode_repair_copy(repair, from, repair->text.length - from);
    }
    tw_decode_repair_finish(repair, joined, TW_REPAIR_WRAP);
}

/* decode_repair_quotes.c -- takes the quote marks of mails off, and joins what a mail program
 * wrapped after it had put them there (such lines have no mark).
 *
 * Works level by level, so that any nesting and any mixture of quoting and wrapping comes apart in
 * the order in which it was made. What looks like quotes but is not: the directions in a trace of
 * curl or OpenSSL (`> GET`, `>>> TLS 1.2`), continued lines of a PowerShell or Python prompt,
 * tables of `|`. */
#include "decode/decode_repair.h"

#define LEVELS_MAX 8

/* Quoted lines that a stretch must have, as long as no stretch was found. */
#define LINES_MIN 3

/* Lines without a mark after which a stretch has ended: those that do not look wrapped, and those
 * that do (the longest frames have ten parameters). */
#define GAP_MAX 3
#define WRAPPED_MAX 12

/* Mail programs wrap at 72 to 80; a longer first line was not wrapped. */
#define WIDTH_MIN 60
#define WIDTH_MAX 100

/* Lines that were quoted together. */
struct stretch {
    size_t first;
    size_t last;
    size_t quoted;  /* lines with the mark */
    size_t plain;   /* lines without it that do not go on the line before */
    size_t wrapped; /* lines without it that may */
    size_t width;   /* columns of the longest quoted line of several words */
    bool blank;     /* a blank belongs to the mark */
    bool no_blank;  /* some line has its text right behind the mark */
    size_t barred;  /* lines with a further `|` */
    size_t prompts; /* lines that begin with `>>> ` */
};

static struct tw_span line_at(const struct tw_repair *repair, size_t i)
{
    return tw_decode_repair_line(repair, i);
}

static bool is_quoted(struct tw_span line, char mark)
{
    return line.length > 0 && line.at[0] == mark;
}

/* Whether line `i` may be the rest of line `i - 1`: its first word had no room there. */
static bool may_go_on(const struct tw_repair *repair, size_t i, size_t width)
{
    struct tw_span before = tw_decode_line_cut_end(line_at(repair, i - 1));
    struct tw_span line = line_at(repair, i);
    return !tw_decode_line_is_blank(before) && !tw_decode_line_is_blank(line) &&
           tw_decode_line_columns(before) + 1 + tw_decode_line_first_word(line) > width;
}

/* Whether line `i` may go on with line `i - 1` at any usual width. Lines of several words that are
 * longer were never wrapped. */
static bool looks_wrapped(const struct tw_repair *repair, size_t i)
{
    struct tw_span before = line_at(repair, i - 1);
    bool narrow = tw_decode_line_columns(before) <= WIDTH_MAX || !tw_decode_line_has_words(before);
    return narrow && !tw_decode_line_is_start(line_at(repair, i)) &&
           may_go_on(repair, i, WIDTH_MIN);
}

/* `METHOD target HTTP/1.1`, which curl writes behind its `> `. */
static bool is_request(struct tw_span line)
{
    struct tw_span rest = tw_decode_line_unindent(tw_base_span_skip(line, 1));
    size_t i = 0;
    while (i < rest.length && rest.at[i] >= 'A' && rest.at[i] <= 'Z') {
        i++;
    }
    return i >= 3 && i < rest.length && rest.at[i] == ' ' &&
           tw_base_span_find(rest, TW_SPAN(" HTTP/")) < rest.length;
}

/* Whether `<` begins lines too: then `>` and `<` are directions. */
static bool has_directions(const struct tw_repair *repair)
{
    for (size_t i = 0; i < repair->line_count; i++) {
        struct tw_span line = line_at(repair, i);
        if (tw_base_span_starts(line, TW_SPAN("< ")) ||
            tw_base_span_starts(line, TW_SPAN("<<< ")) || tw_base_span_equal(line, TW_SPAN("<"))) {
            return true;
        }
    }
    return false;
}

static void count_quoted(struct stretch *stretch, struct tw_span line, char mark)
{
    struct tw_span rest = tw_base_span_skip(line, 1);
    size_t columns = tw_decode_line_columns(tw_decode_line_cut_end(line));
    stretch->quoted++;
    if (tw_decode_line_has_words(rest) && columns > stretch->width) {
        stretch->width = columns;
    }
    if (rest.length > 0 && rest.at[0] != mark) {
        stretch->blank = stretch->blank || rest.at[0] == ' ';
        stretch->no_blank = stretch->no_blank || rest.at[0] != ' ';
    }
    stretch->barred += rest.length > 0 && memchr(rest.at, '|', rest.length) != NULL;
    stretch->prompts += tw_base_span_starts(line, TW_SPAN(">>> "));
}

/* The stretch that begins with the quoted line `from`. */
static struct stretch find_stretch(const struct tw_repair *repair, size_t from, char mark)
{
    struct stretch stretch = {.first = from, .last = from};
    size_t plain = 0;
    size_t wrapped = 0;
    size_t blank = 0;
    for (size_t i = from; i < repair->line_count; i++) {
        struct tw_span line = line_at(repair, i);
        if (is_quoted(line, mark)) {
            count_quoted(&stretch, line, mark);
            stretch.last = i;
            stretch.plain += plain;
            stretch.wrapped += wrapped;
            plain = wrapped = blank = 0;
        } else if (tw_decode_line_is_blank(line)) {
            blank++;
        } else if (looks_wrapped(repair, i)) {
            wrapped++;
        } else {
            plain++;
        }
        if (plain + blank > GAP_MAX || wrapped > WRAPPED_MAX) {
            break;
        }
    }
    return stretch;
}

/* The rest of the last quoted line has no mark either. */
static void take_rest(const struct tw_repair *repair, struct stretch *stretch)
{
    while (stretch->width >= WIDTH_MIN && stretch->width <= WIDTH_MAX &&
           stretch->last + 1 < repair->line_count &&
           !tw_decode_line_is_start(line_at(repair, stretch->last + 1)) &&
           may_go_on(repair, stretch->last + 1, stretch->width)) {
        stretch->last++;
        stretch->wrapped++;
    }
}

/* Whether the stretch was quoted. `known`: the text has others that were. */
static bool is_damage(const struct tw_repair *repair, const struct stretch *stretch, char mark,
                      bool known)
{
    if (is_request(line_at(repair, stretch->first))) {
        return false;
    }
    if (stretch->first > 0 && mark == '>' &&
        tw_base_span_starts(line_at(repair, stretch->first - 1), TW_SPAN("PS "))) {
        return false;
    }
    if (stretch->prompts == stretch->quoted && stretch->quoted < 2 * LINES_MIN) {
        return false;
    }
    if (mark == '|' &&
        (stretch->barred * 5 > stretch->quoted || stretch->plain * 4 > stretch->quoted)) {
        return false;
    }
    if (known && stretch->plain == 0) {
        return true;
    }
    return stretch->quoted >= LINES_MIN && stretch->plain <= stretch->quoted;
}

/* Copies the lines of a stretch without their marks. True: lines were joined. */
static bool copy_stretch(struct tw_repair *repair, const struct stretch *stretch, char mark)
{
    bool joined = false;
    bool blank = stretch->blank && !stretch->no_blank;
    for (size_t i = stretch->first; i <= stretch->last; i++) {
        struct tw_span line = line_at(repair, i);
        size_t from = repair->lines[i];
        size_t end = from + line.length;
        if (is_quoted(line, mark)) {
            from += blank && line.length > 1 && line.at[1] == ' ' ? 2 : 1;
        }
        bool join = i < stretch->last && stretch->wrapped > 0 && stretch->width <= WIDTH_MAX &&
                    !is_quoted(line_at(repair, i + 1), mark) &&
                    may_go_on(repair, i + 1, stretch->width);
        if (join) {
            size_t cut = repair->lines[i] + tw_decode_line_cut_end(line).length;
            if (cut > from) { /* else a long word had no room behind the mark */
                tw_decode_repair_copy(repair, from, cut - from);
                tw_decode_repair_put(repair, cut, TW_SPAN(" "));
            }
            joined = true;
        } else {
            tw_decode_repair_copy(repair, from, end - from);
            tw_decode_repair_copy(repair, end, repair->lines[i + 1] - end);
        }
    }
    return joined;
}

/* The next stretch from line `from` on that was quoted. */
static bool next_damage(const struct tw_repair *repair, size_t from, char mark, bool known,
                        struct stretch *stretch)
{
    while (from < repair->line_count) {
        if (!is_quoted(line_at(repair, from), mark)) {
            from++;
            continue;
        }
        *stretch = find_stretch(repair, from, mark);
        if (is_damage(repair, stretch, mark, known)) {
            take_rest(repair, stretch);
            return true;
        }
        from = stretch->last + 1;
    }
    return false;
}

/* Takes one level of marks off. False: there was none. */
static bool strip_level(struct tw_repair *repair, char mark)
{
    struct stretch stretch;
    if (!tw_decode_repair_split(repair) || !next_damage(repair, 0, mark, false, &stretch) ||
        (mark == '>' && has_directions(repair))) {
        return false;
    }
    unsigned names = TW_REPAIR_QUOTES;
    size_t copied = 0;
    while (next_damage(repair, copied, mark, true, &stretch)) {
        size_t from = repair->lines[copied];
        tw_decode_repair_copy(repair, from, repair->lines[stretch.first] - from);
        names |= copy_stretch(repair, &stretch, mark) ? TW_REPAIR_WRAP : 0u;
        copied = stretch.last + 1;
    }
    size_t from = repair->lines[copied];
    tw_decode_repair_copy(repair, from, repair->text.length - from);
    tw_decode_repair_finish(repair, true, names);
    return !repair->no_memory;
}

void tw_decode_repair_quotes(struct tw_repair *repair)
{
    for (int level = 0; level < LEVELS_MAX; level++) {
        if (!strip_level(repair, '>') && !strip_level(repair, '|')) {
            return;
        }
    }
}

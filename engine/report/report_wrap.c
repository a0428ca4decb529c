/* report_wrap.c -- lays text out on a page; see report_wrap.h.
 *
 * Owns line breaks, indents and terminal colours. Knows nothing of diagnoses. Blanks are written
 * only when something follows them, so that no line ends in one. */
#include "report/report_wrap.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/visible.h"

/* Narrower pages would break the tables. */
#define COLUMNS_MIN 40

/* Longest text put in one call; a fix's step has some hundred bytes. */
#define TEXT_MAX (1u << 20)

void tw_report_page_init(struct tw_report_page *page, struct tw_buffer *to, int columns, bool color)
{
    *page = (struct tw_report_page){
        .to = to,
        .columns = columns < COLUMNS_MIN ? COLUMNS_MIN : (size_t)columns,
        .color = color,
        .scratch = TW_BUFFER_INIT(TEXT_MAX),
        .empty = true,
    };
}

void tw_report_page_free(struct tw_report_page *page)
{
    tw_base_buffer_free(&page->scratch);
}

/* The text, made safe; borrowed until the next call. */
static struct tw_span safe(struct tw_report_page *page, const char *text)
{
    tw_base_buffer_clear(&page->scratch);
    tw_base_visible(&page->scratch, tw_base_span(text), false);
    if (page->scratch.status == TW_ERR_MEMORY) {
        page->to->status = TW_ERR_MEMORY;
    }
    return tw_base_buffer_span(&page->scratch);
}

size_t tw_report_width(struct tw_report_page *page, const char *text)
{
    return tw_base_columns(safe(page, text));
}

static void set_style(struct tw_report_page *page)
{
    if (page->color && !page->styled && page->style != TW_REPORT_PLAIN) {
        tw_base_buffer_add(page->to,
                           page->style == TW_REPORT_BOLD ? TW_SPAN("\033[1m") : TW_SPAN("\033[2m"));
        page->styled = true;
    }
}

static void unset_style(struct tw_report_page *page)
{
    if (page->styled) {
        tw_base_buffer_add(page->to, TW_SPAN("\033[0m"));
        page->styled = false;
    }
}

static void pad_to(struct tw_report_page *page, size_t column)
{
    while (page->column < column) {
        tw_base_buffer_add_char(page->to, ' ');
        page->column++;
    }
}

/* Ends the line on the terminal; the paragraph may go on. */
static void break_line(struct tw_report_page *page)
{
    unset_style(page);
    if (page->note != NULL) {
        pad_to(page, page->note_at);
        tw_base_buffer_add(page->to, tw_base_span(page->note));
        page->note = NULL;
    }
    tw_base_buffer_add_char(page->to, '\n');
    page->column = 0;
    page->empty = true;
}

void tw_report_begin(struct tw_report_page *page, const char *label, size_t hang,
                     enum tw_report_style style)
{
    page->style = style;
    page->hang = hang;
    page->limit = page->columns;
    page->column = 0;
    page->empty = true;
    page->note = NULL;
    struct tw_span text = safe(page, label);
    if (text.length > 0) {
        set_style(page);
        tw_base_buffer_add(page->to, text);
        page->column = tw_base_columns(text);
    }
}

void tw_report_note(struct tw_report_page *page, const char *note, size_t at)
{
    page->note = note;
    page->note_at = at;
    page->limit = at > page->hang + 2 ? at - 2 : page->columns;
}

static void put_word(struct tw_report_page *page, struct tw_span word)
{
    size_t width = tw_base_columns(word);
    if (!page->empty && page->column + 1 + width > page->limit) {
        break_line(page);
    }
    set_style(page);
    if (!page->empty) {
        pad_to(page, page->column + 1);
    } else if (page->column >= page->hang && page->column > 0) {
        pad_to(page, page->column + 1); /* the label is as long as the hang, or longer */
    } else {
        pad_to(page, page->hang);
    }
    tw_base_buffer_add(page->to, word);
    page->column += width;
    page->empty = false;
}

void tw_report_put(struct tw_report_page *page, const char *text)
{
    struct tw_span rest = safe(page, text);
    for (size_t i = 0; i < rest.length;) {
        size_t end = i;
        while (end < rest.length && !tw_base_is_blank(rest.at[end])) {
            end++;
        }
        if (end > i) {
            put_word(page, (struct tw_span){rest.at + i, end - i});
        }
        i = end + 1;
    }
}

void tw_report_put_whole(struct tw_report_page *page, const char *text)
{
    struct tw_span word = tw_base_span_trim(safe(page, text));
    if (word.length > 0) {
        put_word(page, word);
    }
}

void tw_report_put_format(struct tw_report_page *page, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tw_report_put(page, text);
}

void tw_report_put_whole_format(struct tw_report_page *page, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tw_report_put_whole(page, text);
}

void tw_report_end(struct tw_report_page *page)
{
    break_line(page);
    page->limit = page->columns;
}

void tw_report_paragraph(struct tw_report_page *page, const char *label, size_t hang,
                         enum tw_report_style style, const char *text)
{
    tw_report_begin(page, label, hang, style);
    tw_report_put(page, text);
    tw_report_end(page);
}

void tw_report_gap(struct tw_report_page *page)
{
    tw_base_buffer_add_char(page->to, '\n');
    page->column = 0;
    page->empty = true;
}

void tw_report_rule(struct tw_report_page *page)
{
    tw_report_begin(page, "", 0, TW_REPORT_DIM);
    set_style(page);
    for (; page->column < page->columns; page->column++) {
        tw_base_buffer_add_char(page->to, '-');
    }
    tw_report_end(page);
}

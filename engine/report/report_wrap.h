/* report_wrap.h -- paragraphs on a page of fixed width; for this folder only.
 *
 * A paragraph has a label on the left, text that breaks at blanks and hangs below itself, and
 * perhaps a note on the right of its first line. Lines never end in blanks. Everything that is put
 * on the page is made safe to print first. Words that are too long (commands, addresses) overflow:
 * what is copied must stay whole. */
#ifndef TW_REPORT_REPORT_WRAP_H
#define TW_REPORT_REPORT_WRAP_H

#include "base/buffer.h"

/** How a paragraph looks on a terminal with colours. */
enum tw_report_style { TW_REPORT_PLAIN, TW_REPORT_BOLD, TW_REPORT_DIM };

/** A page. Begin with tw_report_page_init, free with tw_report_page_free. */
struct tw_report_page {
    struct tw_buffer *to; /**< where the lines go; not owned */
    size_t columns;
    bool color;
    struct tw_buffer scratch; /**< the text in hand, made safe */
    enum tw_report_style style;
    size_t hang;      /**< where text begins */
    size_t limit;     /**< where text ends */
    size_t column;    /**< of the line so far */
    bool empty;       /**< no text on the line yet, at most a label */
    bool styled;      /**< the terminal was told of the style */
    const char *note; /**< waits for the end of the first line; NULL: none */
    size_t note_at;
};

/** A page of the given width; less than 40 columns count as 40. */
void tw_report_page_init(struct tw_report_page *page, struct tw_buffer *to, int columns,
                         bool color);

/** Frees what it holds. */
void tw_report_page_free(struct tw_report_page *page);

/** Begins a paragraph: `label` (may begin with blanks, may be "") stands at the left edge, text
 *  begins at column `hang`, or a blank behind a longer label. */
void tw_report_begin(struct tw_report_page *page, const char *label, size_t hang,
                     enum tw_report_style style);

/** Puts `note` at column `at` of the first line; the text of the paragraph keeps two blanks away
 *  from it. Called right after tw_report_begin; borrowed until the paragraph ends. */
void tw_report_note(struct tw_report_page *page, const char *note, size_t at);

/** Appends text that may break at its blanks; NULL is none. */
void tw_report_put(struct tw_report_page *page, const char *text);

/** Appends text that never breaks; NULL is none. */
void tw_report_put_whole(struct tw_report_page *page, const char *text);

/** Appends formatted text that may break at its blanks; 511 bytes at most. */
void tw_report_put_format(struct tw_report_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The same, but it never breaks. */
void tw_report_put_whole_format(struct tw_report_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Ends the paragraph. */
void tw_report_end(struct tw_report_page *page);

/** A paragraph of one text. */
void tw_report_paragraph(struct tw_report_page *page, const char *label, size_t hang,
                         enum tw_report_style style, const char *text);

/** An empty line. */
void tw_report_gap(struct tw_report_page *page);

/** A line of dashes over the whole width. */
void tw_report_rule(struct tw_report_page *page);

/** Columns that the text will take once it is on the page. */
size_t tw_report_width(struct tw_report_page *page, const char *text);

#endif

/* report_text_evidence.c -- the "Why" of the text report: what was seen where, and its weight.
 *
 * Owns the order of the rows (what weighs most first, then the client, then context) and how many
 * are shown: rows of the same signature are one row unless everything was asked for. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "report/report_text.h"
#include "report/report_words.h"

/* Rows unless everything was asked for: more is read by nobody at first sight. */
#define ROWS_SHOWN 6

/* Bytes of the one excerpt that is shown unasked. */
#define EXCERPT_SHOWN 150

/* One row: the first piece of evidence of its signature. */
struct row {
    const struct tlswhy_evidence *evidence;
    size_t times;
};

struct rows {
    struct row at[TW_EVIDENCE_MAX];
    size_t length;
    uint64_t hidden;  /* pieces that --all would show */
    uint64_t dropped; /* pieces that were only counted */
};

/* Higher comes first. */
static int weight_of(const struct tlswhy_evidence *evidence)
{
    if (evidence->kind == TLSWHY_KIND_CLIENT) {
        return 1;
    }
    return evidence->strength == TLSWHY_STRENGTH_NONE ? 0 : 1 + (int)evidence->strength;
}

static bool is_same(const struct tlswhy_evidence *a, const struct tlswhy_evidence *b)
{
    return a->kind == b->kind && a->signature != NULL && b->signature != NULL &&
           strcmp(a->signature, b->signature) == 0 && a->title != NULL && b->title != NULL &&
           strcmp(a->title, b->title) == 0;
}

/* Adds the evidence to the row of its signature, or as a row behind all that weigh as much. */
static void add_row(struct rows *rows, const struct tlswhy_evidence *evidence, bool merge)
{
    for (size_t i = 0; merge && i < rows->length; i++) {
        if (is_same(rows->at[i].evidence, evidence)) {
            rows->at[i].times++;
            return;
        }
    }
    if (rows->length == TW_EVIDENCE_MAX) {
        rows->dropped++;
        return;
    }
    size_t place = rows->length++;
    while (place > 0 && weight_of(rows->at[place - 1].evidence) < weight_of(evidence)) {
        rows->at[place] = rows->at[place - 1];
        place--;
    }
    rows->at[place] = (struct row){evidence, 1};
}

static void collect_rows(struct rows *rows, const struct tlswhy_diagnosis *diagnosis, bool all)
{
    *rows = (struct rows){.dropped = diagnosis->evidence_dropped};
    for (size_t i = 0; i < diagnosis->evidence_count; i++) {
        add_row(rows, &diagnosis->evidence[i], !all);
    }
    if (!all && rows->length > ROWS_SHOWN) {
        for (size_t i = ROWS_SHOWN; i < rows->length; i++) {
            rows->hidden += rows->at[i].times;
        }
        rows->length = ROWS_SHOWN;
    }
}

/* Where the evidence is; line numbers are aligned to `digits`. */
static void say_place(char text[TW_REPORT_WORD_MAX], const struct tlswhy_evidence *evidence,
                      int digits)
{
    const char *time = evidence->time != NULL ? evidence->time : evidence->time_local;
    if (evidence->line > 0) {
        (void)snprintf(text, TW_REPORT_WORD_MAX, "  line %*llu", digits,
                       (unsigned long long)evidence->line);
    } else if (evidence->record_number != NULL) {
        (void)snprintf(text, TW_REPORT_WORD_MAX, "  record %.24s", evidence->record_number);
    } else if (evidence->kind == TLSWHY_KIND_CLIENT && evidence->record_id == NULL) {
        (void)snprintf(text, TW_REPORT_WORD_MAX, "  known");
    } else if (time != NULL) {
        (void)snprintf(text, TW_REPORT_WORD_MAX, "  %.40s", time);
    } else {
        (void)snprintf(text, TW_REPORT_WORD_MAX, "  offset %llu",
                       (unsigned long long)evidence->offset);
    }
}

static int digits_of(const struct rows *rows)
{
    uint64_t highest = 0;
    for (size_t i = 0; i < rows->length; i++) {
        uint64_t line = rows->at[i].evidence->line;
        highest = line > highest ? line : highest;
    }
    return snprintf(NULL, 0, "%llu", (unsigned long long)highest);
}

/* The excerpt, quoted; in short unless `whole`. */
static void show_excerpt(struct tw_report_page *page, size_t hang, const char *excerpt, bool whole)
{
    struct tw_span text = tw_base_span(excerpt);
    bool cut = !whole && text.length > EXCERPT_SHOWN;
    if (cut) {
        text.length = EXCERPT_SHOWN;
        while (text.length > 0 && !tw_base_is_blank(text.at[text.length])) {
            text.length--;
        }
        /* One word that is longer than the room has no place to be cut at. */
        cut = text.length > 0;
        text.length = cut ? text.length : strlen(excerpt);
    }
    char label[TW_REPORT_WORD_MAX + 8];
    (void)snprintf(label, sizeof label, "%*s", (int)(hang < TW_REPORT_WORD_MAX ? hang + 1 : 1),
                   "|");
    struct tw_buffer quoted = TW_BUFFER_INIT(TW_REPORT_RENDER_MAX);
    tw_base_buffer_add(&quoted, text);
    tw_base_buffer_add(&quoted, cut ? TW_SPAN(" …") : TW_SPAN(""));
    tw_base_buffer_add_char(&quoted, '\0');
    if (quoted.status == TW_OK) {
        tw_report_paragraph(page, label, hang + 2, TW_REPORT_DIM, quoted.at);
    } else {
        page->to->status = quoted.status;
    }
    tw_base_buffer_free(&quoted);
}

static void show_captures(struct tw_report_page *page, size_t hang,
                          const struct tlswhy_evidence *evidence)
{
    if (evidence->capture_count == 0) {
        return;
    }
    tw_report_begin(page, "", hang, TW_REPORT_DIM);
    for (size_t i = 0; i < evidence->capture_count; i++) {
        tw_report_put(page, evidence->captures[i].name);
        tw_report_put(page, "=");
        tw_report_put(page, evidence->captures[i].value);
        tw_report_put(page, i + 1 < evidence->capture_count ? "·" : NULL);
    }
    tw_report_end(page);
}

/* What the row adds to each cause, so that every percentage can be explained. */
static void show_terms(struct tw_report_page *page, size_t hang,
                       const struct tlswhy_evidence *evidence)
{
    if (evidence->signature != NULL) {
        tw_report_begin(page, "", hang, TW_REPORT_DIM);
        tw_report_put(page, "signature");
        tw_report_put(page, evidence->signature);
        tw_report_end(page);
    }
    if (evidence->term_count == 0) {
        return;
    }
    tw_report_begin(page, "", hang, TW_REPORT_DIM);
    for (size_t i = 0; i < evidence->term_count; i++) {
        char term[160];
        (void)snprintf(term, sizeof term, "%.120s %+.2f%s", evidence->terms[i].cause,
                       evidence->terms[i].value, i + 1 < evidence->term_count ? "," : "");
        tw_report_put_whole(page, term);
    }
    tw_report_end(page);
}

static void show_row(struct tw_report_page *page, const struct tw_report_options *options,
                     const struct row *row, const char *place, size_t hang)
{
    const struct tlswhy_evidence *evidence = row->evidence;
    tw_report_begin(page, place, hang, TW_REPORT_DIM);
    tw_report_note(page, tw_report_say_weight(evidence), page->columns - strlen("moderate"));
    tw_report_put(page, evidence->title != NULL ? evidence->title : evidence->signature);
    if (row->times > 1) {
        char times[TW_REPORT_WORD_MAX];
        (void)snprintf(times, sizeof times, "(%zu times)", row->times);
        tw_report_put_whole(page, times);
    }
    tw_report_end(page);
    if (options->all || options->verbose) {
        show_captures(page, hang, evidence);
    }
    if (options->all) {
        show_terms(page, hang, evidence);
    }
}

static void show_rest(struct tw_report_page *page, uint64_t count, const char *why)
{
    if (count > 0) {
        tw_report_begin(page, "", 2, TW_REPORT_DIM);
        tw_report_put_format(page, "and %llu more %s", (unsigned long long)count, why);
        tw_report_end(page);
    }
}

void tw_report_show_evidence(struct tw_report_page *page, const struct tw_report_options *options,
                             const struct tlswhy_diagnosis *diagnosis)
{
    struct rows *rows = tw_base_alloc(1, sizeof *rows);
    if (rows == NULL) {
        page->to->status = TW_ERR_MEMORY;
        return;
    }
    collect_rows(rows, diagnosis, options->all);
    int digits = digits_of(rows);
    size_t hang = 0;
    char place[TW_REPORT_WORD_MAX];
    for (size_t i = 0; i < rows->length; i++) {
        say_place(place, rows->at[i].evidence, digits);
        size_t width = strlen(place) + 2;
        hang = width > hang ? width : hang;
    }
    bool ask_all = options->all || options->verbose;
    for (size_t i = 0; i < rows->length; i++) {
        const struct tlswhy_evidence *evidence = rows->at[i].evidence;
        say_place(place, evidence, digits);
        show_row(page, options, &rows->at[i], place, hang);
        /* Where there are no lines nobody can look it up, so the strongest row brings its text. */
        if (evidence->excerpt != NULL && (ask_all || (i == 0 && evidence->line == 0))) {
            show_excerpt(page, hang, evidence->excerpt, ask_all);
        }
    }
    show_rest(page, rows->hidden, "(--all)");
    show_rest(page, rows->dropped, "(only counted)");
    tw_base_free(rows);
}

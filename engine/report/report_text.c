/* report_text.c -- the report for people: a block an input with findings, a line for the rest.
 *
 * Owns the title of a block, what is said of inputs without findings, and the closing lines. Keeps
 * two counters and one line, so memory does not grow with the inputs. The parts of a diagnosis are
 * report_text_diagnosis.c, report_text_action.c and report_text_evidence.c. */
#include "report/report_text.h"

#include <stdio.h>

#include "base/alloc.h"
#include "report/report_words.h"

/* Causes named in the closing line. */
#define CAUSES_SHOWN 4

struct state {
    struct tw_report_page page;
    struct tw_buffer only; /* what to say where it stays the only input: nothing was found */
    uint64_t quiet;        /* inputs that were looked at and have nothing to tell */
    uint64_t quiet_ignored;
    bool printed;     /* something stands above */
    bool after_block; /* and it was a block: a gap is due */
    bool plan_told;
};

static enum tw_status text_open(struct tw_report *report, struct tw_error *error)
{
    struct state *state = tw_base_alloc(1, sizeof *state);
    if (state == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while opening the report");
    }
    tw_report_page_init(&state->page, &report->out, report->options.columns, report->options.color);
    state->only = TW_BUFFER_INIT(TW_REPORT_RENDER_MAX);
    report->state = state;
    return TW_OK;
}

/* How the input is called. */
static const char *name_of(const struct tlswhy_input *input)
{
    if (input->path == NULL || strcmp(input->path, "-") == 0) {
        return "standard input";
    }
    return input->path;
}

/* Sets blocks apart from what stands above them, and lines from blocks. */
static void begin_part(struct tw_report *report, bool block)
{
    struct state *state = report->state;
    if (state->printed && (block || state->after_block)) {
        tw_report_gap(&state->page);
        if (report->tally.totals.inputs > 1) {
            tw_report_rule(&state->page);
        }
    }
    state->printed = true;
    state->after_block = block;
}

static bool is_plain_text(const struct tlswhy_input *input)
{
    return input->format == NULL || strcmp(input->format, "text") == 0;
}

/* `31 lines`, or what else tells the size. */
static void say_size(char text[TW_REPORT_WORD_MAX], const struct tlswhy_input *input)
{
    if (input->lines > 0) {
        tw_report_say_count(text, input->lines, "line", "s");
    } else if (input->records > 0) {
        tw_report_say_count(text, input->records, "record", "s");
    } else {
        tw_report_say_bytes(text, input->bytes);
    }
}

/* `2 diagnoses, 1 without verdict`, `nothing found`. */
static void say_findings(char text[2 * TW_REPORT_WORD_MAX], const struct tlswhy_report *answer)
{
    uint64_t conclusive = 0;
    for (size_t i = 0; i < answer->diagnosis_count; i++) {
        conclusive += answer->diagnoses[i].conclusive;
    }
    uint64_t open = answer->diagnosis_count - conclusive;
    char diagnoses[TW_REPORT_WORD_MAX];
    tw_report_say_diagnoses(diagnoses, conclusive);
    if (answer->diagnosis_count == 0) {
        (void)snprintf(text, 2 * TW_REPORT_WORD_MAX, "nothing found");
    } else if (conclusive == 0) {
        (void)snprintf(text, 2 * TW_REPORT_WORD_MAX, "%s", "no verdict");
    } else if (open > 0) {
        (void)snprintf(text, 2 * TW_REPORT_WORD_MAX, "%.50s, %llu without verdict", diagnoses,
                       (unsigned long long)open);
    } else {
        (void)snprintf(text, 2 * TW_REPORT_WORD_MAX, "%.50s", diagnoses);
    }
}

static void show_title(struct state *state, const struct tlswhy_report *answer)
{
    const struct tlswhy_input *input = &answer->input;
    const char *format = input->format_title != NULL ? input->format_title : input->format;
    char size[TW_REPORT_WORD_MAX];
    char findings[2 * TW_REPORT_WORD_MAX];
    say_size(size, input);
    say_findings(findings, answer);
    tw_report_begin(&state->page, name_of(input), 2, TW_REPORT_PLAIN);
    tw_report_put(&state->page, "·");
    if (format != NULL) {
        tw_report_put(&state->page, format);
        tw_report_put(&state->page, "·");
    }
    tw_report_put(&state->page, size);
    tw_report_put(&state->page, "·");
    tw_report_put(&state->page, findings);
    tw_report_end(&state->page);
}

static void put_list(struct tw_report_page *page, const char *lead, const char *const *texts,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tw_report_put(page, i == 0 ? lead : NULL);
        tw_report_put(page, texts[i]);
    }
}

/* The error without the path that a message often begins with: the line names it already. */
static const char *error_of(const struct tlswhy_input *input)
{
    size_t length = input->path == NULL ? 0 : strlen(input->path);
    if (length > 0 && input->error != NULL && strncmp(input->error, input->path, length) == 0 &&
        input->error[length] == ':' && input->error[length + 1] == ' ') {
        return input->error + length + 2;
    }
    return input->error;
}

/* What kept the input from being looked at as a whole; nothing where it was. */
static void show_trouble(struct state *state, const struct tlswhy_input *input)
{
    bool incomplete = tw_report_is_incomplete(input);
    if (!incomplete && input->limit_count == 0) {
        return;
    }
    struct tw_report_page *page = &state->page;
    tw_report_begin(page, incomplete ? "  incomplete" : "  limit", incomplete ? 14 : 11,
                    TW_REPORT_PLAIN);
    if (incomplete) {
        tw_report_put(page, tw_report_say_trouble(input->status));
    }
    if (input->error != NULL) {
        tw_report_put(page, "·");
        tw_report_put(page, error_of(input));
    }
    put_list(page, incomplete ? "· limit:" : NULL, input->limits, input->limit_count);
    tw_report_end(page);
}

/* How the bytes were read, for those who ask. */
static void show_reading(struct state *state, const struct tlswhy_input *input)
{
    struct tw_report_page *page = &state->page;
    if (input->encoding == NULL && input->compression_count == 0 && input->repair_count == 0) {
        return;
    }
    tw_report_begin(page, "  read as", 11, TW_REPORT_DIM);
    tw_report_put(page, input->encoding != NULL ? input->encoding : "bytes");
    put_list(page, "· unpacked:", input->compression, input->compression_count);
    put_list(page, "· repaired:", input->repairs, input->repair_count);
    tw_report_end(page);
}

static enum tw_status show_findings(struct tw_report *report, const struct tlswhy_report *answer,
                                    struct tw_error *error)
{
    struct state *state = report->state;
    begin_part(report, true);
    show_title(state, answer);
    show_trouble(state, &answer->input);
    if (report->options.verbose) {
        show_reading(state, &answer->input);
    }
    for (size_t i = 0; i < answer->diagnosis_count; i++) {
        tw_report_gap(&state->page);
        tw_report_show_diagnosis(&state->page, &report->options, answer, i);
        enum tw_status status = tw_report_flush(report, error);
        if (status != TW_OK) {
            return status;
        }
    }
    if (answer->diagnoses_dropped > 0) {
        char more[TW_REPORT_WORD_MAX];
        tw_report_say_diagnoses(more, answer->diagnoses_dropped);
        tw_report_gap(&state->page);
        tw_report_begin(&state->page, "", 0, TW_REPORT_PLAIN);
        tw_report_put(&state->page, "Beyond the limit, not shown:");
        tw_report_put(&state->page, more);
        tw_report_end(&state->page);
    }
    if (!state->plan_told || report->options.all) {
        state->plan_told |= tw_report_show_plan(&state->page, &report->options, answer);
    }
    return tw_report_flush(report, error);
}

/* One line: nothing was found, in what, and what would tell more. */
static void show_nothing(struct tw_report_page *page, const struct tlswhy_input *input)
{
    char size[TW_REPORT_WORD_MAX];
    say_size(size, input);
    tw_report_begin(page, name_of(input), 2, TW_REPORT_PLAIN);
    tw_report_put(page, "·");
    if (input->status == TLSWHY_INPUT_IGNORED) {
        tw_report_put(page, "does not look like a log; not looked at (--all-files looks anyway)");
    } else if (input->bytes == 0) {
        tw_report_put(page, "empty: nothing to look at");
    } else {
        tw_report_put_format(page, "no known error in %s of %.100s;", size,
                             is_plain_text(input)          ? "text"
                             : input->format_title != NULL ? input->format_title
                                                           : input->format);
        tw_report_put(page, tw_report_say_hint(input->format));
    }
    tw_report_end(page);
}

static enum tw_status text_add(struct tw_report *report, const struct tlswhy_report *answer,
                               struct tw_error *error)
{
    struct state *state = report->state;
    const struct tlswhy_input *input = &answer->input;
    if (answer->diagnosis_count > 0 || answer->diagnoses_dropped > 0) {
        return show_findings(report, answer, error);
    }
    if (input->status == TLSWHY_INPUT_ERROR) {
        begin_part(report, false);
        tw_report_begin(&state->page, name_of(input), 2, TW_REPORT_PLAIN);
        tw_report_put(&state->page, "·");
        tw_report_put(&state->page, "cannot be read:");
        tw_report_put(&state->page, error_of(input));
        tw_report_end(&state->page);
    } else if (tw_report_is_incomplete(input) && input->status != TLSWHY_INPUT_IGNORED) {
        begin_part(report, false);
        show_title(state, answer);
        show_trouble(state, input);
    } else if (tw_report_is_incomplete(input) || report->options.verbose) {
        begin_part(report, false);
        show_nothing(&state->page, input);
    } else {
        state->quiet += input->status != TLSWHY_INPUT_IGNORED;
        state->quiet_ignored += input->status == TLSWHY_INPUT_IGNORED;
        if (report->tally.totals.inputs == 1) {
            state->page.to = &state->only;
            show_nothing(&state->page, input);
            state->page.to = &report->out;
        }
    }
    return tw_report_flush(report, error);
}

/* `12 more inputs: nothing found; 3 ignored (no logs)` */
static void close_quiet(struct tw_report *report)
{
    struct state *state = report->state;
    struct tw_report_page *page = &state->page;
    const struct tw_report_totals *totals = &report->tally.totals;
    if (state->quiet == 0 && state->quiet_ignored == 0) {
        return;
    }
    bool hint = state->quiet > 0 && totals->diagnoses == 0 && totals->inconclusive == 0;
    char quiet[TW_REPORT_WORD_MAX];
    char ignored[TW_REPORT_WORD_MAX];
    tw_report_say_count(quiet, state->quiet, state->printed ? "more input" : "input", "s");
    tw_report_say_count(ignored, state->quiet_ignored, "input", "s");
    begin_part(report, false);
    tw_report_begin(page, "", 0, TW_REPORT_PLAIN);
    if (state->quiet == 0) {
        tw_report_put_format(page, "%s ignored: no logs (--all-files looks anyway)", ignored);
    } else if (state->quiet_ignored > 0) {
        tw_report_put_format(page, "%s: nothing found; %llu ignored (no logs)%s", quiet,
                             (unsigned long long)state->quiet_ignored, hint ? ";" : "");
    } else {
        tw_report_put_format(page, "%s: nothing found%s", quiet, hint ? ";" : "");
    }
    tw_report_put(page, hint ? tw_report_say_hint(NULL) : NULL);
    tw_report_end(page);
}

/* The most frequent causes, most frequent first, in brackets. */
static void put_causes(struct tw_report_page *page, const struct tw_report_counts *counts)
{
    const struct tw_report_count *last = NULL;
    for (size_t shown = 0; shown < CAUSES_SHOWN && shown < counts->length; shown++) {
        const struct tw_report_count *next = NULL;
        for (size_t i = 0; i < counts->length; i++) {
            const struct tw_report_count *one = &counts->at[i];
            bool is_behind = last == NULL || one->count < last->count ||
                             (one->count == last->count && one > last);
            if (is_behind && (next == NULL || one->count > next->count)) {
                next = one;
            }
        }
        if (next == NULL) {
            break;
        }
        bool is_last = shown + 1 == counts->length;
        tw_report_put_format(page, "%s%llu %.200s%s", shown == 0 ? "(" : "",
                             (unsigned long long)next->count, next->id, is_last ? ")" : ",");
        last = next;
    }
    tw_report_put(page, counts->length > CAUSES_SHOWN ? "…)" : NULL);
}

/* `16 inputs · 2 diagnoses (2 dns) · 1 incomplete` */
static void close_totals(struct tw_report *report)
{
    struct state *state = report->state;
    struct tw_report_page *page = &state->page;
    const struct tw_report_totals *totals = &report->tally.totals;
    char words[TW_REPORT_WORD_MAX];
    begin_part(report, false);
    tw_report_begin(page, "", 0, TW_REPORT_PLAIN);
    tw_report_say_count(words, totals->inputs, "input", "s");
    tw_report_put(page, words);
    tw_report_put(page, "·");
    tw_report_say_diagnoses(words, totals->diagnoses);
    tw_report_put(page, words);
    put_causes(page, &report->tally.by_cause);
    if (totals->inconclusive > 0) {
        tw_report_put_whole_format(page, "· %llu without verdict",
                                   (unsigned long long)totals->inconclusive);
    }
    if (totals->incomplete > 0) {
        tw_report_put_whole_format(page, "· %llu not wholly looked at",
                                   (unsigned long long)totals->incomplete);
    }
    tw_report_end(page);
}

static enum tw_status text_finish(struct tw_report *report, struct tw_error *error)
{
    struct state *state = report->state;
    const struct tw_report_totals *totals = &report->tally.totals;
    if (totals->inputs == 0) {
        begin_part(report, false);
        tw_report_paragraph(&state->page, "", 0, TW_REPORT_PLAIN,
                            "No input: there was nothing to look at.");
    } else if (totals->inputs == 1) {
        tw_base_buffer_add(&report->out, tw_base_buffer_span(&state->only));
        state->printed = state->printed || state->only.length > 0;
    } else {
        close_quiet(report);
        close_totals(report);
    }
    return tw_report_flush(report, error);
}

static void text_free(struct tw_report *report)
{
    struct state *state = report->state;
    if (state != NULL) {
        tw_report_page_free(&state->page);
        tw_base_buffer_free(&state->only);
    }
    tw_base_free(state);
    report->state = NULL;
}

const struct tw_report_type tw_report_text = {text_open, text_add, show_findings, text_finish,
                                              text_free};

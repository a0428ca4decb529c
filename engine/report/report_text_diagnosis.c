/* report_text_diagnosis.c -- one diagnosis as text: the answer, the action, the reasons.
 *
 * Owns the order of the parts (docs/report.md shows one) and what is left out unless asked for.
 * Never judges: every number and word comes from the diagnosis. */
#include <stdio.h>

#include "report/report_text.h"
#include "report/report_words.h"

/* Where the values of `cause`, `client` and `seen` begin. */
#define VALUE_AT 11

/* Unless everything was asked for: other causes shown, and how likely they must be. Hosts shown. */
#define CAUSES_SHOWN 4
#define CAUSE_SHOWN_FROM 0.005
#define HOSTS_SHOWN 3

/* From here on the family's confidence says more than the cause's and is worth a line of its own.
 */
#define TELLING_DIFFERENCE 0.1

static const char undecided[] = "Not enough evidence for a verdict";

static bool is_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The earliest diagnosis of the input with the same answer, or `index` itself. */
static size_t first_like(const struct tlswhy_report *answer, size_t index)
{
    /* So many different answers stand in no log; the bound keeps ten thousand diagnoses linear. */
    enum { LOOK_BACK = 64 };
    const struct tlswhy_diagnosis *me = &answer->diagnoses[index];
    for (size_t i = 0; i < index && i < LOOK_BACK; i++) {
        const struct tlswhy_diagnosis *other = &answer->diagnoses[i];
        if (me->conclusive && other->conclusive && is_equal(me->cause.id, other->cause.id) &&
            is_equal(me->client_id, other->client_id) &&
            is_equal(me->client_version, other->client_version)) {
            return i;
        }
    }
    return index;
}

/* The headline with the confidence on its right; where both do not fit, the confidence goes below,
 * or (a look-alike, where the family says nothing more) without its family. */
static void show_headline(struct tw_report_page *page, const struct tlswhy_diagnosis *diagnosis)
{
    const char *headline =
        diagnosis->headline != NULL ? diagnosis->headline : diagnosis->cause.title;
    char cause[TW_REPORT_WORD_MAX];
    char family[TW_REPORT_WORD_MAX];
    char brief[128];
    char full[128];
    tw_report_say_percent(cause, diagnosis->cause.confidence);
    tw_report_say_percent(family, diagnosis->family_confidence);
    (void)snprintf(brief, sizeof brief, "confidence %.60s", cause);
    (void)snprintf(full, sizeof full, "%.80s (%.24s: %.16s)", brief,
                   tw_report_say_family(diagnosis->cause.family), family);
    size_t room = page->columns - 2;
    size_t width = headline == NULL ? 0 : tw_report_width(page, headline);
    const char *note = full;
    if (strcmp(cause, family) == 0 ||
        (diagnosis->look_alike && width + strlen(full) > room && width + strlen(brief) <= room &&
         diagnosis->family_confidence - diagnosis->cause.confidence < TELLING_DIFFERENCE)) {
        note = brief;
    }
    size_t at = page->columns > strlen(note) ? page->columns - strlen(note) : 0;
    tw_report_begin(page, "", 0, TW_REPORT_BOLD);
    if (width + strlen(note) <= room) {
        tw_report_note(page, note, at);
        tw_report_put(page, headline);
        tw_report_end(page);
        return;
    }
    tw_report_put(page, headline);
    tw_report_end(page);
    tw_report_begin(page, "", at, TW_REPORT_PLAIN);
    tw_report_put_whole(page, note);
    tw_report_end(page);
}

static void show_cause(struct tw_report_page *page, const struct tlswhy_diagnosis *diagnosis)
{
    tw_report_begin(page, "  cause", VALUE_AT, TW_REPORT_PLAIN);
    tw_report_put(page, diagnosis->cause.id);
    if (diagnosis->cause.title != NULL) {
        tw_report_put(page, "·");
        tw_report_put(page, diagnosis->cause.title);
    }
    tw_report_end(page);
}

static void show_client(struct tw_report_page *page, const struct tlswhy_diagnosis *diagnosis)
{
    tw_report_begin(page, "  client", VALUE_AT, TW_REPORT_PLAIN);
    if (diagnosis->client_id == NULL) {
        tw_report_put(page, "not named in this log");
        tw_report_end(page);
        return;
    }
    tw_report_put(page, diagnosis->client_id);
    if (diagnosis->client_title != NULL) {
        tw_report_put(page, "·");
        tw_report_put(page, diagnosis->client_title);
    }
    const char *version = diagnosis->client_version;
    tw_report_put_whole_format(page, "(version %.100s)",
                               version != NULL ? version : "not in this log");
    tw_report_end(page);
}

static void put_lines(struct tw_report_page *page, const struct tlswhy_diagnosis *diagnosis)
{
    if (diagnosis->first_line == 0) {
        return;
    }
    const char *lead = diagnosis->count > 1 ? "first in " : "";
    if (diagnosis->last_line <= diagnosis->first_line) {
        tw_report_put_format(page, "%sline %llu,", lead, (unsigned long long)diagnosis->first_line);
    } else {
        tw_report_put_format(page, "%slines %llu-%llu,", lead,
                             (unsigned long long)diagnosis->first_line,
                             (unsigned long long)diagnosis->last_line);
    }
}

/* Times of a known zone, else the first local one of the evidence. */
static void put_times(struct tw_report_page *page, const struct tlswhy_diagnosis *diagnosis)
{
    const char *first = diagnosis->first_time;
    const char *last = diagnosis->last_time;
    if (first != NULL && last != NULL && strcmp(first, last) != 0) {
        tw_report_put(page, "from");
        tw_report_put(page, first);
        tw_report_put(page, "to");
        tw_report_put(page, last);
        return;
    }
    if (first == NULL) {
        first = last;
    }
    if (first != NULL) {
        tw_report_put(page, "at");
        tw_report_put(page, first);
        return;
    }
    for (size_t i = 0; i < diagnosis->evidence_count; i++) {
        if (diagnosis->evidence[i].time_local != NULL) {
            tw_report_put(page, "at");
            tw_report_put(page, diagnosis->evidence[i].time_local);
            tw_report_put(page, "(local time)");
            return;
        }
    }
    tw_report_put(page, "no times in this log");
}

static void put_hosts(struct tw_report_page *page, const struct tlswhy_diagnosis *diagnosis,
                      bool all)
{
    size_t count = diagnosis->host_count;
    if (count == 0) {
        return;
    }
    size_t shown = !all && count > HOSTS_SHOWN ? HOSTS_SHOWN : count;
    /* The first stays with the word before it. */
    tw_report_put_whole_format(page, "· %s %.300s", count == 1 ? "host" : "hosts",
                               diagnosis->hosts[0]);
    for (size_t i = 1; i < shown; i++) {
        tw_report_put(page, diagnosis->hosts[i]);
    }
    if (shown < count) {
        tw_report_put_format(page, "and %zu more", count - shown);
    }
}

static void show_seen(struct tw_report_page *page, const struct tw_report_options *options,
                      const struct tlswhy_diagnosis *diagnosis)
{
    tw_report_begin(page, "  seen", VALUE_AT, TW_REPORT_PLAIN);
    if (diagnosis->count > 1) {
        char times[TW_REPORT_WORD_MAX];
        tw_report_say_count(times, diagnosis->count, "time", "s,");
        tw_report_put(page, times);
    } else {
        tw_report_put(page, "once,");
    }
    put_lines(page, diagnosis);
    put_times(page, diagnosis);
    put_hosts(page, diagnosis, options->all);
    tw_report_end(page);
}

static void show_cautions(struct tw_report_page *page, const struct tlswhy_diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->caution_count; i++) {
        tw_report_paragraph(page, "  caution", VALUE_AT, TW_REPORT_PLAIN, diagnosis->cautions[i]);
    }
}

/* From here on a piece of evidence speaks against a cause: a moderate one. */
#define AGAINST_FROM (-1.5)

/* The evidence that speaks most against a cause; NULL: none does. */
static const struct tlswhy_evidence *against(const struct tlswhy_diagnosis *diagnosis,
                                             const char *cause)
{
    const struct tlswhy_evidence *found = NULL;
    double least = AGAINST_FROM;
    for (size_t i = 0; cause != NULL && i < diagnosis->evidence_count; i++) {
        const struct tlswhy_evidence *evidence = &diagnosis->evidence[i];
        for (size_t k = 0; k < evidence->term_count; k++) {
            if (evidence->terms[k].value < least && evidence->line > 0 &&
                strcmp(evidence->terms[k].cause, cause) == 0) {
                least = evidence->terms[k].value;
                found = evidence;
            }
        }
    }
    return found;
}

/* The causes that it is not, or may be, with what would tell, and what speaks against them. */
static void show_alternatives(struct tw_report_page *page, const struct tw_report_options *options,
                              const struct tlswhy_diagnosis *diagnosis, const char *heading)
{
    size_t shown = 0;
    size_t widest = 0;
    while (shown < diagnosis->alternative_count) {
        const struct tlswhy_ranked_cause *cause = &diagnosis->alternatives[shown];
        if (!options->all && (shown == CAUSES_SHOWN || cause->confidence < CAUSE_SHOWN_FROM)) {
            break;
        }
        size_t width = cause->id == NULL ? 0 : strlen(cause->id);
        widest = width > widest ? width : widest;
        shown++;
    }
    if (shown == 0) {
        return;
    }
    tw_report_gap(page);
    tw_report_paragraph(page, "", 0, TW_REPORT_PLAIN, heading);
    for (size_t i = 0; i < shown; i++) {
        const struct tlswhy_ranked_cause *cause = &diagnosis->alternatives[i];
        char percent[TW_REPORT_WORD_MAX];
        char label[TW_REPORT_WORD_MAX + 160];
        tw_report_say_percent(percent, cause->confidence);
        (void)snprintf(label, sizeof label, "  %4s  %.120s", percent,
                       cause->id == NULL ? "" : cause->id);
        const char *text = cause->told_apart_by != NULL ? cause->told_apart_by : cause->title;
        const struct tlswhy_evidence *evidence = against(diagnosis, cause->id);
        tw_report_begin(page, label, 10 + widest, TW_REPORT_DIM);
        tw_report_put(page, text);
        if (evidence != NULL) {
            tw_report_put_format(page, "(against it: line %llu)",
                                 (unsigned long long)evidence->line);
        }
        tw_report_end(page);
    }
}

static void show_undecided(struct tw_report_page *page, const struct tw_report_options *options,
                           const struct tlswhy_diagnosis *diagnosis)
{
    char least[TW_REPORT_WORD_MAX];
    tw_report_say_percent(least, options->min_confidence);
    tw_report_paragraph(page, "", 0, TW_REPORT_BOLD, undecided);
    if (diagnosis->headline != NULL && strcmp(diagnosis->headline, undecided) != 0) {
        tw_report_paragraph(page, "", 2, TW_REPORT_PLAIN, diagnosis->headline);
    }
    show_client(page, diagnosis);
    show_seen(page, options, diagnosis);
    show_cautions(page, diagnosis);
    tw_report_gap(page);
    tw_report_paragraph(page, "", 0, TW_REPORT_PLAIN, "What was seen");
    tw_report_show_evidence(page, options, diagnosis);
    char heading[128];
    (void)snprintf(heading, sizeof heading, "It may be (no family of causes reaches %.16s)", least);
    show_alternatives(page, options, diagnosis, heading);
    tw_report_show_collect(page, options, diagnosis);
}

/* A repetition: the answer again, and where, but not the whole text. */
static void show_in_short(struct tw_report_page *page, const struct tw_report_options *options,
                          const struct tlswhy_diagnosis *diagnosis, size_t like)
{
    show_headline(page, diagnosis);
    tw_report_begin(page, "  cause", VALUE_AT, TW_REPORT_PLAIN);
    tw_report_put(page, diagnosis->cause.id);
    tw_report_put_format(page, "· the same answer as diagnosis %zu", like + 1);
    tw_report_end(page);
    show_seen(page, options, diagnosis);
    show_cautions(page, diagnosis);
}

void tw_report_show_diagnosis(struct tw_report_page *page, const struct tw_report_options *options,
                              const struct tlswhy_report *answer, size_t index)
{
    const struct tlswhy_diagnosis *diagnosis = &answer->diagnoses[index];
    if (answer->diagnosis_count > 1) {
        tw_report_begin(page, "", 0, TW_REPORT_DIM);
        tw_report_put_format(page, "--- %zu of %zu ---", index + 1, answer->diagnosis_count);
        tw_report_end(page);
    }
    if (!diagnosis->conclusive) {
        show_undecided(page, options, diagnosis);
        return;
    }
    size_t like = first_like(answer, index);
    if (like != index && !options->all) {
        show_in_short(page, options, diagnosis, like);
        return;
    }
    show_headline(page, diagnosis);
    show_cause(page, diagnosis);
    if (options->verbose && diagnosis->cause.meaning != NULL) {
        tw_report_paragraph(page, "", VALUE_AT, TW_REPORT_DIM, diagnosis->cause.meaning);
    }
    show_client(page, diagnosis);
    show_seen(page, options, diagnosis);
    show_cautions(page, diagnosis);
    tw_report_show_fixes(page, options, diagnosis);
    if (diagnosis->evidence_count > 0) {
        tw_report_gap(page);
        tw_report_paragraph(page, "", 0, TW_REPORT_PLAIN, "Why");
        tw_report_show_evidence(page, options, diagnosis);
    }
    show_alternatives(page, options, diagnosis, "Less likely");
    tw_report_show_collect(page, options, diagnosis);
}

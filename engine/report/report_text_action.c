/* report_text_action.c -- the parts of the text report that ask for something: what to do, what to
 * collect, and the plan for the organisation.
 *
 * Commands are printed whole on a line of their own, so that they can be copied. */
#include <stdio.h>

#include "report/report_text.h"

/* Pieces of evidence asked for unless everything was: one decides, a second is the spare. */
#define COLLECT_SHOWN 2

static void show_commands(struct tw_report_page *page, size_t indent, const char *const *commands,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tw_report_begin(page, "", indent, TW_REPORT_PLAIN);
        tw_report_put_whole(page, commands[i]);
        tw_report_end(page);
    }
}

static void show_numbered(struct tw_report_page *page, const char *const *steps, size_t count)
{
    size_t hang = count < 10 ? 5 : 6;
    for (size_t i = 0; i < count; i++) {
        char label[32];
        (void)snprintf(label, sizeof label, "%*zu.", (int)hang - 2, i + 1);
        tw_report_paragraph(page, label, hang, TW_REPORT_PLAIN, steps[i]);
    }
}

/* The first source says it; the others are for those who ask. */
static void show_sources(struct tw_report_page *page, const struct tw_report_options *options,
                         const struct tlswhy_fix *fix)
{
    size_t shown = options->all || fix->reference_count == 0 ? fix->reference_count : 1;
    for (size_t i = 0; i < shown; i++) {
        tw_report_paragraph(page, i == 0 ? "  source:" : "", 10, TW_REPORT_DIM, fix->references[i]);
    }
}

static void show_first_fix(struct tw_report_page *page, const struct tlswhy_fix *fix)
{
    if (fix->step_count == 0) {
        tw_report_paragraph(page, "", 2, TW_REPORT_PLAIN,
                            fix->title != NULL ? fix->title : fix->id);
    }
    show_numbered(page, fix->steps, fix->step_count);
    show_commands(page, 7, fix->commands, fix->command_count);
    if (fix->discouraged) {
        tw_report_paragraph(page, "  Caution:", 11, TW_REPORT_PLAIN,
                            "it works, but the documents advise against it.");
    }
    for (size_t i = 0; i < fix->caution_count; i++) {
        tw_report_paragraph(page, "  Caution:", 11, TW_REPORT_PLAIN, fix->cautions[i]);
    }
}

static void show_other_fix(struct tw_report_page *page, const struct tlswhy_fix *fix)
{
    tw_report_begin(page, "  Otherwise:", 13, TW_REPORT_PLAIN);
    tw_report_put(page, fix->title != NULL ? fix->title : fix->id);
    char pointer[160];
    (void)snprintf(pointer, sizeof pointer, "%stlswhy explain %.120s)",
                   fix->discouraged || fix->caution_count > 0 ? "" : "(", fix->id);
    if (fix->discouraged) {
        tw_report_put(page, "(advised against:");
    } else if (fix->caution_count > 0) {
        tw_report_put(page, "(read the caution:");
    }
    tw_report_put_whole(page, pointer);
    tw_report_end(page);
}

void tw_report_show_fixes(struct tw_report_page *page, const struct tw_report_options *options,
                          const struct tlswhy_diagnosis *diagnosis)
{
    if (diagnosis->fix_count == 0) {
        return;
    }
    tw_report_gap(page);
    tw_report_paragraph(page, "", 0, TW_REPORT_PLAIN, "What to do");
    show_first_fix(page, &diagnosis->fixes[0]);
    for (size_t i = 1; i < diagnosis->fix_count; i++) {
        show_other_fix(page, &diagnosis->fixes[i]);
    }
    show_sources(page, options, &diagnosis->fixes[0]);
}

void tw_report_show_collect(struct tw_report_page *page, const struct tw_report_options *options,
                            const struct tlswhy_diagnosis *diagnosis)
{
    size_t count = diagnosis->collect_count;
    if (count == 0) {
        return;
    }
    if (!options->all && diagnosis->conclusive && count > COLLECT_SHOWN) {
        count = COLLECT_SHOWN;
    }
    tw_report_gap(page);
    tw_report_paragraph(page, "", 0, TW_REPORT_PLAIN, "To be sure");
    for (size_t i = 0; i < count; i++) {
        const struct tlswhy_collect *collect = &diagnosis->collect_next[i];
        tw_report_begin(page, "", 2, TW_REPORT_PLAIN);
        tw_report_put(page, i == 0 ? "Collect" : "Or collect");
        tw_report_put(page, collect->what);
        tw_report_end(page);
        if (collect->command != NULL) {
            show_commands(page, 4, &collect->command, 1);
        }
        if (collect->settles != NULL) {
            tw_report_paragraph(page, "", 2, TW_REPORT_PLAIN, collect->settles);
        }
    }
}

bool tw_report_show_plan(struct tw_report_page *page, const struct tw_report_options *options,
                         const struct tlswhy_report *answer)
{
    for (size_t i = 0; i < answer->diagnosis_count; i++) {
        const struct tlswhy_diagnosis *diagnosis = &answer->diagnoses[i];
        if (diagnosis->next_step_count == 0) {
            continue;
        }
        tw_report_gap(page);
        if (options->all) {
            tw_report_paragraph(page, "", 0, TW_REPORT_PLAIN, "Plan for the whole organisation");
            show_numbered(page, diagnosis->next_steps, diagnosis->next_step_count);
        } else {
            tw_report_begin(page, "", 0, TW_REPORT_PLAIN);
            tw_report_put_format(
                page, "Plan for the whole organisation (%zu steps):", diagnosis->next_step_count);
            tw_report_put_whole(page, "tlswhy --all");
            tw_report_end(page);
        }
        return true;
    }
    return false;
}

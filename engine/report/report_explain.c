/* report_explain.c -- what is known of an id, for people: `tlswhy explain` and `signatures list`.
 */
#include <stdio.h>

#include "report/report_explain.h"
#include "report/report_pack.h"
#include "report/report_words.h"
#include "report/report_wrap.h"

#include <tlswhy/tlswhy.h>

/* Where the values of a page begin. */
#define HANG 14

static const char *const scopes[] = {"the incident that it stands in", "the host that it names",
                                     "the whole input"};

/* A labelled text, left out where it is absent. */
static void put(struct tw_report_page *page, const char *label, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        tw_report_paragraph(page, label, HANG, TW_REPORT_PLAIN, text);
    }
}

static void put_texts(struct tw_report_page *page, const struct tw_pack *pack, const char *label,
                      struct tw_list list)
{
    for (uint32_t i = 0; i < list.count; i++) {
        put(page, i == 0 ? label : "", tw_pack_text(pack, tw_pack_number(pack, list, i)));
    }
}

static void put_references(struct tw_report_page *page, const struct tw_pack *pack,
                           struct tw_list list)
{
    for (uint32_t i = 0; i < list.count; i++) {
        const struct tw_pack_reference *reference =
            &pack->references[tw_pack_number(pack, list, i)];
        struct tw_buffer text = TW_BUFFER_INIT(4096);
        tw_base_buffer_print(&text, "%s", tw_pack_text(pack, reference->document));
        if (reference->section != 0) {
            tw_base_buffer_print(&text, ", \"%s\"", tw_pack_text(pack, reference->section));
        }
        if (reference->as_of != 0) {
            tw_base_buffer_print(&text, " (as of %s)", tw_pack_text(pack, reference->as_of));
        }
        put(page, i == 0 ? "  source" : "", text.at);
        tw_base_buffer_free(&text);
        put(page, "", tw_pack_text(pack, reference->url));
        put(page, "", tw_pack_text(pack, reference->note));
    }
}

static void put_terms(struct tw_report_page *page, const struct tw_pack *pack, const char *label,
                      struct tw_terms terms)
{
    for (uint32_t i = 0; i < terms.count; i++) {
        const struct tw_pack_term *term = &pack->terms[terms.first + i];
        tw_report_begin(page, i == 0 ? label : "", HANG, TW_REPORT_PLAIN);
        tw_report_put_format(
            page, "%s (%s, %+.1f)", tw_pack_text(pack, pack->causes[term->cause].id),
            tw_report_say_strength((enum tlswhy_strength)term->strength), (double)term->value);
        tw_report_end(page);
    }
}

/* The signatures and tags that a condition names. */
static void put_names(struct tw_report_page *page, const struct tw_pack *pack, const char *label,
                      struct tw_list names)
{
    for (uint32_t i = 0; i < names.count; i++) {
        put(page, i == 0 ? label : "", tw_pack_name(pack, tw_pack_number(pack, names, i)));
    }
}

static void put_when(struct tw_report_page *page, const struct tw_pack *pack,
                     const struct tw_pack_when *when)
{
    static const char *const windows[] = {"the incident", "what is about its hosts",
                                          "the whole input"};
    static const char *const sides[] = {NULL, "of the online service", "not of the online service"};
    put(page, "  within", windows[when->window]);
    put_names(page, pack, "  all of", when->all);
    put_names(page, pack, "  any of", when->any);
    put_names(page, pack, "  none of", when->none);
    put_names(page, pack, "  before it", when->before);
    put_names(page, pack, "  after it", when->after);
    if (when->of.count > 0) {
        tw_report_begin(page, "  at least", HANG, TW_REPORT_PLAIN);
        tw_report_put_format(page, "%u %s", when->hosts > 0 ? when->hosts : when->times,
                             when->hosts > 0 ? "hosts with" : "times");
        tw_report_end(page);
        put_names(page, pack, "", when->of);
    }
    for (uint32_t i = 0; i < when->clients.count; i++) {
        uint32_t client = tw_pack_number(pack, when->clients, i);
        put(page, i == 0 ? "  clients" : "", tw_pack_text(pack, pack->clients[client].id));
    }
    put(page, "  hosts", sides[when->side]);
}

static void put_head(struct tw_report_page *page, const char *what, const char *id,
                     const char *title)
{
    tw_report_begin(page, "", 0, TW_REPORT_BOLD);
    tw_report_put_format(page, "%s %s", what, id);
    tw_report_end(page);
    tw_report_paragraph(page, "  ", 2, TW_REPORT_PLAIN, title);
}

void tw_report_explain_signature(struct tw_report_page *page, const struct tw_pack *pack,
                                 uint32_t index)
{
    const struct tw_pack_signature *signature = &pack->signatures[index];
    put_head(page, "signature", tw_pack_text(pack, signature->id),
             tw_pack_text(pack, signature->title));
    tw_report_begin(page, "  kind", HANG, TW_REPORT_PLAIN);
    tw_report_put_format(page, "%s, %s, revision %u",
                         tw_report_say_kind((enum tlswhy_kind)signature->kind),
                         tw_pack_text(pack, signature->status), signature->revision);
    tw_report_end(page);
    if (signature->client != TW_PACK_NONE) {
        put(page, signature->kind == TLSWHY_KIND_CLIENT ? "  proves" : "  hints at",
            tw_pack_text(pack, pack->clients[signature->client].id));
    }
    put_texts(page, pack, "  seen in", signature->seen_in);
    for (uint32_t i = 0; i < signature->wordings.count; i++) {
        const struct tw_pack_wording *wording = &pack->wordings[signature->wordings.first + i];
        const struct tw_pack_anchor *anchor = &pack->anchors[wording->anchor];
        tw_report_begin(page, i == 0 ? "  wordings" : "", HANG, TW_REPORT_PLAIN);
        tw_report_put(page, tw_pack_text(pack, wording->text));
        if (wording->language != 0) {
            tw_report_put_format(page, " (%s)", tw_pack_text(pack, wording->language));
        }
        tw_report_end(page);
        put(page, "    pattern", tw_pack_text(pack, wording->pattern));
        put(page, "    anchor", tw_pack_text(pack, anchor->bytes));
    }
    if (signature->when != TW_PACK_NONE) {
        put_when(page, pack, &pack->whens[signature->when]);
    }
    put(page, "  unless", tw_pack_text(pack, signature->unless));
    put_names(page, pack, "  needs", signature->needs_any);
    put_names(page, pack, "  not beside", signature->needs_none);
    for (uint32_t i = 0; i < signature->done.count; i++) {
        put(page, i == 0 ? "  done" : "",
            tw_pack_text(pack, pack->fixes[tw_pack_number(pack, signature->done, i)].id));
    }
    put_terms(page, pack, "  supports", signature->supports);
    put_terms(page, pack, "  rules out", signature->rules_out);
    put(page, "  applies to", scopes[signature->scope]);
    put(page, "  note", tw_pack_text(pack, signature->note));
    put_references(page, pack, signature->references);
}

void tw_report_explain_family(struct tw_report_page *page, const struct tw_pack *pack,
                              uint32_t index)
{
    const struct tw_pack_family *family = &pack->families[index];
    bool first = true;
    put_head(page, "family", tw_pack_text(pack, family->id), tw_pack_text(pack, family->title));
    put(page, "  about", family->look_alike ? "a look-alike: TLS 1.2 is not the problem" : NULL);
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        if (pack->causes[i].family == index) {
            put(page, first ? "  causes" : "", tw_pack_text(pack, pack->causes[i].id));
            first = false;
        }
    }
    put_texts(page, pack, "  plan", family->next_steps);
}

void tw_report_explain_cause(struct tw_report_page *page, const struct tw_pack *pack,
                             uint32_t index)
{
    const struct tw_pack_cause *cause = &pack->causes[index];
    put_head(page, "cause", tw_pack_text(pack, cause->id), tw_pack_text(pack, cause->title));
    put(page, "  family", tw_pack_text(pack, pack->families[cause->family].id));
    put(page, "  meaning", tw_pack_text(pack, cause->meaning));
    put(page, "  tell apart", tw_pack_text(pack, cause->told_apart_by));
    for (uint32_t i = 0; i < cause->fixes.count; i++) {
        put(page, i == 0 ? "  fixes" : "",
            tw_pack_text(pack, pack->fixes[tw_pack_number(pack, cause->fixes, i)].id));
    }
    for (uint32_t i = 0; i < cause->collect.count; i++) {
        const struct tw_pack_collect *collect =
            &pack->collects[tw_pack_number(pack, cause->collect, i)];
        put(page, i == 0 ? "  collect" : "", tw_pack_text(pack, collect->what));
        put(page, "", tw_pack_text(pack, collect->command));
    }
    put_references(page, pack, cause->references);
}

void tw_report_explain_client(struct tw_report_page *page, const struct tw_pack *pack,
                              uint32_t index)
{
    const struct tw_pack_client *client = &pack->clients[index];
    put_head(page, "client", tw_pack_text(pack, client->id), tw_pack_text(pack, client->title));
    put(page, "  TLS 1.2", client->compliant_from == 0 ? NULL : "from this version on:");
    put(page, "", tw_pack_text(pack, client->compliant_from));
    for (uint32_t i = 0; i < client->priors.count; i++) {
        const struct tw_pack_prior *prior = &pack->priors[tw_pack_number(pack, client->priors, i)];
        tw_report_begin(page, i == 0 ? "  weights" : "", HANG, TW_REPORT_PLAIN);
        tw_report_put_format(page, "%s %g", tw_pack_text(pack, pack->causes[prior->cause].id),
                             (double)prior->weight);
        tw_report_end(page);
    }
    for (uint32_t i = 0; i + 1 < client->cause_fixes.count; i += 2) {
        uint32_t cause = tw_pack_number(pack, client->cause_fixes, i);
        uint32_t fix = tw_pack_number(pack, client->cause_fixes, i + 1);
        tw_report_begin(page, i == 0 ? "  fixes" : "", HANG, TW_REPORT_PLAIN);
        tw_report_put_format(page, "%s for %s", tw_pack_text(pack, pack->fixes[fix].id),
                             tw_pack_text(pack, pack->causes[cause].id));
        tw_report_end(page);
    }
    put_references(page, pack, client->references);
}

void tw_report_explain_fix(struct tw_report_page *page, const struct tw_pack *pack, uint32_t index)
{
    const struct tw_pack_fix *fix = &pack->fixes[index];
    put_head(page, "fix", tw_pack_text(pack, fix->id), tw_pack_text(pack, fix->title));
    put(page, "  advice", fix->discouraged ? "works, but the documents advise against it" : NULL);
    for (uint32_t i = 0; i < fix->steps.count; i++) {
        char label[16];
        (void)snprintf(label, sizeof label, "  %u.", i + 1);
        tw_report_paragraph(page, label, 5, TW_REPORT_PLAIN,
                            tw_pack_text(pack, tw_pack_number(pack, fix->steps, i)));
    }
    for (uint32_t i = 0; i < fix->commands.count; i++) {
        tw_report_begin(page, i == 0 ? "  commands" : "", HANG, TW_REPORT_PLAIN);
        tw_report_put_whole(page, tw_pack_text(pack, tw_pack_number(pack, fix->commands, i)));
        tw_report_end(page);
    }
    put_texts(page, pack, "  caution", fix->cautions);
    put_references(page, pack, fix->references);
}

void tw_report_explain_collect(struct tw_report_page *page, const struct tw_pack *pack,
                               uint32_t index)
{
    const struct tw_pack_collect *collect = &pack->collects[index];
    put_head(page, "evidence to collect", tw_pack_text(pack, collect->id),
             tw_pack_text(pack, collect->what));
    if (collect->command != 0) {
        tw_report_begin(page, "  command", HANG, TW_REPORT_PLAIN);
        tw_report_put_whole(page, tw_pack_text(pack, collect->command));
        tw_report_end(page);
    }
    put(page, "  settles", tw_pack_text(pack, collect->settles));
    for (uint32_t i = 0; i < collect->decides_between.count; i++) {
        uint32_t cause = tw_pack_number(pack, collect->decides_between, i);
        put(page, i == 0 ? "  decides" : "", tw_pack_text(pack, pack->causes[cause].id));
    }
}

/* test_pack.c -- a good pack compiles, opens, and gives back what was written; packs add to one
 * another. */
#include "base/alloc.h"
#include "base/limits.h"
#include "suites.h"
#include "support_pack.h"

#include <tlswhy/tlswhy.h>

static const char *text_of(const struct tw_pack *pack, struct tw_list list, uint32_t i)
{
    ck_assert_uint_lt(i, list.count);
    return tw_pack_text(pack, tw_pack_number(pack, list, i));
}

static const char signatures[] =
    "  - id: full\n"
    "    revision: 7\n"
    "    status: experimental\n"
    "    title: the title\n"
    "    kind: fact\n"
    "    client: tool\n"
    "    seen_in: [crm-trace, text]\n"
    "    wordings:\n"
    "      - {text: the first wording}\n"
    "      - {text: 'Der zweite Wortlaut', language: de, caseless: true,\n"
    "         pattern: 'zweite (?<host>\\w+)', within: record}\n"
    "    unless: 'not here'\n"
    "    over: [other]\n"
    "    needs_any: [other]\n"
    "    needs_none: [full]\n"
    "    supports: {tls: weak, dns: decisive}\n"
    "    rules_out: {refused: strong}\n"
    "    scope: host\n"
    "    starts_attempt: true\n"
    "    note: the note\n"
    "    references: [r]\n"
    "    samples: {match: [m1, m2], no_match: [n1]}\n" TW_SUPPORT_SIGNATURE(
        "other", "error", "{text: another wording}", "");

START_TEST(gives_back_a_signature)
{
    struct tw_pack *pack = tw_support_pack(signatures);
    ck_assert_uint_eq(pack->signature_count, 2);
    ck_assert_uint_eq(tw_pack_find_signature(pack, "full"), 0);
    ck_assert_uint_eq(tw_pack_find_signature(pack, "other"), 1);
    ck_assert_uint_eq(tw_pack_find_signature(pack, "none"), TW_PACK_NONE);
    const struct tw_pack_signature *signature = &pack->signatures[0];
    ck_assert_str_eq(tw_pack_text(pack, signature->title), "the title");
    ck_assert_str_eq(tw_pack_text(pack, signature->status), "experimental");
    ck_assert_str_eq(tw_pack_text(pack, signature->unless), "not here");
    ck_assert_str_eq(tw_pack_text(pack, signature->note), "the note");
    ck_assert_uint_eq(signature->line, 1 + tw_base_count_newlines(tw_support_knowledge,
                                                                  strlen(tw_support_knowledge)));
    ck_assert_uint_eq(signature->revision, 7);
    ck_assert_uint_eq(signature->kind, TLSWHY_KIND_FACT);
    ck_assert_uint_eq(signature->client, tw_pack_find_client(pack, "tool"));
    ck_assert_uint_eq(signature->scope, TW_SCOPE_HOST);
    ck_assert_uint_eq(signature->starts_attempt, 1);
    ck_assert_uint_eq(signature->strength, TLSWHY_STRENGTH_DECISIVE);
    ck_assert_uint_eq(signature->seen_in.count, 2);
    ck_assert_str_eq(text_of(pack, signature->seen_in, 1), "text");
    ck_assert_uint_eq(tw_pack_number(pack, signature->over, 0), 1);
    ck_assert_uint_eq(tw_pack_number(pack, signature->needs_any, 0), 1);
    ck_assert_uint_eq(tw_pack_number(pack, signature->needs_none, 0), 0);
    ck_assert_uint_eq(signature->match_samples.count, 2);
    ck_assert_str_eq(text_of(pack, signature->match_samples, 1), "m2");
    ck_assert_str_eq(text_of(pack, signature->no_match_samples, 0), "n1");
    /* A family stands for its causes, but for its fallback. */
    ck_assert_uint_eq(signature->supports.count, 3);
    ck_assert_uint_eq(signature->rules_out.count, 1);
    const struct tw_pack_term *against = &pack->terms[signature->rules_out.first];
    ck_assert_uint_eq(against->cause, tw_pack_find_cause(pack, "refused"));
    ck_assert(against->value < 0);
    ck_assert_uint_eq(pack->signatures[1].scope, TW_SCOPE_INCIDENT);
    ck_assert_uint_eq(pack->signatures[1].client, TW_PACK_NONE);
    ck_assert_uint_eq(pack->signatures[1].strength, TLSWHY_STRENGTH_NONE);
    tw_pack_free(pack);
}
END_TEST

START_TEST(gives_back_wordings_and_anchors)
{
    struct tw_pack *pack = tw_support_pack(signatures);
    ck_assert_uint_eq(pack->wording_count, 3);
    const struct tw_pack_wording *second = &pack->wordings[1];
    ck_assert_str_eq(tw_pack_text(pack, second->text), "Der zweite Wortlaut");
    ck_assert_str_eq(tw_pack_text(pack, second->pattern), "zweite (?<host>\\w+)");
    ck_assert_str_eq(tw_pack_text(pack, second->language), "de");
    ck_assert_uint_eq(second->caseless, 1);
    ck_assert_uint_eq(second->whole_record, 1);
    ck_assert_ptr_null(tw_pack_text_or_null(pack, pack->wordings[0].pattern));
    for (uint32_t i = 0; i < pack->wording_count; i++) {
        const struct tw_pack_wording *wording = &pack->wordings[i];
        const struct tw_pack_anchor *anchor = &pack->anchors[wording->anchor];
        const char *text = tw_pack_text(pack, wording->text);
        ck_assert_uint_eq(wording->signature, i < 2 ? 0 : 1);
        ck_assert_uint_le(wording->anchor_at + anchor->length, strlen(text));
        ck_assert_mem_eq(text + wording->anchor_at, tw_pack_text(pack, anchor->bytes),
                         anchor->length);
        ck_assert_uint_eq(anchor->caseless, wording->caseless);
        bool listed = false;
        for (uint32_t k = 0; k < anchor->wordings.count; k++) {
            listed |= tw_pack_number(pack, anchor->wordings, k) == i;
        }
        ck_assert(listed);
    }
    tw_pack_free(pack);
}
END_TEST

START_TEST(gives_back_the_rest)
{
    struct tw_pack *pack = tw_support_pack("  []\n");
    ck_assert_uint_eq(pack->info_count, 1);
    ck_assert_str_eq(tw_pack_text(pack, pack->infos[0].name), "test");
    ck_assert_str_eq(tw_pack_text(pack, pack->infos[0].version), "1");
    ck_assert_uint_eq(pack->infos[0].signatures, 0);
    ck_assert_str_eq(tw_pack_text(pack, pack->references[0].section), "A section");
    ck_assert_ptr_null(tw_pack_text_or_null(pack, pack->references[0].url));
    ck_assert_uint_eq(pack->families[1].look_alike, 1);
    ck_assert_uint_eq(pack->families[0].next_steps.count, 1);
    ck_assert_str_eq(text_of(pack, pack->families[0].next_steps, 0),
                     "The plan. (The document, \"A section\")");
    const struct tw_pack_cause *cause = &pack->causes[tw_pack_find_cause(pack, "old-client")];
    ck_assert(cause->prior > 2.9F && cause->prior < 3.1F);
    ck_assert_uint_eq(cause->family, 0);
    ck_assert_uint_eq(cause->fixes.count, 2);
    ck_assert_uint_eq(tw_pack_number(pack, cause->fixes, 1), tw_pack_find_fix(pack, "fix-b"));
    ck_assert_uint_eq(pack->causes[tw_pack_find_cause(pack, "tls-any")].fallback, 1);
    const struct tw_pack_client *client = &pack->clients[tw_pack_find_client(pack, "tool")];
    ck_assert_str_eq(tw_pack_text(pack, client->compliant_from), "2.0");
    ck_assert_uint_eq(client->rank, 3);
    ck_assert_uint_eq(client->priors.count, 2);
    ck_assert_uint_eq(client->old.count, 1);
    ck_assert_uint_eq(client->compliant.count, 1);
    ck_assert_uint_eq(client->cause_fixes.count, 2);
    ck_assert_str_eq(text_of(pack, pack->fixes[0].steps, 0), "Do it.");
    ck_assert_str_eq(text_of(pack, pack->fixes[1].commands, 0), "do it");
    ck_assert_str_eq(text_of(pack, pack->fixes[1].cautions, 0), "Careful.");
    ck_assert_uint_eq(pack->fixes[2].discouraged, 1);
    ck_assert_str_eq(tw_pack_text(pack, pack->collects[0].settles), "It does.");
    ck_assert_uint_eq(pack->collects[0].decides_between.count, 2);
    ck_assert_uint_eq(pack->service->present, 1);
    ck_assert_str_eq(text_of(pack, pack->service->hosts, 0), "svc.example");
    ck_assert_uint_eq(pack->service->on_service.count, 1);
    tw_pack_free(pack);
    tw_pack_free(NULL);
}
END_TEST

/* The same files give the same bytes, but for where they lay. */
START_TEST(compiles_the_same_again)
{
    struct tw_pack *one = tw_support_pack(signatures);
    struct tw_pack *two = tw_support_pack(signatures);
    ck_assert_uint_eq(one->infos[0].digest, two->infos[0].digest);
    ck_assert_uint_eq(one->infos[0].signatures, 2);
    ck_assert(tw_base_span_equal(one->database, two->database));
    tw_pack_free(one);
    tw_pack_free(two);
}
END_TEST

START_TEST(the_default_pack_opens)
{
    struct tw_pack *pack = NULL;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(tw_pack_open_default(&pack, &error), TW_OK);
    ck_assert_uint_gt(pack->signature_count, 50);
    ck_assert_str_eq(tw_pack_text(pack, pack->infos[0].name), "default");
    tw_pack_free(pack);
}
END_TEST

/* ---- packs on packs ----------------------------------------------------------------------------
 */

static struct tw_pack *compile_on(const struct tw_pack *base, const char *yaml)
{
    struct tw_buffer blob;
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    enum tw_status status = tw_support_compile(base, tw_base_span(yaml), &blob, &messages, &error);
    ck_assert_msg(status == TW_OK, "%s\n%.*s", error.message, (int)messages.text.length,
                  messages.text.at == NULL ? "" : messages.text.at);
    tw_base_buffer_free(&messages.text);
    return tw_support_open(&blob);
}

START_TEST(adds_to_a_base)
{
    struct tw_pack *base = tw_support_pack(signatures);
    struct tw_pack *both =
        compile_on(base, "pack: {name: mine, version: \"2\"}\n"
                         "families: [{id: own, title: Own}]\n"
                         "causes:\n  - {id: mine, family: own, title: t, headline: h, meaning: m, "
                         "told_apart_by: x,\n"
                         "     fixes: [fix-a], references: [r]}\n"
                         "next_steps: [{family: tls, text: And this.}]\n"
                         "signatures:\n" TW_SUPPORT_SIGNATURE(
                             "third", "error", "{text: a third wording}, {text: another wording}",
                             ", over: [full], supports: {mine: weak, tls: weak}, client: tool"));
    ck_assert_uint_eq(both->info_count, 2);
    ck_assert_str_eq(tw_pack_text(both, both->infos[0].name), "test");
    ck_assert_str_eq(tw_pack_text(both, both->infos[1].name), "mine");
    ck_assert_uint_eq(both->infos[0].signatures, 2);
    ck_assert_uint_eq(both->infos[1].signatures, 1);
    ck_assert_uint_eq(both->infos[0].digest, base->infos[0].digest);
    ck_assert_uint_ne(both->digest, base->digest);
    ck_assert_uint_eq(both->signature_count, 3);
    ck_assert_uint_eq(both->wording_count, 5);
    ck_assert_uint_eq(tw_pack_number(both, both->signatures[2].over, 0), 0);
    ck_assert_uint_eq(both->families[0].next_steps.count, 2);
    ck_assert_str_eq(text_of(both, both->families[0].next_steps, 1), "And this.");
    /* The same wording of two signatures has one anchor. */
    ck_assert_uint_eq(both->wordings[2].anchor, both->wordings[4].anchor);
    ck_assert_uint_eq(both->anchors[both->wordings[2].anchor].wordings.count, 2);
    /* What was there is the same. */
    ck_assert_str_eq(tw_pack_text(both, both->signatures[0].title), "the title");
    ck_assert_str_eq(text_of(both, both->signatures[0].seen_in, 0), "crm-trace");
    tw_pack_free(both);
    tw_pack_free(base);
}
END_TEST

START_TEST(ids_of_the_base_are_taken)
{
    struct tw_pack *base = tw_support_pack(signatures);
    struct tw_buffer blob;
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(tw_support_compile(base,
                                        TW_SPAN("pack: {name: mine, version: \"2\"}\n"
                                                "families: [{id: tls, title: Own}]\n"),
                                        &blob, &messages, &error),
                     TW_ERR_DATA);
    tw_base_buffer_add_char(&messages.text, '\0');
    ck_assert_ptr_nonnull(strstr(messages.text.at, ":2:17: the id \"tls\" is already taken"));
    tw_base_buffer_free(&messages.text);
    tw_base_buffer_free(&blob);
    tw_pack_free(base);
}
END_TEST

START_TEST(the_same_name_replaces_the_base)
{
    struct tw_pack *base = tw_support_pack(signatures);
    struct tw_pack *instead =
        compile_on(base, "pack: {name: test, version: \"3\"}\nfamilies: [{id: tls, title: Own}]\n");
    ck_assert_uint_eq(instead->info_count, 1);
    ck_assert_str_eq(tw_pack_text(instead, instead->infos[0].version), "3");
    ck_assert_uint_eq(instead->signature_count, 0);
    ck_assert_uint_eq(instead->family_count, 1);
    ck_assert_uint_eq(instead->service->present, 0);
    tw_pack_free(instead);
    tw_pack_free(base);
}
END_TEST

/* A compiler that runs out of memory says so, whenever it does. */
START_TEST(compiling_may_run_out_of_memory)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(1u << 20);
    struct tw_pack *base = _i == 0 ? NULL : tw_support_pack("  []\n");
    char folder[TW_SUPPORT_PATH];
    enum tw_status status = TW_ERR_MEMORY;
    tw_base_buffer_add(&yaml,
                       tw_base_span(_i == 0 ? tw_support_knowledge
                                            : "pack: {name: x, version: \"1\"}\nsignatures:\n"));
    tw_base_buffer_add(&yaml, tw_base_span(signatures));
    tw_support_folder(folder);
    tw_support_write(folder, "a.yaml", tw_base_buffer_span(&yaml));
    const char *const folders[] = {folder};
    for (int64_t n = 0; status != TW_OK; n++) {
        struct tw_buffer blob = TW_BUFFER_INIT(TW_BLOB_MAX);
        struct tw_pack_messages messages = {.text = TW_BUFFER_INIT(1u << 20)};
        struct tw_error error = {.message = ""};
        tw_base_alloc_fail_after(n);
        status = tw_pack_compile(base, folders, 1, &blob, &messages, &error);
        tw_base_alloc_fail_after(-1);
        if (status != TW_OK && error.message[0] == '\0') {
            ck_abort_msg("status %d without a message after %d allocations", status, (int)n);
        }
        TW_MUST(status != TW_ERR_USAGE && n < 10000);
        tw_base_buffer_free(&messages.text);
        tw_base_buffer_free(&blob);
    }
    tw_support_remove(folder);
    tw_base_buffer_free(&yaml);
    tw_pack_free(base);
}
END_TEST

Suite *tw_suite_pack(void)
{
    Suite *suite = suite_create("pack");
    TCase *all = tcase_create("pack");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, gives_back_a_signature);
    tcase_add_test(all, gives_back_wordings_and_anchors);
    tcase_add_test(all, gives_back_the_rest);
    tcase_add_test(all, compiles_the_same_again);
    tcase_add_test(all, the_default_pack_opens);
    tcase_add_test(all, adds_to_a_base);
    tcase_add_test(all, ids_of_the_base_are_taken);
    tcase_add_test(all, the_same_name_replaces_the_base);
    tcase_add_loop_test(all, compiling_may_run_out_of_memory, 0, 2);
    suite_add_tcase(suite, all);
    return suite;
}

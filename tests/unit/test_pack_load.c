/* test_pack_load.c -- what the loader says of mistakes in a pack: where they are, what is wrong,
 * what is allowed. */
#include <stdio.h>

#include "base/limits.h"
#include "suites.h"
#include "support_pack.h"

/* Compiles a file and holds its messages against `message`, which begins `:line:column: ` or is a
 * part. */
static void expect_message(struct tw_span yaml, const char *message)
{
    struct tw_buffer blob;
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    enum tw_status status = tw_support_compile(NULL, yaml, &blob, &messages, &error);
    tw_base_buffer_add_char(&messages.text, '\0');
    ck_assert_msg(status == TW_ERR_DATA, "accepted with status %d; wanted: %s", status, message);
    ck_assert_uint_ge(messages.count, 1);
    ck_assert_uint_eq(blob.length, 0);
    ck_assert_msg(strstr(messages.text.at, message) != NULL, "wanted: %s\nsaid: %s", message,
                  messages.text.at);
    ck_assert_msg(strstr(messages.text.at, "/pack.yaml:") != NULL ||
                      strstr(messages.text.at, ":1:1: a pack needs") != NULL,
                  "no file: %s", messages.text.at);
    tw_base_buffer_free(&messages.text);
    tw_base_buffer_free(&blob);
}

/* ---- signatures --------------------------------------------------------------------------------
 */

#define REST "    references: [r]\n    samples: {match: [m], no_match: [n]}\n"
#define GOOD                                                                                       \
    "  - id: sig\n    revision: 1\n    status: stable\n    title: a title\n    kind: error\n"      \
    "    wordings: [{text: an error happened}]\n" REST
#define TEXT_60 "123456789 123456789 123456789 123456789 123456789 123456789 "

/* Signatures after the common knowledge; lines are counted from there. */
static const struct {
    const char *yaml;
    unsigned line, column;
    const char *message;
} signatures[] = {
    /* keys */
    {GOOD "    titel: x\n", 9, 5,
     "a signature has no key \"titel\"; allowed are id, revision, status, title, "},
    {GOOD "    title: x\n", 9, 5, "a signature has the key \"title\" twice; allowed is once"},
    {"  - id: sig\n", 1, 5, "a signature needs the key \"revision\""},
    {"  - id: sig\n", 1, 5, "a signature needs the key \"samples\""},
    {"  - id: sig\n", 1, 5, "a signature needs the key \"samples\""},
    {"  - revision: 1\n", 1, 5,
     "a signature needs an id; allowed are lower-case letters, digits and -"},
    {"  - just a text\n", 1, 5, "a signature must be a mapping, not a text"},
    {"  a: mapping\n", 1, 3, "signatures must be a list, not a mapping"},
    /* ids */
    {"  - {id: Sig}\n", 1, 10, "a signature needs an id; allowed are"},
    {"  - {id: \"\"}\n", 1, 10, "a signature needs an id; allowed are"},
    {"  - {id: -sig}\n", 1, 10, "a signature needs an id; allowed are"},
    {"  - {id: s_g}\n", 1, 10, "a signature needs an id; allowed are"},
    {"  - {id: \"s\xc3\xa4g\"}\n", 1, 10, "a signature needs an id; allowed are"},
    {"  - {id: [sig]}\n", 1, 10, "a signature needs an id; allowed are"},
    {"  - {id: " TEXT_60 "123456789 123456789 1}\n", 1, 10, "a signature needs an id; allowed are"},
    {GOOD GOOD, 9, 9, "the id \"sig\" is already taken; an id is never used twice"},
    /* texts */
    {GOOD "    note: [a]\n", 9, 11, "note must be a text, not a list"},
    {GOOD "    note: {a: b}\n", 9, 11, "note must be a text, not a mapping"},
    {GOOD "    note: ''\n", 9, 11, "note is empty; leave the key out, or say something"},
    {GOOD "    note: \"a\\0b\"\n", 9, 11, "note holds a NUL character, which no text may"},
    {"  - id: sig\n    title: " TEXT_60 "1\n", 2, 12, "title has 61 characters; allowed are 60"},
    {GOOD "    seen_in: text\n", 9, 14, "seen_in must be a list, not a text"},
    {GOOD "    seen_in: [[text]]\n", 9, 15, "seen_in must be a text, not a list"},
    /* numbers and words */
    {"  - id: sig\n    revision: one\n", 2, 15, "\"one\" is no whole number from 0 to 1000000"},
    {"  - id: sig\n    revision: -1\n", 2, 15, "\"-1\" is no whole number from 0 to 1000000"},
    {"  - id: sig\n    revision: 1000001\n", 2, 15, "\"1000001\" is no whole number from"},
    {"  - id: sig\n    revision: 1 2\n", 2, 15, "\"1 2\" is no whole number from"},
    {"  - id: sig\n    revision: nan\n", 2, 15, "\"nan\" is no whole number from"},
    {"  - id: sig\n    revision: 1.5\n", 2, 15, "\"1.5\" is no"},
    {"  - id: sig\n    kind: err\n", 2, 11, "kind is \"err\"; allowed are error, client, fact"},
    {"  - id: sig\n    kind: [error]\n", 2, 11, "kind is \"\"; allowed are error, client, fact"},
    {GOOD "    scope: all\n", 9, 12, "scope is \"all\"; allowed are incident, host, input"},
    {GOOD "    starts_attempt: yes\n", 9, 21, "starts_attempt is \"yes\"; allowed are false, true"},
    {"  - id: sig\n    status: draft\n", 1, 1,
     "signature sig: status is \"draft\"; allowed are stable, experimental, deprecated"},
    /* what it says */
    {GOOD "    supports: {tls: certain}\n", 9, 21,
     "\"certain\" is no strength; allowed are weak, moderate, strong, decisive"},
    {GOOD "    rules_out: {tls: Strong}\n", 9, 22, "\"Strong\" is no strength; allowed are"},
    {GOOD "    supports: {nobody: weak}\n", 9, 16, "there is no cause or family \"nobody\""},
    {GOOD "    supports: [tls]\n", 9, 15, "what it says of causes must be a mapping, not a list"},
    /* ids of others */
    {GOOD "    over: [other]\n", 9, 12,
     "there is no signature \"other\"; it must be defined in this pack or in the default one"},
    {GOOD "    needs_any: [other]\n", 9, 17, "there is no signature and no tag \"other\""},
    {GOOD "    client: nobody\n", 9, 13, "there is no client \"nobody\""},
    {"  - id: sig\n    references: [kb]\n", 2, 18, "there is no reference \"kb\""},
    {"  - id: sig\n    kind: client\n", 1, 1,
     "signature sig: a signature of kind client needs the key \"client\""},
    /* wordings and samples */
    {"  - id: sig\n    wordings: []\n", 2, 15, "a signature needs at least one wording"},
    {"  - id: sig\n    wordings: [{txt: a}]\n", 2, 17,
     "a wording has no key \"txt\"; allowed are text, result, client, pattern, language, caseless, "
     "within"},
    {"  - id: sig\n    wordings: [a]\n", 2, 16, "a wording must be a mapping, not a text"},
    {"  - id: sig\n    wordings: [{pattern: a}]\n", 2, 16,
     "a wording needs the key \"text\" or the key \"result\", and not both"},
    {"  - id: sig\n    wordings: [{text: a, result: \"0x80090331\"}]\n", 2, 16,
     "a wording needs the key \"text\" or the key \"result\", and not both"},
    {"  - id: sig\n    wordings: [{result: \"0x90331\"}]\n", 2, 25,
     "\"0x90331\" is no result code; allowed is 0x and eight digits"},
    {"  - id: sig\n    wordings: [{result: \"0x00090312\"}]\n", 2, 25,
     "\"0x00090312\" is no result code"},
    {"  - id: sig\n    kind: fact\n", 1, 1,
     "signature sig: needs the key \"wordings\" or the key \"when\", and not both"},
    /* conclusions */
    {GOOD "    when: {any: [sig]}\n", 1, 1,
     "signature sig: needs the key \"wordings\" or the key \"when\", and not both"},
    {"  - id: sig\n    kind: error\n    when: {any: [sig]}\n", 1, 1,
     "signature sig: what is concluded is of kind fact"},
    {"  - id: sig\n    kind: fact\n    when: {all: [other]}\n", 3, 18,
     "there is no signature and no tag \"other\""},
    {"  - id: sig\n    kind: fact\n    when: {within: file}\n", 3, 20,
     "within is \"file\"; allowed are incident, host, input"},
    {"  - id: sig\n    kind: fact\n    when: {count: {of: [sig], hosts: 17}}\n", 1, 1,
     "signature sig: counts up to 17 hosts; allowed are 16"},
    {"  - id: sig\n    kind: fact\n    when: {any: [concluded]}\n  - id: concluded\n"
     "    kind: fact\n    when: {any: [sig]}\n",
     1, 1, "signature sig: a conclusion cannot rest on another one (concluded)"},
    {GOOD "    tags: [none]\n", 9, 12, "there is no tag \"none\""},
    {"  - id: sig\n    wordings: [{text: a, within: file}]\n", 2, 34,
     "within is \"file\"; allowed are line, record"},
    {"  - id: sig\n    samples: {match: [m]}\n", 2, 14, "samples needs the key \"no_match\""},
    {"  - id: sig\n    samples: {match: [m], no_match: []}\n", 2, 14,
     "a signature needs at least one sample that matches and one that does not"},
    {"  - id: sig\n    samples: {match: m, no_match: [n]}\n", 2, 22,
     "match must be a list, not a text"},
};

START_TEST(says_what_is_wrong_with_a_signature)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(1u << 20);
    char message[512];
    size_t before = tw_base_count_newlines(tw_support_knowledge, strlen(tw_support_knowledge));
    tw_base_buffer_add(&yaml, tw_base_span(tw_support_knowledge));
    tw_base_buffer_add(&yaml, tw_base_span(signatures[_i].yaml));
    (void)snprintf(message, sizeof message, ":%zu:%u: %s", before + signatures[_i].line,
                   signatures[_i].column, signatures[_i].message);
    expect_message(tw_base_buffer_span(&yaml), message);
    tw_base_buffer_free(&yaml);
}
END_TEST

/* A wording that the matcher could not look for. */
static const char *const no_anchors[] = {"short",       "a/b/c/d/e/f/g", "abcde 'fghij'",
                                         "<a>&<b>&<c>", "..........",    "a : b : c : d : e"};

START_TEST(says_that_a_wording_has_no_anchor)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(1u << 20);
    char message[512];
    size_t before = tw_base_count_newlines(tw_support_knowledge, strlen(tw_support_knowledge));
    tw_base_buffer_print(&yaml,
                         "%s  - {id: sig, revision: 1, status: stable, title: t, kind: error,\n"
                         "     wordings: [{text: \"%s\"}], references: [r],\n"
                         "     samples: {match: [m], no_match: [n]}}\n",
                         tw_support_knowledge, no_anchors[_i]);
    (void)snprintf(message, sizeof message,
                   ":%zu:1: signature sig: the wording \"%s\" has no usable anchor; allowed is a "
                   "run of at least %u characters without quotes, slashes, <, >, &",
                   before + 1, no_anchors[_i], TW_ANCHOR_MIN);
    expect_message(tw_base_buffer_span(&yaml), message);
    tw_base_buffer_free(&yaml);
}
END_TEST

/* ---- whole files -------------------------------------------------------------------------------
 */

#define PACK "pack: {name: p, version: \"1\"}\n"
#define REFERENCE "references: [{id: r, document: D}]\n"
#define FAMILY "families: [{id: f, title: F}]\n"
#define CAUSE_REST "title: t, headline: h, meaning: m, told_apart_by: b, fixes: [], references: [r]"
#define CAUSE "causes: [{id: c, family: f, " CAUSE_REST "}]\n"

static const struct {
    struct tw_span yaml;
    const char *message;
} files[] = {
    /* not a pack file */
    {TW_SPAN_INIT(""),
     ":1:1: a pack needs exactly one section \"pack\" with its name and version; this one has 0"},
    {TW_SPAN_INIT("# only a comment\n"), ":1:1: a pack needs exactly one section \"pack\""},
    {TW_SPAN_INIT("- a\n"), ":1:1: a pack file must be a mapping, not a list"},
    {TW_SPAN_INIT("text\n"), ":1:1: a pack file must be a mapping, not a text"},
    {TW_SPAN_INIT(PACK "a: [b\n"), ":3:1: did not find expected ',' or ']'"},
    {TW_SPAN_INIT(PACK "\tx: y\n"), ":2:1: found character that cannot start any token"},
    {TW_SPAN_INIT(PACK "x: \"open\n"), "found unexpected end of stream"},
    {TW_SPAN_INIT(PACK "x: *nobody\n"), ":2:4: found undefined alias"},
    {TW_SPAN_INIT(PACK "---\n" FAMILY),
     ":2:1: a second document begins here; a pack file holds one"},
    {TW_SPAN_INIT(PACK "---\nx: [broken\n"), "pack.yaml:"},
    {TW_SPAN_INIT(PACK "# a\n# b\nx: \"\xff\"\n"), "invalid leading UTF-8 octet"},
    {TW_SPAN_INIT(PACK "# a\n# b\nx: \"\x01\"\n"), "control characters are not allowed"},
    /* sections */
    {TW_SPAN_INIT(PACK "fixs: []\n"),
     ":2:1: a pack file has no section \"fixs\"; allowed are pack, service, references, families, "
     "causes, clients, fixes, collect, next_steps, tags, events, words, signatures"},
    {TW_SPAN_INIT(FAMILY), ":1:1: a pack needs exactly one section \"pack\""},
    {TW_SPAN_INIT("pack: p\n"), ":1:7: pack must be a mapping, not a text"},
    {TW_SPAN_INIT("pack: {name: p}\n"), ":1:7: pack needs the key \"version\""},
    {TW_SPAN_INIT("pack: {name: p, version: [1]}\n"), ":1:26: version must be a text, not a list"},
    {TW_SPAN_INIT("pack: {name: p, version: 1, by: me}\n"),
     ":1:29: pack has no key \"by\"; allowed are name, version"},
    {TW_SPAN_INIT(PACK "families: {id: f}\n"), ":2:11: families must be a list, not a mapping"},
    {TW_SPAN_INIT(PACK FAMILY "families: [{id: g, title: G}]\n"), ":3:1: "},
    {TW_SPAN_INIT(PACK "references: [{id: r}]\n"), ":2:14: a reference needs the key \"document\""},
    {TW_SPAN_INIT(PACK "families: [{id: f, title: F, look_alike: maybe}]\n"),
     ":2:42: look_alike is \"maybe\"; allowed are false, true"},
    /* causes, fixes, clients */
    {TW_SPAN_INIT(PACK REFERENCE "causes: [{id: c, family: g, " CAUSE_REST "}]\n"),
     ":3:26: there is no family \"g\""},
    {TW_SPAN_INIT(PACK REFERENCE FAMILY "causes: [{id: c, family: f, prior: 101, " CAUSE_REST
                                        "}]\n"),
     ":4:36: \"101\" is no number from "},
    {TW_SPAN_INIT(PACK REFERENCE FAMILY "causes: [{id: c, family: f, prior: 0, " CAUSE_REST "}]\n"),
     ":4:36: \"0\" is no number from "},
    {TW_SPAN_INIT(PACK REFERENCE FAMILY "causes: [{id: c, family: f, prior: '', " CAUSE_REST
                                        "}]\n"),
     ":4:36: \"\" is no number from "},
    {TW_SPAN_INIT(PACK "fixes: [{id: x, title: X}]\n"), ":2:9: a fix needs the key \"references\""},
    {TW_SPAN_INIT(PACK "fixes: [{id: x, title: X, references: [], steps: ['']}]\n"),
     ":2:51: steps is empty; leave the key out, or say something"},
    {TW_SPAN_INIT(PACK "collect: [{id: x, what: X, decides_between: [a]}]\n"),
     ":2:46: there is no cause \"a\""},
    {TW_SPAN_INIT(PACK "clients: [{id: x, title: X, rank: high}]\n"),
     ":2:35: \"high\" is no whole number from 0 to 1000000"},
    {TW_SPAN_INIT(PACK "clients: [{id: x, title: X, rank: 1, priors: {a: 1}}]\n"),
     ":2:47: there is no cause \"a\""},
    {TW_SPAN_INIT(PACK REFERENCE FAMILY CAUSE
                  "clients: [{id: x, title: X, rank: 1, priors: {c: big}}]\n"),
     ":5:50: \"big\" is no number from "},
    {TW_SPAN_INIT(PACK REFERENCE FAMILY CAUSE
                  "clients: [{id: x, title: X, rank: 1, fixes: {c: y}}]\n"),
     ":5:49: the fixes for a cause must be a list, not a text"},
    {TW_SPAN_INIT(PACK REFERENCE FAMILY CAUSE
                  "clients: [{id: x, title: X, rank: 1, fixes: {c: [y]}}]\n"),
     ":5:50: there is no fix \"y\""},
    {TW_SPAN_INIT(PACK "clients: [{id: x, title: X, rank: 1, old: {says: {}}}]\n"),
     ":2:44: what a version says has no key \"says\"; allowed are supports, rules_out"},
    /* service and plan */
    {TW_SPAN_INIT(PACK "service: {hosts: [a]}\n"),
     ":2:10: service needs the key \"off_service_caution\""},
    {TW_SPAN_INIT(PACK FAMILY "next_steps: [{family: f}]\n"),
     ":3:14: a next step needs the key \"text\""},
    {TW_SPAN_INIT(PACK FAMILY "next_steps: [{family: g, text: t}]\n"), ":3:"},
    {TW_SPAN_INIT(PACK FAMILY "next_steps: [{family: f, text: t, txt: u}]\n"), ":3:"},
    /* strange text in a message stays visible */
    {TW_SPAN_INIT(PACK "\"a\\e[31mb\": []\n"),
     ":2:1: a pack file has no section \"a\\u{001B}[31mb\""},
};

START_TEST(says_what_is_wrong_with_a_file)
{
    expect_message(files[_i].yaml, files[_i].message);
}
END_TEST

/* ---- more than one mistake, more than one file -------------------------------------------------
 */

START_TEST(tells_all_mistakes_at_once)
{
    struct tw_buffer blob;
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(tw_support_compile(NULL, TW_SPAN(PACK "fixs: []\nfamilies: [{id: A}]\nx: y\n"),
                                        &blob, &messages, &error),
                     TW_ERR_DATA);
    ck_assert_uint_eq(messages.count, 4);
    ck_assert_uint_eq(tw_base_count_newlines(messages.text.at, messages.text.length), 4);
    ck_assert_ptr_nonnull(strstr(error.message, ": the pack has 4 mistakes"));
    tw_base_buffer_free(&messages.text);
    tw_base_buffer_free(&blob);
}
END_TEST

START_TEST(keeps_a_hundred_messages)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(1u << 20);
    struct tw_buffer blob;
    struct tw_pack_messages messages;
    struct tw_error error;
    tw_base_buffer_add(&yaml, TW_SPAN(PACK));
    for (int i = 0; i < 150; i++) {
        tw_base_buffer_print(&yaml, "x%d: y\n", i);
    }
    ck_assert_int_eq(tw_support_compile(NULL, tw_base_buffer_span(&yaml), &blob, &messages, &error),
                     TW_ERR_DATA);
    ck_assert_uint_eq(messages.count, 150);
    ck_assert_uint_eq(tw_base_count_newlines(messages.text.at, messages.text.length),
                      TW_PACK_MESSAGES_MAX);
    tw_base_buffer_free(&messages.text);
    tw_base_buffer_free(&blob);
    tw_base_buffer_free(&yaml);
}
END_TEST

/* Compiles a folder; the rows are its files. */
static enum tw_status compile_files(const char *const *names, const char *const *texts,
                                    size_t count, struct tw_pack_messages *messages,
                                    struct tw_error *error)
{
    char folder[TW_SUPPORT_PATH];
    struct tw_buffer blob = TW_BUFFER_INIT(TW_BLOB_MAX);
    *messages = (struct tw_pack_messages){.text = TW_BUFFER_INIT(1u << 20)};
    tw_support_folder(folder);
    for (size_t i = 0; i < count; i++) {
        tw_support_write(folder, names[i], tw_base_span(texts[i]));
    }
    const char *const folders[] = {folder};
    enum tw_status status = tw_pack_compile(NULL, folders, 1, &blob, messages, error);
    tw_support_remove(folder);
    tw_base_buffer_free(&blob);
    return status;
}

START_TEST(files_may_refer_to_one_another)
{
    static const char *const names[] = {"a.yaml", "sub/z.yaml", "ignored.yml", ".hidden.yaml"};
    static const char *const texts[] = {CAUSE FAMILY, PACK REFERENCE, "[", "["};
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    enum tw_status status = compile_files(names, texts, TW_N(names), &messages, &error);
    ck_assert_msg(status == TW_OK, "%.*s", (int)messages.text.length, messages.text.at);
    tw_base_buffer_free(&messages.text);
}
END_TEST

START_TEST(ids_are_taken_across_files)
{
    static const char *const names[] = {"a.yaml", "b.yaml"};
    static const char *const texts[] = {PACK FAMILY, "\n" FAMILY PACK};
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(compile_files(names, texts, 2, &messages, &error), TW_ERR_DATA);
    tw_base_buffer_add_char(&messages.text, '\0');
    ck_assert_ptr_nonnull(strstr(messages.text.at, "/b.yaml:2:17: the id \"f\" is already taken"));
    ck_assert_ptr_nonnull(strstr(messages.text.at, "this one has 2"));
    tw_base_buffer_free(&messages.text);
}
END_TEST

START_TEST(a_folder_without_yaml_is_no_pack)
{
    static const char *const names[] = {"readme.txt"};
    static const char *const texts[] = {"x"};
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(compile_files(names, texts, 1, &messages, &error), TW_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(error.message, ": there is no .yaml file in it"));
    const char *const missing[] = {"/nonexistent/folder"};
    struct tw_buffer blob = TW_BUFFER_INIT(TW_BLOB_MAX);
    ck_assert_int_eq(tw_pack_compile(NULL, missing, 1, &blob, &messages, &error), TW_ERR_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "/nonexistent/folder"));
    tw_base_buffer_free(&messages.text);
}
END_TEST

START_TEST(a_file_may_be_too_long)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(2 * TW_YAML_MAX);
    struct tw_buffer blob;
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    tw_base_buffer_add(&yaml, TW_SPAN(PACK "#"));
    tw_support_fill(&yaml, TW_YAML_MAX - yaml.length + (size_t)_i);
    enum tw_status status =
        tw_support_compile(NULL, tw_base_buffer_span(&yaml), &blob, &messages, &error);
    ck_assert_int_eq(status, _i == 0 ? TW_OK : TW_ERR_LIMIT);
    ck_assert(_i == 0 || strstr(error.message, "a pack file may have at most 4194304 bytes"));
    tw_base_buffer_free(&messages.text);
    tw_base_buffer_free(&blob);
    tw_base_buffer_free(&yaml);
}
END_TEST

Suite *tw_suite_pack_load(void)
{
    Suite *suite = suite_create("pack_load");
    TCase *all = tcase_create("messages");
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, says_what_is_wrong_with_a_signature, 0, (int)TW_N(signatures));
    tcase_add_loop_test(all, says_that_a_wording_has_no_anchor, 0, (int)TW_N(no_anchors));
    tcase_add_loop_test(all, says_what_is_wrong_with_a_file, 0, (int)TW_N(files));
    tcase_add_test(all, tells_all_mistakes_at_once);
    tcase_add_test(all, keeps_a_hundred_messages);
    tcase_add_test(all, files_may_refer_to_one_another);
    tcase_add_test(all, ids_are_taken_across_files);
    tcase_add_test(all, a_folder_without_yaml_is_no_pack);
    tcase_add_loop_test(all, a_file_may_be_too_long, 0, 2);
    suite_add_tcase(suite, all);
    return suite;
}

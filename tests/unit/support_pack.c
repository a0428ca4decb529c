/* support_pack.c -- small packs, temporary folders and runs for the tests; see support_pack.h. */
#include "support_pack.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "source/source.h"

#define CAUSE(id, family, prior, rest)                                                             \
    "  - {id: " id ", family: " family ", title: cause " id ", headline: headline " id             \
    ", meaning: meaning, told_apart_by: a look, prior: " prior ", references: [r]" rest "}\n"

const char tw_support_knowledge[] =
    "pack: {name: test, version: \"1\"}\n"
    "references:\n"
    "  - {id: r, document: The document, section: A section}\n"
    "service: {hosts: [svc.example], off_service_caution: not the service,\n"
    "          on_service: {rules_out: {old-system: decisive}}}\n"
    "families:\n"
    "  - {id: tls, title: TLS}\n"
    "  - {id: net, title: Network, look_alike: true}\n"
    "causes:\n" CAUSE("old-client", "tls", "3", ", fixes: [fix-a, fix-b], collect: [ask]") CAUSE(
        "old-system", "tls", "1", ", fixes: [fix-b]") CAUSE("tls-any", "tls", "1",
                                                            ", fixes: [fix-a], fallback: true")
        CAUSE("refused", "net", "1", ", fixes: [fix-b]") CAUSE(
            "dns", "net", "1",
            ", fixes: [fix-b]") "clients:\n"
                                "  - {id: tool, title: The tool, rank: 3, compliant_from: "
                                "\"2.0\",\n"
                                "     priors: {old-client: 8, old-system: 1}, old: {supports: "
                                "{old-client: strong}},\n"
                                "     compliant: {rules_out: {old-client: decisive}}, fixes: "
                                "{old-client: [fix-c]}}\n"
                                "  - {id: helper, title: The helper, rank: 2}\n"
                                "  - {id: runtime, title: The runtime, rank: 1}\n"
                                "  - {id: shell, title: The shell, rank: 1}\n"
                                "fixes:\n"
                                "  - {id: fix-a, title: Fix A, steps: [Do it.], references: [r]}\n"
                                "  - {id: fix-b, title: Fix B, commands: [do it], cautions: "
                                "[Careful.], references: [r]}\n"
                                "  - {id: fix-c, title: Fix C, discouraged: true, references: "
                                "[r]}\n"
                                "collect:\n"
                                "  - {id: ask, what: The answer, command: ask, settles: It does.,\n"
                                "     decides_between: [old-client, old-system]}\n"
                                "next_steps:\n"
                                "  - {family: tls, text: The plan., references: [r]}\n"
                                "signatures:\n";

/* ---- folders -----------------------------------------------------------------------------------
 */

void tw_support_folder(char path[TW_SUPPORT_PATH])
{
    (void)snprintf(path, TW_SUPPORT_PATH, "/tmp/tlswhy-unit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
}

void tw_support_write(const char *folder, const char *name, struct tw_span bytes)
{
    char path[512];
    const char *slash = strchr(name, '/');
    if (slash != NULL) {
        (void)snprintf(path, sizeof path, "%s/%.*s", folder, (int)(slash - name), name);
        (void)mkdir(path, 0700);
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(bytes.length == 0 ? 0 : fwrite(bytes.at, 1, bytes.length, file),
                      bytes.length);
    ck_assert_int_eq(fclose(file), 0);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

void tw_support_remove(const char *folder)
{
    ck_assert_int_eq(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* ---- packs -------------------------------------------------------------------------------------
 */

enum tw_status tw_support_compile(const struct tw_pack *base, struct tw_span yaml,
                                  struct tw_buffer *blob, struct tw_pack_messages *messages,
                                  struct tw_error *error)
{
    char folder[TW_SUPPORT_PATH];
    tw_support_folder(folder);
    tw_support_write(folder, "pack.yaml", yaml);
    *blob = TW_BUFFER_INIT(TW_BLOB_MAX);
    *messages = (struct tw_pack_messages){.text = TW_BUFFER_INIT(1u << 20)};
    const char *const folders[] = {folder};
    enum tw_status status = tw_pack_compile(base, folders, 1, blob, messages, error);
    tw_support_remove(folder);
    return status;
}

struct tw_pack *tw_support_open(struct tw_buffer *blob)
{
    struct tw_pack *pack = NULL;
    struct tw_error error = {.message = ""};
    enum tw_status status = tw_pack_open(&pack, tw_base_buffer_span(blob), &error);
    ck_assert_msg(status == TW_OK, "%s", error.message);
    pack->owned = blob->at;
    *blob = TW_BUFFER_INIT(blob->maximum);
    return pack;
}

struct tw_pack *tw_support_pack(const char *signatures)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(TW_YAML_MAX);
    struct tw_buffer blob;
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    tw_base_buffer_add(&yaml, tw_base_span(tw_support_knowledge));
    tw_base_buffer_add(&yaml, tw_base_span(signatures));
    enum tw_status status =
        tw_support_compile(NULL, tw_base_buffer_span(&yaml), &blob, &messages, &error);
    ck_assert_msg(status == TW_OK, "%s\n%.*s", error.message, (int)messages.text.length,
                  messages.text.at == NULL ? "" : messages.text.at);
    tw_base_buffer_free(&yaml);
    tw_base_buffer_free(&messages.text);
    return tw_support_open(&blob);
}

struct tw_pack *tw_support_pack_of(const struct tw_support_signature *signatures, size_t count)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(TW_YAML_MAX);
    for (size_t i = 0; i < count; i++) {
        tw_base_buffer_print(&yaml, TW_SUPPORT_SIGNATURE("%s", "%s", "%s", "%s"), signatures[i].id,
                             signatures[i].id, signatures[i].kind, signatures[i].wordings,
                             signatures[i].rest);
    }
    tw_base_buffer_add_char(&yaml, '\0');
    struct tw_pack *pack = tw_support_pack(yaml.at);
    tw_base_buffer_free(&yaml);
    return pack;
}

/* ---- runs --------------------------------------------------------------------------------------
 */

struct tw_pipeline_options tw_support_options(void)
{
    return (struct tw_pipeline_options){.min_confidence = 0.5};
}

struct tw_pipeline *tw_support_pipeline(const struct tw_pack *pack,
                                        const struct tw_pipeline_options *options)
{
    struct tw_pipeline_options defaults = tw_support_options();
    struct tw_pipeline *pipeline = NULL;
    struct tw_error error = {.message = ""};
    enum tw_status status =
        tw_pipeline_new(&pipeline, pack, options == NULL ? &defaults : options, &error);
    ck_assert_msg(status == TW_OK, "%s", error.message);
    return pipeline;
}

const struct tlswhy_report *tw_support_run(struct tw_pipeline *pipeline, const char *name,
                                           struct tw_span text, size_t piece)
{
    struct tw_stream *source = NULL;
    const struct tlswhy_report *report = NULL;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(tw_source_open_memory(&source, text, piece, &error), TW_OK);
    enum tw_status status = tw_pipeline_run(pipeline, name, true, source, &report, &error);
    ck_assert_msg(status == TW_OK, "%s", error.message);
    ck_assert_ptr_nonnull(report);
    return report;
}

static const char *shown(const char *text)
{
    return text == NULL ? "-" : text;
}

static void print_evidence(struct tw_buffer *to, const struct tlswhy_evidence *evidence)
{
    tw_base_buffer_print(to, "  %s line %llu offset %llu %s %s %s: %s", evidence->signature,
                         (unsigned long long)evidence->line, (unsigned long long)evidence->offset,
                         evidence->record_id, shown(evidence->provider), shown(evidence->time),
                         evidence->excerpt);
    for (size_t i = 0; i < evidence->capture_count; i++) {
        tw_base_buffer_print(to, " %s=%s", evidence->captures[i].name, evidence->captures[i].value);
    }
    tw_base_buffer_add_char(to, '\n');
}

void tw_support_print(struct tw_buffer *to, const struct tlswhy_report *report)
{
    const struct tlswhy_input *input = &report->input;
    tw_base_buffer_print(to, "%s %s bytes %llu lines %llu hits %llu status %d\n",
                         shown(input->format), shown(input->encoding),
                         (unsigned long long)input->bytes, (unsigned long long)input->lines,
                         (unsigned long long)input->hits, (int)input->status);
    for (size_t i = 0; i < report->diagnosis_count; i++) {
        const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[i];
        tw_base_buffer_print(
            to, "%s x%llu %s %.6f %s %s lines %llu-%llu, %zu fixes, %zu next steps, %zu asked\n",
            diagnosis->id, (unsigned long long)diagnosis->count, shown(diagnosis->cause.id),
            diagnosis->family_confidence, shown(diagnosis->client_id),
            shown(diagnosis->client_version), (unsigned long long)diagnosis->first_line,
            (unsigned long long)diagnosis->last_line, diagnosis->fix_count,
            diagnosis->next_step_count, diagnosis->collect_count);
        for (size_t k = 0; k < diagnosis->alternative_count; k++) {
            tw_base_buffer_print(to, "  or %s %.6f\n", diagnosis->alternatives[k].id,
                                 diagnosis->alternatives[k].confidence);
        }
        for (size_t k = 0; k < diagnosis->evidence_count; k++) {
            print_evidence(to, &diagnosis->evidence[k]);
        }
    }
    ck_assert_int_eq(to->status, TW_OK);
}

void tw_support_fill(struct tw_buffer *to, size_t count)
{
    static const char letters[] = "lorem ipsum dolor sit amet ";
    char *at = tw_base_buffer_reserve(to, count);
    ck_assert_ptr_nonnull(at);
    for (size_t i = 0; i < count; i++) {
        at[i] = letters[i % (sizeof letters - 1)];
    }
    to->length += count;
}

uint32_t tw_support_random(uint32_t *state)
{
    /* Numerical Recipes, chapter 7: the quick and dirty generator. */
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

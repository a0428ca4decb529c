/* pack_load.c -- reads the files of a pack in two passes: first all ids, so that files may refer to
 * one another in any order, then everything else. */
#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "pack/pack_files.h"
#include "pack/pack_schema.h"

#include <tlswhy/tlswhy.h>

/* A section of a pack file whose items have ids. */
struct id_section {
    const char *key;
    enum tw_blob_section section;
    const struct tw_pack_shape *shape;
};

static const struct id_section id_sections[] = {
    {"references", TW_BLOB_REFERENCES, &tw_pack_shape_reference},
    {"families", TW_BLOB_FAMILIES, &tw_pack_shape_family},
    /* Fixes, collect entries and causes before clients and signatures: a family in `supports`
     * stands for its causes, which must be complete by then. */
    {"collect", TW_BLOB_COLLECTS, &tw_pack_shape_collect},
    {"fixes", TW_BLOB_FIXES, &tw_pack_shape_fix},
    {"causes", TW_BLOB_CAUSES, &tw_pack_shape_cause},
    {"clients", TW_BLOB_CLIENTS, &tw_pack_shape_client},
    {"tags", TW_BLOB_TAGS, &tw_pack_shape_tag},
    {"events", TW_BLOB_EVENTS, &tw_pack_shape_event},
    {"words", TW_BLOB_WORDS, &tw_pack_shape_word},
    {"signatures", TW_BLOB_SIGNATURES, &tw_pack_shape_signature},
};
#define ID_SECTIONS (sizeof id_sections / sizeof *id_sections)

/* A pack's files while they are read. */
struct files {
    struct tw_yaml **at;
    size_t count;
};

static tw_yaml_node value_of(const struct tw_yaml *yaml, tw_yaml_node mapping, const char *key)
{
    bool is_mapping = tw_pack_yaml_kind(yaml, mapping) == TW_YAML_MAPPING;
    for (size_t i = 0; is_mapping && i < tw_pack_yaml_count(yaml, mapping); i++) {
        tw_yaml_node name;
        tw_yaml_node value;
        tw_pack_yaml_pair(yaml, mapping, i, &name, &value);
        if (tw_base_span_equal(tw_pack_yaml_text(yaml, name), tw_base_span(key))) {
            return value;
        }
    }
    return 0;
}

static bool is_id(struct tw_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        if (!(c >= 'a' && c <= 'z') && !tw_base_is_digit(c) && (c != '-' || i == 0)) {
            return false;
        }
    }
    return text.length > 0 && text.length <= 80;
}

/* Gives a new element what it has before its keys are read. */
static void set_defaults(struct tw_pack_loader *loader, const struct id_section *section,
                         uint32_t index, tw_yaml_node item)
{
    void *element = tw_pack_builder_at(loader->builder, section->section, index);
    if (section->section == TW_BLOB_CAUSES) {
        ((struct tw_pack_cause *)element)->prior = 1;
    } else if (section->section == TW_BLOB_SIGNATURES) {
        tw_text file =
            tw_pack_builder_text(loader->builder, tw_base_span(tw_pack_yaml_path(loader->yaml)));
        struct tw_pack_signature *signature = element;
        signature->client = TW_PACK_NONE;
        signature->when = TW_PACK_NONE;
        signature->file = file;
        signature->line = tw_pack_yaml_line(loader->yaml, item);
    }
}

static void define_item(struct tw_pack_loader *loader, const struct id_section *section,
                        tw_yaml_node item)
{
    tw_yaml_node id = value_of(loader->yaml, item, "id");
    struct tw_span text = tw_pack_yaml_text(loader->yaml, id);
    if (!is_id(text)) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, id == 0 ? item : id,
                              "%s needs an id; allowed are lower-case letters, digits and -",
                              section->shape->what);
        text = (struct tw_span){NULL, 0};
    } else if (tw_pack_schema_lookup(loader->builder, section->section, text) != TW_PACK_NONE) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, id,
                              "the id \"%.*s\" is already taken; an id is never used twice",
                              (int)text.length, text.at);
        text = (struct tw_span){NULL, 0};
    }
    uint32_t index = tw_pack_builder_append(loader->builder, section->section);
    if (index != TW_PACK_NONE) {
        tw_text name = tw_pack_builder_text(loader->builder, text);
        *(tw_text *)tw_pack_builder_at(loader->builder, section->section, index) = name;
        set_defaults(loader, section, index, item);
    }
}

/* The first key of a mapping with this text. */
static tw_yaml_node first_of(const struct tw_yaml *yaml, tw_yaml_node mapping, struct tw_span text)
{
    for (size_t i = 0; i < tw_pack_yaml_count(yaml, mapping); i++) {
        tw_yaml_node key;
        tw_yaml_node value;
        tw_pack_yaml_pair(yaml, mapping, i, &key, &value);
        if (tw_base_span_equal(tw_pack_yaml_text(yaml, key), text)) {
            return key;
        }
    }
    return 0;
}

static void check_sections(struct tw_pack_loader *loader, tw_yaml_node root)
{
    for (size_t i = 0; i < tw_pack_yaml_count(loader->yaml, root); i++) {
        tw_yaml_node key;
        tw_yaml_node value;
        tw_pack_yaml_pair(loader->yaml, root, i, &key, &value);
        struct tw_span text = tw_pack_yaml_text(loader->yaml, key);
        if (first_of(loader->yaml, root, text) != key) {
            tw_pack_yaml_complain(loader->messages, loader->yaml, key,
                                  "the section \"%.*s\" stands twice; allowed is once a file",
                                  (int)text.length, text.at);
        }
        bool known = tw_base_span_equal(text, TW_SPAN("pack")) ||
                     tw_base_span_equal(text, TW_SPAN("service")) ||
                     tw_base_span_equal(text, TW_SPAN("next_steps"));
        for (size_t k = 0; k < ID_SECTIONS; k++) {
            known |= tw_base_span_equal(text, tw_base_span(id_sections[k].key));
        }
        if (!known) {
            tw_pack_yaml_complain(loader->messages, loader->yaml, key,
                                  "a pack file has no section \"%.*s\"; allowed are pack, service, "
                                  "references, families, causes, clients, fixes, collect, "
                                  "next_steps, tags, events, words, signatures",
                                  (int)text.length, text.at);
        }
    }
}

/* First pass: the ids of one section in all files. */
static void define_section(struct tw_pack_loader *loader, const struct files *files,
                           const struct id_section *section)
{
    for (size_t i = 0; i < files->count; i++) {
        loader->yaml = files->at[i];
        tw_yaml_node items = value_of(loader->yaml, tw_pack_yaml_root(loader->yaml), section->key);
        if (items == 0 || !tw_pack_schema_is(loader, items, TW_YAML_SEQUENCE, section->key)) {
            continue;
        }
        for (size_t k = 0; k < tw_pack_yaml_count(loader->yaml, items); k++) {
            define_item(loader, section, tw_pack_yaml_item(loader->yaml, items, k));
        }
    }
}

/* Second pass: everything else, in the same order. */
static void read_section(struct tw_pack_loader *loader, const struct files *files,
                         const struct id_section *section, uint32_t index)
{
    for (size_t i = 0; i < files->count; i++) {
        loader->yaml = files->at[i];
        tw_yaml_node items = value_of(loader->yaml, tw_pack_yaml_root(loader->yaml), section->key);
        if (tw_pack_yaml_kind(loader->yaml, items) != TW_YAML_SEQUENCE) {
            continue;
        }
        for (size_t k = 0; k < tw_pack_yaml_count(loader->yaml, items); k++) {
            tw_pack_schema_read(loader, section->shape, tw_pack_yaml_item(loader->yaml, items, k),
                                tw_pack_builder_at(loader->builder, section->section, index++));
        }
    }
}

/* Appends a reference; of a document that was named just before (`previous`) only the section. */
static void print_reference(struct tw_pack_loader *loader, struct tw_buffer *to, uint32_t index,
                            uint32_t previous)
{
    struct tw_pack view = tw_pack_builder_view(loader->builder);
    const struct tw_pack_reference *reference = &view.references[index];
    bool same =
        previous != TW_PACK_NONE && strcmp(tw_pack_text(&view, view.references[previous].document),
                                           tw_pack_text(&view, reference->document)) == 0;
    if (!same) {
        tw_base_buffer_print(to, "%s%s", previous == TW_PACK_NONE ? "" : "; ",
                             tw_pack_text(&view, reference->document));
    }
    if (reference->section != 0) {
        tw_base_buffer_print(to, "%s\"%s\"", same ? " and " : ", ",
                             tw_pack_text(&view, reference->section));
    }
    if (reference->url != 0 && !same) {
        tw_base_buffer_print(to, ", %s", tw_pack_text(&view, reference->url));
    }
}

/* One entry of `next_steps`: its text, with its references behind it in parentheses. */
static tw_text next_step_text(struct tw_pack_loader *loader, tw_yaml_node item)
{
    struct tw_buffer text = TW_BUFFER_INIT(4096);
    tw_base_buffer_add(&text,
                       tw_pack_yaml_text(loader->yaml, value_of(loader->yaml, item, "text")));
    tw_yaml_node references = value_of(loader->yaml, item, "references");
    uint32_t previous = TW_PACK_NONE;
    for (size_t i = 0; tw_pack_yaml_kind(loader->yaml, references) == TW_YAML_SEQUENCE &&
                       i < tw_pack_yaml_count(loader->yaml, references);
         i++) {
        struct tw_span id =
            tw_pack_yaml_text(loader->yaml, tw_pack_yaml_item(loader->yaml, references, i));
        uint32_t index = tw_pack_schema_lookup(loader->builder, TW_BLOB_REFERENCES, id);
        if (index != TW_PACK_NONE) {
            tw_base_buffer_add(&text, i == 0 ? TW_SPAN(" (") : TW_SPAN(""));
            print_reference(loader, &text, index, previous);
            previous = index;
        }
    }
    if (references != 0) {
        tw_base_buffer_add_char(&text, ')');
    }
    tw_text made = tw_pack_builder_text(loader->builder, tw_base_buffer_span(&text));
    tw_base_buffer_free(&text);
    return made;
}

/* The steps of one family from all files; the numbers of a list lie together, so a family that
 * already has some gets a new list with the old ones first. */
static void read_next_steps(struct tw_pack_loader *loader, const struct files *files,
                            uint32_t index)
{
    const struct tw_pack_family *family =
        tw_pack_builder_at(loader->builder, TW_BLOB_FAMILIES, index);
    struct tw_list old = family->next_steps;
    struct tw_list list = {tw_pack_builder_count(loader->builder, TW_BLOB_NUMBERS), 0};
    for (uint32_t i = 0; i < old.count; i++, list.count++) {
        struct tw_pack view = tw_pack_builder_view(loader->builder);
        tw_pack_builder_number(loader->builder, tw_pack_number(&view, old, i));
    }
    for (size_t i = 0; i < files->count; i++) {
        loader->yaml = files->at[i];
        tw_yaml_node steps = value_of(loader->yaml, tw_pack_yaml_root(loader->yaml), "next_steps");
        if (tw_pack_yaml_kind(loader->yaml, steps) != TW_YAML_SEQUENCE) {
            continue;
        }
        for (size_t k = 0; k < tw_pack_yaml_count(loader->yaml, steps); k++) {
            tw_yaml_node item = tw_pack_yaml_item(loader->yaml, steps, k);
            struct tw_span of =
                tw_pack_yaml_text(loader->yaml, value_of(loader->yaml, item, "family"));
            if (tw_pack_schema_lookup(loader->builder, TW_BLOB_FAMILIES, of) == index) {
                tw_pack_builder_number(loader->builder, next_step_text(loader, item));
                list.count++;
            }
        }
    }
    ((struct tw_pack_family *)tw_pack_builder_at(loader->builder, TW_BLOB_FAMILIES, index))
        ->next_steps = list;
}

/* What read_next_steps would not miss: keys and ids that are wrong. */
static void check_next_steps(struct tw_pack_loader *loader, const struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        loader->yaml = files->at[i];
        tw_yaml_node steps = value_of(loader->yaml, tw_pack_yaml_root(loader->yaml), "next_steps");
        if (steps == 0 || !tw_pack_schema_is(loader, steps, TW_YAML_SEQUENCE, "next_steps")) {
            continue;
        }
        for (size_t k = 0; k < tw_pack_yaml_count(loader->yaml, steps); k++) {
            struct tw_pack_next_step step;
            tw_pack_schema_read(loader, &tw_pack_shape_next_step,
                                tw_pack_yaml_item(loader->yaml, steps, k), &step);
        }
    }
}

/* The sections that stand once in a pack. */
static void read_singles(struct tw_pack_loader *loader, const struct files *files,
                         const char *directory, uint64_t digest)
{
    uint32_t index = tw_pack_builder_append(loader->builder, TW_BLOB_INFOS);
    size_t packs = 0;
    for (size_t i = 0; i < files->count; i++) {
        loader->yaml = files->at[i];
        tw_yaml_node root = tw_pack_yaml_root(loader->yaml);
        tw_yaml_node pack = value_of(loader->yaml, root, "pack");
        tw_yaml_node service = value_of(loader->yaml, root, "service");
        if (pack != 0 && index != TW_PACK_NONE) {
            packs++;
            tw_pack_schema_read(loader, &tw_pack_shape_pack, pack,
                                tw_pack_builder_at(loader->builder, TW_BLOB_INFOS, index));
        }
        if (service != 0) {
            struct tw_pack_service *element =
                tw_pack_builder_at(loader->builder, TW_BLOB_SERVICE, 0);
            tw_pack_schema_read(loader, &tw_pack_shape_service, service, element);
            element->present = 1;
        }
    }
    if (packs != 1) {
        tw_pack_complain(loader->messages, directory, 1, 1,
                         "a pack needs exactly one section \"pack\" with its name and version; "
                         "this one has %zu",
                         packs);
    } else if (index != TW_PACK_NONE) {
        ((struct tw_pack_info *)tw_pack_builder_at(loader->builder, TW_BLOB_INFOS, index))->digest =
            digest;
    }
}

/* A conclusion rests on what is read, so that the order of conclusions does not matter. */
static void check_premises(struct tw_pack_loader *loader, const struct tw_pack_signature *signature,
                           const char *id)
{
    struct tw_pack view = tw_pack_builder_view(loader->builder);
    if (signature->when == TW_PACK_NONE) {
        return;
    }
    const struct tw_pack_when *when = &view.whens[signature->when];
    const struct tw_list lists[] = {when->all,    when->any,   when->none,
                                    when->before, when->after, when->of};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (uint32_t k = 0; k < lists[i].count; k++) {
            uint32_t name = tw_pack_number(&view, lists[i], k);
            if (name < view.signature_count && view.signatures[name].when != TW_PACK_NONE) {
                tw_pack_complain(loader->messages, tw_pack_text(&view, signature->file),
                                 signature->line, 1,
                                 "signature %s: a conclusion cannot rest on another one (%s)", id,
                                 tw_pack_name(&view, name));
            }
        }
    }
}

/* What only holds between several keys of a signature. */
static void check_signature(struct tw_pack_loader *loader, uint32_t index)
{
    struct tw_pack view = tw_pack_builder_view(loader->builder);
    struct tw_pack_signature *signature =
        tw_pack_builder_at(loader->builder, TW_BLOB_SIGNATURES, index);
    const char *status = tw_pack_text(&view, signature->status);
    const char *file = tw_pack_text(&view, signature->file);
    const char *id = tw_pack_text(&view, signature->id);
    if (strcmp(status, "stable") != 0 && strcmp(status, "experimental") != 0 &&
        strcmp(status, "deprecated") != 0) {
        tw_pack_complain(loader->messages, file, signature->line, 1,
                         "signature %s: status is \"%s\"; allowed are stable, experimental, "
                         "deprecated",
                         id, status);
    }
    if (signature->kind == TLSWHY_KIND_ERROR && signature->starts_attempt) {
        tw_pack_complain(loader->messages, file, signature->line, 1,
                         "signature %s: an error cannot start an attempt; allowed is that on a "
                         "client or a fact",
                         id);
    }
    if (signature->kind == TLSWHY_KIND_CLIENT && signature->client == TW_PACK_NONE) {
        tw_pack_complain(loader->messages, file, signature->line, 1,
                         "signature %s: a signature of kind client needs the key \"client\"", id);
    }
    if ((signature->wordings.count == 0) == (signature->when == TW_PACK_NONE)) {
        tw_pack_complain(loader->messages, file, signature->line, 1,
                         "signature %s: needs the key \"wordings\" or the key \"when\", and not "
                         "both",
                         id);
    }
    if (signature->when != TW_PACK_NONE && signature->kind != TLSWHY_KIND_FACT) {
        tw_pack_complain(loader->messages, file, signature->line, 1,
                         "signature %s: what is concluded is of kind fact", id);
    }
    check_premises(loader, signature, id);
    if (signature->when != TW_PACK_NONE &&
        view.whens[signature->when].hosts > TW_COUNTED_HOSTS_MAX) {
        tw_pack_complain(loader->messages, file, signature->line, 1,
                         "signature %s: counts up to %u hosts; allowed are %u", id,
                         view.whens[signature->when].hosts, TW_COUNTED_HOSTS_MAX);
    }
    for (uint32_t i = 0; i < signature->supports.count + signature->rules_out.count; i++) {
        const struct tw_pack_term *term =
            i < signature->supports.count
                ? &view.terms[signature->supports.first + i]
                : &view.terms[signature->rules_out.first + i - signature->supports.count];
        if (term->strength > signature->strength) {
            signature->strength = term->strength;
        }
    }
}

static void load_files(struct tw_pack_loader *loader, const struct files *files,
                       const char *directory, uint64_t digest)
{
    uint32_t first[ID_SECTIONS];
    for (size_t i = 0; i < files->count; i++) {
        loader->yaml = files->at[i];
        tw_yaml_node root = tw_pack_yaml_root(loader->yaml);
        if (root != 0 && tw_pack_schema_is(loader, root, TW_YAML_MAPPING, "a pack file")) {
            check_sections(loader, root);
        }
    }
    for (size_t i = 0; i < ID_SECTIONS; i++) {
        first[i] = tw_pack_builder_count(loader->builder, id_sections[i].section);
        define_section(loader, files, &id_sections[i]);
    }
    if (!tw_pack_builder_is_whole(loader->builder)) {
        return;
    }
    for (size_t i = 0; i < ID_SECTIONS; i++) {
        read_section(loader, files, &id_sections[i], first[i]);
    }
    read_singles(loader, files, directory, digest);
    check_next_steps(loader, files);
    if (!tw_pack_builder_is_whole(loader->builder)) {
        return;
    }
    for (uint32_t i = 0; i < tw_pack_builder_count(loader->builder, TW_BLOB_FAMILIES); i++) {
        read_next_steps(loader, files, i);
    }
    uint32_t signatures = tw_pack_builder_count(loader->builder, TW_BLOB_SIGNATURES);
    for (uint32_t i = first[ID_SECTIONS - 1]; i < signatures; i++) {
        check_signature(loader, i);
    }
    uint32_t info = tw_pack_builder_count(loader->builder, TW_BLOB_INFOS);
    if (info > 0) {
        ((struct tw_pack_info *)tw_pack_builder_at(loader->builder, TW_BLOB_INFOS, info - 1))
            ->signatures = signatures - first[ID_SECTIONS - 1];
    }
}

/* Whether the files are another version of the pack that is there already, and alone: then they
 * stand instead of it, so that the sources of the default pack can be worked on with the program
 * that has it built in. */
static bool replaces(struct tw_pack_builder *builder, const struct files *files)
{
    struct tw_pack view = tw_pack_builder_view(builder);
    if (view.info_count != 1) {
        return false;
    }
    struct tw_span name = tw_base_span(tw_pack_text(&view, view.infos[0].name));
    for (size_t i = 0; i < files->count; i++) {
        const struct tw_yaml *yaml = files->at[i];
        tw_yaml_node pack = value_of(yaml, tw_pack_yaml_root(yaml), "pack");
        if (tw_base_span_equal(tw_pack_yaml_text(yaml, value_of(yaml, pack, "name")), name)) {
            return true;
        }
    }
    return false;
}

enum tw_status tw_pack_load(struct tw_pack_builder *builder, const char *directory,
                            struct tw_pack_messages *messages, struct tw_error *error)
{
    struct tw_pack_files list;
    struct files files = {NULL, 0};
    size_t mistakes = messages->count;
    uint64_t digest = TW_HASH_START;
    enum tw_status status = tw_pack_files_list(&list, directory, error);
    if (status == TW_OK && (files.at = tw_base_alloc(list.count, sizeof *files.at)) == NULL) {
        status = tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; files.at != NULL && status == TW_OK && i < list.count; i++) {
        enum tw_status opened =
            tw_pack_yaml_open(&files.at[files.count], list.paths[i], messages, error);
        if (opened == TW_OK) {
            digest = tw_base_hash(digest, tw_pack_yaml_bytes(files.at[files.count++]));
        } else if (opened != TW_ERR_DATA) {
            status = opened;
        }
    }
    if (status == TW_OK && replaces(builder, &files)) {
        tw_pack_builder_free(builder);
        status = tw_pack_builder_begin(builder, NULL);
        if (status != TW_OK) {
            (void)tw_base_error_set(error, status, "out of memory");
        }
    }
    if (status == TW_OK) {
        struct tw_pack_loader loader = {builder, messages, NULL, 0};
        load_files(&loader, &files, directory, digest);
        if (!tw_pack_builder_is_whole(builder)) {
            status = tw_base_error_set(error, TW_ERR_LIMIT,
                                       "%s: the pack is too large, or memory ran out", directory);
        }
    }
    if (status == TW_OK && messages->count > mistakes) {
        status = tw_base_error_set(error, TW_ERR_DATA, "%s: the pack has %zu mistake%s", directory,
                                   messages->count - mistakes,
                                   messages->count - mistakes == 1 ? "" : "s");
    }
    for (size_t i = 0; i < files.count; i++) {
        tw_pack_yaml_free(files.at[i]);
    }
    tw_base_free(files.at);
    tw_pack_files_free(&list);
    return status;
}

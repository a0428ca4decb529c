/* pack_schema.c -- fills a struct from a YAML mapping by a table of keys, and says precisely what
 * is wrong. Knows nothing of what the keys mean. */
#include "pack/pack_schema.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/visible.h"

/* Keys of a mapping, for "allowed are ...". */
#define LIST_BYTES 512

static const char *const kind_names[] = {"nothing", "a text", "a list", "a mapping"};

static const char *section_name(enum tw_blob_section section)
{
    static const char *const names[TW_BLOB_SECTIONS] = {
        [TW_BLOB_REFERENCES] = "reference",
        [TW_BLOB_FAMILIES] = "family",
        [TW_BLOB_CAUSES] = "cause",
        [TW_BLOB_CLIENTS] = "client",
        [TW_BLOB_FIXES] = "fix",
        [TW_BLOB_COLLECTS] = "collect entry",
        [TW_BLOB_TAGS] = "tag",
        [TW_BLOB_SIGNATURES] = "signature",
    };
    return names[section];
}

bool tw_pack_schema_is(struct tw_pack_loader *loader, tw_yaml_node node, enum tw_yaml_kind kind,
                       const char *what)
{
    enum tw_yaml_kind have = tw_pack_yaml_kind(loader->yaml, node);
    if (have != kind) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node, "%s must be %s, not %s", what,
                              kind_names[kind], kind_names[have]);
    }
    return have == kind;
}

uint32_t tw_pack_schema_lookup(struct tw_pack_builder *builder, enum tw_blob_section section,
                               struct tw_span id)
{
    const char *strings = builder->sections[TW_BLOB_STRINGS].at;
    for (uint32_t i = 0; i < tw_pack_builder_count(builder, section); i++) {
        /* Every section with ids has the id as its first member. */
        const tw_text *text = tw_pack_builder_at(builder, section, i);
        if (tw_base_span_equal(tw_base_span(strings + *text), id)) {
            return i;
        }
    }
    return TW_PACK_NONE;
}

uint32_t tw_pack_schema_find(struct tw_pack_loader *loader, enum tw_blob_section section,
                             tw_yaml_node node)
{
    struct tw_span id = tw_pack_yaml_text(loader->yaml, node);
    uint32_t index = tw_pack_schema_lookup(loader->builder, section, id);
    if (index == TW_PACK_NONE) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "there is no %s \"%.*s\"; it must be defined in this pack or in the "
                              "default one",
                              section_name(section), (int)id.length, id.at);
    }
    return index;
}

uint32_t tw_pack_schema_name(struct tw_pack_loader *loader, tw_yaml_node node)
{
    struct tw_span id = tw_pack_yaml_text(loader->yaml, node);
    uint32_t signature = tw_pack_schema_lookup(loader->builder, TW_BLOB_SIGNATURES, id);
    uint32_t tag = tw_pack_schema_lookup(loader->builder, TW_BLOB_TAGS, id);
    if (signature == TW_PACK_NONE && tag == TW_PACK_NONE) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "there is no signature and no tag \"%.*s\"; it must be defined in "
                              "this pack or in the default one",
                              (int)id.length, id.at);
        return TW_PACK_NONE;
    }
    return signature != TW_PACK_NONE ? signature : TW_PACK_TAG | tag;
}

double tw_pack_schema_number(struct tw_pack_loader *loader, tw_yaml_node node, double low,
                             double high, bool whole)
{
    struct tw_span text = tw_pack_yaml_text(loader->yaml, node);
    char *end = NULL;
    errno = 0;
    double value = text.length == 0 ? low - 1 : strtod(text.at, &end);
    bool fits = end == text.at + text.length && errno == 0 && value >= low && value <= high;
    if (!fits || (whole && value > floor(value))) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "\"%.*s\" is no %snumber from %.*f to %.*f", (int)text.length,
                              text.at, whole ? "whole " : "", whole ? 0 : 2, low, whole ? 0 : 2,
                              high);
        return low;
    }
    return value;
}

static tw_text read_text(struct tw_pack_loader *loader, tw_yaml_node node, uint32_t longest,
                         const char *key)
{
    if (!tw_pack_schema_is(loader, node, TW_YAML_SCALAR, key)) {
        return 0;
    }
    struct tw_span text = tw_pack_yaml_text(loader->yaml, node);
    if (text.length == 0) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "%s is empty; leave the key out, or say something", key);
    } else if (memchr(text.at, '\0', text.length) != NULL) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "%s holds a NUL character, which no text may", key);
    } else if (longest > 0 && tw_base_columns(text) > longest) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "%s has %zu characters; allowed are %u", key, tw_base_columns(text),
                              longest);
    } else {
        return tw_pack_builder_text(loader->builder, text);
    }
    return 0;
}

/* Reads a list of texts (target TW_BLOB_SECTIONS) or of ids. The numbers of a list lie together, so
 * nothing else may be appended to them meanwhile. */
static struct tw_list read_list(struct tw_pack_loader *loader, tw_yaml_node node,
                                const struct tw_pack_field *field)
{
    struct tw_list list = {tw_pack_builder_count(loader->builder, TW_BLOB_NUMBERS), 0};
    if (!tw_pack_schema_is(loader, node, TW_YAML_SEQUENCE, field->key)) {
        return list;
    }
    for (size_t i = 0; i < tw_pack_yaml_count(loader->yaml, node); i++) {
        tw_yaml_node item = tw_pack_yaml_item(loader->yaml, node, i);
        uint32_t number =
            field->value == TW_VALUE_REFS    ? tw_pack_schema_find(loader, field->target, item)
            : field->value == TW_VALUE_NAMES ? tw_pack_schema_name(loader, item)
                                             : read_text(loader, item, field->longest, field->key);
        tw_pack_builder_number(loader->builder, number);
        list.count++;
    }
    return list;
}

static uint32_t read_word(struct tw_pack_loader *loader, tw_yaml_node node,
                          const struct tw_pack_field *field)
{
    struct tw_span text = tw_pack_yaml_text(loader->yaml, node);
    struct tw_buffer allowed = TW_BUFFER_INIT(LIST_BYTES);
    for (uint32_t i = 0; field->words[i] != NULL; i++) {
        if (tw_base_span_equal(text, tw_base_span(field->words[i]))) {
            tw_base_buffer_free(&allowed);
            return i;
        }
        tw_base_buffer_print(&allowed, "%s%s", i == 0 ? "" : ", ", field->words[i]);
    }
    tw_pack_yaml_complain(loader->messages, loader->yaml, node, "%s is \"%.*s\"; allowed are %.*s",
                          field->key, (int)text.length, text.at, (int)allowed.length, allowed.at);
    tw_base_buffer_free(&allowed);
    return 0;
}

static void read_value(struct tw_pack_loader *loader, const struct tw_pack_field *field,
                       tw_yaml_node node, char *element)
{
    static const char *const booleans[] = {"false", "true", NULL};
    void *to = element + field->offset;
    switch (field->value) {
    case TW_VALUE_TEXT:
        *(tw_text *)to = read_text(loader, node, field->longest, field->key);
        break;
    case TW_VALUE_TEXTS:
    case TW_VALUE_REFS:
    case TW_VALUE_NAMES:
        *(struct tw_list *)to = read_list(loader, node, field);
        break;
    case TW_VALUE_WEIGHT:
        *(float *)to = (float)tw_pack_schema_number(loader, node, 0.01, 100, false);
        break;
    case TW_VALUE_WHOLE:
        *(uint32_t *)to = (uint32_t)tw_pack_schema_number(loader, node, 0, 1000000, true);
        break;
    case TW_VALUE_BOOL: {
        struct tw_pack_field yes_or_no = *field;
        yes_or_no.words = booleans;
        *(uint32_t *)to = read_word(loader, node, &yes_or_no);
        break;
    }
    case TW_VALUE_WORD:
        *(uint32_t *)to = read_word(loader, node, field);
        break;
    case TW_VALUE_REF:
        *(uint32_t *)to = tw_pack_schema_find(loader, field->target, node);
        break;
    case TW_VALUE_SPECIAL:
        field->read(loader, node, element);
        break;
    case TW_VALUE_ID:
        break;
    }
}

static const struct tw_pack_field *field_of(const struct tw_pack_shape *shape, struct tw_span key)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (tw_base_span_equal(key, tw_base_span(shape->fields[i].key))) {
            return &shape->fields[i];
        }
    }
    return NULL;
}

static void complain_of_key(struct tw_pack_loader *loader, const struct tw_pack_shape *shape,
                            tw_yaml_node key)
{
    struct tw_span text = tw_pack_yaml_text(loader->yaml, key);
    struct tw_buffer allowed = TW_BUFFER_INIT(LIST_BYTES);
    for (size_t i = 0; i < shape->count; i++) {
        tw_base_buffer_print(&allowed, "%s%s", i == 0 ? "" : ", ", shape->fields[i].key);
    }
    tw_pack_yaml_complain(loader->messages, loader->yaml, key,
                          "%s has no key \"%.*s\"; allowed are %.*s", shape->what, (int)text.length,
                          text.at, (int)allowed.length, allowed.at);
    tw_base_buffer_free(&allowed);
}

void tw_pack_schema_read(struct tw_pack_loader *loader, const struct tw_pack_shape *shape,
                         tw_yaml_node mapping, void *element)
{
    uint64_t seen = 0; /* a bit a field: no shape has 64 */
    if (!tw_pack_schema_is(loader, mapping, TW_YAML_MAPPING, shape->what)) {
        return;
    }
    for (size_t i = 0; i < tw_pack_yaml_count(loader->yaml, mapping); i++) {
        tw_yaml_node key;
        tw_yaml_node value;
        tw_pack_yaml_pair(loader->yaml, mapping, i, &key, &value);
        const struct tw_pack_field *field = field_of(shape, tw_pack_yaml_text(loader->yaml, key));
        if (field == NULL) {
            complain_of_key(loader, shape, key);
            continue;
        }
        uint64_t bit = UINT64_C(1) << (field - shape->fields);
        if ((seen & bit) != 0) {
            tw_pack_yaml_complain(loader->messages, loader->yaml, key,
                                  "%s has the key \"%s\" twice; allowed is once", shape->what,
                                  field->key);
            continue;
        }
        seen |= bit;
        read_value(loader, field, value, element);
    }
    for (size_t i = 0; i < shape->count; i++) {
        if (shape->fields[i].required && (seen & UINT64_C(1) << i) == 0) {
            tw_pack_yaml_complain(loader->messages, loader->yaml, mapping,
                                  "%s needs the key \"%s\"", shape->what, shape->fields[i].key);
        }
    }
}

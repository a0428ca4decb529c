/* pack_shapes.c -- the keys of every section of a pack (signatures/README.md describes them for
 * people) and the few values that are more than a text, a number or a list. */
#include <stddef.h>

#include "base/limits.h"
#include "pack/pack_schema.h"

#include <tlswhy/tlswhy.h>

#define TERM_DECISIVE_AGAINST 8.0f

const struct tw_pack_strength tw_pack_strengths[5] = {
    [TLSWHY_STRENGTH_WEAK] = {"weak", 0.8f, -0.8f},
    [TLSWHY_STRENGTH_MODERATE] = {"moderate", 1.6f, -1.6f},
    [TLSWHY_STRENGTH_STRONG] = {"strong", 3.5f, -3.5f},
    [TLSWHY_STRENGTH_DECISIVE] = {"decisive", 6.0f, -TERM_DECISIVE_AGAINST},
};

#define AT(type, member) offsetof(struct type, member)
#define SHAPE(name, text, table)                                                                   \
    const struct tw_pack_shape name = {text, table, sizeof(table) / sizeof *(table)}

static uint32_t strength_of(struct tw_pack_loader *loader, tw_yaml_node node)
{
    struct tw_span word = tw_pack_yaml_text(loader->yaml, node);
    for (uint32_t i = TLSWHY_STRENGTH_WEAK; i <= TLSWHY_STRENGTH_DECISIVE; i++) {
        if (tw_base_span_equal(word, tw_base_span(tw_pack_strengths[i].word))) {
            return i;
        }
    }
    tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                          "\"%.*s\" is no strength; allowed are weak, moderate, strong, decisive",
                          (int)word.length, word.at);
    return TLSWHY_STRENGTH_WEAK;
}

static void add_term(struct tw_pack_loader *loader, struct tw_terms *terms, uint32_t cause,
                     uint32_t strength, bool against)
{
    uint32_t index = tw_pack_builder_append(loader->builder, TW_BLOB_TERMS);
    if (index == TW_PACK_NONE) {
        return;
    }
    struct tw_pack_term *term = tw_pack_builder_at(loader->builder, TW_BLOB_TERMS, index);
    term->cause = cause;
    term->strength = strength;
    term->value =
        against ? tw_pack_strengths[strength].rules_out : tw_pack_strengths[strength].supports;
    terms->count++;
}

/* Reads `{cause or family: word}`. A family stands for each of its causes, but for its fallback,
 * which is no rival of the others. Terms of one map lie together. */
static void read_terms(struct tw_pack_loader *loader, tw_yaml_node node, struct tw_terms *terms,
                       bool against)
{
    if (terms->count == 0) {
        terms->first = tw_pack_builder_count(loader->builder, TW_BLOB_TERMS);
    }
    if (!tw_pack_schema_is(loader, node, TW_YAML_MAPPING, "what it says of causes")) {
        return;
    }
    for (size_t i = 0; i < tw_pack_yaml_count(loader->yaml, node); i++) {
        tw_yaml_node key;
        tw_yaml_node value;
        tw_pack_yaml_pair(loader->yaml, node, i, &key, &value);
        uint32_t strength = strength_of(loader, value);
        struct tw_span id = tw_pack_yaml_text(loader->yaml, key);
        /* A cause before a family: tls-interception is the name of both, and then the same. */
        uint32_t cause = tw_pack_schema_lookup(loader->builder, TW_BLOB_CAUSES, id);
        uint32_t family = tw_pack_schema_lookup(loader->builder, TW_BLOB_FAMILIES, id);
        if (cause != TW_PACK_NONE) {
            add_term(loader, terms, cause, strength, against);
        } else if (family != TW_PACK_NONE) {
            for (uint32_t k = 0; k < tw_pack_builder_count(loader->builder, TW_BLOB_CAUSES); k++) {
                const struct tw_pack_cause *member =
                    tw_pack_builder_at(loader->builder, TW_BLOB_CAUSES, k);
                if (member->family == family && !member->fallback) {
                    add_term(loader, terms, k, strength, against);
                }
            }
        } else {
            tw_pack_yaml_complain(loader->messages, loader->yaml, key,
                                  "there is no cause or family \"%.*s\"", (int)id.length, id.at);
        }
    }
}

static void read_supports(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    read_terms(loader, node, &((struct tw_pack_signature *)element)->supports, false);
}

static void read_rules_out(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    read_terms(loader, node, &((struct tw_pack_signature *)element)->rules_out, true);
}

/* `{supports: {...}, rules_out: {...}}` as one range of terms. */
static void term_supports(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    read_terms(loader, node, element, false);
}

static void term_rules_out(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    read_terms(loader, node, element, true);
}

static const struct tw_pack_field verdict_fields[] = {
    {.key = "supports", .value = TW_VALUE_SPECIAL, .read = term_supports},
    {.key = "rules_out", .value = TW_VALUE_SPECIAL, .read = term_rules_out},
};
static SHAPE(shape_verdict, "what a version says", verdict_fields);

static void read_old(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    tw_pack_schema_read(loader, &shape_verdict, node, &((struct tw_pack_client *)element)->old);
}

static void read_compliant(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    tw_pack_schema_read(loader, &shape_verdict, node,
                        &((struct tw_pack_client *)element)->compliant);
}

static void read_on_service(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    tw_pack_schema_read(loader, &shape_verdict, node,
                        &((struct tw_pack_service *)element)->on_service);
}

static void read_priors(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    struct tw_pack_client *client = element;
    client->priors.first = tw_pack_builder_count(loader->builder, TW_BLOB_NUMBERS);
    if (!tw_pack_schema_is(loader, node, TW_YAML_MAPPING, "priors")) {
        return;
    }
    for (size_t i = 0; i < tw_pack_yaml_count(loader->yaml, node); i++) {
        tw_yaml_node key;
        tw_yaml_node value;
        tw_pack_yaml_pair(loader->yaml, node, i, &key, &value);
        uint32_t cause = tw_pack_schema_find(loader, TW_BLOB_CAUSES, key);
        double weight = tw_pack_schema_number(loader, value, 0.01, 100, false);
        uint32_t index = tw_pack_builder_append(loader->builder, TW_BLOB_PRIORS);
        if (cause != TW_PACK_NONE && index != TW_PACK_NONE) {
            struct tw_pack_prior *prior =
                tw_pack_builder_at(loader->builder, TW_BLOB_PRIORS, index);
            *prior = (struct tw_pack_prior){cause, (float)weight};
            tw_pack_builder_number(loader->builder, index);
            client->priors.count++;
        }
    }
}

static void read_cause_fixes(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    struct tw_pack_client *client = element;
    client->cause_fixes.first = tw_pack_builder_count(loader->builder, TW_BLOB_NUMBERS);
    if (!tw_pack_schema_is(loader, node, TW_YAML_MAPPING, "the fixes of a client")) {
        return;
    }
    for (size_t i = 0; i < tw_pack_yaml_count(loader->yaml, node); i++) {
        tw_yaml_node key;
        tw_yaml_node value;
        tw_pack_yaml_pair(loader->yaml, node, i, &key, &value);
        uint32_t cause = tw_pack_schema_find(loader, TW_BLOB_CAUSES, key);
        if (!tw_pack_schema_is(loader, value, TW_YAML_SEQUENCE, "the fixes for a cause")) {
            continue;
        }
        for (size_t k = 0; k < tw_pack_yaml_count(loader->yaml, value); k++) {
            tw_yaml_node item = tw_pack_yaml_item(loader->yaml, value, k);
            tw_pack_builder_number(loader->builder, cause);
            tw_pack_builder_number(loader->builder,
                                   tw_pack_schema_find(loader, TW_BLOB_FIXES, item));
            client->cause_fixes.count += 2;
        }
    }
}

/* One entry of `wordings`, to the end of the table: one wording, or those of a result code. */
static void read_wording(struct tw_pack_loader *loader, tw_yaml_node node, uint32_t signature)
{
    struct tw_pack_wording read = {.signature = signature, .client = TW_PACK_NONE};
    uint32_t mistakes = (uint32_t)loader->messages->count;
    loader->result = 0;
    tw_pack_schema_read(loader, &tw_pack_shape_wording, node, &read);
    if ((read.text == 0) == (loader->result == 0) && loader->messages->count == mistakes) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "a wording needs the key \"text\" or the key \"result\", and not "
                              "both");
    } else if (loader->result != 0) {
        (void)tw_pack_read_result(loader, loader->result, &read);
    } else {
        uint32_t index = tw_pack_builder_append(loader->builder, TW_BLOB_WORDINGS);
        if (index != TW_PACK_NONE) {
            *(struct tw_pack_wording *)tw_pack_builder_at(loader->builder, TW_BLOB_WORDINGS,
                                                          index) = read;
        }
    }
}

static void read_result(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    (void)element;
    loader->result = node;
}

static void read_wordings(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    struct tw_pack_signature *signature = element;
    const struct tw_pack_signature *first =
        tw_pack_builder_at(loader->builder, TW_BLOB_SIGNATURES, 0);
    signature->wordings.first = tw_pack_builder_count(loader->builder, TW_BLOB_WORDINGS);
    if (!tw_pack_schema_is(loader, node, TW_YAML_SEQUENCE, "wordings")) {
        return;
    }
    for (size_t i = 0; i < tw_pack_yaml_count(loader->yaml, node); i++) {
        read_wording(loader, tw_pack_yaml_item(loader->yaml, node, i),
                     (uint32_t)(signature - first));
    }
    signature->wordings.count =
        tw_pack_builder_count(loader->builder, TW_BLOB_WORDINGS) - signature->wordings.first;
    if (tw_pack_yaml_count(loader->yaml, node) == 0) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "a signature needs at least one wording");
    }
}

static const struct tw_pack_field sample_fields[] = {
    {.key = "match",
     .value = TW_VALUE_TEXTS,
     .offset = AT(tw_pack_signature, match_samples),
     .required = true},
    {.key = "no_match",
     .value = TW_VALUE_TEXTS,
     .offset = AT(tw_pack_signature, no_match_samples),
     .required = true},
};
static SHAPE(shape_samples, "samples", sample_fields);

static void read_samples(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    struct tw_pack_signature *signature = element;
    tw_pack_schema_read(loader, &shape_samples, node, element);
    if (signature->match_samples.count == 0 || signature->no_match_samples.count == 0) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "a signature needs at least one sample that matches and one that "
                              "does not");
    }
}

static const char *const kinds[] = {"error", "client", "fact", NULL};
static const char *const scopes[] = {"incident", "host", "input", NULL};
static const char *const windows[] = {"line", "record", NULL};
static const char *const condition_windows[] = {"incident", "host", "input", NULL};
static const char *const directions[] = {"unknown", "as-client", "as-server", NULL};
static const char *const sides[] = {"any", "service", "other", NULL};

#define TEXT(k, type, member, need, most)                                                          \
    {                                                                                              \
        .key = (k), .value = TW_VALUE_TEXT, .offset = AT(type, member), .required = (need),        \
        .longest = (most)                                                                          \
    }
#define TEXTS(k, type, member)                                                                     \
    {                                                                                              \
        .key = (k), .value = TW_VALUE_TEXTS, .offset = AT(type, member)                            \
    }
#define BOOLEAN(k, type, member)                                                                   \
    {                                                                                              \
        .key = (k), .value = TW_VALUE_BOOL, .offset = AT(type, member)                             \
    }
#define REFS(k, type, member, need, section)                                                       \
    {                                                                                              \
        .key = (k), .value = TW_VALUE_REFS, .offset = AT(type, member), .required = (need),        \
        .target = (section)                                                                        \
    }
#define NAMES(k, type, member)                                                                     \
    {                                                                                              \
        .key = (k), .value = TW_VALUE_NAMES, .offset = AT(type, member)                            \
    }
#define WHOLE(k, type, member)                                                                     \
    {                                                                                              \
        .key = (k), .value = TW_VALUE_WHOLE, .offset = AT(type, member)                            \
    }
#define ID                                                                                         \
    {                                                                                              \
        .key = "id", .value = TW_VALUE_ID, .required = true                                        \
    }
#define SPECIAL(k, reader, need)                                                                   \
    {                                                                                              \
        .key = (k), .value = TW_VALUE_SPECIAL, .read = (reader), .required = (need)                \
    }

static const struct tw_pack_field pack_fields[] = {
    TEXT("name", tw_pack_info, name, true, 60),
    TEXT("version", tw_pack_info, version, true, 60),
};
SHAPE(tw_pack_shape_pack, "pack", pack_fields);

static const struct tw_pack_field reference_fields[] = {
    ID,
    TEXT("document", tw_pack_reference, document, true, 200),
    TEXT("section", tw_pack_reference, section, false, 200),
    TEXT("url", tw_pack_reference, url, false, 400),
    TEXT("as_of", tw_pack_reference, as_of, false, 20),
    TEXT("note", tw_pack_reference, note, false, 400),
};
SHAPE(tw_pack_shape_reference, "a reference", reference_fields);

static const struct tw_pack_field family_fields[] = {
    ID,
    TEXT("title", tw_pack_family, title, true, 60),
    BOOLEAN("look_alike", tw_pack_family, look_alike),
};
SHAPE(tw_pack_shape_family, "a family", family_fields);

static const struct tw_pack_field cause_fields[] = {
    ID,
    {.key = "family",
     .value = TW_VALUE_REF,
     .offset = AT(tw_pack_cause, family),
     .required = true,
     .target = TW_BLOB_FAMILIES},
    TEXT("title", tw_pack_cause, title, true, 100),
    TEXT("headline", tw_pack_cause, headline, true, 60),
    TEXT("meaning", tw_pack_cause, meaning, true, 0),
    {.key = "prior", .value = TW_VALUE_WEIGHT, .offset = AT(tw_pack_cause, prior)},
    TEXT("told_apart_by", tw_pack_cause, told_apart_by, true, 100),
    REFS("fixes", tw_pack_cause, fixes, true, TW_BLOB_FIXES),
    REFS("collect", tw_pack_cause, collect, false, TW_BLOB_COLLECTS),
    REFS("references", tw_pack_cause, references, true, TW_BLOB_REFERENCES),
    BOOLEAN("fallback", tw_pack_cause, fallback),
};
SHAPE(tw_pack_shape_cause, "a cause", cause_fields);

static const struct tw_pack_field client_fields[] = {
    ID,
    TEXT("title", tw_pack_client, title, true, 100),
    {.key = "rank", .value = TW_VALUE_WHOLE, .offset = AT(tw_pack_client, rank), .required = true},
    TEXT("compliant_from", tw_pack_client, compliant_from, false, 40),
    TEXT("stack", tw_pack_client, stack, false, 40),
    SPECIAL("priors", read_priors, false),
    SPECIAL("old", read_old, false),
    SPECIAL("compliant", read_compliant, false),
    SPECIAL("fixes", read_cause_fixes, false),
    REFS("references", tw_pack_client, references, false, TW_BLOB_REFERENCES),
};
SHAPE(tw_pack_shape_client, "a client", client_fields);

static const struct tw_pack_field fix_fields[] = {
    ID,
    TEXT("title", tw_pack_fix, title, true, 120),
    TEXTS("steps", tw_pack_fix, steps),
    TEXTS("commands", tw_pack_fix, commands),
    TEXTS("cautions", tw_pack_fix, cautions),
    BOOLEAN("discouraged", tw_pack_fix, discouraged),
    REFS("references", tw_pack_fix, references, true, TW_BLOB_REFERENCES),
};
SHAPE(tw_pack_shape_fix, "a fix", fix_fields);

static const struct tw_pack_field collect_fields[] = {
    ID,
    TEXT("what", tw_pack_collect, what, true, 200),
    TEXT("command", tw_pack_collect, command, false, 400),
    TEXT("settles", tw_pack_collect, settles, false, 400),
    REFS("decides_between", tw_pack_collect, decides_between, true, TW_BLOB_CAUSES),
};
SHAPE(tw_pack_shape_collect, "a collect entry", collect_fields);

static const struct tw_pack_field service_fields[] = {
    {.key = "hosts",
     .value = TW_VALUE_TEXTS,
     .offset = AT(tw_pack_service, hosts),
     .required = true},
    TEXTS("named_everywhere", tw_pack_service, named_everywhere),
    TEXT("off_service_caution", tw_pack_service, off_service_caution, true, 400),
    SPECIAL("on_service", read_on_service, false),
};
SHAPE(tw_pack_shape_service, "service", service_fields);

static const struct tw_pack_field next_step_fields[] = {
    {.key = "family",
     .value = TW_VALUE_REF,
     .offset = AT(tw_pack_next_step, family),
     .required = true,
     .target = TW_BLOB_FAMILIES},
    TEXT("text", tw_pack_next_step, text, true, 0),
    REFS("references", tw_pack_next_step, references, false, TW_BLOB_REFERENCES),
};
SHAPE(tw_pack_shape_next_step, "a next step", next_step_fields);

static const struct tw_pack_field tag_fields[] = {
    ID,
    TEXT("meaning", tw_pack_tag, meaning, true, 200),
    {.key = "direction",
     .value = TW_VALUE_WORD,
     .offset = AT(tw_pack_tag, direction),
     .words = directions},
};
SHAPE(tw_pack_shape_tag, "a tag", tag_fields);

static const struct tw_pack_field event_fields[] = {
    ID,
    TEXT("provider", tw_pack_event, provider, true, 100),
    {.key = "event_id",
     .value = TW_VALUE_WHOLE,
     .offset = AT(tw_pack_event, event_id),
     .required = true},
    TEXT("message", tw_pack_event, message, true, 1000),
    TEXTS("values", tw_pack_event, values),
    TEXTS("numbers", tw_pack_event, numbers),
    REFS("references", tw_pack_event, references, true, TW_BLOB_REFERENCES),
};
SHAPE(tw_pack_shape_event, "an event", event_fields);

static const struct tw_pack_field word_fields[] = {
    ID,
    TEXT("of", tw_pack_word, of, true, 60),
    TEXTS("texts", tw_pack_word, texts),
};
SHAPE(tw_pack_shape_word, "a word", word_fields);

static const struct tw_pack_field count_fields[] = {
    {.key = "of", .value = TW_VALUE_NAMES, .offset = AT(tw_pack_when, of), .required = true},
    WHOLE("hosts", tw_pack_when, hosts),
    WHOLE("times", tw_pack_when, times),
};
static SHAPE(shape_count, "count", count_fields);

static void read_count(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    tw_pack_schema_read(loader, &shape_count, node, element);
}

static const struct tw_pack_field when_fields[] = {
    NAMES("all", tw_pack_when, all),
    NAMES("any", tw_pack_when, any),
    NAMES("not", tw_pack_when, none),
    {.key = "within",
     .value = TW_VALUE_WORD,
     .offset = AT(tw_pack_when, window),
     .words = condition_windows},
    NAMES("before", tw_pack_when, before),
    NAMES("after", tw_pack_when, after),
    SPECIAL("count", read_count, false),
    REFS("clients", tw_pack_when, clients, false, TW_BLOB_CLIENTS),
    {.key = "hosts", .value = TW_VALUE_WORD, .offset = AT(tw_pack_when, side), .words = sides},
};
static SHAPE(shape_when, "when", when_fields);

static void read_when(struct tw_pack_loader *loader, tw_yaml_node node, void *element)
{
    struct tw_pack_signature *signature = element;
    struct tw_pack_when when = {.window = TW_WINDOW_INCIDENT};
    tw_pack_schema_read(loader, &shape_when, node, &when);
    signature->when = tw_pack_builder_append(loader->builder, TW_BLOB_WHENS);
    if (signature->when != TW_PACK_NONE) {
        *(struct tw_pack_when *)tw_pack_builder_at(loader->builder, TW_BLOB_WHENS,
                                                   signature->when) = when;
    }
}

static const struct tw_pack_field signature_fields[] = {
    ID,
    {.key = "revision",
     .value = TW_VALUE_WHOLE,
     .offset = AT(tw_pack_signature, revision),
     .required = true},
    TEXT("status", tw_pack_signature, status, true, 20),
    TEXT("title", tw_pack_signature, title, true, 60),
    {.key = "kind",
     .value = TW_VALUE_WORD,
     .offset = AT(tw_pack_signature, kind),
     .required = true,
     .words = kinds},
    {.key = "client",
     .value = TW_VALUE_REF,
     .offset = AT(tw_pack_signature, client),
     .target = TW_BLOB_CLIENTS},
    TEXTS("seen_in", tw_pack_signature, seen_in),
    SPECIAL("wordings", read_wordings, false),
    SPECIAL("when", read_when, false),
    REFS("tags", tw_pack_signature, tags, false, TW_BLOB_TAGS),
    REFS("done", tw_pack_signature, done, false, TW_BLOB_FIXES),
    TEXT("unless", tw_pack_signature, unless, false, 0),
    REFS("over", tw_pack_signature, over, false, TW_BLOB_SIGNATURES),
    NAMES("needs_any", tw_pack_signature, needs_any),
    NAMES("needs_none", tw_pack_signature, needs_none),
    SPECIAL("supports", read_supports, false),
    SPECIAL("rules_out", read_rules_out, false),
    {.key = "scope",
     .value = TW_VALUE_WORD,
     .offset = AT(tw_pack_signature, scope),
     .words = scopes},
    BOOLEAN("starts_attempt", tw_pack_signature, starts_attempt),
    TEXT("note", tw_pack_signature, note, false, 0),
    REFS("references", tw_pack_signature, references, true, TW_BLOB_REFERENCES),
    SPECIAL("samples", read_samples, true),
};
SHAPE(tw_pack_shape_signature, "a signature", signature_fields);

static const struct tw_pack_field wording_fields[] = {
    TEXT("text", tw_pack_wording, text, false, 1000),
    SPECIAL("result", read_result, false),
    {.key = "client",
     .value = TW_VALUE_REF,
     .offset = AT(tw_pack_wording, client),
     .target = TW_BLOB_CLIENTS},
    TEXT("pattern", tw_pack_wording, pattern, false, 4000),
    TEXT("language", tw_pack_wording, language, false, 20),
    BOOLEAN("caseless", tw_pack_wording, caseless),
    {.key = "within",
     .value = TW_VALUE_WORD,
     .offset = AT(tw_pack_wording, whole_record),
     .words = windows},
};
SHAPE(tw_pack_shape_wording, "a wording", wording_fields);

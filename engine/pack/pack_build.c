/* pack_build.c -- the growing tables of a pack in the making, and the way from directories to a
 * blob. */
#include "base/alloc.h"
#include "base/limits.h"
#include "match/match.h"
#include "pack/pack_compile.h"

enum tw_status tw_pack_builder_begin(struct tw_pack_builder *builder, const struct tw_pack *base)
{
    struct tw_buffer *sections = builder->sections;
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        sections[i] = TW_BUFFER_INIT(TW_BLOB_MAX);
    }
    if (base == NULL) {
        tw_base_buffer_add_char(&sections[TW_BLOB_STRINGS], '\0');
        (void)tw_pack_builder_append(builder, TW_BLOB_SERVICE);
    } else {
        const struct tw_span tables[] = {
            [TW_BLOB_INFOS] = {(const char *)base->infos, base->info_count},
            [TW_BLOB_REFERENCES] = {(const char *)base->references, base->reference_count},
            [TW_BLOB_FAMILIES] = {(const char *)base->families, base->family_count},
            [TW_BLOB_CAUSES] = {(const char *)base->causes, base->cause_count},
            [TW_BLOB_CLIENTS] = {(const char *)base->clients, base->client_count},
            [TW_BLOB_FIXES] = {(const char *)base->fixes, base->fix_count},
            [TW_BLOB_COLLECTS] = {(const char *)base->collects, base->collect_count},
            [TW_BLOB_PRIORS] = {(const char *)base->priors, base->prior_count},
            [TW_BLOB_TERMS] = {(const char *)base->terms, base->term_count},
            [TW_BLOB_SIGNATURES] = {(const char *)base->signatures, base->signature_count},
            [TW_BLOB_TAGS] = {(const char *)base->tags, base->tag_count},
            [TW_BLOB_WHENS] = {(const char *)base->whens, base->when_count},
            [TW_BLOB_EVENTS] = {(const char *)base->events, base->event_count},
            [TW_BLOB_WORDS] = {(const char *)base->words, base->word_count},
            [TW_BLOB_WORDINGS] = {(const char *)base->wordings, base->wording_count},
            [TW_BLOB_ANCHORS] = {NULL, 0}, /* chosen anew */
            [TW_BLOB_SERVICE] = {(const char *)base->service, 1},
            [TW_BLOB_NUMBERS] = {(const char *)base->numbers, base->number_count},
            [TW_BLOB_STRINGS] = {base->strings, base->string_size},
        };
        for (int i = 0; i <= TW_BLOB_STRINGS; i++) {
            struct tw_span bytes = tables[i];
            bytes.length *= tw_pack_section_element((enum tw_blob_section)i);
            tw_base_buffer_add(&sections[i], bytes);
        }
    }
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        if (sections[i].status != TW_OK) {
            return sections[i].status;
        }
    }
    return TW_OK;
}

bool tw_pack_builder_is_whole(const struct tw_pack_builder *builder)
{
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        if (builder->sections[i].status != TW_OK) {
            return false;
        }
    }
    return true;
}

void tw_pack_builder_free(struct tw_pack_builder *builder)
{
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        tw_base_buffer_free(&builder->sections[i]);
    }
}

uint32_t tw_pack_builder_append(struct tw_pack_builder *builder, enum tw_blob_section section)
{
    size_t size = tw_pack_section_element(section);
    uint32_t index = tw_pack_builder_count(builder, section);
    char *to = tw_base_buffer_reserve(&builder->sections[section], size);
    if (to == NULL) {
        return TW_PACK_NONE;
    }
    memset(to, 0, size);
    builder->sections[section].length += size;
    return index;
}

tw_text tw_pack_builder_text(struct tw_pack_builder *builder, struct tw_span text)
{
    struct tw_buffer *strings = &builder->sections[TW_BLOB_STRINGS];
    if (text.length == 0) {
        return 0;
    }
    tw_text at = (tw_text)strings->length;
    tw_base_buffer_add(strings, text);
    tw_base_buffer_add_char(strings, '\0');
    return strings->status == TW_OK ? at : 0;
}

void tw_pack_builder_number(struct tw_pack_builder *builder, uint32_t number)
{
    tw_base_buffer_add(&builder->sections[TW_BLOB_NUMBERS],
                       (struct tw_span){(const char *)&number, sizeof number});
}

struct tw_pack tw_pack_builder_view(struct tw_pack_builder *builder)
{
    const struct tw_buffer *s = builder->sections;
    struct tw_pack pack = {
        .infos = (const void *)s[TW_BLOB_INFOS].at,
        .references = (const void *)s[TW_BLOB_REFERENCES].at,
        .families = (const void *)s[TW_BLOB_FAMILIES].at,
        .causes = (const void *)s[TW_BLOB_CAUSES].at,
        .clients = (const void *)s[TW_BLOB_CLIENTS].at,
        .fixes = (const void *)s[TW_BLOB_FIXES].at,
        .collects = (const void *)s[TW_BLOB_COLLECTS].at,
        .priors = (const void *)s[TW_BLOB_PRIORS].at,
        .terms = (const void *)s[TW_BLOB_TERMS].at,
        .signatures = (const void *)s[TW_BLOB_SIGNATURES].at,
        .tags = (const void *)s[TW_BLOB_TAGS].at,
        .whens = (const void *)s[TW_BLOB_WHENS].at,
        .events = (const void *)s[TW_BLOB_EVENTS].at,
        .words = (const void *)s[TW_BLOB_WORDS].at,
        .wordings = (const void *)s[TW_BLOB_WORDINGS].at,
        .anchors = (const void *)s[TW_BLOB_ANCHORS].at,
        .service = (const void *)s[TW_BLOB_SERVICE].at,
        .numbers = (const void *)s[TW_BLOB_NUMBERS].at,
        .strings = s[TW_BLOB_STRINGS].at,
        .info_count = tw_pack_builder_count(builder, TW_BLOB_INFOS),
        .reference_count = tw_pack_builder_count(builder, TW_BLOB_REFERENCES),
        .family_count = tw_pack_builder_count(builder, TW_BLOB_FAMILIES),
        .cause_count = tw_pack_builder_count(builder, TW_BLOB_CAUSES),
        .client_count = tw_pack_builder_count(builder, TW_BLOB_CLIENTS),
        .fix_count = tw_pack_builder_count(builder, TW_BLOB_FIXES),
        .collect_count = tw_pack_builder_count(builder, TW_BLOB_COLLECTS),
        .prior_count = tw_pack_builder_count(builder, TW_BLOB_PRIORS),
        .term_count = tw_pack_builder_count(builder, TW_BLOB_TERMS),
        .signature_count = tw_pack_builder_count(builder, TW_BLOB_SIGNATURES),
        .tag_count = tw_pack_builder_count(builder, TW_BLOB_TAGS),
        .when_count = tw_pack_builder_count(builder, TW_BLOB_WHENS),
        .event_count = tw_pack_builder_count(builder, TW_BLOB_EVENTS),
        .word_count = tw_pack_builder_count(builder, TW_BLOB_WORDS),
        .wording_count = tw_pack_builder_count(builder, TW_BLOB_WORDINGS),
        .anchor_count = tw_pack_builder_count(builder, TW_BLOB_ANCHORS),
        .number_count = tw_pack_builder_count(builder, TW_BLOB_NUMBERS),
        .string_size = tw_pack_builder_count(builder, TW_BLOB_STRINGS),
        .database = tw_base_buffer_span(&s[TW_BLOB_DATABASE]),
    };
    return pack;
}

static enum tw_status compile_database(struct tw_pack_builder *builder, struct tw_error *error)
{
    struct tw_pack view = tw_pack_builder_view(builder);
    struct tw_match_literal *literals = tw_base_alloc(view.anchor_count, sizeof *literals);
    if (literals == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    for (uint32_t i = 0; i < view.anchor_count; i++) {
        literals[i].bytes =
            (struct tw_span){tw_pack_text(&view, view.anchors[i].bytes), view.anchors[i].length};
        literals[i].caseless = view.anchors[i].caseless != 0;
    }
    enum tw_status status =
        tw_match_compile(literals, view.anchor_count, &builder->sections[TW_BLOB_DATABASE], error);
    tw_base_free(literals);
    return status;
}

/* Anchors and the matcher's database: the last step. */
static enum tw_status finish(struct tw_pack_builder *builder, struct tw_pack_messages *messages,
                             struct tw_error *error)
{
    size_t before = messages->count;
    if (tw_pack_choose_anchors(builder, messages) != TW_OK) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "the pack is too large, or memory ran out");
    }
    if (messages->count > before) {
        return tw_base_error_set(error, TW_ERR_DATA, "the pack has %zu mistakes", messages->count);
    }
    return compile_database(builder, error);
}

enum tw_status tw_pack_compile(const struct tw_pack *base, const char *const *directories,
                               size_t count, struct tw_buffer *blob,
                               struct tw_pack_messages *messages, struct tw_error *error)
{
    struct tw_pack_builder builder;
    enum tw_status status = tw_pack_builder_begin(&builder, base);
    if (status != TW_OK) {
        (void)tw_base_error_set(error, status, "out of memory");
    }
    for (size_t i = 0; status == TW_OK && i < count; i++) {
        status = tw_pack_load(&builder, directories[i], messages, error);
    }
    if (status == TW_OK) {
        status = finish(&builder, messages, error);
    }
    if (status == TW_OK) {
        struct tw_pack view = tw_pack_builder_view(&builder);
        tw_pack_write_blob(&view, blob);
        status = blob->status == TW_OK
                     ? TW_OK
                     : tw_base_error_set(error, blob->status, "the compiled pack is too large");
    }
    tw_pack_builder_free(&builder);
    return status;
}

/* pack_blob.c -- opens a compiled pack after checking every offset in it, and writes one.
 *
 * Owns nothing but the table of sections. A blob may come from a cache that somebody tampered with:
 * whatever passes tw_pack_open can be read without further checks. */
#include "pack/pack_blob.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"

#include <tlswhy/tlswhy.h>

size_t tw_pack_section_element(enum tw_blob_section section)
{
    static const size_t sizes[TW_BLOB_SECTIONS] = {
        [TW_BLOB_INFOS] = sizeof(struct tw_pack_info),
        [TW_BLOB_REFERENCES] = sizeof(struct tw_pack_reference),
        [TW_BLOB_FAMILIES] = sizeof(struct tw_pack_family),
        [TW_BLOB_CAUSES] = sizeof(struct tw_pack_cause),
        [TW_BLOB_CLIENTS] = sizeof(struct tw_pack_client),
        [TW_BLOB_FIXES] = sizeof(struct tw_pack_fix),
        [TW_BLOB_COLLECTS] = sizeof(struct tw_pack_collect),
        [TW_BLOB_PRIORS] = sizeof(struct tw_pack_prior),
        [TW_BLOB_TERMS] = sizeof(struct tw_pack_term),
        [TW_BLOB_SIGNATURES] = sizeof(struct tw_pack_signature),
        [TW_BLOB_TAGS] = sizeof(struct tw_pack_tag),
        [TW_BLOB_WHENS] = sizeof(struct tw_pack_when),
        [TW_BLOB_EVENTS] = sizeof(struct tw_pack_event),
        [TW_BLOB_WORDS] = sizeof(struct tw_pack_word),
        [TW_BLOB_WORDINGS] = sizeof(struct tw_pack_wording),
        [TW_BLOB_ANCHORS] = sizeof(struct tw_pack_anchor),
        [TW_BLOB_SERVICE] = sizeof(struct tw_pack_service),
        [TW_BLOB_NUMBERS] = sizeof(uint32_t),
        [TW_BLOB_STRINGS] = 1,
        [TW_BLOB_DATABASE] = 1,
    };
    return sizes[section];
}

/* The one place that ties a section to its pointer and its count in struct tw_pack. */
static void section_of(const struct tw_pack *pack, enum tw_blob_section section,
                       struct tw_span *bytes)
{
    const void *at[TW_BLOB_SECTIONS] = {
        pack->infos,   pack->references, pack->families, pack->causes,  pack->clients,
        pack->fixes,   pack->collects,   pack->priors,   pack->terms,   pack->signatures,
        pack->tags,    pack->whens,      pack->events,   pack->words,   pack->wordings,
        pack->anchors, pack->service,    pack->numbers,  pack->strings, pack->database.at};
    const size_t count[TW_BLOB_SECTIONS] = {pack->info_count,
                                            pack->reference_count,
                                            pack->family_count,
                                            pack->cause_count,
                                            pack->client_count,
                                            pack->fix_count,
                                            pack->collect_count,
                                            pack->prior_count,
                                            pack->term_count,
                                            pack->signature_count,
                                            pack->tag_count,
                                            pack->when_count,
                                            pack->event_count,
                                            pack->word_count,
                                            pack->wording_count,
                                            pack->anchor_count,
                                            1,
                                            pack->number_count,
                                            pack->string_size,
                                            pack->database.length};
    *bytes = (struct tw_span){at[section], count[section] * tw_pack_section_element(section)};
}

void tw_pack_write_blob(const struct tw_pack *pack, struct tw_buffer *to)
{
    struct tw_blob_header header = {.version = TW_BLOB_VERSION, .header_size = sizeof header};
    memcpy(header.magic, TW_BLOB_MAGIC, sizeof header.magic);
    header.digest = header.database_digest = TW_HASH_START;
    uint64_t at = sizeof header;
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        struct tw_span bytes;
        section_of(pack, (enum tw_blob_section)i, &bytes);
        header.sections[i].at = at;
        header.sections[i].size = bytes.length;
        at += (bytes.length + 7) & ~(uint64_t)7;
        uint64_t *digest = i < TW_BLOB_DATABASE ? &header.digest : &header.database_digest;
        *digest = tw_base_hash(*digest, bytes);
    }
    header.size = at;
    tw_base_buffer_add(to, (struct tw_span){(const char *)&header, sizeof header});
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        struct tw_span bytes;
        section_of(pack, (enum tw_blob_section)i, &bytes);
        tw_base_buffer_add(to, bytes);
        tw_base_buffer_add(to, (struct tw_span){"\0\0\0\0\0\0\0", (8 - bytes.length % 8) % 8});
    }
}

/* What is checked while the tables are walked. */
struct check {
    const struct tw_pack *pack;
    bool bad;
};

static void check_text(struct check *check, tw_text text)
{
    check->bad |= text >= check->pack->string_size;
}

static void check_index(struct check *check, uint32_t index, uint32_t count)
{
    check->bad |= index >= count;
}

/* A list of indexes below `count`; of texts where count is the size of the string pool. */
static void check_list(struct check *check, struct tw_list list, uint32_t count)
{
    const struct tw_pack *pack = check->pack;
    if (list.count > pack->number_count || list.first > pack->number_count - list.count) {
        check->bad = true;
        return;
    }
    for (uint32_t i = 0; i < list.count; i++) {
        check_index(check, pack->numbers[list.first + i], count);
    }
}

static void check_terms(struct check *check, struct tw_terms terms)
{
    check->bad |= terms.count > check->pack->term_count ||
                  terms.first > check->pack->term_count - terms.count;
}

static void check_causes(struct check *check)
{
    const struct tw_pack *pack = check->pack;
    for (uint32_t i = 0; i < pack->family_count; i++) {
        const struct tw_pack_family *family = &pack->families[i];
        check_text(check, family->id);
        check_text(check, family->title);
        check_list(check, family->next_steps, pack->string_size);
    }
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        const struct tw_pack_cause *cause = &pack->causes[i];
        check_text(check, cause->id);
        check_text(check, cause->title);
        check_text(check, cause->headline);
        check_text(check, cause->meaning);
        check_text(check, cause->told_apart_by);
        check_index(check, cause->family, pack->family_count);
        check_list(check, cause->fixes, pack->fix_count);
        check_list(check, cause->collect, pack->collect_count);
        check_list(check, cause->references, pack->reference_count);
        check->bad |= !(cause->prior > 0);
    }
    for (uint32_t i = 0; i < pack->term_count; i++) {
        check_index(check, pack->terms[i].cause, pack->cause_count);
        check_index(check, pack->terms[i].strength, TLSWHY_STRENGTH_DECISIVE + 1);
    }
    for (uint32_t i = 0; i < pack->prior_count; i++) {
        check_index(check, pack->priors[i].cause, pack->cause_count);
        check->bad |= !(pack->priors[i].weight > 0);
    }
}

static void check_clients_and_fixes(struct check *check)
{
    const struct tw_pack *pack = check->pack;
    for (uint32_t i = 0; i < pack->client_count; i++) {
        const struct tw_pack_client *client = &pack->clients[i];
        check_text(check, client->id);
        check_text(check, client->title);
        check_text(check, client->compliant_from);
        check_text(check, client->stack);
        check_list(check, client->priors, pack->prior_count);
        check_list(check, client->references, pack->reference_count);
        check_terms(check, client->old);
        check_terms(check, client->compliant);
        check_list(check, client->cause_fixes, UINT32_MAX);
        for (uint32_t k = 0; !check->bad && k < client->cause_fixes.count; k++) {
            check_index(check, tw_pack_number(pack, client->cause_fixes, k),
                        k % 2 == 0 ? pack->cause_count : pack->fix_count);
        }
        check->bad |= client->cause_fixes.count % 2 != 0;
    }
    for (uint32_t i = 0; i < pack->fix_count; i++) {
        const struct tw_pack_fix *fix = &pack->fixes[i];
        check_text(check, fix->id);
        check_text(check, fix->title);
        check_list(check, fix->steps, pack->string_size);
        check_list(check, fix->commands, pack->string_size);
        check_list(check, fix->cautions, pack->string_size);
        check_list(check, fix->references, pack->reference_count);
    }
    for (uint32_t i = 0; i < pack->collect_count; i++) {
        const struct tw_pack_collect *collect = &pack->collects[i];
        check_text(check, collect->id);
        check_text(check, collect->what);
        check_text(check, collect->command);
        check_text(check, collect->settles);
        check_list(check, collect->decides_between, pack->cause_count);
    }
    check_list(check, pack->service->hosts, pack->string_size);
    check_list(check, pack->service->named_everywhere, pack->string_size);
    check_text(check, pack->service->off_service_caution);
    check_terms(check, pack->service->on_service);
    for (uint32_t i = 0; i < pack->info_count; i++) {
        check_text(check, pack->infos[i].name);
        check_text(check, pack->infos[i].version);
    }
    for (uint32_t i = 0; i < pack->reference_count; i++) {
        const struct tw_pack_reference *reference = &pack->references[i];
        check_text(check, reference->id);
        check_text(check, reference->document);
        check_text(check, reference->section);
        check_text(check, reference->url);
        check_text(check, reference->as_of);
        check_text(check, reference->note);
    }
}

/* The anchor lies within the text of its wording. */
static void check_anchor_place(struct check *check, const struct tw_pack_wording *wording)
{
    const struct tw_pack *pack = check->pack;
    if (!check->bad) {
        size_t length = strlen(pack->strings + wording->text);
        size_t anchor = pack->anchors[wording->anchor].length;
        check->bad = anchor > length || wording->anchor_at > length - anchor;
    }
}

/* Names: signatures, or tags. */
static void check_names(struct check *check, struct tw_list names)
{
    const struct tw_pack *pack = check->pack;
    check_list(check, names, UINT32_MAX);
    for (uint32_t i = 0; !check->bad && i < names.count; i++) {
        uint32_t name = tw_pack_number(pack, names, i);
        bool is_tag = (name & TW_PACK_TAG) != 0;
        check_index(check, name & ~TW_PACK_TAG, is_tag ? pack->tag_count : pack->signature_count);
    }
}

static void check_conditions(struct check *check)
{
    const struct tw_pack *pack = check->pack;
    for (uint32_t i = 0; i < pack->tag_count; i++) {
        check_text(check, pack->tags[i].id);
        check_text(check, pack->tags[i].meaning);
        check_index(check, pack->tags[i].direction, TW_DIRECTION_SERVER + 1);
    }
    for (uint32_t i = 0; i < pack->when_count; i++) {
        const struct tw_pack_when *when = &pack->whens[i];
        const struct tw_list names[] = {when->all,    when->any,   when->none,
                                        when->before, when->after, when->of};
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            check_names(check, names[k]);
        }
        check_index(check, when->window, TW_WINDOW_INPUT + 1);
        check_index(check, when->side, TW_SIDE_OTHER + 1);
        check_list(check, when->clients, pack->client_count);
    }
}

static void check_events(struct check *check)
{
    const struct tw_pack *pack = check->pack;
    for (uint32_t i = 0; i < pack->event_count; i++) {
        const struct tw_pack_event *event = &pack->events[i];
        check_text(check, event->id);
        check_text(check, event->provider);
        check_text(check, event->message);
        check_list(check, event->values, pack->string_size);
        check_list(check, event->numbers, pack->string_size);
        check_list(check, event->references, pack->reference_count);
    }
    for (uint32_t i = 0; i < pack->word_count; i++) {
        check_text(check, pack->words[i].id);
        check_text(check, pack->words[i].of);
        check_list(check, pack->words[i].texts, pack->string_size);
    }
}

static void check_signatures(struct check *check)
{
    const struct tw_pack *pack = check->pack;
    for (uint32_t i = 0; i < pack->signature_count; i++) {
        const struct tw_pack_signature *signature = &pack->signatures[i];
        check_text(check, signature->id);
        check_text(check, signature->title);
        check_text(check, signature->note);
        check_text(check, signature->unless);
        check_text(check, signature->status);
        check_text(check, signature->file);
        check_index(check, signature->kind, TLSWHY_KIND_FACT + 1);
        check_index(check, signature->scope, TW_SCOPE_INPUT + 1);
        check_index(check, signature->strength, TLSWHY_STRENGTH_DECISIVE + 1);
        check->bad |= signature->client != TW_PACK_NONE && signature->client >= pack->client_count;
        check->bad |= signature->wordings.count > pack->wording_count ||
                      signature->wordings.first > pack->wording_count - signature->wordings.count;
        check_list(check, signature->seen_in, pack->string_size);
        check_list(check, signature->over, pack->signature_count);
        check_names(check, signature->needs_any);
        check_names(check, signature->needs_none);
        check_list(check, signature->tags, pack->tag_count);
        check_list(check, signature->done, pack->fix_count);
        check->bad |= signature->when != TW_PACK_NONE && signature->when >= pack->when_count;
        check_list(check, signature->references, pack->reference_count);
        check_list(check, signature->match_samples, pack->string_size);
        check_list(check, signature->no_match_samples, pack->string_size);
        check_terms(check, signature->supports);
        check_terms(check, signature->rules_out);
    }
    for (uint32_t i = 0; i < pack->wording_count; i++) {
        const struct tw_pack_wording *wording = &pack->wordings[i];
        check_index(check, wording->signature, pack->signature_count);
        check->bad |= wording->client != TW_PACK_NONE && wording->client >= pack->client_count;
        check_text(check, wording->text);
        check_text(check, wording->pattern);
        check_text(check, wording->language);
        check_index(check, wording->anchor, pack->anchor_count);
        check_anchor_place(check, wording);
    }
    for (uint32_t i = 0; i < pack->anchor_count; i++) {
        const struct tw_pack_anchor *anchor = &pack->anchors[i];
        check_list(check, anchor->wordings, pack->wording_count);
        check->bad |= anchor->length > TW_ANCHOR_MAX || anchor->bytes >= pack->string_size ||
                      anchor->length > pack->string_size - anchor->bytes;
    }
}

static void set_sections(struct tw_pack *pack, const char *blob,
                         const struct tw_blob_header *header)
{
    const void *at[TW_BLOB_SECTIONS];
    uint32_t count[TW_BLOB_SECTIONS];
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        at[i] = blob + header->sections[i].at;
        count[i] =
            (uint32_t)(header->sections[i].size / tw_pack_section_element((enum tw_blob_section)i));
    }
    pack->infos = at[TW_BLOB_INFOS];
    pack->references = at[TW_BLOB_REFERENCES];
    pack->families = at[TW_BLOB_FAMILIES];
    pack->causes = at[TW_BLOB_CAUSES];
    pack->clients = at[TW_BLOB_CLIENTS];
    pack->fixes = at[TW_BLOB_FIXES];
    pack->collects = at[TW_BLOB_COLLECTS];
    pack->priors = at[TW_BLOB_PRIORS];
    pack->terms = at[TW_BLOB_TERMS];
    pack->signatures = at[TW_BLOB_SIGNATURES];
    pack->tags = at[TW_BLOB_TAGS];
    pack->whens = at[TW_BLOB_WHENS];
    pack->events = at[TW_BLOB_EVENTS];
    pack->words = at[TW_BLOB_WORDS];
    pack->wordings = at[TW_BLOB_WORDINGS];
    pack->anchors = at[TW_BLOB_ANCHORS];
    pack->service = at[TW_BLOB_SERVICE];
    pack->numbers = at[TW_BLOB_NUMBERS];
    pack->strings = at[TW_BLOB_STRINGS];
    pack->info_count = count[TW_BLOB_INFOS];
    pack->reference_count = count[TW_BLOB_REFERENCES];
    pack->family_count = count[TW_BLOB_FAMILIES];
    pack->cause_count = count[TW_BLOB_CAUSES];
    pack->client_count = count[TW_BLOB_CLIENTS];
    pack->fix_count = count[TW_BLOB_FIXES];
    pack->collect_count = count[TW_BLOB_COLLECTS];
    pack->prior_count = count[TW_BLOB_PRIORS];
    pack->term_count = count[TW_BLOB_TERMS];
    pack->signature_count = count[TW_BLOB_SIGNATURES];
    pack->tag_count = count[TW_BLOB_TAGS];
    pack->when_count = count[TW_BLOB_WHENS];
    pack->event_count = count[TW_BLOB_EVENTS];
    pack->word_count = count[TW_BLOB_WORDS];
    pack->wording_count = count[TW_BLOB_WORDINGS];
    pack->anchor_count = count[TW_BLOB_ANCHORS];
    pack->number_count = count[TW_BLOB_NUMBERS];
    pack->string_size = count[TW_BLOB_STRINGS];
    pack->database = (struct tw_span){at[TW_BLOB_DATABASE], count[TW_BLOB_DATABASE]};
}

static bool header_fits(struct tw_span blob, const struct tw_blob_header *header)
{
    if (blob.length < sizeof *header ||
        memcmp(header->magic, TW_BLOB_MAGIC, sizeof header->magic) != 0 ||
        header->version != TW_BLOB_VERSION || header->header_size != sizeof *header ||
        header->size != blob.length || blob.length > TW_BLOB_MAX) {
        return false;
    }
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        uint64_t at = header->sections[i].at;
        uint64_t size = header->sections[i].size;
        if (at % 8 != 0 || at > blob.length || size > blob.length - at ||
            size % tw_pack_section_element((enum tw_blob_section)i) != 0) {
            return false;
        }
    }
    return header->sections[TW_BLOB_SERVICE].size == sizeof(struct tw_pack_service) &&
           header->sections[TW_BLOB_STRINGS].size > 0;
}

enum tw_status tw_pack_open(struct tw_pack **out, struct tw_span blob, struct tw_error *error)
{
    struct tw_blob_header header = {.version = 0};
    *out = NULL;
    memcpy(&header, blob.at, blob.length < sizeof header ? blob.length : sizeof header);
    if (!header_fits(blob, &header)) {
        return tw_base_error_set(error, TW_ERR_DATA,
                                 "the compiled pack is damaged or of another version");
    }
    struct tw_pack *pack = tw_base_alloc(1, sizeof *pack);
    if (pack == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    set_sections(pack, blob.at, &header);
    pack->digest = header.digest;
    struct check check = {.pack = pack};
    /* Every text ends inside the pool because the pool itself ends in a NUL. */
    check.bad = pack->strings[0] != '\0' || pack->strings[pack->string_size - 1] != '\0';
    if (!check.bad) {
        check_causes(&check);
        check_clients_and_fixes(&check);
        check_events(&check);
        check_signatures(&check);
        check_conditions(&check);
    }
    if (check.bad) {
        tw_base_free(pack);
        return tw_base_error_set(error, TW_ERR_DATA, "the compiled pack is damaged");
    }
    *out = pack;
    return TW_OK;
}

static enum tw_status read_file(const char *path, char **bytes, size_t *length,
                                struct tw_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        int code = errno;
        if (fd >= 0) {
            (void)close(fd);
        }
        return tw_base_error_system(error, "cannot open the compiled pack", path, code);
    }
    enum tw_status status = TW_OK;
    size_t have = 0;
    char *memory = NULL;
    if (info.st_size <= 0 || (uint64_t)info.st_size > TW_BLOB_MAX) {
        status = tw_base_error_set(error, TW_ERR_DATA, "%s: no compiled pack", path);
    } else if ((memory = tw_base_alloc((size_t)info.st_size, 1)) == NULL) {
        status = tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    while (status == TW_OK && have < (size_t)info.st_size) {
        ssize_t got = read(fd, memory + have, (size_t)info.st_size - have);
        if (got > 0) {
            have += (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            status = got == 0 ? tw_base_error_set(error, TW_ERR_DATA, "%s: it is cut off", path)
                              : tw_base_error_system(error, "cannot read", path, errno);
        }
    }
    (void)close(fd);
    if (status != TW_OK) {
        tw_base_free(memory);
        return status;
    }
    *bytes = memory;
    *length = have;
    return TW_OK;
}

/* Whether the bytes are still those that were written. The matcher's own loader trusts its input,
 * so a blob that lay in a file is never handed to it unless this holds. */
static bool digests_hold(const struct tw_pack *pack, struct tw_span blob)
{
    struct tw_blob_header header;
    uint64_t digest = TW_HASH_START;
    uint64_t database_digest = TW_HASH_START;
    memcpy(&header, blob.at, sizeof header);
    for (int i = 0; i < TW_BLOB_SECTIONS; i++) {
        struct tw_span bytes;
        section_of(pack, (enum tw_blob_section)i, &bytes);
        uint64_t *which = i < TW_BLOB_DATABASE ? &digest : &database_digest;
        *which = tw_base_hash(*which, bytes);
    }
    return digest == header.digest && database_digest == header.database_digest;
}

enum tw_status tw_pack_open_file(struct tw_pack **out, const char *path, struct tw_error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    struct tw_pack *pack = NULL;
    *out = NULL;
    enum tw_status status = read_file(path, &bytes, &length, error);
    if (bytes == NULL) {
        return status;
    }
    status = tw_pack_open(&pack, (struct tw_span){bytes, length}, error);
    if (pack != NULL && !digests_hold(pack, (struct tw_span){bytes, length})) {
        tw_pack_free(pack);
        pack = NULL;
        status = tw_base_error_set(error, TW_ERR_DATA, "%s: the compiled pack is damaged", path);
    }
    if (pack == NULL) {
        tw_base_free(bytes);
        return status;
    }
    pack->owned = bytes;
    *out = pack;
    return TW_OK;
}

void tw_pack_free(struct tw_pack *pack)
{
    if (pack != NULL) {
        tw_base_free(pack->owned);
        tw_base_free(pack);
    }
}

const char *tw_pack_name(const struct tw_pack *pack, uint32_t name)
{
    return tw_pack_text(pack, (name & TW_PACK_TAG) != 0 ? pack->tags[name & ~TW_PACK_TAG].id
                                                        : pack->signatures[name].id);
}

bool tw_pack_is_named(const struct tw_pack *pack, struct tw_list names, uint32_t signature)
{
    struct tw_list tags = pack->signatures[signature].tags;
    for (uint32_t i = 0; i < names.count; i++) {
        uint32_t name = tw_pack_number(pack, names, i);
        if (name == signature) {
            return true;
        }
        for (uint32_t k = 0; (name & TW_PACK_TAG) != 0 && k < tags.count; k++) {
            if (tw_pack_number(pack, tags, k) == (name & ~TW_PACK_TAG)) {
                return true;
            }
        }
    }
    return false;
}

/* Lookups by id happen a few times a run, over tables of some hundred rows: no index is kept. */
#define FIND(table, count)                                                                         \
    for (uint32_t i = 0; i < pack->count; i++) {                                                   \
        if (strcmp(tw_pack_text(pack, pack->table[i].id), id) == 0) {                              \
            return i;                                                                              \
        }                                                                                          \
    }                                                                                              \
    return TW_PACK_NONE

uint32_t tw_pack_find_cause(const struct tw_pack *pack, const char *id)
{
    FIND(causes, cause_count);
}

uint32_t tw_pack_find_client(const struct tw_pack *pack, const char *id)
{
    FIND(clients, client_count);
}

uint32_t tw_pack_find_fix(const struct tw_pack *pack, const char *id)
{
    FIND(fixes, fix_count);
}

uint32_t tw_pack_find_signature(const struct tw_pack *pack, const char *id)
{
    FIND(signatures, signature_count);
}

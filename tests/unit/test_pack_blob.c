/* test_pack_blob.c -- a damaged blob is refused, or can be read without leaving its memory. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "confirm/confirm.h"
#include "suites.h"
#include "support_pack.h"

static struct tw_buffer blob;

static void begin(void)
{
    struct tw_buffer yaml = TW_BUFFER_INIT(1u << 20);
    struct tw_pack_messages messages;
    struct tw_error error = {.message = ""};
    tw_base_buffer_add(&yaml, tw_base_span(tw_support_knowledge));
    tw_base_buffer_add(&yaml,
                       TW_SPAN(TW_SUPPORT_SIGNATURE(
                           "sig", "error", "{text: an error happened}",
                           ", over: [sig], seen_in: [text], supports: {tls: weak}, client: tool")));
    ck_assert_int_eq(tw_support_compile(NULL, tw_base_buffer_span(&yaml), &blob, &messages, &error),
                     TW_OK);
    tw_base_buffer_free(&messages.text);
    tw_base_buffer_free(&yaml);
}

static void end(void)
{
    tw_base_buffer_free(&blob);
}

/* ---- everything that a reader may do -----------------------------------------------------------
 */

static uint64_t read_text(const struct tw_pack *pack, uint64_t hash, tw_text text)
{
    return tw_base_hash(hash, tw_base_span(tw_pack_text(pack, text)));
}

static uint64_t read_texts(const struct tw_pack *pack, uint64_t hash, struct tw_list list)
{
    for (uint32_t i = 0; i < list.count; i++) {
        hash = read_text(pack, hash, tw_pack_number(pack, list, i));
    }
    return hash;
}

static uint64_t read_terms(const struct tw_pack *pack, uint64_t hash, struct tw_terms terms)
{
    for (uint32_t i = 0; i < terms.count; i++) {
        hash = read_text(pack, hash, pack->causes[pack->terms[terms.first + i].cause].id);
    }
    return hash;
}

#define READ_IDS(list, table)                                                                      \
    for (uint32_t k = 0; k < (list).count; k++) {                                                  \
        hash = read_text(pack, hash, pack->table[tw_pack_number(pack, (list), k)].id);             \
    }

static uint64_t read_knowledge(const struct tw_pack *pack, uint64_t hash)
{
    for (uint32_t i = 0; i < pack->family_count; i++) {
        hash = read_text(pack, hash, pack->families[i].title);
        hash = read_texts(pack, hash, pack->families[i].next_steps);
    }
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        const struct tw_pack_cause *cause = &pack->causes[i];
        hash = read_text(pack, hash, cause->meaning);
        hash = read_text(pack, hash, pack->families[cause->family].id);
        READ_IDS(cause->fixes, fixes);
        READ_IDS(cause->collect, collects);
        READ_IDS(cause->references, references);
    }
    for (uint32_t i = 0; i < pack->client_count; i++) {
        const struct tw_pack_client *client = &pack->clients[i];
        hash = read_text(pack, hash, client->compliant_from);
        hash = read_terms(pack, hash, client->old);
        hash = read_terms(pack, hash, client->compliant);
        for (uint32_t k = 0; k < client->priors.count; k++) {
            uint32_t cause = pack->priors[tw_pack_number(pack, client->priors, k)].cause;
            hash = read_text(pack, hash, pack->causes[cause].id);
        }
        for (uint32_t k = 0; k + 1 < client->cause_fixes.count; k += 2) {
            uint32_t fix = tw_pack_number(pack, client->cause_fixes, k + 1);
            hash = read_text(pack, hash, pack->fixes[fix].id);
        }
    }
    for (uint32_t i = 0; i < pack->fix_count; i++) {
        hash = read_texts(pack, hash, pack->fixes[i].steps);
        hash = read_texts(pack, hash, pack->fixes[i].commands);
        hash = read_texts(pack, hash, pack->fixes[i].cautions);
    }
    for (uint32_t i = 0; i < pack->collect_count; i++) {
        hash = read_text(pack, hash, pack->collects[i].what);
        READ_IDS(pack->collects[i].decides_between, causes);
    }
    hash = read_texts(pack, hash, pack->service->hosts);
    return read_terms(pack, hash, pack->service->on_service);
}

static uint64_t read_names(const struct tw_pack *pack, uint64_t hash, struct tw_list names)
{
    for (uint32_t i = 0; i < names.count; i++) {
        const char *name = tw_pack_name(pack, tw_pack_number(pack, names, i));
        hash = tw_base_hash(hash, tw_base_span(name));
    }
    for (uint32_t i = 0; i < pack->signature_count; i++) {
        hash = tw_base_hash_number(hash, tw_pack_is_named(pack, names, i));
    }
    return hash;
}

/* What a conclusion rests on. */
static uint64_t read_when(const struct tw_pack *pack, uint64_t hash,
                          const struct tw_pack_when *when)
{
    const struct tw_list lists[] = {when->all,    when->any,   when->none,
                                    when->before, when->after, when->of};
    for (size_t i = 0; i < TW_N(lists); i++) {
        hash = read_names(pack, hash, lists[i]);
    }
    READ_IDS(when->clients, clients);
    return tw_base_hash_number(hash, when->window + when->side + when->hosts + when->times);
}

/* Compares the wording around its anchor as confirm does. */
static uint64_t read_wording(const struct tw_pack *pack, uint64_t hash,
                             const struct tw_pack_wording *wording)
{
    const struct tw_pack_anchor *anchor = &pack->anchors[wording->anchor];
    char text[2 * TW_ANCHOR_MAX];
    size_t start = 0;
    size_t stop = 0;
    memset(text, 'x', sizeof text);
    memcpy(text + TW_ANCHOR_MAX / 2, tw_pack_text(pack, anchor->bytes), anchor->length);
    bool holds = tw_confirm_literal(
        tw_base_span(tw_pack_text(pack, wording->text)), wording->anchor_at, wording->caseless != 0,
        (struct tw_span){text, sizeof text}, TW_ANCHOR_MAX / 2, &start, &stop);
    return tw_base_hash_number(hash, holds ? stop : start);
}

static uint64_t read_all(const struct tw_pack *pack)
{
    uint64_t hash = read_knowledge(pack, TW_HASH_START);
    for (uint32_t i = 0; i < pack->signature_count; i++) {
        const struct tw_pack_signature *signature = &pack->signatures[i];
        hash = read_text(pack, hash, signature->title);
        hash = read_texts(pack, hash, signature->seen_in);
        hash = read_texts(pack, hash, signature->match_samples);
        hash = read_terms(pack, hash, signature->supports);
        READ_IDS(signature->over, signatures);
        READ_IDS(signature->references, references);
        READ_IDS(signature->tags, tags);
        READ_IDS(signature->done, fixes);
        hash = read_names(pack, hash, signature->needs_any);
        hash = read_names(pack, hash, signature->needs_none);
        if (signature->when != TW_PACK_NONE) {
            hash = read_when(pack, hash, &pack->whens[signature->when]);
        }
        if (signature->client != TW_PACK_NONE) {
            hash = read_text(pack, hash, pack->clients[signature->client].id);
        }
        for (uint32_t k = 0; k < signature->wordings.count; k++) {
            hash = read_wording(pack, hash, &pack->wordings[signature->wordings.first + k]);
        }
    }
    for (uint32_t i = 0; i < pack->anchor_count; i++) {
        struct tw_list wordings = pack->anchors[i].wordings;
        for (uint32_t k = 0; k < wordings.count; k++) {
            uint32_t wording = tw_pack_number(pack, wordings, k);
            hash = read_text(pack, hash, pack->signatures[pack->wordings[wording].signature].id);
        }
    }
    return hash;
}

/* Opens a blob that ends where its memory ends; 0 where it is refused. */
static uint64_t open_and_read(struct tw_span bytes)
{
    struct tw_pack *pack = NULL;
    struct tw_error error = {.message = ""};
    uint64_t hash = 0;
    enum tw_status status = tw_pack_open(&pack, bytes, &error);
    if (status == TW_OK) {
        hash = read_all(pack);
        tw_pack_free(pack);
    } else {
        TW_MUST(status == TW_ERR_DATA && pack == NULL && error.message[0] != '\0');
    }
    return hash;
}

/* ---- tests -------------------------------------------------------------------------------------
 */

/* Where the databases begin, which only the digest of a file protects. */
static size_t databases(void)
{
    struct tw_blob_header header;
    memcpy(&header, blob.at, sizeof header);
    return (size_t)header.sections[TW_BLOB_DATABASE].at;
}

START_TEST(cut_anywhere)
{
    for (size_t length = 0; length < blob.length; length++) {
        char *copy = malloc(length + (length == 0));
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, blob.at, length);
        TW_MUST(open_and_read((struct tw_span){copy, length}) == 0);
        free(copy);
        length += length > sizeof(struct tw_blob_header) + 4096 ? 96 : 0;
    }
    ck_assert_uint_ne(open_and_read(tw_base_buffer_span(&blob)), 0);
}
END_TEST

static const unsigned char flips[] = {0xff, 0x01, 0x80, 0x04};

START_TEST(any_byte_flipped)
{
    char *copy = malloc(blob.length);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, blob.at, blob.length);
    for (size_t i = 0; i < databases(); i++) {
        copy[i] = (char)(copy[i] ^ (char)flips[_i]);
        (void)open_and_read((struct tw_span){copy, blob.length});
        copy[i] = blob.at[i];
    }
    free(copy);
}
END_TEST

static const uint32_t words[] = {0, 1, 7, 0x7fffffff, 0x80000000, UINT32_MAX};

START_TEST(any_word_replaced)
{
    char *copy = malloc(blob.length);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, blob.at, blob.length);
    for (size_t i = 0; i + 4 <= databases(); i += 4) {
        memcpy(copy + i, &words[_i], 4);
        (void)open_and_read((struct tw_span){copy, blob.length});
        memcpy(copy + i, blob.at + i, 4);
    }
    free(copy);
}
END_TEST

/* Words of tables are looked up by these. */
START_TEST(numbers_of_words_are_in_range)
{
    struct tw_blob_header header;
    char *copy = malloc(blob.length);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, blob.at, blob.length);
    memcpy(&header, blob.at, sizeof header);
    size_t from = (size_t)header.sections[TW_BLOB_SIGNATURES].at;
    for (size_t i = from; i + 4 <= from + sizeof(struct tw_pack_signature); i += 4) {
        struct tw_pack *pack = NULL;
        struct tw_error error;
        memcpy(copy + i, &(uint32_t){9}, 4);
        if (tw_pack_open(&pack, (struct tw_span){copy, blob.length}, &error) == TW_OK) {
            ck_assert_uint_le(pack->signatures[0].kind, TLSWHY_KIND_FACT);
            ck_assert_uint_le(pack->signatures[0].scope, TW_SCOPE_INPUT);
            ck_assert_uint_le(pack->signatures[0].strength, TLSWHY_STRENGTH_DECISIVE);
            tw_pack_free(pack);
        }
        memcpy(copy + i, blob.at + i, 4);
    }
    free(copy);
}
END_TEST

/* A file is refused for any flip; but where a byte only fills a gap, nothing that is read may
 * change. */
START_TEST(a_file_with_a_flipped_byte)
{
    char path[] = "/tmp/tlswhy-unit-blob-XXXXXX";
    uint64_t whole = open_and_read(tw_base_buffer_span(&blob));
    size_t accepted = 0;
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, blob.at, blob.length), (ssize_t)blob.length);
    for (size_t i = 0; i < blob.length; i += i < sizeof(struct tw_blob_header) ? 1 : 3) {
        struct tw_pack *pack = NULL;
        struct tw_error error = {.message = ""};
        char flipped = (char)(blob.at[i] ^ 0x10);
        TW_MUST(pwrite(fd, &flipped, 1, (off_t)i) == 1);
        enum tw_status status = tw_pack_open_file(&pack, path, &error);
        TW_MUST(status == TW_OK || status == TW_ERR_DATA);
        if (status == TW_OK) {
            TW_MUST(read_all(pack) == whole);
            accepted++;
        }
        tw_pack_free(pack);
        TW_MUST(pwrite(fd, &blob.at[i], 1, (off_t)i) == 1);
    }
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_uint_le(accepted, 64);
}
END_TEST

START_TEST(no_such_file)
{
    struct tw_pack *pack = NULL;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(tw_pack_open_file(&pack, "/nonexistent/pack", &error), TW_ERR_IO);
    ck_assert_ptr_nonnull(
        strstr(error.message, "/nonexistent/pack: cannot open the compiled pack"));
    ck_assert_int_eq(tw_pack_open_file(&pack, "/dev/null", &error), TW_ERR_DATA);
    ck_assert_ptr_null(pack);
}
END_TEST

START_TEST(opening_may_run_out_of_memory)
{
    char folder[TW_SUPPORT_PATH];
    char path[TW_SUPPORT_PATH + 8];
    enum tw_status status = TW_ERR_MEMORY;
    tw_support_folder(folder);
    tw_support_write(folder, "p", tw_base_buffer_span(&blob));
    (void)snprintf(path, sizeof path, "%s/p", folder);
    for (int64_t n = 0; status != TW_OK; n++) {
        struct tw_pack *pack = NULL;
        struct tw_error error = {.message = ""};
        tw_base_alloc_fail_after(n);
        status = tw_pack_open_file(&pack, path, &error);
        tw_base_alloc_fail_after(-1);
        ck_assert(status == TW_OK || (status == TW_ERR_MEMORY && pack == NULL));
        tw_pack_free(pack);
        ck_assert_int_lt(n, 10);
    }
    tw_support_remove(folder);
}
END_TEST

Suite *tw_suite_pack_blob(void)
{
    Suite *suite = suite_create("pack_blob");
    TCase *all = tcase_create("blob");
    tcase_set_timeout(all, 120);
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, cut_anywhere);
    tcase_add_loop_test(all, any_byte_flipped, 0, (int)TW_N(flips));
    tcase_add_loop_test(all, any_word_replaced, 0, (int)TW_N(words));
    tcase_add_test(all, numbers_of_words_are_in_range);
    tcase_add_test(all, a_file_with_a_flipped_byte);
    tcase_add_test(all, no_such_file);
    tcase_add_test(all, opening_may_run_out_of_memory);
    suite_add_tcase(suite, all);
    return suite;
}

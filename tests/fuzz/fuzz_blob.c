/* fuzz_blob.c -- any bytes as a compiled pack: refused, or safe to walk. The matcher's own loader
 * never sees a file whose digests do not hold (tw_pack_open_file); here the tables are opened
 * without that guard. */
#include "fuzz.h"
#include "pack/pack.h"

static size_t walk_when(const struct tw_pack *pack, uint32_t index)
{
    const struct tw_pack_when *when = &pack->whens[index];
    const struct tw_list lists[] = {when->all,    when->any,   when->none,
                                    when->before, when->after, when->of};
    size_t sum = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (uint32_t k = 0; k < lists[i].count; k++) {
            sum += strlen(tw_pack_name(pack, tw_pack_number(pack, lists[i], k)));
        }
        sum += tw_pack_is_named(pack, lists[i], 0);
    }
    for (uint32_t k = 0; k < when->clients.count; k++) {
        sum += pack->clients[tw_pack_number(pack, when->clients, k)].rank;
    }
    return sum;
}

static size_t walk(const struct tw_pack *pack)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < pack->signature_count; i++) {
        const struct tw_pack_signature *signature = &pack->signatures[i];
        sum += strlen(tw_pack_text(pack, signature->id));
        for (uint32_t k = 0; k < signature->over.count; k++) {
            sum += pack->signatures[tw_pack_number(pack, signature->over, k)].revision;
        }
        sum += signature->when == TW_PACK_NONE ? 0 : walk_when(pack, signature->when);
        for (uint32_t k = 0; k < signature->supports.count; k++) {
            sum += pack->causes[pack->terms[signature->supports.first + k].cause].family;
        }
    }
    for (uint32_t i = 0; i < pack->anchor_count; i++) {
        for (uint32_t k = 0; k < pack->anchors[i].wordings.count; k++) {
            uint32_t wording = tw_pack_number(pack, pack->anchors[i].wordings, k);
            sum += strlen(tw_pack_text(pack, pack->wordings[wording].text));
        }
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The blob is aligned where it is used. */
    char *blob = aligned_alloc(16, (size + 16) & ~(size_t)15);
    struct tw_pack *pack = NULL;
    struct tw_error error;
    TW_FUZZ_MUST(blob != NULL);
    memcpy(blob, data, size);
    if (tw_pack_open(&pack, (struct tw_span){blob, size}, &error) == TW_OK) {
        TW_FUZZ_MUST(walk(pack) < SIZE_MAX);
        tw_pack_free(pack);
    }
    free(blob);
    return 0;
}

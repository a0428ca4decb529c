/* fuzz_pack.c -- any bytes as a pack file: mistakes become messages, a pack without mistakes
 * compiles to a blob that opens. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "pack/pack_compile.h"

#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[] = "/tmp/tlswhy-fuzz-XXXXXX";
    static char path[64];
    static struct tw_pack *base;
    struct tw_error error;
    if (base == NULL) {
        TW_FUZZ_MUST(mkdtemp(folder) != NULL && tw_pack_open_default(&base, &error) == TW_OK);
        (void)snprintf(path, sizeof path, "%s/pack.yaml", folder);
    }
    FILE *file = fopen(path, "wb");
    TW_FUZZ_MUST(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    struct tw_buffer blob = TW_BUFFER_INIT(TW_BLOB_MAX);
    struct tw_pack_messages messages = {.text = TW_BUFFER_INIT(1u << 20)};
    const char *folders[] = {folder};
    enum tw_status status = tw_pack_compile(base, folders, 1, &blob, &messages, &error);
    TW_FUZZ_MUST(status != TW_OK || messages.count == 0);
    if (status == TW_OK) {
        struct tw_pack *pack = NULL;
        TW_FUZZ_MUST(tw_pack_open(&pack, tw_base_buffer_span(&blob), &error) == TW_OK);
        tw_pack_free(pack);
    }
    tw_base_buffer_free(&blob);
    tw_base_buffer_free(&messages.text);
    return 0;
}

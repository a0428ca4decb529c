/* packtool_bootstrap.c -- compiles the default pack while the project is built: `tw_bootstrap
 * OUTPUT DIR`. Not installed; tlswhy-pack does the same for users. */
#include <stdio.h>

#include "base/limits.h"
#include "pack/pack_compile.h"

int main(int argc, char **argv)
{
    struct tw_pack_messages messages = {.text = TW_BUFFER_INIT(1u << 20)};
    struct tw_buffer blob = TW_BUFFER_INIT(TW_BLOB_MAX);
    struct tw_error error = {.message = "usage: tw_bootstrap OUTPUT DIR"};
    if (argc != 3) {
        (void)fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    const char *directories[] = {argv[2]};
    enum tw_status status = tw_pack_compile(NULL, directories, 1, &blob, &messages, &error);
    if (messages.count > 0) {
        (void)fwrite(messages.text.at, 1, messages.text.length, stderr);
    }
    FILE *file = status == TW_OK ? fopen(argv[1], "wb") : NULL;
    bool written = file != NULL && fwrite(blob.at, 1, blob.length, file) == blob.length;
    if (file != NULL && fclose(file) != 0) {
        written = false;
    }
    if (!written) {
        (void)fprintf(stderr, "%s\n", error.message);
    }
    tw_base_buffer_free(&messages.text);
    tw_base_buffer_free(&blob);
    return written ? 0 : 1;
}

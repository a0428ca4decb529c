/* decode_cat.c -- prints what the decoders make of files, for tests of other languages.
 *
 *     tw_decode_cat FILE...
 *
 * The text goes to standard output, the message of a failure to standard error. Status 0: all was
 * read; 1: something was damaged or missing; 2: the file could not be opened, or not printed. */
#include <stdio.h>

#include "decode/decode.h"
#include "source/source.h"

/* Prints one file. 0, 1 or 2, as the program ends. */
static int print_file(const char *path)
{
    static char bytes[1u << 16];
    struct tw_stream *stream = NULL;
    struct tw_error error = {TW_OK, ""};
    if (tw_source_open_path(&stream, path, &error) != TW_OK ||
        tw_decode_open(&stream, stream, NULL, NULL, &error) != TW_OK) {
        (void)fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    enum tw_status status;
    size_t got = 0;
    while ((status = tw_base_stream_read(stream, bytes, sizeof bytes, &got, &error)) == TW_OK) {
        if (fwrite(bytes, 1, got, stdout) != got) {
            status = TW_ERR_IO;
            break;
        }
    }
    tw_base_stream_free(stream);
    if (status < 0) {
        (void)fprintf(stderr, "%s\n", error.message);
    }
    return status == TW_END && fflush(stdout) == 0 ? 0 : status == TW_ERR_IO ? 2 : 1;
}

int main(int argc, char **argv)
{
    int worst = argc > 1 ? 0 : 2;
    for (int i = 1; i < argc; i++) {
        int status = print_file(argv[i]);
        worst = status > worst ? status : worst;
    }
    return worst;
}

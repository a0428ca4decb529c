/* decode_cat.c -- prints what the decoders make of a file, for tests of other languages.
 *
 *     tw_decode_cat FILE
 *
 * The text goes to standard output, the message of a failure to standard error. Status 0: all was
 * read; 1: something was damaged or missing; 2: the file could not be opened, or not printed. */
#include <stdio.h>

#include "decode/decode.h"
#include "source/source.h"

int main(int argc, char **argv)
{
    static char bytes[1u << 16];
    struct tw_stream *stream = NULL;
    struct tw_error error = {TW_OK, ""};
    if (argc != 2) {
        (void)fputs("usage: tw_decode_cat FILE\n", stderr);
        return 2;
    }
    if (tw_source_open_path(&stream, argv[1], &error) != TW_OK ||
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

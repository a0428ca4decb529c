/* pipeline_name.c -- the logical name of an input: rotated parts of a log have the same one. */
#include "pipeline/pipeline.h"

/* Bytes of a date such as 20261122 or 2026-11-22 at the end of `text`, 0 where there is none. */
static size_t date_length(struct tw_span text)
{
    size_t digits = 0;
    size_t n = 0;
    while (n < text.length && n < 10) {
        char c = text.at[text.length - 1 - n];
        if (tw_base_is_digit(c)) {
            digits++;
        } else if (c != '-' || (n != 2 && n != 5)) {
            break;
        }
        n++;
        if (digits == 8) {
            return n == 8 || n == 10 ? n : 0;
        }
    }
    return 0;
}

static size_t number_length(struct tw_span text)
{
    size_t n = 0;
    while (n < text.length && n < 4 && tw_base_is_digit(text.at[text.length - 1 - n])) {
        n++;
    }
    return n <= 3 ? n : 0;
}

static bool cut_end(struct tw_span *text, size_t length, const char *before)
{
    if (length == 0 || text->length <= length + 1 ||
        strchr(before, text->at[text->length - length - 1]) == NULL) {
        return false;
    }
    /* A name that is nothing but its suffix ("logs/.1") is kept. */
    if (text->at[text->length - length - 2] == '/') {
        return false;
    }
    text->length -= length + 1;
    return true;
}

struct tw_span tw_pipeline_logical_name(struct tw_span path)
{
    static const char *const packed[] = {".gz", ".zst", ".xz", ".bz2"};
    struct tw_span name = path;
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
        struct tw_span end = tw_base_span(packed[i]);
        if (name.length > end.length &&
            memcmp(name.at + name.length - end.length, end.at, end.length) == 0) {
            name.length -= end.length;
            break;
        }
    }
    bool rotated =
        cut_end(&name, date_length(name), "-.") || cut_end(&name, number_length(name), ".");
    /* "trace.log.gz" is not a rotated part: its own name tells it from "trace.log". */
    return rotated ? name : path;
}

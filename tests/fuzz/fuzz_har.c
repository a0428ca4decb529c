/* fuzz_har.c -- any bytes as a HAR file: records cut as the scanner does it, each decoded twice
 * with the same result, which has no more text than a small multiple of what was read. */
#include <string.h>

#include "base/limits.h"
#include "format/format.h"
#include "fuzz.h"

static void decode(struct tw_span text)
{
    struct tw_buffer once = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    struct tw_buffer twice = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    struct tw_record first = {.text = text};
    struct tw_record second = {.text = text};
    TW_FUZZ_MUST(tw_format_har.decode(NULL, &first, &once));
    TW_FUZZ_MUST(tw_format_har.decode(NULL, &second, &twice));
    TW_FUZZ_MUST(once.status == TW_OK && once.length <= 8 * text.length + 256);
    TW_FUZZ_MUST(tw_base_span_equal(tw_base_buffer_span(&once), tw_base_buffer_span(&twice)));
    TW_FUZZ_MUST(first.origin == second.origin);
    TW_FUZZ_MUST(memchr(first.time, '\0', sizeof first.time) != NULL);
    tw_base_buffer_free(&once);
    tw_base_buffer_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tw_span text = tw_fuzz_text(data, size);
    size_t start = 0;
    (void)tw_format_har.bid(text);
    for (size_t at = 1; at < text.length; at++) {
        struct tw_span head = tw_base_span_skip(text, at);
        head.length = head.length < TW_FORMAT_LINE_HEAD ? head.length : TW_FORMAT_LINE_HEAD;
        if (text.at[at] == '{' && tw_format_har.starts(head)) {
            decode((struct tw_span){text.at + start, at - start});
            start = at;
        }
    }
    decode(tw_base_span_skip(text, start));
    return 0;
}

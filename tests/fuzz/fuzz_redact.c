/* fuzz_redact.c -- any bytes through redaction and the visible form: redacting twice changes
 * nothing, and what is shown is valid UTF-8 without control characters. */
#include "base/redact.h"
#include "base/visible.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tw_buffer once = TW_BUFFER_INIT(64u << 20);
    struct tw_buffer twice = TW_BUFFER_INIT(64u << 20);
    struct tw_buffer shown = TW_BUFFER_INIT(64u << 20);
    tw_base_redact(&once, tw_fuzz_text(data, size));
    tw_base_redact(&twice, tw_base_buffer_span(&once));
    TW_FUZZ_MUST(tw_base_span_equal(tw_base_buffer_span(&once), tw_base_buffer_span(&twice)));
    tw_base_visible(&shown, tw_base_buffer_span(&once), false);
    TW_FUZZ_MUST(tw_base_utf8_valid(tw_base_buffer_span(&shown), false));
    for (size_t i = 0; i < shown.length; i++) {
        TW_FUZZ_MUST((unsigned char)shown.at[i] >= ' ' || shown.at[i] == '\t');
    }
    tw_base_buffer_free(&once);
    tw_base_buffer_free(&twice);
    tw_base_buffer_free(&shown);
    return 0;
}

/* fuzz_browser_lines.c -- any bytes as the logs of browsers, curl and Fiddler, which are lines:
 * what is told of a record lies in it. */
#include <string.h>

#include "format/format.h"
#include "fuzz.h"

static const struct tw_format *const formats[] = {&tw_format_chrome_debug, &tw_format_moz_log,
                                                  &tw_format_curl, &tw_format_fiddler};

static int is_inside(struct tw_span part, struct tw_span whole)
{
    return part.length == 0 ||
           (part.at >= whole.at && part.at + part.length <= whole.at + whole.length);
}

static void describe(const struct tw_format *format, struct tw_span text)
{
    struct tw_record record = {.text = text};
    format->describe(&record);
    TW_FUZZ_MUST(is_inside(record.message, text) && is_inside(record.provider, text));
    TW_FUZZ_MUST(record.severity.length < 32);
    TW_FUZZ_MUST(memchr(record.time, '\0', sizeof record.time) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tw_span text = tw_fuzz_text(data, size);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t start = 0;
        (void)formats[i]->bid(text);
        for (size_t at = 0; at < text.length;) {
            size_t from = at;
            struct tw_span line = tw_base_span_line(text, at, &at);
            line.length = line.length < TW_FORMAT_LINE_HEAD ? line.length : TW_FORMAT_LINE_HEAD;
            if (from > start && formats[i]->starts(line)) {
                describe(formats[i], (struct tw_span){text.at + start, from - start});
                start = from;
            }
        }
        describe(formats[i], tw_base_span_skip(text, start));
    }
    return 0;
}

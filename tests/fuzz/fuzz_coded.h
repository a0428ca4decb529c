/* fuzz_coded.h -- what the fuzz targets of coded formats share: cutting the input into records, and
 * what must hold of each. */
#ifndef TW_TESTS_FUZZ_FUZZ_CODED_H
#define TW_TESTS_FUZZ_FUZZ_CODED_H

#include "base/buffer.h"
#include "base/limits.h"
#include "format/format.h"
#include "fuzz.h"

static inline int tw_fuzz_is_inside(struct tw_span part, struct tw_span whole)
{
    return part.length == 0 ||
           (part.at >= whole.at && part.at + part.length <= whole.at + whole.length);
}

static inline void tw_fuzz_coded_record(const struct tw_format *format, void *memory,
                                        struct tw_span bytes)
{
    struct tw_buffer once = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    struct tw_buffer twice = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    struct tw_record first = {.text = bytes};
    struct tw_record second = {.text = bytes};
    if (format->look != NULL) {
        format->look(memory, bytes);
    }
    bool holds = format->decode(memory, &first, &once);
    TW_FUZZ_MUST(once.status == TW_OK);
    if (holds) {
        const struct tw_span spans[] = {first.provider, first.severity, first.event, first.message};
        for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
            TW_FUZZ_MUST(tw_fuzz_is_inside(spans[i], bytes) ||
                         tw_fuzz_is_inside(spans[i], tw_base_buffer_span(&once)));
        }
    }
    TW_FUZZ_MUST(format->decode(memory, &second, &twice) == holds);
    TW_FUZZ_MUST(tw_base_span_equal(tw_base_buffer_span(&once), tw_base_buffer_span(&twice)));
    format->describe(&second);
    tw_base_buffer_free(&once);
    tw_base_buffer_free(&twice);
}

/** Cuts `text` as the scanner does, and decodes each record. */
static inline void tw_fuzz_coded(const struct tw_format *format, struct tw_span text)
{
    size_t start = 0;
    (void)format->bid(text);
    void *memory = format->begin == NULL ? NULL : format->begin(text);
    for (size_t at = 1; at < text.length; at++) {
        if (format->border != 0 ? text.at[at] != format->border : text.at[at - 1] != '\n') {
            continue;
        }
        size_t next;
        struct tw_span line = tw_base_span_line(text, at, &next);
        line.length = line.length < TW_FORMAT_LINE_HEAD ? line.length : TW_FORMAT_LINE_HEAD;
        if (format->starts(line)) {
            tw_fuzz_coded_record(format, memory, (struct tw_span){text.at + start, at - start});
            start = at;
        }
    }
    tw_fuzz_coded_record(format, memory, tw_base_span_skip(text, start));
    if (format->end != NULL) {
        format->end(memory);
    }
}

#endif

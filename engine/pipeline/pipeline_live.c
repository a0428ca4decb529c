/* pipeline_live.c -- an input that goes on; see pipeline_live.h.
 *
 * Overall design. Up to TW_PEEK_SIZE bytes are kept as the *head*. What format it is, is decided
 * when the head is full, and before that, for the time being, when the input falls silent: if the
 * full head shows another one, everything begins again with it, once. From then on text goes
 * through the stages as it comes. After TW_LIVE_QUIET milliseconds of silence the incidents that
 * something ended are judged and told; after the idle time all of them, with the unfinished record;
 * each time on a copy, so that the answers at the end are those of a run on the whole. Judging is
 * spaced so that it takes a tenth of the time at most, however much there is to judge. */
#include "pipeline/pipeline_live.h"

#include <time.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/visible.h"
#include "decode/decode.h"
#include "pipeline/pipeline_live_stages.h"
#include "pipeline/pipeline_live_told.h"
#include "source/source.h"

/* Milliseconds between two judgements, for each that one takes. */
#define SPACING 10u

/* What is not yet a whole character of UTF-16. */
#define CARRY_MAX 4u

struct shown {
    struct tlswhy_diagnosis *at;
    char (*ids)[2][17];
};

struct tw_live {
    struct tw_pipeline_options options;
    struct tw_live_options live;
    tw_live_tell tell;
    void *payload;
    struct tw_live_stages *stages;
    struct tw_live_told *told;
    char *path; /* visible form */
    char *logical;
    struct tw_buffer head;
    bool decided;    /* the head is full */
    bool begun;      /* the stages have a format, perhaps for the time being */
    bool unreadable; /* no text that grows: read otherwise */
    size_t pushed;   /* bytes of the head that the stages have */
    const struct tw_format *format;
    const char *encoding;
    struct tw_stream *places;
    char carry[CARRY_MAX];
    size_t carry_length;
    struct tw_cursor base;
    uint64_t last_byte;
    uint64_t not_before; /* when judging may be done again */
    uint64_t judged_found, judged_closed;
    bool fresh; /* bytes came since the last look at all */
    bool quiet_done;
    struct tlswhy_report report;
    struct shown list;
    const char *limits[4];
};

/* ---- life --------------------------------------------------------------------------------------
 */

enum tw_status tw_live_new(struct tw_live **out, const struct tw_pack *pack,
                           const struct tw_pipeline_options *options,
                           const struct tw_live_options *live, const char *path, tw_live_tell tell,
                           void *payload, struct tw_error *error)
{
    struct tw_buffer shown = TW_BUFFER_INIT(1u << 16);
    struct tw_live *made = tw_base_alloc(1, sizeof *made);
    *out = NULL;
    if (made == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    made->options = *options;
    made->live = *live;
    made->tell = tell;
    made->payload = payload;
    made->head = TW_BUFFER_INIT(TW_PEEK_SIZE);
    tw_base_visible(&shown, tw_base_span(path), false);
    made->path = tw_base_copy(tw_base_buffer_span(&shown));
    made->logical = tw_base_copy(tw_pipeline_logical_name(tw_base_span(path)));
    tw_base_buffer_free(&shown);
    enum tw_status status = made->path == NULL || made->logical == NULL
                                ? tw_base_error_set(error, TW_ERR_MEMORY, "out of memory")
                                : tw_pipeline_stages_new(&made->stages, pack, options, error);
    if (status == TW_OK) {
        status = tw_live_told_new(&made->told, error);
    }
    if (status != TW_OK) {
        tw_live_free(made);
        return status;
    }
    made->report.input.path = made->path;
    *out = made;
    return TW_OK;
}

void tw_live_free(struct tw_live *live)
{
    if (live != NULL) {
        tw_pipeline_stages_free(live->stages);
        tw_live_told_free(live->told);
        tw_base_stream_free(live->places);
        tw_base_buffer_free(&live->head);
        tw_base_free(live->list.at);
        tw_base_free(live->list.ids);
        tw_base_free(live->path);
        tw_base_free(live->logical);
        tw_base_free(live);
    }
}

struct tw_span tw_live_head(const struct tw_live *live)
{
    return tw_base_buffer_span(&live->head);
}

bool tw_live_is_small(const struct tw_live *live)
{
    return !live->decided && (live->unreadable || !live->begun || !tw_live_told_any(live->told));
}

/* ---- text --------------------------------------------------------------------------------------
 */

static size_t mark_length(const char *encoding, struct tw_span bytes)
{
    if (strcmp(encoding, "utf-8") == 0) {
        return tw_base_span_starts(bytes, TW_SPAN("\xEF\xBB\xBF")) ? 3 : 0;
    }
    if (strcmp(encoding, "utf-16le") == 0) {
        return tw_base_span_starts(bytes, TW_SPAN("\xFF\xFE")) ? 2 : 0;
    }
    return strcmp(encoding, "utf-16be") == 0 && tw_base_span_starts(bytes, TW_SPAN("\xFE\xFF")) ? 2
                                                                                                : 0;
}

static enum tw_status open_decoder(struct tw_stream **out, const char *encoding,
                                   struct tw_span bytes, struct tw_error *error)
{
    struct tw_decode_options options = {.encoding = encoding, .no_repair = true};
    struct tw_stream *memory = NULL;
    enum tw_status status = tw_source_open_memory(&memory, bytes, 0, error);
    bool plain = strcmp(encoding, "utf-8") == 0;
    if (status == TW_OK && !plain) {
        status = tw_decode_open(out, memory, &options, NULL, error);
    } else {
        *out = memory;
    }
    return status;
}

/* Decodes a piece that ends with a whole character, and pushes it. */
static enum tw_status push_decoded(struct tw_live *live, struct tw_span bytes,
                                   struct tw_error *error)
{
    char text[16u << 10];
    struct tw_stream *stream = NULL;
    size_t got = 0;
    if (strcmp(live->encoding, "utf-8") == 0) {
        return tw_pipeline_stages_push(live->stages, bytes, error);
    }
    enum tw_status status = open_decoder(&stream, live->encoding, bytes, error);
    while (status == TW_OK &&
           (status = tw_base_stream_read(stream, text, sizeof text, &got, error)) == TW_OK) {
        status = tw_pipeline_stages_push(live->stages, (struct tw_span){text, got}, error);
    }
    tw_base_stream_free(stream);
    return status == TW_END ? TW_OK : status;
}

/* How much of `bytes` is whole characters of UTF-16. */
static size_t whole_units(const struct tw_live *live, struct tw_span bytes)
{
    size_t length = bytes.length & ~(size_t)1;
    if (length >= 2) {
        bool big = strcmp(live->encoding, "utf-16be") == 0;
        unsigned char high = (unsigned char)bytes.at[length - (big ? 2 : 1)];
        length -= high >= 0xD8 && high < 0xDC ? 2 : 0;
    }
    return length;
}

static enum tw_status push_bytes(struct tw_live *live, struct tw_span bytes, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    if (strncmp(live->encoding, "utf-16", 6) != 0) {
        return push_decoded(live, bytes, error);
    }
    while (status == TW_OK && bytes.length > 0 && live->carry_length > 0) {
        live->carry[live->carry_length++] = bytes.at[0];
        bytes = tw_base_span_skip(bytes, 1);
        struct tw_span carried = {live->carry, live->carry_length};
        if (whole_units(live, carried) == live->carry_length || live->carry_length == CARRY_MAX) {
            live->carry_length = 0;
            status = push_decoded(live, carried, error);
        }
    }
    size_t whole = bytes.length == 0 ? 0 : whole_units(live, bytes);
    if (status == TW_OK && whole > 0) {
        status = push_decoded(live, (struct tw_span){bytes.at, whole}, error);
    }
    bytes = tw_base_span_skip(bytes, whole);
    if (bytes.length > 0) {
        memcpy(live->carry, bytes.at, bytes.length);
        live->carry_length = bytes.length;
    }
    return status;
}

/* ---- recognition -------------------------------------------------------------------------------
 */

struct found {
    const struct tw_format *format;
    const char *encoding;
    struct tw_stream *stream; /* the head as text */
};

/* Decides on the head as if it were all. `found->format` NULL: not to be read as it grows. */
static enum tw_status recognise(struct tw_live *live, struct found *found, struct tw_error *error)
{
    struct tw_decode_options options = {.encoding = live->options.encoding,
                                        .no_repair = live->live.for_ever};
    struct tw_decode_info info;
    struct tw_stream *memory = NULL;
    struct tw_span head;
    *found = (struct found){.format = NULL};
    enum tw_status status =
        tw_source_open_memory(&memory, tw_base_buffer_span(&live->head), 0, error);
    if (status != TW_OK) {
        return status;
    }
    status = tw_decode_open(&found->stream, memory, &options, &info, error);
    if (status != TW_OK) {
        return status == TW_ERR_MEMORY ? status : TW_OK;
    }
    bool binary = info.binary && !live->options.all_files;
    if (info.compression_count > 0 || info.format != NULL || info.repair_count > 0 || binary) {
        return TW_OK;
    }
    status = tw_base_stream_peek(found->stream, TW_PEEK_SIZE, &head);
    if (status != TW_OK) {
        return tw_base_error_set(error, status, "out of memory");
    }
    found->format = live->options.input_format != NULL ? tw_format_find(live->options.input_format)
                                                       : tw_format_recognise(head);
    found->encoding = info.encoding;
    if (found->format->begin != NULL || strcmp(found->format->name, "evtx") == 0) {
        found->format = NULL; /* it has to see more first */
    }
    return TW_OK;
}

static enum tw_status begin(struct tw_live *live, const struct found *found, struct tw_error *error)
{
    struct tw_span head;
    struct tw_cursor at = live->base;
    size_t mark =
        at.offset == 0 ? mark_length(found->encoding, tw_base_buffer_span(&live->head)) : 0;
    enum tw_status status = tw_base_stream_peek(found->stream, TW_PEEK_SIZE, &head);
    tw_base_stream_free(live->places);
    live->places = NULL;
    if (status == TW_OK) {
        status = open_decoder(&live->places, found->encoding, (struct tw_span){"", 0}, error);
    }
    at.offset += mark;
    live->format = found->format;
    live->encoding = found->encoding;
    live->pushed = mark;
    live->carry_length = 0;
    live->begun = status == TW_OK;
    live->judged_found = live->judged_closed = 0;
    return status != TW_OK ? status
                           : tw_pipeline_stages_begin(live->stages, live->logical, live->format,
                                                      head, live->places, at, error);
}

/* Brings the stages up to the head as it is. */
static enum tw_status take_head(struct tw_live *live, struct tw_error *error)
{
    struct found found;
    struct tw_span head = tw_base_buffer_span(&live->head);
    if (live->begun && live->pushed == head.length && !live->decided) {
        return TW_OK;
    }
    enum tw_status status = recognise(live, &found, error);
    live->unreadable = found.format == NULL;
    if (status == TW_OK && !live->unreadable) {
        bool same = live->begun && live->format == found.format &&
                    strcmp(live->encoding, found.encoding) == 0;
        if (live->begun && !same) {
            tw_live_told_revised(live->told);
        }
        status = same ? TW_OK : begin(live, &found, error);
        if (status == TW_OK) {
            status = push_bytes(live, tw_base_span_skip(head, live->pushed), error);
            live->pushed = head.length;
        }
    }
    tw_base_stream_free(found.stream);
    return status;
}

enum tw_status tw_live_begin_at(struct tw_live *live, struct tw_span head, uint64_t offset,
                                uint64_t line, struct tw_error *error)
{
    struct found found;
    live->base = (struct tw_cursor){.out = offset, .offset = offset, .line = line};
    tw_base_buffer_add(&live->head, head);
    enum tw_status status = recognise(live, &found, error);
    if (status == TW_OK && found.format != NULL) {
        status = begin(live, &found, error);
        live->decided = true;
    }
    tw_base_stream_free(found.stream);
    tw_base_buffer_clear(&live->head);
    return status;
}

/* ---- telling -----------------------------------------------------------------------------------
 */

static void fill_input(struct tw_live *live)
{
    live->report.input.format = live->format->name;
    live->report.input.format_title = live->format->title;
    live->report.input.encoding = live->encoding;
}

static enum tw_status tell_news(struct tw_live *live, const struct tw_diagnoses *list, uint64_t now,
                                struct tw_error *error)
{
    enum tw_status status = TW_OK;
    fill_input(live);
    for (size_t i = 0; status == TW_OK && i < list->count; i++) {
        struct tlswhy_diagnosis shown;
        if (tw_live_told_judge(live->told, list, i, false, now, live->live.repeat_after, &shown) ==
            TW_LIVE_OLD) {
            continue;
        }
        live->report.diagnoses = &shown;
        live->report.diagnosis_count = 1;
        status = live->tell(live->payload, &live->report, error);
        live->report.diagnoses = NULL;
        live->report.diagnosis_count = 0;
    }
    return status;
}

static uint64_t processor_ms(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static enum tw_status look(struct tw_live *live, enum tw_classify_which which, uint64_t now,
                           struct tw_error *error)
{
    struct tw_classifier *copy = NULL;
    struct tw_diagnoses list;
    uint64_t start = processor_ms();
    tw_live_told_unfinished(live->told, tw_pipeline_stages_rest(live->stages));
    enum tw_status status =
        tw_pipeline_stages_look(live->stages, which, live->live.for_ever, &copy, &list, error);
    if (status == TW_OK) {
        status = tell_news(live, &list, now, error);
    }
    tw_classify_copy_free(copy);
    live->not_before = now + SPACING * (processor_ms() - start);
    size_t keep = live->live.for_ever ? TW_LIVE_CLOSED_MAX : TW_DIAGNOSES_MAX;
    if (status == TW_OK && which == TW_CLASSIFY_ALL &&
        tw_pipeline_stages_closed(live->stages) >= keep) {
        tw_pipeline_stages_forget(live->stages, keep - keep / 4);
    }
    return status;
}

static enum tw_status look_at_closed(struct tw_live *live, uint64_t now, struct tw_error *error)
{
    uint64_t found, closed;
    tw_pipeline_stages_progress(live->stages, &found, &closed);
    if (closed == live->judged_closed && !tw_pipeline_stages_tail(live->stages)) {
        return TW_OK;
    }
    live->judged_closed = closed;
    return look(live, TW_CLASSIFY_CLOSED, now, error);
}

static enum tw_status look_at_all(struct tw_live *live, uint64_t now, struct tw_error *error)
{
    live->fresh = false;
    tw_pipeline_stages_progress(live->stages, &live->judged_found, &live->judged_closed);
    return look(live, TW_CLASSIFY_ALL, now, error);
}

/* ---- the life of the input ---------------------------------------------------------------------
 */

/* Many incidents came without a pause: old ones are told before they are forgotten. */
static enum tw_status make_room(struct tw_live *live, uint64_t now, struct tw_error *error)
{
    size_t most = live->live.for_ever ? 2 * TW_LIVE_CLOSED_MAX : TW_DIAGNOSES_MAX;
    bool full = live->begun && tw_pipeline_stages_closed(live->stages) >= most;
    return full ? look_at_all(live, now, error) : TW_OK;
}

enum tw_status tw_live_push(struct tw_live *live, struct tw_span bytes, uint64_t now,
                            struct tw_error *error)
{
    enum tw_status status = TW_OK;
    live->last_byte = now;
    live->fresh = true;
    live->quiet_done = false;
    if (!live->decided) {
        size_t room = TW_PEEK_SIZE - live->head.length;
        size_t count = bytes.length < room ? bytes.length : room;
        tw_base_buffer_add(&live->head, (struct tw_span){bytes.at, count});
        if (live->head.status != TW_OK) {
            return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
        }
        bytes = tw_base_span_skip(bytes, count);
        if (live->head.length == TW_PEEK_SIZE) {
            live->decided = true;
            status = take_head(live, error);
        }
        if (status == TW_OK && live->decided && live->unreadable) {
            return TW_END;
        }
        if (live->decided) {
            tw_base_buffer_free(&live->head);
            live->head = TW_BUFFER_INIT(TW_PEEK_SIZE);
        }
    }
    while (status == TW_OK && bytes.length > 0) {
        size_t piece = bytes.length < TW_BLOCK_SIZE / 4 ? bytes.length : TW_BLOCK_SIZE / 4;
        status = push_bytes(live, (struct tw_span){bytes.at, piece}, error);
        bytes = tw_base_span_skip(bytes, piece);
        if (status == TW_OK) {
            status = make_room(live, now, error);
        }
    }
    return status;
}

enum tw_status tw_live_record(struct tw_live *live, uint64_t offset, struct tw_span record,
                              uint64_t now, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    uint64_t found, closed;
    if (!live->begun) {
        /* A record alone tells whether it is an event; else any lines are text. */
        const struct tw_format *event = &tw_format_event_json;
        live->decided = live->begun = true;
        live->format = event->bid(record) > 0 ? event : &tw_format_text;
        live->encoding = "utf-8";
        status = open_decoder(&live->places, live->encoding, (struct tw_span){"", 0}, error);
        if (status == TW_OK) {
            status = tw_pipeline_stages_begin(live->stages, live->logical, live->format, record,
                                              live->places, live->base, error);
        }
    }
    if (status == TW_OK) {
        tw_pipeline_stages_part(live->stages, live->places, (struct tw_cursor){.offset = offset});
        status = tw_pipeline_stages_push(live->stages, record, error);
    }
    if (status == TW_OK) {
        status = tw_pipeline_stages_end_record(live->stages, error);
    }
    tw_pipeline_stages_progress(live->stages, &found, &closed);
    return status == TW_OK && found != live->judged_found ? look_at_all(live, now, error) : status;
}

enum tw_status tw_live_tick(struct tw_live *live, uint64_t now, struct tw_error *error)
{
    uint64_t silent = now - live->last_byte;
    enum tw_status status = TW_OK;
    if (!live->fresh || silent < TW_LIVE_QUIET || now < live->not_before) {
        return TW_OK;
    }
    if (!live->decided) {
        status = take_head(live, error);
    }
    if (status != TW_OK || live->unreadable || !live->begun) {
        live->fresh &= live->begun && !live->unreadable;
        return status;
    }
    if (!live->quiet_done) {
        live->quiet_done = true;
        status = look_at_closed(live, now, error);
    }
    if (status == TW_OK && silent >= live->live.idle) {
        status = look_at_all(live, now, error);
    }
    return status;
}

int tw_live_due(const struct tw_live *live, uint64_t now)
{
    if (!live->fresh) {
        return -1;
    }
    uint64_t wait = live->quiet_done ? live->live.idle : TW_LIVE_QUIET;
    uint64_t due = live->last_byte + wait;
    due = due < live->not_before ? live->not_before : due;
    return due <= now ? 0 : due - now > INT32_MAX ? INT32_MAX : (int)(due - now);
}

enum tw_status tw_live_part(struct tw_live *live, uint64_t now, struct tw_error *error)
{
    enum tw_status status = live->decided ? TW_OK : take_head(live, error);
    live->base = (struct tw_cursor){.out = 0};
    if (status != TW_OK || live->unreadable || !live->begun) {
        tw_base_buffer_clear(&live->head);
        live->pushed = 0;
        live->decided = live->begun = live->unreadable = false;
        return status;
    }
    if (live->carry_length > 0) {
        struct tw_span rest = {live->carry, live->carry_length};
        live->carry_length = 0;
        status = push_decoded(live, rest, error);
    }
    if (status == TW_OK) {
        status = tw_pipeline_stages_end_record(live->stages, error);
    }
    if (status == TW_OK) {
        status = look_at_all(live, now, error);
    }
    /* What the first part is, the further ones are. */
    live->decided = true;
    tw_base_buffer_clear(&live->head);
    tw_pipeline_stages_part(live->stages, live->places, live->base);
    tw_live_told_part(live->told);
    return status;
}

enum tw_status tw_live_settle(struct tw_live *live, uint64_t now, uint64_t *offset, uint64_t *line,
                              struct tw_error *error)
{
    struct tw_cursor at = live->base;
    enum tw_status status = TW_OK;
    if (live->begun && (live->decided || !live->fresh)) {
        status = look_at_closed(live, now, error);
        at = tw_pipeline_stages_settled(live->stages);
    }
    *offset = at.offset;
    *line = at.line;
    return status;
}

/* ---- the end -----------------------------------------------------------------------------------
 */

/* A list in which what was told is marked; its strings are the list's and ours. */
static enum tw_status mark(struct tw_live *live, const struct tw_diagnoses *list, uint64_t now,
                           struct tw_error *error)
{
    tw_base_free(live->list.at);
    tw_base_free(live->list.ids);
    live->list.at = tw_base_alloc(list->count + 1, sizeof *live->list.at);
    live->list.ids = tw_base_alloc(list->count + 1, sizeof *live->list.ids);
    if (live->list.at == NULL || live->list.ids == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < list->count; i++) {
        struct tlswhy_diagnosis *shown = &live->list.at[i];
        enum tw_live_news news =
            tw_live_told_judge(live->told, list, i, !live->live.for_ever, now, 0, shown);
        char(*ids)[17] = live->list.ids[i];
        memcpy(ids[0], shown->id, sizeof ids[0]);
        shown->id = ids[0];
        if (shown->supersedes != NULL) {
            memcpy(ids[1], shown->supersedes, sizeof ids[1]);
            shown->supersedes = ids[1];
        }
        shown->reported = news == TW_LIVE_OLD;
    }
    live->report.diagnoses = live->list.at;
    live->report.diagnosis_count = list->count;
    live->report.diagnoses_dropped = list->dropped;
    return TW_OK;
}

enum tw_status tw_live_finish(struct tw_live *live, uint64_t now,
                              const struct tlswhy_report **report, struct tw_error *error)
{
    struct tw_diagnoses list = {.at = NULL};
    struct tlswhy_input *input = &live->report.input;
    bool cut, capped, given_up;
    *report = &live->report;
    enum tw_status status = live->decided ? TW_OK : take_head(live, error);
    if (status != TW_OK || live->unreadable || !live->begun) {
        return status;
    }
    if (live->carry_length > 0) {
        status = push_decoded(live, (struct tw_span){live->carry, live->carry_length}, error);
    }
    if (status == TW_OK) {
        status = tw_pipeline_stages_finish(live->stages, &list, error);
    }
    if (status == TW_OK) {
        tw_live_told_unfinished(live->told, UINT64_MAX);
        status = mark(live, &list, now, error);
    }
    fill_input(live);
    tw_pipeline_stages_count(live->stages, input, &cut, &capped, &given_up);
    const char *const limits[] = {"record: longer than 1 MiB, read in pieces",
                                  "hits: too many in one block, the rest of it was passed over",
                                  "pattern: a match was given up", "signal: the rest was not read"};
    const bool stopped = live->options.stop != NULL && *live->options.stop != 0;
    const bool reached[] = {cut, capped, given_up, stopped};
    input->limit_count = 0;
    for (size_t i = 0; i < sizeof reached / sizeof *reached; i++) {
        if (reached[i]) {
            live->limits[input->limit_count++] = limits[i];
        }
    }
    input->limits = live->limits;
    input->incomplete = capped || given_up || stopped;
    return status;
}

enum tw_status tw_live_compare(struct tw_live *live, uint64_t now, const struct tlswhy_report *from,
                               const struct tlswhy_report **report, struct tw_error *error)
{
    struct tw_diagnoses list = {from->diagnoses, from->diagnosis_count, from->diagnoses_dropped,
                                NULL, 0};
    if (!tw_live_told_any(live->told)) {
        *report = from;
        return TW_OK;
    }
    live->report.input = from->input;
    *report = &live->report;
    return mark(live, &list, now, error);
}

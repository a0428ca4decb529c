/* report_merge.c -- unites the reports of many runs; see report_merge.h.
 *
 * Three passes. The parts are read through once, and of each line an item is kept. Items sorted by
 * id tell which diagnoses are there twice or were superseded; those that stay, sorted by place,
 * tell the order of the lines, which are then fetched from the parts. Memory holds none of it
 * (docs/decisions/0010-merge.md). */
#include "report/report_merge.h"

#include <errno.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "report/report_json.h"
#include "report/report_merge_parts.h"

struct merge {
    const struct tw_report_merge_job *job;
    struct tw_merge_files *files;
    struct tw_merge_origin origin;
    struct tw_merge_sort *by_id;
    struct tw_merge_sort *by_place;
    struct tw_buffer item; /* the item in hand */
    struct tw_buffer line; /* the line that is fetched */
    struct tw_report *report;
    struct tw_arena *arena; /* of the input in hand */
    struct tlswhy_diagnosis *diagnoses;
    struct tlswhy_report answer;
    struct tw_buffer name; /* of the input in hand */
    bool has_input;        /* its line was there */
    uint64_t last_error;   /* hash of the error line before this one */
    bool has_error;
    bool partial;
    size_t readable; /* parts */
};

static bool is_stopped(const struct merge *merge)
{
    return merge->job->stop != NULL && *merge->job->stop != 0;
}

static void tell(const struct merge *merge, size_t part, const char *text)
{
    const char *path = merge->job->paths[part];
    merge->job->message(merge->job->payload, strcmp(path, "-") == 0 ? "standard input" : path,
                        text);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

/* A part that is being read. */
struct reading {
    size_t part;
    int fd;
    uint64_t position; /* of the window in the file */
    char *window;
    size_t from;
    size_t to;
    size_t room;
    uint64_t line; /* 1 is the first */
    size_t complaints;
    bool ended;
    bool whole; /* the last line is the summary of something whole */
};

static void complain(struct merge *merge, struct reading *reading, const char *why)
{
    struct tw_buffer text = TW_BUFFER_INIT(1024);
    merge->partial = true;
    if (reading->complaints++ < TW_MERGE_COMPLAINTS) {
        tw_base_buffer_print(&text, "line %llu is passed over: %s",
                             (unsigned long long)reading->line, why);
        tw_base_buffer_add_char(&text, '\0');
        tell(merge, reading->part, text.status == TW_OK ? text.at : why);
    }
    tw_base_buffer_free(&text);
}

/* Adds what a line says, unless it is none. */
static enum tw_status take_line(struct merge *merge, struct reading *reading, struct tw_span text,
                                uint64_t position, struct tw_error *error)
{
    struct tw_merge_line line;
    struct tw_error why;
    enum tw_status status =
        tw_report_merge_line(&merge->origin, merge->job->paths[reading->part], text,
                             merge->job->logical_name, &merge->item, &line, &why);
    reading->whole = false;
    if (status == TW_ERR_DATA) {
        complain(merge, reading, why.message);
        return TW_OK;
    }
    if (status != TW_OK) {
        return tw_base_error_set(error, status, "%s", why.message);
    }
    if (line.kind == TW_LINE_SUMMARY) {
        reading->whole = !line.partial;
        merge->partial |= line.partial;
        return TW_OK;
    }
    if (line.kind == TW_LINE_REPEAT) {
        return TW_OK; /* tells that a diagnosis came again: it has a line of its own */
    }
    struct tw_merge_item *item = line.item;
    item->part = (uint32_t)reading->part;
    item->position = position;
    item->length = (uint32_t)text.length;
    item->hash = tw_base_hash(TW_HASH_START, text);
    if (line.has_superseded) {
        struct tw_merge_item gone = {
            .size = sizeof gone, .kind = TW_MERGE_SUPERSEDED, .id = line.superseded};
        status = tw_report_merge_sort_add(merge->by_id, &gone, error);
    }
    if (status == TW_OK) {
        status = tw_report_merge_sort_add(
            item->kind == TW_MERGE_DIAGNOSIS ? merge->by_id : merge->by_place, item, error);
    }
    return status;
}

/* Gets more of the part into the window, which grows up to the longest line. */
static enum tw_status read_more(struct reading *reading, struct tw_error *error)
{
    memmove(reading->window, reading->window + reading->from, reading->to - reading->from);
    reading->position += reading->from;
    reading->to -= reading->from;
    reading->from = 0;
    if (reading->to == reading->room) {
        char *grown = tw_base_realloc(reading->window, reading->room * 2, 1);
        if (grown == NULL) {
            return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging");
        }
        reading->window = grown;
        reading->room *= 2;
    }
    ssize_t got;
    do {
        got = pread(reading->fd, reading->window + reading->to, reading->room - reading->to,
                    (off_t)(reading->position + reading->to));
    } while (got < 0 && errno == EINTR);
    reading->ended = got <= 0;
    reading->to += got > 0 ? (size_t)got : 0;
    return got < 0 ? tw_base_error_system(error, "cannot be read", "part", errno) : TW_OK;
}

/* Passes over a line that is longer than any. */
static enum tw_status skip_line(struct reading *reading, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    while (status == TW_OK) {
        char *at = reading->window + reading->from;
        char *newline = memchr(at, '\n', reading->to - reading->from);
        if (newline != NULL) {
            reading->from += (size_t)(newline - at) + 1;
            break;
        }
        reading->from = reading->to;
        if (reading->ended) {
            break;
        }
        status = read_more(reading, error);
    }
    return status;
}

static struct tw_span without_return(struct tw_span text)
{
    text.length -= text.length > 0 && text.at[text.length - 1] == '\r';
    return text;
}

/* Takes the next line. TW_END: there is none. */
static enum tw_status next_line(struct merge *merge, struct reading *reading,
                                struct tw_error *error)
{
    enum tw_status status = TW_OK;
    char *newline = NULL;
    size_t looked = 0;
    while (status == TW_OK) {
        char *at = reading->window + reading->from;
        size_t length = reading->to - reading->from;
        newline = memchr(at + looked, '\n', length - looked);
        looked = length;
        if (newline != NULL || reading->ended || length > TW_MERGE_LINE_MAX) {
            break;
        }
        status = read_more(reading, error);
    }
    struct tw_span text = {reading->window + reading->from, reading->to - reading->from};
    if (status != TW_OK || text.length == 0) {
        return status == TW_OK ? TW_END : status;
    }
    reading->line++;
    if (newline == NULL && !reading->ended) {
        complain(merge, reading, "it is too long");
        reading->whole = false;
        return skip_line(reading, error);
    }
    text.length = newline == NULL ? text.length : (size_t)(newline - text.at);
    uint64_t position = reading->position + reading->from;
    reading->from += text.length + (newline != NULL);
    text = without_return(text);
    return text.length == 0 ? TW_OK : take_line(merge, reading, text, position, error);
}

static void judge_part(struct merge *merge, const struct reading *reading)
{
    struct tw_buffer text = TW_BUFFER_INIT(256);
    if (reading->complaints > TW_MERGE_COMPLAINTS) {
        tw_base_buffer_print(&text, "%zu further lines are passed over",
                             reading->complaints - TW_MERGE_COMPLAINTS);
        tw_base_buffer_add_char(&text, '\0');
        tell(merge, reading->part, text.status == TW_OK ? text.at : "further lines are bad");
    }
    tw_base_buffer_free(&text);
    if (!reading->whole) {
        merge->partial = true;
        tell(merge, reading->part,
             "is not whole: its last line is not the summary of a run that "
             "came to its end");
    }
}

static enum tw_status read_part(struct merge *merge, size_t part, struct tw_error *error)
{
    struct reading reading = {.part = part, .room = TW_MERGE_WINDOW};
    struct tw_error why = {.status = TW_OK};
    reading.fd = tw_report_merge_open(merge->files, part);
    if (reading.fd < 0) {
        (void)tw_base_error_system(&why, "cannot be read", "part", errno);
        tell(merge, part, why.message);
        merge->partial = true;
        return TW_OK;
    }
    reading.window = tw_base_alloc(reading.room, 1);
    enum tw_status status = reading.window == NULL ? TW_ERR_MEMORY : TW_OK;
    merge->readable++;
    while (status == TW_OK && !is_stopped(merge)) {
        status = next_line(merge, &reading, &why);
    }
    tw_base_free(reading.window);
    if (status == TW_ERR_IO && reading.ended) {
        /* A folder, or a disk that fails. */
        tell(merge, part, why.message);
        merge->readable -= reading.line == 0;
        merge->partial = true;
        return TW_OK;
    }
    if (status != TW_OK && status != TW_END) {
        return tw_base_error_set(error, status, "%s",
                                 reading.window == NULL ? "out of memory" : why.message);
    }
    judge_part(merge, &reading);
    return TW_OK;
}

/* ---- union -------------------------------------------------------------------------------------
 */

/* Of each id one diagnosis stays, or none where it was superseded. */
static enum tw_status unite(struct merge *merge, struct tw_error *error)
{
    const struct tw_merge_item *item = NULL;
    uint64_t id = 0;
    bool known = false;
    enum tw_status status = TW_OK;
    while (status == TW_OK && !is_stopped(merge)) {
        status = tw_report_merge_sort_next(merge->by_id, &item, error);
        if (status != TW_OK || item == NULL) {
            break;
        }
        if (!known || item->id != id) {
            known = true;
            id = item->id;
            if (item->kind == TW_MERGE_DIAGNOSIS) {
                status = tw_report_merge_sort_add(merge->by_place, item, error);
            }
        }
    }
    tw_report_merge_sort_free(merge->by_id);
    merge->by_id = NULL;
    return status;
}

/* Whether the parts are as many as are needed: different shards of one run, or whole runs. */
static bool is_enough(const struct merge *merge)
{
    const struct tw_merge_origin *origin = &merge->origin;
    size_t most = 0;
    size_t same = 0;
    for (size_t i = 0; i < origin->shard_count; i++) {
        same = i > 0 && origin->shards[i].of == origin->shards[i - 1].of ? same + 1 : 1;
        most = same > most ? same : most;
    }
    return most + origin->runs >= merge->job->need;
}

/* Whether the shards of one run are all there: then it is the whole. */
static bool is_whole(const struct tw_merge_origin *origin)
{
    size_t same = 0;
    for (size_t i = 0; i < origin->shard_count; i++) {
        same = i > 0 && origin->shards[i].of == origin->shards[i - 1].of ? same + 1 : 1;
        if (same == origin->shards[i].of) {
            return true;
        }
    }
    return false;
}

/* The shards as text, for the summary; NULL: memory. */
static char **name_shards(const struct tw_merge_origin *origin)
{
    char **names = tw_base_alloc(origin->shard_count + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < origin->shard_count; i++) {
        struct tw_buffer text = TW_BUFFER_INIT(64);
        tw_base_buffer_print(&text, "%u/%u", origin->shards[i].index, origin->shards[i].of);
        names[i] = text.status == TW_OK ? tw_base_copy(tw_base_buffer_span(&text)) : NULL;
        tw_base_buffer_free(&text);
        if (names[i] == NULL) {
            while (i-- > 0) {
                tw_base_free(names[i]);
            }
            tw_base_free(names);
            return NULL;
        }
    }
    return names;
}

/* ---- showing -----------------------------------------------------------------------------------
 */

static enum tw_status count_diagnosis(struct merge *merge, const struct tw_merge_item *item,
                                      struct tw_error *error)
{
    char *ids[TW_MERGE_TEXTS] = {NULL};
    enum tw_status status = TW_OK;
    for (int i = TW_MERGE_FAMILY; i < TW_MERGE_TEXTS && status == TW_OK; i++) {
        struct tw_span text = tw_report_merge_text(item, (enum tw_merge_text)i);
        ids[i] = text.length == 0 ? NULL : tw_base_copy(text);
        status = text.length > 0 && ids[i] == NULL
                     ? tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging")
                     : TW_OK;
    }
    const struct tlswhy_fix fix = {.id = ids[TW_MERGE_FIX]};
    const struct tlswhy_diagnosis diagnosis = {
        .conclusive = item->conclusive != 0,
        .cause = {.id = ids[TW_MERGE_CAUSE],
                  .family = ids[TW_MERGE_FAMILY],
                  .confidence = item->confidence / 10000.0},
        .family_confidence = item->family_confidence / 10000.0,
        .client_id = ids[TW_MERGE_CLIENT],
        .fixes = &fix,
        .fix_count = fix.id != NULL,
    };
    if (status == TW_OK) {
        status = tw_report_tally_diagnosis(&merge->report->tally, &diagnosis, error);
    }
    for (int i = 0; i < TW_MERGE_TEXTS; i++) {
        tw_base_free(ids[i]);
    }
    return status;
}

static void count_input(struct merge *merge, const struct tw_merge_item *item)
{
    const struct tlswhy_input input = {.status = (enum tlswhy_input_status)item->status,
                                       .incomplete = item->incomplete != 0,
                                       .bytes = item->number,
                                       .hits = item->hits};
    tw_report_tally_input(&merge->report->tally, &input);
}

/* Hands the line in hand on as it is. */
static enum tw_status pass_line(struct merge *merge, struct tw_error *error)
{
    tw_base_buffer_add(&merge->report->out, tw_base_buffer_span(&merge->line));
    tw_base_buffer_add_char(&merge->report->out, '\n');
    return tw_report_flush(merge->report, error);
}

/* Shows the input in hand with its diagnoses, in renderings that show it at once. */
static enum tw_status end_input(struct merge *merge, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    bool lines = merge->job->shown.format == TW_REPORT_NDJSON;
    if (!lines && (merge->has_input || merge->answer.diagnosis_count > 0)) {
        if (!merge->has_input) {
            /* Its line was cut off with the rest of the part. */
            merge->answer.input = (struct tlswhy_input){
                .path = tw_base_arena_copy(merge->arena, tw_base_buffer_span(&merge->name)),
                .status = TLSWHY_INPUT_TRUNCATED,
                .error = "the rest of its report is missing"};
        }
        merge->answer.diagnoses = merge->diagnoses;
        status = merge->report->type->add(merge->report, &merge->answer, error);
    }
    tw_base_arena_free(merge->arena);
    merge->arena = NULL;
    merge->answer = (struct tlswhy_report){.diagnosis_count = 0};
    merge->has_input = false;
    merge->has_error = false;
    return status;
}

static enum tw_status begin_input(struct merge *merge, struct tw_span name, struct tw_error *error)
{
    tw_base_buffer_clear(&merge->name);
    tw_base_buffer_add(&merge->name, name);
    merge->arena = tw_base_arena_new();
    return merge->arena == NULL || merge->name.status != TW_OK
               ? tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging")
               : TW_OK;
}

static enum tw_status keep_diagnosis(struct merge *merge, struct tw_error *error)
{
    struct tlswhy_report *answer = &merge->answer;
    if (answer->diagnosis_count == TW_DIAGNOSES_MAX) {
        answer->diagnoses_dropped++;
        return TW_OK;
    }
    enum tw_status status =
        tw_report_merge_diagnosis(merge->arena, tw_base_buffer_span(&merge->line),
                                  &merge->diagnoses[answer->diagnosis_count], error);
    answer->diagnosis_count += status == TW_OK;
    return status;
}

static enum tw_status show_diagnosis(struct merge *merge, const struct tw_merge_item *item,
                                     struct tw_error *error)
{
    enum tw_status status = count_diagnosis(merge, item, error);
    if (status == TW_OK && merge->report->write != NULL) {
        status = tw_report_merge_fetch(merge->files, item, &merge->line, error);
        if (status == TW_OK) {
            status = merge->job->shown.format == TW_REPORT_NDJSON ? pass_line(merge, error)
                                                                  : keep_diagnosis(merge, error);
        }
    }
    return status;
}

/* The first of several lines about an input stays; an error of it is told as it says. */
static enum tw_status show_input(struct merge *merge, const struct tw_merge_item *item,
                                 struct tw_error *error)
{
    if (merge->has_input) {
        return TW_OK;
    }
    merge->has_input = true;
    count_input(merge, item);
    if (merge->report->write == NULL) {
        return TW_OK;
    }
    struct tlswhy_report read = {.diagnosis_count = 0};
    enum tw_status status = tw_report_merge_fetch(merge->files, item, &merge->line, error);
    bool lines = merge->job->shown.format == TW_REPORT_NDJSON;
    if (status == TW_OK && (!lines || item->status == TLSWHY_INPUT_ERROR)) {
        status = tw_report_merge_input(merge->arena, tw_base_buffer_span(&merge->line),
                                       merge->job->format_title, &read, error);
    }
    if (status == TW_OK && lines) {
        status = pass_line(merge, error);
        if (status == TW_OK && item->status == TLSWHY_INPUT_ERROR) {
            tw_report_json_error(&merge->report->out, &read.input);
            status = tw_report_flush(merge->report, error);
        }
    } else if (status == TW_OK) {
        merge->answer.input = read.input;
        merge->answer.diagnoses_dropped += read.diagnoses_dropped;
    }
    return status;
}

/* An error stands behind its input, which tells it already. */
static enum tw_status show_error(struct merge *merge, const struct tw_merge_item *item,
                                 struct tw_error *error)
{
    bool again = merge->has_error && merge->last_error == item->hash;
    merge->has_error = true;
    merge->last_error = item->hash;
    if (merge->has_input || again || merge->report->write == NULL ||
        merge->job->shown.format != TW_REPORT_NDJSON) {
        return TW_OK;
    }
    enum tw_status status = tw_report_merge_fetch(merge->files, item, &merge->line, error);
    return status == TW_OK ? pass_line(merge, error) : status;
}

static enum tw_status show_items(struct merge *merge, struct tw_error *error)
{
    const struct tw_merge_item *item = NULL;
    enum tw_status status = TW_OK;
    while (status == TW_OK && !is_stopped(merge)) {
        status = tw_report_merge_sort_next(merge->by_place, &item, error);
        if (status != TW_OK || item == NULL) {
            break;
        }
        struct tw_span name = tw_report_merge_text(item, TW_MERGE_NAME);
        if (merge->arena == NULL || !tw_base_span_equal(name, tw_base_buffer_span(&merge->name))) {
            status = merge->arena == NULL ? TW_OK : end_input(merge, error);
            status = status == TW_OK ? begin_input(merge, name, error) : status;
        }
        if (status == TW_OK) {
            status = item->kind == TW_MERGE_DIAGNOSIS ? show_diagnosis(merge, item, error)
                     : item->kind == TW_MERGE_INPUT   ? show_input(merge, item, error)
                                                      : show_error(merge, item, error);
        }
    }
    if (status == TW_OK && merge->arena != NULL) {
        status = end_input(merge, error);
    }
    return status;
}

static enum tw_status show(struct merge *merge, tw_report_write write, void *payload,
                           struct tw_report_totals *totals, struct tw_error *error)
{
    struct tw_merge_origin *origin = &merge->origin;
    struct tw_report_options options = merge->job->shown;
    bool missing = merge->job->need > 0 && (merge->partial || !is_enough(merge));
    char **shards = name_shards(origin);
    enum tw_status status = shards == NULL ? TW_ERR_MEMORY : TW_OK;
    options.packs = origin->packs;
    options.pack_count = origin->pack_count;
    options.answers = origin->answers;
    options.version = origin->version;
    options.reached = true;
    options.shards = (const char *const *)(void *)shards;
    options.shard_count = is_whole(origin) ? 0 : origin->shard_count;
    /* A missing part counts like an input that could not be looked at. */
    options.strict |= missing;
    if (status == TW_OK && merge->job->shown.format != TW_REPORT_NDJSON) {
        merge->diagnoses = tw_base_alloc(TW_DIAGNOSES_MAX, sizeof *merge->diagnoses);
        status = merge->diagnoses == NULL ? TW_ERR_MEMORY : TW_OK;
    }
    if (status == TW_OK) {
        status = tw_report_open(&merge->report, &options, write, payload, error);
    } else {
        (void)tw_base_error_set(error, status, "out of memory while merging");
    }
    if (status == TW_OK) {
        merge->report->tally.totals.partial = merge->partial || missing;
        status = show_items(merge, error);
    }
    if (status == TW_OK && is_stopped(merge)) {
        tw_report_interrupt(merge->report, (int)*merge->job->stop);
    }
    if (status == TW_OK) {
        status = tw_report_finish(merge->report, origin->seconds, totals, error);
    }
    tw_report_free(merge->report);
    tw_base_free(merge->diagnoses);
    for (size_t i = 0; shards != NULL && i < origin->shard_count; i++) {
        tw_base_free(shards[i]);
    }
    tw_base_free(shards);
    return status;
}

enum tw_status tw_report_merge(const struct tw_report_merge_job *job, tw_report_write write,
                               void *payload, struct tw_report_totals *totals,
                               struct tw_error *error)
{
    struct merge merge = {.job = job,
                          .item = TW_BUFFER_INIT(4 * TW_MERGE_NAME_MAX),
                          .line = TW_BUFFER_INIT(TW_MERGE_LINE_MAX + 1),
                          .name = TW_BUFFER_INIT(4 * TW_MERGE_NAME_MAX)};
    *totals = (struct tw_report_totals){.exit_status = 2};
    enum tw_status status =
        tw_report_merge_files_new(&merge.files, job->paths, job->path_count, error);
    if (status == TW_OK) {
        status = tw_report_merge_sort_new(&merge.by_id, tw_report_merge_by_id, error);
    }
    if (status == TW_OK) {
        status = tw_report_merge_sort_new(&merge.by_place, tw_report_merge_by_place, error);
    }
    for (size_t i = 0; status == TW_OK && i < job->path_count && !is_stopped(&merge); i++) {
        status = read_part(&merge, i, error);
    }
    if (status == TW_OK && merge.readable > 0) {
        status = unite(&merge, error);
        status = status == TW_OK ? show(&merge, write, payload, totals, error) : status;
    }
    tw_base_arena_free(merge.arena);
    tw_report_merge_sort_free(merge.by_id);
    tw_report_merge_sort_free(merge.by_place);
    tw_report_merge_files_free(merge.files);
    tw_report_merge_origin_free(&merge.origin);
    tw_base_buffer_free(&merge.item);
    tw_base_buffer_free(&merge.line);
    tw_base_buffer_free(&merge.name);
    return status;
}

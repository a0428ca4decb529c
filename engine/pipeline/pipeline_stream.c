/* pipeline_stream.c -- a live input for each source of a stream; see the header.
 *
 * Windows events as JSON and lines of the same source are two inputs, because a format belongs to
 * an input. Of TW_LIVE_INPUTS_MAX the one that was silent longest makes room. */
#include "pipeline/pipeline_stream.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "format/format.h"
#include "pipeline/pipeline_live_pipe.h"

struct source {
    char *name;
    bool events;
    uint64_t last;
    struct tw_live *live;
};

struct tw_stream_sources {
    const struct tw_pack *pack;
    const struct tw_pipeline_options *options;
    struct tw_live_options live;
    tw_live_tell tell;
    void *payload;
    uint64_t serial;
    struct source at[TW_LIVE_INPUTS_MAX];
    size_t count;
};

enum tw_status tw_pipeline_stream_new(struct tw_stream_sources **out, const struct tw_pack *pack,
                                      const struct tw_pipeline_options *options,
                                      const struct tw_live_options *live, tw_live_tell tell,
                                      void *payload, struct tw_error *error)
{
    struct tw_stream_sources *made = tw_base_alloc(1, sizeof *made);
    *out = made;
    if (made == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    made->pack = pack;
    made->options = options;
    made->live = *live;
    made->live.for_ever = true;
    made->tell = tell;
    made->payload = payload;
    return TW_OK;
}

static void forget(struct source *source)
{
    tw_base_free(source->name);
    tw_live_free(source->live);
    *source = (struct source){.name = NULL};
}

void tw_pipeline_stream_free(struct tw_stream_sources *sources)
{
    if (sources != NULL) {
        for (size_t i = 0; i < sources->count; i++) {
            forget(&sources->at[i]);
        }
        tw_base_free(sources);
    }
}

/* The place for a further source: a free one, or that of the one that was silent longest. */
static struct source *make_place(struct tw_stream_sources *sources)
{
    if (sources->count < TW_LIVE_INPUTS_MAX) {
        return &sources->at[sources->count++];
    }
    struct source *oldest = &sources->at[0];
    for (size_t i = 1; i < sources->count; i++) {
        oldest = sources->at[i].last < oldest->last ? &sources->at[i] : oldest;
    }
    forget(oldest);
    return oldest;
}

static enum tw_status find(struct tw_stream_sources *sources, const char *name, bool events,
                           struct source **found, struct tw_error *error)
{
    for (size_t i = 0; i < sources->count; i++) {
        struct source *source = &sources->at[i];
        if (source->name != NULL && source->events == events && strcmp(source->name, name) == 0) {
            *found = source;
            return TW_OK;
        }
    }
    struct source *made = make_place(sources);
    made->events = events;
    made->name = tw_base_copy(tw_base_span(name));
    *found = made;
    return made->name == NULL
               ? tw_base_error_set(error, TW_ERR_MEMORY, "out of memory")
               : tw_live_new(&made->live, sources->pack, sources->options, &sources->live, name,
                             sources->tell, sources->payload, error);
}

enum tw_status tw_pipeline_stream_take(struct tw_stream_sources *sources, const char *name,
                                       uint64_t offset, struct tw_span record,
                                       struct tw_error *error)
{
    struct source *source = NULL;
    bool events = record.length > 0 && record.at[0] == '{' && tw_format_event_json.bid(record) > 0;
    enum tw_status status = find(sources, name, events, &source, error);
    if (status == TW_OK) {
        source->last = ++sources->serial;
        status = tw_live_record(source->live, offset, record, tw_live_clock(), error);
    }
    return status;
}

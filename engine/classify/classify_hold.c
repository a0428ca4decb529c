/* classify_hold.c -- copies what must outlive a record: a hit with its captures and its excerpt,
 * without secrets and safe to print. */
#include "base/redact.h"
#include "base/visible.h"
#include "classify/classify_parts.h"

/* A copy of `text` in the arena, redacted, visible, at most `most` bytes of characters that are
 * whole. */
static const char *safe_copy(const struct tw_classifier *classifier, struct tw_arena *arena,
                             struct tw_span text, size_t most)
{
    /* Redacting and making visible lengthen a text eight times at the worst. */
    struct tw_buffer redacted = TW_BUFFER_INIT(16 * TW_CONFIRM_WINDOW);
    struct tw_buffer visible = TW_BUFFER_INIT(16 * TW_CONFIRM_WINDOW);
    if (classifier->options.no_redact) {
        tw_base_buffer_add(&redacted, text);
    } else {
        tw_base_redact(&redacted, text);
    }
    tw_base_visible(&visible, tw_base_buffer_span(&redacted), false);
    struct tw_span shown = tw_base_buffer_span(&visible);
    bool cut = shown.length > most;
    if (cut) {
        shown.length = most;
        while (shown.length > 0 && (shown.at[shown.length] & 0xc0) == 0x80) {
            shown.length--;
        }
    }
    struct tw_buffer whole = TW_BUFFER_INIT(most + 8);
    tw_base_buffer_add(&whole, shown);
    if (cut) {
        tw_base_buffer_add(&whole, TW_SPAN("..."));
    }
    bool failed = redacted.status != TW_OK || visible.status != TW_OK || whole.status != TW_OK;
    const char *copy = failed ? NULL : tw_base_arena_copy(arena, tw_base_buffer_span(&whole));
    tw_base_buffer_free(&redacted);
    tw_base_buffer_free(&visible);
    tw_base_buffer_free(&whole);
    return copy;
}

/* At most TW_CONFIRM_WINDOW bytes of the line. Where its beginning is out of sight, what is shown
 * begins with the find itself: before it may stand the value of a secret whose name is out of
 * sight. */
struct tw_span tw_classify_line(struct tw_span text, size_t start)
{
    size_t limit = TW_CONFIRM_WINDOW / 2;
    size_t from = start > limit ? start - limit : 0;
    size_t to = text.length - start > limit ? start + limit : text.length;
    const char *before = start == from ? NULL : memrchr(text.at + from, '\n', start - from);
    const char *after = start == to ? NULL : memchr(text.at + start, '\n', to - start);
    if (before != NULL) {
        from = (size_t)(before - text.at) + 1;
    } else if (from > 0) {
        from = start;
    }
    if (after != NULL) {
        to = (size_t)(after - text.at);
    }
    return (struct tw_span){text.at + from, to - from};
}

void tw_classify_key_captures(const struct tw_hit *hit, char host[TW_HOST_BYTES],
                              char version[TW_VERSION_BYTES])
{
    memset(host, 0, TW_HOST_BYTES);
    memset(version, 0, TW_VERSION_BYTES);
    for (size_t i = 0; i < hit->capture_count; i++) {
        const struct tw_capture *capture = &hit->captures[i];
        if (strcmp(capture->name, "host") == 0) {
            (void)tw_classify_host(capture->value, host);
        } else if (strcmp(capture->name, "version") == 0) {
            for (size_t k = 0; k < capture->value.length && k < TW_VERSION_BYTES - 1; k++) {
                char c = capture->value.at[k];
                bool plain = tw_base_is_digit(c) || tw_base_is_letter(c) || c == '-';
                version[k] = plain ? c : '.';
            }
        }
    }
}

static enum tw_status hold_captures(const struct tw_classifier *classifier,
                                    const struct tw_hit *hit, struct tw_arena *arena,
                                    struct tw_held *held)
{
    for (size_t i = 0; i < hit->capture_count; i++) {
        const struct tw_capture *capture = &hit->captures[i];
        struct tlswhy_capture *to = &held->captures[held->capture_count];
        to->name = tw_base_arena_copy(arena, tw_base_span(capture->name));
        to->value = safe_copy(classifier, arena, capture->value, TW_EXCERPT_MAX);
        if (to->name == NULL || to->value == NULL) {
            return TW_ERR_MEMORY;
        }
        held->capture_count++;
    }
    return TW_OK;
}

enum tw_status tw_classify_hold(const struct tw_classifier *classifier,
                                const struct tw_record *record, const struct tw_hit *hit,
                                struct tw_arena *arena, struct tw_held *held)
{
    *held = (struct tw_held){.signature = hit->signature,
                             .client = tw_classify_client(classifier->pack, hit),
                             .record_id = record->id,
                             .at = hit->at,
                             .out = record->at.out,
                             .first_out = record->at.out,
                             .attempt = classifier->attempt};
    char host[TW_HOST_BYTES];
    char version[TW_VERSION_BYTES];
    tw_classify_key_captures(hit, host, version);
    held->host = host[0] == '\0' ? "" : tw_base_arena_copy(arena, tw_base_span(host));
    held->version = version[0] == '\0' ? "" : tw_base_arena_copy(arena, tw_base_span(version));
    struct tw_span line = tw_base_span_trim(tw_classify_line(record->text, hit->start));
    held->excerpt = safe_copy(classifier, arena, line, TW_EXCERPT_MAX);
    bool failed = held->excerpt == NULL || held->host == NULL || held->version == NULL;
    if (record->provider.length > 0) {
        held->provider = safe_copy(classifier, arena, record->provider, TW_HOST_BYTES);
        failed |= held->provider == NULL;
    }
    if (record->event.length > 0) {
        held->event = safe_copy(classifier, arena, record->event, TW_HOST_BYTES);
        failed |= held->event == NULL;
    }
    if (record->number.length > 0) {
        held->number = safe_copy(classifier, arena, record->number, TW_HOST_BYTES);
        failed |= held->number == NULL;
    }
    if (record->time[0] != '\0') {
        held->time = tw_base_arena_copy(arena, tw_base_span(record->time));
        failed |= held->time == NULL;
    } else if (record->time_local[0] != '\0') {
        held->time_local = tw_base_arena_copy(arena, tw_base_span(record->time_local));
        failed |= held->time_local == NULL;
    }
    return failed ? TW_ERR_MEMORY : hold_captures(classifier, hit, arena, held);
}

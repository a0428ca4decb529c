/* classify_context.c -- latches what the log says about clients and the environment.
 *
 * Such signatures stand in every line of some logs. Of each value only the last occurrence is kept,
 * as a copy of its line; limits: TW_CONTEXT_VALUES values of a signature, TW_HOSTS_MAX in all. */
#include <stdio.h>

#include "classify/classify_parts.h"

static struct tw_context *find(struct tw_classifier *classifier, uint32_t signature,
                               const char *host, const char *version, size_t *values)
{
    uint32_t at = classifier->first_context[signature];
    *values = 0;
    while (at != TW_PACK_NONE) {
        struct tw_context *context = &classifier->contexts[at];
        if (strcmp(context->host, host) == 0 && strcmp(context->version, version) == 0) {
            return context;
        }
        (*values)++;
        at = context->next;
    }
    return NULL;
}

/* A new context, or NULL where there are enough. */
static struct tw_context *add(struct tw_classifier *classifier, uint32_t signature,
                              const char *host, const char *version, size_t values)
{
    if (values >= TW_CONTEXT_VALUES || classifier->context_count == TW_HOSTS_MAX) {
        return NULL;
    }
    uint32_t index = (uint32_t)classifier->context_count++;
    struct tw_context *context = &classifier->contexts[index];
    *context = (struct tw_context){.signature = signature,
                                   .next = classifier->first_context[signature],
                                   .line = TW_BUFFER_INIT(2 * TW_CONFIRM_WINDOW)};
    memcpy(context->host, host, TW_HOST_BYTES);
    memcpy(context->version, version, TW_VERSION_BYTES);
    context->first_out = UINT64_MAX;
    classifier->first_context[signature] = index;
    return context;
}

/* Moves the places of a hit, and its captures, from the record to the copied line. */
static void rebase(struct tw_context *context, struct tw_span line, const struct tw_hit *hit,
                   const char *text)
{
    size_t from = (size_t)(line.at - text);
    context->hit = *hit;
    context->hit.start = hit->start - from;
    context->hit.end = hit->end - from < line.length ? hit->end - from : line.length;
    context->hit.capture_count = 0;
    for (size_t i = 0; i < hit->capture_count; i++) {
        struct tw_capture capture = hit->captures[i];
        const char *end = capture.value.at + capture.value.length;
        if (capture.value.at >= line.at && end <= line.at + line.length) {
            capture.value.at = context->line.at + (capture.value.at - line.at);
            context->hit.captures[context->hit.capture_count++] = capture;
        }
    }
}

/* Keeps as much of a text as there is room for, with a NUL behind it. */
static void keep_text(char *to, size_t room, struct tw_span text)
{
    size_t length = text.length < room - 1 ? text.length : room - 1;
    if (length > 0) {
        memcpy(to, text.at, length);
    }
    to[length] = '\0';
}

enum tw_status tw_classify_latch(struct tw_classifier *classifier, const struct tw_record *record,
                                 const struct tw_hit *hit, const char *near,
                                 struct tw_context **context)
{
    char host[TW_HOST_BYTES];
    char version[TW_VERSION_BYTES];
    size_t values = 0;
    tw_classify_key_captures(hit, host, version);
    if (host[0] == '\0' && classifier->pack->signatures[hit->signature].scope == TW_SCOPE_HOST) {
        (void)snprintf(host, sizeof host, "%s", near);
    }
    struct tw_context *to = find(classifier, hit->signature, host, version, &values);
    if (to == NULL) {
        to = add(classifier, hit->signature, host, version, values);
    }
    *context = to;
    if (to == NULL) {
        return TW_OK;
    }
    struct tw_span line = tw_classify_line(record->text, hit->start);
    tw_base_buffer_clear(&to->line);
    tw_base_buffer_add(&to->line, line);
    if (to->line.status != TW_OK) {
        return to->line.status;
    }
    rebase(to, line, hit, record->text.at);
    keep_text(to->provider, sizeof to->provider, record->provider);
    keep_text(to->event, sizeof to->event, record->event);
    keep_text(to->number, sizeof to->number, record->number);
    to->record = *record;
    to->record.text = tw_base_buffer_span(&to->line);
    to->record.provider = to->record.event = to->record.number = (struct tw_span){NULL, 0};
    to->record.event_read = NULL;
    to->first_out = to->first_out == UINT64_MAX ? record->at.out : to->first_out;
    to->out = record->at.out + hit->start;
    to->order = ++classifier->serial;
    return TW_OK;
}

enum tw_status tw_classify_unlatch(const struct tw_classifier *classifier,
                                   const struct tw_context *context, struct tw_arena *arena,
                                   struct tw_held *held)
{
    struct tw_record record = context->record;
    record.provider = tw_base_span(context->provider);
    record.event = tw_base_span(context->event);
    record.number = tw_base_span(context->number);
    enum tw_status status = tw_classify_hold(classifier, &record, &context->hit, arena, held);
    held->first_out = context->first_out;
    if (status == TW_OK && held->host[0] == '\0' && context->host[0] != '\0') {
        held->host = tw_base_arena_copy(arena, tw_base_span(context->host));
        status = held->host == NULL ? TW_ERR_MEMORY : TW_OK;
    }
    return status;
}

void tw_classify_forget(struct tw_classifier *classifier)
{
    for (size_t i = 0; i < classifier->context_count; i++) {
        tw_base_buffer_free(&classifier->contexts[i].line);
    }
    classifier->context_count = 0;
    for (uint32_t i = 0; i < classifier->pack->signature_count; i++) {
        classifier->first_context[i] = TW_PACK_NONE;
    }
}

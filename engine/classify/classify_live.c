/* classify_live.c -- judges what is known so far of an input that goes on.
 *
 * Conclusions are drawn, and causes ranked, of all that an input holds (decision 5). While it goes
 * on, a copy of the classifier is brought to its end instead: so what is said early is what would
 * be said if the input ended there, by the same code. The copy borrows strings of held hits and of
 * closed incidents; what closing and latching change is its own. */
#include "classify/classify_parts.h"

#include <stdlib.h>

/* Moves what points into the line of a context to the copy of that line. */
static enum tw_status copy_context(struct tw_context *to, const struct tw_context *from)
{
    *to = *from;
    to->line = TW_BUFFER_INIT(from->line.maximum);
    tw_base_buffer_add(&to->line, tw_base_buffer_span(&from->line));
    if (to->line.status != TW_OK) {
        return to->line.status;
    }
    to->record.text = tw_base_buffer_span(&to->line);
    for (size_t i = 0; i < to->hit.capture_count; i++) {
        struct tw_span *value = &to->hit.captures[i].value;
        if (value->length > 0) {
            value->at = to->line.at + (value->at - from->line.at);
        }
    }
    return TW_OK;
}

/* An incident that a copy may add to: the list is its own, and so is what is added. */
static enum tw_status copy_incident(struct tw_incident *to, const struct tw_incident *from)
{
    *to = *from;
    to->hits = NULL;
    to->arena = NULL;
    if (from->hits == NULL) {
        return TW_OK;
    }
    to->hits = tw_base_alloc(from->hit_room, sizeof *to->hits);
    to->arena = tw_base_arena_new();
    if (to->hits == NULL || to->arena == NULL) {
        tw_classify_incident_free(to);
        return TW_ERR_MEMORY;
    }
    memcpy(to->hits, from->hits, from->hit_count * sizeof *to->hits);
    return TW_OK;
}

static enum tw_status copy_contexts(struct tw_classifier *to, const struct tw_classifier *from)
{
    const struct tw_pack *pack = from->pack;
    enum tw_status status = TW_OK;
    memcpy(to->first_context, from->first_context,
           pack->signature_count * sizeof *to->first_context);
    memcpy(to->seen, from->seen, pack->signature_count * sizeof *to->seen);
    for (size_t i = 0; status == TW_OK && i < from->context_count; i++) {
        status = copy_context(&to->contexts[i], &from->contexts[i]);
        to->context_count++;
    }
    return status;
}

static enum tw_status copy_incidents(struct tw_classifier *to, const struct tw_classifier *from)
{
    /* Room for all that closing may add, so that the list stays where it is. */
    size_t room = from->closed_count + TW_PARKED_MAX + 1;
    to->closed = tw_base_alloc(room, sizeof *to->closed);
    if (to->closed == NULL) {
        return TW_ERR_MEMORY;
    }
    to->closed_room = room;
    if (from->closed_count > 0) {
        memcpy(to->closed, from->closed, from->closed_count * sizeof *to->closed);
    }
    to->closed_count = from->closed_count;
    for (size_t i = 0; i < to->closed_count; i++) {
        to->closed[i].borrowed = true;
    }
    enum tw_status status = copy_incident(&to->open, &from->open);
    for (size_t i = 0; status == TW_OK && i < from->parked_count; i++) {
        status = copy_incident(&to->parked[i], &from->parked[i]);
        to->parked_count += status == TW_OK;
    }
    return status;
}

enum tw_status tw_classify_copy(struct tw_classifier **out, struct tw_classifier *from,
                                struct tw_error *error)
{
    struct tw_classifier *copy = NULL;
    *out = NULL;
    enum tw_status status = tw_classify_new(&copy, from->pack, &from->options, error);
    if (status == TW_OK) {
        status = tw_classify_begin(copy, from->logical_name, error);
    }
    if (status == TW_OK) {
        copy->serial = from->serial;
        copy->attempt = from->attempt;
        copy->attempt_order = from->attempt_order;
        copy->attempt_out = from->attempt_out;
        copy->host_out = from->host_out;
        memcpy(copy->host, from->host, sizeof copy->host);
        copy->dropped = from->dropped;
        copy->closings = from->closings;
        status = copy_contexts(copy, from);
        if (status == TW_OK) {
            status = copy_incidents(copy, from);
        }
        if (status != TW_OK) {
            status = tw_base_error_set(error, status, "out of memory");
        }
    }
    if (status != TW_OK) {
        tw_classify_copy_free(copy);
        return status;
    }
    *out = copy;
    return TW_OK;
}

void tw_classify_copy_drop_open(struct tw_classifier *copy)
{
    tw_classify_incident_free(&copy->open);
    while (copy->parked_count > 0) {
        tw_classify_incident_free(&copy->parked[--copy->parked_count]);
    }
}

void tw_classify_copy_free(struct tw_classifier *copy)
{
    if (copy == NULL) {
        return;
    }
    for (size_t i = 0; i < copy->closed_count; i++) {
        if (copy->closed[i].borrowed) {
            copy->closed[i] = (struct tw_incident){.hit_count = 0};
        }
    }
    tw_classify_free(copy);
}

void tw_classify_progress(const struct tw_classifier *classifier, uint64_t *added, uint64_t *closed)
{
    *added = classifier->added;
    *closed = classifier->closings;
}

size_t tw_classify_closed(const struct tw_classifier *classifier)
{
    return classifier->closed_count;
}

static int by_recency(const void *left, const void *right)
{
    const struct tw_incident *a = left;
    const struct tw_incident *b = right;
    return a->recent < b->recent ? 1 : -(a->recent > b->recent);
}

void tw_classify_forget_closed(struct tw_classifier *classifier, size_t keep)
{
    if (classifier->closed_count <= keep) {
        return;
    }
    qsort(classifier->closed, classifier->closed_count, sizeof *classifier->closed, by_recency);
    while (classifier->closed_count > keep) {
        tw_classify_incident_free(&classifier->closed[--classifier->closed_count]);
    }
}

bool tw_classify_open_since(const struct tw_classifier *classifier, struct tw_cursor *at)
{
    bool found = classifier->open.hits != NULL;
    *at = classifier->open.first_at;
    for (size_t i = 0; i < classifier->parked_count; i++) {
        const struct tw_incident *parked = &classifier->parked[i];
        if (!found || parked->first_out < at->out) {
            *at = parked->first_at;
            found = true;
        }
    }
    return found;
}

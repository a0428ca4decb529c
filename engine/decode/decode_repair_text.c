/* decode_repair_text.c -- writes the versions of a text in repair and keeps where they came from.
 *
 * Owns the memory of both versions. It knows nothing of the kinds of damage. */
#include "base/alloc.h"
#include "base/limits.h"
#include "decode/decode_repair.h"

static void add_mark(struct tw_repair *repair, struct tw_repair_mark mark)
{
    struct tw_repair_version *next = &repair->next;
    if (next->mark_count > 0) {
        struct tw_repair_mark *last = &next->marks[next->mark_count - 1];
        if (last->out == mark.out) {
            last->in = mark.in;
            return;
        }
        if (mark.out - last->out == mark.in - last->in) {
            return; /* the stretch before goes on */
        }
    }
    if (next->mark_count == next->mark_room) {
        size_t room = next->mark_room == 0 ? 256 : 2 * next->mark_room;
        struct tw_repair_mark *grown = tw_base_realloc(next->marks, room, sizeof *grown);
        if (grown == NULL) {
            repair->no_memory = true;
            return;
        }
        next->marks = grown;
        next->mark_room = room;
    }
    next->marks[next->mark_count++] = mark;
}

/* The last mark at or before byte `out`; `now` has one at 0. */
static size_t find_mark(const struct tw_repair_version *version, size_t out)
{
    size_t low = 0;
    size_t high = version->mark_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (version->marks[middle].out <= out) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Where the stretch of mark `i` ends in the original. */
static size_t stretch_end(const struct tw_repair *repair, size_t i)
{
    const struct tw_repair_version *now = &repair->now;
    return i + 1 < now->mark_count ? now->marks[i + 1].in : repair->original.length;
}

size_t tw_decode_repair_origin(const struct tw_repair *repair, size_t out)
{
    if (!repair->rewritten) {
        return out;
    }
    if (out >= repair->text.length) {
        return repair->original.length;
    }
    size_t i = find_mark(&repair->now, out);
    size_t in = repair->now.marks[i].in + (out - repair->now.marks[i].out);
    size_t end = stretch_end(repair, i);
    return in < end ? in : end;
}

static void add_bytes(struct tw_repair *repair, struct tw_span bytes)
{
    tw_base_buffer_add(&repair->next.bytes, bytes);
    repair->no_memory = repair->no_memory || repair->next.bytes.status != TW_OK;
}

void tw_decode_repair_put(struct tw_repair *repair, size_t from, struct tw_span literal)
{
    if (literal.length > 0) {
        add_mark(repair, (struct tw_repair_mark){
                             .out = (uint32_t)repair->next.bytes.length,
                             .in = (uint32_t)tw_decode_repair_origin(repair, from),
                         });
        add_bytes(repair, literal);
    }
}

void tw_decode_repair_copy(struct tw_repair *repair, size_t from, size_t length)
{
    struct tw_span bytes = {repair->text.at + from, length};
    tw_decode_repair_put(repair, from, bytes);
    if (!repair->rewritten || length == 0) {
        return;
    }
    /* The marks inside the stretch go along. */
    const struct tw_repair_version *now = &repair->now;
    size_t out = repair->next.bytes.length - length;
    for (size_t i = find_mark(now, from) + 1;
         i < now->mark_count && now->marks[i].out < from + length; i++) {
        add_mark(repair, (struct tw_repair_mark){
                             .out = (uint32_t)(out + (now->marks[i].out - from)),
                             .in = now->marks[i].in,
                         });
    }
}

void tw_decode_repair_finish(struct tw_repair *repair, bool changed, unsigned names)
{
    if (changed && !repair->no_memory) {
        struct tw_repair_version old = repair->now;
        repair->now = repair->next;
        repair->next = old;
        repair->text = tw_base_buffer_span(&repair->now.bytes);
        repair->rewritten = true;
        repair->changed |= names;
    }
    tw_base_buffer_clear(&repair->next.bytes);
    repair->next.bytes.maximum = TW_REPAIR_MAX;
    repair->next.mark_count = 0;
}

bool tw_decode_repair_split(struct tw_repair *repair)
{
    struct tw_span text = repair->text;
    size_t count = (size_t)tw_base_count_newlines(text.at, text.length);
    count += text.length > 0 && text.at[text.length - 1] != '\n';
    if (repair->line_room < count + 1) {
        uint32_t *grown = tw_base_realloc(repair->lines, count + 1, sizeof *grown);
        if (grown == NULL) {
            repair->no_memory = true;
            return false;
        }
        repair->lines = grown;
        repair->line_room = count + 1;
    }
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        repair->lines[i] = (uint32_t)from;
        (void)tw_base_span_line(text, from, &from);
    }
    repair->lines[count] = (uint32_t)from;
    repair->line_count = count;
    return true;
}

struct tw_span tw_decode_repair_line(const struct tw_repair *repair, size_t i)
{
    struct tw_span line = {repair->text.at + repair->lines[i],
                           repair->lines[i + 1] - repair->lines[i]};
    if (line.length > 0 && line.at[line.length - 1] == '\n') {
        line.length--;
    }
    return line;
}

static void clear_version(struct tw_repair_version *version)
{
    tw_base_buffer_free(&version->bytes);
    tw_base_free(version->marks);
}

void tw_decode_repair_clear(struct tw_repair *repair)
{
    clear_version(&repair->now);
    clear_version(&repair->next);
    tw_base_free(repair->lines);
    *repair = (struct tw_repair){.original = repair->original};
}

/* decode_evtx_record.c -- one record's binary XML into XML: runs the operations with its values.
 *
 * A record is as a rule one template instance: the offset of a definition, and values. A value may
 * be binary XML itself, with another instance in it. Binary XML without a template is compiled, run
 * and forgotten.
 *
 * Each operation that is run counts as work (TW_EVTX_WORK_MAX): lists in instances in instances
 * could keep a processor busy without writing a byte. */
#include "decode/decode_evtx_parts.h"

#define TEMPLATE_INSTANCE 0x0Cu
#define FRAGMENT 0x0Fu
#define FRAGMENT_SIZE 4u

/* Token, a byte, identifier and offset of the definition. */
#define INSTANCE_HEADER 10u
/* Offset of the next one, GUID, size; then the fragment. */
#define DEFINITION_HEADER 24u

#define DESCRIPTOR 4u

/* What an operation costs beside the bytes that it writes. */
#define OP_WORK 4u

/* The values of one instance, and the item of a list in the place of the list. */
struct frame {
    size_t first; /* in expander->values */
    size_t count;
    unsigned depth;
    bool has_item;
    unsigned item_of;
    struct tw_decode_evtx_value item;
};

static enum tw_status expand(struct tw_decode_evtx_expander *expander, size_t from, size_t end,
                             size_t free_value, unsigned depth);

/* A value that the record does not have is null. */
static const struct tw_decode_evtx_value *value_of(const struct tw_decode_evtx_expander *expander,
                                                   const struct frame *frame, unsigned sub)
{
    static const struct tw_decode_evtx_value null = {0, 0, TW_EVTX_NULL};
    if (frame->has_item && frame->item_of == sub) {
        return &frame->item;
    }
    return sub < frame->count ? &expander->values[frame->first + sub] : &null;
}

static struct tw_span bytes_of(const struct tw_decode_evtx_expander *expander,
                               const struct tw_decode_evtx_value *value)
{
    return (struct tw_span){expander->chunk.at + value->at, value->size};
}

static bool is_list(const struct tw_decode_evtx_value *value)
{
    return (value->type & TW_EVTX_ARRAY) != 0 && tw_decode_evtx_is_array(value->type);
}

/* A list where there is no element to be repeated: its items with commas between. */
static void put_list(struct tw_decode_evtx_expander *expander, struct tw_decode_evtx_value list)
{
    struct tw_decode_evtx_value item;
    for (bool first = true; tw_decode_evtx_item(expander->chunk.at, &list, &item); first = false) {
        if (!first) {
            tw_base_buffer_add_char(&expander->out, ',');
        }
        tw_decode_evtx_put_value(&expander->out, item.type, bytes_of(expander, &item));
    }
}

/* Binary XML in a value. What cannot be read is shown as its bytes, so that the rest of the record
 * is not lost with it. */
static enum tw_status put_fragment(struct tw_decode_evtx_expander *expander,
                                   const struct frame *frame,
                                   const struct tw_decode_evtx_value *value)
{
    size_t before = expander->out.length;
    enum tw_status status = frame->depth == TW_EVTX_NESTING
                                ? TW_ERR_DATA
                                : expand(expander, value->at, (size_t)value->at + value->size,
                                         frame->first + frame->count, frame->depth + 1);
    if (status == TW_ERR_DATA) {
        expander->out.length = before;
        tw_decode_evtx_put_value(&expander->out, value->type, bytes_of(expander, value));
    }
    return status == TW_ERR_DATA ? TW_OK : status;
}

/* In an attribute there is no place for elements: there binary XML is shown as bytes, too. */
static enum tw_status put(struct tw_decode_evtx_expander *expander, const struct frame *frame,
                          const struct tw_decode_evtx_value *value, bool in_attribute)
{
    if (value->type == TW_EVTX_BINXML && !in_attribute) {
        return put_fragment(expander, frame, value);
    }
    if (is_list(value)) {
        put_list(expander, *value);
    } else {
        tw_decode_evtx_put_value(&expander->out, value->type, bytes_of(expander, value));
    }
    return TW_OK;
}

/* Copies in steps of a fixed size, which costs no call; there is room behind the bytes on both
 * sides. */
static void put_literal(struct tw_decode_evtx_expander *expander,
                        const struct tw_decode_evtx_op *op)
{
    char *to = tw_decode_evtx_room(&expander->out, op->length + TW_EVTX_STEP);
    if (to == NULL) {
        return;
    }
    const char *from = expander->literals.at + op->at;
    for (size_t done = 0; done < op->length; done += TW_EVTX_STEP) {
        memcpy(to + done, from + done, TW_EVTX_STEP);
    }
    expander->out.length += op->length;
}

static enum tw_status run(struct tw_decode_evtx_expander *expander, const struct frame *frame,
                          struct tw_decode_evtx_range range);

/* Runs the operations once for each item of a list; once with an empty item where there is none. */
static enum tw_status run_each(struct tw_decode_evtx_expander *expander, const struct frame *frame,
                               unsigned sub, struct tw_decode_evtx_value list,
                               struct tw_decode_evtx_range range)
{
    struct frame inner = *frame;
    enum tw_status status = TW_OK;
    inner.has_item = true;
    inner.item_of = sub;
    for (bool first = true; status == TW_OK; first = false) {
        if (!tw_decode_evtx_item(expander->chunk.at, &list, &inner.item)) {
            if (!first) {
                break;
            }
            inner.item = (struct tw_decode_evtx_value){list.at, 0, TW_EVTX_STRING};
            return run(expander, &inner, range);
        }
        status = run(expander, &inner, range);
    }
    return status;
}

static enum tw_status run(struct tw_decode_evtx_expander *expander, const struct frame *frame,
                          struct tw_decode_evtx_range range)
{
    if (expander->work > TW_EVTX_WORK_MAX || expander->out.status != TW_OK) {
        return expander->out.status == TW_ERR_MEMORY ? TW_ERR_MEMORY : TW_ERR_DATA;
    }
    expander->work += OP_WORK * (range.end - range.from);
    enum tw_status status = TW_OK;
    for (uint32_t i = range.from; i < range.end && status == TW_OK; i++) {
        /* The table may move when an inner template is compiled. */
        const struct tw_decode_evtx_op *op = tw_decode_evtx_ops(expander) + i;
        if (op->kind == TW_EVTX_LITERAL) {
            put_literal(expander, op);
            continue;
        }
        const struct tw_decode_evtx_value *value = value_of(expander, frame, op->sub);
        if (op->kind == TW_EVTX_PUT) {
            status = put(expander, frame, value, op->at != 0);
        } else if (op->kind == TW_EVTX_UNLESS) {
            i = value->type == TW_EVTX_NULL ? op->length - 1 : i;
        } else if (is_list(value)) {
            struct tw_decode_evtx_range inner = {i + 1, op->length};
            i = op->length - 1;
            status = run_each(expander, frame, op->sub, *value, inner);
        }
    }
    return status;
}

/* In short: all values, whatever the template does with them. */
static enum tw_status put_all(struct tw_decode_evtx_expander *expander, const struct frame *frame)
{
    enum tw_status status = TW_OK;
    expander->work += OP_WORK * (uint32_t)frame->count;
    if (expander->work > TW_EVTX_WORK_MAX) {
        return TW_ERR_DATA;
    }
    for (size_t i = 0; i < frame->count && status == TW_OK; i++) {
        const struct tw_decode_evtx_value value = expander->values[frame->first + i];
        if (tw_decode_evtx_may_tell(&value)) {
            status = put(expander, frame, &value, false);
            tw_base_buffer_add_char(&expander->out, '\n');
        }
    }
    return status;
}

/* Reads the values of an instance: their number, descriptors (size, type), bytes. */
static bool read_values(struct tw_decode_evtx_expander *expander, size_t at, size_t end,
                        struct frame *frame)
{
    if (end - at < 4) {
        return false;
    }
    const char *chunk = expander->chunk.at;
    size_t count = tw_decode_evtx_u32(chunk + at);
    at += 4;
    if (count > (end - at) / DESCRIPTOR ||
        count > sizeof expander->values / sizeof expander->values[0] - frame->first) {
        return false;
    }
    size_t data = at + DESCRIPTOR * count;
    for (size_t i = 0; i < count; i++, at += DESCRIPTOR) {
        size_t size = tw_decode_evtx_u16(chunk + at);
        if (size > end - data) {
            return false;
        }
        expander->values[frame->first + i] =
            (struct tw_decode_evtx_value){(uint32_t)data, (uint16_t)size, (uint8_t)chunk[at + 2]};
        data += size;
    }
    frame->count = count;
    return true;
}

static enum tw_status run_instance(struct tw_decode_evtx_expander *expander, size_t at, size_t end,
                                   struct frame *frame)
{
    if (end - at < INSTANCE_HEADER) {
        return TW_ERR_DATA;
    }
    size_t definition = tw_decode_evtx_u32(expander->chunk.at + at + INSTANCE_HEADER - 4);
    at += INSTANCE_HEADER;
    if (definition == at) {
        /* It stands here, because it was not used before in the chunk. */
        if (end - at < DEFINITION_HEADER) {
            return TW_ERR_DATA;
        }
        size_t size = tw_decode_evtx_u32(expander->chunk.at + at + DEFINITION_HEADER - 4);
        at += DEFINITION_HEADER;
        if (size > end - at) {
            return TW_ERR_DATA;
        }
        at += size;
    }
    const struct tw_decode_evtx_template *template = tw_decode_evtx_template(expander, definition);
    if (template == NULL || !read_values(expander, at, end, frame)) {
        return TW_ERR_DATA;
    }
    expander->matters |= template->matters;
    return expander->brief ? put_all(expander, frame) : run(expander, frame, template->ops);
}

/* Binary XML without a template. */
static enum tw_status run_plain(struct tw_decode_evtx_expander *expander, size_t from, size_t end,
                                const struct frame *frame)
{
    struct tw_decode_evtx_range ops;
    size_t literals = expander->literals.length;
    size_t before = expander->ops.length;
    if (!tw_decode_evtx_compile(expander, from, end, false, &ops)) {
        return TW_ERR_DATA;
    }
    expander->matters = true; /* its literals are its own */
    enum tw_status status = run(expander, frame, ops);
    /* It has no values, so nothing was compiled behind it. */
    expander->literals.length = literals;
    expander->ops.length = before;
    return status;
}

static enum tw_status expand(struct tw_decode_evtx_expander *expander, size_t from, size_t end,
                             size_t free_value, unsigned depth)
{
    struct frame frame = {.first = free_value, .depth = depth};
    size_t at = from;
    const char *chunk = expander->chunk.at;
    while (end - at > FRAGMENT_SIZE && (unsigned char)chunk[at] == FRAGMENT) {
        at += FRAGMENT_SIZE;
    }
    if (at == end) {
        return TW_OK;
    }
    return (unsigned char)chunk[at] == TEMPLATE_INSTANCE ? run_instance(expander, at, end, &frame)
                                                         : run_plain(expander, at, end, &frame);
}

/* What a buffer that could not grow means: too large for a record is damage. */
static enum tw_status failure_of(const struct tw_decode_evtx_expander *expander)
{
    bool memory =
        expander->out.status == TW_ERR_MEMORY || expander->literals.status == TW_ERR_MEMORY ||
        expander->ops.status == TW_ERR_MEMORY || expander->templates.status == TW_ERR_MEMORY;
    return memory ? TW_ERR_MEMORY : TW_ERR_DATA;
}

enum tw_status tw_decode_evtx_expand(struct tw_decode_evtx_expander *expander, size_t from,
                                     size_t end)
{
    tw_base_buffer_clear(&expander->out);
    expander->brief = false;
    enum tw_status status = expand(expander, from, end, 0, 0);
    expander->work += (uint32_t)expander->out.length;
    bool whole = status == TW_OK && expander->out.status == TW_OK && expander->out.length > 0;
    return whole ? TW_OK : failure_of(expander);
}

bool tw_decode_evtx_brief(struct tw_decode_evtx_expander *expander, size_t from, size_t end)
{
    expander->brief = true;
    expander->matters = false;
    return expand(expander, from, end, 0, 0) == TW_OK && !expander->matters;
}

void tw_decode_evtx_enter(struct tw_decode_evtx_expander *expander, struct tw_span chunk)
{
    expander->chunk = chunk;
    expander->work = 0;
    expander->literals.maximum = TW_EVTX_LITERALS_MAX;
    expander->ops.maximum = TW_EVTX_OPS_MAX;
    expander->templates.maximum = TW_EVTX_OPS_MAX;
    expander->out.maximum = TW_RECORD_MAX;
    tw_base_buffer_clear(&expander->literals);
    tw_base_buffer_clear(&expander->ops);
    tw_base_buffer_clear(&expander->templates);
    memset(expander->buckets, 0, sizeof expander->buckets);
}

void tw_decode_evtx_expander_free(struct tw_decode_evtx_expander *expander)
{
    tw_base_buffer_free(&expander->out);
    tw_base_buffer_free(&expander->literals);
    tw_base_buffer_free(&expander->ops);
    tw_base_buffer_free(&expander->templates);
}

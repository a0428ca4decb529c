/* decode_evtx_token.c -- the tokens of binary XML, and what they become: operations, and literals
 * that are escaped already.
 *
 * Everything that is read lies within the chunk, and all work for a chunk, also that for broken and
 * overlapping definitions, is bounded by TW_EVTX_WORK_MAX. */
#include "decode/decode_evtx_compiler.h"

/* What a token costs beside its text: so that work is bounded where nothing is written. */
#define TOKEN_WORK 16u

/* ---- output -------------------------------------------------------------------------------- */

size_t tw_decode_evtx_op_count(const struct tw_decode_evtx_compiler *compiler)
{
    return compiler->expander->ops.length / sizeof(struct tw_decode_evtx_op);
}

static struct tw_decode_evtx_op *op_at(struct tw_decode_evtx_compiler *compiler, size_t index)
{
    return (struct tw_decode_evtx_op *)(void *)compiler->expander->ops.at + index;
}

/* Returns the operation's index. */
/* Makes an operation of the literals since the last one. */
static void end_literal(struct tw_decode_evtx_compiler *compiler)
{
    struct tw_decode_evtx_expander *expander = compiler->expander;
    size_t from = compiler->literal;
    size_t length = expander->literals.length - from;
    if (length == 0) {
        return;
    }
    compiler->literal = expander->literals.length;
    expander->work += (uint32_t)length;
    const struct tw_decode_evtx_op op = {TW_EVTX_LITERAL, 0, (uint32_t)from, (uint32_t)length};
    tw_base_buffer_add(&expander->ops, (struct tw_span){(const char *)&op, sizeof op});
}

bool tw_decode_evtx_end_ops(struct tw_decode_evtx_compiler *compiler)
{
    const struct tw_decode_evtx_expander *expander = compiler->expander;
    end_literal(compiler);
    compiler->broken = compiler->broken || expander->literals.status != TW_OK ||
                       expander->ops.status != TW_OK || expander->work > TW_EVTX_WORK_MAX;
    return !compiler->broken;
}

size_t tw_decode_evtx_add_op(struct tw_decode_evtx_compiler *compiler,
                             enum tw_decode_evtx_kind kind, unsigned sub, size_t at)
{
    const struct tw_decode_evtx_op op = {(uint8_t)kind, (uint16_t)sub, (uint32_t)at, 0};
    end_literal(compiler);
    tw_base_buffer_add(&compiler->expander->ops, (struct tw_span){(const char *)&op, sizeof op});
    return tw_decode_evtx_end_ops(compiler) ? tw_decode_evtx_op_count(compiler) - 1 : 0;
}

void tw_decode_evtx_close_op(struct tw_decode_evtx_compiler *compiler, size_t index)
{
    if (tw_decode_evtx_end_ops(compiler)) {
        op_at(compiler, index)->length = (uint32_t)tw_decode_evtx_op_count(compiler);
    }
}

void tw_decode_evtx_add_text(struct tw_decode_evtx_compiler *compiler, struct tw_span text)
{
    struct tw_buffer *literals = &compiler->expander->literals;
    char *to = tw_decode_evtx_room(literals, text.length);
    if (to != NULL) {
        memcpy(to, text.at, text.length);
        literals->length += text.length;
    }
}

/* ---- input --------------------------------------------------------------------------------- */

/* Takes `size` bytes; NULL, and broken: there are not so many. */
const char *tw_decode_evtx_take(struct tw_decode_evtx_compiler *compiler, size_t size)
{
    if (compiler->broken || compiler->end - compiler->at < size) {
        compiler->broken = true;
        return NULL;
    }
    const char *at = compiler->expander->chunk.at + compiler->at;
    compiler->at += size;
    return at;
}

/* The token at `at`, without the flag that more follows; -1: none. */
int tw_decode_evtx_token_at(const struct tw_decode_evtx_compiler *compiler, size_t at)
{
    return compiler->broken || at >= compiler->end
               ? -1
               : (unsigned char)compiler->expander->chunk.at[at] & ~TW_EVTX_TOKEN_MORE;
}

int tw_decode_evtx_next_token(const struct tw_decode_evtx_compiler *compiler)
{
    return tw_decode_evtx_token_at(compiler, compiler->at);
}

/* Takes text with its length in front. */
static struct tw_span take_string(struct tw_decode_evtx_compiler *compiler)
{
    const char *count = tw_decode_evtx_take(compiler, 2);
    size_t bytes = count == NULL ? 0 : 2 * (size_t)tw_decode_evtx_u16(count);
    const char *at = tw_decode_evtx_take(compiler, bytes);
    return (struct tw_span){at, at == NULL ? 0 : bytes};
}

/* Names: offset of the next one, hash, length, text, NUL. */
#define NAME_HEADER 8u

/* The name at `offset` of the chunk; empty: there is none. */
struct tw_span tw_decode_evtx_name_at(struct tw_span chunk, size_t offset)
{
    const struct tw_span none = {NULL, 0};
    if (offset > chunk.length || chunk.length - offset < NAME_HEADER + 2) {
        return none;
    }
    size_t bytes = 2 * (size_t)tw_decode_evtx_u16(chunk.at + offset + 6);
    if (chunk.length - offset - NAME_HEADER - 2 < bytes) {
        return none;
    }
    return (struct tw_span){chunk.at + offset + NAME_HEADER, bytes};
}

/* Takes the offset of a name, and the name where it stands right behind. */
struct tw_span tw_decode_evtx_take_name(struct tw_decode_evtx_compiler *compiler)
{
    const char *field = tw_decode_evtx_take(compiler, 4);
    if (field == NULL) {
        return (struct tw_span){NULL, 0};
    }
    size_t offset = tw_decode_evtx_u32(field);
    struct tw_span name = tw_decode_evtx_name_at(compiler->expander->chunk, offset);
    if (offset == compiler->at) {
        (void)tw_decode_evtx_take(compiler, NAME_HEADER + name.length + 2);
    }
    compiler->broken = compiler->broken || name.length == 0;
    return name;
}

void tw_decode_evtx_add_name(struct tw_decode_evtx_compiler *compiler, struct tw_span name)
{
    tw_decode_evtx_put_name(&compiler->expander->literals, name.at, name.length / 2);
}

/* ---- content ------------------------------------------------------------------------------- */

static void compile_substitution(struct tw_decode_evtx_compiler *compiler)
{
    const char *token = tw_decode_evtx_take(compiler, TW_EVTX_TOKEN_SUBSTITUTION_SIZE);
    if (token != NULL) {
        (void)tw_decode_evtx_add_op(compiler, TW_EVTX_PUT, tw_decode_evtx_u16(token + 1),
                                    compiler->in_attribute);
    }
}

/* A value in the definition itself: as a rule text. */
static void compile_value(struct tw_decode_evtx_compiler *compiler)
{
    const char *head = tw_decode_evtx_take(compiler, 2);
    unsigned type = head == NULL ? 0 : (unsigned char)head[1];
    if (type == TW_EVTX_STRING) {
        struct tw_span text = take_string(compiler);
        tw_decode_evtx_put_utf16(&compiler->expander->literals, text.at, text.length / 2);
    } else if (tw_decode_evtx_size(type) > 0) {
        size_t size = tw_decode_evtx_size(type);
        const char *at = tw_decode_evtx_take(compiler, size);
        if (at != NULL) {
            tw_decode_evtx_put_value(&compiler->expander->literals, type,
                                     (struct tw_span){at, size});
        }
    } else if (type != TW_EVTX_NULL) {
        compiler->broken = true;
    }
}

/* TW_EVTX_TOKEN_CDATA: as escaped text, which means the same, and in which nothing looks like
 * markup. */
static void compile_cdata(struct tw_decode_evtx_compiler *compiler)
{
    (void)tw_decode_evtx_take(compiler, 1);
    struct tw_span text = take_string(compiler);
    tw_decode_evtx_put_utf16(&compiler->expander->literals, text.at, text.length / 2);
}

static void compile_character(struct tw_decode_evtx_compiler *compiler)
{
    const char *token = tw_decode_evtx_take(compiler, 3);
    if (token != NULL) {
        tw_decode_evtx_put_reference(&compiler->expander->literals, tw_decode_evtx_u16(token + 1));
    }
}

/* XML knows five entities; another has no meaning without its declaration, and is shown as text. */
static void compile_entity(struct tw_decode_evtx_compiler *compiler)
{
    static const struct tw_span known[] = {TW_SPAN_INIT("a\0m\0p\0"), TW_SPAN_INIT("l\0t\0"),
                                           TW_SPAN_INIT("g\0t\0"), TW_SPAN_INIT("q\0u\0o\0t\0"),
                                           TW_SPAN_INIT("a\0p\0o\0s\0")};
    (void)tw_decode_evtx_take(compiler, 1);
    struct tw_span name = tw_decode_evtx_take_name(compiler);
    bool is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        is_known = is_known || tw_base_span_equal(name, known[i]);
    }
    tw_decode_evtx_add_text(compiler, is_known ? TW_SPAN("&") : TW_SPAN("&amp;"));
    tw_decode_evtx_add_name(compiler, name);
    tw_decode_evtx_add_text(compiler, TW_SPAN(";"));
}

/* Processing instructions: what could end one, or look like the beginning of an event, is
 * changed. */
void tw_decode_evtx_compile_target(struct tw_decode_evtx_compiler *compiler)
{
    (void)tw_decode_evtx_take(compiler, 1);
    tw_decode_evtx_add_text(compiler, TW_SPAN("<?"));
    tw_decode_evtx_add_name(compiler, tw_decode_evtx_take_name(compiler));
    if (tw_decode_evtx_next_token(compiler) == TW_EVTX_TOKEN_TARGET_DATA) {
        (void)tw_decode_evtx_take(compiler, 1);
        struct tw_span text = take_string(compiler);
        tw_decode_evtx_add_text(compiler, TW_SPAN(" "));
        tw_decode_evtx_put_utf16(&compiler->expander->literals, text.at, text.length / 2);
    }
    tw_decode_evtx_add_text(compiler, TW_SPAN("?>"));
}

/* What may stand in an element and in an attribute. False: another token comes. */
bool tw_decode_evtx_compile_piece(struct tw_decode_evtx_compiler *compiler)
{
    compiler->expander->work += TOKEN_WORK;
    switch (tw_decode_evtx_next_token(compiler)) {
    case TW_EVTX_TOKEN_VALUE:
        compile_value(compiler);
        return true;
    case TW_EVTX_TOKEN_SUBSTITUTION:
    case TW_EVTX_TOKEN_OPTIONAL:
        compile_substitution(compiler);
        return true;
    case TW_EVTX_TOKEN_CHARACTER:
        compile_character(compiler);
        return true;
    case TW_EVTX_TOKEN_ENTITY:
        compile_entity(compiler);
        return true;
    case TW_EVTX_TOKEN_CDATA:
        compile_cdata(compiler);
        return true;
    case TW_EVTX_TOKEN_TARGET:
        compiler->broken = compiler->broken || compiler->in_attribute;
        tw_decode_evtx_compile_target(compiler);
        return true;
    default:
        return false;
    }
}

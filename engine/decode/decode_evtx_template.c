/* decode_evtx_template.c -- binary XML into operations.
 *
 * A chunk has some templates and hundreds of records made of them, so a template's definition is
 * read once: its markup and text become literals, already escaped, and what is left for each record
 * are a few operations.
 *
 * An element with one substitution as its only content is left out where that is optional and null,
 * and repeated where its value is a list. An attribute with one substitution as its only value is
 * left out where that is null. To know before the start tag is written what comes behind it, the
 * tag is compiled again with the operation in front.
 *
 * Everything that is read lies within the chunk; elements nest up to TW_EVTX_DEPTH; and all work
 * for a chunk, also that for broken and overlapping definitions, is bounded by TW_EVTX_WORK_MAX. */
#include "decode/decode_evtx_parts.h"

/* Tokens: [MS-EVEN6] 2.2.12. More of the same content follows where MORE is set. */
enum {
    END_OF_FRAGMENT = 0x00,
    OPEN_ELEMENT = 0x01,
    CLOSE_START = 0x02,
    CLOSE_EMPTY = 0x03,
    END_ELEMENT = 0x04,
    VALUE = 0x05,
    ATTRIBUTE = 0x06,
    CDATA = 0x07,
    CHARACTER = 0x08,
    ENTITY = 0x09,
    TARGET = 0x0A,
    TARGET_DATA = 0x0B,
    SUBSTITUTION = 0x0D,
    OPTIONAL = 0x0E,
    FRAGMENT = 0x0F,
    MORE = 0x40,
};

#define SUBSTITUTION_SIZE 4u
#define NO_DEPENDENCY 0xFFFFu

/* Definition: offset of the next one, GUID, size of the fragment. */
#define DEFINITION_HEADER 24u

/* What a token costs beside its text: so that work is bounded where nothing is written. */
#define TOKEN_WORK 16u

struct compiler {
    struct tw_decode_evtx_expander *expander;
    size_t at;
    size_t end;
    unsigned depth;
    bool in_template;
    bool in_attribute;
    bool broken;
    size_t barrier; /* operations before this one are jumped to; literals are not joined there */
};

/* ---- output -------------------------------------------------------------------------------- */

static size_t op_count(const struct compiler *compiler)
{
    return compiler->expander->ops.length / sizeof(struct tw_decode_evtx_op);
}

static struct tw_decode_evtx_op *op_at(struct compiler *compiler, size_t index)
{
    return (struct tw_decode_evtx_op *)(void *)compiler->expander->ops.at + index;
}

/* Returns the operation's index. */
static size_t add_op(struct compiler *compiler, enum tw_decode_evtx_kind kind, unsigned sub,
                     size_t at, size_t length)
{
    const struct tw_decode_evtx_op op = {(uint8_t)kind, (uint16_t)sub, (uint32_t)at,
                                         (uint32_t)length};
    tw_base_buffer_add(&compiler->expander->ops, (struct tw_span){(const char *)&op, sizeof op});
    compiler->broken = compiler->broken || compiler->expander->ops.status != TW_OK;
    return compiler->broken ? 0 : op_count(compiler) - 1;
}

/* Lets operation `index` jump behind the last one. */
static void close_op(struct compiler *compiler, size_t index)
{
    if (!compiler->broken) {
        op_at(compiler, index)->length = (uint32_t)op_count(compiler);
        compiler->barrier = op_count(compiler);
    }
}

/* Makes an operation of the literals from `from` on, or adds them to the last one. */
static void end_literal(struct compiler *compiler, size_t from)
{
    const struct tw_buffer *literals = &compiler->expander->literals;
    size_t length = literals->length - from;
    compiler->expander->work += (uint32_t)length;
    if (literals->status != TW_OK || compiler->expander->work > TW_EVTX_WORK_MAX) {
        compiler->broken = true;
    }
    if (compiler->broken || length == 0) {
        return;
    }
    size_t count = op_count(compiler);
    struct tw_decode_evtx_op *last = count > compiler->barrier ? op_at(compiler, count - 1) : NULL;
    if (last != NULL && last->kind == TW_EVTX_LITERAL && last->at + last->length == from) {
        last->length += (uint32_t)length;
    } else {
        (void)add_op(compiler, TW_EVTX_LITERAL, 0, from, length);
    }
}

static void add_text(struct compiler *compiler, struct tw_span text)
{
    struct tw_buffer *literals = &compiler->expander->literals;
    size_t from = literals->length;
    tw_base_buffer_add(literals, text);
    end_literal(compiler, from);
}

/* ---- input --------------------------------------------------------------------------------- */

/* Takes `size` bytes; NULL, and broken: there are not so many. */
static const char *take(struct compiler *compiler, size_t size)
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
static int token_at(const struct compiler *compiler, size_t at)
{
    return compiler->broken || at >= compiler->end
               ? -1
               : (unsigned char)compiler->expander->chunk.at[at] & ~MORE;
}

static int next_token(const struct compiler *compiler)
{
    return token_at(compiler, compiler->at);
}

/* Takes text with its length in front. */
static struct tw_span take_string(struct compiler *compiler)
{
    const char *count = take(compiler, 2);
    size_t bytes = count == NULL ? 0 : 2 * (size_t)tw_decode_evtx_u16(count);
    const char *at = take(compiler, bytes);
    return (struct tw_span){at, at == NULL ? 0 : bytes};
}

/* Names: offset of the next one, hash, length, text, NUL. */
#define NAME_HEADER 8u

/* The name at `offset` of the chunk; empty: there is none. */
static struct tw_span name_at(struct tw_span chunk, size_t offset)
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
static struct tw_span take_name(struct compiler *compiler)
{
    const char *field = take(compiler, 4);
    if (field == NULL) {
        return (struct tw_span){NULL, 0};
    }
    size_t offset = tw_decode_evtx_u32(field);
    struct tw_span name = name_at(compiler->expander->chunk, offset);
    if (offset == compiler->at) {
        (void)take(compiler, NAME_HEADER + name.length + 2);
    }
    compiler->broken = compiler->broken || name.length == 0;
    return name;
}

static void add_name(struct compiler *compiler, struct tw_span name)
{
    size_t from = compiler->expander->literals.length;
    tw_decode_evtx_put_name(&compiler->expander->literals, name.at, name.length / 2);
    end_literal(compiler, from);
}

/* ---- content ------------------------------------------------------------------------------- */

static bool is_substitution(int token)
{
    return token == SUBSTITUTION || token == OPTIONAL;
}

static unsigned sub_at(const struct compiler *compiler, size_t at)
{
    return tw_decode_evtx_u16(compiler->expander->chunk.at + at + 1);
}

/* Whether the content that comes is one substitution and nothing else: then a token of another kind
 * stands behind it. */
static bool is_lone_substitution(const struct compiler *compiler, bool in_attribute)
{
    int after = token_at(compiler, compiler->at + SUBSTITUTION_SIZE);
    return is_substitution(next_token(compiler)) &&
           (in_attribute ? after == ATTRIBUTE || after == CLOSE_START || after == CLOSE_EMPTY
                         : after == END_ELEMENT);
}

static void compile_substitution(struct compiler *compiler)
{
    const char *token = take(compiler, SUBSTITUTION_SIZE);
    if (token != NULL) {
        (void)add_op(compiler, TW_EVTX_PUT, tw_decode_evtx_u16(token + 1), compiler->in_attribute,
                     0);
    }
}

/* A value in the definition itself: as a rule text. */
static void compile_value(struct compiler *compiler)
{
    const char *head = take(compiler, 2);
    unsigned type = head == NULL ? 0 : (unsigned char)head[1];
    size_t from = compiler->expander->literals.length;
    if (type == TW_EVTX_STRING) {
        struct tw_span text = take_string(compiler);
        tw_decode_evtx_put_utf16(&compiler->expander->literals, text.at, text.length / 2);
    } else if (tw_decode_evtx_size(type) > 0) {
        size_t size = tw_decode_evtx_size(type);
        const char *at = take(compiler, size);
        if (at != NULL) {
            tw_decode_evtx_put_value(&compiler->expander->literals, type,
                                     (struct tw_span){at, size});
        }
    } else if (type != TW_EVTX_NULL) {
        compiler->broken = true;
    }
    end_literal(compiler, from);
}

/* CDATA: as escaped text, which means the same, and in which nothing looks like markup. */
static void compile_cdata(struct compiler *compiler)
{
    (void)take(compiler, 1);
    struct tw_span text = take_string(compiler);
    size_t from = compiler->expander->literals.length;
    tw_decode_evtx_put_utf16(&compiler->expander->literals, text.at, text.length / 2);
    end_literal(compiler, from);
}

static void compile_character(struct compiler *compiler)
{
    const char *token = take(compiler, 3);
    size_t from = compiler->expander->literals.length;
    if (token != NULL) {
        tw_decode_evtx_put_reference(&compiler->expander->literals, tw_decode_evtx_u16(token + 1));
    }
    end_literal(compiler, from);
}

/* XML knows five entities; another has no meaning without its declaration, and is shown as text. */
static void compile_entity(struct compiler *compiler)
{
    static const struct tw_span known[] = {TW_SPAN_INIT("a\0m\0p\0"), TW_SPAN_INIT("l\0t\0"),
                                           TW_SPAN_INIT("g\0t\0"), TW_SPAN_INIT("q\0u\0o\0t\0"),
                                           TW_SPAN_INIT("a\0p\0o\0s\0")};
    (void)take(compiler, 1);
    struct tw_span name = take_name(compiler);
    bool is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        is_known = is_known || tw_base_span_equal(name, known[i]);
    }
    add_text(compiler, is_known ? TW_SPAN("&") : TW_SPAN("&amp;"));
    add_name(compiler, name);
    add_text(compiler, TW_SPAN(";"));
}

/* Processing instructions: what could end one, or look like the beginning of an event, is
 * changed. */
static void compile_target(struct compiler *compiler)
{
    (void)take(compiler, 1);
    add_text(compiler, TW_SPAN("<?"));
    add_name(compiler, take_name(compiler));
    if (next_token(compiler) == TARGET_DATA) {
        (void)take(compiler, 1);
        struct tw_span text = take_string(compiler);
        add_text(compiler, TW_SPAN(" "));
        size_t from = compiler->expander->literals.length;
        tw_decode_evtx_put_utf16(&compiler->expander->literals, text.at, text.length / 2);
        end_literal(compiler, from);
    }
    add_text(compiler, TW_SPAN("?>"));
}

/* What may stand in an element and in an attribute. False: another token comes. */
static bool compile_piece(struct compiler *compiler)
{
    compiler->expander->work += TOKEN_WORK;
    switch (next_token(compiler)) {
    case VALUE:
        compile_value(compiler);
        return true;
    case SUBSTITUTION:
    case OPTIONAL:
        compile_substitution(compiler);
        return true;
    case CHARACTER:
        compile_character(compiler);
        return true;
    case ENTITY:
        compile_entity(compiler);
        return true;
    case CDATA:
        compile_cdata(compiler);
        return true;
    case TARGET:
        compiler->broken = compiler->broken || compiler->in_attribute;
        compile_target(compiler);
        return true;
    default:
        return false;
    }
}

/* ---- elements ------------------------------------------------------------------------------ */

static void compile_attribute(struct compiler *compiler)
{
    (void)take(compiler, 1);
    struct tw_span name = take_name(compiler);
    bool lone = is_lone_substitution(compiler, true);
    size_t unless =
        lone ? add_op(compiler, TW_EVTX_UNLESS, sub_at(compiler, compiler->at), 0, 0) : 0;
    add_text(compiler, TW_SPAN(" "));
    add_name(compiler, name);
    add_text(compiler, TW_SPAN("=\""));
    compiler->in_attribute = true;
    while (!compiler->broken && compile_piece(compiler)) {
    }
    compiler->in_attribute = false;
    add_text(compiler, TW_SPAN("\""));
    if (lone) {
        close_op(compiler, unless);
    }
}

/* Whether the place could be that of a name's offset: the name is there, and its NUL. */
static bool is_name_field(const struct compiler *compiler, size_t at)
{
    struct tw_span chunk = compiler->expander->chunk;
    if (compiler->end < 4 || at > compiler->end - 4) {
        return false;
    }
    size_t offset = tw_decode_evtx_u32(chunk.at + at);
    struct tw_span name = name_at(chunk, offset);
    return name.length > 0 && tw_decode_evtx_u16(name.at + name.length) == 0;
}

/* Elements of a template definition have a dependency identifier, others do not. Not all writers
 * keep to that: where the name can only stand at the other place, it does. */
static bool has_dependency(const struct compiler *compiler)
{
    bool with = is_name_field(compiler, compiler->at + 7);
    bool without = is_name_field(compiler, compiler->at + 5);
    return with == without ? compiler->in_template : compiler->in_template ? with : !without;
}

/* What is put in front of an element, because it is left out or repeated. */
struct wrap {
    bool depends;
    bool optional;
    bool lone;
    size_t unless_depends;
    size_t unless_optional;
    size_t each;
};

/* `content`: where the start tag's closing token is to be. */
static struct wrap open_wrap(struct compiler *compiler, unsigned dependency, size_t content)
{
    struct wrap wrap = {.depends = dependency != NO_DEPENDENCY};
    if (wrap.depends) {
        wrap.unless_depends = add_op(compiler, TW_EVTX_UNLESS, dependency, 0, 0);
    }
    struct compiler ahead = *compiler;
    ahead.at = content + 1;
    wrap.lone = token_at(compiler, content) == CLOSE_START && is_lone_substitution(&ahead, false);
    if (wrap.lone) {
        unsigned sub = sub_at(&ahead, ahead.at);
        wrap.optional = next_token(&ahead) == OPTIONAL && sub != dependency;
        if (wrap.optional) {
            wrap.unless_optional = add_op(compiler, TW_EVTX_UNLESS, sub, 0, 0);
        }
        wrap.each = add_op(compiler, TW_EVTX_EACH, sub, 0, 0);
    }
    return wrap;
}

static void close_wrap(struct compiler *compiler, const struct wrap *wrap)
{
    if (wrap->lone) {
        close_op(compiler, wrap->each);
    }
    if (wrap->optional) {
        close_op(compiler, wrap->unless_optional);
    }
    if (wrap->depends) {
        close_op(compiler, wrap->unless_depends);
    }
}

static void compile_content(struct compiler *compiler);

static void compile_element(struct compiler *compiler)
{
    bool dependency = has_dependency(compiler);
    const char *token = take(compiler, dependency ? 7 : 5);
    struct tw_span name = take_name(compiler);
    bool attributes = token != NULL && ((unsigned char)*token & MORE) != 0;
    const char *size = attributes ? take(compiler, 4) : NULL;
    if (compiler->broken || compiler->depth == TW_EVTX_DEPTH) {
        compiler->broken = true;
        return;
    }
    size_t content = compiler->at + (size == NULL ? 0 : tw_decode_evtx_u32(size));
    struct wrap wrap =
        open_wrap(compiler, dependency ? tw_decode_evtx_u16(token + 1) : NO_DEPENDENCY, content);
    add_text(compiler, TW_SPAN("<"));
    add_name(compiler, name);
    while (attributes && next_token(compiler) == ATTRIBUTE) {
        compile_attribute(compiler);
    }
    compiler->broken = compiler->broken || (wrap.lone && compiler->at != content);
    const char *close = take(compiler, 1);
    if (close != NULL && (unsigned char)*close == CLOSE_EMPTY) {
        add_text(compiler, TW_SPAN("/>"));
    } else if (close != NULL && (unsigned char)*close == CLOSE_START) {
        add_text(compiler, TW_SPAN(">"));
        compiler->depth++;
        compile_content(compiler);
        compiler->depth--;
        add_text(compiler, TW_SPAN("</"));
        add_name(compiler, name);
        add_text(compiler, TW_SPAN(">"));
    } else {
        compiler->broken = true;
    }
    close_wrap(compiler, &wrap);
}

/* Up to the end tag, and over it. */
static void compile_content(struct compiler *compiler)
{
    for (;;) {
        int token = next_token(compiler);
        if (token == OPEN_ELEMENT) {
            compile_element(compiler);
        } else if (!compile_piece(compiler)) {
            compiler->broken = compiler->broken || token != END_ELEMENT;
            (void)take(compiler, 1);
            return;
        }
    }
}

/* ---- fragments ----------------------------------------------------------------------------- */

static void compile_fragment(struct compiler *compiler)
{
    while (!compiler->broken && compiler->at < compiler->end) {
        switch (next_token(compiler)) {
        case END_OF_FRAGMENT:
            return;
        case FRAGMENT:
            (void)take(compiler, 4);
            break;
        case OPEN_ELEMENT:
            compile_element(compiler);
            break;
        case TARGET:
            compile_target(compiler);
            break;
        default:
            compiler->broken = true;
        }
    }
}

bool tw_decode_evtx_compile(struct tw_decode_evtx_expander *expander, size_t from, size_t end,
                            bool in_template, struct tw_decode_evtx_range *ops)
{
    struct compiler compiler = {
        .expander = expander, .at = from, .end = end, .in_template = in_template};
    size_t literals_before = expander->literals.length;
    size_t ops_before = expander->ops.length;
    compiler.barrier = op_count(&compiler);
    ops->from = (uint32_t)op_count(&compiler);
    compiler.broken = expander->work > TW_EVTX_WORK_MAX;
    compile_fragment(&compiler);
    compiler.broken =
        compiler.broken || tw_base_buffer_reserve(&expander->literals, TW_EVTX_STEP) == NULL;
    ops->end = (uint32_t)op_count(&compiler);
    if (compiler.broken) {
        expander->literals.length = literals_before;
        expander->ops.length = ops_before;
    }
    return !compiler.broken;
}

/* Whether the sieve finds something in the literals from `from` on, or cannot look. */
static bool literals_matter(struct tw_decode_evtx_expander *expander, size_t from)
{
    struct tw_match_hits hits = {.count = 0};
    struct tw_span added = tw_base_span_skip(tw_base_buffer_span(&expander->literals), from);
    return expander->sieve != NULL && added.length > 0 &&
           (tw_match_scan(expander->sieve, added, &hits, NULL) != TW_OK || hits.count > 0);
}

const struct tw_decode_evtx_template *tw_decode_evtx_template(
    struct tw_decode_evtx_expander *expander, size_t offset)
{
    const struct tw_decode_evtx_template *known = (const void *)expander->templates.at;
    uint32_t *bucket = &expander->buckets[(offset >> 2) % TW_EVTX_BUCKETS];
    for (uint32_t i = *bucket; i != 0; i = known[i - 1].next) {
        if (known[i - 1].offset == offset) {
            return known[i - 1].broken ? NULL : &known[i - 1];
        }
    }
    struct tw_span chunk = expander->chunk;
    struct tw_decode_evtx_template made = {
        .offset = (uint32_t)offset, .next = *bucket, .broken = true};
    if (offset <= chunk.length && chunk.length - offset >= DEFINITION_HEADER) {
        size_t from = offset + DEFINITION_HEADER;
        size_t size = tw_decode_evtx_u32(chunk.at + from - 4);
        size_t literals = expander->literals.length;
        made.broken = size > chunk.length - from ||
                      !tw_decode_evtx_compile(expander, from, from + size, true, &made.ops);
        made.matters = literals_matter(expander, literals);
    }
    tw_base_buffer_add(&expander->templates, (struct tw_span){(const char *)&made, sizeof made});
    if (expander->templates.status != TW_OK) {
        return NULL;
    }
    size_t count = expander->templates.length / sizeof made;
    *bucket = (uint32_t)count;
    return made.broken
               ? NULL
               : (const struct tw_decode_evtx_template *)(const void *)expander->templates.at +
                     count - 1;
}

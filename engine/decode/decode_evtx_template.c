/* decode_evtx_template.c -- binary XML into operations.
 *
 * A chunk has some templates and hundreds of records made of them, so a template's definition is
 * read once: its markup and text become literals, already escaped, and what is left for each record
 * are a few operations.
 *
 * An element with one substitution as its only content is left out where that is optional and null,
 * and repeated where its value is a list. An attribute with one substitution as its only value is
 * left out where that is null. What stands behind a start tag is known before it is written by the
 * size of its attributes.
 *
 * Elements nest up to TW_EVTX_DEPTH. */
#include "decode/decode_evtx_compiler.h"

#define NO_DEPENDENCY 0xFFFFu

/* Definition: offset of the next one, GUID, size of the fragment. */
#define DEFINITION_HEADER 24u

/* ---- elements ------------------------------------------------------------------------------ */

static bool is_substitution(int token)
{
    return token == TW_EVTX_TOKEN_SUBSTITUTION || token == TW_EVTX_TOKEN_OPTIONAL;
}

static unsigned sub_at(const struct tw_decode_evtx_compiler *compiler, size_t at)
{
    return tw_decode_evtx_u16(compiler->expander->chunk.at + at + 1);
}

/* Whether the content that comes is one substitution and nothing else: then a token of another kind
 * stands behind it. */
static bool is_lone_substitution(const struct tw_decode_evtx_compiler *compiler, bool in_attribute)
{
    int after = tw_decode_evtx_token_at(compiler, compiler->at + TW_EVTX_TOKEN_SUBSTITUTION_SIZE);
    return is_substitution(tw_decode_evtx_next_token(compiler)) &&
           (in_attribute ? after == TW_EVTX_TOKEN_ATTRIBUTE || after == TW_EVTX_TOKEN_CLOSE_START ||
                               after == TW_EVTX_TOKEN_CLOSE_EMPTY
                         : after == TW_EVTX_TOKEN_END_ELEMENT);
}

static void compile_attribute(struct tw_decode_evtx_compiler *compiler)
{
    (void)tw_decode_evtx_take(compiler, 1);
    struct tw_span name = tw_decode_evtx_take_name(compiler);
    bool lone = is_lone_substitution(compiler, true);
    size_t unless =
        lone ? tw_decode_evtx_add_op(compiler, TW_EVTX_UNLESS, sub_at(compiler, compiler->at), 0)
             : 0;
    tw_decode_evtx_add_text(compiler, TW_SPAN(" "));
    tw_decode_evtx_add_name(compiler, name);
    tw_decode_evtx_add_text(compiler, TW_SPAN("=\""));
    compiler->in_attribute = true;
    while (!compiler->broken && tw_decode_evtx_compile_piece(compiler)) {
    }
    compiler->in_attribute = false;
    tw_decode_evtx_add_text(compiler, TW_SPAN("\""));
    if (lone) {
        tw_decode_evtx_close_op(compiler, unless);
    }
}

/* Whether the place could be that of a name's offset: the name is there, and its NUL. */
static bool is_name_field(const struct tw_decode_evtx_compiler *compiler, size_t at)
{
    struct tw_span chunk = compiler->expander->chunk;
    if (compiler->end < 4 || at > compiler->end - 4) {
        return false;
    }
    size_t offset = tw_decode_evtx_u32(chunk.at + at);
    struct tw_span name = tw_decode_evtx_name_at(chunk, offset);
    return name.length > 0 && tw_decode_evtx_u16(name.at + name.length) == 0;
}

/* Elements of a template definition have a dependency identifier, others do not. Not all writers
 * keep to that: where the name can only stand at the other place, it does. */
static bool has_dependency(const struct tw_decode_evtx_compiler *compiler)
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
static struct wrap open_wrap(struct tw_decode_evtx_compiler *compiler, unsigned dependency,
                             size_t content)
{
    struct wrap wrap = {.depends = dependency != NO_DEPENDENCY};
    if (wrap.depends) {
        wrap.unless_depends = tw_decode_evtx_add_op(compiler, TW_EVTX_UNLESS, dependency, 0);
    }
    struct tw_decode_evtx_compiler ahead = *compiler;
    ahead.at = content + 1;
    wrap.lone = tw_decode_evtx_token_at(compiler, content) == TW_EVTX_TOKEN_CLOSE_START &&
                is_lone_substitution(&ahead, false);
    if (wrap.lone) {
        unsigned sub = sub_at(&ahead, ahead.at);
        wrap.optional =
            tw_decode_evtx_next_token(&ahead) == TW_EVTX_TOKEN_OPTIONAL && sub != dependency;
        if (wrap.optional) {
            wrap.unless_optional = tw_decode_evtx_add_op(compiler, TW_EVTX_UNLESS, sub, 0);
        }
        wrap.each = tw_decode_evtx_add_op(compiler, TW_EVTX_EACH, sub, 0);
    }
    return wrap;
}

static void close_wrap(struct tw_decode_evtx_compiler *compiler, const struct wrap *wrap)
{
    if (wrap->lone) {
        tw_decode_evtx_close_op(compiler, wrap->each);
    }
    if (wrap->optional) {
        tw_decode_evtx_close_op(compiler, wrap->unless_optional);
    }
    if (wrap->depends) {
        tw_decode_evtx_close_op(compiler, wrap->unless_depends);
    }
}

static void compile_content(struct tw_decode_evtx_compiler *compiler);

static void compile_element(struct tw_decode_evtx_compiler *compiler)
{
    bool dependency = has_dependency(compiler);
    const char *token = tw_decode_evtx_take(compiler, dependency ? 7 : 5);
    struct tw_span name = tw_decode_evtx_take_name(compiler);
    bool attributes = token != NULL && ((unsigned char)*token & TW_EVTX_TOKEN_MORE) != 0;
    const char *size = attributes ? tw_decode_evtx_take(compiler, 4) : NULL;
    if (compiler->broken || token == NULL || compiler->depth == TW_EVTX_DEPTH) {
        compiler->broken = true;
        return;
    }
    size_t content = compiler->at + (size == NULL ? 0 : tw_decode_evtx_u32(size));
    struct wrap wrap =
        open_wrap(compiler, dependency ? tw_decode_evtx_u16(token + 1) : NO_DEPENDENCY, content);
    tw_decode_evtx_add_text(compiler, TW_SPAN("<"));
    tw_decode_evtx_add_name(compiler, name);
    while (attributes && tw_decode_evtx_next_token(compiler) == TW_EVTX_TOKEN_ATTRIBUTE) {
        compile_attribute(compiler);
    }
    compiler->broken = compiler->broken || (wrap.lone && compiler->at != content);
    const char *close = tw_decode_evtx_take(compiler, 1);
    if (close != NULL && (unsigned char)*close == TW_EVTX_TOKEN_CLOSE_EMPTY) {
        tw_decode_evtx_add_text(compiler, TW_SPAN("/>"));
    } else if (close != NULL && (unsigned char)*close == TW_EVTX_TOKEN_CLOSE_START) {
        tw_decode_evtx_add_text(compiler, TW_SPAN(">"));
        compiler->depth++;
        compile_content(compiler);
        compiler->depth--;
        tw_decode_evtx_add_text(compiler, TW_SPAN("</"));
        tw_decode_evtx_add_name(compiler, name);
        tw_decode_evtx_add_text(compiler, TW_SPAN(">"));
    } else {
        compiler->broken = true;
    }
    close_wrap(compiler, &wrap);
}

/* Up to the end tag, and over it. */
static void compile_content(struct tw_decode_evtx_compiler *compiler)
{
    for (;;) {
        int token = tw_decode_evtx_next_token(compiler);
        if (token == TW_EVTX_TOKEN_OPEN_ELEMENT) {
            compile_element(compiler);
        } else if (!tw_decode_evtx_compile_piece(compiler)) {
            compiler->broken = compiler->broken || token != TW_EVTX_TOKEN_END_ELEMENT;
            (void)tw_decode_evtx_take(compiler, 1);
            return;
        }
    }
}

/* ---- fragments ----------------------------------------------------------------------------- */

static void compile_fragment(struct tw_decode_evtx_compiler *compiler)
{
    while (!compiler->broken && compiler->at < compiler->end) {
        switch (tw_decode_evtx_next_token(compiler)) {
        case TW_EVTX_TOKEN_END_OF_FRAGMENT:
            return;
        case TW_EVTX_TOKEN_FRAGMENT:
            (void)tw_decode_evtx_take(compiler, 4);
            break;
        case TW_EVTX_TOKEN_OPEN_ELEMENT:
            compile_element(compiler);
            break;
        case TW_EVTX_TOKEN_TARGET:
            tw_decode_evtx_compile_target(compiler);
            break;
        default:
            compiler->broken = true;
        }
    }
}

bool tw_decode_evtx_compile(struct tw_decode_evtx_expander *expander, size_t from, size_t end,
                            bool in_template, struct tw_decode_evtx_range *ops)
{
    struct tw_decode_evtx_compiler compiler = {
        .expander = expander, .at = from, .end = end, .in_template = in_template};
    size_t literals_before = expander->literals.length;
    size_t ops_before = expander->ops.length;
    compiler.literal = literals_before;
    compiler.broken = expander->work > TW_EVTX_WORK_MAX;
    ops->from = (uint32_t)tw_decode_evtx_op_count(&compiler);
    compile_fragment(&compiler);
    bool whole = tw_decode_evtx_end_ops(&compiler) &&
                 tw_base_buffer_reserve(&expander->literals, TW_EVTX_STEP) != NULL;
    ops->end = (uint32_t)tw_decode_evtx_op_count(&compiler);
    if (!whole) {
        expander->literals.length = literals_before;
        expander->ops.length = ops_before;
    }
    return whole;
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

/* pack_yaml.c -- reads YAML into trees with libyaml, and collects messages; see pack_yaml.h. */
#include "pack/pack_yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <yaml.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/visible.h"

struct tw_yaml {
    char *path;
    struct tw_buffer bytes;
    yaml_document_t document;
    bool parsed;
};

void tw_pack_complain(struct tw_pack_messages *messages, const char *file, size_t line,
                      size_t column, const char *format, ...)
{
    if (++messages->count > TW_PACK_MESSAGES_MAX) {
        return;
    }
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tw_base_buffer_print(&messages->text, "%s:%zu:%zu: ", file, line, column);
    /* A pack may be hostile too: its text reaches a terminal only in visible form. */
    tw_base_visible(&messages->text, tw_base_span(text), false);
    tw_base_buffer_add_char(&messages->text, '\n');
}

static const yaml_node_t *node_of(const struct tw_yaml *yaml, tw_yaml_node node)
{
    /* libyaml's accessors take a non-const document but do not change it. */
    return yaml_document_get_node((yaml_document_t *)(uintptr_t)&yaml->document, node);
}

void tw_pack_yaml_complain(struct tw_pack_messages *messages, const struct tw_yaml *yaml,
                           tw_yaml_node node, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const yaml_node_t *at = node == 0 ? NULL : node_of(yaml, node);
    tw_pack_complain(messages, yaml->path, at == NULL ? 1 : at->start_mark.line + 1,
                     at == NULL ? 1 : at->start_mark.column + 1, "%s", text);
}

static enum tw_status read_all(struct tw_yaml *yaml, struct tw_error *error)
{
    int fd = open(yaml->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return tw_base_error_system(error, "cannot open", yaml->path, errno);
    }
    enum tw_status status = TW_OK;
    for (;;) {
        char *to = tw_base_buffer_reserve(&yaml->bytes, 16384);
        if (to == NULL) {
            status = yaml->bytes.status == TW_ERR_LIMIT
                         ? tw_base_error_set(error, TW_ERR_LIMIT,
                                             "%s: a pack file may have at most %u bytes",
                                             yaml->path, TW_YAML_MAX)
                         : tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
            break;
        }
        ssize_t got = read(fd, to, 16384);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = tw_base_error_system(error, "cannot read", yaml->path, errno);
        }
        if (got <= 0) {
            break;
        }
        yaml->bytes.length += (size_t)got;
    }
    (void)close(fd);
    return status;
}

/* Tells what the parser found wrong. Its reader gives the place as an offset only. */
static enum tw_status complain_of_yaml(const struct tw_yaml *yaml, const yaml_parser_t *parser,
                                       struct tw_pack_messages *messages, struct tw_error *error)
{
    size_t line = parser->problem_mark.line + 1;
    size_t column = parser->problem_mark.column + 1;
    if (parser->error == YAML_READER_ERROR && parser->problem_offset <= yaml->bytes.length) {
        size_t at = parser->problem_offset;
        const char *newline = at == 0 ? NULL : memrchr(yaml->bytes.at, '\n', at);
        line = tw_base_count_newlines(yaml->bytes.at, at) + 1;
        column = (newline == NULL ? at : at - (size_t)(newline - yaml->bytes.at) - 1) + 1;
    }
    tw_pack_complain(messages, yaml->path, line, column, "%s%s%s",
                     parser->problem == NULL ? "this is no YAML" : parser->problem,
                     parser->context == NULL ? "" : " ",
                     parser->context == NULL ? "" : parser->context);
    return tw_base_error_set(error, TW_ERR_DATA, "%s: this is no YAML", yaml->path);
}

static enum tw_status parse(struct tw_yaml *yaml, struct tw_pack_messages *messages,
                            struct tw_error *error)
{
    yaml_parser_t parser;
    yaml_document_t second;
    enum tw_status status = TW_OK;
    if (!yaml_parser_initialize(&parser)) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml->bytes.at,
                                 yaml->bytes.length);
    yaml->parsed = yaml_parser_load(&parser, &yaml->document) != 0;
    if (!yaml->parsed || !yaml_parser_load(&parser, &second)) {
        status = complain_of_yaml(yaml, &parser, messages, error);
    } else {
        if (yaml_document_get_root_node(&second) != NULL) {
            tw_pack_complain(messages, yaml->path, second.start_mark.line + 1, 1,
                             "a second document begins here; a pack file holds one");
            status =
                tw_base_error_set(error, TW_ERR_DATA, "%s: more than one document", yaml->path);
        }
        yaml_document_delete(&second);
    }
    yaml_parser_delete(&parser);
    return status;
}

enum tw_status tw_pack_yaml_open(struct tw_yaml **out, const char *path,
                                 struct tw_pack_messages *messages, struct tw_error *error)
{
    *out = NULL;
    struct tw_yaml *yaml = tw_base_alloc(1, sizeof *yaml);
    if (yaml == NULL || (yaml->path = tw_base_copy(tw_base_span(path))) == NULL) {
        tw_base_free(yaml);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    /* One byte of room beyond the maximum and the reading step, so that the maximum can be met. */
    yaml->bytes = TW_BUFFER_INIT(TW_YAML_MAX + 16384);
    enum tw_status status = read_all(yaml, error);
    if (status == TW_OK && yaml->bytes.length > TW_YAML_MAX) {
        status = tw_base_error_set(error, TW_ERR_LIMIT, "%s: a pack file may have at most %u bytes",
                                   path, TW_YAML_MAX);
    }
    if (status == TW_OK) {
        status = parse(yaml, messages, error);
    }
    if (status != TW_OK) {
        tw_pack_yaml_free(yaml);
        return status;
    }
    *out = yaml;
    return TW_OK;
}

void tw_pack_yaml_free(struct tw_yaml *yaml)
{
    if (yaml == NULL) {
        return;
    }
    if (yaml->parsed) {
        yaml_document_delete(&yaml->document);
    }
    tw_base_buffer_free(&yaml->bytes);
    tw_base_free(yaml->path);
    tw_base_free(yaml);
}

struct tw_span tw_pack_yaml_bytes(const struct tw_yaml *yaml)
{
    return tw_base_buffer_span(&yaml->bytes);
}

const char *tw_pack_yaml_path(const struct tw_yaml *yaml)
{
    return yaml->path;
}

tw_yaml_node tw_pack_yaml_root(const struct tw_yaml *yaml)
{
    return node_of(yaml, 1) == NULL ? 0 : 1;
}

enum tw_yaml_kind tw_pack_yaml_kind(const struct tw_yaml *yaml, tw_yaml_node node)
{
    const yaml_node_t *at = node_of(yaml, node);
    if (at == NULL || at->type == YAML_NO_NODE) {
        return TW_YAML_NONE;
    }
    return at->type == YAML_SCALAR_NODE     ? TW_YAML_SCALAR
           : at->type == YAML_SEQUENCE_NODE ? TW_YAML_SEQUENCE
                                            : TW_YAML_MAPPING;
}

size_t tw_pack_yaml_count(const struct tw_yaml *yaml, tw_yaml_node node)
{
    const yaml_node_t *at = node_of(yaml, node);
    switch (tw_pack_yaml_kind(yaml, node)) {
    case TW_YAML_SEQUENCE:
        return (size_t)(at->data.sequence.items.top - at->data.sequence.items.start);
    case TW_YAML_MAPPING:
        return (size_t)(at->data.mapping.pairs.top - at->data.mapping.pairs.start);
    case TW_YAML_NONE:
    case TW_YAML_SCALAR:
        break;
    }
    return 0;
}

tw_yaml_node tw_pack_yaml_item(const struct tw_yaml *yaml, tw_yaml_node sequence, size_t i)
{
    return node_of(yaml, sequence)->data.sequence.items.start[i];
}

void tw_pack_yaml_pair(const struct tw_yaml *yaml, tw_yaml_node mapping, size_t i,
                       tw_yaml_node *key, tw_yaml_node *value)
{
    const yaml_node_pair_t *pair = &node_of(yaml, mapping)->data.mapping.pairs.start[i];
    *key = pair->key;
    *value = pair->value;
}

struct tw_span tw_pack_yaml_text(const struct tw_yaml *yaml, tw_yaml_node node)
{
    if (tw_pack_yaml_kind(yaml, node) != TW_YAML_SCALAR) {
        return (struct tw_span){NULL, 0};
    }
    const yaml_node_t *at = node_of(yaml, node);
    return (struct tw_span){(const char *)at->data.scalar.value, at->data.scalar.length};
}

uint32_t tw_pack_yaml_line(const struct tw_yaml *yaml, tw_yaml_node node)
{
    const yaml_node_t *at = node_of(yaml, node);
    return at == NULL ? 1 : (uint32_t)at->start_mark.line + 1;
}

/* pack_yaml.h -- YAML files as trees with the place of every node, and the list of what is wrong in
 * them. The only wrapper of libyaml. Part of the pack compiler. */
#ifndef TW_PACK_YAML_H
#define TW_PACK_YAML_H

#include "base/buffer.h"

/** Messages of the form `file:line:column: what, and what is allowed`, a line each. */
struct tw_pack_messages {
    struct tw_buffer text;
    size_t count;
};

/** Most messages that are kept; a pack with more mistakes has one that makes the others. */
#define TW_PACK_MESSAGES_MAX 100u

/** A parsed file. Opaque. */
struct tw_yaml;

/** A node of it: 0 is "no such node". */
typedef int tw_yaml_node;

enum tw_yaml_kind {
    TW_YAML_NONE,
    TW_YAML_SCALAR,
    TW_YAML_SEQUENCE,
    TW_YAML_MAPPING,
};

/** Parses a file. TW_ERR_IO, TW_ERR_LIMIT (TW_YAML_MAX), TW_ERR_MEMORY in `error`; what is no YAML,
 * or more than one document, is a message and TW_ERR_DATA. The caller frees `*out`. */
enum tw_status tw_pack_yaml_open(struct tw_yaml **out, const char *path,
                                 struct tw_pack_messages *messages, struct tw_error *error);
void tw_pack_yaml_free(struct tw_yaml *yaml);

/** The file's bytes (for the digest) and its name, both borrowed. */
struct tw_span tw_pack_yaml_bytes(const struct tw_yaml *yaml);
const char *tw_pack_yaml_path(const struct tw_yaml *yaml);

/** The root node; 0 for an empty file. */
tw_yaml_node tw_pack_yaml_root(const struct tw_yaml *yaml);
enum tw_yaml_kind tw_pack_yaml_kind(const struct tw_yaml *yaml, tw_yaml_node node);

/** Items of a sequence, or pairs of a mapping; 0 for a scalar. */
size_t tw_pack_yaml_count(const struct tw_yaml *yaml, tw_yaml_node node);
tw_yaml_node tw_pack_yaml_item(const struct tw_yaml *yaml, tw_yaml_node sequence, size_t i);
void tw_pack_yaml_pair(const struct tw_yaml *yaml, tw_yaml_node mapping, size_t i,
                       tw_yaml_node *key, tw_yaml_node *value);

/** The text of a scalar; empty for other nodes. */
struct tw_span tw_pack_yaml_text(const struct tw_yaml *yaml, tw_yaml_node node);

/** The line of a node; the first is 1. */
uint32_t tw_pack_yaml_line(const struct tw_yaml *yaml, tw_yaml_node node);

/** Adds a message about a node. */
void tw_pack_yaml_complain(struct tw_pack_messages *messages, const struct tw_yaml *yaml,
                           tw_yaml_node node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** Adds a message about a line of a file. */
void tw_pack_complain(struct tw_pack_messages *messages, const char *file, size_t line,
                      size_t column, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif

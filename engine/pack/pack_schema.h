/* pack_schema.h -- the keys of each section of a pack file, as tables, and what fills them in. */
#ifndef TW_PACK_SCHEMA_H
#define TW_PACK_SCHEMA_H

#include "pack/pack_compile.h"

/** What the loader works on. */
struct tw_pack_loader {
    struct tw_pack_builder *builder;
    struct tw_pack_messages *messages;
    const struct tw_yaml *yaml; /**< the file in hand */
    tw_yaml_node result;        /**< the key `result` of the wording in hand; 0: none */
};

/** How the value of a key is read. */
enum tw_pack_value {
    TW_VALUE_TEXT,    /**< a string, to a tw_text */
    TW_VALUE_TEXTS,   /**< strings, to a tw_list of texts */
    TW_VALUE_WEIGHT,  /**< 0.05 to 100, to a float */
    TW_VALUE_WHOLE,   /**< 1 to 1000000, to a uint32_t */
    TW_VALUE_BOOL,    /**< true or false, to a uint32_t */
    TW_VALUE_WORD,    /**< one of `words`, its index to a uint32_t */
    TW_VALUE_ID,      /**< the id of the element itself; already read */
    TW_VALUE_REF,     /**< an id of section `target`, its index to a uint32_t */
    TW_VALUE_REFS,    /**< ids of section `target`, to a tw_list of indexes */
    TW_VALUE_NAMES,   /**< ids of signatures or tags, to a tw_list */
    TW_VALUE_SPECIAL, /**< read by `read` */
};

/** One key of a mapping. */
struct tw_pack_field {
    const char *key;
    enum tw_pack_value value;
    size_t offset;
    bool required;
    uint32_t longest; /**< characters of a text; 0: any */
    const char *const *words;
    enum tw_blob_section target;
    void (*read)(struct tw_pack_loader *loader, tw_yaml_node node, void *element);
};

/** The keys of one kind of mapping. */
struct tw_pack_shape {
    const char *what; /**< "a signature": for messages */
    const struct tw_pack_field *fields;
    size_t count;
};

/** Reads the pairs of a mapping to `element`. Unknown, repeated and missing keys are messages. */
void tw_pack_schema_read(struct tw_pack_loader *loader, const struct tw_pack_shape *shape,
                         tw_yaml_node mapping, void *element);

/** Whether the node has the wanted kind; if not, a message. */
bool tw_pack_schema_is(struct tw_pack_loader *loader, tw_yaml_node node, enum tw_yaml_kind kind,
                       const char *what);

/** The index of an id in a section; TW_PACK_NONE and a message where there is none. */
uint32_t tw_pack_schema_find(struct tw_pack_loader *loader, enum tw_blob_section section,
                             tw_yaml_node node);

/** The same without a message. */
uint32_t tw_pack_schema_lookup(struct tw_pack_builder *builder, enum tw_blob_section section,
                               struct tw_span id);

/** The name of a condition: an index of a signature, or TW_PACK_TAG with that of a tag;
 * TW_PACK_NONE and a message where there is neither. */
uint32_t tw_pack_schema_name(struct tw_pack_loader *loader, tw_yaml_node node);

/** Reads a number from `low` to `high`, or a whole one; `low` and a message where it is none. */
double tw_pack_schema_number(struct tw_pack_loader *loader, tw_yaml_node node, double low,
                             double high, bool whole);

/** pack_result.c: appends the wordings in which programs print a 32-bit result code, as the key
 * `result` of a wording asks for; false and a message where the value is no such code. */
bool tw_pack_read_result(struct tw_pack_loader *loader, tw_yaml_node node,
                         const struct tw_pack_wording *like);

/** An entry of `next_steps`, as it is checked; what it says is composed by pack_load.c. */
struct tw_pack_next_step {
    uint32_t family;
    tw_text text;
    struct tw_list references;
};

/** The shapes. A section that is not a list of elements with ids is read by pack_load.c. */
extern const struct tw_pack_shape tw_pack_shape_pack, tw_pack_shape_reference, tw_pack_shape_family,
    tw_pack_shape_cause, tw_pack_shape_client, tw_pack_shape_fix, tw_pack_shape_collect,
    tw_pack_shape_service, tw_pack_shape_tag, tw_pack_shape_event, tw_pack_shape_word,
    tw_pack_shape_signature, tw_pack_shape_wording, tw_pack_shape_next_step;

#endif

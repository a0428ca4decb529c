/* pack_compile.h -- from YAML files to a compiled pack. Part of the pack compiler (tlswhy-pack),
 * which alone links libyaml and the compiling half of the matcher. */
#ifndef TW_PACK_COMPILE_H
#define TW_PACK_COMPILE_H

#include "pack/pack.h"
#include "pack/pack_blob.h"
#include "pack/pack_yaml.h"

/** Tables that grow: the sections of a blob that is being made. */
struct tw_pack_builder {
    struct tw_buffer sections[TW_BLOB_SECTIONS];
};

/** The word of evidence and what it adds to a cause, in log-odds. The one table of these numbers;
 *  docs/classifier.md explains them. */
struct tw_pack_strength {
    const char *word;
    float supports;
    float rules_out;
};
/** Indexed by enum tlswhy_strength; element 0 is not used. */
extern const struct tw_pack_strength tw_pack_strengths[5];

/** What one element of a section is, while building. */
static inline void *tw_pack_builder_at(struct tw_pack_builder *builder,
                                       enum tw_blob_section section, uint32_t index)
{
    return builder->sections[section].at + (size_t)index * tw_pack_section_element(section);
}

/** How many elements a section has. */
static inline uint32_t tw_pack_builder_count(const struct tw_pack_builder *builder,
                                             enum tw_blob_section section)
{
    return (uint32_t)(builder->sections[section].length / tw_pack_section_element(section));
}

/** Begins a builder, with everything that `base` (may be NULL) holds. */
enum tw_status tw_pack_builder_begin(struct tw_pack_builder *builder, const struct tw_pack *base);
void tw_pack_builder_free(struct tw_pack_builder *builder);

/** Whether all tables could grow as they were asked to; if not, nothing may be read from them. */
bool tw_pack_builder_is_whole(const struct tw_pack_builder *builder);

/** Appends a zeroed element and returns its index (TW_PACK_NONE: out of memory). */
uint32_t tw_pack_builder_append(struct tw_pack_builder *builder, enum tw_blob_section section);

/** Adds a string to the pool; the empty one is 0. */
tw_text tw_pack_builder_text(struct tw_pack_builder *builder, struct tw_span text);

/** Appends one number to the pack's numbers. */
void tw_pack_builder_number(struct tw_pack_builder *builder, uint32_t number);

/** The pack as it stands, for reading; borrowed until the builder changes. */
struct tw_pack tw_pack_builder_view(struct tw_pack_builder *builder);

/** Reads all .yaml files below `directory` into the builder. Mistakes become messages (and
 *  TW_ERR_DATA); reading goes on, so that all are told at once. */
enum tw_status tw_pack_load(struct tw_pack_builder *builder, const char *directory,
                            struct tw_pack_messages *messages, struct tw_error *error);

/** Chooses the anchor of every wording and fills the anchor table. A wording without a usable one
 *  becomes a message. TW_ERR_MEMORY. */
enum tw_status tw_pack_choose_anchors(struct tw_pack_builder *builder,
                                      struct tw_pack_messages *messages);

/** Chooses an anchor in one text. Returns its length (0: none is usable) and where it begins. */
size_t tw_pack_choose_anchor(struct tw_span text, size_t *at);

/** All of it: `base` (may be NULL) and directories in, a blob out. TW_ERR_DATA: see the messages.
 */
enum tw_status tw_pack_compile(const struct tw_pack *base, const char *const *directories,
                               size_t count, struct tw_buffer *blob,
                               struct tw_pack_messages *messages, struct tw_error *error);

#endif

/* report_merge_parts.h -- what the files of the merge share; for this folder only. */
#ifndef TW_REPORT_REPORT_MERGE_PARTS_H
#define TW_REPORT_REPORT_MERGE_PARTS_H

#include <jansson.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "report/report_merge.h"
#include "report/report_merge_item.h"

/** A run in parts: part `index` of `of`. */
struct tw_merge_shard {
    uint32_t index;
    uint32_t of;
};

/** What the summaries of the parts say. */
struct tw_merge_origin {
    char *tool;   /**< the tool as text, by which parts are compared; NULL: no summary yet */
    char *source; /**< the part that it is from */
    char *version;
    char *answers;
    struct tw_report_pack *packs; /**< owned */
    size_t pack_count;
    struct tw_merge_shard *shards; /**< in order, each once */
    size_t shard_count;
    size_t shard_room;
    size_t runs; /**< summaries of whole runs, not of shards */
    double seconds;
};

/** A line of a part, as it was understood. */
struct tw_merge_line {
    enum { TW_LINE_ITEM, TW_LINE_SUMMARY, TW_LINE_REPEAT } kind;
    bool partial;        /**< of a summary */
    uint64_t superseded; /**< by a diagnosis; see has_superseded */
    bool has_superseded;
    struct tw_merge_item *item; /**< borrowed until the next call; place not filled in */
};

/** Reads a line: checks all of it that the merge relies on. TW_ERR_DATA: it is no line of a report,
 *  `error` says why. TW_ERR_USAGE: a summary of another pack. `item` is working memory. */
enum tw_status tw_report_merge_line(struct tw_merge_origin *origin, const char *part,
                                    struct tw_span text,
                                    struct tw_span (*logical_name)(struct tw_span),
                                    struct tw_buffer *item, struct tw_merge_line *line,
                                    struct tw_error *error);

/** The value of a line; NULL: it is none, `error` says why. */
json_t *tw_report_merge_parse(struct tw_span text, struct tw_error *error);

/** The digest of the tool of a summary. */
char *tw_report_merge_tool_text(const json_t *tool);

void tw_report_merge_origin_free(struct tw_merge_origin *origin);

/** Makes a diagnosis, or an input, of its line, in the arena. What is missing or of another type is
 *  unknown. TW_OK, TW_ERR_MEMORY or TW_ERR_DATA. */
enum tw_status tw_report_merge_diagnosis(struct tw_arena *arena, struct tw_span text,
                                         struct tlswhy_diagnosis *diagnosis,
                                         struct tw_error *error);
enum tw_status tw_report_merge_input(struct tw_arena *arena, struct tw_span text,
                                     const char *(*format_title)(const char *),
                                     struct tlswhy_report *answer, struct tw_error *error);

/** The status that a word stands for; -1 where it is none. */
int tw_report_merge_status(const char *word);

/** The parts of a merge as files: read through once, then line by line. */
struct tw_merge_files;
enum tw_status tw_report_merge_files_new(struct tw_merge_files **out, const char *const *paths,
                                         size_t count, struct tw_error *error);
void tw_report_merge_files_free(struct tw_merge_files *files);

/** Opens a part; what cannot be read at any place is copied to a temporary file first. -1: errno.
 */
int tw_report_merge_open(struct tw_merge_files *files, size_t part);

/** Reads `length` bytes at `position` of a part to `to`, and checks that their hash is still the
 *  same. */
enum tw_status tw_report_merge_fetch(struct tw_merge_files *files, const struct tw_merge_item *item,
                                     struct tw_buffer *to, struct tw_error *error);

#endif

/* source_follow.h -- a log that grows: one path with the parts that were rotated away from it.
 *
 * Parts are read in their order, each to its end, and the path goes on. Nothing here waits: the
 * caller asks again when something may have happened, and brings the clock. */
#ifndef TW_SOURCE_SOURCE_FOLLOW_H
#define TW_SOURCE_SOURCE_FOLLOW_H

#include "base/span.h"
#include "base/status.h"

/** First bytes of a file by which it is known again, whatever its name and number. */
#define TW_FOLLOW_HEAD 64u

/** Milliseconds for which a file that was renamed is still read: its writer has it open until it is
 *  told. */
#define TW_FOLLOW_GRACE 300u

/** A place in a log, as a checkpoint keeps it. */
struct tw_follow_place {
    uint64_t device, inode;
    uint64_t offset, line; /**< in the part */
    uint64_t changed;      /**< when the part was changed last, nanoseconds */
    char head[TW_FOLLOW_HEAD];
    size_t head_length;
};

/** Whether `sibling` is a rotated part of the log `path`. */
typedef bool (*tw_follow_is_part)(const char *path, const char *sibling);

/** A followed log. Belongs to one thread. */
struct tw_follow;

/** What a read came to. */
enum tw_follow_news {
    TW_FOLLOW_NOTHING, /**< no further bytes now */
    TW_FOLLOW_BYTES,   /**< bytes came */
    TW_FOLLOW_PART,    /**< a further part begins, at its first byte */
};

/** Makes one. `oldest`: begins with the oldest part that is there, not with the path itself. */
enum tw_status tw_follow_new(struct tw_follow **out, const char *path, tw_follow_is_part is_part,
                             bool oldest, struct tw_error *error);
void tw_follow_free(struct tw_follow *follow);

/** Goes on at a place of a checkpoint, whatever the part is called now. False: the part is gone;
 * what is newer is read from its beginning. Before the first read. */
bool tw_follow_resume(struct tw_follow *follow, const struct tw_follow_place *place);

/** Reads on. `now` in milliseconds. */
enum tw_follow_news tw_follow_read(struct tw_follow *follow, uint64_t now, char *to, size_t room,
                                   size_t *got);

/** The first bytes of the part in hand, up to `room`; what format it is, they tell. */
size_t tw_follow_head(struct tw_follow *follow, char *to, size_t room);

/** Where reading is. */
void tw_follow_place(const struct tw_follow *follow, struct tw_follow_place *place);

/** Whether a part is open that another one follows: it is time to ask again soon. */
bool tw_follow_is_leaving(const struct tw_follow *follow);

const char *tw_follow_path(const struct tw_follow *follow);

#endif

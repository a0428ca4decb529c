/* status.h -- the one status type and the one error context of the whole engine.
 *
 * A function that can fail returns `enum tw_status`: zero is success, positive values are ends that
 * are no errors, negative values are failures. Where it fails it also fills the caller's
 * `struct tw_error` with a sentence that says what, where, and what to do. */
#ifndef TW_BASE_STATUS_H
#define TW_BASE_STATUS_H

/** Longest error message, with its final NUL: one line of a terminal, twice folded. */
#define TW_ERROR_MAX 512

/** What came of a call. */
enum tw_status {
    TW_OK = 0,             /**< done */
    TW_END = 1,            /**< no more data; not an error */
    TW_ERR_MEMORY = -1,    /**< an allocation failed */
    TW_ERR_IO = -2,        /**< the system refused to read or write */
    TW_ERR_TRUNCATED = -3, /**< the input ends in the middle of something */
    TW_ERR_DATA = -4,      /**< the input is damaged or not of its format */
    TW_ERR_LIMIT = -5,     /**< a limit of limits.h was reached */
    TW_ERR_USAGE = -6,     /**< the caller asked for something impossible */
};

/** Why a call failed, for people. `status` is TW_OK as long as nothing failed. */
struct tw_error {
    enum tw_status status;
    char message[TW_ERROR_MAX]; /**< NUL-terminated, without a final newline */
};

/** Fills `error` (NULL: only the status is passed on) and returns `status`, so that a failing
 *  function can end with `return tw_base_error_set(...)`. A message that is too long is cut. */
enum tw_status tw_base_error_set(struct tw_error *error, enum tw_status status, const char *format,
                                 ...) __attribute__((format(printf, 3, 4)));

/** The same for a failed system call: appends the text of the given errno value. */
enum tw_status tw_base_error_system(struct tw_error *error, const char *what, const char *name,
                                    int errno_value);

#endif

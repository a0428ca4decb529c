/* serve.h -- the local web page: what the files of this folder share. Sees the public headers only.
 *
 * A connection has a thread (libmicrohttpd's) and one request. An upload goes through a pipe to a
 * thread that diagnoses it, so that memory is bounded and nothing is stored; a third thread cuts
 * off who is too slow, and everybody when the program is to end. */
#ifndef TW_SERVE_SERVE_H
#define TW_SERVE_SERVE_H

#include <pthread.h>

#include <tlswhy/tools.h>

#include "serve/serve_guard.h"

/* ---- limits: docs/serve.md names them -----------------------------------------------------------
 */

/** Connections at once; more are closed at once. A page and 50 uploads fit. */
#define TW_SERVE_CONNECTIONS 64
/** Uploads that wait for their turn; more get 503. */
#define TW_SERVE_WAITING 32
/** Memory of a connection for the request line and headers: those of browsers fit ten times. */
#define TW_SERVE_HEADER_BYTES (32u << 10)
/** Bytes of an answer, and of all answers at once that were not fetched yet. */
#define TW_SERVE_ANSWER_MAX (32u << 20)
#define TW_SERVE_ANSWERS_MAX (128u << 20)
/** Body that is read, and forgotten, after a request was refused: a browser shows an answer only to
 * who may send all. */
#define TW_SERVE_DRAIN_MAX (64u << 20)
/** Seconds for the headers, without a byte of the body, and of grace before a rate is asked for. */
#define TW_SERVE_IDLE 15.0
/** Bytes a second that a sender and a reader must reach. */
#define TW_SERVE_RATE 16384.0
/** Seconds that a request may take. */
#define TW_SERVE_TOTAL 600.0
/** Seconds from the signal until the program ends, whatever still runs. */
#define TW_SERVE_END 0.8

/* ---- who is connected ---------------------------------------------------------------------------
 */

/** What a connection is doing. */
enum tw_serve_phase {
    TW_SERVE_HEADERS = 0, /**< the request line and headers come in */
    TW_SERVE_BODY,        /**< the body comes in */
    TW_SERVE_OURS,        /**< the client waits for us */
    TW_SERVE_ANSWER,      /**< the answer goes out */
};

/** One connection under watch. */
struct tw_serve_watched {
    int fd; /**< -1: free */
    enum tw_serve_phase phase;
    double born;                /**< when it was accepted */
    double since;               /**< start of the phase; moved on by the time that was ours */
    double last;                /**< bytes came or were taken, or start of what is ours */
    uint64_t bytes;             /**< of the body so far, or of the answer */
    volatile sig_atomic_t stop; /**< 1: cut off */
};

/** All connections. */
struct tw_serve_watch {
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct tw_serve_watched at[TW_SERVE_CONNECTIONS + 1];
    pthread_t thread;
    bool ending;
};

bool tw_serve_watch_start(struct tw_serve_watch *watch);
/** Cuts off everybody; after TW_SERVE_END the program ends even if a thread does not. */
void tw_serve_watch_end(struct tw_serve_watch *watch);
void tw_serve_watch_join(struct tw_serve_watch *watch);
/** A connection begins. NULL: no place, or ending. */
struct tw_serve_watched *tw_serve_watch_add(struct tw_serve_watch *watch, int fd);
void tw_serve_watch_remove(struct tw_serve_watch *watch, struct tw_serve_watched *watched);
/** It does something else now; `bytes` more came, or are to go. */
void tw_serve_watch_phase(struct tw_serve_watch *watch, struct tw_serve_watched *watched,
                          enum tw_serve_phase phase, uint64_t bytes);

/* ---- diagnosing ---------------------------------------------------------------------------------
 */

/** What is the same for every request. */
struct tw_serve {
    const struct tlswhy_pack *pack;
    struct tw_serve_own own;
    uint64_t max_bytes; /**< of a body, and of what it is decompressed to */
    struct tw_serve_watch watch;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    unsigned running, waiting; /**< uploads */
    unsigned cores;
    size_t answers; /**< bytes of answers that are held */
};

/** A format of an answer. */
struct tw_serve_format {
    const char *name;
    enum tlswhy_format format;
    const char *media_type;
};
extern const struct tw_serve_format tw_serve_formats[];
extern const size_t tw_serve_format_count;

/** What is asked of an upload; strings are the job's. */
struct tw_serve_question {
    const struct tw_serve_format *format;
    char *name, *input_format, *encoding, *client;
    bool no_redact, all;
};
void tw_serve_question_free(struct tw_serve_question *question);

/** An upload that is being diagnosed. */
struct tw_serve_job {
    struct tw_serve *serve;
    struct tw_serve_watched *watched;
    struct tw_serve_question question;
    pthread_t thread;
    int to, from; /**< the pipe; -1: closed */
    bool running;
    char *answer; /**< free()d by who takes it */
    size_t length, room;
    bool too_large;
    enum tlswhy_status status;
    struct tlswhy_error error;
};

/** Waits for a turn and starts. The question becomes the job's. NULL: `*code` is the HTTP status
 * that says why. */
struct tw_serve_job *tw_serve_job_start(struct tw_serve *serve, struct tw_serve_watched *watched,
                                        struct tw_serve_question *question, unsigned *code);
/** Hands over bytes; waits where diagnosing is slower. Bytes that nobody wants any more are
 * forgotten. */
void tw_serve_job_write(struct tw_serve_job *job, const char *bytes, size_t length);
/** No more bytes: waits for the answer. */
void tw_serve_job_end(struct tw_serve_job *job);
/** Stops where it runs, and frees; NULL is fine. */
void tw_serve_job_free(struct tw_serve_job *job);
/** An answer of `length` bytes was fetched, or is not wanted. */
void tw_serve_answer_gone(struct tw_serve *serve, size_t length);

/* ---- the page, and HTTP -------------------------------------------------------------------------
 */

/** An embedded file. */
struct tw_serve_file {
    const char *path;
    const char *media_type;
    const char *start, *end;
};
/** The file that stands at `path`, or NULL. */
const struct tw_serve_file *tw_serve_page_file(const char *path);

/** Starts to answer on a listening socket, which becomes its own. NULL: it cannot. */
struct MHD_Daemon *tw_serve_http_start(struct tw_serve *serve, int listener);
void tw_serve_http_stop(struct MHD_Daemon *daemon);

/** Seconds of a clock that is never set. */
double tw_serve_now(void);

#endif

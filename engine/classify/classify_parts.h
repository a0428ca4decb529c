/* classify_parts.h -- what the files of this folder share: held hits, incidents, scores. */
#ifndef TW_CLASSIFY_PARTS_H
#define TW_CLASSIFY_PARTS_H

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "classify/classify.h"

/** How far apart, in bytes of text, the records of one failure may lie. Two kibibytes are some
 * twenty lines: more than between the parts of one trace, less than between two attempts of a
 * person. */
#define TW_INCIDENT_GAP 2048u
/** The same within one connection attempt, whose beginning the log shows. */
#define TW_ATTEMPT_GAP (64u << 10)

/** Distinct values of one context signature that are remembered. */
#define TW_CONTEXT_VALUES 16u

/** Incidents of other threads that stay open meanwhile: a log of more busy threads than this is
 * told apart by hosts and nearness only. */
#define TW_PARKED_MAX 8u

/** Hosts shown of one incident. */
#define TW_INCIDENT_HOSTS 4u

/** A name of a host with its NUL; RFC 1035, section 2.3.4 allows 255 octets. */
#define TW_HOST_BYTES 256
#define TW_VERSION_BYTES 64
/** Decimal digits of 64 bits with their NUL. */
#define TW_DIGITS_BYTES 24

/** A hit that outlives its record. All strings are redacted, visible, and lie in the arena of the
 * input. */
struct tw_held {
    uint32_t signature;
    uint32_t client; /**< whom it proves or hints at; TW_PACK_NONE */
    uint64_t record_id;
    struct tw_cursor at; /**< the hit itself */
    uint64_t out;        /**< where its record begins in the text */
    uint64_t first_out;  /**< the same of its first occurrence */
    uint64_t attempt;    /**< in which it stood; 0: the log shows none */
    const char *excerpt;
    const char *provider; /**< NULL where unknown */
    const char *event;    /**< its id, likewise */
    const char *number;   /**< that the log gives the record, likewise */
    const char *time;
    const char *time_local;
    struct tlswhy_capture captures[8];
    size_t capture_count;
    const char *host;    /**< "" where none was captured */
    const char *version; /**< likewise */
};

/** A context signature (client or fact) with one captured host and version, latched: where it stood
 * first, and its last occurrence, of which only a line is kept. It becomes a held hit when an
 * incident needs it, so that a client named in every line of a log costs a copy of that line and
 * nothing more. */
struct tw_context {
    uint32_t signature;
    uint32_t next; /**< the next context of the same signature, or TW_PACK_NONE */
    char host[TW_HOST_BYTES];
    char version[TW_VERSION_BYTES];
    uint64_t first_out;
    uint64_t out;            /**< of the last occurrence */
    uint64_t order;          /**< serial of the last occurrence; larger is later */
    struct tw_record record; /**< of the last occurrence; its text is `line` */
    struct tw_hit hit;       /**< the same, with places in `line` */
    struct tw_buffer line;
    char provider[TW_HOST_BYTES]; /**< these three of its record, which is gone */
    char event[TW_DIGITS_BYTES];
    char number[TW_DIGITS_BYTES];
};

/** The hits of one failed attempt. */
struct tw_incident {
    struct tw_held *hits;
    size_t hit_count;
    size_t hit_room;
    uint64_t dropped;
    uint64_t count;        /**< equal incidents, this one included */
    uint64_t first_out;    /**< of the first error's record */
    uint64_t first_offset; /**< the same place in the decompressed input */
    uint64_t last_end;     /**< where the last error's record ends */
    uint64_t first_line;   /**< of its errors; 0-based */
    uint64_t last_line;
    uint64_t last_record; /**< out of the last error's record */
    uint32_t last_chain;  /**< and its exception chain */
    tw_text stack;        /**< the stack that its records hint at; absent: none does */
    bool fresh; /**< begun by another exception in the same record: what stood before says nothing
                   of it */
    uint32_t first_chain;                         /**< of its first record */
    char hosts[TW_INCIDENT_HOSTS][TW_HOST_BYTES]; /**< of its errors, or of what stands near them */
    size_t host_count;
    bool in_attempt;
    uint64_t origin; /**< thread, process or activity of its errors; 0: not known */
    bool telling;    /**< one of its errors says something of causes */
    uint32_t client; /**< best in sight when it began; TW_PACK_NONE */
    char client_version[TW_VERSION_BYTES];
    uint64_t key;
    char last_time[TW_TIME_BYTES]; /**< of the last equal incident; "" where unknown */
    struct tw_arena *arena;        /**< strings of its hits */
};

/** Where a signature stood in the input: places in its text. */
struct tw_seen {
    bool ever;
    uint64_t first;
    uint64_t last;
};

struct tw_classifier {
    const struct tw_pack *pack;
    struct tw_classify_options options;
    char *logical_name;
    struct tw_arena *arena; /**< of the result */
    struct tw_context *contexts;
    size_t context_count;
    uint32_t *first_context; /**< by signature: its first context, or TW_PACK_NONE */
    struct tw_seen *seen;    /**< by signature */
    uint64_t serial;
    uint64_t attempt;                         /**< 0: the log shows no beginning of an attempt */
    uint64_t attempt_order;                   /**< serial of the context that began the last one */
    uint64_t attempt_out;                     /**< and where that stands */
    uint64_t host_out;                        /**< where a host was named last, outside an error */
    char host[TW_HOST_BYTES];                 /**< and that host */
    struct tw_incident open;                  /**< hit_count 0: none */
    struct tw_incident parked[TW_PARKED_MAX]; /**< of other threads, the oldest first */
    size_t parked_count;
    struct tw_incident *closed;
    size_t closed_count, closed_room;
    uint64_t dropped;
    /* Working memory of the ranking, by cause. */
    double *score;
    double *confidence;
    struct tlswhy_fix *fixes; /**< by fix; id NULL: not written yet for this input */
    bool *supported;
};

/** What is known of an incident when it is judged. */
struct tw_judgement {
    uint32_t client;                                 /**< TW_PACK_NONE */
    const char *version;                             /**< NULL */
    const struct tw_held *evidence[TW_EVIDENCE_MAX]; /**< in the order of the input */
    bool counts[TW_EVIDENCE_MAX];                    /**< whether its terms were added */
    bool only_later[TW_EVIDENCE_MAX]; /**< said of the host, and not before the failure had ended */
    bool tells_version[TW_EVIDENCE_MAX]; /**< whether the client's version terms hang on it */
    size_t evidence_count;
    uint64_t dropped;
    struct tw_terms version_terms;
    struct tw_terms service_terms;
    size_t service_evidence; /**< the piece that they hang on: it names the host */
    bool on_service, off_service;
    uint32_t family; /**< the likeliest; TW_PACK_NONE: nothing is supported */
    uint32_t cause;  /**< the likeliest of it, or its fallback */
    double family_confidence;
    double cause_confidence;
    bool conclusive;
    bool has_error; /**< false: only conditions of other evidence, which was not there: no incident
                     */
};

/** classify_hold.c: copies a hit with its strings to `arena`. */
enum tw_status tw_classify_hold(const struct tw_classifier *classifier,
                                const struct tw_record *record, const struct tw_hit *hit,
                                struct tw_arena *arena, struct tw_held *held);

/** classify_hold.c: the line of a hit that is shown, a part of `text`. */
struct tw_span tw_classify_line(struct tw_span text, size_t start);

/** classify_hold.c: host and version among the captures of a hit; "" where there is none. */
void tw_classify_key_captures(const struct tw_hit *hit, char host[TW_HOST_BYTES],
                              char version[TW_VERSION_BYTES]);

/** classify_context.c: latches a hit of a client or a fact. What is said of a host, but names none,
 * is said of `near` ("": not known). `*context` is where it is, NULL where there is no room for a
 * further value. */
enum tw_status tw_classify_latch(struct tw_classifier *classifier, const struct tw_record *record,
                                 const struct tw_hit *hit, const char *near,
                                 struct tw_context **context);
/** The last occurrence of a context as a held hit with strings in `arena`. */
enum tw_status tw_classify_unlatch(const struct tw_classifier *classifier,
                                   const struct tw_context *context, struct tw_arena *arena,
                                   struct tw_held *held);
/** Forgets all contexts. */
void tw_classify_forget(struct tw_classifier *classifier);

/** classify_host.c: whom a hit proves or hints at: what its wording says, or its signature;
 * TW_PACK_NONE where they say nothing. */
uint32_t tw_classify_client(const struct tw_pack *pack, const struct tw_hit *hit);
/** classify_host.c: the stack of the client of a hit. Absent: not known. */
tw_text tw_classify_stack(const struct tw_classifier *classifier, const struct tw_hit *hit);
/** Whether two stacks are known and not the same. */
bool tw_classify_stacks_differ(const struct tw_classifier *classifier, tw_text a, tw_text b);

/** classify_host.c: the host of the https URL that stands nearest before a hit in its line, or else
 * in the first line of the record; false where there is none but hosts that are named in every log
 * (documentation, schemas). */
bool tw_classify_url_host(const struct tw_pack *pack, const struct tw_record *record,
                          const struct tw_hit *hit, char host[TW_HOST_BYTES]);

/** classify_host.c: brings a host into its plain form: lower case, no port, no final dot; false
 * where it is none. */
bool tw_classify_host(struct tw_span text, char host[TW_HOST_BYTES]);
/** Whether the host belongs to the online service. */
bool tw_classify_is_service(const struct tw_pack *pack, const char *host);

/** classify_incident.c: closes all incidents that are open, and puts the closed ones in the order
 * of their first errors. */
enum tw_status tw_classify_close(struct tw_classifier *classifier);
void tw_classify_incident_free(struct tw_incident *incident);

/** classify_rank.c: judges an incident with all that the input holds; fills classifier->confidence.
 */
void tw_classify_rank(struct tw_classifier *classifier, const struct tw_incident *incident,
                      struct tw_judgement *judgement);

/** classify_when.c: adds to the judgement what can be concluded from its evidence and the input
 * (the signatures with `when`). All of it counts. Out of memory only loses some. */
void tw_classify_conclude(struct tw_classifier *classifier, const struct tw_incident *incident,
                          struct tw_judgement *judgement);

/** Whether a host is one of the incident's. */
bool tw_classify_is_host_of(const struct tw_incident *incident, const char *host);

/** classify_result.c: the diagnosis of a judged incident, in the arena of the result. */
enum tw_status tw_classify_result(struct tw_classifier *classifier,
                                  const struct tw_incident *incident,
                                  const struct tw_judgement *judgement,
                                  struct tlswhy_diagnosis *diagnosis);

/** classify_fix.c: fixes and what to collect for a judged incident. */
enum tw_status tw_classify_fixes(struct tw_classifier *classifier,
                                 const struct tw_judgement *judgement,
                                 const struct tlswhy_ranked_cause *alternatives,
                                 size_t alternative_count, struct tlswhy_diagnosis *diagnosis);

/** The texts of a list as an array in the arena; NULL: out of memory. */
const char *const *tw_classify_texts(const struct tw_classifier *classifier, struct tw_list list);

/** What a term of a piece of evidence adds. What is known of the host only since the failure does
 * not rule out decisively: something may have been changed in between, and that is why it works. */
static inline double tw_classify_term(const struct tw_pack_term *term, bool only_later)
{
    double least = -3.5; /* strong; pack_shapes.c has the words */
    return only_later && (double)term->value < least ? least : (double)term->value;
}

/** The signature of a held hit. */
static inline const struct tw_pack_signature *tw_classify_signature(
    const struct tw_classifier *classifier, const struct tw_held *held)
{
    return &classifier->pack->signatures[held->signature];
}

#endif

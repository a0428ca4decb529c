/* pack.h -- a compiled pack: immutable tables over one block of memory (the blob).
 *
 * The same structs are written by the pack compiler and read by everyone else. Texts are offsets
 * into one pool of NUL-terminated strings (offset 0 is the empty string and means "absent"); lists
 * are ranges of one array of numbers, which are texts or indexes. Numbers are in the byte order of
 * the machine: a blob is made where it is used, or rebuilt (pack_cache.h). tw_pack_open checks
 * every offset, so that a damaged blob is refused and never read out of bounds. */
#ifndef TW_PACK_PACK_H
#define TW_PACK_PACK_H

#include "base/span.h"
#include "base/status.h"

/** "No such thing", where an index is expected. */
#define TW_PACK_NONE UINT32_MAX

/** An offset into the pool of strings. */
typedef uint32_t tw_text;

/** A range of the pack's numbers. */
struct tw_list {
    uint32_t first;
    uint32_t count;
};

/** A range of the pack's terms. */
struct tw_terms {
    uint32_t first;
    uint32_t count;
};

/** How much one cause gains or loses, and the word that the author used (enum tlswhy_strength;
 *  negative value: ruled out). */
struct tw_pack_term {
    uint32_t cause;
    float value;
    uint32_t strength;
};

/** Where the text of a pack came from. */
struct tw_pack_info {
    tw_text name;
    tw_text version;
    uint64_t digest;
    uint32_t signatures;
    uint32_t reserved;
};

struct tw_pack_reference {
    tw_text id, document, section, url, as_of, note;
};

struct tw_pack_family {
    tw_text id, title;
    uint32_t look_alike;
    struct tw_list next_steps; /**< texts */
};

struct tw_pack_cause {
    tw_text id, title, headline, meaning, told_apart_by;
    uint32_t family;
    uint32_t fallback;
    float prior; /**< weight within the family, not yet normalised */
    struct tw_list fixes, collect, references;
};

/** The weight of a cause, or a fix for a cause, as a client's table says. */
struct tw_pack_prior {
    uint32_t cause;
    float weight;
};

struct tw_pack_client {
    tw_text id, title, compliant_from;
    tw_text stack; /**< the software that speaks TLS for it; absent: not known */
    uint32_t rank;
    struct tw_list priors;      /**< indexes of tw_pack.priors */
    struct tw_list cause_fixes; /**< pairs: cause, then a fix for it; in the order of preference */
    struct tw_terms old, compliant;
    struct tw_list references;
};

struct tw_pack_fix {
    tw_text id, title;
    uint32_t discouraged;
    struct tw_list steps, commands, cautions, references;
};

struct tw_pack_collect {
    tw_text id, what, command, settles;
    struct tw_list decides_between;
};

/** What an online service host, or its absence, says (section `service` of a pack). */
struct tw_pack_service {
    struct tw_list hosts;            /**< suffixes of host names */
    struct tw_list named_everywhere; /**< suffixes of hosts that a log names without connecting */
    tw_text off_service_caution;
    struct tw_terms on_service;
    uint32_t present;
};

/** A word that signatures share, so that conditions can speak of all of them. */
struct tw_pack_tag {
    tw_text id, meaning;
    uint32_t
        direction; /**< enum tw_pack_direction: what it says of the machine that wrote the log */
};

/** Which side of a connection the machine was that wrote the log. */
enum tw_pack_direction {
    TW_DIRECTION_UNKNOWN = 0,
    TW_DIRECTION_CLIENT,
    TW_DIRECTION_SERVER,
};

/** What Windows prints for an event (section `events` of a pack), so that one wording serves for
 * logs that hold only its values, and for messages in other languages. */
struct tw_pack_event {
    tw_text id, provider;
    tw_text message; /**< with {Name} where a value stands */
    uint32_t event_id;
    struct tw_list
        values; /**< texts: the names of its values in their order, where a log has none */
    struct tw_list
        numbers; /**< texts: the values that stand as numbers in any language's message */
    struct tw_list references;
};

/** A word that Windows translates among an event's values, with its translations. */
struct tw_pack_word {
    tw_text id;
    tw_text of; /**< the name of the values that are such words */
    struct tw_list texts;
};

/** Where a condition looks: among the evidence of the incident, in everything of the input that is
 * about one of its hosts, or in the whole input. */
enum tw_pack_window {
    TW_WINDOW_INCIDENT = 0,
    TW_WINDOW_HOST,
    TW_WINDOW_INPUT,
};

/** Whether a condition wants a host of the online service. */
enum tw_pack_side {
    TW_SIDE_ANY = 0,
    TW_SIDE_SERVICE,
    TW_SIDE_OTHER,
};

/** What has to be there for a signature that is concluded and not read. Lists hold names: the index
 * of a signature, or TW_PACK_TAG with that of a tag. An empty list asks for nothing. */
struct tw_pack_when {
    uint32_t window; /**< enum tw_pack_window: of all, any, none */
    uint32_t side;   /**< enum tw_pack_side: of the incident's hosts */
    struct tw_list all, any, none;
    struct tw_list before, after; /**< any of these stood there before or after the failure */
    struct tw_list of;            /**< what `hosts` and `times` count */
    uint32_t hosts;               /**< at least so many hosts failed with any of `of` */
    uint32_t times;               /**< at least so many failures had any of `of` */
    struct tw_list clients;       /**< the client is one of these */
};

/** In a list of names: the rest is the index of a tag. */
#define TW_PACK_TAG 0x80000000u

enum tw_pack_scope {
    TW_SCOPE_INCIDENT = 0,
    TW_SCOPE_HOST,
    TW_SCOPE_INPUT,
};

struct tw_pack_signature {
    tw_text id, title, note, unless, status;
    tw_text file; /**< where it was written, for messages */
    uint32_t line;
    uint32_t revision;
    uint32_t kind;   /**< enum tlswhy_kind */
    uint32_t client; /**< index or TW_PACK_NONE */
    uint32_t scope;  /**< enum tw_pack_scope */
    uint32_t starts_attempt;
    uint32_t strength;       /**< the strongest word among its terms */
    struct tw_list wordings; /**< first and count are indexes of tw_pack.wordings, not of numbers */
    struct tw_list seen_in;  /**< texts: format names; empty: all */
    struct tw_list over;     /**< indexes of signatures */
    struct tw_list needs_any, needs_none; /**< names, as in struct tw_pack_when */
    struct tw_list tags;                  /**< indexes of tags */
    struct tw_list done;                  /**< fixes that need not be made where this is seen */
    uint32_t when; /**< index, or TW_PACK_NONE: it is read in the log, by its wordings */
    struct tw_list references, match_samples, no_match_samples;
    struct tw_terms supports, rules_out;
};

struct tw_pack_wording {
    uint32_t signature;
    uint32_t client; /**< whom this wording hints at instead of the signature's; TW_PACK_NONE */
    tw_text text;
    tw_text pattern; /**< PCRE2; absent: compare `text` byte for byte */
    tw_text language;
    uint32_t caseless;
    uint32_t whole_record; /**< the pattern looks at the record, not only at the line */
    uint32_t anchor;
    uint32_t anchor_at; /**< where the anchor begins in `text` */
};

/** A literal that the matcher looks for, and the wordings that it shortlists. */
struct tw_pack_anchor {
    tw_text bytes;
    uint32_t length;
    uint32_t caseless;
    struct tw_list wordings; /**< none: the name of a provider, whose events are looked at */
};

/** All tables. Obtained from tw_pack_open; read freely, changed by nobody. */
struct tw_pack {
    const struct tw_pack_info *infos;
    const struct tw_pack_reference *references;
    const struct tw_pack_family *families;
    const struct tw_pack_cause *causes;
    const struct tw_pack_client *clients;
    const struct tw_pack_fix *fixes;
    const struct tw_pack_collect *collects;
    const struct tw_pack_prior *priors;
    const struct tw_pack_term *terms;
    const struct tw_pack_signature *signatures;
    const struct tw_pack_tag *tags;
    const struct tw_pack_when *whens;
    const struct tw_pack_event *events;
    const struct tw_pack_word *words;
    const struct tw_pack_wording *wordings;
    const struct tw_pack_anchor *anchors;
    const struct tw_pack_service *service; /**< exactly one */
    const uint32_t *numbers;
    const char *strings;
    uint32_t info_count, reference_count, family_count, cause_count, client_count, fix_count,
        collect_count, prior_count, term_count, signature_count, tag_count, when_count, event_count,
        word_count, wording_count, anchor_count, number_count, string_size;
    struct tw_span database; /**< for the matcher: anchors and the stride-capping dummy */
    uint64_t digest;         /**< of everything above but the database */
    char *owned;             /**< memory that tw_pack_free gives back, or NULL */
};

/** Opens a blob. `blob` is aligned to 8 bytes and outlives the pack. TW_ERR_DATA: not a blob of
 * this version, or damaged. On success the caller frees `*out` with tw_pack_free. */
enum tw_status tw_pack_open(struct tw_pack **out, struct tw_span blob, struct tw_error *error);

/** Opens the pack that is embedded in the executable. */
enum tw_status tw_pack_open_default(struct tw_pack **out, struct tw_error *error);

/** The embedded blob itself. */
struct tw_span tw_pack_default_blob(void);

/** Opens a blob file (a cache, or the output of the pack compiler). TW_ERR_IO, TW_ERR_DATA,
 *  TW_ERR_LIMIT, TW_ERR_MEMORY. */
enum tw_status tw_pack_open_file(struct tw_pack **out, const char *path, struct tw_error *error);

/** Frees; NULL is fine. */
void tw_pack_free(struct tw_pack *pack);

/** A text as a NUL-terminated string that lives as long as the pack; "" where absent. */
static inline const char *tw_pack_text(const struct tw_pack *pack, tw_text text)
{
    return pack->strings + text;
}

/** The same, but NULL where absent. */
static inline const char *tw_pack_text_or_null(const struct tw_pack *pack, tw_text text)
{
    return text == 0 ? NULL : pack->strings + text;
}

/** The i-th number of a list. */
static inline uint32_t tw_pack_number(const struct tw_pack *pack, struct tw_list list, uint32_t i)
{
    return pack->numbers[list.first + i];
}

/** The id of the signature or tag that a name stands for. */
const char *tw_pack_name(const struct tw_pack *pack, uint32_t name);

/** Whether a signature is one of the names of a list, by its id or one of its tags. */
bool tw_pack_is_named(const struct tw_pack *pack, struct tw_list names, uint32_t signature);

/** The index of a cause, client, fix or signature by id, or TW_PACK_NONE. */
uint32_t tw_pack_find_cause(const struct tw_pack *pack, const char *id);
uint32_t tw_pack_find_client(const struct tw_pack *pack, const char *id);
uint32_t tw_pack_find_fix(const struct tw_pack *pack, const char *id);
uint32_t tw_pack_find_signature(const struct tw_pack *pack, const char *id);

#endif

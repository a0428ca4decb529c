/* pipeline_hits.c -- from the candidates of a block to the classifier; see pipeline_hits.h.
 *
 * Names of clients and hosts stand in every line of some logs, and only their first and last place
 * matters. What such a wording matched is remembered; a candidate around which the same bytes stand
 * is *quiet*: it is passed over, and only the last of each is confirmed, before an error is, and at
 * the end of the block. Measured on 64 MiB of traces in which every line names its source: see
 * docs/decisions/0006-quiet-candidates.md. */
#include "pipeline/pipeline_hits.h"

#include "base/alloc.h"
#include "base/hash.h"

/* Matches remembered of one input, and the longest of them with the byte before and behind it. */
#define MEMOS_MAX 256u
#define MEMO_BYTES 128u
/* A wording with more different matches than this is not worth remembering: looking them up, and
 * confirming the last of each, costs more than it saves (measured with 8, 16 and 108 hosts). */
#define VALUES_MAX 8u
#define NO_MEMO UINT32_MAX

/* What a wording matched in this input. */
struct memo {
    uint32_t wording;
    uint32_t next; /* of the same anchor */
    size_t before; /* bytes from the first remembered one to the anchor */
    size_t length;
    size_t last; /* the last candidate of the block that was passed over for it; SIZE_MAX: none */
    char bytes[MEMO_BYTES];
};

/* Surroundings of an anchor in which nothing new stands, and what stands in them: so that the next
 * candidate in the same surroundings costs one comparison. */
#define LOOKS_MAX 64u
#define LOOK_MEMOS 4u
struct look {
    uint32_t next; /* of the same anchor */
    uint32_t memos[LOOK_MEMOS];
    uint32_t memo_count;
    size_t before; /* bytes from the first remembered one to the anchor */
    size_t length;
    char bytes[MEMO_BYTES];
};

/* How far the wordings of an anchor reach around it, in bytes. */
struct reach {
    size_t before;
    size_t after; /* from the beginning of the anchor */
};

/* The record in hand. */
struct open_record {
    struct tw_record record;
    size_t start; /* in the block */
    size_t end;   /* 0: none */
};

struct tw_hits {
    const struct tw_pack *pack;
    struct tw_hits_stages stages;
    const struct tw_format *format;
    bool article;  /* the input is one, not a log */
    bool no_lines; /* the places of the input have none */
    struct tw_pipeline_counts *counts;
    uint64_t *anchor_counts; /* candidates of each anchor that counts lacks yet */
    bool *told;              /* by signature: hit in this input */
    uint64_t candidates;
    uint64_t hits;
    bool *latched;        /* by wording */
    uint32_t *values;     /* by wording: memos of it; beyond VALUES_MAX it is confirmed each time */
    bool *may_be_quiet;   /* by anchor: all its wordings are latched */
    uint32_t *first_memo; /* by anchor */
    struct memo *memos;
    uint32_t memo_count;
    struct reach *reach;  /* by anchor */
    uint32_t *first_look; /* by anchor */
    struct look *looks;
    uint32_t look_count;
    uint32_t waiting[MEMOS_MAX]; /* memos with candidates that were passed over */
    size_t waiting_count;
    struct open_record open;
};

/* Whether what a pattern matches depends on more than the match and the bytes around it. */
static bool looks_further(const char *pattern)
{
    static const char *const looks[] = {"(?=", "(?!", "(?<=", "(*"};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (strstr(pattern, looks[i]) != NULL) {
            return true;
        }
    }
    for (const char *behind = strstr(pattern, "(?<!"); behind != NULL;
         behind = strstr(behind + 1, "(?<!")) {
        /* One class of characters is one byte of a host's or a version's surroundings. */
        const char *end = behind[4] == '[' ? strstr(behind, "])") : NULL;
        if (end == NULL || memchr(behind, '|', (size_t)(end - behind)) != NULL) {
            return true;
        }
    }
    return false;
}

/* Whether nothing but the first and the last place of each of its matches matters of a wording: it
 * is of a client or a fact that nothing else hangs on. */
static bool is_latched(const struct tw_pack *pack, const struct tw_pack_wording *wording,
                       const bool *replaced)
{
    const struct tw_pack_signature *signature = &pack->signatures[wording->signature];
    /* What is said of a host without naming it is said of the host named last. */
    bool names_host = strstr(tw_pack_text(pack, wording->pattern), "(?<host>") != NULL;
    return signature->kind != TLSWHY_KIND_ERROR && !wording->whole_record &&
           (signature->scope != TW_SCOPE_HOST || names_host) && signature->unless == 0 &&
           signature->over.count == 0 && !signature->starts_attempt &&
           !replaced[wording->signature] && !looks_further(tw_pack_text(pack, wording->pattern));
}

static enum tw_status find_latched(struct tw_hits *hits)
{
    const struct tw_pack *pack = hits->pack;
    bool *replaced = tw_base_alloc(pack->signature_count, sizeof *replaced);
    if (replaced == NULL) {
        return TW_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < pack->signature_count; i++) {
        struct tw_list over = pack->signatures[i].over;
        for (uint32_t k = 0; k < over.count; k++) {
            replaced[tw_pack_number(pack, over, k)] = true;
        }
    }
    for (uint32_t i = 0; i < pack->wording_count; i++) {
        hits->latched[i] = is_latched(pack, &pack->wordings[i], replaced);
    }
    for (uint32_t i = 0; i < pack->anchor_count; i++) {
        struct tw_list wordings = pack->anchors[i].wordings;
        hits->may_be_quiet[i] = !hits->stages.confirm_all;
        for (uint32_t k = 0; k < wordings.count; k++) {
            uint32_t number = tw_pack_number(pack, wordings, k);
            const struct tw_pack_wording *wording = &pack->wordings[number];
            struct reach *reach = &hits->reach[i];
            size_t after = strlen(tw_pack_text(pack, wording->text)) - wording->anchor_at;
            hits->may_be_quiet[i] &= hits->latched[number];
            reach->before = wording->anchor_at > reach->before ? wording->anchor_at : reach->before;
            reach->after = after > reach->after ? after : reach->after;
        }
    }
    tw_base_free(replaced);
    return TW_OK;
}

enum tw_status tw_pipeline_hits_new(struct tw_hits **out, const struct tw_pack *pack,
                                    const struct tw_hits_stages *stages, struct tw_error *error)
{
    struct tw_hits *made = tw_base_alloc(1, sizeof *made);
    *out = NULL;
    if (made != NULL) {
        made->pack = pack;
        made->stages = *stages;
        made->counts = tw_base_alloc(pack->signature_count, sizeof *made->counts);
        made->told = tw_base_alloc(pack->signature_count, sizeof *made->told);
        made->latched = tw_base_alloc(pack->wording_count, sizeof *made->latched);
        made->values = tw_base_alloc(pack->wording_count, sizeof *made->values);
        made->may_be_quiet = tw_base_alloc(pack->anchor_count, sizeof *made->may_be_quiet);
        made->first_memo = tw_base_alloc(pack->anchor_count, sizeof *made->first_memo);
        made->memos = tw_base_alloc(MEMOS_MAX, sizeof *made->memos);
        made->anchor_counts = tw_base_alloc(pack->anchor_count, sizeof *made->anchor_counts);
        made->reach = tw_base_alloc(pack->anchor_count, sizeof *made->reach);
        made->first_look = tw_base_alloc(pack->anchor_count, sizeof *made->first_look);
        made->looks = tw_base_alloc(LOOKS_MAX, sizeof *made->looks);
    }
    if (made == NULL || made->counts == NULL || made->told == NULL || made->latched == NULL ||
        made->may_be_quiet == NULL || made->values == NULL || made->first_memo == NULL ||
        made->memos == NULL || find_latched(made) != TW_OK) {
        tw_pipeline_hits_free(made);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    *out = made;
    return TW_OK;
}

void tw_pipeline_hits_free(struct tw_hits *hits)
{
    if (hits != NULL) {
        tw_base_free(hits->counts);
        tw_base_free(hits->told);
        tw_base_free(hits->latched);
        tw_base_free(hits->values);
        tw_base_free(hits->may_be_quiet);
        tw_base_free(hits->first_memo);
        tw_base_free(hits->memos);
        tw_base_free(hits->anchor_counts);
        tw_base_free(hits->reach);
        tw_base_free(hits->first_look);
        tw_base_free(hits->looks);
        tw_base_free(hits);
    }
}

void tw_pipeline_hits_begin(struct tw_hits *hits, const struct tw_format *format,
                            struct tw_span head, bool no_lines)
{
    hits->format = format;
    hits->no_lines = no_lines;
    hits->article = tw_format_is_article(head);
    hits->candidates = hits->hits = 0;
    hits->waiting_count = 0;
    hits->memo_count = hits->look_count = 0;
    memset(hits->told, 0, hits->pack->signature_count * sizeof *hits->told);
    memset(hits->values, 0, hits->pack->wording_count * sizeof *hits->values);
    for (uint32_t i = 0; i < hits->pack->anchor_count; i++) {
        hits->first_memo[i] = hits->first_look[i] = NO_MEMO;
    }
}

void tw_pipeline_hits_lead(struct tw_hits *hits, struct tw_classifier *classifier)
{
    hits->stages.classifier = classifier;
}

void tw_pipeline_hits_count(const struct tw_hits *hits, struct tlswhy_input *input)
{
    input->candidates = hits->candidates;
    input->hits = hits->hits;
}

const struct tw_pipeline_counts *tw_pipeline_hits_profile(struct tw_hits *hits)
{
    for (uint32_t i = 0; i < hits->pack->anchor_count; i++) {
        struct tw_list wordings = hits->pack->anchors[i].wordings;
        for (uint32_t k = 0; k < wordings.count; k++) {
            uint32_t wording = tw_pack_number(hits->pack, wordings, k);
            hits->counts[hits->pack->wordings[wording].signature].candidates +=
                hits->anchor_counts[i];
        }
        hits->anchor_counts[i] = 0;
    }
    return hits->counts;
}

/* ---- records -----------------------------------------------------------------------------------
 */

void tw_pipeline_frame(struct tw_scanner *scanner, const struct tw_scan_block *block, size_t at,
                       struct tw_record *record, size_t *start, size_t *end)
{
    tw_scan_record(scanner, at, start, end);
    *record = (struct tw_record){.text = {block->bytes.at + *start, *end - *start},
                                 .at = tw_scan_locate(scanner, *start),
                                 .cut = block->cut && *end == block->bytes.length};
}

void tw_pipeline_describe(const struct tw_format *format, struct tw_record *record)
{
    record->id = tw_base_hash(tw_base_hash_number(TW_HASH_START, record->at.offset), record->text);
    format->describe(record);
}

/* The memo of a wording of which the same bytes stand around the anchor at `at`; NO_MEMO: none. */
static uint32_t find_memo(const struct tw_hits *hits, uint32_t anchor, uint32_t wording,
                          struct tw_span text, size_t at)
{
    for (uint32_t i = hits->first_memo[anchor]; i != NO_MEMO; i = hits->memos[i].next) {
        const struct memo *memo = &hits->memos[i];
        if (memo->wording == wording && at >= memo->before &&
            memo->length <= text.length - (at - memo->before) &&
            memcmp(text.at + at - memo->before, memo->bytes, memo->length) == 0) {
            return i;
        }
    }
    return NO_MEMO;
}

/* Remembers what a hit of the record in hand matched, with the bytes around it. */
static void remember(struct tw_hits *hits, const struct tw_scan_block *block,
                     const struct tw_hit *hit)
{
    const struct tw_pack *pack = hits->pack;
    uint32_t number = pack->wordings[hit->wording].anchor;
    const struct tw_pack_anchor *anchor = &pack->anchors[number];
    size_t from = hits->open.start + hit->start;
    size_t to = hits->open.start + hit->end;
    if (!hits->latched[hit->wording] || hits->values[hit->wording] > VALUES_MAX ||
        hits->memo_count == MEMOS_MAX || from == 0 || to == block->bytes.length ||
        to - from + 2 > MEMO_BYTES) {
        return;
    }
    struct tw_span match = {block->bytes.at + from - 1, to - from + 2};
    size_t at = tw_base_span_find(
        match, (struct tw_span){tw_pack_text(pack, anchor->bytes), anchor->length});
    if (at == match.length ||
        find_memo(hits, number, hit->wording, block->bytes, from - 1 + at) != NO_MEMO) {
        return;
    }
    if (++hits->values[hit->wording] > VALUES_MAX) {
        return;
    }
    struct memo *memo = &hits->memos[hits->memo_count];
    *memo = (struct memo){.wording = hit->wording,
                          .next = hits->first_memo[number],
                          .before = at,
                          .length = match.length,
                          .last = SIZE_MAX};
    memcpy(memo->bytes, match.at, match.length);
    hits->first_memo[number] = hits->memo_count++;
}

static void count_hit(struct tw_hits *hits, const struct tw_hit *hit)
{
    bool again = hits->told[hit->signature];
    hits->counts[hit->signature].hits++;
    hits->hits += !again || hits->pack->signatures[hit->signature].kind == TLSWHY_KIND_ERROR;
    hits->told[hit->signature] = true;
}

/* Gives what was confirmed in the record in hand to the classifier. */
static enum tw_status end_record(struct tw_hits *hits, const struct tw_scan_block *block,
                                 struct tw_error *error)
{
    struct open_record *open = &hits->open;
    size_t count = 0;
    struct tw_format_chains chains = {.at = 0};
    if (open->end == 0) {
        return TW_OK;
    }
    open->end = 0;
    struct tw_hit *found = tw_confirm_hits(hits->stages.confirmer, &count);
    if (hits->article && tw_format_is_table_row(open->record.text)) {
        count = 0;
    }
    if (count == 0) {
        return TW_OK;
    }
    tw_pipeline_describe(hits->format, &open->record);
    for (size_t i = 0; i < count; i++) {
        found[i].chain = tw_format_chain(&chains, open->record.text, found[i].start);
        found[i].at = tw_scan_locate(hits->stages.scanner, open->start + found[i].start);
        count_hit(hits, &found[i]);
        remember(hits, block, &found[i]);
    }
    return tw_classify_add(hits->stages.classifier, &open->record, found, count, error);
}

static void begin_record(struct tw_hits *hits, const struct tw_scan_block *block, size_t at)
{
    struct open_record *open = &hits->open;
    tw_pipeline_frame(hits->stages.scanner, block, at, &open->record, &open->start, &open->end);
    tw_confirm_record(hits->stages.confirmer, &open->record,
                      block->skip > open->start ? block->skip - open->start : 0);
}

static enum tw_status confirm(struct tw_hits *hits, const struct tw_match_hit *candidate,
                              struct tw_error *error)
{
    return tw_confirm_candidate(hits->stages.confirmer, candidate->literal,
                                candidate->end - hits->open.start, error);
}

/* ---- quiet candidates --------------------------------------------------------------------------
 */

static void pass_over(struct tw_hits *hits, uint32_t memo, size_t index)
{
    if (hits->memos[memo].last == SIZE_MAX) {
        hits->waiting[hits->waiting_count++] = memo;
    }
    hits->memos[memo].last = index;
}

/* The surroundings of the anchor at `at`, if they were met before; NULL: they were not. */
static const struct look *find_look(const struct tw_hits *hits, uint32_t anchor,
                                    struct tw_span text, size_t at)
{
    for (uint32_t i = hits->first_look[anchor]; i != NO_MEMO; i = hits->looks[i].next) {
        const struct look *look = &hits->looks[i];
        if (at >= look->before && look->length <= text.length - (at - look->before) &&
            memcmp(text.at + at - look->before, look->bytes, look->length) == 0) {
            return look;
        }
    }
    return NULL;
}

/* Remembers the surroundings of the anchor at `at`: as far as its wordings and these memos reach.
 */
static void keep_look(struct tw_hits *hits, uint32_t anchor, struct tw_span text, size_t at,
                      const struct look *found)
{
    size_t before = hits->reach[anchor].before;
    size_t after = hits->reach[anchor].after;
    for (uint32_t i = 0; i < found->memo_count; i++) {
        const struct memo *memo = &hits->memos[found->memos[i]];
        before = memo->before > before ? memo->before : before;
        after = memo->length - memo->before > after ? memo->length - memo->before : after;
    }
    if (hits->look_count == LOOKS_MAX || before + after > MEMO_BYTES || at < before ||
        after > text.length - at) {
        return;
    }
    struct look *look = &hits->looks[hits->look_count];
    *look = *found;
    look->next = hits->first_look[anchor];
    look->before = before;
    look->length = before + after;
    memcpy(look->bytes, text.at + at - before, look->length);
    hits->first_look[anchor] = hits->look_count++;
}

/* Whether each wording of the anchor at `at` is not there, or was met before with the same bytes
 * around it; `found` gets the memos of these. */
static bool is_known(const struct tw_hits *hits, uint32_t number, struct tw_span text, size_t at,
                     struct look *found)
{
    const struct tw_pack *pack = hits->pack;
    const struct tw_pack_anchor *anchor = &pack->anchors[number];
    found->memo_count = 0;
    for (uint32_t i = 0; i < anchor->wordings.count; i++) {
        uint32_t wording = tw_pack_number(pack, anchor->wordings, i);
        const struct tw_pack_wording *about = &pack->wordings[wording];
        if (!about->caseless && tw_confirm_plainly(tw_base_span(tw_pack_text(pack, about->text)),
                                                   about->anchor_at, text, at) == TW_PLAINLY_NOT) {
            continue;
        }
        uint32_t memo = hits->values[wording] > VALUES_MAX
                            ? NO_MEMO
                            : find_memo(hits, number, wording, text, at);
        if (memo == NO_MEMO || found->memo_count == LOOK_MEMOS) {
            return false;
        }
        found->memos[found->memo_count++] = memo;
    }
    return true;
}

/* Passes over candidate `index` where it says nothing, or only what was said before, somewhere that
 * it does not matter. */
static bool is_quiet(struct tw_hits *hits, const struct tw_scan_block *block, size_t index,
                     uint64_t block_out)
{
    const struct tw_match_hit *candidate = &block->hits.at[index];
    uint32_t anchor = candidate->literal;
    struct look made;
    if (!hits->may_be_quiet[anchor] || block->cut || block->skip > 0) {
        return false;
    }
    size_t at = candidate->end - hits->pack->anchors[anchor].length;
    const struct look *look = find_look(hits, anchor, block->bytes, at);
    if (look == NULL) {
        if (!is_known(hits, anchor, block->bytes, at, &made)) {
            return false;
        }
        keep_look(hits, anchor, block->bytes, at, &made);
        look = &made;
    }
    if (look->memo_count > 0 &&
        tw_classify_listens(hits->stages.classifier, block_out + candidate->end)) {
        return false;
    }
    for (uint32_t i = 0; i < look->memo_count; i++) {
        pass_over(hits, look->memos[i], index);
    }
    return true;
}

/* Confirms the record that holds candidate `index`, in which all are quiet; `*done` is the first
 * candidate behind it. */
static enum tw_status confirm_record(struct tw_hits *hits, const struct tw_scan_block *block,
                                     size_t index, size_t *done, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    begin_record(hits, block, block->hits.at[index].end - 1);
    while (index > 0 && block->hits.at[index - 1].end > hits->open.start) {
        index--;
    }
    for (; status == TW_OK && index < block->hits.count &&
           block->hits.at[index].end <= hits->open.end;
         index++) {
        status = confirm(hits, &block->hits.at[index], error);
    }
    *done = index;
    return status == TW_OK ? end_record(hits, block, error) : status;
}

/* Confirms the last place of each match that was passed over before candidate `before`, in
 * the order of the text, and forgets the later ones: their record is confirmed as a whole. */
static enum tw_status catch_up(struct tw_hits *hits, const struct tw_scan_block *block,
                               size_t before, struct tw_error *error)
{
    enum tw_status status = end_record(hits, block, error);
    size_t done = 0; /* the candidates before this are */
    while (status == TW_OK) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < hits->waiting_count; i++) {
            size_t last = hits->memos[hits->waiting[i]].last;
            next = last >= done && last < next ? last : next;
        }
        if (next >= before) {
            break;
        }
        status = confirm_record(hits, block, next, &done, error);
    }
    for (size_t i = 0; i < hits->waiting_count; i++) {
        hits->memos[hits->waiting[i]].last = SIZE_MAX;
    }
    hits->waiting_count = 0;
    return status;
}

/* Begins the record of candidate `index` after what was passed over before it, and confirms what
 * was passed over in it. */
static enum tw_status change_record(struct tw_hits *hits, const struct tw_scan_block *block,
                                    size_t index, struct tw_error *error)
{
    size_t start;
    size_t end;
    size_t first = index;
    size_t at = block->hits.at[index].end - 1;
    tw_scan_record(hits->stages.scanner, at, &start, &end);
    while (first > 0 && block->hits.at[first - 1].end > start) {
        first--;
    }
    enum tw_status status = catch_up(hits, block, first, error);
    if (status == TW_OK) {
        begin_record(hits, block, at);
    }
    for (; status == TW_OK && first < index; first++) {
        status = confirm(hits, &block->hits.at[first], error);
    }
    return status;
}

/* ---- events -------------------------------------------------------------------------------------
 */

/* The hits of an event are told apart by so many bytes at most, so that they come before those of
 * the next event: no event is shorter. */
#define EVENT_LEAST 100u

/* Confirms what an event says and gives it to the classifier. All of it is found where the record
 * begins: its text is not the input's. */
static enum tw_status take_event(struct tw_hits *hits, struct tw_record *record,
                                 struct tw_error *error)
{
    struct tw_hits_stages *stages = &hits->stages;
    struct tw_match_hits found = {.count = 0};
    struct tw_format_chains chains = {.at = 0};
    size_t most = record->text.length < EVENT_LEAST ? record->text.length - 1 : EVENT_LEAST;
    size_t count = 0;
    bool holds;
    enum tw_status status = tw_pipeline_events_read(stages->events, record, &holds, error);
    if (status == TW_OK) {
        status = tw_pipeline_events_scan(stages->events, record, &found, error);
    }
    if (status != TW_OK) {
        return status;
    }
    tw_confirm_record(stages->confirmer, record, 0);
    for (size_t i = 0; status == TW_OK && i < found.count; i++) {
        hits->anchor_counts[found.at[i].literal]++;
        hits->candidates++;
        status =
            tw_confirm_candidate(stages->confirmer, found.at[i].literal, found.at[i].end, error);
    }
    struct tw_hit *confirmed = tw_confirm_hits(stages->confirmer, &count);
    if (status != TW_OK || count == 0) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        size_t within = confirmed[i].start < most ? confirmed[i].start : most;
        confirmed[i].chain = tw_format_chain(&chains, record->text, confirmed[i].start);
        confirmed[i].at = record->at;
        confirmed[i].at.out += within;
        count_hit(hits, &confirmed[i]);
    }
    return tw_classify_add(stages->classifier, record, confirmed, count, error);
}

/* Reads the records of a block that hold a candidate, or all of them. */
static enum tw_status take_events(struct tw_hits *hits, const struct tw_scan_block *block,
                                  struct tw_error *error)
{
    enum tw_status status = TW_OK;
    size_t i = 0;
    size_t looked = 0;
    for (size_t end = 0; status == TW_OK && end < block->bytes.length;) {
        struct tw_record record;
        size_t start;
        while (i < block->hits.count &&
               (block->hits.at[i].end <= end || block->hits.at[i].end <= block->skip)) {
            i++;
        }
        if (i == block->hits.count && !hits->stages.confirm_all) {
            break;
        }
        size_t at = hits->stages.confirm_all ? end : block->hits.at[i].end - 1;
        tw_pipeline_frame(hits->stages.scanner, block, at, &record, &start, &end);
        if (hits->no_lines) {
            /* Nearness is that of the log, and not of what the decoder made of it. */
            record.at.line = TW_NO_LINE;
            record.at.out = record.at.offset;
        }
        tw_pipeline_events_look(hits->stages.events, block->bytes, &looked, end);
        status = take_event(hits, &record, error);
    }
    tw_pipeline_events_look(hits->stages.events, block->bytes, &looked, block->bytes.length);
    return status;
}

/* ---- a block -----------------------------------------------------------------------------------
 */

enum tw_status tw_pipeline_hits_take(struct tw_hits *hits, const struct tw_scan_block *block,
                                     struct tw_error *error)
{
    if (tw_format_is_coded(hits->format)) {
        return take_events(hits, block, error);
    }
    enum tw_status status = TW_OK;
    uint64_t block_out = block->hits.count > 0 ? tw_scan_locate(hits->stages.scanner, 0).out : 0;
    hits->open.end = 0;
    for (size_t i = 0; status == TW_OK && i < block->hits.count; i++) {
        const struct tw_match_hit *candidate = &block->hits.at[i];
        if (candidate->end > block->skip) {
            hits->anchor_counts[candidate->literal]++;
            hits->candidates++;
        }
        if (candidate->end <= hits->open.end) {
            status = confirm(hits, candidate, error);
            continue;
        }
        /* First, because it tells whether the classifier listens. */
        status = end_record(hits, block, error);
        if (status == TW_OK && !is_quiet(hits, block, i, block_out)) {
            status = change_record(hits, block, i, error);
            if (status == TW_OK) {
                status = confirm(hits, candidate, error);
            }
        }
    }
    return status == TW_OK ? catch_up(hits, block, SIZE_MAX, error) : status;
}

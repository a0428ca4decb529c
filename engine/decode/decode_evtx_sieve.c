/* decode_evtx_sieve.c -- which records of a chunk can matter, told from their values alone.
 *
 * Most of a record's XML is its template's, and is the same in all records of it; a log of events
 * is mostly silent, too. So the matcher looks at each template once, at the values of all records
 * of a chunk in one go, and only what it finds something in is expanded.
 * docs/decisions/0008-events.md has the figures. */
#include "decode/decode_evtx_parts.h"

static struct tw_decode_evtx_sifted *records_of(struct tw_decode_evtx_sieve *sieve, size_t *count)
{
    *count = sieve->records.length / sizeof(struct tw_decode_evtx_sifted);
    return (struct tw_decode_evtx_sifted *)(void *)sieve->records.at;
}

void tw_decode_evtx_sieve_begin(struct tw_decode_evtx_sieve *sieve,
                                struct tw_decode_evtx_expander *expander)
{
    sieve->records.maximum = TW_EVTX_OPS_MAX;
    sieve->next = 0;
    tw_base_buffer_clear(&sieve->records);
    tw_base_buffer_clear(&expander->out);
}

void tw_decode_evtx_sieve_add(struct tw_decode_evtx_sieve *sieve,
                              struct tw_decode_evtx_expander *expander, size_t at, size_t from,
                              size_t end)
{
    struct tw_decode_evtx_sifted record = {.at = (uint32_t)at};
    record.kept = !tw_decode_evtx_brief(expander, from, end);
    record.end = (uint32_t)expander->out.length;
    tw_base_buffer_add(&sieve->records, (struct tw_span){(const char *)&record, sizeof record});
}

bool tw_decode_evtx_sieve_end(struct tw_decode_evtx_sieve *sieve,
                              struct tw_decode_evtx_expander *expander)
{
    size_t count;
    size_t i = 0;
    struct tw_match_hits hits = {.count = 0};
    struct tw_decode_evtx_sifted *records = records_of(sieve, &count);
    struct tw_span brief = tw_base_buffer_span(&expander->out);
    /* The expansion that follows may do as much as if nothing had been looked at. */
    expander->work = 0;
    if (sieve->records.status != TW_OK || expander->out.status != TW_OK ||
        (brief.length > 0 && tw_match_scan(expander->sieve, brief, &hits, NULL) != TW_OK)) {
        return false;
    }
    for (size_t k = 0; k < hits.count; k++) {
        while (i < count && records[i].end < hits.at[k].end) {
            i++;
        }
        records[i].kept = true;
    }
    return !hits.capped;
}

bool tw_decode_evtx_sieve_keeps(struct tw_decode_evtx_sieve *sieve, size_t at)
{
    size_t count;
    const struct tw_decode_evtx_sifted *records = records_of(sieve, &count);
    while (sieve->next < count && records[sieve->next].at < at) {
        sieve->next++;
    }
    return sieve->next == count || records[sieve->next].at != at || records[sieve->next].kept;
}

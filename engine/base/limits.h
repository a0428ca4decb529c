/* limits.h -- every maximum of the engine, each with its reason.
 *
 * Reaching a limit is never silent: the input's report names it, and the rest goes on. */
#ifndef TW_BASE_LIMITS_H
#define TW_BASE_LIMITS_H

/** Bytes decoded, scanned and forgotten at a time. 256 KiB stay in the second-level cache, and
 *  larger blocks were not measured to be faster. */
#define TW_BLOCK_SIZE (256u << 10)

/** Longest record. A stack trace of some hundred frames is about 50 KiB; what is longer than this
 *  is no log entry, and is cut so that memory stays bounded. */
#define TW_RECORD_MAX (1u << 20)

/** Longest event as lines: its values, and a message that quotes them once more. */
#define TW_EVENT_TEXT_MAX (4u << 20)

/** How far two pieces of a record that was cut at TW_RECORD_MAX overlap, so that no wording is lost
 *  at the cut: longer than any wording. */
#define TW_RECORD_OVERLAP 4096u

/** First bytes that recognition (encoding, damage, format) may look at: contract, section 2. */
#define TW_PEEK_SIZE (64u << 10)

/** Largest text that is repaired (mail quotes, wrapped lines ...): what a person pastes. */
#define TW_REPAIR_MAX (4u << 20)

/** Decoders that may stand on one another; deeper nesting is made, not met. */
#define TW_DECODE_DEPTH 4

/** Elements of an event that may nest, and binary XML within values of binary XML. Windows nests
 *  some five of the one and one of the other. */
#define TW_EVTX_DEPTH 64u
#define TW_EVTX_NESTING 8u

/** Text and operations kept of the templates of one EVTX chunk, in bytes: 60 times the most that
 *  was met in real logs. More can only be made by definitions that overlap. */
#define TW_EVTX_LITERALS_MAX (1u << 20)
#define TW_EVTX_OPS_MAX (1u << 20)

/** Work done for one EVTX chunk of 64 KiB, in bytes written and the like of it: 30 times the most
 *  that was met in real logs. Templates could else make gigabytes of a chunk. Records beyond count
 *  as not readable. */
#define TW_EVTX_WORK_MAX (8u << 20)

/** How far back a place in the output of the EVTX decoder can still be mapped: the scanner's buffer
 *  and what it keeps, and what recognition has looked at. */
#define TW_EVTX_MAP_WINDOW (2u * TW_RECORD_MAX + 2u * TW_BLOCK_SIZE)

/** Longest anchor handed to the matcher. Longer ones do not make it more selective. */
#define TW_ANCHOR_MAX 32u
/** Shortest anchor; shorter ones stand in every log. */
#define TW_ANCHOR_MIN 6u

/** Bytes of a line before and behind an anchor that a pattern may look at. A header line with a
 *  bearer token has about 3 KiB. */
#define TW_CONFIRM_WINDOW 4096u

/** PCRE2's own limits for one match: 0.5 ms for a catastrophic pattern instead of 25 ms. */
#define TW_PCRE2_MATCH_LIMIT 100000u
#define TW_PCRE2_DEPTH_LIMIT 1000u
#define TW_PCRE2_HEAP_LIMIT_KIB 4096u

/** Named captures of a signature, and bytes kept of one. A token can have some kilobytes; nobody
 *  reads more. */
#define TW_CAPTURES_MAX 8u
#define TW_CAPTURE_BYTES_MAX 4096u

/** Bytes of a record shown as an excerpt. */
#define TW_EXCERPT_MAX 400u

/** Pieces of evidence kept of one diagnosis; the rest is counted. */
#define TW_EVIDENCE_MAX 64u

/** Diagnoses and inputs kept in one json report: contract, section 3. */
#define TW_DIAGNOSES_MAX 10000u
#define TW_INPUTS_MAX 10000u

/** Answers of one live input that are known to be told; what is forgotten may be told once more,
 *  under the same id. */
#define TW_LIVE_TOLD_MAX 16384u

/** Closed incidents kept of one followed file or one source of a stream, which go on for weeks: the
 *  latest. Older ones are told, and no longer count for conclusions. */
#define TW_LIVE_CLOSED_MAX 64u

/** Live inputs that are open at the same time; the one that was silent longest makes room. Each has
 *  a buffer for its longest record and the tables of a classifier. */
#define TW_LIVE_INPUTS_MAX 64u

/** Distinct hosts remembered of one input; the table only tells look-alikes apart. */
#define TW_HOSTS_MAX 1024u

/** Distinct hosts that a condition of a pack can count; more than any asks for. */
#define TW_COUNTED_HOSTS_MAX 16u

/** Depth of elements in an event as XML. The schema has three levels, what programs add a few. */
#define TW_EVENT_XML_DEPTH 64u

/** Largest event as JSON that is parsed. Windows bounds an event to 64 KiB; its message and escapes
 *  come to that. A tree of nothing but empty objects takes a hundred times its text. */
#define TW_EVENT_JSON_MAX (256u << 10)

/** Depth of a JSON event that is cut off, up to which it is closed again. */
#define TW_EVENT_JSON_DEPTH 32u

/** Bytes looked at of one dump in a .NET network trace, which has 1024 by default; a hello has some
 *  hundred. */
#define TW_DOTNET_DUMP_MAX 4096u

/** Threads of one input of which an svclog remembers which way their last bytes went: as many as a
 *  program has requests under way at a time. */
#define TW_SVCLOG_THREADS 64u

/** Sources (requests, jobs, sockets) of a NetLog that are remembered at a time, by their number: a
 *  page with hundreds of requests makes some thousands, and takes 1.2 MiB here. */
#define TW_NETLOG_SOURCES 4096u

/** Net errors that the dictionary of a NetLog may name; Chromium has about 250. */
#define TW_NETLOG_ERRORS 512u

/** Letters in the name of one; the longest of Chromium has 63. */
#define TW_NETLOG_NAME_MAX 96u

/** Largest file of a pack. The whole default pack is below 1 MiB. */
#define TW_YAML_MAX (4u << 20)

/** Largest compiled pack that is read from a cache. */
#define TW_BLOB_MAX (64u << 20)

/** Depth of folders that a walk follows: deeper trees are loops or attacks. */
#define TW_WALK_DEPTH 64

/** Parts that --shard may ask for: more than any scheduler takes as one array. */
#define TW_SHARDS_MAX 100000u

/** Longest line of a report that is merged: 64 pieces of evidence with 8 captures of 4 KiB each
 * come to 2 MiB, the rest is for texts that a pack makes long. */
#define TW_MERGE_LINE_MAX (8u << 20)

/** Values in such a line. Real ones have some thousand; one of nothing but empty lists would take a
 *  hundred times its bytes. */
#define TW_MERGE_VALUES_MAX 100000u

/** Longest name of an input, and longest id, in a report that is merged. */
#define TW_MERGE_NAME_MAX (64u << 10)
#define TW_MERGE_ID_MAX 256u

/** What the merge sorts in memory, how many sorted runs it reads side by side, and the window on
 *  each: 8 MiB hold some 40,000 diagnoses, and 32 runs 1.2 million. */
#define TW_MERGE_BLOCK (8u << 20)
#define TW_MERGE_RUNS 32u
#define TW_MERGE_WINDOW (128u << 10)

/** Files that a merge holds open. */
#define TW_MERGE_FILES 64u

/** Bad lines of a part that are named one by one; the rest is counted. */
#define TW_MERGE_COMPLAINTS 10u

/** Worker threads. */
#define TW_JOBS_MAX 64

#endif

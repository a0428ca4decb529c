/* match_pcre2.c -- confirms and extracts with PCRE2 (JIT where there is one, limits always); the
 * only file that knows the library. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "match/match.h"

/* Entries in the table of names: a name that stands in several alternatives has one in each. */
#define NAMES_MAX 64u

struct tw_pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    const char *names[NAMES_MAX]; /* of named groups, in the pattern's own table */
    uint32_t numbers[NAMES_MAX];
    size_t name_count;
    bool may_be_empty;
};

static void read_names(struct tw_pattern *pattern)
{
    uint32_t count = 0;
    uint32_t size = 0;
    PCRE2_SPTR table = NULL;
    (void)pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &count);
    (void)pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    (void)pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count && pattern->name_count < NAMES_MAX; i++) {
        /* An entry is the group's number, high byte first, then its name (pcre2api(3)). */
        PCRE2_SPTR entry = table + (size_t)i * size;
        pattern->numbers[pattern->name_count] = (uint32_t)entry[0] << 8 | entry[1];
        pattern->names[pattern->name_count++] = (const char *)entry + 2;
    }
}

enum tw_status tw_match_pattern_new(struct tw_pattern **out, struct tw_span pattern, bool caseless,
                                    struct tw_error *error)
{
    *out = NULL;
    struct tw_pattern *made = tw_base_alloc(1, sizeof *made);
    if (made == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    int code = 0;
    PCRE2_SIZE at = 0;
    /* \K in a lookaround and \C could report matches outside the subject; the first is off by
     * default, the second is forbidden here. Names may repeat in alternatives. */
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
                       PCRE2_DUPNAMES | (caseless ? PCRE2_CASELESS : 0);
    made->code = pcre2_compile((PCRE2_SPTR)pattern.at, pattern.length, options, &code, &at, NULL);
    if (made->code == NULL) {
        PCRE2_UCHAR message[160];
        (void)pcre2_get_error_message(code, message, sizeof message);
        tw_match_pattern_free(made);
        return tw_base_error_set(error, TW_ERR_DATA, "%s (at character %zu of the pattern)",
                                 (const char *)message, (size_t)at + 1);
    }
    /* Without JIT (not built in, or refused by a hardened kernel) the interpreter answers the same.
     */
    (void)pcre2_jit_compile(made->code, PCRE2_JIT_COMPLETE);
    made->data = pcre2_match_data_create_from_pattern(made->code, NULL);
    made->context = pcre2_match_context_create(NULL);
    if (made->data == NULL || made->context == NULL) {
        tw_match_pattern_free(made);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    (void)pcre2_set_match_limit(made->context, TW_PCRE2_MATCH_LIMIT);
    (void)pcre2_set_depth_limit(made->context, TW_PCRE2_DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(made->context, TW_PCRE2_HEAP_LIMIT_KIB);
    uint32_t empty = 0;
    (void)pcre2_pattern_info(made->code, PCRE2_INFO_MATCHEMPTY, &empty);
    made->may_be_empty = empty != 0;
    read_names(made);
    *out = made;
    return TW_OK;
}

/* Takes the named groups that took part; of a name used twice, the one that did. */
static void take_groups(const struct tw_pattern *pattern, struct tw_span subject,
                        const PCRE2_SIZE *ends, struct tw_match_found *found)
{
    for (size_t i = 0; i < pattern->name_count; i++) {
        PCRE2_SIZE start = ends[2 * pattern->numbers[i]];
        PCRE2_SIZE end = ends[2 * pattern->numbers[i] + 1];
        if (start != PCRE2_UNSET && start < end && end <= subject.length &&
            found->group_count < TW_CAPTURES_MAX) {
            found->groups[found->group_count++] = (struct tw_match_group){
                pattern->names[i], {subject.at + start, (size_t)(end - start)}};
        }
    }
}

enum tw_status tw_match_pattern_find(struct tw_pattern *pattern, struct tw_span subject,
                                     struct tw_match_found *found)
{
    const char *text = subject.at == NULL ? "" : subject.at;
    int count = pcre2_match(pattern->code, (PCRE2_SPTR)text, subject.length, 0, 0, pattern->data,
                            pattern->context);
    *found = (struct tw_match_found){.group_count = 0};
    if (count < 0) {
        return count == PCRE2_ERROR_NOMATCH ? TW_END : TW_ERR_LIMIT;
    }
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(pattern->data);
    found->start = ends[0];
    found->end = ends[1];
    take_groups(pattern, subject, ends, found);
    return TW_OK;
}

bool tw_match_pattern_may_be_empty(const struct tw_pattern *pattern)
{
    return pattern->may_be_empty;
}

void tw_match_pattern_free(struct tw_pattern *pattern)
{
    if (pattern == NULL) {
        return;
    }
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->data);
    pcre2_code_free(pattern->code);
    tw_base_free(pattern);
}

/* pack_result.c -- one 32-bit result code (HRESULT, SECURITY_STATUS) in all the forms in which
 * programs print it: hexadecimal with and without 0x, signed and unsigned decimal.
 *
 * Source of the forms: [MS-ERREF], section 2.1: a result is a 32-bit number whose highest bit says
 * failure, so that the signed decimal of a failure is negative. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "pack/pack_schema.h"

/* Room for a pattern around ten digits. */
#define PATTERN_BYTES 96

static void append(struct tw_pack_loader *loader, const struct tw_pack_wording *like,
                   const char *text, const char *pattern, bool caseless)
{
    struct tw_pack_wording made = *like;
    made.text = tw_pack_builder_text(loader->builder, tw_base_span(text));
    made.pattern = tw_pack_builder_text(loader->builder, tw_base_span(pattern));
    made.caseless = caseless;
    uint32_t index = tw_pack_builder_append(loader->builder, TW_BLOB_WORDINGS);
    if (index != TW_PACK_NONE) {
        *(struct tw_pack_wording *)tw_pack_builder_at(loader->builder, TW_BLOB_WORDINGS, index) =
            made;
    }
}

bool tw_pack_read_result(struct tw_pack_loader *loader, tw_yaml_node node,
                         const struct tw_pack_wording *like)
{
    struct tw_span text = tw_pack_yaml_text(loader->yaml, node);
    bool is_code = text.length == 10 && text.at[0] == '0' && text.at[1] == 'x';
    for (size_t i = 2; is_code && i < text.length; i++) {
        char c = text.at[i];
        is_code = tw_base_is_digit(c) || (c >= 'A' && c <= 'F');
    }
    uint32_t code = is_code ? (uint32_t)strtoul(text.at, NULL, 16) : 0;
    if (code < 0x80000000u) {
        tw_pack_yaml_complain(loader->messages, loader->yaml, node,
                              "\"%.*s\" is no result code; allowed is 0x and eight digits (0-9, "
                              "A-F), of which the first is 8 or more",
                              (int)text.length, text.at);
        return false;
    }
    char digits[16];
    char pattern[PATTERN_BYTES];
    /* A part of a GUID or of a longer number is none. */
    (void)snprintf(digits, sizeof digits, "%08" PRIX32, code);
    (void)snprintf(pattern, sizeof pattern, "(?<![0-9a-z-])(?:0x)?%s(?![0-9a-z]|-[0-9a-f]{4})",
                   digits);
    append(loader, like, digits, pattern, true);
    (void)snprintf(digits, sizeof digits, "-%" PRIu32, (uint32_t)-code);
    (void)snprintf(pattern, sizeof pattern, "(?<![0-9A-Za-z])%s(?![0-9])", digits);
    append(loader, like, digits, pattern, false);
    (void)snprintf(digits, sizeof digits, "%" PRIu32, code);
    (void)snprintf(pattern, sizeof pattern, "(?<![0-9A-Za-z.-])%s(?![0-9])", digits);
    append(loader, like, digits, pattern, false);
    return true;
}

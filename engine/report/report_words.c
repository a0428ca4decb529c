/* report_words.c -- numbers and ids in words; see report_words.h.
 *
 * Owns the few tables of English words that the text report needs beside the texts of the packs.
 * Never looks at the locale. */
#include "report/report_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/report_tally.h"

#define SIZE TW_REPORT_WORD_MAX

void tw_report_say_percent(char text[SIZE], double confidence)
{
    /* Of what json says, so that a merged report says the same. */
    long percent = lround((double)tw_report_round_confidence(confidence) / 100.0);
    if (percent < 1) {
        (void)snprintf(text, SIZE, "<1 %%");
    } else if (percent > 99) {
        (void)snprintf(text, SIZE, ">99 %%");
    } else {
        (void)snprintf(text, SIZE, "%ld %%", percent);
    }
}

/* Digits in groups of three. */
static void say_number(char text[SIZE], uint64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t to = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            text[to++] = ',';
        }
        text[to++] = digits[i];
    }
    text[to] = '\0';
}

void tw_report_say_count(char text[SIZE], uint64_t count, const char *noun, const char *plural)
{
    char number[SIZE] = "no";
    if (count > 0) {
        say_number(number, count);
    }
    (void)snprintf(text, SIZE, "%.30s %.20s%.10s", number, noun, count == 1 ? "" : plural);
}

void tw_report_say_diagnoses(char text[SIZE], uint64_t count)
{
    tw_report_say_count(text, count, count == 1 ? "diagnosis" : "diagnoses", "");
}

void tw_report_say_bytes(char text[SIZE], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) {
        tw_report_say_count(text, bytes, "byte", "s");
        return;
    }
    double size = (double)bytes / 1024.0;
    size_t unit = 0;
    while (size >= 1024.0 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1024.0;
        unit++;
    }
    (void)snprintf(text, SIZE, "%.1f %s", size, units[unit]);
}

const char *tw_report_say_family(const char *family)
{
    static const struct {
        const char *id;
        const char *words;
    } families[] = {
        {"tls-version", "TLS version"},       {"tls-cipher", "TLS cipher"},
        {"tls-certificate", "certificate"},   {"tls-interception", "interception"},
        {"authentication", "authentication"},
    };
    for (size_t i = 0; i < sizeof families / sizeof *families && family != NULL; i++) {
        if (strcmp(family, families[i].id) == 0) {
            return families[i].words;
        }
    }
    return family == NULL ? "family" : family;
}

const char *tw_report_say_strength(enum tlswhy_strength strength)
{
    static const char *const words[] = {[TLSWHY_STRENGTH_NONE] = NULL,
                                        [TLSWHY_STRENGTH_WEAK] = "weak",
                                        [TLSWHY_STRENGTH_MODERATE] = "moderate",
                                        [TLSWHY_STRENGTH_STRONG] = "strong",
                                        [TLSWHY_STRENGTH_DECISIVE] = "decisive"};
    return words[strength];
}

const char *tw_report_say_kind(enum tlswhy_kind kind)
{
    static const char *const words[] = {[TLSWHY_KIND_ERROR] = "error",
                                        [TLSWHY_KIND_CLIENT] = "client",
                                        [TLSWHY_KIND_FACT] = "fact"};
    return words[kind];
}

const char *tw_report_say_weight(const struct tlswhy_evidence *evidence)
{
    const char *strength = tw_report_say_strength(evidence->strength);
    if (evidence->kind == TLSWHY_KIND_CLIENT ||
        (evidence->kind == TLSWHY_KIND_FACT && strength == NULL)) {
        return tw_report_say_kind(evidence->kind);
    }
    return strength == NULL ? "context" : strength;
}

const char *tw_report_say_hint(const char *format)
{
    static const char more[] = "the Schannel events of that minute (wevtutil, Get-WinEvent) "
                               "would tell more";
    static const char own_trace[] = "a trace of the program itself (CrmServiceClient, "
                                    "System.Net) would tell more";
    static const char net_log[] = "a NetLog (chrome://net-export), recorded while it fails, "
                                  "would tell more";
    static const struct {
        const char *format;
        const char *hint;
    } hints[] = {
        {"crm-trace", more},       {"svclog", more},          {"dotnet-trace", more},
        {"evtx", own_trace},       {"event-xml", own_trace},  {"event-text", own_trace},
        {"event-csv", own_trace},  {"event-json", own_trace}, {"har", net_log},
        {"chrome-debug", net_log}, {"fiddler", net_log},      {"netlog", more},
        {"moz-log", more},         {"curl-verbose", more},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints && format != NULL; i++) {
        if (strcmp(format, hints[i].format) == 0) {
            return hints[i].hint;
        }
    }
    return "a trace of the program (CrmServiceClient, System.Net) or the Schannel events of that "
           "minute would tell more";
}

const char *tw_report_say_trouble(enum tlswhy_input_status status)
{
    switch (status) {
    case TLSWHY_INPUT_TRUNCATED:
        return "it ends in the middle; what came before was looked at";
    case TLSWHY_INPUT_DAMAGED:
        return "a part of it is damaged; the rest was looked at";
    case TLSWHY_INPUT_IGNORED:
        return "it does not look like a log";
    case TLSWHY_INPUT_ERROR:
        return "cannot be read";
    case TLSWHY_INPUT_OK:
        break;
    }
    return "not all of it could be looked at";
}

/* classify_host.c -- host names, stacks and versions, as they are compared. */
#include "classify/classify_parts.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool tw_classify_host(struct tw_span text, char host[TW_HOST_BYTES])
{
    size_t n = 0;
    host[0] = '\0';
    text = tw_base_span_trim(text);
    size_t scheme = tw_base_span_find(text, TW_SPAN("://"));
    if (scheme < text.length) {
        text = tw_base_span_skip(text, scheme + 3);
    }
    while (n < text.length && n < TW_HOST_BYTES - 1) {
        char c = lower(text.at[n]);
        if (!tw_base_is_letter(c) && !tw_base_is_digit(c) && c != '.' && c != '-' && c != '_') {
            break;
        }
        host[n++] = c;
    }
    while (n > 0 && host[n - 1] == '.') {
        n--;
    }
    host[n] = '\0';
    return n > 0;
}

static bool has_suffix(const struct tw_pack *pack, struct tw_list suffixes, const char *host)
{
    struct tw_span name = tw_base_span(host);
    for (uint32_t i = 0; i < suffixes.count; i++) {
        struct tw_span suffix = tw_base_span(tw_pack_text(pack, tw_pack_number(pack, suffixes, i)));
        if (name.length >= suffix.length &&
            memcmp(name.at + name.length - suffix.length, suffix.at, suffix.length) == 0 &&
            (name.length == suffix.length || name.at[name.length - suffix.length - 1] == '.')) {
            return true;
        }
    }
    return false;
}

bool tw_classify_is_service(const struct tw_pack *pack, const char *host)
{
    return has_suffix(pack, pack->service->hosts, host);
}

/* The host of the last https URL of a line that begins before byte `before`, or else of the first
 * one. */
static bool url_in(const struct tw_pack *pack, struct tw_span line, size_t before,
                   char host[TW_HOST_BYTES])
{
    static const struct tw_span scheme = TW_SPAN_INIT("https://");
    char next[TW_HOST_BYTES];
    bool found = false;
    for (size_t at = 0; at < line.length && (at < before || !found);) {
        struct tw_span rest = tw_base_span_skip(line, at);
        size_t url = tw_base_span_find(rest, scheme);
        if (url == rest.length) {
            break;
        }
        at += url + scheme.length;
        if ((at <= before || !found) && tw_classify_host(tw_base_span_skip(line, at), next) &&
            strchr(next, '.') != NULL && !has_suffix(pack, pack->service->named_everywhere, next)) {
            memcpy(host, next, TW_HOST_BYTES);
            found = true;
        }
    }
    return found;
}

bool tw_classify_url_host(const struct tw_pack *pack, const struct tw_record *record,
                          const struct tw_hit *hit, char host[TW_HOST_BYTES])
{
    size_t next = 0;
    struct tw_span line = tw_classify_line(record->text, hit->start);
    struct tw_span first = tw_base_span_line(record->text, 0, &next);
    first.length = first.length < TW_CONFIRM_WINDOW ? first.length : TW_CONFIRM_WINDOW;
    host[0] = '\0';
    return url_in(pack, line, hit->start - (size_t)(line.at - record->text.at), host) ||
           url_in(pack, first, first.length, host);
}

uint32_t tw_classify_client(const struct tw_pack *pack, const struct tw_hit *hit)
{
    uint32_t client = pack->wordings[hit->wording].client;
    return client != TW_PACK_NONE ? client : pack->signatures[hit->signature].client;
}

tw_text tw_classify_stack(const struct tw_classifier *classifier, const struct tw_hit *hit)
{
    uint32_t client = tw_classify_client(classifier->pack, hit);
    return client == TW_PACK_NONE ? 0 : classifier->pack->clients[client].stack;
}

bool tw_classify_stacks_differ(const struct tw_classifier *classifier, tw_text a, tw_text b)
{
    return a != 0 && b != 0 &&
           strcmp(tw_pack_text(classifier->pack, a), tw_pack_text(classifier->pack, b)) != 0;
}

/* The next number of a version; anything that is no digit parts them. */
static uint64_t next_number(const char **at)
{
    uint64_t value = 0;
    while (**at != '\0' && !tw_base_is_digit(**at)) {
        (*at)++;
    }
    while (tw_base_is_digit(**at)) {
        if (value < UINT64_MAX / 100) {
            value = value * 10 + (uint64_t)(**at - '0');
        }
        (*at)++;
    }
    return value;
}

int tw_classify_compare_versions(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        uint64_t left = next_number(&a);
        uint64_t right = next_number(&b);
        if (left != right) {
            return left < right ? -1 : 1;
        }
    }
    return 0;
}

/* fuzz_serve_guard.c -- any headers: who gets in names this machine and the port, and a site that a
 * DNS server could point here never does. Three lines: Host, Origin, what --listen was given. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "serve/serve_guard.h"

/* Cuts a line off `*at`. */
static char *line(char **at)
{
    char *start = *at;
    char *end = strchr(start, '\n');
    *at = end == NULL ? start + strlen(start) : end + 1;
    if (end != NULL) {
        *end = '\0';
    }
    return start;
}

/* Whether it holds a letter beyond those of an address in digits. */
static bool has_name(const char *host)
{
    for (; *host != '\0'; host++) {
        if (isalpha((unsigned char)*host) && !isxdigit((unsigned char)*host)) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tw_serve_own own;
    char *text = malloc(size + 1);
    TW_FUZZ_MUST(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    char *at = text;
    const char *host = line(&at);
    const char *origin = line(&at);
    const char *listen = line(&at);
    if (tw_serve_guard_listen(listen, &own)) {
        TW_FUZZ_MUST(strlen(own.address) > 0 && !has_name(own.address));
    }
    TW_FUZZ_MUST(tw_serve_guard_listen("127.0.0.1:8765", &own));
    if (tw_serve_guard_host(&own, host)) {
        TW_FUZZ_MUST(strstr(host, ":8765") != NULL || strstr(host, ":08765") != NULL);
        TW_FUZZ_MUST(!has_name(host) || strncasecmp(host, "localhost:", 10) == 0);
    }
    if (tw_serve_guard_origin(&own, host, origin)) {
        TW_FUZZ_MUST(strcasecmp(origin + 7, host) == 0 && tw_serve_guard_host(&own, host));
    }
    free(text);
    return 0;
}

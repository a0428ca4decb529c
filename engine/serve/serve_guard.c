/* serve_guard.c -- see serve_guard.h.
 *
 * Rebinding: a page of evil.example asks for evil.example:8765 after its name was made to point to
 * 127.0.0.1. The browser takes that for the same site; but Host still names evil.example. So a name
 * counts only where no DNS server decides on it: localhost, and addresses in digits. */
#include "serve/serve_guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Longest host that can be ours: an IPv6 address in brackets with its port. */
#define HOST_MAX 64

/* Up to five digits to a port. */
static bool read_port(const char *text, unsigned least, uint16_t *port)
{
    unsigned value = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        value = value * 10 + (unsigned)(*text - '0');
    }
    *port = (uint16_t)value;
    return value >= least && value <= UINT16_MAX;
}

/* Splits HOST[:PORT]; a missing port is HTTP's. */
static bool split(const char *text, char host[HOST_MAX], uint16_t *port)
{
    size_t length = text[0] == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":");
    if (length >= HOST_MAX || length > strlen(text) || length == 0) {
        return false;
    }
    memcpy(host, text, length);
    host[length] = '\0';
    *port = 80;
    return text[length] == '\0' || (text[length] == ':' && read_port(text + length + 1, 1, port));
}

/* An address in digits, IPv6 in brackets; in network order and as IPv6. */
static bool read_address(const char *host, struct in6_addr *address)
{
    char inner[HOST_MAX];
    size_t length = strlen(host);
    if (host[0] != '[') {
        (void)snprintf(inner, sizeof inner, "::ffff:%s", host);
        struct in_addr ignored;
        return inet_pton(AF_INET, host, &ignored) == 1 && inet_pton(AF_INET6, inner, address) == 1;
    }
    if (length < 2 || host[length - 1] != ']') {
        return false;
    }
    memcpy(inner, host + 1, length - 2);
    inner[length - 2] = '\0';
    return inet_pton(AF_INET6, inner, address) == 1;
}

static bool is_loopback(const struct in6_addr *address)
{
    return IN6_IS_ADDR_LOOPBACK(address) ||
           (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
}

static bool is_any(const struct in6_addr *address)
{
    static const uint8_t none[4] = {0};
    return IN6_IS_ADDR_UNSPECIFIED(address) ||
           (IN6_IS_ADDR_V4MAPPED(address) && memcmp(&address->s6_addr[12], none, 4) == 0);
}

bool tw_serve_guard_listen(const char *text, struct tw_serve_own *own)
{
    struct in6_addr address;
    char host[HOST_MAX] = "127.0.0.1";
    *own = (struct tw_serve_own){.port = 0};
    const char *port = strrchr(text, ':');
    if (port != NULL) {
        size_t length = (size_t)(port - text);
        if (length == 0 || length >= sizeof host) {
            return false;
        }
        memcpy(host, text, length);
        host[length] = '\0';
    }
    if (strcasecmp(host, "localhost") == 0) {
        (void)snprintf(host, sizeof host, "127.0.0.1");
    }
    if (!read_port(port == NULL ? text : port + 1, 0, &own->port) ||
        !read_address(host, &address)) {
        return false;
    }
    (void)snprintf(own->address, sizeof own->address, "%s", host);
    own->loopback = is_loopback(&address);
    own->any = is_any(&address);
    return true;
}

bool tw_serve_guard_host(const struct tw_serve_own *own, const char *host)
{
    char name[HOST_MAX];
    uint16_t port;
    struct in6_addr address;
    struct in6_addr ours;
    if (host == NULL || !split(host, name, &port) || port != own->port) {
        return false;
    }
    if (strcasecmp(name, "localhost") == 0) {
        return own->loopback || own->any;
    }
    if (!read_address(name, &address) || !read_address(own->address, &ours)) {
        return false;
    }
    return own->any || memcmp(&address, &ours, sizeof ours) == 0 ||
           (own->loopback && is_loopback(&address));
}

bool tw_serve_guard_origin(const struct tw_serve_own *own, const char *host, const char *origin)
{
    static const char scheme[] = "http://";
    if (origin == NULL) {
        return true;
    }
    return host != NULL && strncasecmp(origin, scheme, sizeof scheme - 1) == 0 &&
           tw_serve_guard_host(own, origin + sizeof scheme - 1) &&
           strcasecmp(origin + sizeof scheme - 1, host) == 0;
}

bool tw_serve_guard_site(const char *site)
{
    return site == NULL || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

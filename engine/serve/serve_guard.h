/* serve_guard.h -- who may ask: the address to listen on, and the headers that say for which site a
 * request was meant and from which one it comes. Pure functions. */
#ifndef TW_SERVE_SERVE_GUARD_H
#define TW_SERVE_SERVE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

/** Where we listen. */
struct tw_serve_own {
    char address[64]; /**< as in a URL: IPv6 in brackets */
    uint16_t port;
    bool loopback; /**< only this machine reaches it */
    bool any;      /**< all addresses of the machine */
};

/** Reads ADDR:PORT or PORT; ADDR is an IPv4 address, an IPv6 address in brackets, or localhost.
 * False: it is none of them. */
bool tw_serve_guard_listen(const char *text, struct tw_serve_own *own);

/** Whether a Host header means us. A name that an attacker's DNS lets point here (rebinding) does
 * not. NULL: there is none. */
bool tw_serve_guard_host(const struct tw_serve_own *own, const char *host);

/** Whether an Origin header (NULL: there is none) is the page that `host` served. */
bool tw_serve_guard_origin(const struct tw_serve_own *own, const char *host, const char *origin);

/** Whether a Sec-Fetch-Site header (NULL: there is none) says that no other site asks. */
bool tw_serve_guard_site(const char *site);

#endif

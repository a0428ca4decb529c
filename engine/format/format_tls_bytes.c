/* format_tls_bytes.c -- says what the bytes of a TLS handshake mean: the version offered and
 * chosen, the host that is asked for, alerts.
 *
 * Section numbers are those of RFC 8446 (TLS 1.3), whose hellos and alerts have the form of RFC
 * 5246. What is encrypted says nothing. */
#include "format/format_dotnet.h"

/* Bytes of the head of a record (5.1), of a handshake message (4), and of a hello up to its session
 * id (4.1.2): version and random. */
#define RECORD_HEAD 5u
#define MESSAGE_HEAD 4u
#define HELLO_HEAD 34u

enum { TYPE_ALERT = 0x15, TYPE_HANDSHAKE = 0x16 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };
enum { SERVER_NAME = 0, SUPPORTED_VERSIONS = 43 }; /* 4.2 */

/* A reader that stops at the end: what was dumped may be less than what was sent. */
struct bytes {
    struct tw_span text;
    bool ended;
};

static unsigned byte_at(struct tw_span text, size_t at)
{
    return at < text.length ? (unsigned char)text.at[at] : 0;
}

static unsigned pair_at(struct tw_span text, size_t at)
{
    return byte_at(text, at) << 8 | byte_at(text, at + 1);
}

/* Takes a vector whose length stands before it in one byte or two (3.4); as much as is there. */
static struct tw_span take_vector(struct bytes *bytes, size_t length_bytes)
{
    size_t length = length_bytes == 1 ? byte_at(bytes->text, 0) : (size_t)pair_at(bytes->text, 0);
    struct tw_span rest = tw_base_span_skip(bytes->text, length_bytes);
    bytes->ended |= bytes->text.length < length_bytes + length;
    length = length < rest.length ? length : rest.length;
    bytes->text = tw_base_span_skip(rest, length);
    return (struct tw_span){rest.at, length};
}

/* NULL: no version that there is; such values are made to test servers (RFC 8701). */
static const char *version_name(unsigned version)
{
    static const char *const names[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
    unsigned minor = version - 0x300;
    return version == 2 ? "SSL 2.0" : minor < sizeof names / sizeof *names ? names[minor] : NULL;
}

/* The content of an extension; empty where the hello has none of that number. */
static struct tw_span find_extension(struct tw_span extensions, unsigned number)
{
    struct bytes bytes = {.text = extensions};
    while (bytes.text.length >= 4) {
        unsigned found = pair_at(bytes.text, 0);
        bytes.text = tw_base_span_skip(bytes.text, 2);
        struct tw_span content = take_vector(&bytes, 2);
        if (found == number) {
            return content;
        }
    }
    return (struct tw_span){NULL, 0};
}

/* The highest version in an extension of a client (4.2.1); `version` where it names none. */
static unsigned highest_version(struct tw_span extension, unsigned version)
{
    unsigned highest = 0;
    for (size_t at = 1; at + 2 <= extension.length; at += 2) {
        unsigned offered = pair_at(extension, at);
        highest = version_name(offered) != NULL && offered > highest ? offered : highest;
    }
    return highest == 0 ? version : highest;
}

static bool is_host(struct tw_span name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.at[i];
        if (!tw_base_is_letter(c) && !tw_base_is_digit(c) && c != '.' && c != '-' && c != '_') {
            return false;
        }
    }
    return name.length > 0;
}

/* The host of a server_name extension (RFC 6066, section 3): list, kind, name. */
static void say_host(struct tw_buffer *text, struct tw_span extension)
{
    struct bytes bytes = {.text = tw_base_span_skip(extension, 3)};
    struct tw_span name = take_vector(&bytes, 2);
    if (!bytes.ended && is_host(name)) {
        tw_base_buffer_add(text, TW_SPAN("ClientHello is for https://"));
        tw_base_buffer_add(text, name);
        tw_base_buffer_add(text, TW_SPAN("/\n"));
    }
}

static void say_version(struct tw_buffer *text, const char *what, unsigned version)
{
    const char *name = version_name(version);
    if (name != NULL) {
        tw_base_buffer_print(text, "%s %s\n", what, name);
    }
}

/* A hello behind the head of its message. */
static void say_hello(struct tw_buffer *text, unsigned kind, struct tw_span hello)
{
    unsigned version = pair_at(hello, 0);
    struct bytes bytes = {.text = tw_base_span_skip(hello, HELLO_HEAD)};
    if (hello.length < 2 || version >> 8 != 3) {
        return;
    }
    (void)take_vector(&bytes, 1); /* session id */
    if (kind == CLIENT_HELLO) {
        (void)take_vector(&bytes, 2); /* cipher suites */
        (void)take_vector(&bytes, 1); /* compression */
    } else {
        bytes.text = tw_base_span_skip(bytes.text, 3);
    }
    struct tw_span extensions = take_vector(&bytes, 2);
    struct tw_span versions = find_extension(extensions, SUPPORTED_VERSIONS);
    if (kind == CLIENT_HELLO) {
        say_version(text, "ClientHello offers", highest_version(versions, version));
        say_host(text, find_extension(extensions, SERVER_NAME));
    } else {
        say_version(text, "ServerHello chooses",
                    versions.length == 2 ? pair_at(versions, 0) : version);
    }
}

/* The body of a handshake record. Encrypted messages have other lengths than they seem to. */
static void say_handshake(struct tw_buffer *text, struct tw_span body)
{
    unsigned kind = byte_at(body, 0);
    if ((kind == CLIENT_HELLO || kind == SERVER_HELLO) && byte_at(body, 1) == 0) {
        say_hello(text, kind, tw_base_span_skip(body, MESSAGE_HEAD));
    }
}

/* The names of alerts (6; RFC 5246, section 7.2). */
static const char *alert_name(unsigned alert)
{
    static const char *const names[256] = {[0] = "close_notify",
                                           [10] = "unexpected_message",
                                           [20] = "bad_record_mac",
                                           [21] = "decryption_failed",
                                           [22] = "record_overflow",
                                           [30] = "decompression_failure",
                                           [40] = "handshake_failure",
                                           [41] = "no_certificate",
                                           [42] = "bad_certificate",
                                           [43] = "unsupported_certificate",
                                           [44] = "certificate_revoked",
                                           [45] = "certificate_expired",
                                           [46] = "certificate_unknown",
                                           [47] = "illegal_parameter",
                                           [48] = "unknown_ca",
                                           [49] = "access_denied",
                                           [50] = "decode_error",
                                           [51] = "decrypt_error",
                                           [60] = "export_restriction",
                                           [70] = "protocol_version",
                                           [71] = "insufficient_security",
                                           [80] = "internal_error",
                                           [86] = "inappropriate_fallback",
                                           [90] = "user_canceled",
                                           [100] = "no_renegotiation",
                                           [109] = "missing_extension",
                                           [110] = "unsupported_extension",
                                           [111] = "certificate_unobtainable",
                                           [112] = "unrecognized_name",
                                           [113] = "bad_certificate_status_response",
                                           [114] = "bad_certificate_hash_value",
                                           [115] = "unknown_psk_identity",
                                           [116] = "certificate_required",
                                           [120] = "no_application_protocol"};
    return alert < 256 ? names[alert] : NULL;
}

static void say_alert(struct tw_buffer *text, struct tw_span body, enum tw_dotnet_way way)
{
    static const char *const ways[] = {[TW_DOTNET_UNKNOWN] = "alert",
                                       [TW_DOTNET_SENT] = "alert sent",
                                       [TW_DOTNET_RECEIVED] = "alert received"};
    unsigned level = byte_at(body, 0);
    const char *name = alert_name(byte_at(body, 1));
    if (body.length == 2 && (level == 1 || level == 2) && name != NULL) {
        tw_base_buffer_print(text, "%s: %s %s (%u)\n", ways[way], level == 1 ? "warning" : "fatal",
                             name, byte_at(body, 1));
    }
}

/* A body whose head was read before it: two bytes are an alert, and a hello of a server has its
 * version where it belongs. */
static void say_body(struct tw_buffer *text, struct tw_span body, enum tw_dotnet_way way)
{
    if (body.length == 2) {
        say_alert(text, body, way);
    } else if (body.length > MESSAGE_HEAD + HELLO_HEAD && byte_at(body, 0) == SERVER_HELLO) {
        say_handshake(text, body);
    }
}

/* A hello of SSL 2.0, in which also TLS may be offered (RFC 5246, appendix E.2). */
static bool is_ssl2_hello(struct tw_span bytes)
{
    unsigned version = pair_at(bytes, 3);
    return bytes.length > 11 && (byte_at(bytes, 0) & 0x80) != 0 && byte_at(bytes, 2) == 1 &&
           version_name(version) != NULL && pair_at(bytes, 5) % 3 == 0 && pair_at(bytes, 9) >= 16;
}

void tw_format_tls_explain(struct tw_buffer *text, struct tw_span bytes, size_t at,
                           enum tw_dotnet_way way)
{
    if (at == RECORD_HEAD) {
        say_body(text, bytes, way);
        return;
    }
    if (is_ssl2_hello(bytes)) {
        say_version(text, "ClientHello offers", pair_at(bytes, 3));
        return;
    }
    while (bytes.length > RECORD_HEAD && byte_at(bytes, 1) == 3) {
        size_t length = pair_at(bytes, 3);
        struct tw_span body = tw_base_span_skip(bytes, RECORD_HEAD);
        body.length = body.length < length ? body.length : length;
        if (byte_at(bytes, 0) == TYPE_HANDSHAKE) {
            say_handshake(text, body);
        } else if (byte_at(bytes, 0) == TYPE_ALERT) {
            say_alert(text, body, way);
        }
        bytes = tw_base_span_skip(bytes, RECORD_HEAD + length);
    }
}

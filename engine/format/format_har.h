/* format_har.h -- an entry of a HAR file, between what finds it and what writes it as lines. */
#ifndef TW_FORMAT_FORMAT_HAR_H
#define TW_FORMAT_FORMAT_HAR_H

#include "format/format.h"

/** Headers of an entry that are kept: those that name a program, a proxy or a gateway. */
#define TW_HAR_HEADERS 16u

/** Words of an error that are kept: an error may be an object with a code and a message. */
#define TW_HAR_ERRORS 4u

/** Parts of a description of the connection that are kept. */
#define TW_HAR_SECURITY 8u

/** A name and its value, as JSON has them. */
struct tw_har_pair {
    struct tw_span name;
    struct tw_span value;
};

/** What is read of an entry: strings as JSON has them, with their escapes; empty: not there. */
struct tw_har_entry {
    bool whole; /**< a request or a response was in it: it is an entry */
    struct tw_span time;
    struct tw_span method;
    struct tw_span url;
    struct tw_span version;  /**< of HTTP, that was asked for */
    struct tw_span answered; /**< that was answered with */
    struct tw_span status;
    struct tw_span status_text;
    struct tw_span request_body;
    struct tw_span body;
    struct tw_span body_encoding;
    struct tw_span address;     /**< of the server, or of the proxy */
    struct tw_span state;       /**< Firefox: secure, weak, broken, insecure */
    struct tw_span fetch;       /**< Safari: where an answer came from */
    struct tw_span comments[3]; /**< of the entry, the request, the response */
    struct tw_har_pair errors[TW_HAR_ERRORS];
    size_t error_count;
    struct tw_har_pair security[TW_HAR_SECURITY];
    size_t security_count;
    struct tw_har_pair headers[TW_HAR_HEADERS];
    size_t header_count;
    struct tw_har_pair programs[2]; /**< of the head: who wrote the file, and of which browser */
};

/** Reads the object that `text` begins with, as far as it goes: an entry, or the head. */
void tw_har_read(struct tw_span text, struct tw_har_entry *entry);

/** Writes what an entry says of its connection as lines. */
void tw_har_write(struct tw_buffer *to, const struct tw_har_entry *entry);

#endif

/* redact.h -- takes secrets out of everything that is printed or stored.
 *
 * Logs come from customers. Passwords, secrets and tokens (connection strings, headers, URLs, JSON,
 * form bodies) become `[redacted]`; mail addresses and user names become a stable placeholder, so
 * that the same person can still be recognised within one report (`user-1a2b3c`). */
#ifndef TW_BASE_REDACT_H
#define TW_BASE_REDACT_H

#include "base/buffer.h"

/** Appends `text` to `to` without its secrets. Works on any bytes; never fails but for memory or
 *  the buffer's maximum (to->status). Redacting redacted text changes nothing. */
void tw_base_redact(struct tw_buffer *to, struct tw_span text);

#endif

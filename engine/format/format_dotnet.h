/* format_dotnet.h -- what the traces of .NET's network classes say, for the formats in which they
 * are written.
 *
 * The sources System.Net, System.Net.Sockets ... write a line at a time, "[5136] text", and the
 * bytes of each send and receive as a dump: Logging.cs of the .NET Framework reference source. */
#ifndef TW_FORMAT_FORMAT_DOTNET_H
#define TW_FORMAT_FORMAT_DOTNET_H

#include "format/format.h"

/** Which way the bytes of a dump went. */
enum tw_dotnet_way { TW_DOTNET_UNKNOWN, TW_DOTNET_SENT, TW_DOTNET_RECEIVED };

/** Whether a trace source is one of .NET's network classes. */
bool tw_format_dotnet_is_source(struct tw_span source);

/** Whether a line of a trace is one of a dump:
 *  "System.Net.Sockets Verbose: 0 : [5136] 00000010 : 16 03 01 ...". */
bool tw_format_dotnet_is_dump(struct tw_span line);

/** Which way the bytes went that are said to come from this method: text behind "Data from ". */
enum tw_dotnet_way tw_format_dotnet_way(struct tw_span from);

/** Appends what the dumps and return codes in `lines` of a trace mean, a line each: "ClientHello
 *  offers TLS 1.0", "alert received: fatal protocol_version (70)". The lines may lack their
 * headers. `way`: of bytes for which the lines do not say it. */
void tw_format_dotnet_explain(struct tw_buffer *to, struct tw_span lines, enum tw_dotnet_way way);

/** Appends what `bytes` of TLS mean, which went this way; `at`: their place in the program's
 *  buffer, in which the head of a record is read before its body. */
void tw_format_tls_explain(struct tw_buffer *text, struct tw_span bytes, size_t at,
                           enum tw_dotnet_way way);

#endif

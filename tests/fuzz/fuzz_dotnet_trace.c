/* fuzz_dotnet_trace.c -- any bytes as a System.Net trace, and as the bytes of TLS that such a trace
 * dumps: every record is decoded within its bounds, and decoding it again gives the same. */
#include "base/limits.h"
#include "format/format_dotnet.h"
#include "fuzz.h"
#include "fuzz_coded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tw_span text = tw_fuzz_text(data, size);
    struct tw_buffer said = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    tw_fuzz_coded(&tw_format_dotnet_trace, text);
    tw_format_tls_explain(&said, text, 0, TW_DOTNET_SENT);
    tw_format_tls_explain(&said, text, 5, TW_DOTNET_UNKNOWN);
    TW_FUZZ_MUST(said.status == TW_OK);
    tw_base_buffer_free(&said);
    return 0;
}

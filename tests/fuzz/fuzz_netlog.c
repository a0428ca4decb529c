/* fuzz_netlog.c -- any bytes as a NetLog: every record is decoded within
 * its bounds, the fields lie in what was decoded, and decoding it again gives the same. */
#include "base/limits.h"
#include "fuzz.h"
#include "fuzz_coded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tw_fuzz_coded(&tw_format_netlog, tw_fuzz_text(data, size));
    return 0;
}

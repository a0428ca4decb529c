/* api_live.c -- the functions of tools.h for inputs that go on. */
#include "api/api_parts.h"

/* Contract, section 2. */
#define IDLE_MS 300u
#define REPEAT_AFTER_S 60u

struct tw_live_options tw_api_live_options(const struct tlswhy_scan_job *job)
{
    return (struct tw_live_options){
        .idle = job->idle > 0 ? job->idle : IDLE_MS,
        .repeat_after = (job->repeat_given ? job->repeat_after : REPEAT_AFTER_S) * UINT64_C(1000)};
}

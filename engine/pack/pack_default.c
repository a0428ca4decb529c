/* pack_default.c -- the default pack, compiled when the project is built and embedded as bytes. */
#include "base/hash.h"
#include "pack/pack.h"

/* TW_PACK_DEFAULT_PATH is the blob's path, given by the build. */
__asm__(".section .rodata\n"
        ".balign 16\n"
        "tw_pack_default_start:\n"
        ".incbin \"" TW_PACK_DEFAULT_PATH "\"\n"
        "tw_pack_default_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char tw_pack_default_start[];
extern const char tw_pack_default_end[];

struct tw_span tw_pack_default_blob(void)
{
    return (struct tw_span){tw_pack_default_start,
                            (size_t)(tw_pack_default_end - tw_pack_default_start)};
}

enum tw_status tw_pack_open_default(struct tw_pack **out, struct tw_error *error)
{
    return tw_pack_open(out, tw_pack_default_blob(), error);
}

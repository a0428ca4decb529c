/* hash.c -- prints a digest; see hash.h. */
#include "base/hash.h"

void tw_base_hash_text(uint64_t hash, char text[17])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 15; i >= 0; i--) {
        text[i] = digits[hash & 15];
        hash >>= 4;
    }
    text[16] = '\0';
}

/* nearest.c -- the distance of two names; see nearest.h. */
#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

#define MOST 64

size_t tw_base_distance(const char *a, const char *b)
{
    size_t row[MOST + 1];
    size_t length = strlen(b);
    if (strlen(a) > MOST || length > MOST) {
        return MOST;
    }
    for (size_t k = 0; k <= length; k++) {
        row[k] = k;
    }
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= length; k++) {
            size_t best = diagonal + (a[i - 1] != b[k - 1]);
            diagonal = row[k];
            best = row[k] + 1 < best ? row[k] + 1 : best;
            row[k] = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
        }
    }
    return row[length];
}

size_t tw_base_distance_limit(const char *name)
{
    return strlen(name) / 3 + 1;
}

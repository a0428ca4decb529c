/* decode_evtx_map.c -- which record of an EVTX file a place of the output came from.
 *
 * A record's XML is longer or shorter than the record, so places are remembered, one a record. Only
 * the last TW_EVTX_MAP_WINDOW bytes of output can be asked for: what is older is given up when the
 * ring is full, so that its size depends on the window and not on the file. */
#include "base/alloc.h"
#include "decode/decode_evtx_parts.h"

#define ROOM_MIN 1024u

static struct tw_decode_evtx_place *place_at(const struct tw_decode_evtx_map *map, size_t i)
{
    return &map->at[(map->first + i) & (map->room - 1)];
}

static bool grow(struct tw_decode_evtx_map *map)
{
    size_t room = map->room == 0 ? ROOM_MIN : 2 * map->room;
    struct tw_decode_evtx_place *grown = tw_base_alloc(room, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    for (size_t i = 0; i < map->count; i++) {
        grown[i] = *place_at(map, i);
    }
    tw_base_free(map->at);
    map->at = grown;
    map->room = room;
    map->first = 0;
    return true;
}

bool tw_decode_evtx_map_add(struct tw_decode_evtx_map *map, uint64_t out, uint64_t offset)
{
    if (map->count == map->room) {
        /* The oldest place is not needed if the one after it is too old already. */
        while (map->count > 1 && out - place_at(map, 1)->out > TW_EVTX_MAP_WINDOW) {
            map->first = (map->first + 1) & (map->room - 1);
            map->count--;
        }
        if (map->count == map->room && !grow(map)) {
            return false;
        }
    }
    map->count++;
    *place_at(map, map->count - 1) = (struct tw_decode_evtx_place){out, offset};
    return true;
}

uint64_t tw_decode_evtx_map_find(const struct tw_decode_evtx_map *map, uint64_t out)
{
    size_t low = 0;
    size_t high = map->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (place_at(map, middle)->out <= out) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return map->count == 0 ? 0 : place_at(map, low)->offset;
}

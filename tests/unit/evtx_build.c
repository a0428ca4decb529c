/* evtx_build.c -- see evtx_build.h. */
#include "evtx_build.h"

#include "decode/decode_layer.h"

#define HEADER 4096u
#define CHUNK 65536u

void tw_evtx_put(struct tw_evtx_build *build, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        tw_base_buffer_add_char(&build->file, (char)(unsigned char)(number >> (8 * i)));
    }
}

static void set(struct tw_evtx_build *build, size_t at, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        build->file.at[at + i] = (char)(unsigned char)(number >> (8 * i));
    }
}

static void fill(struct tw_evtx_build *build, size_t length)
{
    while (build->file.length < length) {
        tw_evtx_put(build, 0, 1);
    }
}

static void put_units(struct tw_evtx_build *build, const char *ascii)
{
    for (; *ascii != '\0'; ascii++) {
        tw_evtx_put(build, (unsigned char)*ascii, 2);
    }
}

void tw_evtx_put_text(struct tw_evtx_build *build, const char *ascii)
{
    tw_evtx_put(build, strlen(ascii), 2);
    put_units(build, ascii);
}

void tw_evtx_put_name(struct tw_evtx_build *build, const char *ascii)
{
    tw_evtx_put(build, build->file.length + 4 - build->chunk, 4);
    tw_evtx_put(build, 0, 4); /* next name */
    tw_evtx_put(build, 0, 2); /* hash */
    tw_evtx_put_text(build, ascii);
    tw_evtx_put(build, 0, 2);
}

static uint32_t crc_of(const struct tw_evtx_build *build, uint32_t crc, size_t at, size_t length)
{
    return tw_decode_crc32(crc, (struct tw_span){build->file.at + at, length});
}

void tw_evtx_begin(struct tw_evtx_build *build, unsigned chunks)
{
    tw_base_buffer_add(&build->file, (struct tw_span){"ElfFile\0", 8});
    fill(build, HEADER);
    set(build, 40, HEADER, 2);
    set(build, 42, chunks, 2);
    set(build, 120, build->flags, 4);
    set(build, 124, crc_of(build, 0, 0, 120), 4);
}

void tw_evtx_begin_chunk(struct tw_evtx_build *build)
{
    build->chunk = build->file.length;
    build->first = build->number + 1;
    build->definition = 0;
    tw_base_buffer_add(&build->file, (struct tw_span){"ElfChnk\0", 8});
    fill(build, build->chunk + 512);
}

void tw_evtx_seal(struct tw_evtx_build *build, size_t chunk)
{
    size_t end = (unsigned char)build->file.at[chunk + 48] |
                 (size_t)(unsigned char)build->file.at[chunk + 49] << 8;
    set(build, chunk + 52, crc_of(build, 0, chunk + 512, end - 512), 4);
    uint32_t crc = crc_of(build, 0, chunk, 120);
    set(build, chunk + 124, crc_of(build, crc, chunk + 128, 384), 4);
}

void tw_evtx_end_chunk(struct tw_evtx_build *build)
{
    size_t chunk = build->chunk;
    set(build, chunk + 24, build->first, 8);
    set(build, chunk + 32, build->number, 8);
    set(build, chunk + 40, 128, 4);
    set(build, chunk + 48, build->file.length - chunk, 4);
    set(build, chunk + 120, build->flags, 4);
    fill(build, chunk + CHUNK);
    tw_evtx_seal(build, chunk);
}

void tw_evtx_begin_record(struct tw_evtx_build *build)
{
    build->record = build->file.length;
    tw_base_buffer_add(&build->file, (struct tw_span){"**\0\0", 4});
    tw_evtx_put(build, 0, 4);
    tw_evtx_put(build, ++build->number, 8);
    tw_evtx_put(build, 0, 8);
}

void tw_evtx_end_record(struct tw_evtx_build *build)
{
    size_t size = build->file.length + 4 - build->record;
    tw_evtx_put(build, size, 4);
    set(build, build->record + 4, size, 4);
}

size_t tw_evtx_open(struct tw_evtx_build *build, int dependency, const char *name, bool attributes)
{
    tw_evtx_put(build, attributes ? 0x41 : 0x01, 1);
    if (dependency >= 0) {
        tw_evtx_put(build, (unsigned)dependency, 2);
    }
    tw_evtx_put(build, 0, 4); /* its size, which nobody needs */
    tw_evtx_put_name(build, name);
    if (!attributes) {
        return 0;
    }
    tw_evtx_put(build, 0, 4);
    return build->file.length - 4;
}

void tw_evtx_close_attributes(struct tw_evtx_build *build, size_t at)
{
    set(build, at, build->file.length - at - 4, 4);
}

void tw_evtx_put_value_text(struct tw_evtx_build *build, const char *ascii)
{
    tw_evtx_put(build, 0x0105, 2);
    tw_evtx_put_text(build, ascii);
}

void tw_evtx_put_substitution(struct tw_evtx_build *build, bool optional, unsigned sub)
{
    tw_evtx_put(build, optional ? 0x0E : 0x0D, 1);
    tw_evtx_put(build, sub, 2);
    tw_evtx_put(build, 1, 1);
}

void tw_evtx_put_instance(struct tw_evtx_build *build,
                          void (*definition)(struct tw_evtx_build *build),
                          const struct tw_evtx_build_value *values, size_t count)
{
    tw_evtx_put(build, 0x0001010F, 4);
    tw_evtx_put(build, 0x010C, 2);
    tw_evtx_put(build, 1, 4);
    bool here = build->definition == 0;
    build->definition = here ? build->file.length + 4 - build->chunk : build->definition;
    tw_evtx_put(build, build->definition, 4);
    if (here) {
        tw_evtx_put(build, 0, 4);
        tw_evtx_put(build, 1, 8);
        tw_evtx_put(build, 2, 8);
        size_t size = build->file.length;
        tw_evtx_put(build, 0, 4);
        tw_evtx_put(build, 0x0001010F, 4);
        definition(build);
        tw_evtx_put(build, 0, 1);
        set(build, size, build->file.length - size - 4, 4);
    }
    tw_evtx_put(build, count, 4);
    for (size_t i = 0; i < count; i++) {
        tw_evtx_put(build, values[i].bytes.length, 2);
        tw_evtx_put(build, values[i].type, 2);
    }
    for (size_t i = 0; i < count; i++) {
        tw_base_buffer_add(&build->file, values[i].bytes);
    }
}

/* stream_tools.c -- see stream_tools.h. */
#include "stream_tools.h"
#include "support_pack.h"

#include <check.h>

#include "base/alloc.h"
#include "source/source.h"

#define ROOM_MAX ((size_t)64 << 20)

const size_t tw_test_pieces[TW_TEST_PIECES] = {0, 1, 2, 3, 7, 4096};

struct failing {
    struct tw_stream stream;
    struct tw_stream *below;
    enum tw_status status;
};

static enum tw_status failing_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                   struct tw_error *error)
{
    struct failing *failing = (struct failing *)stream;
    enum tw_status status = tw_base_stream_read(failing->below, to, room, got, error);
    return status != TW_END ? status : tw_base_error_set(error, failing->status, "made to fail");
}

static void failing_free(struct tw_stream *stream)
{
    tw_base_stream_free(((struct failing *)stream)->below);
    tw_base_free(stream);
}

static const struct tw_stream_type failing_type = {
    .name = "failing", .read = failing_read, .free = failing_free};

struct tw_stream *tw_test_memory(struct tw_span bytes, size_t piece)
{
    struct tw_stream *stream;
    ck_assert_int_eq(tw_source_open_memory(&stream, bytes, piece, NULL), TW_OK);
    return stream;
}

struct tw_stream *tw_test_failing(struct tw_span bytes, size_t piece, enum tw_status status)
{
    struct failing *failing = tw_base_alloc(1, sizeof *failing);
    ck_assert_ptr_nonnull(failing);
    failing->stream.type = &failing_type;
    failing->below = tw_test_memory(bytes, piece);
    failing->status = status;
    return &failing->stream;
}

struct tw_read_all tw_test_read_all(struct tw_stream *stream, size_t room)
{
    struct tw_read_all all = {.text = TW_BUFFER_INIT(ROOM_MAX)};
    size_t want = room == 0 ? 100000 : room;
    for (;;) {
        size_t got = 0;
        char *to = tw_base_buffer_reserve(&all.text, want);
        TW_MUST(to != NULL);
        all.status = tw_base_stream_read(stream, to, want, &got, &all.error);
        if (all.status != TW_OK) {
            ck_assert_uint_eq(got, 0);
            break;
        }
        TW_MUST(got > 0 && got <= want);
        tw_base_stream_advance(stream, &all.end, (struct tw_span){to, got});
        all.text.length += got;
    }
    size_t got = 0;
    char more;
    ck_assert_int_eq(tw_base_stream_read(stream, &more, 1, &got, NULL), TW_END);
    tw_base_stream_free(stream);
    return all;
}

struct tw_cursor tw_test_locate(const struct tw_stream *stream, struct tw_span text, size_t out,
                                size_t step)
{
    struct tw_cursor cursor = {0, 0, 0};
    tw_base_stream_advance(stream, &cursor, (struct tw_span){text.at, 0});
    while (cursor.out < out) {
        size_t left = out - (size_t)cursor.out;
        struct tw_span part = {text.at + cursor.out, left < step ? left : step};
        tw_base_stream_advance(stream, &cursor, part);
    }
    return cursor;
}

struct tw_stream *tw_test_decode(struct tw_span bytes, size_t piece,
                                 const struct tw_decode_options *options,
                                 struct tw_decode_info *info)
{
    struct tw_stream *stream = NULL;
    struct tw_error error = {TW_OK, ""};
    enum tw_status status =
        tw_decode_open(&stream, tw_test_memory(bytes, piece), options, info, &error);
    ck_assert_msg(status == TW_OK, "%s", error.message);
    return stream;
}

int tw_test_decode_without_memory(struct tw_span bytes, size_t piece)
{
    int count = 0;
    for (enum tw_status status = TW_ERR_MEMORY; status != TW_OK; count++) {
        struct tw_stream *source = tw_test_memory(bytes, piece);
        struct tw_stream *stream;
        tw_base_alloc_fail_after(count);
        status = tw_decode_open(&stream, source, NULL, NULL, NULL);
        tw_base_alloc_fail_after(-1);
        ck_assert(status == TW_OK || (status == TW_ERR_MEMORY && stream == NULL));
        tw_base_stream_free(stream);
    }
    return count;
}

void tw_test_same(struct tw_span got, struct tw_span want)
{
    ck_assert_msg(tw_base_span_equal(got, want), "got  %.*s\nwant %.*s", (int)got.length, got.at,
                  (int)want.length, want.at);
}

struct tw_buffer tw_test_lines(size_t lines)
{
    struct tw_buffer text = TW_BUFFER_INIT(ROOM_MAX);
    for (size_t i = 0; i < lines; i++) {
        tw_base_buffer_print(&text, "2024-05-01 10:%02zu:%02zu line %zu value %zx\n", i / 60 % 60,
                             i % 60, i, i * 2654435761u % 1000003u);
    }
    return text;
}

void tw_test_repairs(const struct tw_decode_info *info, const char *want)
{
    struct tw_buffer names = TW_BUFFER_INIT(1000);
    for (size_t i = 0; i < info->repair_count; i++) {
        tw_base_buffer_print(&names, "%s%s", i == 0 ? "" : " ", info->repairs[i]);
    }
    tw_base_buffer_add_char(&names, '\0');
    ck_assert_str_eq(names.at, want);
    tw_base_buffer_free(&names);
}

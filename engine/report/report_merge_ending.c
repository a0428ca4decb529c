/* report_merge_ending.c -- what the last line of a report tells of it; see report_merge.h.
 *
 * A run that is resumed reads only this line: a report is whole where it ends with its summary. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "report/report_json.h"
#include "report/report_merge_parts.h"

static void digest_tool(const json_t *tool, char digest[17])
{
    char *text = tw_report_merge_tool_text(tool);
    tw_base_hash_text(tw_base_hash(TW_HASH_START, tw_base_span(text)), digest);
    tw_base_free(text);
}

static uint64_t count_of(const json_t *summary, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(summary, key));
    return number < 0 ? 0 : (uint64_t)number;
}

/* "3/16", or the first of several. */
static void name_shards(const json_t *shards, char to[64])
{
    struct tw_buffer text = TW_BUFFER_INIT(63);
    for (size_t i = 0; i < json_array_size(shards); i++) {
        const char *shard = json_string_value(json_array_get(shards, i));
        tw_base_buffer_print(&text, "%s%s", i == 0 ? "" : " ", shard == NULL ? "?" : shard);
    }
    if (text.length > 0) {
        memcpy(to, text.at, text.length);
    }
    to[text.length] = '\0';
    tw_base_buffer_free(&text);
}

static void read_summary(const json_t *object, struct tw_report_ending *ending)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    const char *schema = json_string_value(json_object_get(object, "schema"));
    const json_t *tool = json_object_get(object, "tool");
    const json_t *summary = json_object_get(object, "summary");
    if (type == NULL || strcmp(type, "summary") != 0 || schema == NULL ||
        strcmp(schema, TW_REPORT_SCHEMA) != 0 || !json_is_object(tool) ||
        !json_is_integer(json_object_get(summary, "exit_status"))) {
        return;
    }
    ending->whole =
        count_of(summary, "exit_status") < 128 && !json_is_true(json_object_get(object, "partial"));
    ending->totals.inputs = count_of(summary, "inputs");
    ending->totals.incomplete = count_of(summary, "incomplete");
    ending->totals.diagnoses = count_of(summary, "diagnoses");
    ending->totals.inconclusive = count_of(summary, "inconclusive");
    ending->totals.reached = true;
    name_shards(json_object_get(object, "shards"), ending->shards);
    digest_tool(tool, ending->tool);
}

/* Reads the end of the file, up to the longest line, into the buffer. */
static enum tw_status read_tail(int fd, off_t size, struct tw_buffer *tail)
{
    size_t want = size > (off_t)TW_MERGE_LINE_MAX ? TW_MERGE_LINE_MAX : (size_t)size;
    off_t from = size - (off_t)want;
    char *at = tw_base_buffer_reserve(tail, want + 1);
    while (at != NULL && tail->length < want) {
        ssize_t got = pread(fd, at + tail->length, want - tail->length, from + (off_t)tail->length);
        if (got == 0) {
            break;
        }
        if (got < 0 && errno != EINTR) {
            return TW_ERR_IO;
        }
        tail->length += got > 0 ? (size_t)got : 0;
    }
    return at == NULL ? TW_ERR_MEMORY : TW_OK;
}

/* The last line, which has to end with a newline: an end that was cut off is none. */
static struct tw_span last_line(struct tw_span text)
{
    if (text.length == 0 || text.at[text.length - 1] != '\n') {
        return (struct tw_span){NULL, 0};
    }
    text.length--;
    const char *newline = memrchr(text.at, '\n', text.length);
    return newline == NULL ? text : tw_base_span_skip(text, (size_t)(newline - text.at) + 1);
}

enum tw_status tw_report_read_ending(const char *path, struct tw_report_ending *ending,
                                     struct tw_error *error)
{
    struct stat info;
    struct tw_error unread;
    struct tw_buffer tail = TW_BUFFER_INIT(TW_MERGE_LINE_MAX + 1);
    *ending = (struct tw_report_ending){.whole = false};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT
                   ? TW_OK
                   : tw_base_error_system(error, "cannot be read to be resumed", path, errno);
    }
    enum tw_status status = TW_OK;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        status = read_tail(fd, info.st_size, &tail);
    }
    int why = errno;
    (void)close(fd);
    if (status != TW_OK) {
        tw_base_buffer_free(&tail);
        return tw_base_error_system(error, "cannot be read to be resumed", path,
                                    status == TW_ERR_MEMORY ? ENOMEM : why);
    }
    struct tw_span line = last_line(tw_base_buffer_span(&tail));
    json_t *object = line.length == 0 ? NULL : tw_report_merge_parse(line, &unread);
    if (object != NULL) {
        read_summary(object, ending);
    }
    json_decref(object);
    tw_base_buffer_free(&tail);
    return TW_OK;
}

void tw_report_ending_of(const struct tw_report_options *options, struct tw_report_ending *ending)
{
    struct tw_report_layout layout = {.line = true};
    struct tw_report report = {.options = *options};
    struct tw_buffer text = TW_BUFFER_INIT(TW_MERGE_LINE_MAX);
    *ending = (struct tw_report_ending){.whole = false};
    tw_report_json_tool(&text, layout, &report);
    json_t *tool = text.status == TW_OK ? json_loadb(text.at, text.length, 0, NULL) : NULL;
    digest_tool(tool, ending->tool);
    if (options->shard_count > 0) {
        struct tw_buffer name = TW_BUFFER_INIT(63);
        tw_base_buffer_print(&name, "%s", options->shards[0]);
        memcpy(ending->shards, name.at, name.length);
        ending->shards[name.length] = '\0';
        tw_base_buffer_free(&name);
    }
    json_decref(tool);
    tw_base_buffer_free(&text);
}

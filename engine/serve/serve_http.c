/* serve_http.c -- the wrapper of libmicrohttpd: requests in, answers out.
 *
 * Every request is guarded before anything of it is looked at; a connection is closed after one
 * answer. Nothing of a request is ever logged. */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/serve.h"

/* A connection's thread has small frames. */
#define STACK_BYTES ((size_t)256 << 10)

/* A request between the calls of the library. */
struct request {
    bool guarded; /* the first call is over */
    struct tw_serve_job *job;
    unsigned refused; /* HTTP status, once the body was read; 0: not refused */
    char why[512];
    uint64_t bytes; /* of the body */
};

/* An answer on its way out. */
struct answer {
    struct tw_serve *serve;
    struct tw_serve_watched *watched;
    char *bytes;
    size_t held;
};

struct header {
    const char *name, *value;
};

/* For every answer: the page may run its own script and style and talk to us only. */
static const struct header headers[] = {
    {"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
                                "connect-src 'self'; base-uri 'none'; "
                                "form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Cache-Control", "no-store"},
    {"Connection", "close"},
};

static struct tw_serve_watched *watched_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* ---- answers ------------------------------------------------------------------------------------
 */

/* Sends a response, which becomes the library's. */
static enum MHD_Result send_response(struct tw_serve *serve, struct MHD_Connection *connection,
                                     unsigned code, const char *media_type,
                                     struct MHD_Response *response, size_t length)
{
    if (response == NULL) {
        return MHD_NO;
    }
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        (void)MHD_add_response_header(response, headers[i].name, headers[i].value);
    }
    (void)MHD_add_response_header(response, "Content-Type", media_type);
    if (code == MHD_HTTP_SERVICE_UNAVAILABLE) {
        (void)MHD_add_response_header(response, "Retry-After", "5");
    }
    if (code == MHD_HTTP_METHOD_NOT_ALLOWED) {
        (void)MHD_add_response_header(response, "Allow", "GET, HEAD, POST");
    }
    tw_serve_watch_phase(&serve->watch, watched_of(connection), TW_SERVE_ANSWER, length);
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

/* A short answer that says why there is no other. */
static enum MHD_Result refuse(struct tw_serve *serve, struct MHD_Connection *connection,
                              unsigned code, const char *why)
{
    char shown[1024];
    char text[2100];
    size_t length = (size_t)snprintf(text, sizeof text, "{\"error\": \"");
    tlswhy_visible(why, shown, sizeof shown);
    for (const char *at = shown; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            text[length++] = '\\';
        }
        text[length++] = *at;
    }
    length += (size_t)snprintf(text + length, sizeof text - length, "\"}\n");
    return send_response(serve, connection, code, "application/json",
                         MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_COPY),
                         length);
}

static void forget_answer(void *payload)
{
    struct answer *answer = payload;
    tw_serve_answer_gone(answer->serve, answer->held);
    free(answer->bytes);
    free(answer);
}

static ssize_t read_answer(void *payload, uint64_t at, char *to, size_t room)
{
    const struct answer *answer = payload;
    /* The reader has taken what came before. */
    tw_serve_watch_phase(&answer->serve->watch, answer->watched, TW_SERVE_ANSWER, 0);
    memcpy(to, answer->bytes + at, room);
    return (ssize_t)room;
}

static const char *reason(unsigned code)
{
    return code == MHD_HTTP_SERVICE_UNAVAILABLE ? "busy; try again in some seconds"
                                                : "this cannot be done";
}

/* The answer of a job that has ended. */
static enum MHD_Result send_report(struct tw_serve *serve, struct MHD_Connection *connection,
                                   struct tw_serve_job *job)
{
    if (job->status != TLSWHY_OK || job->answer == NULL) {
        unsigned code = job->status == TLSWHY_ERR_USAGE    ? MHD_HTTP_BAD_REQUEST
                        : job->status == TLSWHY_ERR_MEMORY ? MHD_HTTP_SERVICE_UNAVAILABLE
                                                           : MHD_HTTP_INTERNAL_SERVER_ERROR;
        return refuse(serve, connection, code,
                      job->status == TLSWHY_OK ? reason(code) : job->error.message);
    }
    struct answer *answer = calloc(1, sizeof *answer);
    if (answer == NULL) {
        return MHD_NO;
    }
    *answer = (struct answer){serve, watched_of(connection), job->answer, job->room};
    size_t length = job->length;
    job->answer = NULL;
    job->room = 0;
    struct MHD_Response *response =
        MHD_create_response_from_callback(length, 64u << 10, read_answer, answer, forget_answer);
    if (response == NULL) {
        forget_answer(answer);
        return MHD_NO;
    }
    return send_response(serve, connection, MHD_HTTP_OK, job->question.format->media_type, response,
                         length);
}

/* What this program is and takes, for the page. */
static enum MHD_Result send_version(struct tw_serve *serve, struct MHD_Connection *connection)
{
    char text[512];
    int length = snprintf(text, sizeof text,
                          "{\"name\": \"tlswhy\", \"version\": \"%s\", \"max_bytes\": %llu, "
                          "\"formats\": [",
                          TLSWHY_VERSION, (unsigned long long)serve->max_bytes);
    for (size_t i = 0; i < tw_serve_format_count; i++) {
        length += snprintf(text + length, sizeof text - (size_t)length, "%s\"%s\"",
                           i == 0 ? "" : ", ", tw_serve_formats[i].name);
    }
    length += snprintf(text + length, sizeof text - (size_t)length, "]}\n");
    return send_response(
        serve, connection, MHD_HTTP_OK, "application/json",
        MHD_create_response_from_buffer((size_t)length, text, MHD_RESPMEM_MUST_COPY),
        (size_t)length);
}

static enum MHD_Result send_file(struct tw_serve *serve, struct MHD_Connection *connection,
                                 const struct tw_serve_file *file)
{
    size_t length = (size_t)(file->end - file->start);
    void *bytes = (void *)(uintptr_t)file->start; /* the library's type; it only reads */
    return send_response(serve, connection, MHD_HTTP_OK, file->media_type,
                         MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_PERSISTENT),
                         length);
}

/* ---- questions ----------------------------------------------------------------------------------
 */

/* The only value of a header: NULL in `*value` where there is none. False: there are several. */
struct one_header {
    const char *name, *value;
    unsigned count;
};

static enum MHD_Result count_header(void *payload, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct one_header *wanted = payload;
    (void)kind;
    if (name != NULL && strcasecmp(name, wanted->name) == 0) {
        wanted->value = value == NULL ? "" : value;
        wanted->count++;
    }
    return MHD_YES;
}

static bool find_header(struct MHD_Connection *connection, const char *name, const char **value)
{
    struct one_header wanted = {.name = name};
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &wanted);
    *value = wanted.value;
    return wanted.count <= 1;
}

static bool may_ask(const struct tw_serve *serve, struct MHD_Connection *connection)
{
    const char *host;
    const char *origin;
    const char *site;
    return find_header(connection, "Host", &host) && find_header(connection, "Origin", &origin) &&
           find_header(connection, "Sec-Fetch-Site", &site) &&
           tw_serve_guard_host(&serve->own, host) &&
           tw_serve_guard_origin(&serve->own, host, origin) && tw_serve_guard_site(site);
}

struct asking {
    struct tw_serve_question *question;
    const char *wrong; /* the first parameter that is unknown or has no such value */
};

static bool read_switch(const char *value, bool *to)
{
    *to = strcmp(value, "1") == 0;
    return *to || strcmp(value, "0") == 0;
}

static bool read_text(const char *value, char **to)
{
    free(*to);
    *to = value[0] == '\0' ? NULL : strdup(value);
    return *to != NULL;
}

static bool read_format(const char *value, const struct tw_serve_format **to)
{
    for (size_t i = 0; i < tw_serve_format_count; i++) {
        if (strcmp(tw_serve_formats[i].name, value) == 0) {
            *to = &tw_serve_formats[i];
            return true;
        }
    }
    return false;
}

static enum MHD_Result read_parameter(void *payload, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    struct asking *asking = payload;
    struct tw_serve_question *question = asking->question;
    bool redact = !question->no_redact;
    bool good = name != NULL && value != NULL;
    (void)kind;
    if (good && strcmp(name, "format") == 0) {
        good = read_format(value, &question->format);
    } else if (good && strcmp(name, "name") == 0) {
        good = read_text(value, &question->name);
    } else if (good && strcmp(name, "redact") == 0) {
        good = read_switch(value, &redact);
        question->no_redact = !redact;
    } else if (good && strcmp(name, "all") == 0) {
        good = read_switch(value, &question->all);
    } else if (good && strcmp(name, "input-format") == 0) {
        good = read_text(value, &question->input_format);
    } else if (good && strcmp(name, "encoding") == 0) {
        good = read_text(value, &question->encoding);
    } else {
        good = good && strcmp(name, "client") == 0 && read_text(value, &question->client);
    }
    asking->wrong = good ? asking->wrong : name == NULL ? "" : name;
    return good ? MHD_YES : MHD_NO;
}

/* Whether the body is said to be longer than `limit`. */
static bool is_longer(struct MHD_Connection *connection, uint64_t limit)
{
    const char *length;
    (void)find_header(connection, "Content-Length", &length);
    return length != NULL && strtoull(length, NULL, 10) > limit;
}

static void begin_upload(struct tw_serve *serve, struct MHD_Connection *connection,
                         struct request *request)
{
    struct tw_serve_question question = {.format = &tw_serve_formats[0]};
    struct asking asking = {.question = &question};
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, read_parameter, &asking);
    if (question.name == NULL && asking.wrong == NULL) {
        question.name = strdup("upload");
    }
    if (asking.wrong != NULL) {
        request->refused = MHD_HTTP_BAD_REQUEST;
        (void)snprintf(request->why, sizeof request->why,
                       "the parameter \"%.100s\" is unknown, or cannot have this value",
                       asking.wrong);
    } else {
        request->job =
            tw_serve_job_start(serve, watched_of(connection), &question, &request->refused);
        (void)snprintf(request->why, sizeof request->why, "%s", reason(request->refused));
    }
    tw_serve_question_free(&question);
    tw_serve_watch_phase(&serve->watch, watched_of(connection), TW_SERVE_BODY, 0);
}

/* ---- the library's calls ------------------------------------------------------------------------
 */

/* The headers are there. */
static enum MHD_Result begin(struct tw_serve *serve, struct MHD_Connection *connection,
                             const char *url, const char *method, struct request *request)
{
    bool is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    bool is_get =
        strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    bool is_diagnose = strcmp(url, "/api/diagnose") == 0;
    request->guarded = true;
    if (!may_ask(serve, connection)) {
        return refuse(serve, connection, MHD_HTTP_FORBIDDEN, "forbidden");
    }
    if ((!is_post && !is_get) || (is_post && !is_diagnose) || (is_get && is_diagnose)) {
        return refuse(serve, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "no such method here");
    }
    if (is_get) {
        return MHD_YES;
    }
    if (is_longer(connection, serve->max_bytes)) {
        return refuse(serve, connection, MHD_HTTP_CONTENT_TOO_LARGE, "the upload is too large");
    }
    begin_upload(serve, connection, request);
    if (request->refused != 0 && is_longer(connection, TW_SERVE_DRAIN_MAX)) {
        return refuse(serve, connection, request->refused, request->why);
    }
    return MHD_YES;
}

/* Bytes of the body. */
static enum MHD_Result take(struct tw_serve *serve, struct tw_serve_watched *watched,
                            struct request *request, const char *bytes, size_t length)
{
    request->bytes += length;
    if (request->refused == 0 && request->bytes > serve->max_bytes) {
        tw_serve_job_free(request->job);
        request->job = NULL;
        request->refused = MHD_HTTP_CONTENT_TOO_LARGE;
        (void)snprintf(request->why, sizeof request->why, "the upload is too large");
        request->bytes = 0;
    }
    if (request->refused != 0) {
        tw_serve_watch_phase(&serve->watch, watched, TW_SERVE_BODY, length);
        return request->bytes > TW_SERVE_DRAIN_MAX ? MHD_NO : MHD_YES;
    }
    tw_serve_watch_phase(&serve->watch, watched, TW_SERVE_BODY, length);
    tw_serve_watch_phase(&serve->watch, watched, TW_SERVE_OURS, 0);
    if (request->job != NULL) {
        tw_serve_job_write(request->job, bytes, length);
    }
    tw_serve_watch_phase(&serve->watch, watched, TW_SERVE_BODY, 0);
    return MHD_YES;
}

/* The request is complete. */
static enum MHD_Result answer(struct tw_serve *serve, struct MHD_Connection *connection,
                              const char *url, struct request *request)
{
    const struct tw_serve_file *file = tw_serve_page_file(url);
    if (request->refused != 0) {
        return refuse(serve, connection, request->refused, request->why);
    }
    if (request->job != NULL) {
        tw_serve_watch_phase(&serve->watch, watched_of(connection), TW_SERVE_OURS, 0);
        tw_serve_job_end(request->job);
        return send_report(serve, connection, request->job);
    }
    if (file != NULL) {
        return send_file(serve, connection, file);
    }
    if (strcmp(url, "/api/version") == 0) {
        return send_version(serve, connection);
    }
    return refuse(serve, connection, MHD_HTTP_NOT_FOUND, "there is nothing here");
}

static enum MHD_Result on_request(void *payload, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *length, void **context)
{
    struct tw_serve *serve = payload;
    struct request *request = *context;
    struct tw_serve_watched *watched = watched_of(connection);
    (void)version;
    if (watched == NULL) {
        return MHD_NO; /* over the limit of connections */
    }
    if (request == NULL) {
        request = calloc(1, sizeof *request);
        *context = request;
        return request == NULL ? MHD_NO : begin(serve, connection, url, method, request);
    }
    if (*length > 0) {
        size_t count = *length;
        *length = 0;
        return take(serve, watched, request, bytes, count);
    }
    return answer(serve, connection, url, request);
}

static void on_completed(void *payload, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct request *request = *context;
    (void)payload;
    (void)connection;
    (void)code;
    if (request != NULL) {
        tw_serve_job_free(request->job);
        free(request);
        *context = NULL;
    }
}

static void on_connection(void *payload, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct tw_serve *serve = payload;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context = info == NULL ? NULL : tw_serve_watch_add(&serve->watch, info->connect_fd);
    } else if (*context != NULL) {
        tw_serve_watch_remove(&serve->watch, *context);
        *context = NULL;
    }
}

static void say_nothing(void *payload, const char *format, va_list arguments)
{
    (void)payload;
    (void)format;
    (void)arguments;
}

struct MHD_Daemon *tw_serve_http_start(struct tw_serve *serve, int listener)
{
    return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                                MHD_USE_POLL | MHD_USE_ERROR_LOG | MHD_USE_ITC,
                            0, NULL, NULL, on_request, serve, MHD_OPTION_EXTERNAL_LOGGER,
                            say_nothing, NULL, MHD_OPTION_LISTEN_SOCKET, listener,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)TW_SERVE_CONNECTIONS,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)TW_SERVE_HEADER_BYTES,
                            MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, MHD_OPTION_STRICT_FOR_CLIENT,
                            1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, serve,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, serve, MHD_OPTION_END);
}

void tw_serve_http_stop(struct MHD_Daemon *daemon)
{
    MHD_stop_daemon(daemon);
}

/* serve_watch.c -- cuts off connections that are too slow, and all of them at the end.
 *
 * libmicrohttpd's own time limit begins anew with every byte; somebody who sends one every ten
 * seconds would keep a place for ever. */
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "serve/serve.h"

/* Seconds between two looks. */
#define LOOK 0.1

double tw_serve_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool is_overdue(const struct tw_serve_watched *watched, double now)
{
    double took = now - watched->since;
    double fair = TW_SERVE_IDLE + (double)watched->bytes / TW_SERVE_RATE;
    if (now - watched->born > TW_SERVE_TOTAL && watched->phase != TW_SERVE_ANSWER) {
        return true;
    }
    switch (watched->phase) {
    case TW_SERVE_HEADERS:
        return took > TW_SERVE_IDLE;
    case TW_SERVE_OURS:
        return false;
    case TW_SERVE_BODY:
    case TW_SERVE_ANSWER:
        return took > fair || now - watched->last > TW_SERVE_IDLE;
    }
    return true;
}

static void *look(void *payload)
{
    struct tw_serve_watch *watch = payload;
    double end = 0;
    for (;;) {
        struct timespec pause = {.tv_nsec = (long)(LOOK * 1e9)};
        (void)nanosleep(&pause, NULL);
        double now = tw_serve_now();
        unsigned left = 0;
        (void)pthread_mutex_lock(&watch->lock);
        for (size_t i = 0; i < sizeof watch->at / sizeof *watch->at; i++) {
            struct tw_serve_watched *watched = &watch->at[i];
            left += watched->fd >= 0;
            if (watched->fd >= 0 && (watch->ending || is_overdue(watched, now))) {
                __atomic_store_n(&watched->stop, 1, __ATOMIC_RELAXED);
                (void)shutdown(watched->fd, SHUT_RDWR);
            }
        }
        bool ending = watch->ending;
        (void)pthread_cond_broadcast(&watch->change);
        (void)pthread_mutex_unlock(&watch->lock);
        end = ending && end == 0 ? now + TW_SERVE_END : end;
        if (ending && left == 0) {
            return NULL;
        }
        if (ending && now > end) {
            /* Nothing is on disk and nobody is left to be told. */
            _exit(0);
        }
    }
}

bool tw_serve_watch_start(struct tw_serve_watch *watch)
{
    watch->ending = false;
    for (size_t i = 0; i < sizeof watch->at / sizeof *watch->at; i++) {
        watch->at[i].fd = -1;
    }
    return pthread_mutex_init(&watch->lock, NULL) == 0 &&
           pthread_cond_init(&watch->change, NULL) == 0 &&
           pthread_create(&watch->thread, NULL, look, watch) == 0;
}

void tw_serve_watch_end(struct tw_serve_watch *watch)
{
    (void)pthread_mutex_lock(&watch->lock);
    watch->ending = true;
    (void)pthread_mutex_unlock(&watch->lock);
}

void tw_serve_watch_join(struct tw_serve_watch *watch)
{
    (void)pthread_join(watch->thread, NULL);
}

struct tw_serve_watched *tw_serve_watch_add(struct tw_serve_watch *watch, int fd)
{
    struct tw_serve_watched *found = NULL;
    (void)pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; !watch->ending && i < sizeof watch->at / sizeof *watch->at; i++) {
        if (watch->at[i].fd < 0) {
            double now = tw_serve_now();
            found = &watch->at[i];
            *found = (struct tw_serve_watched){.fd = fd, .born = now, .since = now, .last = now};
            break;
        }
    }
    (void)pthread_mutex_unlock(&watch->lock);
    return found;
}

void tw_serve_watch_remove(struct tw_serve_watch *watch, struct tw_serve_watched *watched)
{
    (void)pthread_mutex_lock(&watch->lock);
    watched->fd = -1;
    (void)pthread_mutex_unlock(&watch->lock);
}

void tw_serve_watch_phase(struct tw_serve_watch *watch, struct tw_serve_watched *watched,
                          enum tw_serve_phase phase, uint64_t bytes)
{
    double now = tw_serve_now();
    (void)pthread_mutex_lock(&watch->lock);
    if (phase == TW_SERVE_BODY && watched->phase == TW_SERVE_OURS) {
        /* What took our time is not held against the sender. */
        watched->since += now - watched->last;
    } else if (phase != watched->phase && phase != TW_SERVE_OURS) {
        watched->since = now;
        watched->bytes = 0;
    }
    watched->phase = phase;
    watched->last = now;
    watched->bytes += bytes;
    (void)pthread_mutex_unlock(&watch->lock);
}

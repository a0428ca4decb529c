/* serve_main.c -- tlswhy-serve: the helper program behind `tlswhy serve`.
 *
 * It lives under libexec and is run by tlswhy, which has checked the options. Exit status: 0 ended
 * by a signal, 2 could not be done. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/serve.h"

/* The page, when no address was told. */
#define LISTEN_DEFAULT "127.0.0.1:8765"
#define MAX_BYTES_DEFAULT (UINT64_C(1) << 30)

struct arguments {
    const char *listen;
    uint64_t max_bytes;
    bool without_default;
    const char **folders; /* of packs; as many as there are arguments */
    size_t folder_count;
};

static void say(const char *message)
{
    (void)fprintf(stderr, "tlswhy: %s\n", message);
    (void)fflush(stderr);
}

static bool read_arguments(int argc, char **argv, struct arguments *to)
{
    *to = (struct arguments){.listen = LISTEN_DEFAULT, .max_bytes = MAX_BYTES_DEFAULT};
    to->folders = calloc((size_t)argc + 1, sizeof *to->folders);
    bool good = to->folders != NULL;
    for (int i = 1; good && i < argc; i++) {
        const char *value = argv[i + 1]; /* NULL after the last */
        if (strcmp(argv[i], "--no-default-signatures") == 0) {
            to->without_default = true;
            continue;
        }
        good = value != NULL;
        if (good && strcmp(argv[i], "--listen") == 0) {
            to->listen = value;
        } else if (good && strcmp(argv[i], "--max-bytes") == 0) {
            to->max_bytes = strtoull(value, NULL, 10);
        } else if (good && strcmp(argv[i], "--signatures") == 0) {
            to->folders[to->folder_count++] = value;
        } else {
            good = false;
        }
        i++;
    }
    if (!good) {
        say("tlswhy-serve: run `tlswhy serve --help` instead");
    }
    return good;
}

/* A socket that listens where `own` says; fills in the port that the system chose. -1: a message
 * was printed. */
static int open_listener(struct tw_serve_own *own)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(own->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(own->port)};
    bool is_v6 = own->address[0] == '[';
    struct sockaddr *address = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    socklen_t length = is_v6 ? sizeof v6 : sizeof v4;
    char inner[sizeof own->address];
    int yes = 1;
    (void)snprintf(inner, sizeof inner, "%.*s", (int)strcspn(own->address + is_v6, "]"),
                   own->address + is_v6);
    (void)inet_pton(is_v6 ? AF_INET6 : AF_INET, inner,
                    is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr);
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, address, length) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, address, &length) != 0) {
        (void)fprintf(stderr, "tlswhy: cannot listen on %s:%u: %s%s\n", own->address, own->port,
                      strerror(errno),
                      errno == EADDRINUSE ? "; --listen 127.0.0.1:0 takes any free port" : "");
        if (fd >= 0) {
            (void)close(fd);
        }
        return -1;
    }
    own->port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
    return fd;
}

static void announce(const struct tw_serve_own *own)
{
    if (!own->loopback) {
        say("warning: other machines can reach this address; there is no password and no "
            "encryption");
    }
    (void)printf("http://%s:%u/\n",
                 !own->any                ? own->address
                 : own->address[0] == '[' ? "[::1]"
                                          : "127.0.0.1",
                 own->port);
    (void)fflush(stdout);
    say("diagnosing on the page at this address; Ctrl-C ends");
}

/* Answers until a signal. */
static int run(struct tw_serve *serve, int listener)
{
    sigset_t ends;
    int number;
    /* A shell starts programs in the background with INT ignored; what is ignored never comes. */
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGHUP);
    /* Before any thread is there, so that all of them inherit it. */
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    if (!tw_serve_watch_start(&serve->watch)) {
        say("out of memory");
        (void)close(listener);
        return TLSWHY_EXIT_FAILED;
    }
    struct MHD_Daemon *daemon = tw_serve_http_start(serve, listener);
    if (daemon == NULL) {
        say("the web server could not be started");
        (void)close(listener);
    } else {
        announce(&serve->own);
        while (sigwait(&ends, &number) != 0) {
        }
    }
    tw_serve_watch_end(&serve->watch);
    if (daemon != NULL) {
        tw_serve_http_stop(daemon);
    }
    tw_serve_watch_join(&serve->watch);
    return daemon == NULL ? TLSWHY_EXIT_FAILED : TLSWHY_EXIT_NOTHING;
}

int main(int argc, char **argv)
{
    static struct tw_serve serve = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                    .turn = PTHREAD_COND_INITIALIZER};
    struct arguments arguments;
    struct tlswhy_pack *pack = NULL;
    struct tlswhy_error error;
    int exit_status = TLSWHY_EXIT_FAILED;
    int listener = -1;
    (void)signal(SIGPIPE, SIG_IGN);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    serve.cores = cores > 0 ? (unsigned)cores : 1;
    if (!read_arguments(argc, argv, &arguments)) {
        free(arguments.folders);
        return TLSWHY_EXIT_FAILED;
    }
    serve.max_bytes = arguments.max_bytes;
    if (!tw_serve_guard_listen(arguments.listen, &serve.own)) {
        say("--listen needs ADDR:PORT, such as 127.0.0.1:8765 or [::1]:8765; ADDR is an address in "
            "digits or localhost");
    } else if (tlswhy_pack_open(&pack, arguments.without_default, arguments.folders,
                                arguments.folder_count, &error) != TLSWHY_OK) {
        say(error.message);
    } else {
        listener = open_listener(&serve.own);
    }
    if (listener >= 0) {
        serve.pack = pack;
        exit_status = run(&serve, listener);
    }
    tlswhy_pack_free(pack);
    free(arguments.folders);
    return exit_status;
}

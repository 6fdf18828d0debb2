/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/http_load.h"
#include "tests/bench/scene.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, FAILED = 1 };

static enum MHD_Result
handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *data, size_t *size, void **own)
{
    (void) url;
    (void) method;
    (void) version;
    (void) data;
    if (*own == NULL) { /* its head has come */
        *own = context;
        return MHD_YES;
    }
    if (*size > 0) {
        *size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, context);
}

static _Noreturn void
serve(int listener)
{
    static const char said[] = "{\"ok\":true}";
    struct MHD_Response *response = MHD_create_response_from_buffer(
        sizeof said - 1, (void *) (uintptr_t) said, MHD_RESPMEM_PERSISTENT);
    struct MHD_Daemon *daemon;

    (void) MHD_add_response_header(response, "Content-Type", "application/json");
    daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, handle, response,
                              MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_END);
    while (daemon != NULL && MHD_run_wait(daemon, -1) == MHD_YES)
        ;
    _exit(FAILED); /* until then: its parent ends it */
}

pid_t
http_bare_start(unsigned *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    pid_t pid;

    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *) &at, size) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *) &at, &size) != 0)
        scene_fail("libmicrohttpd", "no port");
    *port = ntohs(at.sin_port);
    pid = fork();
    if (pid == 0) {
        (void) prctl(PR_SET_PDEATHSIG, SIGTERM); /* nothing outlives its benchmark */
        serve(fd);
    }
    (void) close(fd);
    return pid;
}

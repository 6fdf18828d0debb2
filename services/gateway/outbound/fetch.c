/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/outbound/fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_MAX = 32, HEADER_SIZE = 2048, CONNECT_MS = 5000, BODY_FIRST = 4096, MS = 1000 };

typedef struct running {
    fetch *owner;
    CURL *easy;
    struct curl_slist *headers;
    fetch_fn *done;
    void *context;
    char *body; /* of the request */
    char *came; /* of the answer, NUL behind it */
    size_t came_size, came_room;
    bool too_long;
    char words[CURL_ERROR_SIZE];
    struct running *next, *before;
} running;

/* curl's descriptors wait in an epoll of their own, and the loop waits for that one. */
struct fetch {
    loop *loop;
    CURLM *multi;
    int waiting;
    loop_timer timer;
    running *all;
    size_t count;
};

/* ---- curl's wishes -----------------------------------------------------------------------------
 */

static int
socket_wish(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
    fetch *f = context;
    struct epoll_event event = { .data.fd = fd };

    (void) easy;
    if (what == CURL_POLL_REMOVE) {
        (void) epoll_ctl(f->waiting, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    event.events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
    (void) epoll_ctl(f->waiting, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
    (void) curl_multi_assign(f->multi, fd, f);
    return 0;
}

static int
timer_wish(CURLM *multi, long timeout_ms, void *context)
{
    fetch *f = context;

    (void) multi;
    loop_at(f->loop, &f->timer,
            timeout_ms < 0 ? 0 : loop_mono_ms(f->loop) + (uint64_t) timeout_ms + 1);
    return 0;
}

static size_t
take(char *at, size_t size, size_t count, void *context)
{
    running *r = context;
    size_t more = size * count;
    size_t room = r->came_room == 0 ? BODY_FIRST : r->came_room;
    char *grown;

    if (r->came_size + more > FETCH_BODY_MAX) {
        r->too_long = true;
        return 0;
    }
    while (room < r->came_size + more + 1)
        room *= 2;
    if (room != r->came_room) {
        grown = realloc(r->came, room);
        if (grown == NULL)
            return 0;
        r->came = grown;
        r->came_room = room;
    }
    memcpy(r->came + r->came_size, at, more);
    r->came_size += more;
    r->came[r->came_size] = '\0';
    return more;
}

/* ---- ends --------------------------------------------------------------------------------------
 */

static void
forget(running *r)
{
    fetch *f = r->owner;

    (void) curl_multi_remove_handle(f->multi, r->easy);
    curl_easy_cleanup(r->easy);
    curl_slist_free_all(r->headers);
    if (r->before == NULL)
        f->all = r->next;
    else
        r->before->next = r->next;
    if (r->next != NULL)
        r->next->before = r->before;
    f->count--;
    free(r->body);
    free(r->came);
    free(r);
}

static void
ended(running *r, CURLcode code)
{
    fetch_result result = { .body = r->came == NULL ? "" : r->came, .body_size = r->came_size };
    fetch_fn *done = r->done;
    void *context = r->context;
    long status = 0;
    curl_off_t wait_s = 0, took_us = 0;

    (void) curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    (void) curl_easy_getinfo(r->easy, CURLINFO_RETRY_AFTER, &wait_s);
    (void) curl_easy_getinfo(r->easy, CURLINFO_TOTAL_TIME_T, &took_us);
    result.status = code == CURLE_OK && status > 0 ? (unsigned) status : 0;
    if (result.status == 0)
        result.words = r->too_long           ? "the answer is too long"
                       : r->words[0] != '\0' ? r->words
                                             : curl_easy_strerror(code);
    result.retry_after_s = wait_s > 0 && wait_s < UINT16_MAX ? (unsigned) wait_s : 0;
    result.took_ms = (unsigned) (took_us / MS);
    done(context, &result);
    forget(r);
}

static void
look_for_ends(fetch *f)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(f->multi, &left)) != NULL) {
        void *context = NULL;

        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &context) ==
                CURLE_OK)
            ended(context, message->data.result);
    }
}

static void
ready(void *context)
{
    fetch *f = context;
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(f->waiting, events, EVENTS_MAX, 0);
    int still;

    for (int i = 0; i < count; i++)
        (void) curl_multi_socket_action(
            f->multi, events[i].data.fd,
            ((events[i].events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                ((events[i].events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0),
            &still);
    look_for_ends(f);
}

static void
due(void *context)
{
    fetch *f = context;
    int still;

    (void) curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &still);
    look_for_ends(f);
}

/* ---- beginnings --------------------------------------------------------------------------------
 */

static bool
is_here(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == '\0');
}

/* As curl itself reads it: "http://localhost:80@example.org/" is not this machine. */
bool
fetch_may_ask(const char *url)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL, *user = NULL;
    bool may = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
               curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
               curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
               curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
               (strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && is_here(host)));

    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_url_cleanup(parts);
    return may;
}

static bool
add_header(running *r, const char *line)
{
    struct curl_slist *longer = curl_slist_append(r->headers, line);

    if (longer != NULL)
        r->headers = longer;
    return longer != NULL;
}

static bool
set_headers(running *r, const fetch_request *request)
{
    char bearer[HEADER_SIZE];
    bool all = add_header(r, "Expect:"); /* no pause before a body */

    for (size_t i = 0; all && request->headers != NULL && request->headers[i] != NULL; i++)
        all = add_header(r, request->headers[i]);
    if (all && request->token != NULL) {
        int length = snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", request->token);

        all = length > 0 && (size_t) length < sizeof bearer && add_header(r, bearer);
        explicit_bzero(bearer, sizeof bearer);
    }
    return all && curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers) == CURLE_OK;
}

static bool
set_body(running *r, const fetch_request *request)
{
    if (request->method != NULL &&
        curl_easy_setopt(r->easy, CURLOPT_CUSTOMREQUEST, request->method) != CURLE_OK)
        return false;
    if (request->body == NULL)
        return true;
    r->body = malloc(request->body_size + 1);
    if (r->body == NULL)
        return false;
    memcpy(r->body, request->body, request->body_size);
    return curl_easy_setopt(r->easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, r->body) == CURLE_OK &&
           curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                            (curl_off_t) request->body_size) == CURLE_OK;
}

static bool
set_up(running *r, const fetch_request *request)
{
    CURL *easy = r->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long) CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long) FETCH_TIMEOUT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "sijill-gateway/" SIJILL_VERSION) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->words) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, r) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, r) == CURLE_OK && set_body(r, request) &&
           set_headers(r, request);
}

bool
fetch_start(fetch *f, const fetch_request *request, fetch_fn *done, void *context)
{
    running *r;

    if (f->count >= FETCH_RUNNING_MAX || !fetch_may_ask(request->url) ||
        (r = calloc(1, sizeof *r)) == NULL)
        return false;
    r->owner = f;
    r->done = done;
    r->context = context;
    r->next = f->all;
    if (f->all != NULL)
        f->all->before = r;
    f->all = r;
    f->count++;
    r->easy = curl_easy_init();
    if (r->easy != NULL && set_up(r, request) &&
        curl_multi_add_handle(f->multi, r->easy) == CURLM_OK)
        return true;
    forget(r);
    return false;
}

fetch *
fetch_open(loop *l)
{
    fetch *f = calloc(1, sizeof *f);

    if (f == NULL)
        return NULL;
    f->loop = l;
    f->waiting = epoll_create1(EPOLL_CLOEXEC);
    f->timer = (loop_timer){ .due = due, .context = f };
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || f->waiting < 0 ||
        (f->multi = curl_multi_init()) == NULL || !loop_watch(l, f->waiting, false, ready, f)) {
        fetch_close(&f);
        return NULL;
    }
    (void) curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, socket_wish);
    (void) curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    (void) curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, timer_wish);
    (void) curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
    return f;
}

void
fetch_close(fetch **f)
{
    if (*f == NULL)
        return;
    while ((*f)->all != NULL)
        forget((*f)->all);
    if ((*f)->multi != NULL)
        (void) curl_multi_cleanup((*f)->multi);
    loop_at((*f)->loop, &(*f)->timer, 0);
    if ((*f)->waiting >= 0) {
        loop_unwatch((*f)->loop, (*f)->waiting);
        (void) close((*f)->waiting);
    }
    curl_global_cleanup();
    free(*f);
    *f = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include "services/gateway/http/problem.h"
#include "services/runtime/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    SQUEEZE_FROM = 1024, /* octets of a body; less is not worth the work */
    RAW_HEAD_MAX = 8192,
};

static void
put(request *r, const char *name, const char *value)
{
    /* It refuses CR and LF, so no header can end a line. */
    if (r->response != NULL)
        (void) MHD_add_response_header(r->response, name, value);
}

static const char *
given(const answer *a, const char *name)
{
    for (size_t i = 0; i < a->header_count; i++)
        if (strcasecmp(a->header[i].name, name) == 0)
            return a->header[i].value;
    return NULL;
}

/* How a body may be used.  Each header costs as much as a read of the socket, so there are none of
 * these without a body, and only those that say something: what answers a write is kept by no cache
 * that is not told to (RFC 9110, 9.3.3), and JSON that is not sniffed is no page, which could hold
 * scripts or links. */
static void
content_head(request *r, const answer *a)
{
    bool is_read = r->method == METHOD_GET || r->method == METHOD_HEAD;

    put(r, "Content-Type", a->type);
    if (is_read && given(a, "Cache-Control") == NULL)
        put(r, "Cache-Control", "no-store");
    put(r, "X-Content-Type-Options", "nosniff");
    if (strstr(a->type, "json") != NULL)
        return;
    if (given(a, "Content-Security-Policy") == NULL)
        put(r, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    if (given(a, "Referrer-Policy") == NULL)
        put(r, "Referrer-Policy", "no-referrer");
}

void
answer_head(request *r, const answer *a)
{
    assert(a->header_count <= HTTP_HEADERS_MAX);
    for (size_t i = 0; i < a->header_count; i++)
        put(r, a->header[i].name, a->header[i].value);
    if (a->type != NULL)
        content_head(r, a);
    put(r, "X-Request-Id", r->trace_text);
    cors_headers(r);
    if (a->close || r->close || r->h->draining)
        put(r, "Connection", "close");
    r->status = a->status;
}

static bool
is_text(const char *type)
{
    static const char *const kinds[] = { "text/",
                                         "application/json",
                                         "application/problem+json",
                                         "application/openapi",
                                         "application/x-ndjson",
                                         "application/xml",
                                         "image/svg+xml" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strncasecmp(type, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return strstr(type, "+json") != NULL;
}

/* The body as it goes out: a copy, or the same in fewer octets.  False: no memory. */
static bool
make_body(request *r, const answer *a, octets *body, bool *squeezed, bool *varies)
{
    *squeezed = false;
    *varies =
        a->body.size > SQUEEZE_FROM && is_text(a->type) && given(a, "Content-Encoding") == NULL;
    if (*varies && r->encodings != NULL && head_takes(r->encodings, "gzip")) {
        *squeezed = squeeze(r->h, a->body, body);
        if (*squeezed)
            return true;
    }
    char *copy = malloc(a->body.size);

    if (copy == NULL)
        return false;
    memcpy(copy, a->body.at, a->body.size);
    *body = (octets){ copy, a->body.size };
    return true;
}

/* "What may be asked here?": a site that refuses the method has said it. */
static void
answer_options(request *r, const answer *a)
{
    answer allowed = { .status = 204, .header_count = 1, .header = { { "Allow", NULL } } };

    allowed.header[0].value = given(a, "Allow");
    if (allowed.header[0].value == NULL)
        allowed.header_count = 0;
    r->response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    answer_head(r, &allowed);
}

static void
answer_make(request *r, const answer *a)
{
    octets body = { 0 };
    bool squeezed = false, varies = false;

    r->status = a->status;
    if (r->method == METHOD_OPTIONS && a->status == 405) {
        answer_options(r, a);
        return;
    }
    if (a->type != NULL && a->body.size > 0 && !make_body(r, a, &body, &squeezed, &varies))
        return; /* no response: answer_queue ends the connection */
    r->response = body.size == 0
                      ? MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT)
                      : MHD_create_response_from_buffer(body.size, (void *) (uintptr_t) body.at,
                                                        MHD_RESPMEM_MUST_FREE);
    if (r->response == NULL) {
        free((void *) (uintptr_t) body.at);
        return;
    }
    r->out = body;
    answer_head(r, a);
    /* An ETag names what was asked for, not how it was packed: If-Match compares it later. */
    if (squeezed)
        put(r, "Content-Encoding", "gzip");
    if (varies)
        put(r, "Vary", "Accept-Encoding");
}

void
request_answer(request *r, const answer *a)
{
    assert(!r->answered);
    r->answered = true;
    if (r->is_orphan)
        return; /* nobody hears it: the turn's end frees it */
    answer_make(r, a);
    r->answered_us = sj_monotonic_us();
    request_wake(r);
}

enum MHD_Result
answer_queue(request *r)
{
    connection_goes(r->c, CONNECTION_SENDS);
    r->queued = true;
    if (r->response == NULL)
        return MHD_NO;
    return MHD_queue_response(r->c->mhd, r->status, r->response);
}

/* ---- written past libmicrohttpd ---- */

typedef struct raw_head {
    char text[RAW_HEAD_MAX];
    size_t used;
} raw_head;

static enum MHD_Result
raw_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    raw_head *head = context;
    int wrote = snprintf(head->text + head->used, sizeof(head->text) - head->used, "%s: %s\r\n",
                         name, value);

    (void) kind;
    if (wrote > 0 && (size_t) wrote < sizeof(head->text) - head->used)
        head->used += (size_t) wrote;
    return MHD_YES;
}

enum MHD_Result
answer_raw(request *r)
{
    raw_head head;
    char date[64];
    struct tm parts;
    time_t now = (time_t) (r->arrived_ms / 1000);

    r->queued = r->c->linger = true;
    if (r->response == NULL)
        return MHD_NO;
    (void) strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
    head.used = (size_t) snprintf(
        head.text, sizeof(head.text), "HTTP/1.1 %u %s\r\nDate: %s\r\nContent-Length: %zu\r\n",
        r->status, MHD_get_reason_phrase_for(r->status), date, r->out.size);
    (void) MHD_del_response_header(r->response, "Connection", "close");
    (void) MHD_get_response_headers(r->response, raw_header, &head);
    (void) raw_header(&head, MHD_HEADER_KIND, "Connection", "close");
    /* Nothing else was written for this request, so there is room for it in the socket's buffer; a
     * client that has filled even that does not read answers. */
    (void) send(r->c->fd, head.text, head.used, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE);
    (void) send(r->c->fd, "\r\n", 2, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE);
    (void) send(r->c->fd, r->out.at, r->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
    return MHD_NO; /* ends the connection */
}

void
request_refuse(request *r, http_refusal why, unsigned status, const char *code, const char *detail)
{
    r->h->refused[why]++;
    r->close = r->c->linger = true;
    (void) request_gone(r); /* its site is not asked for the answer */
    problem_answer(r, status, code, detail);
}

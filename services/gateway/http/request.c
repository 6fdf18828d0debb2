/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include "services/gateway/http/problem.h"
#include "services/runtime/clock.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const char FROM[] = "http ";

enum { ALIGNED = 16 };

static const char *const method_names[METHODS] = { "GET",   "HEAD",   "POST",    "PUT",
                                                   "PATCH", "DELETE", "OPTIONS", "other" };

static http_method
method_read(const char *text)
{
    int i = 0;

    while (i < METHOD_OTHER && strcmp(text, method_names[i]) != 0)
        i++;
    return (http_method) i;
}

const char *
method_name(http_method method)
{
    return method_names[method];
}

/* ---- what a site asks ---- */

void *
request_alloc(request *r, size_t size)
{
    size_t whole = (size + ALIGNED - 1) & ~((size_t) ALIGNED - 1);
    memory *more;

    if (whole >= size && whole <= BLOCK_SIZE - r->used) {
        void *at = (unsigned char *) r + r->used;

        r->used += whole;
        return memset(at, 0, size);
    }
    more = calloc(1, sizeof(*more) + size);
    if (more == NULL)
        return NULL;
    more->next = r->memory;
    r->memory = more;
    return more->octets;
}

const char *
request_method(const request *r)
{
    return r->method == METHOD_HEAD ? method_names[METHOD_GET] : r->method_text;
}

const char *
request_path(const request *r)
{
    return r->path;
}

const char *
request_query(const request *r)
{
    return r->query;
}

const char *
request_header(const request *r, const char *name)
{
    return r->is_orphan ? NULL : MHD_lookup_connection_value(r->c->mhd, MHD_HEADER_KIND, name);
}

const char *
request_parameter(request *r, const char *name)
{
    char *value = *r->query == '\0' ? NULL : request_alloc(r, strlen(r->query) + 1);

    return value != NULL && head_parameter(r->query, name, value) ? value : NULL;
}

octets
request_body(const request *r)
{
    return (octets){ r->body == NULL ? "" : r->body, r->body_size };
}

void
request_pieces(request *r, http_piece_fn *piece)
{
    r->piece = piece;
}

const char *
request_from(const request *r)
{
    return r->from;
}

const unsigned char *
request_trace(const request *r)
{
    return r->trace;
}

const char *
request_trace_text(const request *r)
{
    return r->trace_text;
}

uint64_t
request_arrived_ms(const request *r)
{
    return r->arrived_ms;
}

void
request_keep(request *r, void *own)
{
    r->own = own;
}

void *
request_kept(const request *r)
{
    return r->own;
}

/* ---- its beginning: the request line has come ---- */

static bool
take_target(request *r, const char *target)
{
    char *text, *question;

    r->target_at = target;
    r->target_size = strlen(target);
    text = request_alloc(r, r->target_size + 1);
    if (text == NULL)
        return false;
    memcpy(text, target, r->target_size);
    r->target_fault = head_target_fault(text);
    question = strchr(text, '?');
    r->query = "";
    if (question != NULL) {
        *question = '\0';
        r->query = question + 1;
    }
    r->path = head_target_path(text);
    return true;
}

void *
request_begin(void *context, const char *target, struct MHD_Connection *mhd)
{
    http *h = context;
    request *r = block_take(h);

    if (r == NULL)
        return NULL; /* request_step ends the connection */
    *r = (request){ .h = h, .c = connection_of(mhd) };
    r->used = (sizeof(*r) + ALIGNED - 1) & ~((size_t) ALIGNED - 1);
    if (!take_target(r, target == NULL ? "" : target)) {
        block_give(h, r);
        return NULL;
    }
    r->c->mhd = mhd;
    r->c->request = r;
    r->c->was_asked = true;
    r->arrived_ms = loop_wall_ms(h->l);
    h->in_flight++;
    if (r->c->state != CONNECTION_RECEIVES)
        connection_goes(r->c, CONNECTION_RECEIVES);
    return r;
}

/* ---- its head has come ---- */

static void
take_trace(request *r)
{
    static const char digits[] = "0123456789abcdef";

    if (r->parent == NULL || !head_trace(r->parent, r->trace)) {
        http_random(r->h, r->trace, HTTP_TRACE_SIZE - 1);
        r->trace[0] |= 1; /* never all zero */
        r->trace[16] |= 1;
        r->trace[HTTP_TRACE_SIZE - 1] = 0;
    }
    for (size_t i = 0; i < 16; i++) {
        r->trace_text[2 * i] = digits[r->trace[i] >> 4];
        r->trace_text[2 * i + 1] = digits[r->trace[i] & 15];
    }
}

static void
note_peer(connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info->client_addr;
    const void *at =
        address->sa_family == AF_INET6
            ? (const void *) &((const struct sockaddr_in6 *) (const void *) address)->sin6_addr
            : &((const struct sockaddr_in *) (const void *) address)->sin_addr;

    memcpy(c->from, FROM, sizeof(FROM));
    (void) inet_ntop(address->sa_family, at, c->from + sizeof(FROM) - 1,
                     (socklen_t) (sizeof(c->from) - sizeof(FROM) + 1));
}

static void
take_from(request *r)
{
    const char *forwarded = r->h->options.forwarded ? request_header(r, "X-Forwarded-For") : NULL;
    char *from = forwarded == NULL ? NULL : request_alloc(r, HEAD_FROM_MAX);

    if (r->c->from[0] == '\0')
        note_peer(r->c);
    r->from = r->c->from;
    if (from == NULL ||
        !head_forwarded(forwarded, from + sizeof(FROM) - 1, HEAD_FROM_MAX - sizeof(FROM) + 1))
        return;
    memcpy(from, FROM, sizeof(FROM) - 1);
    r->from = from;
}

/* A prefix that ends with '/' has all paths that begin so; another only itself. */
static const http_site *
site_find(const http *h, const char *path)
{
    const http_site *best = NULL;
    size_t longest = 0;

    for (const http_site *site = h->options.sites; site->prefix != NULL; site++) {
        size_t size = strlen(site->prefix);
        bool fits = size > 0 && site->prefix[size - 1] == '/'
                        ? strncmp(path, site->prefix, size) == 0
                        : strcmp(path, site->prefix) == 0;

        if (fits && size > longest) {
            best = site;
            longest = size;
        }
    }
    return best;
}

static void
let_site_admit(request *r)
{
    r->admitted = r->site->admit(r->site->context, r, &r->body_max);
    if (!r->admitted)
        r->handled = true;
    else if (r->declared > r->body_max && !r->answered)
        request_refuse(r, REFUSED_SIZE, 413, "TOO_LARGE",
                       r->body_max == 0 ? "no body is taken here" : "the body is too large");
}

static void
sleep_until_answered(request *r)
{
    r->suspended = true;
    MHD_suspend_connection(r->c->mhd);
}

void
request_wake(request *r)
{
    if (r->suspended)
        MHD_resume_connection(r->c->mhd);
    if (r->suspended || r->kept_in != 0)
        http_run_again(r->h);
    r->suspended = false;
}

static enum MHD_Result
first_step(request *r, const char *method, const char *version)
{
    unsigned status;
    const char *fault;

    r->begun = true;
    r->come_us = sj_monotonic_us();
    r->method = method_read(method);
    (void) strncat(r->method_text, method, sizeof(r->method_text) - 1);
    fault = framing_fault(r, method, version, &status);
    take_trace(r);
    take_from(r);
    if (fault != NULL) {
        request_refuse(r, status == 431 ? REFUSED_SIZE : REFUSED_HEAD, status,
                       status == 431 ? "TOO_LARGE" : "INVALID", fault);
    } else {
        r->site = site_find(r->h, r->path);
        if (cors_is_preflight(r))
            cors_answer_preflight(r);
        else if (r->site != NULL)
            let_site_admit(r);
        else
            problem_answer(r, 404, "NOT_FOUND", "nothing is at this path");
    }
    if (r->answered && r->has_body) {
        r->c->linger = true;
        return answer_queue(r); /* and close: that is what libmicrohttpd makes of an answer now */
    }
    if (!r->answered && !r->admitted) {
        r->skip_once = !r->has_body;
        sleep_until_answered(r);
    }
    return MHD_YES;
}

/* ---- its body comes ---- */

static bool
body_grow(request *r, size_t need)
{
    size_t room = r->body_room;
    char *body;

    while (room < need)
        room *= 2;
    body = realloc(r->body_in_block ? NULL : r->body, room);
    if (body == NULL)
        return false;
    if (r->body_in_block) {
        memcpy(body, r->body, r->body_size);
        block_give(r->h, r->body);
    }
    r->body = body;
    r->body_room = room;
    r->body_in_block = false;
    return true;
}

/* What is declared is not believed: room grows with what comes. */
static bool
body_append(request *r, const char *data, size_t size)
{
    if (r->body == NULL) {
        r->body = block_take(r->h);
        r->body_in_block = r->body != NULL;
        r->body_room = BLOCK_SIZE;
    }
    if (r->body == NULL ||
        (r->body_room - r->body_size < size && !body_grow(r, r->body_size + size)))
        return false;
    memcpy(r->body + r->body_size, data, size);
    r->body_size += size;
    return true;
}

static enum MHD_Result
body_step(request *r, const char *data, size_t size)
{
    http_piece_fn *piece = r->piece != NULL ? r->piece : r->site->piece;

    if (r->handled || r->answered)
        return MHD_YES; /* nobody wants it any more */
    r->received += size;
    if (r->received > r->body_max) {
        request_refuse(r, REFUSED_SIZE, 413, "TOO_LARGE",
                       r->body_max == 0 ? "no body is taken here" : "the body is too large");
        return answer_raw(r);
    }
    if (piece != NULL) {
        r->handled = !piece(r->site->context, r, (octets){ data, size });
        return r->handled && r->answered && r->stream == NULL ? answer_raw(r) : MHD_YES;
    }
    if (body_append(r, data, size))
        return MHD_YES;
    request_refuse(r, REFUSED_SIZE, 503, "BUSY", "no memory for the body: try again later");
    return answer_raw(r);
}

/* ---- all of it has come, or it was woken ---- */

static enum MHD_Result
last_step(request *r)
{
    if (r->skip_once) {
        r->skip_once = false;
        return MHD_YES;
    }
    if (!r->answered && !r->handled) {
        r->handled = true;
        r->come_us = sj_monotonic_us();
        connection_goes(r->c, CONNECTION_WORKS);
        r->site->handle(r->site->context, r);
    }
    if (r->answered)
        return answer_queue(r);
    /* To sleep costs three system calls.  What is answered before the next turn ends, as those
     * often are who wait for a commit, is asked for once more without. */
    if (r->kept_in == 0)
        r->kept_in = r->h->turn;
    if (r->kept_in == r->h->turn)
        http_run_again(r->h);
    else
        sleep_until_answered(r);
    return MHD_YES;
}

enum MHD_Result
request_step(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
             const char *version, const char *data, size_t *size, void **own)
{
    request *r = *own;
    size_t came = *size;

    (void) context;
    (void) mhd;
    (void) url;
    *size = 0;
    if (r == NULL || r->h->closing)
        return MHD_NO;
    if (!r->begun)
        return first_step(r, method, version);
    return came > 0 ? body_step(r, data, came) : last_step(r);
}

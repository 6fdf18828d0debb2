/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include <string.h>
#include <strings.h>

/*
 * Heads that two readers could understand in two ways are how requests are smuggled past a proxy;
 * libmicrohttpd 0.9.75 takes most of them (reliability: E14).  It keeps a head where it was read:
 * names and values are pointers into one buffer, lines ended by "\0\0" for CRLF.  So what it does
 * not tell can be seen from where things lie: after a value there must be exactly those two octets
 * and then the next name.  A folded line, a bare LF and a NUL all break that.
 */

enum {
    HEADERS_TAKEN_MAX = 100,
    LINE_END = 2, /* octets */
};

typedef struct framing {
    request *r;
    const char *next; /* where the next name must begin; NULL: something was out of place */
    const char *fault;
    unsigned headers, lengths, encodings, hosts;
    const char *length, *encoding, *host;
} framing;

/* RFC 9110, 5.6.2. */
static const bool token_octets[256] = {
    ['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true,
    ['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true, ['^'] = true, ['_'] = true,
    ['`'] = true, ['|'] = true, ['~'] = true, ['0'] = true, ['1'] = true, ['2'] = true,
    ['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true,
    ['9'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true,
    ['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true, ['K'] = true,
    ['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true, ['P'] = true, ['Q'] = true,
    ['R'] = true, ['S'] = true, ['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true,
    ['X'] = true, ['Y'] = true, ['Z'] = true, ['a'] = true, ['b'] = true, ['c'] = true,
    ['d'] = true, ['e'] = true, ['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true,
    ['j'] = true, ['k'] = true, ['l'] = true, ['m'] = true, ['n'] = true, ['o'] = true,
    ['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true, ['t'] = true, ['u'] = true,
    ['v'] = true, ['w'] = true, ['x'] = true, ['y'] = true, ['z'] = true,
};

/* The end of a token; NULL: it is none. */
static const char *
token_end(const char *text)
{
    const char *at = text;

    while (token_octets[(unsigned char) *at])
        at++;
    return at > text && *at == '\0' ? at : NULL;
}

/* The end of a value; NULL: it holds a control character. */
static const char *
value_end(const char *at)
{
    while ((unsigned char) *at >= ' ' ? *at != 0x7f : *at == '\t')
        at++;
    return *at == '\0' ? at : NULL;
}

/* What is asked of each request is noted on the way: to look a name up is to compare it with all.
 */
static void
note_header(framing *f, const char *name, size_t size, const char *value)
{
    switch (size) {
    case sizeof("host") - 1:
        if (strcasecmp(name, "host") == 0) {
            f->hosts++;
            f->host = value;
        }
        break;
    case sizeof("origin") - 1:
        if (strcasecmp(name, "origin") == 0 && f->r->origin == NULL)
            f->r->origin = value;
        break;
    case sizeof("traceparent") - 1:
        if (strcasecmp(name, "traceparent") == 0)
            f->r->parent = value;
        break;
    case sizeof("content-length") - 1:
        if (strcasecmp(name, "content-length") == 0) {
            f->lengths++;
            f->length = value;
        }
        break;
    case sizeof("accept-encoding") - 1:
        if (strcasecmp(name, "accept-encoding") == 0)
            f->r->encodings = value;
        break;
    case sizeof("transfer-encoding") - 1:
        if (strcasecmp(name, "transfer-encoding") == 0) {
            f->encodings++;
            f->encoding = value;
        }
        break;
    default:
        break;
    }
}

static enum MHD_Result
look_at_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    framing *f = context;
    const char *end = NULL, *name_end = NULL;

    (void) kind;
    if (++f->headers > HEADERS_TAKEN_MAX || f->fault != NULL)
        return MHD_NO;
    if (name != f->next)
        f->fault = "a header is folded, holds a NUL, or ends without CR";
    else if ((name_end = token_end(name)) == NULL)
        f->fault = "the name of a header is no token";
    else if (value == NULL || (end = value_end(value)) == NULL)
        f->fault = "the value of a header holds a control character";
    if (f->fault != NULL)
        return MHD_NO;
    f->next = end + LINE_END;
    note_header(f, name, (size_t) (name_end - name), value);
    return MHD_YES;
}

/* The request line, of which libmicrohttpd is a lenient reader. */
static const char *
line_fault(const request *r, const char *method, const char *version)
{
    if (token_end(method) == NULL)
        return "the method is no token";
    if (r->target_at != method + strlen(method) + 1 || version != r->target_at + r->target_size + 1)
        return "the request line is not METHOD SP TARGET SP VERSION";
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return "the version is neither HTTP/1.1 nor HTTP/1.0";
    if (r->target_fault == NULL && *r->path != '/' &&
        !(r->method == METHOD_OPTIONS && strcmp(r->path, "*") == 0))
        return "the path does not begin with '/'";
    return r->target_fault;
}

static const char *
body_fault(const framing *f, const char *version)
{
    unsigned long long length;

    if (f->lengths > 1)
        return "Content-Length comes more than once";
    if (f->encodings > 1)
        return "Transfer-Encoding comes more than once";
    if (f->lengths > 0 && f->encodings > 0)
        return "Content-Length and Transfer-Encoding come together";
    if (f->encodings > 0 && strcasecmp(f->encoding, "chunked") != 0)
        return "Transfer-Encoding is not chunked";
    if (f->encodings > 0 && strcmp(version, "HTTP/1.0") == 0)
        return "Transfer-Encoding comes with HTTP/1.0";
    if (f->lengths > 0 && !head_length(f->length, &length))
        return "Content-Length is no number";
    if (f->hosts > 1)
        return "Host comes more than once";
    if (f->hosts == 0 && strcmp(version, "HTTP/1.1") == 0)
        return "Host is missing";
    if (f->hosts > 0 && !head_host_is_good(f->host))
        return "Host is no host";
    return NULL;
}

static size_t
head_size(const request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info == NULL ? 0 : info->header_size;
}

const char *
framing_fault(request *r, const char *method, const char *version, unsigned *status)
{
    framing f = { .r = r, .next = version + strlen(version) + LINE_END };

    r->has_body = true; /* who knows? */
    r->head = method;
    r->head_size = head_size(r);
    f.fault = line_fault(r, method, version);
    (void) MHD_get_connection_values(r->c->mhd, MHD_HEADER_KIND, look_at_header, &f);
    *status = 431;
    if (r->head_size > HTTP_HEAD_MAX || f.headers > HEADERS_TAKEN_MAX)
        return "the head of a request has at most 8 KiB and 100 headers";
    *status = 400;
    /* The empty line, and with it a fold or LF of the last header. */
    if (f.fault == NULL && f.next + LINE_END != method + r->head_size)
        f.fault = "the last header is folded, holds a NUL, or ends without CR";
    if (f.fault == NULL)
        f.fault = body_fault(&f, version);
    if (f.fault != NULL)
        return f.fault;
    if (f.lengths > 0)
        (void) head_length(f.length, &r->declared);
    r->has_body = f.encodings > 0 || r->declared > 0;
    return NULL;
}

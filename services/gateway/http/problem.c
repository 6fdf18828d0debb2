/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/problem.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPE_MAX = 6 /* \u001f */, TAIL = 2 /* "} */ };

typedef struct text {
    char *at;
    size_t used;
    size_t room;
} text;

static void
put(text *t, const char *from, size_t size)
{
    if (size <= t->room - t->used) {
        memcpy(t->at + t->used, from, size);
        t->used += size;
    }
}

/* How many octets make the character here; 0: they are not UTF-8. */
static size_t
utf8_size(const unsigned char *at)
{
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

    if (at[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return size;
}

static void
put_escaped(text *t, const char *from)
{
    const unsigned char *at = (const unsigned char *) from;
    char escape[ESCAPE_MAX + 1];

    /* All that is left must fit: the string's end and the object's. */
    while (*at != '\0' && t->room - t->used > ESCAPE_MAX + TAIL) {
        size_t size = utf8_size(at);

        if (size == 0) {
            put(t, "\xef\xbf\xbd", 3);
        } else if (*at == '"' || *at == '\\') {
            put(t, "\\", 1);
            put(t, (const char *) at, 1);
        } else if (*at < 0x20 || *at == 0x7f) {
            (void) snprintf(escape, sizeof(escape), "\\u%04x", *at);
            put(t, escape, ESCAPE_MAX);
        } else {
            put(t, (const char *) at, size);
        }
        at += size == 0 ? 1 : size;
    }
}

static void
put_member(text *t, const char *name, const char *value)
{
    if (value == NULL || t->room - t->used < strlen(name) + ESCAPE_MAX + 2 * TAIL + 4)
        return;
    put(t, t->used == 1 ? "\"" : ",\"", t->used == 1 ? 1 : 2);
    put(t, name, strlen(name));
    put(t, "\":\"", 3);
    put_escaped(t, value);
    put(t, "\"", 1);
}

size_t
problem_write(const problem *p, char at[static PROBLEM_MAX])
{
    text t = { .at = at, .room = PROBLEM_MAX };
    char type[128], status[32], instance[128] = "";

    assert(p->status >= 100 && p->status < 600);
    (void) snprintf(type, sizeof(type), "urn:sijill:problem:%s", p->code);
    (void) snprintf(status, sizeof(status), ",\"status\":%u", p->status);
    put(&t, "{", 1);
    put_member(&t, "type", type);
    put_member(&t, "title", MHD_get_reason_phrase_for(p->status));
    put(&t, status, strlen(status));
    put_member(&t, "code", p->code);
    put_member(&t, "field", p->field);
    put_member(&t, "trace", p->trace);
    if (p->trace != NULL)
        (void) snprintf(instance, sizeof(instance), "urn:sijill:request:%s", p->trace);
    put_member(&t, "instance", p->trace == NULL ? NULL : instance);
    put_member(&t, "detail", p->detail);
    put(&t, "}", 1);
    return t.used;
}

void
problem_say(request *r, const problem *p)
{
    char body[PROBLEM_MAX];
    problem whole = *p;
    answer a = { .status = p->status, .type = "application/problem+json" };

    assert(p->header_count <= HTTP_HEADERS_MAX);
    whole.trace = request_trace_text(r);
    a.body = (octets){ body, problem_write(&whole, body) };
    a.header_count = p->header_count;
    for (size_t i = 0; i < p->header_count; i++)
        a.header[i] = p->header[i];
    request_answer(r, &a);
}

void
problem_answer(request *r, unsigned status, const char *code, const char *detail)
{
    problem_say(r, &(problem){ .status = status, .code = code, .detail = detail });
}

void
problem_wrong_method(request *r, const char *allowed)
{
    http_header allow = { "Allow", allowed };

    problem_say(r, &(problem){ .status = 405,
                               .code = "UNSUPPORTED",
                               .detail = "this path does not take the method; see Allow",
                               .header = &allow,
                               .header_count = 1 });
}

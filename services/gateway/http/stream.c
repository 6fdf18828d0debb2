/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_BLOCK = 16 * 1024 };

static ssize_t
pull(void *context, uint64_t position, char *at, size_t size)
{
    stream *s = context;
    long got;

    (void) position;
    do {
        if (s->gone)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (s->over)
            return MHD_CONTENT_READER_END_OF_STREAM;
        s->woken = false;
        got = s->source.pull(s->source.context, at, size);
    } while (got == 0 && s->woken);
    assert(got <= (long) size);
    if (got < 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (got > 0) {
        s->r->sent += (size_t) got;
        return got;
    }
    s->sleeping = true;
    MHD_suspend_connection(s->r->c->mhd);
    return 0;
}

static void
end(void *context)
{
    stream *s = context;

    if (s->source.closed != NULL)
        s->source.closed(s->source.context);
    free(s);
}

void
stream_wake(stream *s)
{
    s->woken = true;
    if (!s->sleeping || s->r == NULL)
        return;
    s->sleeping = false;
    MHD_resume_connection(s->r->c->mhd);
    http_run_again(s->r->h);
}

void
stream_leave(stream *s)
{
    s->gone = true;
    stream_wake(s);
    if (s->r != NULL)
        request_wake(s->r);
}

void
stream_drain(stream *s)
{
    s->over = s->endless;
    if (s->over)
        stream_wake(s);
}

stream *
request_stream(request *r, const answer *head, const stream_source *source)
{
    stream *s = r->is_orphan ? NULL : calloc(1, sizeof(*s));

    assert(!r->answered);
    r->answered = true;
    r->status = head->status;
    if (r->is_orphan)
        return NULL;
    if (s != NULL) {
        *s = (stream){ .r = r, .source = *source };
        s->endless = head->type != NULL && strncmp(head->type, "text/event-stream", 17) == 0;
        r->response =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, pull, s, end);
    }
    if (r->response != NULL) {
        r->stream = s;
        answer_head(r, head);
    } else { /* no memory: the connection ends */
        free(s);
        s = NULL;
    }
    request_wake(r);
    return s;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a request ends: at once, or when its site has answered too.
 */
#include "services/gateway/http/internal.h"

#include <stdlib.h>
#include <string.h>

bool
request_gone(request *r)
{
    bool may_answer = r->admitted && !r->answered;

    r->admitted = false;
    if (may_answer && r->site->gone != NULL && r->site->gone(r->site->context, r))
        return false;
    return may_answer && r->handled;
}

static void
request_free(request *r)
{
    for (memory *more = r->memory, *next; more != NULL; more = next) {
        next = more->next;
        free(more);
    }
    if (r->body_in_block)
        block_give(r->h, r->body);
    else
        free(r->body);
    block_give(r->h, r);
}

/*
 * A client may hang up before libmicrohttpd lets its request sleep, while its site waits for the
 * disk or for a service.  What libmicrohttpd had of it ends now, headers with it; the rest is the
 * site's until it has answered.
 */
static void
orphan(request *r)
{
    char *from = request_alloc(r, HEAD_FROM_MAX);

    if (from != NULL)
        (void) strncat(from, r->from, HEAD_FROM_MAX - 1);
    r->from = from == NULL ? "" : from;
    r->parent = r->origin = r->encodings = r->head = NULL;
    r->c = NULL;
    r->is_orphan = true;
    r->next_orphan = r->h->orphans;
    r->h->orphans = r;
}

void
orphans_free(http *h, bool all)
{
    request **at = &h->orphans;

    while (*at != NULL) {
        request *r = *at;

        if (!all && !r->answered) {
            at = &r->next_orphan;
            continue;
        }
        *at = r->next_orphan;
        request_free(r);
    }
}

void
request_end(void *context, struct MHD_Connection *mhd, void **own,
            enum MHD_RequestTerminationCode code)
{
    http *h = context;
    request *r = *own;
    bool may_answer;

    *own = NULL;
    if (r == NULL)
        return;
    r->c->request = NULL;
    /* libmicrohttpd had an answer of its own to what it read: more of that may come. */
    if (code == MHD_REQUEST_TERMINATED_WITH_ERROR && !r->queued)
        r->c->linger = true;
    connection_eats(r->c, r->head, r->head_size + r->declared, !r->has_body || r->declared > 0);
    connection_goes(connection_of(mhd), CONNECTION_WAITS);
    h->in_flight--;
    may_answer = request_gone(r);
    account_request(r);
    if (r->stream != NULL)
        r->stream->r = NULL;
    if (r->response != NULL)
        MHD_destroy_response(r->response);
    if (may_answer)
        orphan(r);
    else
        request_free(r);
}

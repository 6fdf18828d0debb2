/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/backend.h"

#include "proto/wire/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GET_STATUS = 950, HEARD_MS = 4000, BODY_MAX = SJ_FRONT_MAX - SJ_HEAD_MAX };

/* One question: what its answer needs, and, until libsijill has taken it, what it asks. */
typedef struct question {
    backend_fn *answered;
    void *context;
    struct question *next;          /* among those that wait for a place */
    struct question *older, *newer; /* among all that are not answered */
    sijill_request request;
    uint8_t request_id[SIJILL_ID_SIZE], actor[SIJILL_ID_SIZE], outside[SIJILL_ID_SIZE];
    uint8_t credential[SIJILL_SECRET_SIZE], trace[SIJILL_TRACE_SIZE];
    char from[SIJILL_FROM_SIZE];
    uint8_t body[];
} question;

typedef struct line {
    backend *owner;
    backend_service service;
    sijill *client;
    int watched; /* descriptor; -1: none */
    loop_timer timer;
    uint64_t heard_ms; /* when it answered last, by the monotonic clock; 0: never */
    question *first, *last;
    question *newest; /* of all that are not answered */
    size_t waiting;
    bool greeting;
    bool awake; /* its socket or its time has called */
} line;

struct backend {
    loop *loop;
    line lines[BACKEND_SERVICES];
};

const char *
backend_name(backend_service service)
{
    return address_name(service);
}

/* ---- answers ----------------------------------------------------------------------------------
 */

/* The answers themselves are taken at the end of the turn. */
static void
wake(void *context)
{
    line *l = context;

    l->awake = true;
}

/* libsijill opens another socket when one is no good; and it has times of its own. */
static void
watch_again(line *l)
{
    loop *lp = l->owner->loop;
    int fd = sijill_fd(l->client);

    if (fd != l->watched && l->watched >= 0)
        loop_unwatch(lp, l->watched);
    if (fd != l->watched)
        l->watched = fd >= 0 && loop_watch(lp, fd, true, wake, l) ? fd : -1;
    loop_at(lp, &l->timer, loop_mono_ms(lp) + (uint64_t) sijill_due_ms(l->client) + 1);
}

static void
hand_over(line *l)
{
    while (l->first != NULL && sijill_outstanding(l->client) < SIJILL_OUTSTANDING_MAX) {
        question *q = l->first;

        if (!sijill_submit(l->client, &q->request))
            return;
        l->first = q->next;
        if (l->first == NULL)
            l->last = NULL;
        l->waiting--;
    }
}

static void
question_free(line *l, question *q)
{
    if (q->newer == NULL)
        l->newest = q->older;
    else
        q->newer->older = q->older;
    if (q->older != NULL)
        q->older->newer = q->newer;
    explicit_bzero(q->credential, sizeof q->credential);
    free(q);
}

static void
take_answers(void *context)
{
    line *l = context;
    sijill_reply reply;

    if (!l->awake && l->newest == NULL)
        return; /* to look costs system calls */
    l->awake = false;
    hand_over(l);
    while (sijill_wait(l->client, &reply, 0)) {
        question *q = reply.context;

        if (reply.code != SIJILL_UNREACHABLE && reply.code != SIJILL__V1__CODE__UNKNOWN_OUTCOME)
            l->heard_ms = loop_mono_ms(l->owner->loop);
        reply.context = NULL;
        q->answered(q->context, &reply);
        question_free(l, q);
        hand_over(l);
    }
    watch_again(l);
}

/* ---- questions --------------------------------------------------------------------------------
 */

static const uint8_t *
copied(uint8_t *to, const uint8_t *from, size_t size)
{
    if (from != NULL)
        memcpy(to, from, size);
    return from == NULL ? NULL : to;
}

static question *
question_new(uint64_t org, const sijill_request *request)
{
    size_t size = request->body != NULL ? protobuf_c_message_get_packed_size(request->body)
                                        : request->packed_size;
    question *q = size > BODY_MAX ? NULL : calloc(1, sizeof *q + size);

    if (q == NULL)
        return NULL;
    if (request->body != NULL)
        (void) protobuf_c_message_pack(request->body, q->body);
    else if (size > 0)
        memcpy(q->body, request->packed, size);
    q->request = *request;
    q->request.org = org;
    q->request.body = NULL;
    q->request.packed = q->body;
    q->request.packed_size = size;
    q->request.request_id = copied(q->request_id, request->request_id, sizeof q->request_id);
    q->request.actor = copied(q->actor, request->actor, sizeof q->actor);
    q->request.outside = copied(q->outside, request->outside, sizeof q->outside);
    q->request.credential = copied(q->credential, request->credential, sizeof q->credential);
    q->request.trace = copied(q->trace, request->trace, sizeof q->trace);
    if (request->from != NULL)
        (void) strncat(q->from, request->from, sizeof q->from - 1);
    q->request.from = request->from == NULL ? NULL : q->from;
    q->request.context = q;
    return q;
}

bool
backend_ask(backend *b, backend_service service, uint64_t org, const sijill_request *request,
            backend_fn *answered, void *context)
{
    line *l = &b->lines[service];
    question *q;

    if (l->waiting >= BACKEND_WAITING_MAX || (q = question_new(org, request)) == NULL)
        return false;
    q->answered = answered;
    q->context = context;
    if (l->last == NULL)
        l->first = q;
    else
        l->last->next = q;
    l->last = q;
    q->older = l->newest;
    if (q->older != NULL)
        q->older->newer = q;
    l->newest = q;
    l->waiting++;
    hand_over(l);
    loop_again(b->loop); /* it is sent where answers are taken, and some may be on their way */
    return true;
}

static void
greeted(void *context, const sijill_reply *reply)
{
    line *l = context;

    (void) reply;
    l->greeting = false;
}

void
backend_greet(backend *b, backend_service service)
{
    Sijill__V1__GetStatus message;
    sijill_request request = { .type = GET_STATUS, .body = &message.base };
    line *l = &b->lines[service];

    sijill__v1__get_status__init(&message);
    if (!l->greeting)
        l->greeting = backend_ask(b, service, 1, &request, greeted, l);
}

bool
backend_is_up(const backend *b, backend_service service)
{
    const line *l = &b->lines[service];

    return l->heard_ms != 0 && l->heard_ms + HEARD_MS > loop_mono_ms(b->loop);
}

sijill_pos
backend_position(const backend *b, backend_service service)
{
    return sijill_position(b->lines[service].client);
}

/* ---- opening ----------------------------------------------------------------------------------
 */

static bool
line_open(line *l, const addresses *services)
{
    sijill_options its = { .agent = "sijill-gateway/" SIJILL_VERSION };
    char why[SIJILL_CURVE_WORDS];
    address there;

    if (!address_of(services, l->service, false, &there, why))
        return false;
    its.endpoint = there.endpoint;
    its.curve_server = there.curve_server;
    its.curve_key_file = there.curve_key_file;
    if ((l->client = sijill_open(&its)) == NULL)
        return false;
    l->watched = -1;
    l->awake = true;
    l->timer = (loop_timer){ .due = wake, .context = l };
    loop_each_turn(l->owner->loop, take_answers, l);
    return true;
}

backend *
backend_open(loop *l, const addresses *services)
{
    backend *b = calloc(1, sizeof *b);

    if (b == NULL)
        return NULL;
    b->loop = l;
    for (backend_service i = 0; i < BACKEND_SERVICES; i++) {
        b->lines[i].owner = b;
        b->lines[i].service = i;
        if (!line_open(&b->lines[i], services)) {
            backend_close(&b);
            return NULL;
        }
    }
    return b;
}

void
backend_close(backend **b)
{
    if (*b == NULL)
        return;
    for (backend_service i = 0; i < BACKEND_SERVICES; i++) {
        line *l = &(*b)->lines[i];

        if (l->watched > 0)
            loop_unwatch((*b)->loop, l->watched);
        loop_at((*b)->loop, &l->timer, 0);
        sijill_close(&l->client);
        while (l->newest != NULL)
            question_free(l, l->newest);
    }
    free(*b);
    *b = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/slots.h"

#include "clients/c/retry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint32_t
number(const slots *s, const slot *t)
{
    return (uint32_t) (t - s->at);
}

static void
queue(slots *s, slot *t)
{
    t->state = SLOT_QUEUED;
    t->next = SLOT_NONE;
    if (s->queue.first == SLOT_NONE)
        s->queue.first = number(s, t);
    else
        s->at[s->queue.last].next = number(s, t);
    s->queue.last = number(s, t);
    s->queued++;
}

static void
due_by(slots *s, uint64_t due_ms)
{
    if (due_ms < s->next_due_ms)
        s->next_due_ms = due_ms;
}

void
slots_init(slots *s)
{
    s->free = SLOT_NONE;
    s->queue = s->done = (slot_list){ SLOT_NONE, SLOT_NONE };
    s->next_due_ms = UINT64_MAX;
}

void
slots_free(slots *s)
{
    for (size_t i = 0; i < s->used; i++) {
        if (s->at[i].has_answer)
            (void) zmq_msg_close(&s->at[i].answer);
        free(s->at[i].body);
    }
}

static void
set_free(slots *s, slot *t)
{
    t->next = s->free;
    s->free = number(s, t);
}

slot *
slots_claim(slots *s)
{
    slot *t;

    if (s->outstanding == SIJILL_OUTSTANDING_MAX || (s->free == SLOT_NONE && s->used == SLOT_COUNT))
        return NULL;
    if (s->free == SLOT_NONE) {
        t = &s->at[s->used++];
    } else {
        t = &s->at[s->free];
        s->free = t->next;
    }
    assert(t->state == SLOT_FREE);
    t->order = ++s->orders;
    t->faults = 0;
    t->doubt = false;
    t->size = 0;
    s->outstanding++;
    return t;
}

void
slots_unclaim(slots *s, slot *t)
{
    assert(t->state == SLOT_FREE);
    s->outstanding--;
    set_free(s, t);
}

void
slots_enter(slots *s, slot *t)
{
    assert(t->state == SLOT_FREE);
    queue(s, t);
    due_by(s, t->deadline_ms);
}

slot *
slots_first(slots *s)
{
    return s->queue.first == SLOT_NONE ? NULL : &s->at[s->queue.first];
}

void
slots_sent(slots *s, slot *t, uint64_t id, uint64_t due_ms)
{
    assert(t->state == SLOT_QUEUED && s->queue.first == number(s, t));
    s->queue.first = t->next;
    s->queued--;
    s->in_flight++;
    t->state = SLOT_SENT;
    t->id = id;
    t->due_ms = due_ms;
    due_by(s, due_ms);
}

void
slots_delay(slots *s, slot *t, uint64_t due_ms)
{
    assert(t->state == SLOT_SENT);
    s->in_flight--;
    t->state = SLOT_DELAYED;
    t->due_ms = due_ms;
    due_by(s, due_ms);
}

void
slots_finish(slots *s, slot *t)
{
    if (t->state == SLOT_SENT)
        s->in_flight--;
    t->state = SLOT_DONE;
    t->next_done = SLOT_NONE;
    if (s->done.first == SLOT_NONE)
        s->done.first = number(s, t);
    else
        s->at[s->done.last].next_done = number(s, t);
    s->done.last = number(s, t);
}

static void
words_set(slot *t, uint32_t code, const char *detail)
{
    t->reply.code = code;
    (void) strncpy(t->reply.detail, detail, sizeof t->reply.detail - 1);
}

void
slots_give_up(slots *s, slot *t, const char *detail)
{
    bool doubt = (t->doubt || t->state == SLOT_SENT) && !retry_is_query(t->reply.type);

    if (doubt)
        words_set(t, SIJILL__V1__CODE__UNKNOWN_OUTCOME,
                  "no answer in time: ask again with the same request id");
    else if (t->reply.code == SIJILL__V1__CODE__OK)
        words_set(t, SIJILL_UNREACHABLE, detail);
    slots_finish(s, t);
}

static int
by_order(const void *left, const void *right)
{
    const slot *const *a = left;
    const slot *const *b = right;

    return ((*a)->order > (*b)->order) - ((*a)->order < (*b)->order);
}

/* The queue again, of all that is QUEUED, in order of submission. */
static void
queue_rebuild(slots *s)
{
    slot *waiting[SLOT_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < s->used; i++)
        if (s->at[i].state == SLOT_QUEUED)
            waiting[count++] = &s->at[i];
    qsort((void *) waiting, count, sizeof waiting[0], by_order);
    s->queue = (slot_list){ SLOT_NONE, SLOT_NONE };
    s->queued = 0;
    for (size_t i = 0; i < count; i++)
        queue(s, waiting[i]);
}

uint32_t
slots_requeue(slots *s)
{
    uint32_t count = s->in_flight;

    if (count == 0)
        return 0;
    for (size_t i = 0; i < s->used; i++)
        if (s->at[i].state == SLOT_SENT) {
            s->at[i].state = SLOT_QUEUED;
            s->at[i].doubt = true;
        }
    s->in_flight = 0;
    queue_rebuild(s);
    return count;
}

static bool
live(const slot *t)
{
    return t->state == SLOT_QUEUED || t->state == SLOT_DELAYED || t->state == SLOT_SENT;
}

bool
slots_turn(slots *s, uint64_t now_ms)
{
    bool moved = false;
    bool overdue = false;

    if (now_ms < s->next_due_ms)
        return false;
    s->next_due_ms = UINT64_MAX;
    for (size_t i = 0; i < s->used; i++) {
        slot *t = &s->at[i];

        if (!live(t))
            continue;
        if (now_ms >= t->deadline_ms) {
            moved = moved || t->state == SLOT_QUEUED;
            overdue = overdue || t->state == SLOT_SENT;
            slots_give_up(s, t, "the service did not answer in time");
            continue;
        }
        if (t->state == SLOT_DELAYED && now_ms >= t->due_ms) {
            t->state = SLOT_QUEUED;
            moved = true;
        }
        overdue = overdue || (t->state == SLOT_SENT && now_ms >= t->due_ms);
        due_by(s, t->deadline_ms);
        if (t->state != SLOT_QUEUED && now_ms < t->due_ms)
            due_by(s, t->due_ms);
    }
    if (moved)
        queue_rebuild(s);
    return overdue;
}

void
slots_abandon(slots *s, uint32_t code, const char *detail)
{
    for (size_t i = 0; i < s->used; i++)
        if (live(&s->at[i])) {
            if (!s->at[i].doubt)
                words_set(&s->at[i], code, detail);
            slots_give_up(s, &s->at[i], detail);
        }
    queue_rebuild(s);
    s->next_due_ms = UINT64_MAX;
}

slot *
slots_take_done(slots *s, const slot *wanted)
{
    uint32_t *at = &s->done.first;
    uint32_t before = SLOT_NONE;

    while (*at != SLOT_NONE && wanted != NULL && &s->at[*at] != wanted) {
        before = *at;
        at = &s->at[*at].next_done;
    }
    if (*at == SLOT_NONE)
        return NULL;

    slot *t = &s->at[*at];

    if (s->done.last == *at)
        s->done.last = before;
    *at = t->next_done;
    t->state = SLOT_LENT;
    s->outstanding--;
    return t;
}

void
slots_release(slots *s, slot *t)
{
    assert(t->state == SLOT_LENT);
    if (t->has_answer)
        (void) zmq_msg_close(&t->answer);
    t->has_answer = false;
    t->state = SLOT_FREE;
    set_free(s, t);
}

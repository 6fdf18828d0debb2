/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * slots: the requests of one client, from submission until the answer is given back.
 *
 *     free -> queued -> sent -> done -> lent -> free
 *               ^  \-- delayed --/        (told to come back later)
 *               \------ sent              (the connection was lost)
 *
 * Correlation ids rise with each send and end in the slot's number: a late answer to an earlier
 * send meets no one.
 */
#include "clients/c/sijill.h"
#include "clients/c/socket.h"

/* More slots than requests: an answer that is lent still has one while its successor is submitted.
 */
enum { SLOT_BITS = 11, SLOT_COUNT = 1 << SLOT_BITS, SLOT_NONE = SLOT_COUNT };

_Static_assert((int) SLOT_COUNT > (int) SIJILL_OUTSTANDING_MAX,
               "a request waits in a slot, and one answer is lent");

typedef enum slot_state {
    SLOT_FREE,
    SLOT_QUEUED,
    SLOT_DELAYED,
    SLOT_SENT,
    SLOT_DONE,
    SLOT_LENT
} slot_state;

typedef struct slot {
    slot_state state;
    uint32_t next; /* in the queue, or of the free ones */
    uint32_t next_done;
    uint64_t order;       /* of submission */
    uint64_t id;          /* of the last send */
    uint64_t due_ms;      /* SENT: no answer by then is too late; DELAYED: send again */
    uint64_t deadline_ms; /* by the clock that only goes forward */
    uint64_t expires_ms;  /* the same instant by the wall clock */
    unsigned faults;      /* INTERNAL answers */
    bool doubt;           /* a send was left without an answer: it may have been done */
    sijill_pos min_pos;
    uint64_t org;
    uint8_t actor[SIJILL_ID_SIZE];
    bool delegated, has_credential, has_outside, has_trace;
    uint8_t credential[SIJILL_SECRET_SIZE];
    uint8_t outside[SIJILL_ID_SIZE];
    uint8_t trace[SIJILL_TRACE_SIZE];
    char from[SIJILL_FROM_SIZE]; /* "": not said */
    uint64_t if_revision;
    uint8_t *body;
    size_t size;
    size_t room;
    zmq_msg_t answer; /* DONE and LENT, when has_answer */
    bool has_answer;
    sijill_reply reply;
} slot;

typedef struct slot_list {
    uint32_t first;
    uint32_t last;
} slot_list;

typedef struct slots {
    uint32_t free; /* the one that was used last is taken next: it is warm */
    uint32_t used; /* of `at`: those behind were never touched */
    slot_list queue;
    slot_list done;
    uint32_t queued;
    uint32_t in_flight;
    size_t outstanding; /* not yet given back */
    uint64_t orders;
    uint64_t next_due_ms; /* nothing is due before this */
    slot at[SLOT_COUNT];
} slots;

void slots_init(slots *s);
void slots_free(slots *s);

slot *slots_claim(slots *s); /* a free one, to be filled; NULL: all are in use */
void slots_unclaim(slots *s, slot *t);
void slots_enter(slots *s, slot *t); /* a claimed one: QUEUED, last of the queue */
slot *slots_first(slots *s);         /* of the queue, or NULL */
void slots_sent(slots *s, slot *t, uint64_t id, uint64_t due_ms); /* the first of the queue: SENT */
void slots_delay(slots *s, slot *t, uint64_t due_ms);
void slots_finish(slots *s, slot *t);
/* What was sent goes back to the queue, in the order of submission; how many that were. */
uint32_t slots_requeue(slots *s);
/* Give up what has reached its deadline, queue again what was delayed.  true: an answer is overdue.
 */
bool slots_turn(slots *s, uint64_t now_ms);
/* Every one that is not done is done with this code. */
void slots_abandon(slots *s, uint32_t code, const char *detail);
void slots_give_up(slots *s, slot *t, const char *detail);

slot *slots_take_done(slots *s, const slot *wanted); /* NULL: the first; the slot becomes LENT */
void slots_release(slots *s, slot *t);

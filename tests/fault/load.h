/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * load: what the crash loop asks of the services, and what they acknowledged.
 *
 * Every request is kept as it was sent (id and body), with its fate: acknowledged (and the answer),
 * refused, or unknown, because nobody waited for its answer.  Persons are numbered; each has at
 * most one request of a kind, but for evidence, so that what must be in the stores afterwards
 * follows from the fates alone.
 */
#include "tests/system/harness.h"

enum {
    EVENT_ENDED,  /* unlimited, over: its people have evidence and certificates */
    EVENT_NARROW, /* few seats and a waiting list; people withdraw */
    EVENT_WIDE,   /* unlimited, to come */
    EVENT_COUNT,
    NARROW_SEATS = 100,
    LANES_MAX = 6,
    LANE_DEPTH = 64,
    EVIDENCE_EACH = 3,
};

typedef enum fate { FATE_SENT, FATE_ACKNOWLEDGED, FATE_REFUSED, FATE_UNKNOWN } fate;
typedef enum errand { ERRAND_REGISTER, ERRAND_WITHDRAW, ERRAND_EVIDENCE, ERRAND_ISSUE } errand;

typedef struct request {
    errand errand;
    fate fate;
    uint8_t lane;
    uint32_t person;
    uint8_t id[SIJILL_ID_SIZE];
    uint8_t subject[SIJILL_ID_SIZE]; /* registration, evidence or certificate it made */
    uint32_t body_size, answer_size;
    uint8_t *body;
    uint8_t *answer; /* of an acknowledged one */
} request;

typedef struct person {
    uint8_t registration[SIJILL_ID_SIZE]; /* known when `is_there` */
    bool is_there;                        /* its registration was acknowledged */
    bool withdrawing, issuing;            /* asked for */
    uint8_t evidence;                     /* pieces asked for */
    uint64_t patience_ms;                 /* not asked for a certificate before */
} person;

typedef struct lane {
    which service;
    sijill *client;
} lane;

typedef struct load {
    world *world;
    uint64_t chance; /* state of the generator */
    uint8_t events[EVENT_COUNT][SIJILL_ID_SIZE];
    request *requests;
    size_t request_count, request_room;
    person *persons;
    size_t person_count, person_room;
    size_t limit; /* persons that may be asked for as yet */
    size_t next_evidence, next_issue;
    lane lanes[LANES_MAX];
    sijill_pos known;    /* of the first registration: the events were there by then */
    sijill_pos attended; /* the last position of attendance that was acknowledged */
    size_t refused, lost;
} load;

uint64_t load_chance(load *l, uint64_t below); /* 0 .. below - 1, from the seed */

void load_open(load *l, world *w, uint64_t seed); /* the services run */
void load_close(load *l);
/* Send as much as the lanes take, take what was answered. */
void load_turn(load *l);
/* Close a lane in the middle of its work, and open another: nobody hears its answers. */
void load_abandon(load *l, size_t lane);
/* Whether all that may be asked for was asked for and answered. */
bool load_complete(const load *l);
/* Take answers until none is awaited. */
void load_finish(load *l);

/* Ask once more, with the same id and body, everything whose fate is `as`; `answered` is called
 * with each reply. */
typedef void load_answered(load *l, request *r, const sijill_reply *reply);
void load_repeat(load *l, fate as, load_answered *answered);

size_t load_count(const load *l, errand e, fate f);
void load_email(uint32_t number, char email[64]);
bool load_person(const char *email, uint32_t *number);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * tape: what a scenario said to a core, recorded with every answer and with the store's digest
 * after each step, so that the sweeps can say it again to other stores.  A scenario asserts its
 * own answers while it is recorded.
 */
#include "tests/unit/fixture.h"

enum { TAPE_STEPS_MAX = 1024, TAPE_DIGEST_SIZE = 32 };

typedef struct tape_step {
    sj_command cmd; /* body and personal are the tape's */
    bool query;
    bool swept;     /* false: one of many alike; replayed, not sabotaged */
    sj_reply reply; /* body, detail and field are the tape's */
    uint8_t digest[TAPE_DIGEST_SIZE];
} tape_step;

typedef struct tape {
    const sj_core *core;
    fixture *f; /* the store that the scenario is played to */
    tape_step *steps;
    size_t count;
    uint64_t now_ms;      /* of the next step; scenarios let time pass */
    uint64_t records[4];  /* by shard: the last record's sequence */
    uint64_t if_revision; /* of the steps from now on */
    bool bulk;            /* steps from now on are not swept */
    bool small;           /* the story leaves its crowd out */
} tape;

void tape_open(tape *t, const sj_core *core);
void tape_close(tape *t);

/* Say a command, a query or an internal command, by its route, and expect an answer. */
void tape_expect(tape *t, sj_status expected, uint32_t type, const ProtobufCMessage *body);
/* Say it as the key `id` with the hash of its secret. */
void tape_expect_key(tape *t, sj_status expected, uint32_t type, const ProtobufCMessage *body,
                     const uint8_t id[SJ_ID_SIZE], const uint8_t hash[SJ_CREDENTIAL_SIZE]);
/* Octets that need not be a message. */
void tape_expect_octets(tape *t, sj_status expected, uint32_t type, sj_bytes body);
/* Say an internal command or a record as a stranger would: it is not one of his. */
void tape_expect_stranger(tape *t, uint32_t type);
/* One record of the feed of `shard`. */
void tape_expect_record(tape *t, sj_status expected, uint32_t shard, uint32_t type,
                        const ProtobufCMessage *body, const ProtobufCMessage *personal);
/* All records that another tape's core has told so far and this one has not heard; those that
 * this core has no route for are left out. */
void tape_follow(tape *t, const tape *producer);

/* The last answer as a message; it lives until the next step. */
void *tape_reply(tape *t, const ProtobufCMessageDescriptor *type);

/* Say one step to a store as the runtime would: one transaction, committed.  False: a fault, and
 * nothing was done. */
bool tape_play(fixture *f, const tape_step *step, sj_reply *reply);
/* Whether two answers are the same to the octet. */
bool tape_same_reply(const sj_reply *a, const sj_reply *b);
/* The route of a step; NULL: none has its type. */
const sj_route *tape_route(const sj_core *core, uint32_t type);

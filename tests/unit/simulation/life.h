/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * life: who asks what of the three services, by chance, and what was promised to them.
 */
#include "tests/unit/simulation/world.h"

enum { LIFE_EVENTS = 4, LIFE_PEOPLE = 20, LIFE_CERTIFICATES_MAX = 4096 };

#define LIFE_BEGINS UINT64_C(1750000000000)
#define LIFE_DAY UINT64_C(86400000)

typedef struct life {
    struct {
        uint8_t id[SJ_ID_SIZE];
        bool known;
    } events[LIFE_EVENTS];
    struct {
        uint8_t id[SJ_ID_SIZE];
        bool known;
    } registrations[LIFE_EVENTS][LIFE_PEOPLE]; /* by event and person: one each, for ever */
    uint8_t certificates[LIFE_CERTIFICATES_MAX][SJ_ID_SIZE];
    size_t certificate_count;
    uint64_t nonces;
} life;

/* What everything else needs: an organisation, events, the signer's keys. */
void life_begin(world *w, life *l);
/* Somebody asks something. */
void life_ask(world *w);
/* The signer signs some of what waits, perhaps twice. */
void life_sign(world *w);
/* How much waits for the signer. */
size_t life_unsigned(world *w);

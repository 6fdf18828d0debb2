/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * toy: a core of a few commands, so that what every core stands on is tested by itself.
 *   100 keep   Hello: a row under its agent, two records     101 refuse  always
 *   102 drop   the row under Hello's agent, if there is one
 *   130 hear   a record: kept like 100; refused without agent 150 look   the row under an agent
 *   900 pulse  only the store's housekeeping
 */
#include "services/core/command.h"
#include "sijill/v1/wire.pb-c.h"
#include "tests/unit/fixture.h"

enum {
    TOY_KEEP = 100,
    TOY_REFUSE = 101,
    TOY_DROP = 102,
    TOY_HEAR = 130,
    TOY_LOOK = 150,
    TOY_PULSE = 900,
};

extern const sj_core toy_core;

int toy_open(void **state);

/* A Hello with an agent (NULL: none). */
Sijill__V1__Hello toy_hello(const char *agent);
/* 100 at an instant. */
sj_status toy_keep(fixture *f, const char *agent, uint64_t now_ms);
/* The request id that a client makes at an instant. */
void toy_id(uint64_t made_ms, uint64_t n, uint8_t id[SJ_ID_SIZE]);
/* The next command of the fixture carries this id. */
void toy_next_id(fixture *f, const uint8_t id[SJ_ID_SIZE]);

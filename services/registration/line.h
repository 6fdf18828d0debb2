/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * line: an event's waiting list, and how freed seats reach it.
 *
 * Numbers only rise; the place is the rank among those who still wait.  While the event is open and
 * the line is not `moving`, nobody in it fits a free seat: that is why a newcomer who fits may have
 * one.  What one command cannot look at is left to the next pulses in a due row, and until they are
 * done newcomers stand behind the line.
 */
#include "services/registration/seats.h"

enum {
    LINE_MOVE_MAX = 200, /* seats given in one command */
    LINE_LOOK_MAX =
        2000, /* people looked at in one command, when quotas make some of them not fit */
    LINE_PLACE_MAX = 100000, /* people counted for one place; beyond it is not told */
};

/* A line row's value, read. */
typedef struct line_entry {
    uint8_t id[SJ_ID_SIZE];
    seat want;
} line_entry;

line_entry line_read(sj_bytes value);

/* Stand at the end. */
void line_join(event_seats *seats, const uint8_t id[SJ_ID_SIZE], registration_row *row);
/* Mode or country changed: keep the place. */
void line_rewrite(event_seats *seats, const uint8_t id[SJ_ID_SIZE], const registration_row *row);
void line_leave(event_seats *seats, const registration_row *row);

/* 1-based rank that a number has, or would have if it waited; false: too far from both ends to
 * count. */
bool line_place(event_seats *seats, uint64_t number, uint32_t *place);

/* Seats may have become free: give them to the first who fit, and leave a due row when that is too
 * many for one command. */
void line_move(event_seats *seats);
/* The event is open no more: nobody is moved. */
void line_stop(event_seats *seats);
/* One pulse's share of an event whose line is moving; `moves` and `looks` are what may still be
 * done. */
void line_resume(event_seats *seats, uint64_t from, uint32_t *moves, uint32_t *looks);

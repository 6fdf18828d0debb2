/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * presence: from pieces of evidence to intervals.  Joins find their leaves, open joins their end;
 * an interval is a piece with use VERDICT_SPAN, and pieces stand in the order of their starts, so
 * nothing is sorted here.
 */
#include "services/attendance/verdict.h"

/* The session a check-in is for: named, else the one that runs, else the next within
 * VERDICT_EARLY_MS; NULL: none. */
const verdict_session *presence_home(const verdict_question *question,
                                     const verdict_evidence *piece);
/* Whether the interval meets a session it may count for. */
bool presence_meets(const verdict_question *question, const verdict_evidence *piece,
                    uint64_t ends_ms);

/* Pair joins and leaves, end what is open, flag what does not fit. */
void presence_pair(const verdict_question *question);

/* A place for intervals; `count` goes on when `max` is reached. */
typedef struct presence_sink {
    verdict_interval *intervals;
    size_t max;
    size_t count;
} presence_sink;

/* Milliseconds of a session less its breaks; sink may be NULL. */
uint64_t presence_whole(const verdict_session *session, presence_sink *sink);
/* Milliseconds present in a session, each counted once; with or without open door check-ins; sink
 * may be NULL. */
uint64_t presence_union(const verdict_question *question, const verdict_session *session,
                        bool doors, presence_sink *sink);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * catalogue_dates: an event's dates, and the sessions that follow from them.
 *
 * Only dates that are known to the day make sessions: one a day, 09:00 to 17:00 local, assumed.  A
 * month stays a month.
 */
#include "clients/cli/draft.h"

void catalogue_dates(draft *d, Sijill__V1__Event *event, const char *zone);

/* event->sessions: one a day from first to last, in event->time_zone; none, and a note, where those
 * were too many. */
void sessions_assume(draft *d, Sijill__V1__Event *event, const char *first, const char *last);
/* One declared session "2025-01-21 09:00-17:00" (or "... 09:00 - 2025-01-22 01:00") in
 * event->time_zone.  NULL: good. */
const char *session_add(pool *memory, Sijill__V1__Event *event, const char *text);

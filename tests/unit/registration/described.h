/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * described: a whole event that may be changed before it is sent, for tests of 102.
 */
#include "tests/unit/registration/scene.h"

enum { SESSIONS = 3 };

typedef struct described {
    Sijill__V1__DefineEvent message;
    Sijill__V1__Event event;
    Sijill__V1__Text title[2], *titles[2];
    Sijill__V1__Session session[SESSIONS], *sessions[SESSIONS];
    Sijill__V1__Break pause[2], *pauses[2];
    Sijill__V1__Partner partner, *partners[1];
    Sijill__V1__Text name, *names[1];
    Sijill__V1__Parent parent, *parents[1];
    char *programmes[1];
    char *languages[1];
} described;

/* A two-day course "course" with two titles, two sessions with breaks in the first, a partner, a
 * parent; no rules. */
void described_begin(described *d);
sj_status described_send(scene *s, described *d);
/* Of the last one that was accepted. */
Sijill__V1__Outcome described_outcome(scene *s);
/* The event by its slug, as stored. */
Sijill__V1__EventView *described_view(scene *s, const char *slug);

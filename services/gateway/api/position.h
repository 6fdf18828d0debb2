/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * position: how far a client has seen the three services, as one opaque word.  It comes with every
 * answer and may be sent back, so that who wrote reads what was written, whichever service answers.
 */
#include "clients/c/sijill.h"

enum { POSITION_SERVICES = 3, POSITION_TEXT_SIZE = 72 };

typedef struct position {
    sijill_pos at[POSITION_SERVICES]; /* by shard - 1; seq 0: nothing seen */
} position;

bool position_read(position *p, const char *text);
/* "": nothing seen. */
void position_write(const position *p, char text[POSITION_TEXT_SIZE]);
/* One more answer was seen. */
void position_add(position *p, sijill_pos seen);

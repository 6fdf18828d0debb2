/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * who: which registration of an event is a person's.
 *
 * Two indexes by keyed hash: of the e-mail, and of (source, external id).  A row is a run of
 * registration ids, in practice one: equal hashes prove nothing, so the registration's own row is
 * compared, and two people whose hashes collide stand in one run without being merged.
 */
#include "services/registration/seats.h"

enum { WHO_PART_MAX = 128 }; /* octets of a source, and of an external id */

/* Where an e-mail or an external id is indexed, and what stands there. */
typedef struct who_place {
    unsigned table;
    sj_key key;
    sj_bytes run;
} who_place;

void who_email(event_seats *seats, const char *email, who_place *place);
void who_external(event_seats *seats, const char *source, const char *external_id,
                  who_place *place);

/* The registration that has exactly this e-mail, or this source and external id; NULL: nobody's. */
registration_row *who_has_email(event_seats *seats, const who_place *place, const char *email,
                                uint8_t id[SJ_ID_SIZE]);
registration_row *who_has_external(event_seats *seats, const who_place *place, const char *source,
                                   const char *external_id, uint8_t id[SJ_ID_SIZE]);

void who_add(event_seats *seats, const who_place *place, const uint8_t id[SJ_ID_SIZE]);
void who_drop(event_seats *seats, const who_place *place, const uint8_t id[SJ_ID_SIZE]);

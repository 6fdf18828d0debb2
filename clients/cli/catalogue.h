/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * catalogue: rows of a catalogue of activities as messages.
 *
 * A row says what its source says, and sources garble.  So: what is not understood is kept in
 * Event.source_json and told in a note; only what would make the event wrong (no title, a date that
 * does not exist) refuses the row.
 */
#include <jansson.h>
#include <stdbool.h>

#include "clients/cli/pool.h"
#include "sijill/v1/registration.pb-c.h"

enum { DAY_SESSIONS_MAX = 60 };

typedef enum catalogue_shape {
    SHAPE_UNKNOWN,
    SHAPE_ACTIVITIES,
    SHAPE_PROGRAMMES,
    SHAPE_COUNTRIES,
} catalogue_shape;

/* What the rows of this document are; *rows is the array, borrowed. */
catalogue_shape catalogue_look(const json_t *document, const json_t **rows);

/* One row while it is read. */
typedef struct draft {
    pool *memory;
    json_t *left;        /* members that no field took; the caller frees by draft_end */
    json_t *notes;       /* what was changed or not understood, in words */
    const char *refusal; /* NULL: good */
    const char *column;  /* the member at fault */
} draft;

/* zone: for rows that name none, NULL: by the place, else ZONE_FALLBACK. */
Sijill__V1__Event *catalogue_event(draft *d, pool *memory, const json_t *row, const char *zone);
Sijill__V1__DefineProgramme *catalogue_programme(draft *d, pool *memory, const json_t *row);
void draft_end(draft *d);

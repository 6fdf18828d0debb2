/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/who.h"

#include "services/core/identity.h"
#include "services/registration/registrations.h"

#include <assert.h>
#include <string.h>

static void
seek(event_seats *seats, unsigned table, sj_bytes name, who_place *place)
{
    uint8_t hash[HASH_SIZE];

    sj_hash_keyed(seats->txn, name, hash);
    place->table = table;
    place->key = key_in_event(seats->org, seats->event, hash);
    if (!sj_get(seats->txn, table, &place->key, &place->run))
        place->run = (sj_bytes){ NULL, 0 };
}

void
who_email(event_seats *seats, const char *email, who_place *place)
{
    seek(seats, TABLE_PERSON, (sj_bytes){ email, strlen(email) }, place);
}

void
who_external(event_seats *seats, const char *source, const char *external_id, who_place *place)
{
    char name[2 * WHO_PART_MAX + 1];
    size_t first = strlen(source), second = strlen(external_id);

    assert(first <= WHO_PART_MAX && second <= WHO_PART_MAX);
    memcpy(name, source, first);
    name[first] = '\0'; /* so that ("ab", "c") is not ("a", "bc") */
    memcpy(name + first + 1, external_id, second);
    seek(seats, TABLE_EXTERNAL, (sj_bytes){ name, first + 1 + second }, place);
}

static const uint8_t *
run_id(const who_place *place, size_t n)
{
    return (const uint8_t *) place->run.at + n * SJ_ID_SIZE;
}

registration_row *
who_has_email(event_seats *seats, const who_place *place, const char *email, uint8_t id[SJ_ID_SIZE])
{
    for (size_t n = 0; n < place->run.size / SJ_ID_SIZE; n++) {
        registration_row *row = registration_read(seats, run_id(place, n));

        if (row != NULL && row->person->email != NULL && strcmp(row->person->email, email) == 0) {
            memcpy(id, run_id(place, n), SJ_ID_SIZE);
            return row;
        }
    }
    return NULL;
}

registration_row *
who_has_external(event_seats *seats, const who_place *place, const char *source,
                 const char *external_id, uint8_t id[SJ_ID_SIZE])
{
    for (size_t n = 0; n < place->run.size / SJ_ID_SIZE; n++) {
        registration_row *row = registration_read(seats, run_id(place, n));

        if (row != NULL && row->external_id != NULL && strcmp(row->source, source) == 0 &&
            strcmp(row->external_id, external_id) == 0) {
            memcpy(id, run_id(place, n), SJ_ID_SIZE);
            return row;
        }
    }
    return NULL;
}

void
who_add(event_seats *seats, const who_place *place, const uint8_t id[SJ_ID_SIZE])
{
    if (place->run.size == 0) {
        sj_put(seats->txn, place->table, &place->key, (sj_bytes){ id, SJ_ID_SIZE });
        return;
    }

    size_t size = place->run.size;
    uint8_t *longer = sj_arena_take(sj_txn_arena(seats->txn), size + SJ_ID_SIZE);

    if (longer == NULL) {
        sj_txn_fail(seats->txn, SJ_FAULT_ARENA, "no memory for an index row");
        return;
    }
    memcpy(longer, place->run.at, size);
    memcpy(longer + size, id, SJ_ID_SIZE);
    sj_put(seats->txn, place->table, &place->key, (sj_bytes){ longer, size + SJ_ID_SIZE });
}

void
who_drop(event_seats *seats, const who_place *place, const uint8_t id[SJ_ID_SIZE])
{
    uint8_t *rest = sj_arena_take(sj_txn_arena(seats->txn), place->run.size);
    size_t size = 0;

    if (rest == NULL) {
        sj_txn_fail(seats->txn, SJ_FAULT_ARENA, "no memory for an index row");
        return;
    }
    for (size_t n = 0; n < place->run.size / SJ_ID_SIZE; n++) {
        if (memcmp(run_id(place, n), id, SJ_ID_SIZE) == 0)
            continue;
        memcpy(rest + size, run_id(place, n), SJ_ID_SIZE);
        size += SJ_ID_SIZE;
    }
    if (size == 0)
        sj_delete(seats->txn, place->table, &place->key);
    else
        sj_put(seats->txn, place->table, &place->key, (sj_bytes){ rest, size });
}

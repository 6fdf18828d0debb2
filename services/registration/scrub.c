/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrub: every counter and every index recomputed from the rows that they follow from, in both
 * directions.
 */
#include "services/core/identity.h"
#include "services/registration/events.h"
#include "services/registration/line.h"
#include "services/registration/registrations.h"
#include "services/registration/routes.h"
#include "services/registration/rules.h"
#include "services/registration/said.h"
#include "services/registration/scrub_platform.h"
#include "services/registration/who.h"

#include <string.h>

typedef struct scrubbing {
    sj_txn *txn;
    sj_scrub_found *found;
    void *context;
} scrubbing;

static void
report(scrubbing *s, const char *words)
{
    s->found(s->context, words);
}

/* Org, event and the row behind a key that begins with them. */
static void
at_key(scrubbing *s, sj_bytes key, event_seats *seats, const uint8_t **rest)
{
    const uint8_t *at = key.at;

    seats->txn = s->txn;
    seats->org = sj_read_u64(at);
    memcpy(seats->event, at + KEY_EVENT_AT, SJ_ID_SIZE);
    *rest = at + KEY_REST_AT;
}

static void
compare(scrubbing *s, const event_seats *seats, const char *what, uint64_t kept, uint64_t counted)
{
    if (kept != counted)
        report(s, sj_words(s->txn, "event %s: %s is %llu, the rows say %llu",
                           sj_hex(s->txn, seats->event), what, (unsigned long long) kept,
                           (unsigned long long) counted));
}

/* The indexes find this registration, and no other by its e-mail or external id. */
static void
check_registration(scrubbing *s, event_seats *seats, const uint8_t *id, const registration_row *row)
{
    uint8_t found[SJ_ID_SIZE];
    who_place place;

    if (row->person->email != NULL) {
        who_email(seats, row->person->email, &place);
        if (who_has_email(seats, &place, row->person->email, found) == NULL ||
            memcmp(found, id, SJ_ID_SIZE) != 0)
            report(s, sj_words(s->txn, "registration %s: its e-mail does not lead to it",
                               sj_hex(s->txn, id)));
    }
    if (row->external_id != NULL) {
        who_external(seats, row->source, row->external_id, &place);
        if (who_has_external(seats, &place, row->source, row->external_id, found) == NULL ||
            memcmp(found, id, SJ_ID_SIZE) != 0)
            report(s, sj_words(s->txn, "registration %s: its external id does not lead to it",
                               sj_hex(s->txn, id)));
    }
    for (size_t n = 0; n < row->n_said; n++) {
        const said_row *said =
            row->said[n].len == HASH_SIZE ? said_read(seats, row->said[n].data) : NULL;

        if (said == NULL || !sj_is_id(said->has_registration_id, said->registration_id) ||
            memcmp(said->registration_id.data, id, SJ_ID_SIZE) != 0)
            report(s, sj_words(s->txn, "registration %s: what a platform said is not of it",
                               sj_hex(s->txn, id)));
    }
    if (row->state != SIJILL__V1__REGISTRATION_STATE__WAITLISTED)
        return;

    sj_key key = key_line(seats->org, seats->event, row->line);

    if (!sj_exists(s->txn, TABLE_LINE, &key))
        report(s, sj_words(s->txn, "registration %s: waits, and is not in the line",
                           sj_hex(s->txn, id)));
    if (row->line >= seats->row->next_line)
        report(s, sj_words(s->txn, "registration %s: its number in line was not given out",
                           sj_hex(s->txn, id)));
}

/* Count one registration in `counted`, which has no limits and no by_country. */
static void
scan_registrations(scrubbing *s, event_seats *seats, event_seats *counted)
{
    sj_arena *arena = sj_txn_arena(s->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key prefix = key_event(seats->org, seats->event);
    sj_scan scan;

    for (sj_scan_begin(&scan, s->txn, TABLE_REGISTRATION, &prefix, NULL); sj_scan_next(&scan);) {
        const uint8_t *id = (const uint8_t *) scan.key.at + KEY_REST_AT;
        registration_row *row =
            sj_unpack(s->txn, &sijill__v1__registration_row__descriptor, scan.value);

        if (row != NULL && row->person != NULL) {
            seats_count(counted, row, true);
            check_registration(s, seats, id, row);
        }
        sj_arena_release(arena, mark);
    }
}

static void
check_seats(scrubbing *s, event_seats *seats)
{
    seats_row fresh;
    event_seats counted = *seats;
    const seats_row *kept = seats->row;
    sj_key key = key_event(seats->org, seats->event);

    sijill__v1__seats_row__init(&fresh);
    counted.row = &fresh;
    scan_registrations(s, seats, &counted);
    compare(s, seats, "confirmed", kept->confirmed, fresh.confirmed);
    compare(s, seats, "confirmed_in_person", kept->confirmed_in_person, fresh.confirmed_in_person);
    compare(s, seats, "confirmed_online", kept->confirmed_online, fresh.confirmed_online);
    compare(s, seats, "confirmed_all", kept->confirmed_all, fresh.confirmed_all);
    compare(s, seats, "pending", kept->pending, fresh.pending);
    compare(s, seats, "waitlisted", kept->waitlisted, fresh.waitlisted);
    if (kept->has_capacity && kept->confirmed > kept->capacity)
        report(s, sj_words(s->txn, "event %s: oversold, %u confirmed on %u seats",
                           sj_hex(s->txn, seats->event), kept->confirmed, kept->capacity));
    if (kept->moving != sj_exists(s->txn, TABLE_DUE, &key))
        report(s, sj_words(s->txn, "event %s: moving and the due row do not agree",
                           sj_hex(s->txn, seats->event)));
    if (!sj_exists(s->txn, TABLE_EVENT, &key) || !sj_exists(s->txn, TABLE_RULES, &key))
        report(s, sj_words(s->txn, "event %s: has seats and no description or no rules",
                           sj_hex(s->txn, seats->event)));
    rules_scrub(seats, s->found, s->context);
}

typedef void check_row(scrubbing *s, event_seats *seats, const uint8_t *rest, sj_bytes value);

/* Every row of a table whose keys begin with organisation and event; the event's seats must exist.
 */
static void
scan_table(scrubbing *s, unsigned table, const char *name, check_row *check)
{
    sj_arena *arena = sj_txn_arena(s->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key all = sj_key_empty();
    sj_scan scan;

    for (sj_scan_begin(&scan, s->txn, table, &all, NULL); sj_scan_next(&scan);) {
        event_seats seats;
        const uint8_t *rest;

        at_key(s, scan.key, &seats, &rest);
        if (seats_read(&seats, s->txn, seats.org, sj_id_data(seats.event)))
            check(s, &seats, rest, scan.value);
        else
            report(s, sj_words(s->txn, "event %s: rows of table %s and no seats row",
                               sj_hex(s->txn, seats.event), name));
        sj_arena_release(arena, mark);
    }
}

static void
check_seats_row(scrubbing *s, event_seats *seats, const uint8_t *rest, sj_bytes value)
{
    (void) rest;
    (void) value;
    check_seats(s, seats);
}

static void
check_exists(scrubbing *s, event_seats *seats, const uint8_t *rest, sj_bytes value)
{
    (void) s;
    (void) seats;
    (void) rest;
    (void) value;
}

static void
check_run(scrubbing *s, event_seats *seats, unsigned table, const uint8_t *hash, sj_bytes run)
{
    if (run.size == 0 || run.size % SJ_ID_SIZE != 0)
        report(s, sj_words(s->txn, "event %s: an index row of a wrong size",
                           sj_hex(s->txn, seats->event)));
    for (size_t n = 0; n < run.size / SJ_ID_SIZE; n++) {
        const uint8_t *id = (const uint8_t *) run.at + n * SJ_ID_SIZE;
        registration_row *row = registration_read(seats, id);
        who_place place = { .key = { .size = 0 } };

        if (row != NULL && table == TABLE_PERSON && row->person->email != NULL)
            who_email(seats, row->person->email, &place);
        if (row != NULL && table == TABLE_EXTERNAL && row->external_id != NULL)
            who_external(seats, row->source, row->external_id, &place);
        if (place.key.size == 0 || memcmp(place.key.at + KEY_REST_AT, hash, HASH_SIZE) != 0)
            report(s,
                   sj_words(s->txn, "registration %s: the index of its %s leads astray",
                            sj_hex(s->txn, id), table == TABLE_PERSON ? "e-mail" : "external id"));
    }
}

static void
check_person(scrubbing *s, event_seats *seats, const uint8_t *rest, sj_bytes value)
{
    check_run(s, seats, TABLE_PERSON, rest, value);
}

static void
check_external(scrubbing *s, event_seats *seats, const uint8_t *rest, sj_bytes value)
{
    check_run(s, seats, TABLE_EXTERNAL, rest, value);
}

static void
check_line(scrubbing *s, event_seats *seats, const uint8_t *rest, sj_bytes value)
{
    line_entry entry = line_read(value);
    registration_row *row = registration_read(seats, entry.id);

    if (row == NULL || row->state != SIJILL__V1__REGISTRATION_STATE__WAITLISTED ||
        row->line != sj_read_u64(rest) || !seat_equal(entry.want, seat_of(row)))
        report(s, sj_words(s->txn,
                           "registration %s: stands in the line at a place that is not its own",
                           sj_hex(s->txn, entry.id)));
}

/* Found by its names; and the registration lists it. */
static void
check_said(scrubbing *s, event_seats *seats, const uint8_t *rest, sj_bytes value)
{
    const said_row *said = sj_unpack(s->txn, &sijill__v1__said_row__descriptor, value);
    const registration_row *row = NULL;
    uint8_t hash[HASH_SIZE];
    bool listed = false;

    if (said == NULL)
        return;
    if (said->source == NULL || said->external_id == NULL || said->word == NULL) {
        report(s, sj_words(s->txn, "event %s: a platform said nothing of nobody",
                           sj_hex(s->txn, seats->event)));
        return;
    }
    said_hash(seats, said->source, said->external_id, hash);
    if (memcmp(hash, rest, HASH_SIZE) != 0)
        report(s, sj_words(s->txn, "event %s: what a platform said is not found by its id",
                           sj_hex(s->txn, seats->event)));
    if (!sj_is_id(said->has_registration_id, said->registration_id))
        return;
    row = registration_read(seats, said->registration_id.data);
    for (size_t n = 0; row != NULL && n < row->n_said; n++)
        listed = listed ||
                 (row->said[n].len == HASH_SIZE && memcmp(row->said[n].data, rest, HASH_SIZE) == 0);
    if (!listed)
        report(s, sj_words(s->txn, "registration %s: does not know what a platform said of it",
                           sj_hex(s->txn, said->registration_id.data)));
}

static void
check_event(scrubbing *s, event_seats *seats, const uint8_t *rest, sj_bytes value)
{
    Sijill__V1__Event *event = sj_unpack(s->txn, &sijill__v1__event__descriptor, value);
    uint8_t content[HASH_SIZE];
    slug_row *slug;

    (void) rest;
    if (event == NULL)
        return;
    slug = slug_read(s->txn, seats->org, event->slug);
    sj_hash(value, content);
    if (slug == NULL || memcmp(slug->summary->id.data, seats->event, SJ_ID_SIZE) != 0)
        report(s, sj_words(s->txn, "event %s: its slug does not lead to it",
                           sj_hex(s->txn, seats->event)));
    else if (slug->content.len != HASH_SIZE || memcmp(slug->content.data, content, HASH_SIZE) != 0)
        report(s, sj_words(s->txn, "event %s: the summary is of another description",
                           sj_hex(s->txn, seats->event)));
}

/* Each slug leads to an event of that slug. */
static void
scan_slugs(scrubbing *s)
{
    sj_arena *arena = sj_txn_arena(s->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key all = sj_key_empty();
    sj_scan scan;

    for (sj_scan_begin(&scan, s->txn, TABLE_EVENT_SLUG, &all, NULL); sj_scan_next(&scan);) {
        slug_row *row = sj_unpack(s->txn, &sijill__v1__slug_row__descriptor, scan.value);

        if (row != NULL && row->summary != NULL && row->summary->id.len == SJ_ID_SIZE) {
            sj_key key = key_event(sj_read_u64(scan.key.at), row->summary->id.data);
            Sijill__V1__Event *event =
                sj_row_get(s->txn, TABLE_EVENT, &key, &sijill__v1__event__descriptor);

            if (event == NULL || row->summary->slug == NULL ||
                strcmp(event->slug, row->summary->slug) != 0)
                report(s, sj_words(s->txn, "slug %s leads to no event of that slug",
                                   row->summary->slug == NULL ? "?" : row->summary->slug));
        }
        sj_arena_release(arena, mark);
    }
}

void
registration_scrub(sj_txn *txn, sj_scrub_found *found, void *context)
{
    scrubbing s = { txn, found, context };

    scan_table(&s, TABLE_SEATS, "seats", check_seats_row);
    scan_table(&s, TABLE_EVENT, "event", check_event);
    scan_table(&s, TABLE_RULES, "rules", check_exists);
    scan_table(&s, TABLE_COUNTRY, "country", check_exists);
    scan_table(&s, TABLE_REGISTRATION, "registration", check_exists);
    scan_table(&s, TABLE_PERSON, "person", check_person);
    scan_table(&s, TABLE_EXTERNAL, "external", check_external);
    scan_table(&s, TABLE_LINE, "line", check_line);
    scan_table(&s, TABLE_DUE, "due", check_exists);
    scan_table(&s, TABLE_SAID, "said", check_said);
    scan_slugs(&s);
    platform_scrub(txn, found, context);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/line.h"

#include "services/registration/registrations.h"

#include <assert.h>
#include <string.h>

enum { LINE_NEAR_MAX = 16 }; /* so near to the end, the head need not be looked for */

line_entry
line_read(sj_bytes value)
{
    const uint8_t *at = value.at;
    line_entry entry = { .want = { .taken = true } };

    assert(value.size == LINE_VALUE_SIZE);
    memcpy(entry.id, at, SJ_ID_SIZE);
    entry.want.mode = (Sijill__V1__Mode) at[SJ_ID_SIZE];
    memcpy(entry.want.country, at + SJ_ID_SIZE + 1, COUNTRY_SIZE);
    return entry;
}

static void
line_put(event_seats *seats, const uint8_t id[SJ_ID_SIZE], const registration_row *row)
{
    sj_key key = key_line(seats->org, seats->event, row->line);
    seat want = seat_of(row);
    uint8_t value[LINE_VALUE_SIZE];

    assert(want.taken); /* who needs no seat never waits */
    memcpy(value, id, SJ_ID_SIZE);
    value[SJ_ID_SIZE] = (uint8_t) want.mode;
    memcpy(value + SJ_ID_SIZE + 1, want.country, COUNTRY_SIZE);
    sj_put(seats->txn, TABLE_LINE, &key, (sj_bytes){ value, sizeof value });
}

void
line_join(event_seats *seats, const uint8_t id[SJ_ID_SIZE], registration_row *row)
{
    row->has_line = true;
    row->line = seats->row->next_line;
    seats->row->has_next_line = true;
    seats->row->next_line++;
    line_put(seats, id, row);
}

static bool
due_read(event_seats *seats, uint64_t *from)
{
    sj_key key = key_event(seats->org, seats->event);
    sj_bytes value;

    if (!seats->row->moving || !sj_get(seats->txn, TABLE_DUE, &key, &value))
        return false;
    assert(value.size == sizeof *from);
    *from = sj_read_u64(value.at);
    return true;
}

/* The line must be looked at again from `from`, or from where that was due already. */
static void
due_put(event_seats *seats, uint64_t from)
{
    sj_key key = key_event(seats->org, seats->event);
    uint64_t due;
    uint8_t value[sizeof due];

    if (due_read(seats, &due) && due < from)
        from = due;
    sj_write_u64(value, from);
    sj_put(seats->txn, TABLE_DUE, &key, (sj_bytes){ value, sizeof value });
    seats->row->has_moving = seats->row->moving = true;
}

static void
due_clear(event_seats *seats)
{
    sj_key key = key_event(seats->org, seats->event);

    if (!seats->row->moving)
        return;
    sj_delete(seats->txn, TABLE_DUE, &key);
    seats->row->moving = false;
}

void
line_rewrite(event_seats *seats, const uint8_t id[SJ_ID_SIZE], const registration_row *row)
{
    line_put(seats, id, row);
    if (seats->row->moving)
        due_put(seats, row->line); /* who did not fit may fit now */
}

void
line_leave(event_seats *seats, const registration_row *row)
{
    sj_key key = key_line(seats->org, seats->event, row->line);

    sj_delete(seats->txn, TABLE_LINE, &key);
}

static uint64_t
line_number(sj_bytes key)
{
    assert(key.size == KEY_NUMBER_SIZE);
    return sj_read_u64((const uint8_t *) key.at + KEY_REST_AT);
}

/* Rows from the first number >= `from` on, those below `until`, at most `max`. */
static uint32_t
line_count(event_seats *seats, uint64_t from, uint64_t until, uint32_t max)
{
    sj_arena *arena = sj_txn_arena(seats->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key prefix = key_event(seats->org, seats->event);
    sj_key first = key_line(seats->org, seats->event, from);
    uint32_t count = 0;
    sj_scan scan;

    sj_scan_begin(&scan, seats->txn, TABLE_LINE, &prefix, &first);
    while (count < max && sj_scan_next(&scan) && line_number(scan.key) < until) {
        sj_arena_release(arena, mark);
        count++;
    }
    sj_arena_release(arena, mark);
    return count;
}

/* The first number that still waits. */
static uint64_t
line_head(event_seats *seats)
{
    sj_key prefix = key_event(seats->org, seats->event);
    sj_scan scan;

    sj_scan_begin(&scan, seats->txn, TABLE_LINE, &prefix, NULL);
    return sj_scan_next(&scan) ? line_number(scan.key) : 0;
}

bool
line_place(event_seats *seats, uint64_t number, uint32_t *place)
{
    uint64_t behind_most = seats->row->next_line - number;
    uint32_t count;

    if (behind_most <= LINE_NEAR_MAX || behind_most < number - line_head(seats)) {
        /* nearer to the end: all who wait, less this one and those behind */
        count = line_count(seats, number, UINT64_MAX, LINE_PLACE_MAX);
        *place = seats->row->waitlisted - count + 1;
    } else {
        count = line_count(seats, 0, number, LINE_PLACE_MAX);
        *place = count + 1;
    }
    return count < LINE_PLACE_MAX;
}

/* From the line into a seat. */
static void
promote(event_seats *seats, const uint8_t id[SJ_ID_SIZE])
{
    registration_row *row = registration_read(seats, id);

    if (row == NULL) {
        sj_txn_fail(seats->txn, SJ_FAULT_DAMAGE,
                    "the waiting list names a registration that is not there");
        return;
    }
    assert(row->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
    seats_count(seats, row, false);
    line_leave(seats, row);
    registration_set_state(row, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    seats_count(seats, row, true);
    registration_write(seats, id, row, SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
}

/* Give free seats to those from `from` on.  True: nobody there fits any more; else *next is who
 * comes next. */
static bool
walk(event_seats *seats, uint64_t from, uint32_t *moves, uint32_t *looks, uint64_t *next)
{
    sj_arena *arena = sj_txn_arena(seats->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key prefix = key_event(seats->org, seats->event);
    sj_key first = key_line(seats->org, seats->event, from);
    sj_scan scan;

    sj_scan_begin(&scan, seats->txn, TABLE_LINE, &prefix, &first);
    while (seats->row->waitlisted > 0 && !seats_sold_out(seats) && sj_scan_next(&scan)) {
        line_entry entry = line_read(scan.value);

        if (*moves == 0 || *looks == 0) {
            *next = line_number(scan.key);
            return false;
        }
        --*looks;
        if (seats_free(seats, entry.want, NULL)) {
            --*moves;
            promote(seats, entry.id);
        }
        sj_arena_release(arena, mark);
    }
    return true;
}

void
line_move(event_seats *seats)
{
    uint32_t moves = LINE_MOVE_MAX, looks = LINE_LOOK_MAX;
    uint64_t next;

    if (seats->row->state != SIJILL__V1__EVENT_STATE__EVENT_OPEN)
        return;
    if (walk(seats, 0, &moves, &looks, &next))
        due_clear(seats);
    else
        due_put(seats, next);
}

void
line_stop(event_seats *seats)
{
    due_clear(seats);
}

void
line_resume(event_seats *seats, uint64_t from, uint32_t *moves, uint32_t *looks)
{
    uint64_t next;
    bool done = walk(seats, from, moves, looks, &next);

    due_clear(seats);
    if (!done)
        due_put(seats, next);
}

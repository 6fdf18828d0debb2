/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/scrub.h"

#include "services/attendance/assess.h"
#include "services/attendance/handlers.h"
#include "services/attendance/names.h"
#include "services/core/identity.h"

#include <string.h>

enum { SIDE_KEY = 1, DUE_KEY_SIZE = 8 + 8 + SJ_ID_SIZE };

void
attendance_scrub_table(const attendance_scrubber *scrubber, unsigned table,
                       attendance_scrub_row *check)
{
    sj_arena *arena = sj_txn_arena(scrubber->txn);
    sj_key all = sj_key_empty();
    size_t mark = sj_arena_mark(arena);
    sj_scan scan;

    sj_scan_begin(&scan, scrubber->txn, table, &all, NULL);
    while (sj_scan_next(&scan)) {
        attendance_scope scope = { .txn = scrubber->txn, .org = sj_read_u64(scan.at.at) };

        memcpy(scope.event, scan.at.at + 8, SJ_ID_SIZE);
        check(scrubber, &scope, scan.key, scan.value);
        sj_arena_release(arena, mark);
    }
}

void
attendance_scrub_report(const attendance_scrubber *scrubber, const char *what,
                        const attendance_scope *scope, const uint8_t id[SJ_ID_SIZE])
{
    scrubber->found(scrubber->context,
                    sj_words(scrubber->txn, "attendance: %s: organisation %llu, event %s, %s", what,
                             (unsigned long long) scope->org, sj_hex(scrubber->txn, scope->event),
                             sj_hex(scrubber->txn, id)));
}

bool
attendance_scrub_has(const attendance_scope *scope, unsigned table, const sj_key *key)
{
    size_t mark = sj_arena_mark(sj_txn_arena(scope->txn));
    bool there = sj_exists(scope->txn, table, key);

    sj_arena_release(sj_txn_arena(scope->txn), mark);
    return there;
}

static void
check_key(const attendance_scrubber *scrubber, const attendance_scope *scope,
          const uint8_t registration[SJ_ID_SIZE], bool has, ProtobufCBinaryData key)
{
    sj_key person;

    if (!has)
        return;
    person = attendance_key_pair(scope, key.data, registration);
    if (!attendance_scrub_has(scope, ATTENDANCE_PERSON, &person))
        attendance_scrub_report(scrubber, "a registration cannot be found by its key", scope,
                                registration);
}

static bool
is_due(const attendance_scope *scope, uint64_t now_ms)
{
    sj_key key = attendance_key(scope);
    const Sijill__V1__AttendanceTimerRow *timer = sj_row_get(
        scope->txn, ATTENDANCE_TIMER, &key, &sijill__v1__attendance_timer_row__descriptor);

    return timer != NULL && timer->at_ms <= now_ms;
}

/* What the pulse has still to look at may differ from what was told. */
static void
check_verdict(const attendance_scrubber *scrubber, const attendance_scope *scope,
              const uint8_t registration[SJ_ID_SIZE],
              const Sijill__V1__AttendanceRegistrationRow *row)
{
    const Sijill__V1__AttendanceVerdictRow *told = attendance_verdict_get(scope, registration);
    const Sijill__V1__AttendanceEventRow *event = attendance_event_get(scope);
    attendance_assessment found;

    if (event == NULL || is_due(scope, sj_now(scope->txn)) ||
        !attendance_assess(scope, event, registration, row, sj_now(scope->txn), &found))
        return;
    if (told == NULL ? attendance_worth_telling(&found) : !attendance_told(&found, told))
        attendance_scrub_report(scrubber, "a verdict is not what its evidence amounts to", scope,
                                registration);
}

static void
check_registration(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
                   sj_bytes value)
{
    const uint8_t *registration = attendance_key_part(key, 0);
    const Sijill__V1__AttendanceRegistrationRow *row =
        sj_unpack(scope->txn, &sijill__v1__attendance_registration_row__descriptor, value);

    if (row == NULL)
        return;
    check_key(scrubber, scope, registration, row->has_registrant_key, row->registrant_key);
    check_key(scrubber, scope, registration, row->has_email_key, row->email_key);
    for (size_t i = 0; i < row->n_former_key; i++)
        check_key(scrubber, scope, registration, true, row->former_key[i]);
    check_verdict(scrubber, scope, registration, row);
}

static void
check_person(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
             sj_bytes value)
{
    const uint8_t *registration = attendance_key_part(key, 1);
    const Sijill__V1__AttendanceRegistrationRow *row =
        attendance_registration_get(scope, registration);

    (void) value;
    if (row == NULL || !attendance_had_key(row, attendance_key_part(key, 0)))
        attendance_scrub_report(scrubber, "a key leads to a registration that does not have it",
                                scope, registration);
}

/* Both sides of a link. */
static void
check_link(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
           sj_bytes value)
{
    const uint8_t *side = (const uint8_t *) key.at + 8 + SJ_ID_SIZE;
    sj_key other;
    sj_bytes back;

    if (*side == SIDE_KEY) {
        other = attendance_key_linked(scope, value.at);
        sj_key_add_id(&other, side + 1);
        if (!attendance_scrub_has(scope, ATTENDANCE_LINK, &other))
            attendance_scrub_report(scrubber, "a registration does not know what was matched to it",
                                    scope, side + 1);
        return;
    }
    other = attendance_key_link(scope, side + 1 + SJ_ID_SIZE);
    if (!sj_get(scope->txn, ATTENDANCE_LINK, &other, &back) || back.size != SJ_ID_SIZE ||
        memcmp(back.at, side + 1, SJ_ID_SIZE) != 0)
        attendance_scrub_report(scrubber, "what was matched to a registration leads elsewhere",
                                scope, side + 1);
}

static void
check_last_verdict(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
                   sj_bytes value)
{
    (void) value;
    if (attendance_registration_get(scope, attendance_key_part(key, 0)) == NULL)
        attendance_scrub_report(scrubber, "a verdict is about nobody", scope,
                                attendance_key_part(key, 0));
}

static void
check_timer(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
            sj_bytes value)
{
    const Sijill__V1__AttendanceTimerRow *row =
        sj_unpack(scope->txn, &sijill__v1__attendance_timer_row__descriptor, value);
    sj_key due;

    (void) key;
    if (row == NULL)
        return;
    due = attendance_key_due(scope, row->at_ms);
    if (!attendance_scrub_has(scope, ATTENDANCE_DUE, &due))
        attendance_scrub_report(scrubber, "a timer is not in the due table", scope, scope->event);
}

/* An event that has not ended needs its timer, or nobody will look when it has. */
static void
check_event(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
            sj_bytes value)
{
    const Sijill__V1__AttendanceEventRow *row =
        sj_unpack(scope->txn, &sijill__v1__attendance_event_row__descriptor, value);
    sj_key timer = attendance_key(scope);

    (void) key;
    if (row != NULL && row->ends_ms > sj_now(scope->txn) &&
        !attendance_scrub_has(scope, ATTENDANCE_TIMER, &timer))
        attendance_scrub_report(scrubber, "an event has no timer for its end", scope, scope->event);
}

/* Its key begins with the instant, so it has its own walk. */
static void
scrub_due(const attendance_scrubber *scrubber)
{
    sj_arena *arena = sj_txn_arena(scrubber->txn);
    sj_key all = sj_key_empty();
    size_t mark = sj_arena_mark(arena);
    sj_scan scan;

    sj_scan_begin(&scan, scrubber->txn, ATTENDANCE_DUE, &all, NULL);
    while (sj_scan_next(&scan) && scan.at.size == DUE_KEY_SIZE) {
        attendance_scope scope = { .txn = scrubber->txn, .org = sj_read_u64(scan.at.at + 8) };
        const Sijill__V1__AttendanceTimerRow *timer;
        sj_key key;

        memcpy(scope.event, scan.at.at + 16, SJ_ID_SIZE);
        key = attendance_key(&scope);
        timer = sj_row_get(scrubber->txn, ATTENDANCE_TIMER, &key,
                           &sijill__v1__attendance_timer_row__descriptor);
        if (timer == NULL || timer->at_ms != sj_read_u64(scan.at.at))
            attendance_scrub_report(scrubber, "the due table has what no timer says", &scope,
                                    scope.event);
        sj_arena_release(arena, mark);
    }
}

void
attendance_scrub(sj_txn *txn, sj_scrub_found *found, void *context)
{
    attendance_scrubber scrubber = { .txn = txn, .found = found, .context = context };

    attendance_scrub_table(&scrubber, ATTENDANCE_EVENT, check_event);
    attendance_scrub_table(&scrubber, ATTENDANCE_REGISTRATION, check_registration);
    attendance_scrub_table(&scrubber, ATTENDANCE_PERSON, check_person);
    attendance_scrub_table(&scrubber, ATTENDANCE_LINK, check_link);
    attendance_scrub_table(&scrubber, ATTENDANCE_VERDICT, check_last_verdict);
    attendance_scrub_table(&scrubber, ATTENDANCE_TIMER, check_timer);
    attendance_scrub_evidence(&scrubber);
    attendance_scrub_connections(&scrubber);
    scrub_due(&scrubber);
}

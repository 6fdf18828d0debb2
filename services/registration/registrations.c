/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/registrations.h"

#include "services/registration/line.h"

#include <assert.h>

enum { RECORD_REGISTRATION_CHANGED = 134 };

registration_row *
registration_read(event_seats *seats, const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = key_in_event(seats->org, seats->event, id);
    registration_row *row =
        sj_row_get(seats->txn, TABLE_REGISTRATION, &key, &sijill__v1__registration_row__descriptor);

    assert(row == NULL || (row->person != NULL && row->has_state));
    return row;
}

bool
registration_revision_holds(event_seats *seats, const sj_command *cmd, const uint8_t id[SJ_ID_SIZE],
                            sj_reply *reply)
{
    sj_key key = key_in_event(seats->org, seats->event, id);

    return cmd->if_revision == 0 ||
           sj_revision_holds(seats->txn, cmd, sj_revision(seats->txn, TABLE_REGISTRATION, &key),
                             reply);
}

static void
emit_changed(event_seats *seats, const uint8_t id[SJ_ID_SIZE], const registration_row *row,
             Sijill__V1__RegistrationState was)
{
    Sijill__V1__RegistrationChanged changed;
    Sijill__V1__RegistrationPersonal personal;

    sijill__v1__registration_changed__init(&changed);
    changed.has_event_id = changed.has_registration_id = true;
    changed.event_id = sj_id_data(seats->event);
    changed.registration_id = sj_id_data(id);
    changed.has_state = changed.has_was = changed.has_role = changed.has_mode = true;
    changed.state = row->state;
    changed.was = was;
    changed.role = row->role;
    changed.mode = row->mode;
    changed.country = row->person->country;
    changed.has_override = row->overridden;
    changed.override = row->overridden;
    sijill__v1__registration_personal__init(&personal);
    personal.person = row->person;
    personal.source = row->source;
    personal.external_id = row->external_id;
    sj_emit_message(seats->txn, RECORD_REGISTRATION_CHANGED, &changed.base, &personal.base);
}

void
registration_write(event_seats *seats, const uint8_t id[SJ_ID_SIZE], registration_row *row,
                   Sijill__V1__RegistrationState was)
{
    sj_key key = key_in_event(seats->org, seats->event, id);

    assert(row->person != NULL && row->person->name != NULL);
    assert(row->person->email != NULL || row->external_id != NULL);
    row->has_changed_ms = true;
    row->changed_ms = sj_now(seats->txn);
    sj_row_put(seats->txn, TABLE_REGISTRATION, &key, &row->base);
    emit_changed(seats, id, row, was);
}

void
registration_set_state(registration_row *row, Sijill__V1__RegistrationState state)
{
    row->has_state = true;
    row->state = state;
}

void
registration_leave(event_seats *seats, const registration_row *row, bool *freed)
{
    *freed = row->state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED && seat_of(row).taken;
    seats_count(seats, row, false);
    if (row->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED)
        line_leave(seats, row);
}

void
registration_admit(event_seats *seats, const uint8_t id[SJ_ID_SIZE], registration_row *row,
                   seat_offer offer)
{
    assert(offer == OFFER_CONFIRMED || offer == OFFER_WAITLISTED);
    if (offer == OFFER_CONFIRMED) {
        registration_set_state(row, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    } else {
        registration_set_state(row, SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
        line_join(seats, id, row);
    }
    seats_count(seats, row, true);
}

sj_status
registration_reply(event_seats *seats, sj_reply *reply, const uint8_t id[SJ_ID_SIZE],
                   const registration_row *row, Sijill__V1__Outcome outcome, bool joined,
                   bool marks_dropped)
{
    Sijill__V1__Registered out;

    sijill__v1__registered__init(&out);
    out.has_registration_id = out.has_state = out.has_outcome = true;
    out.registration_id = sj_id_data(id);
    out.state = row->state;
    out.outcome = outcome;
    out.has_marks_dropped = marks_dropped;
    out.marks_dropped = marks_dropped;
    if (joined) {
        out.has_place = true;
        out.place = seats->row->waitlisted;
    } else if (row->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED) {
        out.has_place = line_place(seats, row->line, &out.place);
    }
    return sj_accept(seats->txn, reply, &out.base);
}

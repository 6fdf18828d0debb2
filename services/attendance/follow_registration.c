/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registration's RegistrationChanged: who is registered, and by which names evidence finds them.
 * Evidence that was here first finds its registration now.
 */
#include "services/attendance/assess.h"
#include "services/attendance/handlers.h"
#include "services/attendance/limits.h"
#include "services/attendance/names.h"

#include <string.h>

/* A record without its personal part tells the state alone: what is known of the person stays. */
static void
put_person(sj_txn *txn, const sj_command *cmd, Sijill__V1__AttendanceRegistrationRow *row)
{
    Sijill__V1__RegistrationPersonal *in;

    if (cmd->personal.size == 0)
        return;
    in = sj_unpack(txn, &sijill__v1__registration_personal__descriptor, cmd->personal);
    if (in == NULL)
        return;
    row->name = in->person == NULL ? NULL : in->person->name;
    row->email = in->person == NULL ? NULL : in->person->email;
    row->source = in->source;
    row->external_id = in->external_id;
}

static void
put_keys(sj_txn *txn, uint8_t registrant[SJ_ID_SIZE], uint8_t email[SJ_ID_SIZE],
         Sijill__V1__AttendanceRegistrationRow *row)
{
    row->has_registrant_key =
        attendance_registrant_key(txn, row->source, row->external_id, registrant);
    row->registrant_key = sj_id_data(registrant);
    row->has_email_key = attendance_email_key(txn, row->email, email);
    row->email_key = sj_id_data(email);
}

/* The owners of evidence under a registration's keys, as they are at this moment; false: there is
 * none. */
static bool
affect_keys(attendance_affected *affected, const attendance_scope *scope,
            const Sijill__V1__AttendanceRegistrationRow *row, uint64_t now_ms)
{
    bool any = false;

    if (row->has_registrant_key)
        any = attendance_affect_key(affected, scope, row->registrant_key.data, now_ms);
    if (row->has_email_key)
        any = attendance_affect_key(affected, scope, row->email_key.data, now_ms) || any;
    for (size_t i = 0; i < row->n_former_key; i++)
        any = attendance_affect_key(affected, scope, row->former_key[i].data, now_ms) || any;
    return any;
}

static bool
same_key(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
    return memcmp(a->data, b->data, SJ_ID_SIZE) == 0;
}

/* The registrant ids of before in `former`, which has room for one more than are kept: what it had
 * last is one of them now, what it has again is not. */
static void
put_former(const Sijill__V1__AttendanceRegistrationRow *old,
           Sijill__V1__AttendanceRegistrationRow *row,
           ProtobufCBinaryData former[ATTENDANCE_FORMER_MAX + 1])
{
    size_t count = 0;

    for (size_t i = 0; i <= old->n_former_key; i++) {
        bool last = i == old->n_former_key;
        const ProtobufCBinaryData *key = last ? &old->registrant_key : &old->former_key[i];

        if ((last && !old->has_registrant_key) ||
            (row->has_registrant_key && same_key(key, &row->registrant_key)))
            continue;
        former[count++] = *key;
    }
    row->n_former_key = count;
    row->former_key = former;
}

static void
move_key(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
         const ProtobufCBinaryData *from, const ProtobufCBinaryData *to)
{
    if (from != NULL && to != NULL && memcmp(from->data, to->data, SJ_ID_SIZE) == 0)
        return;
    if (from != NULL) {
        sj_key key = attendance_key_pair(scope, from->data, registration);

        sj_delete(scope->txn, ATTENDANCE_PERSON, &key);
    }
    if (to != NULL) {
        sj_key key = attendance_key_pair(scope, to->data, registration);

        attendance_put_bare(scope, ATTENDANCE_PERSON, &key);
    }
}

static void
put_registration(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
                 const Sijill__V1__AttendanceRegistrationRow *old,
                 Sijill__V1__AttendanceRegistrationRow *row)
{
    sj_key key = attendance_key_id(scope, registration);
    bool full = row->n_former_key > ATTENDANCE_FORMER_MAX;

    move_key(scope, registration, full ? &row->former_key[0] : NULL,
             row->has_registrant_key ? &row->registrant_key : NULL);
    if (full) {
        row->former_key++;
        row->n_former_key--;
    }
    move_key(scope, registration, old != NULL && old->has_email_key ? &old->email_key : NULL,
             row->has_email_key ? &row->email_key : NULL);
    sj_row_put(scope->txn, ATTENDANCE_REGISTRATION, &key, &row->base);
}

sj_status
attendance_follow_registration(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__RegistrationChanged *in =
        sj_decode(txn, cmd, &sijill__v1__registration_changed__descriptor, reply);
    uint8_t registrant[SJ_ID_SIZE] = { 0 };
    uint8_t email[SJ_ID_SIZE] = { 0 };
    ProtobufCBinaryData former[ATTENDANCE_FORMER_MAX + 1];
    attendance_affected affected = { .count = 0 };
    attendance_subject own = { .kind = ATTENDANCE_OF_REGISTRATION };
    Sijill__V1__AttendanceRegistrationRow row;
    const Sijill__V1__AttendanceRegistrationRow *old;
    attendance_scope scope;
    bool shared;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id) ||
        !sj_is_id(in->has_registration_id, in->registration_id))
        return sj_refuse_field(txn, reply, "registration_id",
                               "a registration has its event's and its own id");
    scope = attendance_scope_of(txn, cmd->org, in->event_id);
    old = attendance_registration_get(&scope, in->registration_id.data);
    if (old != NULL)
        row = *old;
    else
        sijill__v1__attendance_registration_row__init(&row);
    row.has_state = row.has_role = row.has_mode = 1;
    row.state = (uint32_t) in->state;
    row.role = (uint32_t) in->role;
    row.mode = (uint32_t) in->mode;
    put_person(txn, cmd, &row);
    put_keys(txn, registrant, email, &row);
    if (old != NULL)
        put_former(old, &row, former);

    memcpy(own.id, in->registration_id.data, SJ_ID_SIZE);
    attendance_affect(&affected, &scope, own.id, cmd->now_ms);
    attendance_affect_connections(&affected, &scope, &own, cmd->now_ms);
    shared = affect_keys(&affected, &scope, &row, cmd->now_ms); /* who loses some to this one */
    put_registration(&scope, in->registration_id.data, old, &row);
    attendance_affected_row(&affected, own.id, &row);
    if (old != NULL) /* who gets what it leaves */
        (void) affect_keys(&affected, &scope, old, cmd->now_ms);
    if (shared)
        (void) affect_keys(&affected, &scope, &row, cmd->now_ms);
    attendance_settle_affected(&affected, cmd->now_ms);
    return sj_accept(txn, reply, NULL);
}

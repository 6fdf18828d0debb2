/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record 134: who is registered, in which role and state.  Its event may be unknown yet.
 */
#include "services/certificate/release.h"
#include "services/certificate/routes.h"
#include "services/core/text.h"

static bool
known_enums(const Sijill__V1__RegistrationChanged *in)
{
    return (unsigned) in->state <= SIJILL__V1__REGISTRATION_STATE__CANCELLED &&
           (unsigned) in->role <= SIJILL__V1__ROLE__ORGANISER &&
           (unsigned) in->mode <= SIJILL__V1__MODE__HYBRID;
}

/* The personal part is empty once it was erased. */
static void
put_person(sj_txn *txn, const sj_command *cmd, holder_row *row)
{
    Sijill__V1__RegistrationPersonal *personal = NULL;

    if (cmd->personal.size > 0)
        personal = sj_unpack(txn, &sijill__v1__registration_personal__descriptor, cmd->personal);
    if (personal == NULL || personal->person == NULL)
        return;
    row->name = personal->person->name;
    row->name_latin = personal->person->name_latin;
    if (personal->person->email != NULL)
        row->email = (char *) (uintptr_t) sj_email_normal(txn, personal->person->email);
}

sj_status
certificate_keep_registration(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__RegistrationChanged *in =
        certificate_record(txn, cmd, &sijill__v1__registration_changed__descriptor, reply);
    holder_row row;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id) ||
        !sj_is_id(in->has_registration_id, in->registration_id))
        return sj_refuse_field(txn, reply, "registration_id",
                               "16 octets name the event and 16 the registration");
    if (!known_enums(in))
        return sj_refuse_field(txn, reply, "state", "a state, role or mode is unknown here");
    sj_key key = certificate_person_key(cmd->org, in->event_id.data, in->registration_id.data);

    sijill__certificate__holder_row__init(&row);
    put_person(txn, cmd, &row);
    row.has_role = row.has_mode = row.has_state = true;
    row.role = in->role;
    row.mode = in->mode;
    row.state = in->state;
    sj_row_put(txn, TABLE_HOLDER, &key, &row.base);
    if (in->state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED)
        release_late(txn, cmd->org, in->event_id.data, in->registration_id.data);
    return sj_accept(txn, reply, NULL);
}

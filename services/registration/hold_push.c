/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 120 HoldPush: what a platform said and nobody can act on yet is kept until somebody can.
 *
 * The same push again changes nothing, but that it may turn from waiting for a link into refused.
 */
#include "services/registration/form.h"
#include "services/registration/held.h"
#include "services/registration/links.h"
#include "services/registration/routes.h"

static sj_status
answer(sj_txn *txn, sj_reply *reply, Sijill__V1__Outcome outcome)
{
    Sijill__V1__PushHeld out;

    sijill__v1__push_held__init(&out);
    out.has_outcome = true;
    out.outcome = outcome;
    return sj_accept(txn, reply, &out.base);
}

static bool
held_clean(sj_txn *txn, Sijill__V1__HoldPush *in, sj_reply *reply)
{
    if (!sj_is_id(in->has_id, in->id)) {
        (void) sj_refuse_field(txn, reply, "id", "name the push by its nonce of 16 octets");
        return false;
    }
    if (in->why == SIJILL__V1__HELD_WHY__HELD_NONE) {
        (void) sj_refuse_field(txn, reply, "why", "say why it waits");
        return false;
    }
    if (in->why == SIJILL__V1__HELD_WHY__UNREADABLE) {
        if (in->push == NULL && in->has_raw)
            return true;
        (void) sj_refuse_field(txn, reply, "raw", "of what cannot be read, keep what came");
        return false;
    }
    if (in->push == NULL || in->push->kind == SIJILL__V1__PUSH__KIND__NONE) {
        (void) sj_refuse_field(txn, reply, "push", "say what the platform said");
        return false;
    }
    if (webinar_normal(txn, &in->push->platform, &in->push->external_id))
        return true;
    if (in->why == SIJILL__V1__HELD_WHY__UNAPPLIED) {
        in->push->external_id = NULL; /* of no webinar: no link will find it */
        return true;
    }
    (void) sj_refuse_field(txn, reply, "push.external_id", "what link does it wait for?");
    return false;
}

sj_status
hold_push(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__HoldPush *in = sj_decode(txn, cmd, &sijill__v1__hold_push__descriptor, reply);
    uint64_t number;
    held_row *known;

    if (in == NULL || !held_clean(txn, in, reply))
        return reply->status;
    known = held_read(txn, cmd->org, in->id.data, &number);
    if (known == NULL) {
        held_write(txn, cmd->org, sj_sequence(txn), in);
        return answer(txn, reply, SIJILL__V1__OUTCOME__CREATED);
    }
    if (in->why != SIJILL__V1__HELD_WHY__UNAPPLIED || known->why != SIJILL__V1__HELD_WHY__UNLINKED)
        return answer(txn, reply, SIJILL__V1__OUTCOME__UNCHANGED);
    known->why = in->why;
    known->words = in->words;
    held_write(txn, cmd->org, number, known);
    return answer(txn, reply, SIJILL__V1__OUTCOME__UPDATED);
}

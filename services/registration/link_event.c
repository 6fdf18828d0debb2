/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 146 LinkEvent: a platform's webinar is this event.  The answer says how many pushes waited for
 * the link; the gateway hears of it in the feed (137) and applies them.
 */
#include "services/registration/held.h"
#include "services/registration/links.h"
#include "services/registration/routes.h"

#include <string.h>

static sj_status
answer(sj_txn *txn, const sj_command *cmd, sj_reply *reply, const Sijill__V1__LinkEvent *in,
       Sijill__V1__Outcome outcome)
{
    Sijill__V1__Linked out;

    sijill__v1__linked__init(&out);
    out.has_outcome = out.has_held = true;
    out.outcome = outcome;
    out.held = held_count(txn, cmd->org, in->platform, in->external_id);
    return sj_accept(txn, reply, &out.base);
}

static bool
link_clean(sj_txn *txn, const sj_command *cmd, Sijill__V1__LinkEvent *in, sj_reply *reply)
{
    sj_key key;

    if (!sj_is_id(in->has_event_id, in->event_id)) {
        (void) sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
        return false;
    }
    if (!webinar_clean(txn, &in->platform, &in->external_id, reply))
        return false;
    key = key_event(cmd->org, in->event_id.data);
    if (sj_exists(txn, TABLE_EVENT, &key))
        return true;
    (void) sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    return false;
}

sj_status
link_event(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__LinkEvent *in = sj_decode(txn, cmd, &sijill__v1__link_event__descriptor, reply);
    const link_row *known;
    link_row row;

    if (in == NULL || !link_clean(txn, cmd, in, reply))
        return reply->status;
    known = link_read(txn, cmd->org, in->platform, in->external_id);
    if (known != NULL && memcmp(known->event_id.data, in->event_id.data, SJ_ID_SIZE) != 0)
        return sj_refuse(txn, reply, SJ_CONFLICT,
                         "this webinar is linked to another event; remove that link first");
    if ((known == NULL) == in->remove)
        return answer(txn, cmd, reply, in, SIJILL__V1__OUTCOME__UNCHANGED);
    sijill__v1__link__init(&row);
    row.has_event_id = true;
    row.event_id = in->event_id;
    row.platform = in->platform;
    row.external_id = in->external_id;
    row.has_removed = row.removed = in->remove;
    link_write(txn, cmd->org, &row);
    return answer(txn, cmd, reply, in,
                  in->remove ? SIJILL__V1__OUTCOME__UPDATED : SIJILL__V1__OUTCOME__CREATED);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 140 AddKey: an API key, known by the hash of its secret alone.  The same content again changes
 * nothing; a key is never changed: revoke it and add another one.
 */
#include "services/core/key_rows.h"
#include "services/registration/form.h"
#include "services/registration/keys.h"
#include "services/registration/routes.h"
#include "services/registration/seats.h"

#include <string.h>

static bool
role_good(sj_txn *txn, const Sijill__V1__AddKey *in, sj_reply *reply)
{
    if (in->role == SIJILL__V1__ACCESS__ROLE__NONE ||
        in->role == SIJILL__V1__ACCESS__ROLE__GATEWAY) {
        (void) sj_refuse_field(txn, reply, "role",
                               "is OWNER, ORGANISER, TRAINER, PLATFORM, AUDITOR or VERIFIER");
        return false;
    }
    if (in->role == SIJILL__V1__ACCESS__ROLE__TRAINER && in->n_event_id == 0) {
        (void) sj_refuse_field(txn, reply, "event_id",
                               "a TRAINER's key is for some events: name at least one");
        return false;
    }
    if (in->role != SIJILL__V1__ACCESS__ROLE__TRAINER && in->n_event_id > 0) {
        (void) sj_refuse_field(txn, reply, "event_id",
                               "only a TRAINER's key is bound to events: leave them out");
        return false;
    }
    return true;
}

static bool
key_clean(sj_txn *txn, Sijill__V1__AddKey *in, sj_reply *reply)
{
    const char *words;
    bool marks_dropped = false;

    if (!sj_is_id(in->has_id, in->id)) {
        (void) sj_refuse_field(txn, reply, "id", "give the key an id of 16 octets, by chance");
        return false;
    }
    if (!in->has_hash) {
        (void) sj_refuse_field(txn, reply, "hash", "give BLAKE2b-256 of the key's secret");
        return false;
    }
    if (!form_text(txn, &in->label, FORM_TEXT_POINTS, &marks_dropped, &words)) {
        (void) sj_refuse_field(txn, reply, "label", words);
        return false;
    }
    if (in->has_until_ms && in->has_from_ms && in->until_ms <= in->from_ms) {
        (void) sj_refuse_field(txn, reply, "until_ms", "comes after from_ms");
        return false;
    }
    return role_good(txn, in, reply);
}

static void
fill(sj_key_row *row, Sijill__V1__KeyChanged *key, const Sijill__V1__AddKey *in)
{
    sijill__v1__key_row__init(row);
    sijill__v1__key_changed__init(key);
    row->key = key;
    row->label = in->label;
    key->has_id = key->has_hash = key->has_role = true;
    key->id = in->id;
    key->hash = in->hash;
    key->role = in->role;
    key->n_event_id = in->n_event_id;
    key->event_id = in->event_id;
    key->has_from_ms = in->has_from_ms;
    key->from_ms = in->from_ms;
    key->has_until_ms = in->has_until_ms;
    key->until_ms = in->until_ms;
}

/* Whether a stored key, not revoked, is what was asked for. */
static bool
same_content(sj_txn *txn, const sj_key_row *stored, const sj_key_row *asked)
{
    sj_key_row copy = *stored;

    copy.has_created_ms = false;
    copy.created_ms = 0;
    return sj_bytes_equal(sj_pack(txn, &copy.base), sj_pack(txn, &asked->base));
}

static sj_status
answer(sj_txn *txn, const Sijill__V1__AddKey *in, sj_reply *reply)
{
    Sijill__V1__KeyAdded out;

    sijill__v1__key_added__init(&out);
    out.has_id = true;
    out.id = in->id;
    return sj_accept(txn, reply, &out.base);
}

static bool
events_exist(sj_txn *txn, const sj_command *cmd, const Sijill__V1__AddKey *in)
{
    event_seats seats;

    for (size_t i = 0; i < in->n_event_id; i++)
        if (!seats_read(&seats, txn, cmd->org, in->event_id[i]))
            return false;
    return true;
}

sj_status
add_key(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__AddKey *in = sj_decode(txn, cmd, &sijill__v1__add_key__descriptor, reply);
    Sijill__V1__KeyChanged key;
    sj_key_row row, *stored;

    if (in == NULL || !key_clean(txn, in, reply))
        return reply->status;
    fill(&row, &key, in);
    stored = sj_key_row_get(txn, cmd->org, in->id.data);
    if (stored != NULL && same_content(txn, stored, &row))
        return answer(txn, in, reply);
    if (stored != NULL)
        return sj_refuse(txn, reply, SJ_CONFLICT,
                         stored->key->has_revoked_ms
                             ? "this key was revoked for good: add one with another id"
                             : "a key of this id has other content: revoke it, add another one");
    if (in->has_until_ms && in->until_ms <= cmd->now_ms)
        return sj_refuse_field(txn, reply, "until_ms", "has passed: the key could not be used");
    if (!events_exist(txn, cmd, in))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    row.has_created_ms = true;
    row.created_ms = cmd->now_ms;
    key_write(txn, cmd->org, &row);
    return answer(txn, in, reply);
}

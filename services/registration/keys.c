/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/keys.h"

#include "services/core/message.h"

void
key_write(sj_txn *txn, uint64_t org, const sj_key_row *row)
{
    sj_key_row_put(txn, org, row);
    sj_emit_message(txn, SJ_RECORD_KEY, &row->key->base, NULL);
}

void
key_view(const sj_key_row *row, Sijill__V1__Key *view)
{
    const Sijill__V1__KeyChanged *key = row->key;

    sijill__v1__key__init(view);
    view->has_id = view->has_role = true;
    view->id = key->id;
    view->role = key->role;
    view->label = row->label;
    view->n_event_id = key->n_event_id;
    view->event_id = key->event_id;
    view->has_from_ms = key->has_from_ms;
    view->from_ms = key->from_ms;
    view->has_until_ms = key->has_until_ms;
    view->until_ms = key->until_ms;
    view->has_created_ms = row->has_created_ms;
    view->created_ms = row->created_ms;
    view->has_revoked_ms = key->has_revoked_ms;
    view->revoked_ms = key->revoked_ms;
}

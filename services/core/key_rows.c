/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/key_rows.h"

#include "services/core/message.h"

#include <assert.h>

sj_key
sj_key_of(uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = sj_key_org(org);

    sj_key_add_id(&key, id);
    return key;
}

sj_key_row *
sj_key_row_get(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = sj_key_of(org, id);
    sj_key_row *row = sj_row_get(txn, SJ_TABLE_KEY, &key, &sijill__v1__key_row__descriptor);

    assert(row == NULL || (row->key != NULL && row->key->hash.len == SJ_CREDENTIAL_SIZE));
    return row;
}

void
sj_key_row_put(sj_txn *txn, uint64_t org, const sj_key_row *row)
{
    sj_key key = sj_key_of(org, row->key->id.data);

    assert(row->key->id.len == SJ_ID_SIZE && row->key->hash.len == SJ_CREDENTIAL_SIZE);
    sj_row_put(txn, SJ_TABLE_KEY, &key, &row->base);
}

sj_status
sj_follow_key(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__KeyChanged *in = sj_decode(txn, cmd, &sijill__v1__key_changed__descriptor, reply);
    sj_key_row row;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_id, in->id))
        return sj_refuse_field(txn, reply, "id", "a key has an id of 16 octets");
    if (!in->has_hash || in->hash.len != SJ_CREDENTIAL_SIZE)
        return sj_refuse_field(txn, reply, "hash", "a key has a hash of 32 octets");
    sijill__v1__key_row__init(&row);
    row.key = in;
    sj_key_row_put(txn, cmd->org, &row);
    return sj_accept(txn, reply, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 145 AdoptSealKey: the gateway says to what key secrets are sealed.  Another key makes what was
 * sealed before unreadable, so it is taken only when that is said to be meant.
 */
#include "services/registration/hooks.h"
#include "services/registration/routes.h"

enum { SEAL_KEY_SIZE = 32 };

sj_status
adopt_seal_key(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__AdoptSealKey *in =
        sj_decode(txn, cmd, &sijill__v1__adopt_seal_key__descriptor, reply);
    const Sijill__V1__SealKey *known;
    Sijill__V1__SealKey key;

    if (in == NULL)
        return reply->status;
    if (!in->has_public_key || in->public_key.len != SEAL_KEY_SIZE)
        return sj_refuse_field(txn, reply, "public_key", "is an X25519 key of 32 octets");
    sijill__v1__seal_key__init(&key);
    key.has_public_key = true;
    key.public_key = in->public_key;
    known = seal_key_read(txn);
    if (known != NULL &&
        sj_bytes_equal(sj_data_bytes(known->public_key), sj_data_bytes(in->public_key)))
        return sj_accept(txn, reply, &key.base);
    if (known != NULL && !in->replace)
        return sj_refuse(txn, reply, SJ_CONFLICT,
                         "secrets are sealed to another key: start the gateway with its own "
                         "folder, or replace the key and give every hook a new secret");
    seal_key_write(txn, &key);
    return sj_accept(txn, reply, &key.base);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/hooks.h"

#include <assert.h>

enum { RECORD_HOOK = 136, NO_ORGANISATION = 0 };

hook_row *
hook_read(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = key_in_org(org, id);

    return sj_row_get(txn, TABLE_HOOK, &key, &sijill__v1__hook__descriptor);
}

void
hook_write(sj_txn *txn, uint64_t org, const hook_row *hook)
{
    sj_key key = key_in_org(org, hook->id.data);

    assert(hook->n_sealed_secret <= HOOK_SECRETS_MAX);
    sj_row_put(txn, TABLE_HOOK, &key, &hook->base);
    sj_emit_message(txn, RECORD_HOOK, &hook->base, NULL);
}

hook_row *
hook_find(sj_txn *txn, uint64_t org, bool has_id, ProtobufCBinaryData id, sj_reply *reply)
{
    hook_row *hook;

    if (!sj_is_id(has_id, id)) {
        (void) sj_refuse_field(txn, reply, "id", "name the hook by its id of 16 octets");
        return NULL;
    }
    hook = hook_read(txn, org, id.data);
    if (hook != NULL && !hook->removed)
        return hook;
    (void) sj_refuse(txn, reply, SJ_NOT_FOUND,
                     hook == NULL ? "there is no such hook" : "the hook was removed: add another");
    return NULL;
}

sj_status
hook_answer(sj_txn *txn, sj_reply *reply, ProtobufCBinaryData id, Sijill__V1__Outcome outcome)
{
    Sijill__V1__HookAdded out;

    sijill__v1__hook_added__init(&out);
    out.has_id = out.has_outcome = true;
    out.id = id;
    out.outcome = outcome;
    return sj_accept(txn, reply, &out.base);
}

bool
sealed_clean(sj_txn *txn, bool has, ProtobufCBinaryData sealed, sj_reply *reply)
{
    if (!has || sealed.len < SEALED_MIN) {
        (void) sj_refuse_field(txn, reply, "sealed_secret",
                               "give a secret, sealed to the key that GetSealKey says");
        return false;
    }
    if (seal_key_read(txn) != NULL)
        return true;
    (void) sj_refuse(txn, reply, SJ_PRECONDITION,
                     "there is no key to seal secrets to: start sijill-gateway once");
    return false;
}

Sijill__V1__SealKey *
seal_key_read(sj_txn *txn)
{
    sj_key key = sj_key_org(NO_ORGANISATION);

    return sj_row_get(txn, TABLE_SEAL_KEY, &key, &sijill__v1__seal_key__descriptor);
}

void
seal_key_write(sj_txn *txn, const Sijill__V1__SealKey *seal_key)
{
    sj_key key = sj_key_org(NO_ORGANISATION);

    sj_row_put(txn, TABLE_SEAL_KEY, &key, &seal_key->base);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/rows.h"

#include <assert.h>
#include <string.h>

enum { CERTIFICATE_KEY_SIZE = 8 + SJ_ID_SIZE + SJ_ID_SIZE + 1 + 4 };

sj_key
certificate_event_key(uint64_t org, const uint8_t event_id[SJ_ID_SIZE])
{
    sj_key key = sj_key_org(org);

    sj_key_add_id(&key, event_id);
    return key;
}

sj_key
certificate_person_key(uint64_t org, const uint8_t event_id[SJ_ID_SIZE],
                       const uint8_t registration_id[SJ_ID_SIZE])
{
    sj_key key = certificate_event_key(org, event_id);

    sj_key_add_id(&key, registration_id);
    return key;
}

/* Of all certificates of one registration and kind. */
static sj_key
kind_key(const certificate_ref *ref)
{
    sj_key key = certificate_person_key(ref->org, ref->event_id, ref->registration_id);
    uint8_t kind = (uint8_t) ref->kind;

    sj_key_add(&key, &kind, 1);
    return key;
}

sj_key
certificate_key(const certificate_ref *ref)
{
    sj_key key = kind_key(ref);

    sj_key_add_u32(&key, ref->serial);
    return key;
}

sj_key
certificate_named_key(uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    return certificate_event_key(org, id);
}

sj_key
certificate_intent_key(uint64_t org, uint64_t seq, uint32_t n)
{
    sj_key key = sj_key_org(org);

    sj_key_add_u64(&key, seq);
    sj_key_add_u32(&key, n);
    return key;
}

sj_key
certificate_list_key(uint64_t org, uint32_t list)
{
    sj_key key = sj_key_org(org);

    sj_key_add_u32(&key, UINT32_MAX - list);
    return key;
}

sj_key
certificate_release_key(uint64_t org, uint64_t due_ms, const uint8_t event_id[SJ_ID_SIZE],
                        const uint8_t registration_id[SJ_ID_SIZE])
{
    sj_key key = sj_key_org(org);

    sj_key_add_u64(&key, due_ms);
    sj_key_add_id(&key, event_id);
    sj_key_add_id(&key, registration_id);
    return key;
}

certificate_ref
certificate_ref_of_key(sj_bytes key)
{
    const uint8_t *at = key.at;
    certificate_ref ref = { .org = 0 };

    assert(key.size == CERTIFICATE_KEY_SIZE);
    ref.org = sj_read_u64(at);
    memcpy(ref.event_id, at + 8, SJ_ID_SIZE);
    memcpy(ref.registration_id, at + 8 + SJ_ID_SIZE, SJ_ID_SIZE);
    ref.kind = (certificate_kind) at[8 + 2 * SJ_ID_SIZE];
    ref.serial = sj_read_u32(at + 8 + 2 * SJ_ID_SIZE + 1);
    return ref;
}

named_row *
certificate_named(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = certificate_named_key(org, id);

    return sj_row_get(txn, TABLE_NAMED, &key, &sijill__certificate__named_row__descriptor);
}

certificate_row *
certificate_find(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE], certificate_ref *ref)
{
    named_row *named = certificate_named(txn, org, id);

    if (named == NULL || named->purpose != PURPOSE_CERTIFICATE)
        return NULL;
    assert(named->event_id.len == SJ_ID_SIZE && named->registration_id.len == SJ_ID_SIZE);
    *ref = (certificate_ref){ .org = org, .kind = named->kind, .serial = named->serial };
    memcpy(ref->event_id, named->event_id.data, SJ_ID_SIZE);
    memcpy(ref->registration_id, named->registration_id.data, SJ_ID_SIZE);

    sj_key key = certificate_key(ref);

    return sj_row_get(txn, TABLE_CERTIFICATE, &key,
                      &sijill__certificate__certificate_row__descriptor);
}

certificate_row *
certificate_newest(sj_txn *txn, certificate_ref *ref)
{
    sj_key prefix = kind_key(ref);
    sj_bytes value = { NULL, 0 };
    sj_scan scan;

    sj_scan_begin(&scan, txn, TABLE_CERTIFICATE, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        ref->serial = certificate_ref_of_key(scan.key).serial;
        value = scan.value;
    }
    if (value.at == NULL)
        return NULL;
    return sj_unpack(txn, &sijill__certificate__certificate_row__descriptor, value);
}

certificate_state
certificate_state_of(sj_txn *txn, uint64_t org, const certificate_row *row,
                     signature_row **signature)
{
    sj_key key = certificate_intent_key(org, row->intent_seq, row->intent_n);

    *signature =
        sj_row_get(txn, TABLE_SIGNATURE, &key, &sijill__certificate__signature_row__descriptor);
    if (row->standing == SIJILL__CERTIFICATE__STANDING__WITHDRAWN)
        return SIJILL__V1__CERTIFICATE_STATE__REVOKED;
    if (row->standing == SIJILL__CERTIFICATE__STANDING__REPLACED)
        return SIJILL__V1__CERTIFICATE_STATE__SUPERSEDED;
    if (*signature != NULL && (*signature)->has_signature)
        return SIJILL__V1__CERTIFICATE_STATE__VALID;
    return SIJILL__V1__CERTIFICATE_STATE__SIGNING;
}

const Sijill__V1__IssuerKey *
certificate_current_key(const issuer_row *issuer, uint32_t purpose)
{
    if (issuer == NULL)
        return NULL;
    for (size_t i = 0; i < issuer->n_key; i++)
        if (issuer->key[i]->purpose == purpose && issuer->key[i]->current)
            return issuer->key[i];
    return NULL;
}

ProtobufCBinaryData
certificate_data(const void *at, size_t size)
{
    return (ProtobufCBinaryData){ .len = size, .data = (uint8_t *) (uintptr_t) at };
}

void *
certificate_record(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type,
                   sj_reply *reply)
{
    void *message = sj_unpack(txn, type, cmd->body);

    if (message == NULL)
        reply->status = SJ_INTERNAL;
    return message;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/access/holder.h"

#include "services/core/message.h"

enum { ADD_KEY = 140, REVOKE_KEY, KEY_CHANGED = 135 };

const sj_core *const cores[CORES] = { &registration_core, &attendance_core, &certificate_core };

void
holder_begin(holder *h, uint8_t n, Sijill__V1__Access__Role role, const uint8_t event[SJ_ID_SIZE])
{
    memset(h->id, n, sizeof h->id);
    memset(h->hash, 0x40 + n, sizeof h->hash);
    sijill__v1__add_key__init(&h->in);
    h->in.has_id = h->in.has_hash = h->in.has_role = true;
    h->in.id = sj_id_data(h->id);
    h->in.hash = (ProtobufCBinaryData){ sizeof h->hash, h->hash };
    h->in.role = role;
    if (event != NULL) {
        h->event = sj_id_data(event);
        h->in.n_event_id = 1;
        h->in.event_id = &h->event;
    }
}

sj_status
holder_add(fixture *f, holder *h)
{
    as_peer(f, SJ_PEER_OPERATOR);
    return fixture_run(f, ADD_KEY, &h->in.base, NOW);
}

sj_status
holder_revoke(fixture *f, const holder *h, uint64_t now_ms)
{
    Sijill__V1__RevokeKey in;

    as_peer(f, SJ_PEER_OPERATOR);
    sijill__v1__revoke_key__init(&in);
    in.has_id = true;
    in.id = h->in.id;
    return fixture_run(f, REVOKE_KEY, &in.base, now_ms);
}

void
holder_follow(fixture *f, const holder *h, uint64_t revoked_ms)
{
    Sijill__V1__KeyChanged key;

    sijill__v1__key_changed__init(&key);
    key.has_id = key.has_hash = key.has_role = true;
    key.id = h->in.id;
    key.hash = h->in.hash;
    key.role = h->in.role;
    key.n_event_id = h->in.n_event_id;
    key.event_id = h->in.event_id;
    key.has_from_ms = h->in.has_from_ms;
    key.from_ms = h->in.from_ms;
    key.has_until_ms = h->in.has_until_ms;
    key.until_ms = h->in.until_ms;
    key.has_revoked_ms = revoked_ms != 0;
    key.revoked_ms = revoked_ms;
    assert_int_equal(fixture_feed(f, KEY_CHANGED, &key.base, NULL, NOW), SJ_OK);
}

void
as_peer(fixture *f, sj_peer_kind peer)
{
    f->peer = peer;
    f->delegated = f->has_credential = false;
}

void
as_nobody(fixture *f)
{
    f->peer = SJ_PEER_GATEWAY;
    f->delegated = true;
    f->has_credential = false;
}

void
as_key(fixture *f, const holder *h)
{
    as_nobody(f);
    f->has_credential = true;
    memcpy(f->actor, h->id, sizeof f->actor);
    memcpy(f->credential, h->hash, sizeof f->credential);
}

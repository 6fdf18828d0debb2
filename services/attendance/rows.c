/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/rows.h"

#include <assert.h>
#include <string.h>

enum {
    HEAD_SIZE = 8 + SJ_ID_SIZE,          /* organisation, event */
    PLACE_SIZE = 1 + SJ_ID_SIZE + 3 * 8, /* of a key in ATTENDANCE_EVIDENCE, after the head */
    LINK_BY_KEY = 1,
    LINK_BY_REGISTRATION = 2,
};

const char *const attendance_tables[] = { "event",    "registration", "verdict",  "person", "link",
                                          "identity", "bucket",       "evidence", "nonce",  "timer",
                                          "due",      "connection",   "follower", NULL };

attendance_scope
attendance_scope_of(sj_txn *txn, uint64_t org, ProtobufCBinaryData event)
{
    attendance_scope scope = { .txn = txn, .org = org };

    assert(event.len == SJ_ID_SIZE);
    memcpy(scope.event, event.data, SJ_ID_SIZE);
    return scope;
}

sj_key
attendance_key_place(const attendance_scope *scope, const attendance_place *place)
{
    sj_key key = attendance_key_subject(scope, &place->subject);

    sj_key_add_u64(&key, place->occurred_ms);
    sj_key_add_u64(&key, place->device_seq);
    sj_key_add_u64(&key, place->order);
    return key;
}

sj_key
attendance_key_on(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
                  const attendance_subject *subject)
{
    sj_key key = attendance_key_id(scope, connection);

    sj_key_add(&key, &subject->kind, 1);
    sj_key_add_id(&key, subject->id);
    return key;
}

static sj_key
link_key(const attendance_scope *scope, uint8_t side, const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = attendance_key(scope);

    sj_key_add(&key, &side, 1);
    sj_key_add_id(&key, id);
    return key;
}

sj_key
attendance_key_link(const attendance_scope *scope, const uint8_t key[SJ_ID_SIZE])
{
    return link_key(scope, LINK_BY_KEY, key);
}

sj_key
attendance_key_linked(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE])
{
    return link_key(scope, LINK_BY_REGISTRATION, registration);
}

sj_key
attendance_key_due(const attendance_scope *scope, uint64_t at_ms)
{
    sj_key key = sj_key_empty();

    sj_key_add_u64(&key, at_ms);
    sj_key_add_u64(&key, scope->org);
    sj_key_add_id(&key, scope->event);
    return key;
}

const uint8_t *
attendance_key_part(sj_bytes key, size_t part)
{
    assert(key.size >= HEAD_SIZE + (part + 1) * SJ_ID_SIZE);
    return (const uint8_t *) key.at + HEAD_SIZE + part * SJ_ID_SIZE;
}

static attendance_subject
read_subject(sj_bytes key, size_t before)
{
    const uint8_t *at = (const uint8_t *) key.at + before;
    attendance_subject subject = { .kind = at[0] };

    assert(key.size >= before + 1 + SJ_ID_SIZE);
    memcpy(subject.id, at + 1, SJ_ID_SIZE);
    return subject;
}

attendance_subject
attendance_key_read_subject(sj_bytes key)
{
    return read_subject(key, HEAD_SIZE);
}

attendance_subject
attendance_key_read_on(sj_bytes key)
{
    return read_subject(key, HEAD_SIZE + SJ_ID_SIZE);
}

static attendance_place
read_place(const uint8_t *at)
{
    attendance_place place = { .subject.kind = at[0] };

    memcpy(place.subject.id, at + 1, SJ_ID_SIZE);
    at += 1 + SJ_ID_SIZE;
    place.occurred_ms = sj_read_u64(at);
    place.device_seq = sj_read_u64(at + 8);
    place.order = sj_read_u64(at + 16);
    return place;
}

attendance_place
attendance_key_read_place(sj_bytes key)
{
    assert(key.size == HEAD_SIZE + PLACE_SIZE);
    return read_place((const uint8_t *) key.at + HEAD_SIZE);
}

Sijill__V1__AttendanceEventRow *
attendance_event_get(const attendance_scope *scope)
{
    sj_key key = attendance_key(scope);

    return sj_row_get(scope->txn, ATTENDANCE_EVENT, &key,
                      &sijill__v1__attendance_event_row__descriptor);
}

Sijill__V1__AttendanceRegistrationRow *
attendance_registration_get(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE])
{
    sj_key key = attendance_key_id(scope, registration);

    return sj_row_get(scope->txn, ATTENDANCE_REGISTRATION, &key,
                      &sijill__v1__attendance_registration_row__descriptor);
}

Sijill__V1__AttendanceBucketRow *
attendance_bucket_get(const attendance_scope *scope, const attendance_subject *subject)
{
    sj_key key = attendance_key_subject(scope, subject);

    return sj_row_get(scope->txn, ATTENDANCE_BUCKET, &key,
                      &sijill__v1__attendance_bucket_row__descriptor);
}

Sijill__V1__AttendanceVerdictRow *
attendance_verdict_get(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE])
{
    sj_key key = attendance_key_id(scope, registration);

    return sj_row_get(scope->txn, ATTENDANCE_VERDICT, &key,
                      &sijill__v1__attendance_verdict_row__descriptor);
}

Sijill__V1__AttendanceEvidenceRow *
attendance_evidence_get(const attendance_scope *scope, const attendance_place *place)
{
    sj_key key = attendance_key_place(scope, place);

    return sj_row_get(scope->txn, ATTENDANCE_EVIDENCE, &key,
                      &sijill__v1__attendance_evidence_row__descriptor);
}

bool
attendance_nonce_get(const attendance_scope *scope, const uint8_t id[SJ_ID_SIZE],
                     attendance_place *place)
{
    sj_key key = attendance_key_id(scope, id);
    sj_bytes value;

    if (!sj_get(scope->txn, ATTENDANCE_NONCE, &key, &value))
        return false;
    assert(value.size == PLACE_SIZE);
    *place = read_place(value.at);
    return true;
}

void
attendance_nonce_put(const attendance_scope *scope, const uint8_t id[SJ_ID_SIZE],
                     const attendance_place *place)
{
    sj_key key = attendance_key_id(scope, id);
    sj_key full = attendance_key_place(scope, place);

    sj_put(scope->txn, ATTENDANCE_NONCE, &key, (sj_bytes){ full.at + HEAD_SIZE, PLACE_SIZE });
}

void
attendance_put_bare(const attendance_scope *scope, unsigned table, const sj_key *key)
{
    sj_put(scope->txn, table, key, (sj_bytes){ "", 0 });
}

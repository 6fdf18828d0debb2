/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * rows: the keys and rows of attendance.  Every key begins with (organisation, event), so that what
 * belongs to one event lies together; the due table alone is in order of time.
 *
 * Evidence belongs to a subject and never moves: who an identity is, is looked up whenever it is
 * asked.
 */
#include "services/core/command.h"
#include "services/core/message.h"

#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/attendance_store.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

enum {
    ATTENDANCE_EVENT = SJ_TABLE_OWN, /* -> AttendanceEventRow */
    ATTENDANCE_REGISTRATION,         /* registration -> AttendanceRegistrationRow */
    ATTENDANCE_VERDICT,              /* registration -> AttendanceVerdictRow */
    ATTENDANCE_PERSON,               /* key, registration -> nothing: whose keys these are */
    ATTENDANCE_LINK, /* 1, key -> registration; 2, registration, key -> nothing: what people said */
    ATTENDANCE_IDENTITY,   /* key, identity -> nothing: which identities carry a key */
    ATTENDANCE_BUCKET,     /* subject -> AttendanceBucketRow */
    ATTENDANCE_EVIDENCE,   /* subject, occurred, device sequence, order -> AttendanceEvidenceRow */
    ATTENDANCE_NONCE,      /* evidence id -> rest of its key in ATTENDANCE_EVIDENCE */
    ATTENDANCE_TIMER,      /* -> AttendanceTimerRow */
    ATTENDANCE_DUE,        /* instant, organisation, event -> nothing */
    ATTENDANCE_CONNECTION, /* connection, subject -> nothing: whose evidence came over it */
    ATTENDANCE_FOLLOWER,   /* connection, connection that goes with it -> nothing; connection.h */
};

extern const char *const attendance_tables[];

/* One event of one organisation, and the transaction that looks at it. */
typedef struct attendance_scope {
    sj_txn *txn;
    uint64_t org;
    uint8_t event[SJ_ID_SIZE];
} attendance_scope;

/* Whose a piece of evidence is. */
typedef enum attendance_subject_kind {
    ATTENDANCE_OF_ALL = 0,          /* PLATFORM_END; id is zero */
    ATTENDANCE_OF_REGISTRATION = 1, /* known or not */
    ATTENDANCE_OF_IDENTITY = 2,     /* id: hash of the names a platform gives */
    ATTENDANCE_OF_EVIDENCE = 3,     /* VOID; id: of the piece it takes back, here or not */
    ATTENDANCE_OF_CONNECTION = 4,   /* BIND; id: of the connection that it binds */
} attendance_subject_kind;

typedef struct attendance_subject {
    uint8_t kind;
    uint8_t id[SJ_ID_SIZE];
} attendance_subject;

/* Where a piece of evidence stands. */
typedef struct attendance_place {
    attendance_subject subject;
    uint64_t occurred_ms;
    uint64_t device_seq;
    uint64_t order;
} attendance_place;

attendance_scope attendance_scope_of(sj_txn *txn, uint64_t org, ProtobufCBinaryData event);

/* (organisation, event): the prefix of every key. */
static inline sj_key
attendance_key(const attendance_scope *scope)
{
    sj_key key = sj_key_org(scope->org);

    sj_key_add_id(&key, scope->event);
    return key;
}

static inline sj_key
attendance_key_id(const attendance_scope *scope, const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = attendance_key(scope);

    sj_key_add_id(&key, id);
    return key;
}

static inline sj_key
attendance_key_pair(const attendance_scope *scope, const uint8_t a[SJ_ID_SIZE],
                    const uint8_t b[SJ_ID_SIZE])
{
    sj_key key = attendance_key_id(scope, a);

    sj_key_add_id(&key, b);
    return key;
}

static inline sj_key
attendance_key_subject(const attendance_scope *scope, const attendance_subject *subject)
{
    sj_key key = attendance_key(scope);

    sj_key_add(&key, &subject->kind, 1);
    sj_key_add_id(&key, subject->id);
    return key;
}

sj_key attendance_key_place(const attendance_scope *scope, const attendance_place *place);
sj_key attendance_key_link(const attendance_scope *scope, const uint8_t key[SJ_ID_SIZE]);
sj_key attendance_key_linked(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE]);
/* A subject's evidence on a connection. */
sj_key attendance_key_on(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
                         const attendance_subject *subject);
sj_key attendance_key_due(const attendance_scope *scope, uint64_t at_ms);
/* The id at `part` (0, 1, ...) after (organisation, event) in a row's key. */
const uint8_t *attendance_key_part(sj_bytes key, size_t part);
attendance_subject attendance_key_read_subject(sj_bytes key);
attendance_subject attendance_key_read_on(sj_bytes key);
attendance_place attendance_key_read_place(sj_bytes key);

Sijill__V1__AttendanceEventRow *attendance_event_get(const attendance_scope *scope);
Sijill__V1__AttendanceRegistrationRow *
attendance_registration_get(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE]);
Sijill__V1__AttendanceBucketRow *attendance_bucket_get(const attendance_scope *scope,
                                                       const attendance_subject *subject);
Sijill__V1__AttendanceVerdictRow *attendance_verdict_get(const attendance_scope *scope,
                                                         const uint8_t registration[SJ_ID_SIZE]);
Sijill__V1__AttendanceEvidenceRow *attendance_evidence_get(const attendance_scope *scope,
                                                           const attendance_place *place);

/* Where the evidence of this id is; false: not here. */
bool attendance_nonce_get(const attendance_scope *scope, const uint8_t id[SJ_ID_SIZE],
                          attendance_place *place);
void attendance_nonce_put(const attendance_scope *scope, const uint8_t id[SJ_ID_SIZE],
                          const attendance_place *place);

/* A row that says no more than its key. */
void attendance_put_bare(const attendance_scope *scope, unsigned table, const sj_key *key);

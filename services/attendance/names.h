/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * names: whose evidence an identity's is.
 *
 * An identity is what a platform calls a person: a registrant id and an e-mail, or a display name
 * where there is neither.  Each of these is a key.  A key's owner is who people said it is, else
 * the registration that has it; an identity's owner is the owner of its first key that has one:
 * registrant id before e-mail.  If none has, it is the registration that had the key before: a
 * person whom a second platform names, or who registers anew, has been there under the id of
 * before.  A display name is no registration's key: only people match it; an
 * identity that has no more than that is another one on each connection (connection.h).  Owners are
 * looked up, not stored, so the order in which evidence, registrations and people's words arrive is
 * all one.
 */
#include "services/attendance/rows.h"
#include "services/core/text.h"

enum { ATTENDANCE_KEYS_MAX = 2 };

typedef struct attendance_names {
    size_t count;
    uint8_t key[ATTENDANCE_KEYS_MAX][SJ_ID_SIZE]; /* strongest first */
    uint8_t identity[SJ_ID_SIZE];
    const char *registrant_id; /* NULL: none; all in the arena or the message */
    const char *email;
    const char *display_name;
    const char *platform;
    bool by_connection; /* neither registrant id nor e-mail: it is of this connection alone */
    uint8_t connection[SJ_ID_SIZE];
} attendance_names;

/* connection: NULL: it is not said.  False: the identity has neither a name nor a connection to go
 * by. */
bool attendance_names_of(sj_txn *txn, const Sijill__V1__Identity *identity, const char *connection,
                         attendance_names *names);

/* The keys of a registration; false: it has none of that sort. */
bool attendance_registrant_key(sj_txn *txn, const char *source, const char *external_id,
                               uint8_t key[SJ_ID_SIZE]);
bool attendance_email_key(sj_txn *txn, const char *email, uint8_t key[SJ_ID_SIZE]);

/* Whether the registration has the key; has it, or had it before. */
bool attendance_has_key(const Sijill__V1__AttendanceRegistrationRow *row,
                        const uint8_t key[SJ_ID_SIZE]);
bool attendance_had_key(const Sijill__V1__AttendanceRegistrationRow *row,
                        const uint8_t key[SJ_ID_SIZE]);

void attendance_connection_key(sj_txn *txn, const char *connection, uint8_t key[SJ_ID_SIZE]);

/* Who people said the key is. */
bool attendance_link_get(const attendance_scope *scope, const uint8_t key[SJ_ID_SIZE],
                         uint8_t registration[SJ_ID_SIZE]);
/* False: by its names it is nobody's yet.  *by: the number of the key that decided it, and
 * ATTENDANCE_KEYS_MAX more where its owner only had it before; may be NULL. */
bool attendance_owner_by_names(const attendance_scope *scope,
                               const Sijill__V1__AttendanceBucketRow *bucket,
                               uint8_t registration[SJ_ID_SIZE], size_t *by);

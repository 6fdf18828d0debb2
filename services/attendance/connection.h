/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connection: whose a connection is.
 *
 * A telephone has a display name at most, so its evidence says only over which connection it came.
 * Such evidence belongs to whoever else is on that connection by name; else, if the platform or a
 * person bound the connection to another by a BIND, to whom that one belongs.  Of several BINDs of
 * one connection the last by time counts, unless it was taken back.  A connection on which the
 * names of two registrations were seen is nobody's: a human looks.
 *
 * Nothing of this is stored but who was seen on a connection, and which connections go with it (it
 * with itself, when somebody on it has no name); the rest is looked up, as owners are.
 */
#include "services/attendance/names.h"

/* Remember that evidence of the subject came over the connection; alone: it goes by that alone. */
void attendance_connection_note(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
                                const attendance_subject *subject, bool alone);
/* Remember that one connection goes with another. */
void attendance_connection_follow(const attendance_scope *scope,
                                  const uint8_t connection[SJ_ID_SIZE],
                                  const uint8_t bound_to[SJ_ID_SIZE]);
/* Whether any evidence of this event goes by its connection; of most events none does. */
bool attendance_connections_matter(const attendance_scope *scope);

/* The BIND of the connection that counts: its id, and the key of the other; false: it is not bound.
 */
bool attendance_connection_bound(const attendance_scope *scope,
                                 const uint8_t connection[SJ_ID_SIZE], uint8_t bind[SJ_ID_SIZE],
                                 uint8_t bound_to[SJ_ID_SIZE]);
/* False: nobody's yet. */
bool attendance_connection_owner(const attendance_scope *scope,
                                 const uint8_t connection[SJ_ID_SIZE],
                                 uint8_t registration[SJ_ID_SIZE]);

/* Whose an identity is, by its names or by its connection; false: nobody's yet. */
bool attendance_owner(const attendance_scope *scope, const Sijill__V1__AttendanceBucketRow *bucket,
                      uint8_t registration[SJ_ID_SIZE]);

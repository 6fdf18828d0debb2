/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * view: a registration and its verdict as queries show them.
 */
#include "services/attendance/assess.h"

/* A row with room for its verdict and `sessions` session verdicts, in the arena; NULL with a fault.
 * Registration and row are borrowed. */
Sijill__V1__AttendanceRow *attendance_view_begin(sj_txn *txn, ProtobufCBinaryData registration,
                                                 const Sijill__V1__AttendanceRegistrationRow *row,
                                                 size_t sessions);

/* Copies what was found; the assessment's memory may go afterwards. */
void attendance_view_verdict(const attendance_assessment *found, Sijill__V1__AttendanceRow *view);

/* The bits as flags, in the arena; the count. */
size_t attendance_view_flags(sj_txn *txn, uint16_t bits, Sijill__V1__Flag **flags);

/* `limit` of a query as it asks, or the default; 0: refused. */
size_t attendance_page_size(sj_txn *txn, bool has, uint32_t limit, sj_reply *reply);

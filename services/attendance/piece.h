/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * piece: one piece of evidence as it comes and as it is kept.
 */
#include "services/attendance/names.h"

/* A piece that is well formed. */
typedef struct attendance_new_piece {
    Sijill__V1__Evidence *in;
    attendance_scope scope;
    attendance_place place; /* order is given when it is written */
    attendance_names names; /* of an identity */
    const char *remark;     /* clean, NULL: none */
    const char *device;
    const char *connection;
    const char *bound_to;
} attendance_new_piece;

/* NULL: well formed.  Else words that say what to do, and the field. */
const char *attendance_piece_check(sj_txn *txn, uint64_t org, Sijill__V1__Evidence *in,
                                   attendance_new_piece *piece, const char **field);

/* The row that is kept. */
void attendance_piece_row(const attendance_new_piece *piece, const sj_command *cmd,
                          Sijill__V1__AttendanceEvidenceRow *row);

/* The piece as it is shown; the row and the bucket (of an identity; else NULL) are borrowed. */
void attendance_piece_show(const attendance_scope *scope, const attendance_place *place,
                           const Sijill__V1__AttendanceEvidenceRow *row,
                           const Sijill__V1__AttendanceBucketRow *bucket,
                           Sijill__V1__EvidenceView *view);

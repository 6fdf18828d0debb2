/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * attendance: rows that the commands of this family share.
 */
#include "clients/cli/output.h"

/* The verdict's members stand in the row itself: verdict, seconds, scheduled, share (0..1), flags.
 */
json_t *attendance_row(const Sijill__V1__AttendanceRow *row);
/* One piece of evidence on one line's members. */
json_t *evidence_row(const Sijill__V1__EvidenceView *view, const char *zone);
/* 2 h 05 min 00 s */
void span_words(uint64_t seconds, char *out, size_t size);

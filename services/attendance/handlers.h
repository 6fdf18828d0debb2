/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * handlers: what attendance does, one file a handler; routes.c says for which type.
 */
#include "services/core/command.h"

sj_handler attendance_record_evidence;
sj_handler attendance_match_presence;

sj_handler attendance_follow_event;
sj_handler attendance_follow_registration;
sj_handler attendance_pass_over; /* records of no concern here; each has its route, as an unknown
                                    type stops the feed */

sj_handler attendance_list;
sj_handler attendance_explain;
sj_handler attendance_list_unmatched;

sj_handler attendance_pulse;

sj_scrub attendance_scrub;

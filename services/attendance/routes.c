/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/core.h"
#include "services/attendance/handlers.h"
#include "services/attendance/rows.h"
#include "services/core/key_rows.h"

static const sj_route routes[] = {
    { 130, "organisation_defined", SJ_ROUTE_RECORD, attendance_pass_over },
    { 131, "programme_defined", SJ_ROUTE_RECORD, attendance_pass_over },
    { 132, "event_changed", SJ_ROUTE_RECORD, attendance_follow_event },
    { 134, "registration_changed", SJ_ROUTE_RECORD, attendance_follow_registration },
    { 135, "key_changed", SJ_ROUTE_RECORD, sj_follow_key },
    { 136, "hook_changed", SJ_ROUTE_RECORD, attendance_pass_over },
    { 137, "link_changed", SJ_ROUTE_RECORD, attendance_pass_over },
    { 138, "endpoint_changed", SJ_ROUTE_RECORD, attendance_pass_over },
    { 200, "record_evidence", SJ_ROUTE_COMMAND, attendance_record_evidence },
    { 201, "match_presence", SJ_ROUTE_COMMAND, attendance_match_presence },
    { 250, "list_attendance", SJ_ROUTE_QUERY, attendance_list },
    { 251, "explain_verdict", SJ_ROUTE_QUERY, attendance_explain },
    { 252, "list_unmatched", SJ_ROUTE_QUERY, attendance_list_unmatched },
    { 900, "pulse", SJ_ROUTE_INTERNAL, attendance_pulse },
    { 0, NULL, SJ_ROUTE_INTERNAL, NULL },
};

const sj_core attendance_core = {
    .name = "attendance",
    .shard = 2,
    .schema = 1,
    .tables = attendance_tables,
    .routes = routes,
    .scrub = attendance_scrub,
};

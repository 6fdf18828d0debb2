/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/routes.h"

#include "services/certificate/core.h"
#include "services/core/key_rows.h"

/* In the order of rows.h. */
static const char *const tables[] = {
    "organisation", "programme",  "event",   "holder",  "verdict",   "issuer",
    "certificate",  "named",      "intent",  "to_sign", "signature", "status_list",
    "status_taken", "status_set", "release", NULL,
};

static const sj_route routes[] = {
    { 130, "organisation_defined", SJ_ROUTE_RECORD, certificate_keep_organisation },
    { 131, "programme_defined", SJ_ROUTE_RECORD, certificate_keep_programme },
    { 132, "event_changed", SJ_ROUTE_RECORD, certificate_keep_event },
    { 134, "registration_changed", SJ_ROUTE_RECORD, certificate_keep_registration },
    { 135, "key_changed", SJ_ROUTE_RECORD, sj_follow_key },
    { 136, "hook_changed", SJ_ROUTE_RECORD, certificate_pass_over },
    { 137, "link_changed", SJ_ROUTE_RECORD, certificate_pass_over },
    { 138, "endpoint_changed", SJ_ROUTE_RECORD, certificate_pass_over },
    { 230, "verdict_changed", SJ_ROUTE_RECORD, certificate_keep_verdict },
    { 300, "issue_certificate", SJ_ROUTE_COMMAND, issue_certificate },
    { 301, "revoke_certificate", SJ_ROUTE_COMMAND, revoke_certificate },
    { 302, "reissue_certificate", SJ_ROUTE_COMMAND, reissue_certificate },
    { 303, "attach_signatures", SJ_ROUTE_INTERNAL, attach_signatures },
    { 304, "adopt_keys", SJ_ROUTE_INTERNAL, adopt_keys },
    { 305, "refresh_status_list", SJ_ROUTE_COMMAND, refresh_status_list },
    { 350, "get_certificate", SJ_ROUTE_QUERY, get_certificate },
    { 351, "list_certificates", SJ_ROUTE_QUERY, list_certificates },
    { 352, "get_status_list", SJ_ROUTE_QUERY, get_status_list },
    { 353, "get_did_document", SJ_ROUTE_QUERY, get_did_document },
    { 354, "list_eligible", SJ_ROUTE_QUERY, list_eligible },
    { 900, "pulse", SJ_ROUTE_INTERNAL, certificate_pulse },
    { 0, NULL, SJ_ROUTE_COMMAND, NULL },
};

const sj_core certificate_core = {
    .name = "certificate",
    .shard = 3,
    .schema = 1,
    .tables = tables,
    .routes = routes,
    .scrub = certificate_scrub,
};

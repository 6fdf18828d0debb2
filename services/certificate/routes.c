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
    { 130, "OrganisationDefined", SJ_ROUTE_RECORD, certificate_keep_organisation },
    { 131, "ProgrammeDefined", SJ_ROUTE_RECORD, certificate_keep_programme },
    { 132, "EventChanged", SJ_ROUTE_RECORD, certificate_keep_event },
    { 134, "RegistrationChanged", SJ_ROUTE_RECORD, certificate_keep_registration },
    { 135, "KeyChanged", SJ_ROUTE_RECORD, sj_follow_key },
    { 136, "HookChanged", SJ_ROUTE_RECORD, certificate_pass_over },
    { 137, "LinkChanged", SJ_ROUTE_RECORD, certificate_pass_over },
    { 138, "EndpointChanged", SJ_ROUTE_RECORD, certificate_pass_over },
    { 230, "VerdictChanged", SJ_ROUTE_RECORD, certificate_keep_verdict },
    { 300, "IssueCertificate", SJ_ROUTE_COMMAND, issue_certificate },
    { 301, "RevokeCertificate", SJ_ROUTE_COMMAND, revoke_certificate },
    { 302, "ReissueCertificate", SJ_ROUTE_COMMAND, reissue_certificate },
    { 303, "AttachSignatures", SJ_ROUTE_INTERNAL, attach_signatures },
    { 304, "AdoptKeys", SJ_ROUTE_INTERNAL, adopt_keys },
    { 305, "RefreshStatusList", SJ_ROUTE_COMMAND, refresh_status_list },
    { 350, "GetCertificate", SJ_ROUTE_QUERY, get_certificate },
    { 351, "ListCertificates", SJ_ROUTE_QUERY, list_certificates },
    { 352, "GetStatusList", SJ_ROUTE_QUERY, get_status_list },
    { 353, "GetDidDocument", SJ_ROUTE_QUERY, get_did_document },
    { 354, "ListEligible", SJ_ROUTE_QUERY, list_eligible },
    { 900, "Pulse", SJ_ROUTE_INTERNAL, certificate_pulse },
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/routes.h"

#include "services/registration/core.h"

enum { SHARD = 1, SCHEMA = 1 };

/* In the order of rows.h. */
static const char *const tables[] = {
    "organisation", "programme", "event",    "rules", "event_slug", "seats", "country",
    "registration", "person",    "external", "line",  "due",        NULL,
};

static const sj_route routes[] = {
    { 100, "define_organisation", SJ_ROUTE_COMMAND, define_organisation },
    { 101, "define_programme", SJ_ROUTE_COMMAND, define_programme },
    { 102, "define_event", SJ_ROUTE_COMMAND, define_event },
    { 103, "change_event_state", SJ_ROUTE_COMMAND, change_event_state },
    { 104, "set_event_rules", SJ_ROUTE_COMMAND, set_event_rules },
    { 110, "register", SJ_ROUTE_COMMAND, register_person },
    { 112, "decide_registration", SJ_ROUTE_COMMAND, decide_registration },
    { 150, "get_event", SJ_ROUTE_QUERY, get_event },
    { 151, "list_events", SJ_ROUTE_QUERY, list_events },
    { 152, "get_registration", SJ_ROUTE_QUERY, get_registration },
    { 153, "list_registrations", SJ_ROUTE_QUERY, list_registrations },
    { 154, "list_programmes", SJ_ROUTE_QUERY, list_programmes },
    { 900, "pulse", SJ_ROUTE_INTERNAL, registration_pulse },
    { 0, NULL, SJ_ROUTE_INTERNAL, NULL },
};

const sj_core registration_core = {
    .name = "registration",
    .shard = SHARD,
    .schema = SCHEMA,
    .tables = tables,
    .routes = routes,
    .scrub = registration_scrub,
};

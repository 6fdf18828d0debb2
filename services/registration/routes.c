/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/routes.h"

#include "services/registration/core.h"

enum { SHARD = 1, SCHEMA = 1 };

/* In the order of rows.h. */
static const char *const tables[] = {
    "organisation", "programme", "event",    "rules",   "event_slug", "seats", "country",
    "registration", "person",    "external", "line",    "due",        "hook",  "seal_key",
    "link",         "held",      "held_id",  "held_of", "endpoint",   "said",  NULL,
};

static const sj_route routes[] = {
    { 100, "define_organisation", SJ_ROUTE_COMMAND, define_organisation },
    { 101, "define_programme", SJ_ROUTE_COMMAND, define_programme },
    { 102, "define_event", SJ_ROUTE_COMMAND, define_event },
    { 103, "change_event_state", SJ_ROUTE_COMMAND, change_event_state },
    { 104, "set_event_rules", SJ_ROUTE_COMMAND, set_event_rules },
    { 110, "register", SJ_ROUTE_COMMAND, register_person },
    { 112, "decide_registration", SJ_ROUTE_COMMAND, decide_registration },
    { 120, "hold_push", SJ_ROUTE_COMMAND, hold_push },
    { 121, "release_push", SJ_ROUTE_COMMAND, release_push },
    { 122, "define_endpoint", SJ_ROUTE_COMMAND, define_endpoint },
    { 123, "set_endpoint_state", SJ_ROUTE_COMMAND, set_endpoint_state },
    { 124, "replay_endpoint", SJ_ROUTE_COMMAND, replay_endpoint },
    { 140, "add_key", SJ_ROUTE_COMMAND, add_key },
    { 141, "revoke_key", SJ_ROUTE_COMMAND, revoke_key },
    { 142, "add_hook", SJ_ROUTE_COMMAND, add_hook },
    { 143, "rotate_hook", SJ_ROUTE_COMMAND, rotate_hook },
    { 144, "remove_hook", SJ_ROUTE_COMMAND, remove_hook },
    { 145, "adopt_seal_key", SJ_ROUTE_COMMAND, adopt_seal_key },
    { 146, "link_event", SJ_ROUTE_COMMAND, link_event },
    { 148, "follow_registration", SJ_ROUTE_COMMAND, follow_registration },
    { 149, "note_upload", SJ_ROUTE_COMMAND, note_upload },
    { 150, "get_event", SJ_ROUTE_QUERY, get_event },
    { 151, "list_events", SJ_ROUTE_QUERY, list_events },
    { 152, "get_registration", SJ_ROUTE_QUERY, get_registration },
    { 153, "list_registrations", SJ_ROUTE_QUERY, list_registrations },
    { 154, "list_programmes", SJ_ROUTE_QUERY, list_programmes },
    { 160, "list_keys", SJ_ROUTE_QUERY, list_keys },
    { 161, "who_am_i", SJ_ROUTE_QUERY, who_am_i },
    { 162, "list_hooks", SJ_ROUTE_QUERY, list_hooks },
    { 163, "get_hook", SJ_ROUTE_QUERY, get_hook },
    { 164, "get_seal_key", SJ_ROUTE_QUERY, get_seal_key },
    { 165, "list_links", SJ_ROUTE_QUERY, list_links },
    { 166, "get_link", SJ_ROUTE_QUERY, get_link },
    { 175, "list_held", SJ_ROUTE_QUERY, list_held },
    { 176, "list_endpoints", SJ_ROUTE_QUERY, list_endpoints },
    { 177, "get_endpoint", SJ_ROUTE_QUERY, get_endpoint },
    { 900, "pulse", SJ_ROUTE_INTERNAL, registration_pulse },
    { 0, NULL, SJ_ROUTE_INTERNAL, NULL },
};

/* Of an event, or of a registration. */
static const uint32_t edits[] = { 102, 103, 104, 110, 112, 0 };

const sj_core registration_core = {
    .name = "registration",
    .shard = SHARD,
    .schema = SCHEMA,
    .tables = tables,
    .routes = routes,
    .scrub = registration_scrub,
    .edits = edits,
};

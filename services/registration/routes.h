/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * routes: every handler of registration, for the table in routes.c and for nobody else.
 */
#include "services/core/command.h"

sj_handler define_organisation;
sj_handler define_programme;
sj_handler define_event;
sj_handler change_event_state;
sj_handler set_event_rules;
sj_handler register_person;
sj_handler decide_registration;
sj_handler hold_push;
sj_handler release_push;
sj_handler define_endpoint;
sj_handler set_endpoint_state;
sj_handler replay_endpoint;
sj_handler add_hook;
sj_handler rotate_hook;
sj_handler remove_hook;
sj_handler adopt_seal_key;
sj_handler link_event;
sj_handler add_key;
sj_handler revoke_key;
sj_handler follow_registration;
sj_handler note_upload;

sj_handler get_event;
sj_handler list_events;
sj_handler get_registration;
sj_handler list_registrations;
sj_handler list_programmes;
sj_handler list_hooks;
sj_handler get_hook;
sj_handler get_seal_key;
sj_handler list_links;
sj_handler get_link;
sj_handler list_held;
sj_handler list_endpoints;
sj_handler get_endpoint;
sj_handler list_keys;
sj_handler who_am_i;

sj_handler registration_pulse;

sj_scrub registration_scrub;

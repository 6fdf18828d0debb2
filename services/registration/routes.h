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

sj_handler get_event;
sj_handler list_events;
sj_handler get_registration;
sj_handler list_registrations;
sj_handler list_programmes;

sj_handler registration_pulse;

sj_scrub registration_scrub;

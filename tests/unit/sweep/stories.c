/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/core.h"
#include "services/certificate/core.h"
#include "services/registration/core.h"
#include "tests/unit/sweep/scenario.h"

#include <string.h>

void
stories_tell(stories *s, bool small)
{
    cast people;

    memset(&people, 0, sizeof people);
    tape_open(&s->registration, &registration_core);
    s->registration.small = small;
    scenario_registration(&s->registration, &people);
    tape_open(&s->attendance, &attendance_core);
    s->attendance.now_ms = SCENARIO_NOW + SCENARIO_HOUR;
    tape_follow(&s->attendance, &s->registration);
    scenario_attendance(&s->attendance, &people);
    tape_open(&s->certificate, &certificate_core);
    s->certificate.now_ms = SCENARIO_NOW + SCENARIO_HOUR;
    tape_follow(&s->certificate, &s->registration);
    tape_follow(&s->certificate, &s->attendance);
    scenario_certificate(&s->certificate, &people);
}

void
stories_forget(stories *s)
{
    tape_close(&s->registration);
    tape_close(&s->attendance);
    tape_close(&s->certificate);
}

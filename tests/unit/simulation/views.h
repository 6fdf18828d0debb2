/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * views: what the services say of the same people, side by side.
 */
#include "tests/unit/simulation/life.h"

/* Every promise of registration is kept by it, and seen by attendance as it is. */
void views_of_registrations_agree(world *w);
/* Certificate holds attendance's verdicts as they were last told, and nobody is certified who did
 * not attend, nor twice. */
void views_of_verdicts_agree(world *w);

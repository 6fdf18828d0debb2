/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * proof: what must hold of the stores, by what was acknowledged.  Each is an assertion that names
 * the request it failed for.
 */
#include "tests/fault/load.h"

/* Wait until every feed is followed to its head. */
void proof_await_feeds(const world *w);

void proof_registrations(const load *l);
void proof_evidence(const load *l);
void proof_certificates(const load *l);
/* Feeds read from 0 to their heads. */
void proof_feeds(const load *l);
/* Attendance's and certificate's rows against registration's. */
void proof_views(const load *l);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * stop: the end of a process that must not go on: a commit of unknown outcome, a damaged record.
 * Nobody is answered and nothing is put in order, because whatever is done after such a fault is
 * done on what cannot be believed.  The service manager starts it again; callers ask again.
 */

/* One line on the log, exit code 70. */
_Noreturn void sj_stop(const char *event, const char *words);

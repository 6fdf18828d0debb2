/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * program: the command line that the three services share: run, --backup DIR, --scrub.
 * Backup and scrub are processes of their own beside the running service: read only.
 */
#include "services/runtime/options.h"
#include "services/runtime/service.h"

/* Extra rows of one service, and what it does with them before the service opens (may fill in
 * plan->link's context); false: exit 2. */
typedef struct sj_program {
    const char *name; /* sijill-registration */
    const char *purpose;
    const sj_service_plan *plan;
    sj_option extra[4];
    size_t extra_count;
    bool (*prepare)(const sj_options *options);
} sj_program;

/* Exit codes: 0 done, 1 refused or failed at start, 2 usage, 5 scrub found damage, 70 an unknown
 * outcome (restart). */
int sj_program_main(const sj_program *program, int argc, char **argv);

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/core.h"
#include "services/runtime/program.h"

int
main(int argc, char **argv)
{
    static const sj_service_plan plan = { .core = &attendance_core,
                                          .follows = { { "registration", 1 } } };
    static const sj_program program = { .name = "sijill-attendance",
                                        .purpose =
                                            "evidence of presence, and the verdicts that follow",
                                        .plan = &plan };

    return sj_program_main(&program, argc, argv);
}

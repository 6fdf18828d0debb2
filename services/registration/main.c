/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/core.h"
#include "services/runtime/program.h"

int
main(int argc, char **argv)
{
    static const sj_service_plan plan = { .core = &registration_core };
    static const sj_program program = { .name = "sijill-registration",
                                        .purpose = "events and who is registered for them",
                                        .plan = &plan };

    return sj_program_main(&program, argc, argv);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/program.h"

int
main(int argc, char **argv)
{
    return sijill_main(argc, argv);
}

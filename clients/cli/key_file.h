/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * key_file: the API key that `sijill` acts as, from a file of its owner.
 */
#include "clients/cli/cli.h"

/* --key-file, else SIJILL_KEY_FILE; NULL: as an operator. */
const char *key_file_path(const cli *c);
/* Act as the key in that file from now on; false: words were said. */
bool key_file_read(cli *c);

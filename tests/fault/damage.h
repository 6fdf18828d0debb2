/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * damage: what disks, operators and other versions do to a store that is at rest.
 */
#include "tests/system/harness.h"

/* Flip a bit of the row of `table` whose value holds `words` (the last such row; NULL: the last of
 * all), in the middle of its row.  The row's key as scrub writes it goes into `key`. */
enum { DAMAGE_KEY = 400 };
void damage_row(const world *w, which s, const char *table, const char *words,
                char key[DAMAGE_KEY]);

/* Cut the data file to this many octets; negative: from its used end. */
void damage_cut(const world *w, which s, long long size);

/* Overwrite octets of the data file. */
void damage_octets(const world *w, which s, long long offset, const void *octets, size_t size);

/* Let registration's store be written by a program that knows a newer schema. */
void damage_newer_schema(const world *w);

/* FOLDER/NAME/store/data.mdb */
const char *damage_file(const world *w, which s, char path[WORLD_PATH]);

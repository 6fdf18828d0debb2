/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * import: what `registration import` and `attendance import` share: a CSV file of our own, whose
 * first row names the columns.
 */
#include "clients/cli/verdicts.h"
#include "clients/upload/heads.h"

/* Open the CSV file that the first operand names, hand its rows to `rows`, and close it. */
int import_csv(cli *c, int (*rows)(cli *c, csv *in));
/* Say which columns are not among the known ones. */
void import_note(const cli *c, const csv *in, const heads *columns, const head *known,
                 size_t count);

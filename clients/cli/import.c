/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/import.h"

#include "clients/upload/spool.h"

#include <stdlib.h>

int
import_csv(cli *c, int (*rows)(cli *c, csv *in))
{
    const char *path = arg_operand(c, 0);
    const char *wrong;
    FILE *file = spool_path(path, &wrong);
    csv *in = calloc(1, sizeof *in);
    int outcome;

    if (in == NULL)
        abort();
    if (file == NULL) {
        free(in);
        return fail(c, EXIT_USAGE, "cannot read %s: %s", path, wrong);
    }
    wrong = csv_open(in, file);
    outcome = wrong == NULL ? rows(c, in) : fail(c, EXIT_USAGE, "%s: %s", path, wrong);
    csv_close(in);
    free(in);
    (void) fclose(file);
    return outcome;
}

void
import_note(const cli *c, const csv *in, const heads *columns, const head *known, size_t count)
{
    for (size_t i = 0; i < in->column_count; i++) {
        bool found = false;

        for (size_t k = 0; k < count; k++)
            found = found || columns->at[known[k]] == (int) i;
        if (!found)
            note(c, "column '%s' is not known, and left out", in->names[i]);
    }
}

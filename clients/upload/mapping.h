/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mapping: what the columns of a file mean that nobody knows, as a person said it once:
 * NAME=COLUMN. Saved as HOME/mappings/NAME.json with the header row it was said of, it is found
 * again by that header.
 */
#include "clients/upload/heads.h"

enum { MAPPING_PAIRS_MAX = 32, MAPPING_COLUMN_MAX = 256, MAPPING_NAME_MAX = 64 };

typedef struct mapping_pair {
    head which;
    char column[MAPPING_COLUMN_MAX];
} mapping_pair;

typedef struct mapping {
    mapping_pair pairs[MAPPING_PAIRS_MAX];
    size_t count;
    char header[64]; /* of the header row it was said of, in hexadecimal; "": any */
} mapping;

/* Whether it says which column that is. */
bool mapping_names(const mapping *m, head which);
/* "email=Courriel".  NULL: good; else words. */
const char *mapping_add(mapping *m, const char *pair);
/* false: this row has not all its columns, or is another header than the one it was said of. */
bool mapping_fits(const mapping *m, const csv *in);
/* Puts its columns over those that were found by name. */
void mapping_apply(const mapping *m, const csv *in, heads *h);

/* NULL: good; else words.  The home's folder of mappings is made when it is not there. */
const char *mapping_save(const mapping *m, const char *home, const char *name, const csv *in);
const char *mapping_load(mapping *m, const char *home, const char *name);
/* Calls `each` with every saved mapping until it is true; then name is which. */
bool mapping_search(const char *home, char name[MAPPING_NAME_MAX + 1],
                    bool (*each)(void *context, const mapping *m), void *context);

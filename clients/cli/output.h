/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * output: rows to stdout: a table for people, an array with --json, CSV with --csv.  Rows are JSON
 * objects; a column shows one member of them.  Memory is bounded: a table's widths come from its
 * first thousand rows.
 */
#include "clients/cli/cli.h"

typedef struct column {
    const char *key;   /* of the row's member; in CSV the header, too */
    const char *title; /* NULL: not in tables (in CSV it is) */
    unsigned max;      /* columns on a terminal, 0: no limit */
    bool right;
} column;

typedef struct output output;

/* `empty` is what people read instead of a table without rows. */
output *output_open(const cli *c, const column *columns, size_t count, const char *empty);
void output_row(output *o, json_t *row); /* takes the row over */
void output_close(output **o);
size_t output_count(const output *o);

/* One thing, not a list: an object with --json, else lines "name: value".  Takes it over. */
void output_object(const cli *c, json_t *object);

/* A member as people read it; to be freed. */
char *value_text(const json_t *value);
/* Prints a text as one CSV field: quoted where needed, and what a spreadsheet would run as a
 * formula is made text. */
void csv_print(FILE *to, const char *text);
/* The words of one text of several languages: lang, else English, else the first; NULL: there is
 * none. */
const char *text_choose(Sijill__V1__Text *const *texts, size_t count, const char *lang);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * csv: rows of a file (RFC 4180), one at a time, whatever the file's length.  A byte order mark,
 * CRLF or LF, quoted newlines and doubled quotes are read; the delimiter is the one of , ; and tab
 * that the header line has most of.
 *
 * The first row names the columns, in any order and by any of a column's names; what a column is
 * not known by is left to the caller.  A row that is wrong is reported and the next one read, which
 * after a quote that was left open is its second line: only the file's end or a file that is not
 * CSV at all ends the reading.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CSV_ROW_MAX = 64 * 1024, CSV_COLUMNS_MAX = 64 };

typedef struct csv {
    FILE *from;
    char delimiter;
    uint64_t row;  /* of data, from 1 */
    uint64_t line; /* where that row begins, from 1 */
    uint64_t next_line;
    char text[CSV_ROW_MAX];
    size_t used;
    const char *fields[CSV_COLUMNS_MAX];
    size_t field_count;
    size_t column_count;
    char *header; /* the header row's fields, NUL between them */
    const char *names[CSV_COLUMNS_MAX];
    char reason[160];    /* of CSV_BAD */
    bool astray;         /* a quote may have taken in more lines than are its row's */
    long first_line_end; /* where the row's second line begins, -1: it has one line */
} csv;

typedef enum csv_result { CSV_ROW, CSV_END, CSV_BAD } csv_result;

/* Reads the header.  NULL: good; else words. */
const char *csv_open(csv *in, FILE *from);
void csv_close(csv *in);

/* A column by its names ("email|e-mail|mail", compared without case, spaces, - and _); -1: the file
 * has none. */
int csv_column(const csv *in, const char *names);
/* The n-th field of the row, without blanks around; "" when there is no such column. */
const char *csv_field(const csv *in, int column);

/* Whether a spreadsheet would run a cell with this text, apostrophes before it aside: it is written
 * with one more (csv_print in output.h) and read without. */
bool csv_formula(const char *text);

/* CSV_BAD: in->reason says why this row cannot be read; go on with the next. */
csv_result csv_next(csv *in);

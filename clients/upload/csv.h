/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * csv: rows of a file (RFC 4180), one at a time, whatever the file's length.  CRLF or LF, quoted
 * newlines and doubled quotes are read; the delimiter is the one of , ; and tab that most of the
 * first lines have.  The file is a spool (spool.h): UTF-8 without a mark, read as often as needed.
 *
 * One row names the columns, in any order and by any of a column's names; a plain file begins with
 * it, a report may have several.  A row that is wrong is reported and the next one read, which
 * after a quote that was left open is its second line: only the file's end or a file that is not
 * CSV at all ends the reading.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CSV_ROW_MAX = 64 * 1024, CSV_COLUMNS_MAX = 1024 };

typedef struct csv {
    FILE *from;
    char delimiter;
    uint64_t row; /* of data, from 1 */
    uint64_t
        sheet; /* the same row as a spreadsheet numbers it, from 1: headings and blank rows too */
    uint64_t line; /* where that row begins, from 1 */
    uint64_t next_line;
    char text[CSV_ROW_MAX];
    size_t used;
    const char *fields[CSV_COLUMNS_MAX];
    size_t field_count;
    size_t column_count;
    char *header; /* the header row's fields, NUL between them */
    const char *names[CSV_COLUMNS_MAX];
    char *folded;        /* column_count of FOLD_MAX octets */
    char reason[160];    /* of CSV_BAD */
    bool astray;         /* a quote may have taken in more lines than are its row's */
    long first_line_end; /* where the row's second line begins, -1: it has one line */
} csv;

typedef enum csv_result { CSV_ROW, CSV_END, CSV_BAD } csv_result;

/* From the file's beginning, before any row. */
void csv_start(csv *in, FILE *from);
/* The same, and the first row names the columns.  NULL: good; else words. */
const char *csv_open(csv *in, FILE *from);
void csv_close(csv *in);

/* The row that was read last names the columns from here on. */
void csv_header(csv *in);
/* A column by its names ("email|e-mail|mail", compared as fold.h says); -1: the file has none. */
int csv_column(const csv *in, const char *names);
/* The same by one name that is folded already, of that many octets. */
int csv_folded(const csv *in, const char *name, size_t size);
/* The n-th field of the row, without blanks around; "" when there is no such column. */
const char *csv_field(const csv *in, int column);
/* The row has no field with anything in it. */
bool csv_blank(const csv *in);

/* Whether a spreadsheet would run a cell with this text, apostrophes before it aside: it is written
 * with one more (csv_print in output.h) and read without. */
bool csv_formula(const char *text);

/* The next row, whatever its columns.  CSV_BAD: in->reason says why it cannot be read; go on. */
csv_result csv_raw(csv *in);
/* false: there is more in the row than the header has columns; in->reason says so. */
bool csv_fits(csv *in);
/* Both: the next row of a file with one header. */
csv_result csv_next(csv *in);

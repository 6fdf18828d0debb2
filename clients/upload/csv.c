/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/csv.h"

#include "clients/upload/fold.h"

#include <stdlib.h>
#include <string.h>

static void
bad(csv *in, const char *reason)
{
    if (in->reason[0] == '\0')
        (void) snprintf(in->reason, sizeof in->reason, "%s", reason);
}

bool
csv_formula(const char *text)
{
    static const char *const starts[] = { "=",  "+",  "-",  "@",  "\t", "\r",
                                          "\n", "＝", "＋", "－", "＠" };

    while (*text == '\'') /* or a guarded one that is written and read again would lose its own */
        text++;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (strncmp(text, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static void
put(csv *in, int octet)
{
    if (in->used + CSV_COLUMNS_MAX + 1 >= CSV_ROW_MAX) { /* a NUL follows each field */
        bad(in, "the row is longer than 64 KiB: is a quote left open?");
        in->astray = true;
    } else {
        in->text[in->used++] = (char) octet;
    }
}

/* Blanks around an unquoted field are not part of it, nor is the apostrophe that keeps a formula
 * from being run: a list that was exported comes back as it was. */
static void
field_end(csv *in, size_t begin, bool quoted)
{
    size_t end = in->used;

    if (!quoted) {
        while (end > begin && (in->text[end - 1] == ' ' || in->text[end - 1] == '\r'))
            end--;
        while (begin < end && in->text[begin] == ' ')
            begin++;
    }
    in->used = end;
    in->text[in->used] = '\0';
    if (in->text[begin] == '\'' && csv_formula(in->text + begin + 1))
        begin++;
    if (in->field_count == CSV_COLUMNS_MAX) {
        bad(in, "the row has more than 1024 columns");
        return;
    }
    in->used++;
    in->fields[in->field_count++] = in->text + begin;
}

/* The rest of a quoted field, its opening quote read; gives back the octet after the closing one,
 * EOF when there is none or it is too far. */
static int
quoted_read(csv *in)
{
    for (;;) {
        int octet = getc_unlocked(in->from);

        if (octet == EOF) {
            bad(in, "a quote is not closed");
            in->astray = true;
            return EOF;
        }
        if (octet == '\n') {
            in->next_line++;
            if (in->first_line_end < 0)
                in->first_line_end = ftell(in->from);
            if (in->astray)
                return EOF;
        }
        if (octet == '"') {
            octet = getc_unlocked(in->from);
            if (octet != '"')
                return octet;
        }
        put(in, octet);
    }
}

/* One field; gives back what ended it: the delimiter, '\n' or EOF. */
static int
field_read(csv *in)
{
    size_t begin = in->used;
    bool quoted = false;
    int octet = getc_unlocked(in->from);

    while (octet == ' ' && in->delimiter != ' ') {
        put(in, octet);
        octet = getc_unlocked(in->from);
    }
    if (octet == '"') {
        in->used = begin;
        quoted = true;
        octet = quoted_read(in);
        while (octet == ' ' || octet == '\r')
            octet = getc_unlocked(in->from);
        if (octet != EOF && octet != '\n' && octet != in->delimiter) {
            bad(in, "text follows a closing quote");
            in->astray = true;
        }
    }
    while (octet != EOF && octet != '\n' && octet != in->delimiter) {
        put(in, octet);
        octet = getc_unlocked(in->from);
    }
    if (octet == '\n')
        in->next_line++;
    field_end(in, begin, quoted);
    return octet;
}

/* A quote that was left open has taken the lines behind it for its own: they are read again, as the
 * rows that they are. */
static void
row_return(csv *in)
{
    if (!in->astray || in->first_line_end < 0)
        return;
    if (fseek(in->from, in->first_line_end, SEEK_SET) == 0)
        in->next_line = in->line + 1;
}

static bool
row_read(csv *in)
{
    int last;

    do {
        int first = getc_unlocked(in->from);

        if (first == EOF)
            return false;
        (void) ungetc(first, in->from);
        in->line = in->next_line;
        in->sheet++;
        in->used = in->field_count = 0;
        in->reason[0] = '\0';
        in->astray = false;
        in->first_line_end = -1;
        do
            last = field_read(in);
        while (last == in->delimiter);
        row_return(in);
    } while (in->field_count == 1 && in->fields[0][0] == '\0' &&
             in->reason[0] == '\0'); /* a blank line */
    return true;
}

enum { LOOK_LINES = 50, LOOK_OCTETS = 64 * 1024, CANDIDATES = 3 };

typedef struct candidate {
    char octet;
    unsigned lines; /* of the first ones, that have it outside quotes */
    unsigned count;
} candidate;

/* Most lines have the delimiter; of two that are in as many, it is the one there is more of. */
static char
delimiter_find(FILE *from)
{
    candidate all[CANDIDATES] = { { '\t', 0, 0 }, { ';', 0, 0 }, { ',', 0, 0 } };
    bool seen[CANDIDATES] = { false };
    const candidate *best = &all[CANDIDATES - 1];
    bool quoted = false;
    unsigned lines = 0;
    int octet;

    rewind(from);
    for (size_t i = 0;
         i < LOOK_OCTETS && lines < LOOK_LINES && (octet = getc_unlocked(from)) != EOF; i++) {
        quoted = quoted != (octet == '"');
        if (octet == '\n' && !quoted) {
            memset(seen, 0, sizeof seen);
            lines++;
        }
        for (size_t c = 0; c < CANDIDATES && !quoted; c++)
            if (octet == all[c].octet) {
                all[c].count++;
                all[c].lines += !seen[c];
                seen[c] = true;
            }
    }
    for (size_t c = 0; c < CANDIDATES; c++)
        if (all[c].lines > best->lines ||
            (all[c].lines == best->lines && all[c].count > best->count))
            best = &all[c];
    rewind(from);
    return best->octet;
}

void
csv_start(csv *in, FILE *from)
{
    in->from = from;
    in->row = in->sheet = 0;
    in->next_line = 1;
    in->header = in->folded = NULL;
    in->column_count = 0;
    in->reason[0] = '\0';
    in->delimiter = delimiter_find(from);
}

void
csv_close(csv *in)
{
    free(in->header);
    free(in->folded);
    in->header = in->folded = NULL;
}

void
csv_header(csv *in)
{
    csv_close(in);
    in->header = malloc(in->used + 1);
    in->folded = calloc(in->field_count + 1, FOLD_MAX);
    if (in->header == NULL || in->folded == NULL)
        abort();
    memcpy(in->header, in->text, in->used);
    in->column_count = in->field_count;
    for (size_t i = 0; i < in->column_count; i++) {
        in->names[i] = in->header + (in->fields[i] - in->text);
        (void) fold(in->names[i], strlen(in->names[i]), in->folded + i * FOLD_MAX);
    }
}

const char *
csv_open(csv *in, FILE *from)
{
    csv_start(in, from);
    if (!row_read(in))
        return "the file is empty: its first row names the columns";
    if (in->reason[0] != '\0')
        return in->reason;
    csv_header(in);
    return NULL;
}

int
csv_folded(const csv *in, const char *name, size_t size)
{
    for (size_t i = 0; size > 0 && i < in->column_count; i++) {
        const char *folded = in->folded + i * FOLD_MAX;

        if (strncmp(folded, name, size) == 0 && folded[size] == '\0')
            return (int) i;
    }
    return -1;
}

int
csv_column(const csv *in, const char *names)
{
    for (const char *at = names; *at != '\0'; at += strcspn(at, "|"), at += *at == '|') {
        char wanted[FOLD_MAX];
        int found;

        (void) fold(at, strcspn(at, "|"), wanted);
        found = csv_folded(in, wanted, strlen(wanted));
        if (found >= 0)
            return found;
    }
    return -1;
}

const char *
csv_field(const csv *in, int column)
{
    return column < 0 || (size_t) column >= in->field_count ? "" : in->fields[column];
}

bool
csv_blank(const csv *in)
{
    for (size_t i = 0; i < in->field_count; i++)
        if (in->fields[i][0] != '\0')
            return false;
    return true;
}

csv_result
csv_raw(csv *in)
{
    if (!row_read(in))
        return CSV_END;
    return in->reason[0] == '\0' ? CSV_ROW : CSV_BAD;
}

/* Some programs fill a row with empty fields up to the widest: that is no harm. */
bool
csv_fits(csv *in)
{
    size_t used = 0;

    for (size_t i = 0; i < in->field_count; i++)
        if (in->fields[i][0] != '\0')
            used = i + 1;
    if (used > in->column_count)
        (void) snprintf(in->reason, sizeof in->reason, "the row has %zu fields, the header %zu",
                        used, in->column_count);
    return used <= in->column_count;
}

csv_result
csv_next(csv *in)
{
    if (!row_read(in))
        return CSV_END;
    in->row++;
    return in->reason[0] == '\0' && csv_fits(in) ? CSV_ROW : CSV_BAD;
}

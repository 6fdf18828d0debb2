/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/csv.h"

#include <ctype.h>
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
    if (octet == '\0') {
        bad(in, "the row holds a NUL octet");
    } else if (in->used + CSV_COLUMNS_MAX + 1 >= CSV_ROW_MAX) { /* a NUL follows each field */
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
        bad(in, "the row has more than 64 columns");
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
        int octet = getc(in->from);

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
            octet = getc(in->from);
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
    int octet = getc(in->from);

    while (octet == ' ' && in->delimiter != ' ') {
        put(in, octet);
        octet = getc(in->from);
    }
    if (octet == '"') {
        in->used = begin;
        quoted = true;
        octet = quoted_read(in);
        while (octet == ' ' || octet == '\r')
            octet = getc(in->from);
        if (octet != EOF && octet != '\n' && octet != in->delimiter) {
            bad(in, "text follows a closing quote");
            in->astray = true;
        }
    }
    while (octet != EOF && octet != '\n' && octet != in->delimiter) {
        put(in, octet);
        octet = getc(in->from);
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
        int first = getc(in->from);

        if (first == EOF)
            return false;
        (void) ungetc(first, in->from);
        in->line = in->next_line;
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

static const char *
mark_skip(csv *in)
{
    unsigned char start[3];
    size_t count = fread(start, 1, sizeof start, in->from);

    if (ferror(in->from)) /* a folder opens, and cannot be read */
        return "it cannot be read: is it a file?";
    if (count >= 2 &&
        ((start[0] == 0xff && start[1] == 0xfe) || (start[0] == 0xfe && start[1] == 0xff)))
        return "the file is UTF-16: save it as UTF-8";
    if (count == 3 && start[0] == 0xef && start[1] == 0xbb && start[2] == 0xbf)
        return NULL;
    if (fseek(in->from, 0, SEEK_SET) != 0)
        return "the file cannot be read from its beginning: give a file, not a pipe";
    return NULL;
}

static const char *
delimiter_find(csv *in)
{
    size_t counts[3] = { 0 };
    static const char candidates[] = ",;\t";
    long start = ftell(in->from);
    bool quoted = false;
    int octet;

    while ((octet = getc(in->from)) != EOF && (octet != '\n' || quoted)) {
        quoted = quoted != (octet == '"');
        for (size_t i = 0; i < 3; i++)
            counts[i] += !quoted && octet == candidates[i];
    }
    if (start < 0 || fseek(in->from, start, SEEK_SET) != 0)
        return "the file cannot be read twice: give a file, not a pipe";
    in->delimiter = ',';
    if (counts[1] > counts[0])
        in->delimiter = ';';
    if (counts[2] > counts[0] && counts[2] > counts[1])
        in->delimiter = '\t';
    return NULL;
}

const char *
csv_open(csv *in, FILE *from)
{
    const char *wrong;

    in->from = from;
    in->row = 0;
    in->next_line = 1;
    in->header = NULL;
    in->reason[0] = '\0';
    wrong = mark_skip(in);
    if (wrong == NULL)
        wrong = delimiter_find(in);
    if (wrong != NULL)
        return wrong;
    if (!row_read(in))
        return "the file is empty: its first row names the columns";
    if (in->reason[0] != '\0')
        return in->reason;
    in->header = malloc(in->used);
    if (in->header == NULL)
        abort();
    memcpy(in->header, in->text, in->used);
    in->column_count = in->field_count;
    for (size_t i = 0; i < in->column_count; i++)
        in->names[i] = in->header + (in->fields[i] - in->text);
    return NULL;
}

void
csv_close(csv *in)
{
    free(in->header);
    in->header = NULL;
}

static bool
skipped(char octet)
{
    return octet == ' ' || octet == '-' || octet == '_' || octet == '.';
}

static bool
name_same(const char *left, const char *right, size_t right_length)
{
    const char *end = right + right_length;

    for (;;) {
        while (skipped(*left))
            left++;
        while (right < end && skipped(*right))
            right++;
        if (*left == '\0' || right == end)
            return *left == '\0' && right == end;
        if (tolower((unsigned char) *left++) != tolower((unsigned char) *right++))
            return false;
    }
}

int
csv_column(const csv *in, const char *names)
{
    for (const char *at = names; *at != '\0'; at += strcspn(at, "|"), at += *at == '|')
        for (size_t i = 0; i < in->column_count; i++)
            if (name_same(in->names[i], at, strcspn(at, "|")))
                return (int) i;
    return -1;
}

const char *
csv_field(const csv *in, int column)
{
    return column < 0 || (size_t) column >= in->field_count ? "" : in->fields[column];
}

csv_result
csv_next(csv *in)
{
    if (!row_read(in))
        return CSV_END;
    in->row++;
    if (in->reason[0] == '\0' && in->field_count > in->column_count)
        (void) snprintf(in->reason, sizeof in->reason, "the row has %zu fields, the header %zu",
                        in->field_count, in->column_count);
    return in->reason[0] == '\0' ? CSV_ROW : CSV_BAD;
}

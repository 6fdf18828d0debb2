/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/output.h"

#include "clients/cli/width.h"
#include "clients/upload/csv.h"

#include <stdlib.h>
#include <string.h>

enum { HELD_MAX = 1000, GAP = 2 };

struct output {
    const cli *c;
    const column *columns;
    size_t column_count;
    const char *empty;
    size_t count; /* of rows so far */
    json_t *held; /* rows that wait for the widths */
    size_t *widths;
    bool widths_known;
};

char *
value_text(const json_t *value)
{
    char *out = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&out, &size);

    if (to == NULL)
        abort();
    if (json_is_string(value))
        (void) fputs(json_string_value(value), to);
    else if (json_is_integer(value))
        (void) fprintf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        (void) fprintf(to, "%.4g", json_real_value(value));
    else if (json_is_boolean(value))
        (void) fputs(json_is_true(value) ? "yes" : "no", to);
    else if (json_is_array(value))
        for (size_t i = 0; i < json_array_size(value); i++) {
            char *item = value_text(json_array_get(value, i));

            (void) fprintf(to, "%s%s", i == 0 ? "" : ", ", item);
            free(item);
        }
    else if (json_is_object(value))
        (void) json_dumpf(value, to, JSON_COMPACT);
    (void) fclose(to);
    return out;
}

void
csv_print(FILE *to, const char *text)
{
    bool guarded = csv_formula(text); /* quotes alone do not stop a spreadsheet */

    if (!guarded && strpbrk(text, ",;\t\"\r\n") == NULL) {
        (void) fputs(text, to);
        return;
    }
    (void) fputs(guarded ? "\"'" : "\"", to);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void) fputc('"', to);
        (void) fputc(*text, to);
    }
    (void) fputc('"', to);
}

output *
output_open(const cli *c, const column *columns, size_t count, const char *empty)
{
    output *o = calloc(1, sizeof *o);

    if (o == NULL)
        abort();
    o->c = c;
    o->columns = columns;
    o->column_count = count;
    o->empty = empty;
    o->held = json_array();
    o->widths = calloc(count, sizeof *o->widths);
    for (size_t i = 0; c->csv && i < count; i++)
        (void) printf("%s%s", i == 0 ? "" : ",", columns[i].key);
    if (c->csv)
        (void) fputs("\r\n", stdout);
    return o;
}

static void
spaces(size_t count)
{
    (void) printf("%*s", (int) count, "");
}

static void
cell_print(const column *col, const char *text, size_t width, size_t room, bool last)
{
    size_t pad = room > width ? room - width : 0;

    if (col->right)
        spaces(pad);
    (void) fputs(text, stdout);
    if (!col->right && !last)
        spaces(pad);
    if (!last)
        spaces(GAP);
}

static void
table_row_print(const output *o, const json_t *row)
{
    size_t left = 0;

    for (size_t i = 0; i < o->column_count; i++)
        left += o->columns[i].title != NULL;
    for (size_t i = 0; i < o->column_count; i++) {
        const column *col = &o->columns[i];
        size_t width;

        if (col->title == NULL)
            continue;

        char *text = row == NULL ? strdup(col->title) : value_text(json_object_get(row, col->key));
        char *fit = text_fit(text, col->max, &width);

        cell_print(col, fit, width, o->widths[i], --left == 0);
        free(fit);
        free(text);
    }
    (void) putchar('\n');
}

static void
widths_measure(output *o)
{
    for (size_t i = 0; i < o->column_count; i++) {
        const column *col = &o->columns[i];

        if (col->title == NULL)
            continue;
        o->widths[i] = text_width(col->title);
        for (size_t r = 0; r < json_array_size(o->held); r++) {
            char *text = value_text(json_object_get(json_array_get(o->held, r), col->key));
            size_t width = text_width(text);

            if (col->max > 0 && width > col->max)
                width = col->max;
            if (width > o->widths[i])
                o->widths[i] = width;
            free(text);
        }
    }
}

static void
held_print(output *o)
{
    if (o->widths_known)
        return;
    o->widths_known = true;
    if (json_array_size(o->held) == 0)
        return;
    widths_measure(o);
    table_row_print(o, NULL);
    for (size_t r = 0; r < json_array_size(o->held); r++)
        table_row_print(o, json_array_get(o->held, r));
    (void) json_array_clear(o->held);
}

static void
csv_row_print(const output *o, const json_t *row)
{
    for (size_t i = 0; i < o->column_count; i++) {
        char *text = value_text(json_object_get(row, o->columns[i].key));

        if (i > 0)
            (void) putchar(',');
        csv_print(stdout, text);
        free(text);
    }
    (void) fputs("\r\n", stdout);
}

void
output_row(output *o, json_t *row)
{
    o->count++;
    if (o->c->json) {
        (void) fputs(o->count == 1 ? "[\n" : ",\n", stdout);
        (void) json_dumpf(row, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
    } else if (o->c->csv) {
        csv_row_print(o, row);
    } else if (!o->widths_known) {
        (void) json_array_append(o->held, row);
        if (json_array_size(o->held) == HELD_MAX)
            held_print(o);
    } else {
        table_row_print(o, row);
    }
    json_decref(row);
}

size_t
output_count(const output *o)
{
    return o->count;
}

void
output_close(output **o)
{
    output *out = *o;

    if (out->c->json)
        (void) fputs(out->count == 0 ? "[]\n" : "\n]\n", stdout);
    else if (!out->c->csv)
        held_print(out);
    if (out->count == 0 && !out->c->csv)
        note(out->c, "%s", out->empty);
    json_decref(out->held);
    free(out->widths);
    free(out);
    *o = NULL;
}

static void
lines_print(const json_t *object, unsigned depth)
{
    const char *key;
    json_t *value;
    size_t room = 0;

    json_object_foreach((json_t *) (uintptr_t) object, key, value) if (strlen(key) > room) room =
        strlen(key);
    json_object_foreach((json_t *) (uintptr_t) object, key, value)
    {
        bool nested = json_is_object(value) ||
                      (json_is_array(value) && json_is_object(json_array_get(value, 0)));

        if (json_is_null(value) || ((json_is_array(value) && json_array_size(value) == 0)) ||
            (json_is_object(value) && json_object_size(value) == 0))
            continue;
        (void) printf("%*s%s:", (int) depth * 2, "", key);
        if (nested) {
            (void) putchar('\n');
            if (json_is_object(value))
                lines_print(value, depth + 1);
            for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
                (void) printf("%*s- %zu\n", (int) depth * 2 + 2, "", i + 1);
                lines_print(json_array_get(value, i), depth + 2);
            }
            continue;
        }

        size_t width;
        char *text = value_text(value);
        char *fit = text_fit(text, 0, &width);

        (void) printf("%*s %s\n", (int) (room - strlen(key)), "", fit);
        free(fit);
        free(text);
    }
}

void
output_object(const cli *c, json_t *object)
{
    if (c->json) {
        (void) json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        (void) putchar('\n');
    } else {
        lines_print(object, 0);
    }
    json_decref(object);
}

const char *
text_choose(Sijill__V1__Text *const *texts, size_t count, const char *lang)
{
    const char *wanted[] = { lang, "en" };

    for (size_t w = 0; w < 2; w++)
        for (size_t i = 0; wanted[w] != NULL && i < count; i++)
            if (texts[i]->lang != NULL && texts[i]->text != NULL &&
                strcmp(texts[i]->lang, wanted[w]) == 0)
                return texts[i]->text;
    return count == 0 ? NULL : texts[0]->text;
}

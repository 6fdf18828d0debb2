/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/options.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/runtime/log.h"

enum { GO_ON = -1, EXIT_HELP = 0, EXIT_USAGE = 2, VARIABLE_MAX = 64 };

static const char TRUE_TEXT[] = "true";
static const char FALSE_TEXT[] = "false";

static int refuse(const sj_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int
refuse(const sj_options *options, const char *format, ...)
{
    va_list arguments;

    (void) fprintf(stderr, "%s: ", options->program);
    va_start(arguments, format);
    (void) vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void) fprintf(stderr, "\nTry: %s --help\n", options->program);
    return EXIT_USAGE;
}

static void
variable_name(const sj_option *row, char name[static VARIABLE_MAX])
{
    int used = snprintf(name, VARIABLE_MAX, "SIJILL_%s", row->name);

    assert(used > 0 && used < VARIABLE_MAX);
    for (char *at = name; *at != '\0'; at++)
        *at = (char) (*at == '-' ? '_' : toupper((unsigned char) *at));
}

static int
help(const sj_options *options)
{
    (void) printf("%s: %s\n\n", options->program, options->purpose);
    for (size_t i = 0; i < options->count; i++) {
        const sj_option *row = &options->rows[i];
        char flag[VARIABLE_MAX];
        char variable[VARIABLE_MAX];

        variable_name(row, variable);
        (void) snprintf(flag, sizeof(flag), "--%s %s", row->name,
                        row->kind == SJ_OPTION_FLAG ? "" : row->value);
        (void) printf("  %-28s %s\n  %-28s %s, ", flag, row->help, "", variable);
        if (row->kind == SJ_OPTION_FLAG)
            (void) printf("default %s\n", row->fallback == NULL ? FALSE_TEXT : row->fallback);
        else if (row->fallback == NULL)
            (void) printf("required\n");
        else
            (void) printf("default %s\n", row->fallback[0] == '\0' ? "none" : row->fallback);
    }
    (void) printf("  %-28s print this\n", "--help");
    return EXIT_HELP;
}

static sj_option *
row_find(const sj_options *options, const char *name, size_t length)
{
    for (size_t i = 0; i < options->count; i++) {
        sj_option *row = &options->rows[i];

        if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
            return row;
    }
    return NULL;
}

static const char *
flag_word(const char *text)
{
    static const char *const yes[] = { "1", "true", "yes", "on" };
    static const char *const no[] = { "0", "false", "no", "off" };

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (strcmp(text, yes[i]) == 0)
            return TRUE_TEXT;
        if (strcmp(text, no[i]) == 0)
            return FALSE_TEXT;
    }
    return NULL;
}

static bool
number_read(const char *text, int64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && !isspace((unsigned char) text[0]);
}

/* Accept text as the row's value; source ("--home", "SIJILL_HOME") is for the words of a refusal.
 */
static int
row_set(const sj_options *options, sj_option *row, const char *source, const char *text)
{
    int64_t number = 0;

    if (text[0] == '\0' && text != row->fallback)
        return refuse(options, "%s needs a value, it is empty", source);
    switch (row->kind) {
    case SJ_OPTION_TEXT:
        row->text = text;
        return GO_ON;
    case SJ_OPTION_NUMBER:
        if (!number_read(text, &number) || number < row->number_min || number > row->number_max)
            return refuse(options, "%s is '%s': give a whole number from %" PRId64 " to %" PRId64,
                          source, text, row->number_min, row->number_max);
        row->text = text;
        return GO_ON;
    case SJ_OPTION_FLAG:
        break;
    }
    row->text = flag_word(text);
    if (row->text == NULL)
        return refuse(options, "%s is '%s': give yes or no", source, text);
    return GO_ON;
}

/* One argument and, where it takes one, its value; *used says how many words of argv that was. */
static int
argument_read(sj_options *options, char **argv, int left, int *used)
{
    const char *word = argv[0];

    *used = 1;
    if (strncmp(word, "--", 2) != 0)
        return refuse(options, "'%s' is not an option; every setting has a --name", word);

    const char *equals = strchr(word, '=');
    size_t length = equals == NULL ? strlen(word + 2) : (size_t) (equals - word) - 2;
    sj_option *row = row_find(options, word + 2, length);

    if (row == NULL)
        return refuse(options, "there is no option '%s'", word);

    char source[VARIABLE_MAX];

    (void) snprintf(source, sizeof(source), "--%s", row->name);
    if (equals != NULL)
        return row_set(options, row, source, equals + 1);
    if (row->kind == SJ_OPTION_FLAG)
        return row_set(options, row, source, TRUE_TEXT);
    /* "--home --run x" is a forgotten value far more often than a folder named "--run". */
    if (left < 2 || strncmp(argv[1], "--", 2) == 0)
        return refuse(options, "%s needs a value: %s %s or %s=%s", source, source, row->value,
                      source, row->value);
    *used = 2;
    return row_set(options, row, source, argv[1]);
}

static int
row_complete(sj_options *options, sj_option *row)
{
    char variable[VARIABLE_MAX];

    if (row->text != NULL)
        return GO_ON;
    variable_name(row, variable);

    const char *text = getenv(variable);

    if (text != NULL && text[0] != '\0')
        return row_set(options, row, variable, text);
    if (row->kind == SJ_OPTION_FLAG && row->fallback == NULL)
        row->text = FALSE_TEXT;
    else if (row->fallback != NULL)
        return row_set(options, row, variable, row->fallback);
    else
        return refuse(options, "--%s is missing: give --%s %s or set %s", row->name, row->name,
                      row->value, variable);
    return GO_ON;
}

int
sj_options_read(sj_options *options, int argc, char **argv)
{
    int used = 1;
    int outcome = GO_ON;

    assert(options->count <= SJ_OPTIONS_MAX);
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return help(options);
    for (size_t i = 0; i < options->count; i++)
        options->rows[i].text = NULL;
    for (int i = 1; i < argc && outcome == GO_ON; i += used)
        outcome = argument_read(options, argv + i, argc - i, &used);
    for (size_t i = 0; i < options->count && outcome == GO_ON; i++)
        outcome = row_complete(options, &options->rows[i]);
    return outcome;
}

/* logfmt: a value with a space, a quote or an equals sign stands in quotes. */
static size_t
value_quote(char *out, size_t size, const char *text)
{
    bool quoted = text[0] == '\0' || strpbrk(text, " \"=\\") != NULL;
    size_t used = 0;

    if (quoted && used < size)
        out[used++] = '"';
    for (const char *at = text; *at != '\0' && used + 2 < size; at++) {
        if (*at == '"' || *at == '\\')
            out[used++] = '\\';
        out[used++] = *at;
    }
    if (quoted && used < size)
        out[used++] = '"';
    return used;
}

void
sj_options_log(const sj_options *options)
{
    char text[SJ_LOG_LINE_MAX];
    size_t used = 0;

    for (size_t i = 0; i < options->count; i++) {
        const sj_option *row = &options->rows[i];
        size_t left = sizeof(text) - used;
        int length = snprintf(text + used, left, "%s%s=", i == 0 ? "" : " ", row->name);

        if (length < 0 || (size_t) length >= left)
            break;
        used += (size_t) length;
        used += value_quote(text + used, sizeof(text) - used - 1, row->text);
    }
    sj_log(SJ_LOG_INFO, "options", "%.*s", (int) used, text);
}

static const sj_option *
row_get(const sj_options *options, const char *name, sj_option_kind kind)
{
    const sj_option *row = row_find(options, name, strlen(name));

    assert(row != NULL && row->kind == kind && row->text != NULL);
    return row;
}

const char *
sj_option_text(const sj_options *options, const char *name)
{
    return row_get(options, name, SJ_OPTION_TEXT)->text;
}

int64_t
sj_option_number(const sj_options *options, const char *name)
{
    int64_t number = 0;
    bool whole = number_read(row_get(options, name, SJ_OPTION_NUMBER)->text, &number);

    assert(whole);
    return number;
}

bool
sj_option_flag(const sj_options *options, const char *name)
{
    return row_get(options, name, SJ_OPTION_FLAG)->text ==
           TRUE_TEXT; /* row_set knows two words only */
}

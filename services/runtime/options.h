/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * options: the settings of a program, one table, read once at start.
 *
 * Each is given as --name VALUE, --name=VALUE or, where value is NULL, as --name alone; else by the
 * environment as SIJILL_NAME; else by its default.  All are printed at start, so none may hold a
 * secret: secrets come from files, and an option names the file.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A program that needs more settings than this wants fewer features. */
enum { SJ_OPTIONS_MAX = 12 };

typedef enum { SJ_OPTION_TEXT, SJ_OPTION_NUMBER, SJ_OPTION_FLAG } sj_option_kind;

typedef struct {
    const char *name; /* "max-jobs" is --max-jobs and SIJILL_MAX_JOBS */
    sj_option_kind kind;
    const char *value; /* what --help calls the value: "DIR" */
    const char
        *fallback; /* the default; NULL: must be given (text, number) or false (flag); "": none */
    const char *help; /* one line */
    int64_t number_min;
    int64_t number_max;
    const char *text; /* filled by sj_options_read; borrowed from argv, environment or table */
} sj_option;

typedef struct {
    const char *program;
    const char *purpose; /* one line, above the table of --help */
    sj_option *rows;
    size_t count;
} sj_options;

/* Fill the rows.  -1: go on.  Else the exit code: 0 after --help, 2 after words on stderr that say
 * what is wrong and what to do. */
int sj_options_read(sj_options *options, int argc, char **argv);

/* One log line "options" with every value. */
void sj_options_log(const sj_options *options);

/* Values by name; a name or a kind that the table does not have is a mistake of the program. */
const char *sj_option_text(const sj_options *options, const char *name);
int64_t sj_option_number(const sj_options *options, const char *name);
bool sj_option_flag(const sj_options *options, const char *name);

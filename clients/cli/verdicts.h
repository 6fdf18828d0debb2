/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * verdicts: what became of many rows, for people, as JSON or as CSV; progress while it lasts.
 *
 * An import prints one JSON document.  An upload (`lines`) prints one object a line: a row's
 * verdict, {"progress":{"rows":N}} after every thousand, and {"summary":{...}} last unless it was
 * cut off.
 */
#include "clients/cli/output.h"
#include "clients/upload/intake.h"

enum { KINDS_MAX = 16 };

typedef struct verdicts {
    cli *c;
    int service;
    const char *things; /* "registrations" */
    bool lines;
    uint64_t printed;
    const char *kinds[KINDS_MAX];
    uint64_t counts[KINDS_MAX];
    size_t kind_count;
    uint64_t progress_ms;
    bool progress;
    bool quiet;
    json_t *more; /* further members of the summary, or NULL */
    /* What the rows call the field that a service refused; NULL: as the service does. */
    const char *(*title)(const void *of, const char *field);
    const void *of;
    int exit; /* EXIT_REFUSED when any row was refused */
} verdicts;

void verdicts_open(verdicts *v, cli *c, const char *things, bool lines);
/* Rows as commands to a service, their verdicts printed by v. */
intake *verdicts_intake(verdicts *v, int service, intake_verdict *verdict, bool dry_run,
                        const uint8_t *seed);
void verdicts_print(verdicts *v, const intake_row *row);
/* An object that is no row: {"name":{...}} with JSON, else a line; takes it over. */
void verdicts_object(verdicts *v, const char *name, json_t *object, const char *words);
/* {"progress":...}, or words that stay on their line, when it is time. */
void verdicts_progress(verdicts *v, uint64_t rows);
/* The summary; gives back the exit code. */
int verdicts_close(verdicts *v);
/* No summary: it was cut off, and a count would claim that it is all. */
void verdicts_drop(verdicts *v);

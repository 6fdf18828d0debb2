/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * report_own: what report's files share: report.c knows what a file is, report_rows.c reads rows of
 * tables, report_bbb.c BigBlueButton's JSON, report_guard.c what is taken for nothing else.
 */
#include "clients/upload/report.h"

enum {
    REPORT_TEXT_MAX = 512,
    REPORT_SUSPECT_MAX = 96,
    REPORT_SAMPLE_ROWS = 1000 /* that say what a column holds */
};

/* Of a column that nobody knows: how many cells there are, how many of them are times. */
typedef struct sample {
    uint32_t filled;
    uint32_t timed;
} sample;

/* One end of a presence that waits for the other: what Teams wrote in 2020. */
typedef struct action {
    uint64_t row;
    char name[REPORT_TEXT_MAX];
    uint64_t at_ms;
    bool joined;
} action;

struct report {
    FILE *file;
    csv in;
    heads columns;
    const mapping *map;
    report_kind kind;
    report_part part;
    section_title title; /* of the section that comes */
    bool numbered;       /* a title such as "1. Summary" was met: Teams */
    unsigned staff;      /* sections of hosts and panelists so far */
    unsigned looked;     /* rows since the beginning or the last title, in search of a header */
    unsigned look_max;
    bool activities;                  /* Teams: a section with every connection is there */
    bool presence, people;            /* some section is of that */
    json_t *found;                    /* columns of the first row that has several */
    char suspect[REPORT_SUSPECT_MAX]; /* report_suspect; "" */
    unsigned sampled;                 /* rows */
    sample samples[CSV_COLUMNS_MAX];
    moment_proof proof;
    moment_rules times;
    const uint64_t *ends_ms; /* of sessions */
    size_t end_count;
    action held; /* ACTIONS: a joining that waits for its leave */
    bool holding;
    action second; /* the leave that ended it: the row after it */
    bool seconding;
    json_t *data; /* BBB_DATA: rows, an array of objects */
    size_t data_at;
    char row_text[REPORT_TEXT_MAX]; /* what a row says of itself */
};

/* The section or header that this row is; true: it is a row of data of r->part. */
bool report_place(report *r);
bool report_row_read(report *r, report_row *row);
/* A presence that nobody ended. */
void report_open_end(const report *r, report_row *row);
/* What its dates prove. */
void report_look(report *r);

/* A header of people or facts has a column that smells of presence: r->suspect. */
bool report_smells(report *r, const heads *h, report_part part);
/* What columns that nobody knows hold in this row; then whether they are of presence: the report is
 * unknown, and r->suspect one of them. */
void report_sample(report *r);
void report_judge(report *r);

/* Whether the file is JSON of BigBlueButton; its rows then.  *why: it is JSON, and cannot be read.
 */
bool report_bbb_open(report *r, const char **why);
bool report_bbb_next(report *r, report_row *row);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sentence_table: the words of certificates in six languages, nothing else.
 */
#include "services/certificate/rows.h"

enum { SENTENCE_MODES = 4 };

/* %a: hours attended; %b: hours scheduled; %p: the threshold in per cent. */
typedef struct sentence_table {
    const char *lang;
    const char *decimal; /* mark */
    const char *colon;   /* after a label */
    const char *comma;   /* between the parts of a list */
    const char *attended_criteria;
    const char *awarded[CERTIFICATE_KINDS];
    const char *dates, *place, *organiser, *partners, *programme, *mode;
    const char *modes[SENTENCE_MODES]; /* by Mode */
} sentence_table;

/* The words in a language, in English when there are none. */
const sentence_table *sentence_table_of(const char *lang);

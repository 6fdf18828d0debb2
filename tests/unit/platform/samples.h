/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * samples: one of each thing that platforms send, and that their APIs answer.  Values are our own.
 */
#include <stddef.h>

typedef struct sample {
    const char *platform, *name;
    const char *fetch; /* not NULL: this is the answer to it */
    const char *json;  /* of bbb: what stands in the form's field `event` */
} sample;

extern const sample samples[];
extern const size_t sample_count;

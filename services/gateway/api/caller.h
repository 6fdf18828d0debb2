/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * caller: who asks, by the header Authorization.  The key is read, not judged: the service that
 * owns the data does that.
 */
#include "clients/c/sijill.h"

enum { CALLER_ORG_USUAL = 1 };

typedef struct caller {
    bool named; /* false: nobody, who may ask what a stranger may */
    uint64_t org;
    uint8_t actor[SIJILL_ID_SIZE];
    uint8_t credential[SIJILL_SECRET_SIZE];
} caller;

/* NULL: read; else words.  `authorization` NULL: nobody. */
const char *caller_read(caller *c, const char *authorization);

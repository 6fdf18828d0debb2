/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sabotage: the machine failing at the n-th call.  The program that links this wraps LMDB and the
 * arena (--wrap, see CMakeLists.txt): what is tested is the code as it is, not a build for tests.
 */
#include <stdbool.h>
#include <stdint.h>

typedef enum sabotage_of {
    SABOTAGE_NOTHING,
    SABOTAGE_STORAGE, /* a call of LMDB returns EIO, a commit is lost */
    SABOTAGE_MEMORY,  /* the arena is full */
} sabotage_of;

/* From now on count calls of a kind, and let the n-th (from 1) fail. */
void sabotage_at(sabotage_of kind, uint64_t n);
/* Stop; whether the n-th call came. */
bool sabotage_end(void);

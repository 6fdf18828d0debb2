/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fuzz: what libFuzzer calls, and what replays the kept seeds through the same entry under gcc.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* What is to be made once; a target without it has none. */
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
/* Always 0; what must not happen aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size);

/* Write a seed for each kind of input that the program knows of into a folder; those there stay. */
void fuzz_write_seeds(const char *folder);

static inline void
must_hold(bool holds)
{
    if (!holds)
        abort();
}

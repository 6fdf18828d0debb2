/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * store_copy: the folder of an open store as a process that is killed now would leave it, and a
 * start that finds it.
 */
#include "storage/folder.h"
#include "storage/store.h"
#include "tests/unit/fixture.h"

#include <sys/types.h>

typedef struct copy {
    char folder[SJ_PATH_MAX], store[SJ_PATH_MAX + 8];
    fixture opened;
} copy;

/* Into f->folder/copy, in the place of an earlier one. */
void copy_make(copy *c, const fixture *f);
/* False: `words` say why. */
bool copy_open(copy *c, const fixture *f, char words[SJ_WORDS_MAX]);
void copy_close(copy *c);
/* Flip a bit of the copy's journal. */
void copy_damage(const copy *c, uint64_t offset);
/* Octets of the copy's journal, written over what is there. */
void copy_write(const copy *c, off_t offset, const void *octets, size_t size);
/* One file, with its holes: a data file has many. */
void copy_file(const char *from_folder, const char *to_folder, const char *name);

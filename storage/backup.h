/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * backup: a consistent copy of a store beside its running writer; and scrub: reading every record
 * of one. Both belong in a process of their own: each holds one read transaction for its whole
 * time, which keeps pages from being used again, so they are for a quiet hour.
 */
#include "storage/store.h"

/* Copy, compacted, to folder/store, which must not exist, with a manifest folder/store/BACKUP
 * (service, store id, epoch, sequence, digest, time).  A copy that was cut short never carries the
 * final name. */
bool sj_backup(sj_store *store, const char *folder, char words[SJ_WORDS_MAX]);

typedef void sj_damage_found(void *context, const char *words);

/* Read every record of every table; `found` is called once a record that does not fit its checksum.
 * How many records were read. */
uint64_t sj_scrub_records(sj_store *store, sj_damage_found *found, void *context);

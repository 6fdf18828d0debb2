/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * upload_note: what registration is told of an upload before it is read (149 NoteUpload).
 *
 * Its ledger keeps key and file together, so a key that comes again with another file is refused by
 * whoever holds the truth, after a restart of either as well; and who may not upload hears it
 * before a row is read.  The file is hashed as it comes, and is never in memory as a whole.
 */
#include "services/gateway/api/exchange.h"
#include "services/gateway/api/upload_words.h"

#include <sodium.h>

typedef struct upload_note {
    crypto_generichash_state file; /* its octets so far */
    uint64_t size;
} upload_note;

void upload_note_begin(upload_note *n);
void upload_note_add(upload_note *n, octets piece);

/* Tell registration of what has come so far; `trial`: ask only whether it may come, nothing is
 * remembered.  False: too many wait already. */
bool upload_note_tell(const upload_note *n, exchange *x, const upload_words *w, bool trial,
                      backend_fn *answered, void *context);
/* What it answered: the id that those of all rows follow from.  False: *wrong. */
bool upload_note_answer(const sijill_reply *reply, uint8_t request_id[SIJILL_ID_SIZE],
                        api_problem *wrong);

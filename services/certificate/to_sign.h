/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * to_sign: what waits for the signer, batch by batch, for main() which talks to it.
 *
 * main() keeps one position.  It asks for a batch in a read transaction, sends it as a SignBatch,
 * and applies the results as AttachSignatures (303) of the batch's organisation.  Then, or when the
 * answer does not come, it goes on from where it is or from a new position: asking again is
 * harmless, what was answered is no longer here.
 */
#include "services/core/command.h"

enum {
    TO_SIGN_ITEMS_MAX = 512,
    TO_SIGN_OCTETS_MAX = 1536 * 1024, /* of documents and options in one batch */
};

/* After which intent to look; all zero: from the first. */
typedef struct to_sign_position {
    bool started;
    sj_key at;
} to_sign_position;

typedef struct to_sign_batch {
    uint64_t org;
    uint32_t purpose;       /* SignPurpose */
    uint8_t public_key[32]; /* its multikey is SignBatch.key_id */
    size_t count;
    size_t octets;
} to_sign_batch;

/* Borrowed for the length of the call. */
typedef struct to_sign_item {
    uint8_t id[SJ_ID_SIZE];
    sj_bytes document;
    sj_bytes options;
} to_sign_item;

/* Copy the item out.  False: there is no room for it; it comes first in the next batch. */
typedef bool to_sign_take(void *context, const to_sign_item *item);

/*
 * The next batch after *position, which moves behind the last item taken: up to 512 items of one
 * organisation, purpose and key.  0: nothing waits there (or a fault: look at the transaction).  An
 * item at a time is in the arena.
 */
size_t certificate_next_to_sign(sj_txn *txn, to_sign_position *position, to_sign_batch *batch,
                                to_sign_take *take, void *context);

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include <stdlib.h>

/* With AddressSanitizer each goes back to malloc, so that it sees who uses one too long. */
#ifdef __SANITIZE_ADDRESS__
static const size_t blocks_max;
#else
static const size_t blocks_max = 256;
#endif

typedef struct block {
    struct block *next;
} block;

void *
block_take(http *h)
{
    block *b = h->blocks;

    if (b == NULL)
        return malloc(BLOCK_SIZE);
    h->blocks = b->next;
    h->block_count--;
    return b;
}

void
block_give(http *h, void *at)
{
    block *b = at;

    if (h->block_count >= blocks_max) {
        free(b);
        return;
    }
    b->next = h->blocks;
    h->blocks = b;
    h->block_count++;
}

void
blocks_free(http *h)
{
    for (block *b = h->blocks, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    h->blocks = NULL;
}

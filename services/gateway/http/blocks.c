/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include <stdlib.h>

/* AddressSanitizer sees who uses one too long. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void) (at))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void) (at))
#endif

enum { BLOCKS_MAX = 256 };

typedef struct block {
    struct block *next;
} block;

void *
block_take(http *h)
{
    block *b = h->blocks;

    if (b == NULL)
        return malloc(BLOCK_SIZE);
    ASAN_UNPOISON_MEMORY_REGION(b, BLOCK_SIZE);
    h->blocks = b->next;
    h->block_count--;
    return b;
}

void
block_give(http *h, void *at)
{
    block *b = at;

    if (h->block_count >= BLOCKS_MAX) {
        free(b);
        return;
    }
    b->next = h->blocks;
    h->blocks = b;
    h->block_count++;
    ASAN_POISON_MEMORY_REGION(b, BLOCK_SIZE);
}

void
blocks_free(http *h)
{
    for (block *b = h->blocks, *next; b != NULL; b = next) {
        ASAN_UNPOISON_MEMORY_REGION(b, BLOCK_SIZE);
        next = b->next;
        free(b);
    }
    h->blocks = NULL;
}

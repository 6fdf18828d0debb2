/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pool_block {
    pool_block *before;
    max_align_t octets[];
};

void *
pool_take(pool *p, size_t size)
{
    pool_block *block = calloc(1, sizeof *block + size);

    if (block == NULL)
        abort();
    block->before = p->last;
    p->last = block;
    return block->octets;
}

char *
pool_text(pool *p, const char *text, size_t size)
{
    char *copy = pool_take(p, size + 1);

    memcpy(copy, text, size);
    return copy;
}

char *
pool_print(pool *p, const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);

    char *text = pool_take(p, (size_t) size + 1);

    va_start(arguments, format);
    (void) vsnprintf(text, (size_t) size + 1, format, arguments);
    va_end(arguments);
    return text;
}

void
pool_empty(pool *p)
{
    while (p->last != NULL) {
        pool_block *before = p->last->before;

        free(p->last);
        p->last = before;
    }
}

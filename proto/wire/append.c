/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/append.h"

enum { LENGTH_DELIMITED = 2 };

size_t
sj_field_head(unsigned char *at, unsigned number, size_t size)
{
    size_t used = 0;

    at[used++] = (unsigned char) (number << 3 | LENGTH_DELIMITED);
    while (size >= 0x80) {
        at[used++] = (unsigned char) (size | 0x80);
        size >>= 7;
    }
    at[used++] = (unsigned char) size;
    return used;
}

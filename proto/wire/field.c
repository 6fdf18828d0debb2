/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/field.h"

bool
sj_read_varint_long(sj_reader *in, uint64_t *value)
{
    uint64_t sum = 0;

    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        uint8_t octet = *in->at++;

        if (shift == 63 && octet > 1)
            return false;
        sum |= (uint64_t) (octet & 0x7f) << shift;
        if ((octet & 0x80) == 0) {
            *value = sum;
            return octet != 0 || shift == 0;
        }
    }
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/position.h"

#include "services/gateway/api/base64.h"
#include "storage/bytes.h"

#include <assert.h>
#include <string.h>

enum { VERSION = 1, EACH = 16, PACKED = 1 + POSITION_SERVICES * EACH };

static_assert(BASE64_LETTERS(PACKED) < POSITION_TEXT_SIZE, "the text fits");

bool
position_read(position *p, const char *text)
{
    uint8_t packed[BASE64_OCTETS(POSITION_TEXT_SIZE)];
    size_t size;

    *p = (position){ .at = { { .seq = 0 } } };
    if (strlen(text) >= POSITION_TEXT_SIZE || !base64_read(text, strlen(text), packed, &size) ||
        size != PACKED || packed[0] != VERSION)
        return false;
    for (uint32_t i = 0; i < POSITION_SERVICES; i++)
        p->at[i] = (sijill_pos){ .shard = i + 1,
                                 .epoch = sj_read_u64(packed + 1 + (size_t) i * EACH),
                                 .seq = sj_read_u64(packed + 9 + (size_t) i * EACH) };
    return true;
}

void
position_write(const position *p, char text[POSITION_TEXT_SIZE])
{
    uint8_t packed[PACKED] = { VERSION };
    uint64_t seen = 0;

    text[0] = '\0';
    for (size_t i = 0; i < POSITION_SERVICES; i++) {
        seen |= p->at[i].seq;
        sj_write_u64(packed + 1 + i * EACH, p->at[i].epoch);
        sj_write_u64(packed + 9 + i * EACH, p->at[i].seq);
    }
    if (seen > 0)
        text[base64_write_url(packed, sizeof packed, text)] = '\0';
}

void
position_add(position *p, sijill_pos seen)
{
    sijill_pos *known;

    if (seen.shard == 0 || seen.shard > POSITION_SERVICES)
        return;
    known = &p->at[seen.shard - 1];
    /* another epoch is another history: what was seen of the former says nothing about it */
    if (seen.epoch != known->epoch || seen.seq > known->seq)
        *known = seen;
}

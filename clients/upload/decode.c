/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/decode.h"

#include <stdbool.h>
#include <string.h>

enum { OUT_MAX = 4096, CHARACTER_MAX = 4, REPLACEMENT = 0xfffd };

void
decode_begin(decoder *d, decode_sink *sink, void *context)
{
    memset(d, 0, sizeof *d);
    d->sink = sink;
    d->context = context;
}

static size_t
character_put(uint32_t character, uint8_t out[CHARACTER_MAX])
{
    if (character < 0x80) {
        out[0] = (uint8_t) character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (uint8_t) (0xc0 | character >> 6);
        out[1] = (uint8_t) (0x80 | (character & 0x3f));
        return 2;
    }
    if (character < 0x10000) {
        out[0] = (uint8_t) (0xe0 | character >> 12);
        out[1] = (uint8_t) (0x80 | (character >> 6 & 0x3f));
        out[2] = (uint8_t) (0x80 | (character & 0x3f));
        return 3;
    }
    out[0] = (uint8_t) (0xf0 | character >> 18);
    out[1] = (uint8_t) (0x80 | (character >> 12 & 0x3f));
    out[2] = (uint8_t) (0x80 | (character >> 6 & 0x3f));
    out[3] = (uint8_t) (0x80 | (character & 0x3f));
    return 4;
}

/* One UTF-16 unit as what it adds to the text. */
static size_t
unit_put(decoder *d, uint16_t unit, uint8_t out[2 * CHARACTER_MAX])
{
    size_t size = 0;

    if (d->high != 0 && unit >= 0xdc00 && unit <= 0xdfff) {
        uint32_t character = 0x10000 + ((uint32_t) (d->high - 0xd800) << 10) + (unit - 0xdc00U);

        d->high = 0;
        return character_put(character, out);
    }
    if (d->high != 0)
        size = character_put(REPLACEMENT, out);
    d->high = 0;
    if (unit >= 0xd800 && unit <= 0xdbff)
        d->high = unit;
    else if (unit >= 0xdc00 && unit <= 0xdfff)
        size += character_put(REPLACEMENT, out + size);
    else if (unit != 0)
        size += character_put(unit, out + size);
    return size;
}

static void
feed_utf16(decoder *d, const uint8_t *octets, size_t size)
{
    uint8_t out[OUT_MAX];
    size_t used = 0;
    int unit;

    for (size_t i = 0; i < size; i++) {
        if (d->held == 0) {
            d->head[0] = octets[i];
            d->held = 1;
            continue;
        }
        d->held = 0;
        unit =
            d->form == DECODE_UTF16LE ? octets[i] << 8 | d->head[0] : d->head[0] << 8 | octets[i];
        used += unit_put(d, (uint16_t) unit, out + used);
        if (used > OUT_MAX - 2 * CHARACTER_MAX) {
            d->sink(d->context, out, used);
            used = 0;
        }
    }
    if (used > 0)
        d->sink(d->context, out, used);
}

static void
feed_utf8(decoder *d, const uint8_t *octets, size_t size)
{
    while (size > 0) {
        const uint8_t *nul = memchr(octets, 0, size);
        size_t length = nul == NULL ? size : (size_t) (nul - octets);

        if (length > 0)
            d->sink(d->context, octets, length);
        length += nul != NULL;
        octets += length;
        size -= length;
    }
}

static void
feed_known(decoder *d, const uint8_t *octets, size_t size)
{
    if (d->form == DECODE_UTF8)
        feed_utf8(d, octets, size);
    else
        feed_utf16(d, octets, size);
}

/* The form by the first octets, of which `skip` are a mark. */
static decode_form
form_of(const uint8_t *head, size_t size, size_t *skip)
{
    *skip = 2;
    if (size >= 2 && head[0] == 0xff && head[1] == 0xfe)
        return DECODE_UTF16LE;
    if (size >= 2 && head[0] == 0xfe && head[1] == 0xff)
        return DECODE_UTF16BE;
    *skip = 3;
    if (size >= 3 && head[0] == 0xef && head[1] == 0xbb && head[2] == 0xbf)
        return DECODE_UTF8;
    *skip = 0;
    if (size == DECODE_HEAD && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0)
        return DECODE_UTF16LE;
    if (size == DECODE_HEAD && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0)
        return DECODE_UTF16BE;
    return DECODE_UTF8;
}

static void
form_settle(decoder *d)
{
    uint8_t head[DECODE_HEAD];
    size_t size = d->held;
    size_t skip;

    memcpy(head, d->head, sizeof head);
    d->form = form_of(head, size, &skip);
    d->held = 0;
    feed_known(d, head + skip, size - skip);
}

void
decode_feed(decoder *d, const uint8_t *octets, size_t size)
{
    while (d->form == DECODE_UNKNOWN && size > 0) {
        d->head[d->held++] = *octets++;
        size--;
        if (d->held == DECODE_HEAD)
            form_settle(d);
    }
    if (size > 0)
        feed_known(d, octets, size);
}

void
decode_end(decoder *d)
{
    uint8_t out[CHARACTER_MAX];

    if (d->form == DECODE_UNKNOWN)
        form_settle(d);
    if (d->form == DECODE_UTF8)
        return;
    if (d->high != 0 || d->held != 0) /* the file ends inside a letter */
        d->sink(d->context, out, character_put(REPLACEMENT, out));
    d->high = 0;
    d->held = 0;
}

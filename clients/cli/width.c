/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/width.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static const char REPLACEMENT[] = "\xef\xbf\xbd";
static const char ELLIPSIS[] = "\xe2\x80\xa6";

typedef struct glyph {
    size_t octets;
    size_t width;
    bool harmless;
} glyph;

static glyph
glyph_at(const char *text)
{
    utf8proc_int32_t point;
    utf8proc_ssize_t octets = utf8proc_iterate((const utf8proc_uint8_t *) text, -1, &point);

    if (octets <= 0)
        return (glyph){ 1, 1, false };

    utf8proc_category_t category = utf8proc_category(point);
    bool joiner = point == 0x200c || point == 0x200d;
    bool odd = category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
               category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
               category == UTF8PROC_CATEGORY_CN;

    if (odd && !joiner)
        return (glyph){ (size_t) octets, 1, false };
    return (glyph){ (size_t) octets, (size_t) utf8proc_charwidth(point), true };
}

size_t
text_width(const char *text)
{
    size_t width = 0;

    while (*text != '\0') {
        glyph g = glyph_at(text);

        width += g.width;
        text += g.octets;
    }
    return width;
}

char *
text_fit(const char *text, size_t max, size_t *width)
{
    bool cut = max > 0 && text_width(text) > max;
    size_t room = cut ? max - 1 : (size_t) -1;
    char *out = malloc(3 * strlen(text) + sizeof ELLIPSIS);
    size_t used = 0;

    *width = 0;
    if (out == NULL)
        abort();
    for (glyph g; *text != '\0'; text += g.octets) {
        g = glyph_at(text);
        if (*width + g.width > room)
            break;
        *width += g.width;

        const char *from = g.harmless ? text : REPLACEMENT;
        size_t size = g.harmless ? g.octets : sizeof REPLACEMENT - 1;

        memcpy(out + used, from, size);
        used += size;
    }
    if (cut) {
        memcpy(out + used, ELLIPSIS, sizeof ELLIPSIS - 1);
        used += sizeof ELLIPSIS - 1;
        (*width)++;
    }
    out[used] = '\0';
    return out;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/fold.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

enum { DOTLESS_I = 0x131 };

static bool
kept(utf8proc_int32_t character)
{
    switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
        return true;
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    default:
        return false;
    }
}

static const char *
fold_ascii(const char *text, size_t size, char out[FOLD_MAX])
{
    size_t used = 0;

    for (size_t i = 0; i < size && used + 1 < FOLD_MAX; i++)
        if (isalnum((unsigned char) text[i]) && (unsigned char) text[i] < 0x80)
            out[used++] = (char) tolower((unsigned char) text[i]);
    out[used] = '\0';
    return out;
}

static bool
ascii(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char) text[i] >= 0x80)
            return false;
    return true;
}

const char *
fold(const char *text, size_t size, char out[FOLD_MAX])
{
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t length;
    size_t used = 0;

    if (ascii(text, size))
        return fold_ascii(text, size, out);
    length =
        utf8proc_map((const utf8proc_uint8_t *) text, (utf8proc_ssize_t) size, &mapped,
                     UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK);
    if (length < 0)
        return fold_ascii(text, size, out);
    for (utf8proc_ssize_t at = 0; at < length && used + 5 < FOLD_MAX;) {
        utf8proc_int32_t character;
        utf8proc_ssize_t step = utf8proc_iterate(mapped + at, length - at, &character);

        if (step <= 0)
            break;
        at += step;
        if (character == DOTLESS_I)
            character = 'i';
        if (kept(character))
            used += (size_t) utf8proc_encode_char(character, (utf8proc_uint8_t *) out + used);
    }
    free(mapped);
    out[used] = '\0';
    return out;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/c/verify/jcs_tree.h"

enum {
    DIGITS_MAX = 17,      /* tell every double from its neighbours */
    PLAIN_MAX = 21,       /* more digits before the point: with an exponent */
    LEADING_ZEROS_MAX = 6 /* the same behind it */
};

/* The fewest digits that read back as number, without trailing zeros, and the place of the decimal
 * point: 0.digits x 10^point. */
static size_t
shortest(double number, char digits[DIGITS_MAX + 1], int *point)
{
    char text[SJ_NUMBER_SIZE + 8];
    size_t count = 0;

    for (int precision = 0; precision < DIGITS_MAX; precision++) {
        (void) snprintf(text, sizeof text, "%.*e", precision, number);
        if (strtod(text, NULL) == number)
            break;
    }
    for (const char *at = text; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && count < DIGITS_MAX)
            digits[count++] = *at;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    *point = (int) strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
    return count;
}

/* ECMA-262, Number::toString, with n = point and k = count. */
void
sj_number_text(double number, char out[SJ_NUMBER_SIZE])
{
    char digits[DIGITS_MAX + 1];
    const char *sign = number < 0 ? "-" : "";
    int point;

    if (number == 0) {
        (void) snprintf(out, SJ_NUMBER_SIZE, "0"); /* -0, too */
        return;
    }
    int count = (int) shortest(number < 0 ? -number : number, digits, &point);

    if (count <= point && point <= PLAIN_MAX)
        (void) snprintf(out, SJ_NUMBER_SIZE, "%s%s%.*s", sign, digits, point - count,
                        "000000000000000000000");
    else if (point > 0 && point <= PLAIN_MAX)
        (void) snprintf(out, SJ_NUMBER_SIZE, "%s%.*s.%s", sign, point, digits, digits + point);
    else if (point > -LEADING_ZEROS_MAX && point <= 0)
        (void) snprintf(out, SJ_NUMBER_SIZE, "%s0.%.*s%s", sign, -point, "000000", digits);
    else
        (void) snprintf(out, SJ_NUMBER_SIZE, "%s%.1s%s%se%+d", sign, digits, count > 1 ? "." : "",
                        digits + 1, point - 1);
}

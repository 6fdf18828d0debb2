/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/json_number.h"

#include <stdbool.h>
#include <stddef.h>

enum { EXPONENT_MAX = 1000000000 }; /* more says no more: a text is shorter than that */

typedef struct digits {
    const char *at, *end;
} digits;

/* The grammar of RFC 8259, 6: [-] whole [. part] [e exponent]. */
typedef struct parsed {
    bool negative;
    digits whole, part;
    long exponent;
} parsed;

static digits
take_digits(const char **at, const char *end)
{
    digits taken = { *at, *at };

    while (taken.end < end && *taken.end >= '0' && *taken.end <= '9')
        taken.end++;
    *at = taken.end;
    return taken;
}

static bool
take_exponent(const char **at, const char *end, long *exponent)
{
    bool negative = false;

    if (*at < end && (**at == '+' || **at == '-'))
        negative = *(*at)++ == '-';

    digits power = take_digits(at, end);

    if (power.at == power.end)
        return false;
    for (const char *digit = power.at; digit < power.end; digit++)
        if (*exponent < EXPONENT_MAX)
            *exponent = *exponent * 10 + (*digit - '0');
    if (negative)
        *exponent = -*exponent;
    return true;
}

static bool
parse(const char **at, const char *end, parsed *number)
{
    const char *next = *at;

    *number = (parsed){ .negative = next < end && *next == '-' };
    next += number->negative;
    number->whole = take_digits(&next, end);
    if (number->whole.at == number->whole.end ||
        (*number->whole.at == '0' && number->whole.end - number->whole.at > 1))
        return false;
    number->part = (digits){ next, next };
    if (next < end && *next == '.') {
        next++;
        number->part = take_digits(&next, end);
        if (number->part.at == number->part.end)
            return false;
    }
    if (next < end && (*next == 'e' || *next == 'E')) {
        next++;
        if (!take_exponent(&next, end, &number->exponent))
            return false;
    }
    *at = next;
    return true;
}

static size_t
digit_count(const parsed *number)
{
    return (size_t) (number->whole.end - number->whole.at) +
           (size_t) (number->part.end - number->part.at);
}

static unsigned
digit_at(const parsed *number, size_t i)
{
    size_t whole = (size_t) (number->whole.end - number->whole.at);

    return (unsigned) ((i < whole ? number->whole.at[i] : number->part.at[i - whole]) - '0');
}

static bool
append(uint64_t *sum, unsigned digit)
{
    return !__builtin_mul_overflow(*sum, UINT64_C(10), sum) &&
           !__builtin_add_overflow(*sum, (uint64_t) digit, sum);
}

json_number_result
json_number(const char **at, const char *end, uint64_t max, uint64_t *value)
{
    parsed number;

    if (!parse(at, end, &number))
        return JSON_NUMBER_NONE;

    size_t count = digit_count(&number);
    long power = number.exponent - (long) (number.part.end - number.part.at);

    for (; count > 0 && digit_at(&number, count - 1) == 0; count--)
        power++;
    *value = 0;
    if (count == 0)
        return JSON_NUMBER_OK;
    if (number.negative)
        return JSON_NUMBER_LESS;
    if (power < 0)
        return JSON_NUMBER_PART;
    for (size_t i = 0; i < count; i++)
        if (!append(value, digit_at(&number, i)))
            return JSON_NUMBER_MORE;
    for (; power > 0; power--)
        if (!append(value, 0))
            return JSON_NUMBER_MORE;
    return *value > max ? JSON_NUMBER_MORE : JSON_NUMBER_OK;
}

const char *
json_number_words(json_number_result result)
{
    switch (result) {
    case JSON_NUMBER_LESS:
        return "the number is below zero";
    case JSON_NUMBER_MORE:
        return "the number is too large";
    case JSON_NUMBER_PART:
        return "a whole number is wanted";
    case JSON_NUMBER_OK:
    case JSON_NUMBER_NONE:
        break;
    }
    return "a number is wanted, or its digits as a text";
}

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * json_number: the numbers of JSON as whole numbers, exactly.  1.0, 100e-2 and 1e3 are whole; no
 * floating point number is ever made, so nothing is rounded and 1e400 costs no more than 1.
 */
#include <stdint.h>

typedef enum json_number_result {
    JSON_NUMBER_OK,
    JSON_NUMBER_NONE, /* that is no number */
    JSON_NUMBER_PART, /* not a whole number */
    JSON_NUMBER_LESS, /* below zero */
    JSON_NUMBER_MORE, /* over `max` */
} json_number_result;

/* The number that begins at `at`; *at is moved behind it, unless it is none. */
json_number_result json_number(const char **at, const char *end, uint64_t max, uint64_t *value);
/* Words for a refusal. */
const char *json_number_words(json_number_result result);

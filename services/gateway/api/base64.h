/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * base64: octets as the letters of JSON and of addresses.
 *
 * Written as ProtoJSON says: the standard alphabet with padding in JSON, the URL-safe one without
 * in addresses and headers.  Read is either, with padding or without.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Letters that `size` octets take with padding; without, at most as many. */
#define BASE64_LETTERS(size) (((size) + 2) / 3 * 4)
/* Octets that `letters` letters give at most. */
#define BASE64_OCTETS(letters) ((letters) / 4 * 3 + 3)

/* How many letters were written; no NUL. */
size_t base64_write(const void *octets, size_t size, char *letters);
size_t base64_write_url(const void *octets, size_t size, char *letters);

/* False: some letter or the padding is wrong.  `octets` has room for BASE64_OCTETS(count). */
bool base64_read(const char *letters, size_t count, uint8_t *octets, size_t *size);

/* Exactly `size` octets, in hexadecimal digits or base64: 16 octets have never as many letters in
 * one as in the other. */
bool octets_read(const char *letters, size_t count, uint8_t *octets, size_t size);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * peek: a number out of a packed message, without unpacking it: for what is looked at by the
 * thousand to find the few that are wanted.  For our own messages, whose fields stand in the order
 * of their numbers, each once; a stranger's octets are for check.h.
 */
#include <stddef.h>
#include <stdint.h>

/* The varint, fixed32 or fixed64 field `number` of the outermost message; 0: it is not there, or
 * the message ends before it makes sense. */
uint64_t sj_peek_number(const void *packed, size_t size, unsigned number);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mend: JSON that a parser refuses for what nobody need lose a push for.
 *
 * Half a surrogate pair becomes U+FFFD, as a browser would show it.  A number that no machine word
 * holds becomes the string of its digits: as an id it is still that id, as anything else it is
 * nothing.  A batch is an array that is all there is, or a member of the outermost object: an item
 * of it that cannot be read by itself (a member that is there twice, say) becomes 0, which is no
 * event; the others stay.  All else that is no JSON is refused.
 */
#include "storage/arena.h"

#include <jansson.h>

/* An object or array, to be given back with json_decref; NULL: *error says why.  Members that are
 * there twice are no JSON here: senders and receivers differ on which one counts. */
json_t *mend_json(sj_arena *arena, sj_bytes text, json_error_t *error);

/* A backslash, 'u' and four hexadecimal digits; false: they are not here. */
bool mend_unit(const char *at, size_t size, uint32_t *unit);
/* The two halves of a pair. */
bool mend_is_high(uint32_t unit);
bool mend_is_low(uint32_t unit);

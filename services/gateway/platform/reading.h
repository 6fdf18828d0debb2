/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * reading: what every `read` is made of: JSON of strangers into pushes that no service refuses.
 *
 * Texts are cleaned and cut, never a reason to refuse.  Ids are told apart or nothing: one that is
 * no clean text within its limit is replaced by "~" and its hash, the same each time.  A push has a
 * nonce of its own from the start; what makes two deliveries the same push is said by reading_same.
 */
#include "services/gateway/platform/platform.h"

#include <jansson.h>

/* Octets of texts, as registration takes them. */
enum { READING_NAME_MAX = 800, READING_WORK_MAX = 800, READING_TITLE_MAX = 1024 };

typedef struct reading {
    sj_arena *arena;
    const platform_delivery *in;
    platform_items *out;
    const char *platform;
    size_t room; /* of out->item */
    size_t seen; /* items, also those that are skipped */
    platform_item *last;
    uint8_t source[16]; /* a hash of what is read: items without a better nonce have theirs of it */
    platform_item sink; /* what is skipped, or does not fit, goes here */
} reading;

void reading_begin(reading *r, sj_arena *arena, const platform_delivery *in, const char *of,
                   platform_items *out);

/* The octets as an object or array (mend.h), to be given back with json_decref; NULL: an item says
 * so. */
json_t *reading_json(reading *r, sj_bytes body);

/* A new push; never NULL: what is skipped goes nowhere, nor do more than PLATFORM_PUSHES_MAX, and
 * out->more says so. */
Sijill__V1__Push *reading_push(reading *r, Sijill__V1__Push__Kind kind);
/* An item that says what a human should know. */
void reading_words(reading *r, const char *words);
/* What was read last cannot be a push after all. */
void reading_spoil(reading *r, const char *words);
/* An item that asks for the platform's own word. */
void reading_fetch(reading *r, const char *path);

/* What these parts (ended by NULL) say is this push, wherever and however often it is delivered. */
void reading_same(reading *r, Sijill__V1__Push *push, const char *const parts[]);
/* The same, of parts that only this hook's sender tells apart: what another hook is sent is another
 * push. */
void reading_same_here(reading *r, Sijill__V1__Push *push, const char *const parts[]);

/* A string or whole number as it stands; "" for anything else, never NULL. */
const char *reading_raw(reading *r, const json_t *value);
/* A member's string as it stands; "" when it is none. */
const char *reading_string(const json_t *object, const char *name);

/* A text of at most `octets`, NULL: nothing. */
char *reading_text(reading *r, const json_t *value, size_t octets);
char *reading_id(reading *r, const json_t *value);
/* An id made of parts (ended by NULL), the empty ones left out; NULL: all are. */
char *reading_id_of(reading *r, const char *const parts[]);
/* "RUN#WHO", as attendance has it: push->instance and these parts; NULL: all of them are empty. */
char *reading_connection(reading *r, const Sijill__V1__Push *push, const char *const who[]);
/* The run alone, "RUN#": its end, or who is in it without a connection of his own. */
void reading_run(reading *r, Sijill__V1__Push *push);
/* An address that is plausible, as services compare them, or NULL. */
char *reading_email(reading *r, const json_t *value);
/* First and last name, or what is there of them. */
char *reading_name(reading *r, const json_t *first, const json_t *last);
/* ISO 3166-1, from a code or a name; NULL: it is not certain. */
char *reading_country(reading *r, const json_t *value);
char *reading_language(reading *r, const json_t *value);

/* RFC 3339, or whole milliseconds, as a number or its digits; 0: none of these. */
uint64_t reading_instant(const json_t *value);
/* The first that is not 0; when there is none, the time of arrival, and the push is undated. */
void reading_occurred(reading *r, Sijill__V1__Push *push, uint64_t first, uint64_t second);

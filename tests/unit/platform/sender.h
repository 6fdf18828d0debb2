/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sender: a platform as it would push to us: a delivery that tests build, sign, spoil and hand to
 * `check` and `read`.  What comes back is looked at as text.
 */
#include "services/gateway/platform/platform.h"

enum { SENDER_HEADERS_MAX = 8, SENDER_TEXT_MAX = 1024 };

#define SENDER_NOW UINT64_C(1772352060) /* 2026-03-01T08:01:00Z, in seconds */

typedef struct sender {
    const platform *platform;
    sj_arena arena; /* of the last check or read */
    platform_delivery in;
    platform_header header[SENDER_HEADERS_MAX];
    char *owned[SENDER_HEADERS_MAX]; /* values of headers */
    char *query;
    uint8_t *body;
    platform_answer answer; /* of the last check */
    platform_items items;   /* of the last read */
} sender;

/* For cmocka's setup and teardown: a sender in *state. */
int sender_open(void **state);
int sender_close(void **state);

/* Begin again: no header, no setting, one secret; it is SENDER_NOW. */
void sender_begin(sender *s, const char *name, const char *secret);
void sender_body(sender *s, const char *body);
void sender_query(sender *s, const char *query);
/* Set a header, or take it away (NULL). */
void sender_header(sender *s, const char *name, const char *value);
/* The same header once more. */
void sender_header_again(sender *s, const char *name, const char *value);

/* Lower-case hexadecimal digits or base64 of an HMAC-SHA256 under a key, over all texts (ended by
 * NULL); made with libsodium alone, not with what is tested. */
const char *sender_hex(sender *s, const char *key, const char *const texts[]);
const char *sender_base64(sender *s, sj_bytes key, const char *const texts[]);

/* Run check; the answer's outcome. */
const char *sender_check(sender *s);
/* Run check and expect this status and outcome. */
void sender_expect(sender *s, unsigned status, const char *outcome);
/* Change each octet of the body and of the named header in turn: none is accepted. */
void sender_expect_every_octet_counts(sender *s, const char *header, unsigned status);

/* Run read.  Each item becomes a line; the lines must be these.  A push is its kind and each field
 * that is set, "JOINED external_id=... email=...", in the order of the contract, without platform
 * and nonce; else "words: ..." or "fetch: ...".  All must pass the limits of the wire. */
void sender_expect_read(sender *s, const char *lines);
/* The nonce of item n of the last read. */
const uint8_t *sender_nonce(const sender *s, size_t n);
/* The same, of the answer to a fetch. */
void sender_expect_fetched(sender *s, const char *fetch, const char *json, const char *lines);
/* Every push passes the limits of the wire and the services' own look at its texts. */
void sender_expect_sound(const sender *s);

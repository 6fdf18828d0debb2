/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * signature: what every `check` is made of.  Whatever is compared with something that only the
 * platform and we can know is compared in constant time and whole.
 */
#include "services/gateway/platform/digest.h"
#include "services/gateway/platform/platform.h"

enum { SIGNATURE_TEXT_MAX = 2 * DIGEST_MAX + 1 };

/* A header; NULL when it is not there, empty, or there more than once. */
const char *delivery_header(const platform_delivery *in, const char *name);
/* Whether a header is there at all. */
bool delivery_has_header(const platform_delivery *in, const char *name);
/* A setting of the hook; NULL: not set. */
const char *delivery_setting(const platform_delivery *in, const char *name);

/* 1..13 ASCII digits and nothing else. */
bool signature_number(const char *digits, size_t size, uint64_t *number);
/* Whether a signed time is at most 300 s from now, in whole seconds as the senders count. */
bool signature_fresh(const platform_delivery *in, uint64_t seconds);

/* Same length and same octets. */
bool signature_same(sj_bytes given, sj_bytes expected);
bool signature_same_text(const char *given, size_t size, const char *expected);

/* An HMAC over all parts in lower-case hexadecimal digits, or in base64 with padding; false: the
 * machine could not. */
bool signature_hex(digest_kind kind, sj_bytes key, const sj_bytes *part, size_t count,
                   char text[SIGNATURE_TEXT_MAX]);
bool signature_base64(digest_kind kind, sj_bytes key, const sj_bytes *part, size_t count,
                      char text[SIGNATURE_TEXT_MAX]);

sj_bytes signature_text(const char *text);

/* The two usual answers. */
void answer_accept(platform_answer *out, unsigned status);
void answer_refuse(platform_answer *out, unsigned status, const char *outcome);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * head: what strangers write into a request's head, read without mercy.  Pure functions over text;
 * nothing here knows a socket.  tests/fuzz/head.c lives on them.
 */
#include <stdbool.h>
#include <stddef.h>

enum {
    HEAD_TRACE_SIZE = 25, /* W3C trace context: 16 of the trace, 8 of the span, 1 of flags */
    HEAD_FROM_MAX = 64,   /* "http " and an address */
};

/* What is wrong with the target of a request line, in words; NULL: nothing.  Octets outside visible
 * ASCII, '#', '\', a '%' without two digits, %00, and segments "." and ".." however written. */
const char *head_target_fault(const char *target);

/* The path of a target in absolute form ("http://host/path" -> "/path"); other targets as they are.
 */
const char *head_target_path(const char *target);

/* The first parameter of a query called `name`, decoded ('+' is a space); false: none.  `to` has
 * room for strlen(query) + 1. */
bool head_parameter(const char *query, const char *name, char *to);

/* A traceparent of version 00, strictly; false: not one. */
bool head_trace(const char *traceparent, unsigned char trace[static HEAD_TRACE_SIZE]);

/* Host, or the authority of a target: visible ASCII without what an authority cannot hold. */
bool head_host_is_good(const char *host);

/* The last address of X-Forwarded-For, which our own proxy wrote, in its usual spelling.  False: it
 * is no address. */
bool head_forwarded(const char *value, char *to, size_t size);

/* Whether a list such as Accept-Encoding takes `coding` ("gzip", not "gzip;q=0"). */
bool head_takes(const char *list, const char *coding);

/* Whether `word` is one of `list`, both without regard to case; the list's separators are `by`. */
bool head_has_word(const char *list, const char *word, const char *by);

/* Decimal digits only, no sign, no overflow. */
bool head_length(const char *text, unsigned long long *length);

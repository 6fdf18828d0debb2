/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * check: whether octets from a stranger are a message of a type, before anything is unpacked.
 *
 * protobuf-c accepts NUL inside text, invalid UTF-8, repeated single fields and unlimited nesting,
 * and a small message can make it allocate a hundred times its size.  What passes here unpacks into
 * at most SJ_UNPACKED_MAX octets.
 */
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL: good.  Else words that say what is wrong, and *field the field's name ("" when none is at
 * fault). */
const char *sj_message_check(const ProtobufCMessageDescriptor *type, const void *at, size_t size,
                             const char **field);

/* The same of a record's body: what a service made of a message that passed may be a little larger,
 * and must not be refused by those who follow its feed. */
const char *sj_record_check(const ProtobufCMessageDescriptor *type, const void *at, size_t size,
                            const char **field);

/* Printable ASCII and nothing else: valid, harmless, and the usual case, eight octets at a time. */
bool sj_text_plain(const void *at, size_t size);
/* UTF-8 (RFC 3629: shortest form, no surrogates) without NUL. */
bool sj_utf8_valid(const void *at, size_t size);
/* Octets of a text of valid UTF-8 that are whole characters, `most` at most. */
size_t sj_utf8_cut(const char *text, size_t most);
/* Valid UTF-8 holds no control: C0, DEL, C1, U+2028/9, bidi embeddings, overrides and isolates, tag
 * characters. */
bool sj_text_harmless(const void *at, size_t size);

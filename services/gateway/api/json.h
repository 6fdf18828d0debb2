/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * json: protobuf messages as JSON and back, by their descriptors.  The rules are ProtoJSON's:
 *
 *   member names     lowerCamelCase out; so or as in the .proto in; unknown ones and one that comes
 *                    twice are refused
 *   uint64, fixed64  text out; text or number in; exact: never through a floating point number
 *   uint32           number out; text or number in; 1.0 and 1e3 are whole numbers
 *   enums            name out; name or number in
 *   bytes            base64 out; either alphabet, with padding or without, in; where the contract
 *                    wants exactly so many octets, hexadecimal digits as well
 *   absent           left out; null is absent
 *
 * The contract has no other types (a test holds that).  The reader writes straight into a message
 * in an arena: no tree between, so memory is what the message takes, and depth is what the contract
 * nests.  Texts are UTF-8 without NUL; lone surrogates are refused.
 */
#include "storage/arena.h"

#include <protobuf-c/protobuf-c.h>

enum {
    JSON_PATH_SIZE = 128,
    JSON_ITEMS_MAX = 1024, /* of one list; the contract's own limits are lower */
};

/* Why a text was refused. */
typedef struct json_error {
    char path[JSON_PATH_SIZE]; /* the member: "event.title[0].text"; "": the text as a whole */
    const char *words;         /* static, says what to do */
    size_t at;                 /* octets before the place */
    bool syntax;               /* not JSON at all */
    bool too_large;            /* more than a message may take */
} json_error;

/* A new message; everything absent.  NULL: the arena is full. */
ProtobufCMessage *json_message(sj_arena *arena, const ProtobufCMessageDescriptor *type);

/* Read a JSON object into a message that json_message made. */
bool json_read(sj_arena *arena, ProtobufCMessage *message, sj_bytes text, json_error *error);

/* Set one field that is no message and no list from the words of an address ("?state=confirmed"):
 * names of an enumeration in either case.  NULL: done; else words that say what is wrong. */
const char *json_read_word(sj_arena *arena, ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field, const char *word);

/* ---- out ---------------------------------------------------------------------------------------
 */

/* A text that grows; `at` is the owner's to free.  Failed is sticky: out of memory. */
typedef struct json_text {
    char *at;
    size_t size, room;
    bool failed;
} json_text;

void json_put(json_text *out, const char *text, size_t size);
/* A JSON string, quotes included.  What is no UTF-8 is replaced. */
void json_put_string(json_text *out, const char *text, size_t size);
/* ["",] "name": of a member; `first` is cleared. */
void json_put_name(json_text *out, const char *name, bool *first);

/* A message as an object.  Of the object itself, but not of those in it, the field `except` (as in
 * the .proto; NULL: none) is left out, and the braces are left to the caller. */
void json_write_members(json_text *out, const ProtobufCMessage *message, const char *except,
                        bool *first);
void json_write(json_text *out, const ProtobufCMessage *message);

/* ---- names -------------------------------------------------------------------------------------
 */

/* "page_size" to "pageSize", in place of `size` octets; cut when it is longer. */
void json_name(const char *field, char *name, size_t size);
/* The field by its name in the .proto or in JSON; NULL: none. */
const ProtobufCFieldDescriptor *json_field(const ProtobufCMessageDescriptor *type, const char *name,
                                           size_t size);
/* The value of an enumeration by its name. */
const ProtobufCEnumValue *json_enum(const ProtobufCEnumDescriptor *type, const char *name,
                                    bool any_case);
/* Whether an optional field is there. */
bool json_has(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* Where a field's value stands, to be read or written. */
void *json_place(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
void json_set_has(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

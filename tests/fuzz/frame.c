/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets as the head of a frame, and, as often, as the body of what a feed socket or a consumer
 * takes.  What is accepted says all its octets when it is packed again.
 */
#include "proto/wire/frame.h"
#include "proto/wire/check.h"
#include "storage/arena.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

enum { BODY_MAX = 4096, LINE_SIZE = 2 * BODY_MAX + 2 };

static sj_arena arena;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    if (!sj_arena_open(&arena, SJ_UNPACKED_MAX))
        abort();
    return 0;
}

static void *
take(void *from, size_t size)
{
    return sj_arena_take(from, size);
}

static void
keep(void *from, void *pointer)
{
    (void) from;
    (void) pointer;
}

static void
try_head(const uint8_t *octets, size_t size)
{
    ProtobufCAllocator allocator = { take, keep, &arena };
    Sijill__V1__Envelope *envelope = sj_head_unpack(octets, size, &allocator);
    unsigned char again[SJ_HEAD_MAX];

    if (envelope != NULL && sj_head_pack(envelope, again) != size)
        abort();
}

static void
try_body(const ProtobufCMessageDescriptor *type, const uint8_t *octets, size_t size)
{
    ProtobufCAllocator allocator = { take, keep, &arena };
    ProtobufCMessage *message;
    const char *field;

    if (size > SJ_FRONT_MAX || sj_message_check(type, octets, size, &field) != NULL)
        return;
    message = protobuf_c_message_unpack(type, &allocator, size, octets);
    if (message == NULL || protobuf_c_message_get_packed_size(message) != size)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
    static const ProtobufCMessageDescriptor *const types[] = {
        &sijill__v1__hello__descriptor,
        &sijill__v1__subscribe__descriptor,
        &sijill__v1__credit__descriptor,
        &sijill__v1__note_consumer__descriptor,
    };

    sj_arena_reset(&arena);
    try_head(octets, size);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        sj_arena_reset(&arena);
        try_body(types[i], octets, size);
    }
    return 0;
}

static uint8_t
nibble(char digit)
{
    return (uint8_t) (digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* Head and body of every kept frame. */
void
fuzz_write_seeds(const char *folder)
{
    static const char *const frames[] = { "hello", "request",   "reply",  "refusal",
                                          "ping",  "subscribe", "credit", "records" };
    static char line[LINE_SIZE];
    char path[512];

    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        FILE *kept, *seed;

        (void) snprintf(path, sizeof path, "%s/frames/%s.hex", SIJILL_VECTORS, frames[i]);
        kept = fopen(path, "r");
        for (int part = 0; kept != NULL && fgets(line, sizeof line, kept) != NULL; part++) {
            (void) snprintf(path, sizeof path, "%s/%s-%d.seed", folder, frames[i], part);
            seed = fopen(path, "wbx");
            for (const char *at = line; seed != NULL && at[0] > ' ' && at[1] > ' '; at += 2) {
                uint8_t octet = (uint8_t) (nibble(at[0]) << 4 | nibble(at[1]));

                (void) fwrite(&octet, 1, 1, seed);
            }
            if (seed != NULL)
                (void) fclose(seed);
        }
        if (kept != NULL)
            (void) fclose(kept);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/wire/corpus.h"

#include "proto/wire/pack.h"
#include "proto/wire/unpack.h"
#include "services/core/housekeeping.h"
#include "services/core/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TYPES_MAX = 1000, BODIES_MAX = 2048 };

static struct {
    stories told;
    const ProtobufCMessageDescriptor *of[TYPES_MAX]; /* by the route's type */
    corpus_body bodies[BODIES_MAX];
    size_t count;
} corpus;

void *__real_sj_decode(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type,
                       sj_reply *reply);
void *__real_sj_unpack(sj_txn *txn, const ProtobufCMessageDescriptor *type, sj_bytes packed);
void *__wrap_sj_decode(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type,
                       sj_reply *reply);
void *__wrap_sj_unpack(sj_txn *txn, const ProtobufCMessageDescriptor *type, sj_bytes packed);

void *__real_sj_message_pack(const ProtobufCMessage *message, void *room, size_t size);
void *__wrap_sj_message_pack(const ProtobufCMessage *message, void *room, size_t size);
void *__real_sj_message_unpack(const ProtobufCMessageDescriptor *type, const void *packed,
                               size_t size, ProtobufCAllocator *allocator);
void *__wrap_sj_message_unpack(const ProtobufCMessageDescriptor *type, const void *packed,
                               size_t size, ProtobufCAllocator *allocator);

static const tape_step *
step_of(const tape *t, sj_bytes body)
{
    for (size_t i = 0; body.size > 0 && i < t->count; i++)
        if (t->steps[i].cmd.body.at == body.at)
            return &t->steps[i];
    return NULL;
}

void *
__wrap_sj_decode(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type,
                 sj_reply *reply)
{
    assert_true(cmd->type < TYPES_MAX);
    corpus.of[cmd->type] = type;
    return __real_sj_decode(txn, cmd, type, reply);
}

/* Rows are unpacked as well; of a record's body the octets are those of a step. */
void *
__wrap_sj_unpack(sj_txn *txn, const ProtobufCMessageDescriptor *type, sj_bytes packed)
{
    const tape_step *step = step_of(&corpus.told.certificate, packed);

    if (step != NULL)
        corpus.of[step->cmd.type] = type;
    return __real_sj_unpack(txn, type, packed);
}

/* Whatever is packed, rows, records and replies, protobuf-c would pack so. */
void *
__wrap_sj_message_pack(const ProtobufCMessage *message, void *room, size_t size)
{
    uint8_t *packed = __real_sj_message_pack(message, room, size);
    uint8_t *theirs = NULL;

    if (packed == NULL)
        return NULL;
    size -= (size_t) (packed - (uint8_t *) room);
    assert_int_equal(protobuf_c_message_get_packed_size(message), size);
    theirs = malloc(size + 1);
    assert_non_null(theirs);
    assert_int_equal(protobuf_c_message_pack(message, theirs), size);
    assert_memory_equal(packed, theirs, size);
    free(theirs);
    return packed;
}

/* And what is unpacked is what protobuf-c unpacks. */
void *
__wrap_sj_message_unpack(const ProtobufCMessageDescriptor *type, const void *packed, size_t size,
                         ProtobufCAllocator *allocator)
{
    ProtobufCMessage *message = __real_sj_message_unpack(type, packed, size, allocator);
    ProtobufCMessage *theirs;
    uint8_t *octets;

    if (message == NULL)
        return NULL;
    theirs = protobuf_c_message_unpack(type, NULL, size, packed);
    assert_non_null(theirs);
    size = protobuf_c_message_get_packed_size(theirs);
    assert_int_equal(protobuf_c_message_get_packed_size(message), size);
    octets = malloc(2 * size + 1);
    assert_non_null(octets);
    (void) protobuf_c_message_pack(theirs, octets);
    (void) protobuf_c_message_pack(message, octets + size);
    assert_memory_equal(octets, octets + size, size);
    free(octets);
    protobuf_c_message_free_unpacked(theirs, NULL);
    return message;
}

static void
gather(const tape *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const tape_step *step = &t->steps[i];

        if (step->reply.status == SJ_UNSUPPORTED || corpus.of[step->cmd.type] == NULL)
            continue;
        assert_true(corpus.count < BODIES_MAX);
        corpus.bodies[corpus.count++] =
            (corpus_body){ step->cmd.type, corpus.of[step->cmd.type], step->cmd.body };
    }
}

void
corpus_gather(void)
{
    stories_tell(&corpus.told, false);
    gather(&corpus.told.registration);
    gather(&corpus.told.attendance);
    gather(&corpus.told.certificate);
}

void
corpus_drop(void)
{
    stories_forget(&corpus.told);
    corpus.count = 0;
}

size_t
corpus_size(void)
{
    return corpus.count;
}

const corpus_body *
corpus_at(size_t i)
{
    return &corpus.bodies[i];
}

const ProtobufCMessageDescriptor *
corpus_message_of(uint32_t type)
{
    return type < TYPES_MAX ? corpus.of[type] : NULL;
}

void
corpus_each_type(void (*look)(const ProtobufCMessageDescriptor *type))
{
    look(&sijill__v1__envelope__descriptor);
    look(&sijill__v1__hello__descriptor);
    look(&sijill__v1__subscribe__descriptor);
    look(&sijill__v1__credit__descriptor);
    for (uint32_t type = 0; type < TYPES_MAX; type++)
        if (corpus.of[type] != NULL)
            look(corpus.of[type]);
}

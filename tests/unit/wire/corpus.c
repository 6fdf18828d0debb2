/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/wire/corpus.h"

#include "services/core/housekeeping.h"
#include "services/core/message.h"

#include <setjmp.h>
#include <stdarg.h>

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

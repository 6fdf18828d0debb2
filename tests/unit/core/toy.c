/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/core/toy.h"

#include "services/core/housekeeping.h"
#include "services/core/message.h"

#include <string.h>

enum { TABLE_KEPT = SJ_TABLE_OWN };

static sj_key
key_of(const sj_command *cmd, const char *agent)
{
    sj_key key = sj_key_org(cmd->org);

    sj_key_add_text(&key, agent);
    return key;
}

static sj_status
keep(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__Hello *in = sj_decode(txn, cmd, &sijill__v1__hello__descriptor, reply);
    sj_key key;

    if (in == NULL)
        return reply->status;
    if (in->agent == NULL)
        return sj_refuse_field(txn, reply, "agent", "give a name");
    key = key_of(cmd, in->agent);
    sj_row_put(txn, TABLE_KEPT, &key, &in->base);
    sj_emit_message(txn, 130, &in->base, NULL);
    sj_emit_message(txn, 131, &in->base, &in->base);
    return sj_accept(txn, reply, &in->base);
}

static sj_status
refuse(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    (void) cmd;
    return sj_refuse(txn, reply, SJ_PRECONDITION, "never");
}

static sj_status
drop(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__Hello *in = sj_decode(txn, cmd, &sijill__v1__hello__descriptor, reply);
    sj_key key;

    if (in == NULL)
        return reply->status;
    key = key_of(cmd, in->agent == NULL ? "" : in->agent);
    if (sj_exists(txn, TABLE_KEPT, &key))
        sj_delete(txn, TABLE_KEPT, &key);
    return sj_accept(txn, reply, NULL);
}

static sj_status
look(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__Hello *in = sj_decode(txn, cmd, &sijill__v1__hello__descriptor, reply);
    sj_key key;
    Sijill__V1__Hello *row;

    if (in == NULL)
        return reply->status;
    key = key_of(cmd, in->agent == NULL ? "" : in->agent);
    row = sj_row_get(txn, TABLE_KEPT, &key, &sijill__v1__hello__descriptor);
    return row == NULL ? sj_refuse(txn, reply, SJ_NOT_FOUND, "nobody")
                       : sj_accept(txn, reply, &row->base);
}

static sj_status
pulse(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    sj_pulse_store(txn, cmd);
    return sj_accept(txn, reply, NULL);
}

static void
scrub(sj_txn *txn, sj_scrub_found *found, void *context)
{
    (void) txn;
    (void) found;
    (void) context;
}

static const sj_route routes[] = {
    { TOY_KEEP, "keep", SJ_ROUTE_COMMAND, keep },
    { TOY_REFUSE, "refuse", SJ_ROUTE_COMMAND, refuse },
    { TOY_DROP, "drop", SJ_ROUTE_COMMAND, drop },
    { TOY_HEAR, "hear", SJ_ROUTE_RECORD, keep },
    { TOY_LOOK, "look", SJ_ROUTE_QUERY, look },
    { TOY_PULSE, "pulse", SJ_ROUTE_INTERNAL, pulse },
    { 0, NULL, SJ_ROUTE_COMMAND, NULL },
};
static const char *const tables[] = { "kept", NULL };

const sj_core toy_core = { "toy", 7, 1, tables, routes, scrub, NULL };

int
toy_open(void **state)
{
    return fixture_open(state, &toy_core);
}

Sijill__V1__Hello
toy_hello(const char *agent)
{
    Sijill__V1__Hello made;

    sijill__v1__hello__init(&made);
    made.agent = (char *) (uintptr_t) agent;
    return made;
}

sj_status
toy_keep(fixture *f, const char *agent, uint64_t now_ms)
{
    Sijill__V1__Hello in = toy_hello(agent);

    return fixture_run(f, TOY_KEEP, &in.base, now_ms);
}

void
toy_id(uint64_t made_ms, uint64_t n, uint8_t id[SJ_ID_SIZE])
{
    sj_write_u64(id, made_ms << 16);
    sj_write_u64(id + 8, n);
    id[6] = 0x70;
    id[8] = 0x80;
}

void
toy_next_id(fixture *f, const uint8_t id[SJ_ID_SIZE])
{
    memcpy(f->next_id, id, SJ_ID_SIZE);
    f->has_next_id = true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/housekeeping.h"

#include "services/core/audit.h"
#include "services/core/identity.h"
#include "services/core/message.h"
#include "storage/cursor.h"
#include "storage/ledger.h"
#include "storage/outbox.h"

enum { COMMON_TYPES = 901 }; /* from here on, types that every service has */

/* Nobody is registered as a consumer: nothing is trimmed, because a new consumer begins at the
 * beginning. */
static void
trim_outbox(sj_txn *txn, const sj_command *cmd)
{
    uint64_t slowest = sj_consumer_slowest(txn, 0);
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    uint64_t last = 0;

    for (unsigned i = 0; i < SJ_PULSE_STORE_ROWS && last < slowest; i++) {
        sj_outbox_record stored;
        Sijill__V1__Record *record;

        if (!sj_outbox_next(txn, last, &stored) || stored.seq > slowest)
            break;
        record = sj_unpack(txn, &sijill__v1__record__descriptor, stored.record);
        if (record == NULL || record->at_ms + SJ_OUTBOX_RETENTION_MS > cmd->now_ms)
            break;
        last = stored.seq;
        sj_arena_release(sj_txn_arena(txn), mark);
    }
    if (last > 0)
        (void) sj_outbox_trim(txn, last, SJ_PULSE_STORE_ROWS);
}

void
sj_pulse_store(sj_txn *txn, const sj_command *cmd)
{
    if (cmd->now_ms > SJ_REPLY_RETENTION_MS + SJ_ID_AHEAD_MS)
        (void) sj_ledger_forget(txn, cmd->now_ms - SJ_REPLY_RETENTION_MS - SJ_ID_AHEAD_MS,
                                SJ_PULSE_STORE_ROWS);
    trim_outbox(txn, cmd);
}

static sj_status
note_consumer(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__NoteConsumer *in =
        sj_decode(txn, cmd, &sijill__v1__note_consumer__descriptor, reply);
    sj_cursor known;

    if (in == NULL)
        return reply->status;
    if (in->name == NULL || in->at == NULL)
        return sj_refuse(txn, reply, SJ_INVALID, "a consumer has a name and a position");
    if (!sj_consumer_get(txn, in->name, &known) || known.seq != in->at->seq ||
        known.epoch != in->at->epoch)
        sj_consumer_put(txn, in->name, (sj_cursor){ in->at->epoch, in->at->seq });
    return sj_accept(txn, reply, NULL);
}

const sj_route sj_common_routes[] = {
    { 901, "note_consumer", SJ_ROUTE_INTERNAL, note_consumer },
    { 952, "list_audit", SJ_ROUTE_QUERY, sj_list_audit },
    { 0, NULL, SJ_ROUTE_INTERNAL, NULL },
};

const sj_route *
sj_core_route(const sj_core *core, uint32_t type)
{
    return sj_route_find(type >= COMMON_TYPES ? sj_common_routes : core->routes, type);
}

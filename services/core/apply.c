/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/apply.h"

#include "services/core/access.h"
#include "services/core/audit.h"
#include "services/core/housekeeping.h"
#include "services/core/identity.h"
#include "storage/ledger.h"
#include "storage/store.h"

#include <assert.h>
#include <string.h>

static const sj_route *
find_route(const sj_core *core, const sj_command *cmd)
{
    const sj_route *route = sj_core_route(core, cmd->type);
    sj_route_kind internal = cmd->origin == SJ_FROM_FEED ? SJ_ROUTE_RECORD : SJ_ROUTE_INTERNAL;

    if (route == NULL)
        return NULL;
    if (cmd->origin != SJ_FROM_PEER)
        return route->kind == internal ? route : NULL;
    return route->kind == SJ_ROUTE_COMMAND || route->kind == SJ_ROUTE_QUERY ? route : NULL;
}

static sj_command
begin(sj_txn *txn, const sj_core *core, const sj_command *cmd, bool audited)
{
    sj_command now = *cmd;
    sj_about about = { .org = cmd->org, .dry_run = cmd->dry_run, .audited = audited };

    now.core = core;
    if (now.now_ms < sj_log_time(txn)) /* a refused command before it moves no clock */
        now.now_ms = sj_log_time(txn);
    about.now_ms = now.now_ms;
    memcpy(about.id, cmd->id, sizeof about.id);
    memcpy(about.actor, cmd->actor, sizeof about.actor);
    sj_command_begin(txn, &about);
    return now;
}

static void
hash_body(sj_txn *txn, const sj_command *cmd, uint8_t hash[16])
{
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    uint8_t *typed = sj_arena_take(sj_txn_arena(txn), sizeof cmd->type + cmd->body.size);

    memset(hash, 0, 16);
    if (typed == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the command is too long");
        return;
    }
    sj_write_u32(typed, cmd->type);
    if (cmd->body.size > 0)
        memcpy(typed + sizeof cmd->type, cmd->body.at, cmd->body.size);
    sj_hash((sj_bytes){ typed, sizeof cmd->type + cmd->body.size }, hash);
    sj_arena_release(sj_txn_arena(txn), mark);
}

/* What the digest takes of a command and its answer.  Entropy is in it and kept nowhere, so the
 * digest says nothing of persons. */
static void
accept(sj_txn *txn, const sj_command *cmd, const uint8_t body_hash[16], sj_reply *reply)
{
    uint8_t head[4 + 8 + 8 + 4 * 16];
    size_t size = sizeof head + reply->body.size;
    uint8_t *mark = sj_arena_take(sj_txn_arena(txn), size);

    if (mark == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the reply is too long");
        return;
    }
    sj_write_u32(mark, cmd->type);
    sj_write_u64(mark + 4, cmd->org);
    sj_write_u64(mark + 12, cmd->now_ms);
    memcpy(mark + 20, cmd->id, 16);
    memcpy(mark + 36, cmd->actor, 16);
    memcpy(mark + 52, cmd->entropy, 16);
    memcpy(mark + 68, body_hash, 16);
    if (reply->body.size > 0)
        memcpy(mark + sizeof head, reply->body.at, reply->body.size);
    reply->seq = sj_command_accept(txn, (sj_bytes){ mark, size });
}

/* Whether a type's handler looks at if_revision. */
static bool
is_edit(const sj_core *core, uint32_t type)
{
    const uint32_t *edit = core->edits;

    while (edit != NULL && *edit != 0 && *edit != type)
        edit++;
    return edit != NULL && *edit != 0;
}

/* A condition that nobody looks at is refused: who asked for it relies on it. */
static bool
may_have_revision(sj_txn *txn, const sj_core *core, const sj_command *cmd, sj_reply *reply)
{
    if (cmd->if_revision == 0 || is_edit(core, cmd->type))
        return true;
    (void) sj_refuse_field(txn, reply, "if_revision",
                           "this type has no revision to look at; leave if_revision out");
    return false;
}

/* What was answered to the request; one that brings a key from outside is the request that brought
 * it first. */
static bool
find_entry(sj_txn *txn, const sj_command *cmd, sj_ledger_entry *entry)
{
    uint8_t first[SJ_ID_SIZE];

    if (!cmd->has_outside || !sj_outside_find(txn, cmd->outside, cmd->actor, first))
        return sj_ledger_find(txn, cmd->id, cmd->actor, entry);
    if (sj_ledger_find(txn, first, cmd->actor, entry))
        return true;
    sj_txn_fail(txn, SJ_FAULT_DAMAGE, "damaged record: a key from outside leads to no reply");
    return false;
}

/* True: the ledger, or the id itself, answers. */
static bool
recall(sj_txn *txn, const sj_command *cmd, const uint8_t body_hash[16], sj_reply *reply)
{
    uint64_t made_ms = sj_id_ms(cmd->id);
    sj_ledger_entry entry;

    if (made_ms + SJ_REPLY_RETENTION_MS < cmd->now_ms || made_ms > cmd->now_ms + SJ_ID_AHEAD_MS) {
        (void) sj_refuse(txn, reply, SJ_EXPIRED,
                         "the request id is too old to be remembered, or from the future: make a "
                         "new UUIDv7 and set the clock");
        return true;
    }
    if (!find_entry(txn, cmd, &entry))
        return false;
    if (memcmp(entry.body_hash, body_hash, sizeof entry.body_hash) != 0) {
        (void) sj_refuse(txn, reply, SJ_KEY_REUSED,
                         "this request id or key was used for another request: make a new one");
        return true;
    }
    *reply =
        (sj_reply){ .status = SJ_OK, .body = entry.result, .seq = entry.seq, .replayed = true };
    return true;
}

static void
remember(sj_txn *txn, const sj_command *cmd, const uint8_t body_hash[16], const sj_reply *reply)
{
    sj_ledger_entry entry = { .seq = sj_command_last(txn), .result = reply->body };

    assert(reply->body.size <= SJ_RESULT_MAX);
    memcpy(entry.body_hash, body_hash, sizeof entry.body_hash);
    entry.has_outside = cmd->has_outside;
    memcpy(entry.outside, cmd->outside, sizeof entry.outside);
    sj_ledger_add(txn, cmd->id, cmd->actor, &entry);
}

bool
sj_apply(sj_txn *txn, const sj_core *core, const sj_command *cmd, sj_reply *reply)
{
    const sj_route *route = find_route(core, cmd);
    bool remembered = route != NULL && route->kind == SJ_ROUTE_COMMAND && !cmd->dry_run;
    sj_command now = begin(txn, core, cmd, remembered);
    uint8_t body_hash[16];

    if (route == NULL || route->kind == SJ_ROUTE_QUERY) {
        (void) sj_refuse(txn, reply, SJ_UNSUPPORTED, "no such command here");
        return sj_txn_fault(txn) == SJ_FAULT_NONE;
    }
    if (!sj_access_allow(txn, &now, reply)) /* before the ledger: old answers are no one else's */
        return sj_txn_fault(txn) == SJ_FAULT_NONE;
    hash_body(txn, &now, body_hash);
    if (remembered && recall(txn, &now, body_hash, reply))
        return sj_txn_fault(txn) == SJ_FAULT_NONE;
    if (!may_have_revision(txn, core, &now, reply))
        return sj_txn_fault(txn) == SJ_FAULT_NONE;
    *reply = (sj_reply){ .status = SJ_INTERNAL };
    if (route->handle(txn, &now, reply) == SJ_OK && sj_txn_fault(txn) == SJ_FAULT_NONE) {
        if (remembered) {
            remember(txn, &now, body_hash, reply);
            sj_audit_add(txn, &now);
        }
        accept(txn, &now, body_hash, reply);
    }
    return sj_txn_fault(txn) == SJ_FAULT_NONE;
}

bool
sj_apply_record(sj_txn *txn, const sj_core *core, const sj_command *cmd, uint32_t shard,
                sj_cursor at, sj_reply *reply)
{
    const sj_route *route = find_route(core, cmd);
    sj_command now = begin(txn, core, cmd, false);
    uint8_t body_hash[16];

    assert(cmd->origin == SJ_FROM_FEED &&
           route != NULL); /* an unknown type stops the consumer before it comes here */
    hash_body(txn, &now, body_hash);
    *reply = (sj_reply){ .status = SJ_INTERNAL };
    if (route->handle(txn, &now, reply) != SJ_OK)
        sj_dead_letter_put(txn, shard, cmd->record_seq, cmd->type, (uint32_t) reply->status,
                           reply->detail == NULL ? "" : reply->detail);
    sj_cursor_put(txn, shard, at);
    accept(txn, &now, body_hash, reply);
    return sj_txn_fault(txn) == SJ_FAULT_NONE;
}

bool
sj_answer(sj_txn *txn, const sj_core *core, const sj_command *cmd, sj_reply *reply)
{
    const sj_route *route = find_route(core, cmd);
    sj_command now = *cmd;

    now.core = core;
    now.now_ms = sj_now(txn);
    *reply = (sj_reply){ .status = SJ_INTERNAL };
    if (route == NULL || route->kind != SJ_ROUTE_QUERY)
        (void) sj_refuse(txn, reply, SJ_UNSUPPORTED, "no such query here");
    else if (sj_access_allow(txn, &now, reply) && may_have_revision(txn, core, &now, reply) &&
             route->handle(txn, &now, reply) == SJ_OK)
        sj_access_allow_reply(txn, &now, reply);
    reply->seq = sj_sequence(txn);
    return sj_txn_fault(txn) == SJ_FAULT_NONE;
}

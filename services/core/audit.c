/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/audit.h"

#include "services/core/message.h"
#include "storage/store.h"

#include <string.h>

enum {
    LIMIT_USUAL = 100,
    LIMIT_MAX = 200,
    LOOKS_MAX = 5000,      /* rows looked at for one page, when a filter leaves most of them out */
    ENTRY_ROOM = 2 * 1024, /* of the arena: more than one entry takes */
    ENTRY_EXTRA = 4,       /* tag and length of an entry */
    REPLY_EXTRA = 16,      /* the reply's other field */
};

static ProtobufCBinaryData
data_of(const void *at, size_t size)
{
    return (ProtobufCBinaryData){ size, (uint8_t *) (uintptr_t) at };
}

static bool
is_zero(const uint8_t id[SJ_ID_SIZE])
{
    static const uint8_t zeros[SJ_ID_SIZE];

    return memcmp(id, zeros, sizeof zeros) == 0;
}

static sj_key
key_of(uint64_t org, uint64_t seq)
{
    sj_key key = sj_key_org(org);

    sj_key_add_u64(&key, seq);
    return key;
}

void
sj_audit_add(sj_txn *txn, const sj_command *cmd)
{
    sj_key key = key_of(cmd->org, sj_command_last(txn));
    const sj_trail *before = sj_trail_before(txn), *after = sj_trail_after(txn);
    const uint8_t *event = sj_noted_event(txn);
    const sj_file_note *file = sj_noted_file(txn);
    Sijill__V1__AuditRow row;

    sijill__v1__audit_row__init(&row);
    row.has_type = row.has_at_ms = row.has_request_id = row.has_actor = 1;
    row.type = cmd->type;
    row.at_ms = cmd->now_ms;
    row.request_id = sj_id_data(cmd->id);
    row.actor = sj_id_data(cmd->actor);
    row.has_event_id = event != NULL;
    row.event_id = data_of(event, SJ_ID_SIZE);
    if (cmd->where[0] != '\0')
        row.origin = (char *) (uintptr_t) cmd->where;
    row.has_trace = !is_zero(cmd->trace);
    row.trace = data_of(cmd->trace, sizeof cmd->trace);
    row.has_before = before->any;
    row.before = data_of(before->hash, sizeof before->hash);
    row.has_after = after->any;
    row.after = data_of(after->hash, sizeof after->hash);
    row.has_delegated = row.delegated = cmd->delegated;
    row.has_file_hash = row.has_file_size = file->any;
    row.file_hash = data_of(file->hash, sizeof file->hash);
    row.file_size = file->size;
    sj_row_put(txn, SJ_TABLE_AUDIT, &key, &row.base);
}

static bool
same(bool has, ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return has && sj_bytes_equal(sj_data_bytes(a), sj_data_bytes(b));
}

static bool
asked_for(const Sijill__V1__ListAudit *in, const Sijill__V1__AuditRow *row)
{
    return (!in->has_actor || same(row->has_actor, row->actor, in->actor)) &&
           (!in->has_event_id || same(row->has_event_id, row->event_id, in->event_id));
}

/* The name of a type that this program no longer has is its number. */
static const char *
name_of(sj_txn *txn, const sj_core *core, uint32_t type)
{
    const sj_route *route = sj_route_find(core->routes, type);

    return route != NULL ? route->name : sj_words(txn, "type_%u", type);
}

static Sijill__V1__AuditEntry *
entry_of(sj_txn *txn, const sj_core *core, uint64_t seq, const Sijill__V1__AuditRow *row)
{
    Sijill__V1__AuditEntry *entry = sj_arena_take(sj_txn_arena(txn), sizeof *entry);

    if (entry == NULL)
        return NULL;
    sijill__v1__audit_entry__init(entry);
    entry->has_seq = 1;
    entry->seq = seq;
    entry->has_at_ms = row->has_at_ms;
    entry->at_ms = row->at_ms;
    entry->has_type = row->has_type;
    entry->type = row->type;
    entry->command = (char *) (uintptr_t) name_of(txn, core, row->type);
    entry->has_request_id = row->has_request_id;
    entry->request_id = row->request_id;
    entry->has_actor = row->has_actor;
    entry->actor = row->actor;
    entry->origin = row->origin != NULL ? row->origin : (char *) (uintptr_t) "peer";
    entry->has_trace = row->has_trace;
    entry->trace = row->trace;
    entry->has_before = row->has_before;
    entry->before = row->before;
    entry->has_after = row->has_after;
    entry->after = row->after;
    entry->has_event_id = row->has_event_id;
    entry->event_id = row->event_id;
    entry->has_delegated = 1;
    entry->delegated = row->delegated;
    entry->has_file_hash = row->has_file_hash;
    entry->file_hash = row->file_hash;
    entry->has_file_size = row->has_file_size;
    entry->file_size = row->file_size;
    return entry;
}

/* A page as it fills. */
typedef struct page {
    Sijill__V1__AuditEntry *entries[LIMIT_MAX];
    size_t count, packed, limit;
} page;

/* False: the page ends before this entry. */
static bool
add(page *p, Sijill__V1__AuditEntry *entry)
{
    size_t size = sijill__v1__audit_entry__get_packed_size(entry) + ENTRY_EXTRA;

    if (p->count == p->limit || p->packed + size + REPLY_EXTRA > SJ_REPLY_MAX)
        return false;
    p->entries[p->count++] = entry;
    p->packed += size;
    return true;
}

static bool
has_room(const sj_arena *arena, const page *p)
{
    return arena->size - arena->used > ENTRY_ROOM + SJ_REPLY_MAX || p->count == 0;
}

/* Fill the page; true: there may be more behind *seq. */
static bool
fill(page *p, sj_txn *txn, const sj_command *cmd, const Sijill__V1__ListAudit *in, uint64_t *seq)
{
    sj_key org = sj_key_org(cmd->org), from = key_of(cmd->org, in->after);
    sj_arena *arena = sj_txn_arena(txn);
    sj_scan scan;

    sj_scan_begin_after(&scan, txn, SJ_TABLE_AUDIT, &org, &from);
    for (unsigned looks = 0; looks < LOOKS_MAX && has_room(arena, p); looks++) {
        size_t mark = sj_arena_mark(arena);
        Sijill__V1__AuditRow *row;
        Sijill__V1__AuditEntry *entry;
        uint64_t at;

        if (!sj_scan_next(&scan))
            return false;
        at = sj_read_u64(scan.at.at + sizeof(uint64_t));
        row = sj_unpack(txn, &sijill__v1__audit_row__descriptor, scan.value);
        if (row == NULL)
            return false;
        if (asked_for(in, row)) {
            entry = entry_of(txn, cmd->core, at, row);
            if (entry == NULL || !add(p, entry))
                return true;
        } else {
            sj_arena_release(arena, mark);
        }
        *seq = at;
    }
    return true;
}

sj_status
sj_list_audit(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListAudit *in = sj_decode(txn, cmd, &sijill__v1__list_audit__descriptor, reply);
    page p = { .limit = LIMIT_USUAL };
    Sijill__V1__AuditList out;

    if (in == NULL)
        return reply->status;
    if (in->has_limit && in->limit > 0)
        p.limit = in->limit < LIMIT_MAX ? in->limit : LIMIT_MAX;
    sijill__v1__audit_list__init(&out);
    out.next = in->after;
    out.has_next = fill(&p, txn, cmd, in, &out.next);
    out.n_entry = p.count;
    out.entry = p.entries;
    return sj_accept(txn, reply, &out.base);
}

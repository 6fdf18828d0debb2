/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/scrub.h"

#include "services/core/identity.h"
#include "services/core/message.h"
#include "sijill/v1/store.pb-c.h"

#include <string.h>

enum {
    PAIR_SIZE = 2 * SJ_ID_SIZE,            /* key of ledger and outside: an id, an actor */
    AUDIT_KEY_SIZE = 2 * sizeof(uint64_t), /* organisation, sequence */
};

typedef struct scrubber {
    sj_txn *txn;
    sj_scrub_found *found;
    void *context;
} scrubber;

typedef void look_at(const scrubber *s, const sj_scan *scan);

static void
tell(const scrubber *s, const char *what, const sj_scan *scan)
{
    const char *words = scan->at.size < SJ_ID_SIZE
                            ? what
                            : sj_words(s->txn, "%s: key %s...", what, sj_hex(s->txn, scan->at.at));

    s->found(s->context, words);
}

static sj_key
key_of(const uint8_t *id, const uint8_t *actor)
{
    sj_key key = sj_key_empty();

    sj_key_add_id(&key, id);
    sj_key_add_id(&key, actor);
    return key;
}

static bool
is_id(bool has, ProtobufCBinaryData data, sj_bytes id)
{
    return sj_is_id(has, data) && sj_bytes_equal(sj_data_bytes(data), id);
}

static void
look_at_ledger(const scrubber *s, const sj_scan *scan)
{
    Sijill__V1__LedgerRow *row =
        sj_unpack(s->txn, &sijill__v1__ledger_row__descriptor, scan->value);
    sj_bytes id = { scan->at.at, SJ_ID_SIZE };
    sj_bytes first;
    sj_key key;

    if (row == NULL || !row->has_outside)
        return;
    if (scan->at.size != PAIR_SIZE || row->outside.len != SJ_ID_SIZE) {
        tell(s, "a reply in the ledger whose key from outside is none", scan);
        return;
    }
    key = key_of(row->outside.data, scan->at.at + SJ_ID_SIZE);
    if (!sj_get(s->txn, SJ_TABLE_OUTSIDE, &key, &first) || !sj_bytes_equal(first, id))
        tell(s, "a reply in the ledger that its key from outside does not lead to", scan);
}

static void
look_at_outside(const scrubber *s, const sj_scan *scan)
{
    Sijill__V1__LedgerRow *row;
    sj_key key;

    if (scan->at.size != PAIR_SIZE || scan->value.size != SJ_ID_SIZE) {
        tell(s, "a key from outside that leads to no request", scan);
        return;
    }
    key = key_of(scan->value.at, scan->at.at + SJ_ID_SIZE);
    row = sj_row_get(s->txn, SJ_TABLE_LEDGER, &key, &sijill__v1__ledger_row__descriptor);
    if (row == NULL ||
        !is_id(row->has_outside, row->outside, (sj_bytes){ scan->at.at, SJ_ID_SIZE }))
        tell(s, "a key from outside that leads to no reply in the ledger", scan);
}

static void
look_at_audit(const scrubber *s, const sj_scan *scan)
{
    Sijill__V1__AuditRow *row = sj_unpack(s->txn, &sijill__v1__audit_row__descriptor, scan->value);

    if (row == NULL)
        return;
    if (scan->at.size != AUDIT_KEY_SIZE ||
        sj_read_u64(scan->at.at + sizeof(uint64_t)) > sj_sequence(s->txn))
        tell(s, "an audit row of a command that was not", scan);
    else if (!row->has_type || !row->has_at_ms || !sj_is_id(row->has_actor, row->actor) ||
             !sj_is_id(row->has_request_id, row->request_id))
        tell(s, "an audit row that does not say who did what, and when", scan);
}

static void
walk(const scrubber *s, unsigned table, look_at *look)
{
    sj_arena *arena = sj_txn_arena(s->txn);
    sj_key all = sj_key_empty();
    sj_scan scan;

    sj_scan_begin(&scan, s->txn, table, &all, NULL);
    for (;;) {
        size_t mark = sj_arena_mark(arena);

        if (!sj_scan_next(&scan))
            return;
        look(s, &scan);
        sj_arena_release(arena, mark);
    }
}

void
sj_scrub_common(sj_txn *txn, sj_scrub_found *found, void *context)
{
    scrubber s = { txn, found, context };

    walk(&s, SJ_TABLE_LEDGER, look_at_ledger);
    walk(&s, SJ_TABLE_OUTSIDE, look_at_outside);
    walk(&s, SJ_TABLE_AUDIT, look_at_audit);
}

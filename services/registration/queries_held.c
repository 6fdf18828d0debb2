/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 175: pushes that wait for a human, the oldest first; all, or of one webinar by its own index.
 * A page goes on behind a number, so it does not matter that pushes are released meanwhile.
 */
#include "services/registration/held.h"
#include "services/registration/links.h"
#include "services/registration/page.h"
#include "services/registration/routes.h"

#include <assert.h>
#include <string.h>

enum { LIST_USUAL = 50, LIST_MAX = 100 };

typedef struct listing {
    sj_txn *txn;
    uint64_t org;
    const Sijill__V1__ListHeld *in;
    page page;
    held_row *items[LIST_MAX];
    Sijill__V1__HeldList out;
    uint8_t last[SJ_ID_SIZE]; /* the number of the last that is done with, then zeros */
} listing;

static void
end_early(listing *list)
{
    list->out.has_next = true;
    list->out.next = sj_id_data(list->last);
}

/* Take a push into the page; false: the page ends before it. */
static bool
list_push(listing *list, uint64_t number, held_row *row)
{
    if (row == NULL || !page_add(&list->page, &row->base)) {
        end_early(list);
        return false;
    }
    list->items[list->page.count - 1] = row;
    sj_write_u64(list->last, number);
    return true;
}

static bool
said_of(const char *asked, const char *said)
{
    return asked == NULL || (said != NULL && strcmp(asked, said) == 0);
}

/* Of a platform, or of everything. */
static void
list_all(listing *list, uint64_t after)
{
    sj_arena *arena = sj_txn_arena(list->txn);
    sj_key prefix = sj_key_org(list->org), from = key_held(list->org, after + 1);
    sj_scan scan;

    sj_scan_begin(&scan, list->txn, TABLE_HELD, &prefix, &from);
    for (size_t mark = sj_arena_mark(arena); sj_scan_next(&scan); mark = sj_arena_mark(arena)) {
        uint64_t number = sj_read_u64((const uint8_t *) scan.key.at + KEY_EVENT_AT);
        held_row *row = NULL;

        if (page_open(&list->page))
            row = sj_unpack(list->txn, &sijill__v1__hold_push__descriptor, scan.value);
        if (row != NULL &&
            !(said_of(list->in->platform, row->push == NULL ? NULL : row->push->platform) &&
              said_of(list->in->external_id, row->push == NULL ? NULL : row->push->external_id))) {
            sj_write_u64(list->last, number);
            sj_arena_release(arena, mark);
        } else if (!list_push(list, number, row)) {
            return;
        }
    }
}

static void
list_webinar(listing *list, uint64_t after)
{
    uint8_t hash[HASH_SIZE];
    sj_key prefix, from;
    sj_scan scan;

    webinar_hash(list->txn, list->in->platform, list->in->external_id, hash);
    prefix = from = key_in_org(list->org, hash);
    sj_key_add_u64(&from, after + 1);
    for (sj_scan_begin(&scan, list->txn, TABLE_HELD_OF, &prefix, &from); sj_scan_next(&scan);) {
        uint64_t number = sj_read_u64((const uint8_t *) scan.key.at + KEY_ORG_ID_SIZE);
        sj_key key = key_held(list->org, number);
        held_row *row = NULL;

        if (page_open(&list->page))
            row = sj_row_get(list->txn, TABLE_HELD, &key, &sijill__v1__hold_push__descriptor);
        if (!list_push(list, number, row))
            return;
    }
}

sj_status
list_held(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListHeld *in = sj_decode(txn, cmd, &sijill__v1__list_held__descriptor, reply);
    listing list = { .txn = txn, .org = cmd->org, .in = in };
    uint64_t after = 0;

    if (in == NULL)
        return reply->status;
    if (in->has_after && in->after.len != SJ_ID_SIZE)
        return sj_refuse_field(txn, reply, "after", "is what the last page said as next");
    if (in->external_id != NULL && in->platform == NULL)
        return sj_refuse_field(txn, reply, "platform", "say whose external_id this is");
    if (in->external_id != NULL && !webinar_clean(txn, &in->platform, &in->external_id, reply))
        return reply->status;
    if (in->has_after) {
        memcpy(list.last, in->after.data, SJ_ID_SIZE);
        after = sj_read_u64(in->after.data);
    }
    list.page = page_begin(txn, in->has_limit, in->limit, LIST_USUAL);
    assert(list.page.limit <= LIST_MAX); /* by the wire's limit */
    sijill__v1__held_list__init(&list.out);
    if (in->external_id != NULL)
        list_webinar(&list, after);
    else
        list_all(&list, after);
    list.out.held = list.items;
    list.out.n_held = list.page.count;
    return sj_accept(txn, reply, &list.out.base);
}

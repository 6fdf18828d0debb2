/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who could be issued the certificate of their role now, and in words why the others cannot.
 */
#include "services/certificate/eligible.h"
#include "services/certificate/issue.h"
#include "services/certificate/routes.h"
#include "services/certificate/view.h"

#include <string.h>

/* One row and the ids that it borrows. */
typedef struct entry {
    Sijill__V1__Eligible row;
    uint8_t registration_id[SJ_ID_SIZE];
} entry;

typedef struct page_of_rows {
    Sijill__V1__Eligible *rows[PAGE_MAX];
    Sijill__V1__EligibleList list;
    size_t packed;
} page_of_rows;

static void
fill(sj_txn *txn, certificate_facts *facts, uint64_t now_ms, entry *one)
{
    certificate_kind kind = certificate_kind_of(facts->holder->role);
    const char *reason = certificate_obstacle(txn, facts, kind, now_ms);
    certificate_row *newest;

    sijill__v1__eligible__init(&one->row);
    one->row.has_registration_id = one->row.has_kind = one->row.has_eligible = true;
    one->row.registration_id = sj_id_data(one->registration_id);
    one->row.name = facts->holder->name;
    one->row.kind = kind;
    (void) certificate_next_ref(txn, facts, kind, &newest);
    if (newest != NULL && newest->standing == SIJILL__CERTIFICATE__STANDING__IN_FORCE) {
        reason = "already issued";
        one->row.has_certificate_id = true;
        one->row.certificate_id = newest->id;
    }
    one->row.eligible = reason == NULL;
    one->row.reason = (char *) (uintptr_t) reason;
}

static void
page_add(sj_txn *txn, page_of_rows *page, certificate_facts *facts, const sj_scan *scan,
         uint64_t now_ms)
{
    entry *one = sj_arena_take(sj_txn_arena(txn), sizeof *one);

    if (one == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the page does not fit the arena");
        return;
    }
    memcpy(one->registration_id, (const uint8_t *) scan->key.at + scan->key.size - SJ_ID_SIZE,
           SJ_ID_SIZE);
    certificate_facts_person(txn, one->registration_id, facts);
    if (facts->holder == NULL)
        return; /* a fault */
    fill(txn, facts, now_ms, one);
    page->packed += protobuf_c_message_get_packed_size(&one->row.base) + 4;
    page->rows[page->list.n_row++] = &one->row;
}

sj_status
list_eligible(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListEligible *in =
        sj_decode(txn, cmd, &sijill__v1__list_eligible__descriptor, reply);
    page_of_rows page = { .packed = SJ_ID_SIZE + 4 };
    certificate_facts facts;
    sj_scan scan;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "16 octets name the event");
    certificate_facts_event(txn, cmd->org, in->event_id.data, &facts);
    if (facts.event == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such event");

    size_t limit = page_limit(in->has_limit, in->limit);
    sj_key prefix = certificate_event_key(cmd->org, in->event_id.data);

    sijill__v1__eligible_list__init(&page.list);
    page.list.row = page.rows;
    if (in->has_after) {
        sj_key from = certificate_person_key(cmd->org, in->event_id.data, in->after.data);

        sj_scan_begin_after(&scan, txn, TABLE_HOLDER, &prefix, &from);
    } else {
        sj_scan_begin(&scan, txn, TABLE_HOLDER, &prefix, NULL);
    }
    while (sj_scan_next(&scan)) {
        if (page.list.n_row == limit || (page.list.n_row > 0 && !page_room(txn, page.packed))) {
            page.list.has_next = true;
            page.list.next = page.rows[page.list.n_row - 1]->registration_id;
            break;
        }
        page_add(txn, &page, &facts, &scan, cmd->now_ms);
    }
    return sj_accept(txn, reply, &page.list.base);
}

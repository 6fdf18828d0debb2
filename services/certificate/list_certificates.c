/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates of one event, a page at a time, in the order of their keys: registration, kind,
 * serial.
 */
#include "services/certificate/routes.h"
#include "services/certificate/view.h"

#include <string.h>

enum { AFTER_SIZE = SJ_ID_SIZE + 1 + 4 }; /* the part of a key behind the event */

/* What a page is made of. */
typedef struct page_of_rows {
    Sijill__V1__CertificateView *views[PAGE_MAX];
    Sijill__V1__CertificateList list;
    size_t packed;
} page_of_rows;

/* One view and the reference that it borrows from; NULL with a fault. */
typedef struct entry {
    Sijill__V1__CertificateView view;
    certificate_ref ref;
} entry;

static void
page_add(sj_txn *txn, page_of_rows *page, const sj_scan *scan, const issuer_row *issuer)
{
    const certificate_row *row =
        sj_unpack(txn, &sijill__certificate__certificate_row__descriptor, scan->value);
    entry *one = sj_arena_take(sj_txn_arena(txn), sizeof *one);

    if (one == NULL)
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the page does not fit the arena");
    if (row == NULL || one == NULL)
        return;
    one->ref = certificate_ref_of_key(scan->key);
    certificate_view_fill(txn, &one->ref, row, issuer, &one->view);
    page->packed += protobuf_c_message_get_packed_size(&one->view.base) + 4;
    page->views[page->list.n_certificate++] = &one->view;
}

/* Fill the page; true: there is more behind it, after `last`. */
static bool
page_fill(sj_txn *txn, page_of_rows *page, sj_scan *scan, size_t limit, const issuer_row *issuer,
          uint8_t last[AFTER_SIZE])
{
    while (sj_scan_next(scan)) {
        if (page->list.n_certificate == limit ||
            (page->list.n_certificate > 0 && !page_room(txn, page->packed)))
            return true;
        page_add(txn, page, scan, issuer);
        memcpy(last, (const uint8_t *) scan->key.at + scan->key.size - AFTER_SIZE, AFTER_SIZE);
    }
    return false;
}

sj_status
list_certificates(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListCertificates *in =
        sj_decode(txn, cmd, &sijill__v1__list_certificates__descriptor, reply);
    sj_key own = sj_key_org(cmd->org);
    uint8_t last[AFTER_SIZE];
    page_of_rows page = { .packed = AFTER_SIZE + 4 };
    sj_scan scan;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "16 octets name the event");
    if (in->has_after && in->after.len != AFTER_SIZE)
        return sj_refuse_field(txn, reply, "after", "repeat `next` of the page before");

    sj_key prefix = certificate_event_key(cmd->org, in->event_id.data);
    sj_key from = prefix;

    if (!sj_exists(txn, TABLE_EVENT, &prefix))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such event");
    sijill__v1__certificate_list__init(&page.list);
    page.list.certificate = page.views;
    if (in->has_after) {
        sj_key_add(&from, in->after.data, AFTER_SIZE);
        sj_scan_begin_after(&scan, txn, TABLE_CERTIFICATE, &prefix, &from);
    } else {
        sj_scan_begin(&scan, txn, TABLE_CERTIFICATE, &prefix, NULL);
    }
    page.list.has_next = page_fill(
        txn, &page, &scan, page_limit(in->has_limit, in->limit),
        sj_row_get(txn, TABLE_ISSUER, &own, &sijill__certificate__issuer_row__descriptor), last);
    page.list.next = certificate_data(last, AFTER_SIZE);
    return sj_accept(txn, reply, &page.list.base);
}

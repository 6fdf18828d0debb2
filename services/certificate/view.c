/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/view.h"

#include <string.h>

#include "proto/credential/badge.h"

enum {
    ROW_ROOM = 4 * 1024,   /* one row packed, at the most: two names and a reason */
    ARENA_ROOM = 16 * 1024 /* ... and what reading it takes */
};

size_t
page_limit(bool has_limit, uint32_t limit)
{
    if (!has_limit || limit == 0)
        return PAGE_DEFAULT;
    return limit < PAGE_MAX ? limit : PAGE_MAX;
}

bool
page_room(sj_txn *txn, size_t packed)
{
    const sj_arena *arena = sj_txn_arena(txn);

    return packed + ROW_ROOM <= SJ_REPLY_MAX &&
           arena->size - arena->used >= packed + ROW_ROOM + ARENA_ROOM;
}

static char *
url_of(sj_txn *txn, const issuer_row *issuer, const uint8_t *id)
{
    char url[SJ_DID_URL_SIZE];

    if (issuer == NULL || !sj_badge_certificate_url(issuer->did, id, url))
        return NULL;
    sj_bytes copy = sj_arena_copy(sj_txn_arena(txn), (sj_bytes){ url, strlen(url) + 1 });

    if (copy.at == NULL)
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the page does not fit the arena");
    return (char *) (uintptr_t) copy.at;
}

static void
fill_end(const certificate_row *row, const signature_row *signature,
         Sijill__V1__CertificateView *view)
{
    view->has_revoked_ms = row->has_ended_ms;
    view->revoked_ms = row->ended_ms;
    view->reason = row->reason;
    view->has_superseded_by = row->has_superseded_by;
    view->superseded_by = row->superseded_by;
    view->has_supersedes = row->has_supersedes;
    view->supersedes = row->supersedes;
    if (row->standing == SIJILL__CERTIFICATE__STANDING__IN_FORCE && signature != NULL)
        view->reason = signature->has_signature ? NULL : signature->refusal;
}

void
certificate_view_fill(sj_txn *txn, const certificate_ref *ref, const certificate_row *row,
                      const issuer_row *issuer, Sijill__V1__CertificateView *view)
{
    signature_row *signature;

    sijill__v1__certificate_view__init(view);
    view->has_id = view->has_event_id = view->has_registration_id = true;
    view->id = row->id;
    view->event_id = sj_id_data(ref->event_id);
    view->registration_id = sj_id_data(ref->registration_id);
    view->has_kind = view->has_state = view->has_issued_ms = true;
    view->kind = ref->kind;
    view->state = certificate_state_of(txn, ref->org, row, &signature);
    view->issued_ms = row->issued_ms;
    view->holder = row->holder;
    view->has_status_list = view->has_status_index = true;
    view->status_list = row->status_list;
    view->status_index = row->status_index;
    view->has_actor = row->has_actor;
    view->actor = row->actor;
    view->has_rule_version = row->has_rule_version;
    view->rule_version = row->rule_version;
    view->lang = row->lang;
    view->url = url_of(txn, issuer, row->id.data);
    fill_end(row, signature, view);
}

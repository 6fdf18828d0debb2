/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest signed version of a status list; with an intent's id, not before that version is
 * signed.
 */
#include "services/certificate/intent.h"
#include "services/certificate/routes.h"
#include "services/certificate/status_index.h"

sj_status
get_status_list(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__GetStatusList *in =
        sj_decode(txn, cmd, &sijill__v1__get_status_list__descriptor, reply);
    sj_key own = sj_key_org(cmd->org);
    Sijill__V1__StatusListView view;
    char url[SJ_DID_URL_SIZE];

    if (in == NULL)
        return reply->status;

    status_list_row *row = status_list_get(txn, cmd->org, in->list);
    issuer_row *issuer =
        sj_row_get(txn, TABLE_ISSUER, &own, &sijill__certificate__issuer_row__descriptor);

    if (in->has_list_id) {
        named_row *asked = certificate_named(txn, cmd->org, in->list_id.data);

        if (asked == NULL || asked->purpose != PURPOSE_STATUS_LIST || asked->list != in->list)
            return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such version of this status list");
        if (row == NULL || row->signed_seq < asked->intent_seq)
            return sj_refuse(txn, reply, SJ_NOT_FOUND,
                             "this version is not signed yet: ask again in a moment");
    }
    if (row == NULL || !row->has_signed_seq || issuer == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND,
                         "this status list was never signed: refresh it first");
    sijill__v1__status_list_view__init(&view);
    view.has_list = view.has_signed_ms = true;
    view.list = in->list;
    view.signed_ms = row->signed_ms;
    view.credential =
        (char *) (uintptr_t) intent_signed(txn, cmd->org, row->signed_seq, row->signed_n);
    if (sj_badge_status_list_url(issuer->did, in->list, url))
        view.url = url;
    return sj_accept(txn, reply, &view.base);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 160, 161: keys as people see them, without what proves them.
 */
#include "services/core/message.h"
#include "services/registration/keys.h"
#include "services/registration/page.h"
#include "services/registration/routes.h"

enum { LIST_USUAL = 100 };

static void
begin(sj_scan *scan, sj_txn *txn, uint64_t org, const Sijill__V1__ListKeys *in)
{
    sj_key prefix = sj_key_org(org);

    if (sj_is_id(in->has_after, in->after)) {
        sj_key after = sj_key_of(org, in->after.data);

        sj_scan_begin_after(scan, txn, SJ_TABLE_KEY, &prefix, &after);
    } else
        sj_scan_begin(scan, txn, SJ_TABLE_KEY, &prefix, NULL);
}

sj_status
list_keys(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListKeys *in = sj_decode(txn, cmd, &sijill__v1__list_keys__descriptor, reply);
    Sijill__V1__Key views[PAGE_MAX], *items[PAGE_MAX];
    Sijill__V1__KeyList out;
    sj_scan scan;

    if (in == NULL)
        return reply->status;
    begin(&scan, txn, cmd->org, in);

    page list = page_begin(txn, in->has_limit, in->limit, LIST_USUAL);

    sijill__v1__key_list__init(&out);
    while (sj_scan_next(&scan)) {
        sj_key_row *row =
            page_open(&list) ? sj_unpack(txn, &sijill__v1__key_row__descriptor, scan.value) : NULL;
        uint32_t place = list.count;

        if (row != NULL)
            key_view(row, &views[place]);
        if (row == NULL || !page_add(&list, &views[place].base)) {
            out.has_next = list.count > 0;
            if (out.has_next)
                out.next = views[list.count - 1].id;
            break;
        }
        items[place] = &views[place];
    }
    out.key = items;
    out.n_key = list.count;
    return sj_accept(txn, reply, &out.base);
}

sj_status
who_am_i(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    void *in = sj_decode(txn, cmd, &sijill__v1__who_am_i__descriptor, reply);
    sj_key_row *row;
    Sijill__V1__Key view;

    if (in == NULL)
        return reply->status;
    if (!cmd->delegated || !cmd->has_credential)
        return sj_refuse(txn, reply, SJ_FORBIDDEN,
                         "no key asks: this tells a key what it may; send the request with one");
    row = sj_key_row_get(txn, cmd->org, cmd->actor);
    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such key");
    key_view(row, &view);
    return sj_accept(txn, reply, &view.base);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 165, 166: which platforms' webinars are which events.
 */
#include "services/registration/links.h"
#include "services/registration/org_list.h"
#include "services/registration/routes.h"

#include <string.h>

enum { LIST_USUAL = 100 };

sj_status
list_links(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListLinks *in = sj_decode(txn, cmd, &sijill__v1__list_links__descriptor, reply);
    link_row *items[PAGE_MAX], *row;
    Sijill__V1__LinkList out;
    org_list list;

    if (in == NULL)
        return reply->status;
    sijill__v1__link_list__init(&out);
    org_list_begin(&list, page_begin(txn, in->has_limit, in->limit, LIST_USUAL), cmd->org,
                   TABLE_LINK, &sijill__v1__link__descriptor, in->has_after, in->after);
    while ((row = org_list_next(&list)) != NULL) {
        if (in->has_event_id && memcmp(row->event_id.data, in->event_id.data, SJ_ID_SIZE) != 0)
            continue;
        if (!org_list_take(&list, &row->base))
            break;
        items[out.n_link++] = row;
    }
    out.link = items;
    out.has_next = org_list_rest(&list, &out.next);
    return sj_accept(txn, reply, &out.base);
}

sj_status
get_link(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__GetLink *in = sj_decode(txn, cmd, &sijill__v1__get_link__descriptor, reply);
    const link_row *row;

    if (in == NULL || !webinar_clean(txn, &in->platform, &in->external_id, reply))
        return reply->status;
    row = link_read(txn, cmd->org, in->platform, in->external_id);
    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "this webinar is linked to no event");
    return sj_accept(txn, reply, &row->base);
}

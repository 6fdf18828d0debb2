/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/org_list.h"

#include <assert.h>
#include <string.h>

void
org_list_begin(org_list *list, page empty, uint64_t org, unsigned table,
               const ProtobufCMessageDescriptor *type, bool has_after, ProtobufCBinaryData after)
{
    sj_key prefix = sj_key_org(org);

    list->page = empty;
    list->type = type;
    list->more = false;
    memset(list->at, 0, sizeof list->at);
    memset(list->last, 0, sizeof list->last);
    if (sj_is_id(has_after, after)) {
        sj_key key = key_in_org(org, after.data);

        memcpy(list->at, after.data, SJ_ID_SIZE);
        sj_scan_begin_after(&list->scan, empty.txn, table, &prefix, &key);
    } else {
        sj_scan_begin(&list->scan, empty.txn, table, &prefix, NULL);
    }
}

void *
org_list_next(org_list *list)
{
    memcpy(list->last, list->at, SJ_ID_SIZE);
    if (!sj_scan_next(&list->scan))
        return NULL;
    if (!page_open(&list->page)) {
        list->more = true;
        return NULL;
    }
    assert(list->scan.key.size == KEY_ORG_ID_SIZE);
    memcpy(list->at, (const uint8_t *) list->scan.key.at + KEY_EVENT_AT, SJ_ID_SIZE);
    return sj_unpack(list->page.txn, list->type, list->scan.value);
}

bool
org_list_take(org_list *list, const ProtobufCMessage *item)
{
    list->more = !page_add(&list->page, item);
    return !list->more;
}

bool
org_list_rest(org_list *list, ProtobufCBinaryData *next)
{
    if (list->more)
        *next = sj_id_data(list->last);
    return list->more;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/page.h"

#include "services/core/message.h"

enum {
    ITEM_EXTRA = 4,
    REPLY_EXTRA = 128
}; /* tag and length of an item; the reply's other fields */

page
page_begin(sj_txn *txn, bool has_limit, uint32_t limit, uint32_t usual)
{
    page list = { .txn = txn, .limit = has_limit && limit > 0 ? limit : usual };

    if (list.limit > PAGE_MAX)
        list.limit = PAGE_MAX;
    return list;
}

bool
page_open(page *list)
{
    const sj_arena *arena = sj_txn_arena(list->txn);

    if (list->count == list->limit || list->looked == PAGE_LOOK_MAX)
        return false;
    if (list->count > 0 && arena->size - arena->used < PAGE_ROW_ROOM + list->packed)
        return false;
    list->looked++;
    return true;
}

bool
page_add(page *list, const ProtobufCMessage *item)
{
    size_t size = protobuf_c_message_get_packed_size(item) + ITEM_EXTRA;

    if (list->packed + size + REPLY_EXTRA > SJ_REPLY_MAX)
        return false;
    list->packed += size;
    list->count++;
    return true;
}

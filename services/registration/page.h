/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * page: how much of a list fits into one reply.  A list stops early rather than outgrow the reply
 * or the query's memory.
 */
#include "services/core/command.h"

enum {
    PAGE_MAX = 200,
    PAGE_LOOK_MAX = 5000, /* rows looked at for one page, when a filter leaves most of them out */
    PAGE_ROW_ROOM = 48 * 1024, /* what reading one more row may take */
};

typedef struct page {
    sj_txn *txn;
    uint32_t limit;
    uint32_t count;
    uint32_t looked;
    size_t packed;
} page;

/* `limit` as the query says it, or `usual` when it says none. */
page page_begin(sj_txn *txn, bool has_limit, uint32_t limit, uint32_t usual);
/* Whether another row may be looked at. */
bool page_open(page *list);
/* Count an item in; false: it does not fit, and the page ends before it. */
bool page_add(page *list, const ProtobufCMessage *item);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * org_list: one page of the rows that a table has under (organisation, id), in order of id.
 */
#include "services/registration/page.h"
#include "services/registration/rows.h"

typedef struct org_list {
    page page;
    sj_scan scan;
    const ProtobufCMessageDescriptor *type;
    uint8_t at[SJ_ID_SIZE], last[SJ_ID_SIZE]; /* the row in hand; the last that is done with */
    bool more;
} org_list;

/* Fill `empty` from behind `after`: the id that the page before ended with. */
void org_list_begin(org_list *list, page empty, uint64_t org, unsigned table,
                    const ProtobufCMessageDescriptor *type, bool has_after,
                    ProtobufCBinaryData after);
/* The next row; NULL: the page ends, or a fault. */
void *org_list_next(org_list *list);
/* Count the row in hand in; false: it does not fit, and the page ends before it. */
bool org_list_take(org_list *list, const ProtobufCMessage *item);
/* Where the next page begins; false: this was the last. */
bool org_list_rest(org_list *list, ProtobufCBinaryData *next);

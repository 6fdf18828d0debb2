/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * key_rows: the API keys that every service keeps, by organisation and id.  registration's are its
 * own; the others follow its feed.  Of a secret there is only its hash.
 */
#include "services/core/command.h"

enum { SJ_RECORD_KEY = 135 };

typedef Sijill__V1__KeyRow sj_key_row;

sj_key sj_key_of(uint64_t org, const uint8_t id[SJ_ID_SIZE]);
/* NULL: no such key, or a fault. */
sj_key_row *sj_key_row_get(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE]);
void sj_key_row_put(sj_txn *txn, uint64_t org, const sj_key_row *row);

/* Record 135 KeyChanged, where the feed is followed. */
sj_handler sj_follow_key;

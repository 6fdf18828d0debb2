/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * keys: API keys as registration owns them.
 */
#include "services/core/key_rows.h"

/* Write a key's row and tell the others. */
void key_write(sj_txn *txn, uint64_t org, const sj_key_row *row);
/* What people see of a key; borrows from the row. */
void key_view(const sj_key_row *row, Sijill__V1__Key *view);

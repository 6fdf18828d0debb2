/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * view: a certificate as queries show it, and when a page of them is full.
 */
#include "services/certificate/rows.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 200 };

/* Fill *view; texts and octets borrow from the rows and the arena. */
void certificate_view_fill(sj_txn *txn, const certificate_ref *ref, const certificate_row *row,
                           const issuer_row *issuer, Sijill__V1__CertificateView *view);

/* Rows of a page: the limit asked for, within bounds. */
size_t page_limit(bool has_limit, uint32_t limit);
/* Whether a reply of so many packed octets so far has room for one more row, in the reply and in
 * the arena. */
bool page_room(sj_txn *txn, size_t packed);

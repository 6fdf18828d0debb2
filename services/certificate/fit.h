/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fit: how much of a long description is kept, so that rows stay small whatever a feed brings.
 * Texts are kept from the first on: organisers write the important ones first.
 */
#include "services/certificate/rows.h"

enum {
    NAMES_FIT = 4 * 1024,  /* octets of an organisation's or a programme's names */
    TITLES_FIT = 3 * 1024, /* ... of an event's titles: they stand in a document of 16 KiB */
    PARTNERS_FIT = 8 * 1024,
    TITLES_KEPT = 16,
    PARTNERS_KEPT = 16,
    PROGRAMMES_KEPT = 12,
    GOALS_KEPT = 17,
};

/* How many texts fit into so many octets.  Texts without words or language are taken out of the
 * array first. */
size_t fit_texts(Sijill__V1__Text **texts, size_t count, size_t octets);

/* The partners that fit, with their names and roles alone; *count is how many.  NULL with a fault.
 */
Sijill__Certificate__PartnerName **fit_partners(sj_txn *txn, const Sijill__V1__Event *event,
                                                size_t *count);

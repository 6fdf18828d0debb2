/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * programmes: the names of programmes, which an event knows by their slugs.
 */
#include "services/certificate/rows.h"

/* The programme's name in this language (else English, else the first), else the slug itself: its
 * record may come later. */
const char *programme_name(sj_txn *txn, uint64_t org, const char *slug, const char *lang);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * links: which event a platform's webinar is.
 *
 * Found by a keyed hash of (platform, external id), because both are long texts that strangers
 * choose; the row says them again and is compared.
 */
#include "services/registration/rows.h"

typedef Sijill__V1__Link link_row;

/*
 * Bring a platform's name and its id of a webinar into the form in which they are compared: NFC,
 * trimmed, of a Zoom number without the spaces and hyphens that people see.  False: *reply refuses.
 */
bool webinar_clean(sj_txn *txn, char **platform, char **external_id, sj_reply *reply);
/* The same of a push, which is kept whatever it says; false: it names no webinar. */
bool webinar_normal(sj_txn *txn, char **platform, char **external_id);
void webinar_hash(sj_txn *txn, const char *platform, const char *external_id,
                  uint8_t hash[HASH_SIZE]);

/* NULL: not linked, or a fault. */
link_row *link_read(sj_txn *txn, uint64_t org, const char *platform, const char *external_id);
/* Write it, or with `removed` delete it, and say it in the feed. */
void link_write(sj_txn *txn, uint64_t org, link_row *row);

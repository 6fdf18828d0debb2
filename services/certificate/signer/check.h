/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * check: what may be signed.  Pure: the same item, the same answer.
 *
 * The signer is no oracle: it signs nothing but our own documents, in their one canonical form, for
 * its own issuer, by the key of their purpose.
 */
#include "proto/credential/badge.h"
#include "proto/credential/proof.h"

typedef enum { PURPOSE_CERTIFICATE = 1, PURPOSE_STATUS_LIST = 2 } sign_purpose;

typedef struct {
    sign_purpose purpose;
    const uint8_t *id; /* SJ_CERTIFICATE_ID_BYTES */
    sj_span document;
    sj_span options;
} sign_item;

/* NULL when the item may be signed for issuer by the key of method ("issuer#multikey"); else words.
 */
const char *check_item(const sign_item *item, const char *issuer, const char *method);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * status: was it revoked?  Bitstring Status List 1.0, 3.2.
 */
#include "clients/c/verify/document.h"

/* Check the status entry of a certificate whose signature holds, by the list of in.  did is the
 * issuer's (NULL: none at hand).  *age_ms is how old the list is, or stays. */
void status_check(const json_t *certificate, const json_t *did, const sj_verify_input *in,
                  sj_check *status, int64_t *age_ms);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * proofs: every proof of a credential that we understand must hold, and one at least.
 */
#include "clients/c/verify/document.h"

/* Check the proofs of a credential whose text had `length` bytes, against did (NULL: none at hand).
 * who is the issuer that the credential names. */
void proofs_check(const json_t *credential, size_t length, const json_t *did,
                  const sj_verify_input *in, sj_check *signature, sj_check *issuer);

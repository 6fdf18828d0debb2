/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * did_document: whose key is this?  The rules of Controlled Identifiers 1.0, 3.3, for did.json.
 */
#include "clients/c/verify/document.h"

/* The key of a verification method.  Taken from did when it lists the method, else from the
 * method's own fragment, so that a signature can be told from a forgery even when its key is a
 * stranger's. False: neither tells it. */
bool did_key(const json_t *did, const char *method, uint8_t key[SJ_PUBLIC_KEY_BYTES]);

/* NULL when did says that method may make assertions for issuer at now, else words. */
const char *did_check(const json_t *did, const char *method, const char *issuer, int64_t now_ms);

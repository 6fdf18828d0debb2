/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * certificate: what the commands of this family share.
 */
#include "clients/cli/output.h"

enum { SIGNING_WAIT_MS = 30000 };

/* One certificate; with `signed_only` waits a bounded time until it is signed. */
int certificate_get(cli *c, const uint8_t id[SIJILL_ID_SIZE], bool signed_only,
                    Sijill__V1__CertificateView **view);
json_t *certificate_row(const Sijill__V1__CertificateView *view);
/* Sleep a little longer each time; false: until_ms has come. */
bool patience(unsigned *tries, uint64_t until_ms);
/* Write a document to --out FILE, or stdout, as it is. */
int document_write(cli *c, const char *text);

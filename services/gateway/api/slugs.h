/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * slugs: which event a slug is, as the service said last.  A slug stays with its event, so what is
 * kept here is wrong only after a restore: who gets NOT_FOUND forgets it and asks again.  It opens
 * nothing: the service decides about each request anew.
 */
#include "services/gateway/api/build.h"

typedef struct slugs slugs;

slugs *slugs_open(void);
void slugs_close(slugs **s);

bool slugs_find(const slugs *s, uint64_t org, const char *slug, uint8_t event[SIJILL_ID_SIZE]);
void slugs_keep(slugs *s, uint64_t org, const char *slug, const uint8_t event[SIJILL_ID_SIZE]);
void slugs_forget(slugs *s, uint64_t org, const char *slug);

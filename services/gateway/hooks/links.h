/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * links: which event a platform's webinar is, as registration has answered before.  A memory, not a
 * truth: it forgets when the feed says that a link changed, and when it is full.
 */
#include "storage/key.h"

typedef struct links links;

enum { LINKS_MAX = 4096 };

links *links_open(void);
void links_close(links **l);
bool links_find(const links *l, uint64_t org, const char *platform, const char *external_id,
                uint8_t event_id[SJ_ID_SIZE]);
void links_put(links *l, uint64_t org, const char *platform, const char *external_id,
               const uint8_t event_id[SJ_ID_SIZE]);
void links_forget(links *l);

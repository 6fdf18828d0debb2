/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * replay: one endpoint is told again what came after a position.  The same records have the same
 * webhook-id, so a receiver that had one knows it.
 */
#include "services/gateway/api/json.h"
#include "services/gateway/outbound/sender.h"

enum { REPLAYS_MAX = 16 };

typedef struct replay replay;

/* With those that had not come to their end when the last gateway ended. */
replay *replay_open(loop *l, spool *s, endpoints *e, sender *to, const addresses *services);
void replay_close(replay **r);
/* From `after` to where the service is now; one already running for it begins anew. */
void replay_start(replay *r, endpoint *p, sijill_pos after);

/* Queue a record for an endpoint; `text` keeps the JSON for the next endpoint.  False: it is not
 * for the world. */
bool replay_queue(endpoints *e, endpoint *p, uint32_t shard, uint64_t epoch,
                  const Sijill__V1__Record *record, json_text *text);

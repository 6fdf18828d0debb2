/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/retry.h"

#include "clients/c/peer.h"

enum {
    COMMAND_MS = 2000,
    QUERY_MS = 500,
    BARRIER_MS = SJ_PARKED_MS + 1000, /* a read behind a barrier may wait this long by right */
    PATIENCE_MAX_MS = 8000,
    AFTER_MAX_MS = 60000,
};

bool
retry_is_query(uint32_t type)
{
    return type % 100 >= 50;
}

uint64_t
retry_patience_ms(uint32_t type, bool barrier, unsigned tries)
{
    uint64_t first = barrier ? BARRIER_MS : retry_is_query(type) ? QUERY_MS : COMMAND_MS;
    uint64_t grown = first << (tries > 5 ? 4 : tries - 1);

    return grown > PATIENCE_MAX_MS ? PATIENCE_MAX_MS : grown;
}

retry_step
retry_decide(const Sijill__V1__Status *status, unsigned tries, unsigned faults, uint64_t *wait_ms)
{
    if (status == NULL || status->code == SIJILL__V1__CODE__OK)
        return RETRY_DONE;
    if (status->code == SIJILL__V1__CODE__INTERNAL && faults > 0)
        return RETRY_DONE; /* once */
    *wait_ms = backoff_ms(PEER_BACKOFF_MS, tries - 1);
    switch (status->retry) {
    case SIJILL__V1__RETRY__RETRY_HERE:
        if (status->has_retry_after_ms)
            *wait_ms =
                status->retry_after_ms > AFTER_MAX_MS ? AFTER_MAX_MS : status->retry_after_ms;
        return RETRY_AFTER;
    case SIJILL__V1__RETRY__RETRY_ELSEWHERE: /* there is no other endpoint yet */
        return RETRY_AFTER;
    case SIJILL__V1__RETRY__RETRY_HELLO:
        return RETRY_GREET;
    default:
        return RETRY_DONE;
    }
}

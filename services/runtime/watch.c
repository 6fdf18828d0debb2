/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/watch.h"

#include "services/runtime/log.h"

#include <inttypes.h>
#include <sodium.h>

enum { HEX_SIZE = 2 * SJ_ID_SIZE + 1, SECOND_US = 1000 * 1000 };

/* Ids as they are in the log; all zeros: there is none. */
typedef struct ids {
    char request[HEX_SIZE], trace[HEX_SIZE];
} ids;

static ids
ids_of(const sj_command *cmd)
{
    ids hex;

    (void) sodium_bin2hex(hex.request, sizeof hex.request, cmd->id, sizeof cmd->id);
    (void) sodium_bin2hex(hex.trace, sizeof hex.trace, cmd->trace, sizeof cmd->trace);
    return hex;
}

/* False: this second has had its lines. */
static bool
may_tell(sj_watch *watch, uint64_t now_us)
{
    if (now_us - watch->second_us >= SECOND_US) {
        if (watch->left_out > 0)
            sj_log(SJ_LOG_WARN, "request.untold", "count=%" PRIu64, watch->left_out);
        *watch = (sj_watch){ .second_us = now_us };
    }
    if (watch->lines < SJ_WATCH_LINES) {
        watch->lines++;
        return true;
    }
    watch->left_out++;
    return false;
}

void
sj_watch_answer(sj_service *service, const sj_job *job)
{
    uint64_t took_us = service->now_us > job->taken_us ? service->now_us - job->taken_us : 0;
    bool failed = job->reply.status == SJ_INTERNAL;
    ids hex;

    if ((!failed && took_us <= SJ_SLOW_US) || !may_tell(&service->watch, service->now_us))
        return;
    hex = ids_of(&job->cmd);
    sj_log(failed ? SJ_LOG_ERROR : SJ_LOG_WARN, failed ? "request.failed" : "request.slow",
           "req=%s trace=%s type=%u code=%d pos=%" PRIu64 " us=%" PRIu64, hex.request, hex.trace,
           job->cmd.type, (int) job->reply.status,
           job->reply.seq != 0 ? job->reply.seq : service->presence.seq, took_us);
}

void
sj_watch_fault(const sj_command *cmd, const char *words)
{
    ids hex = ids_of(cmd);

    sj_log(SJ_LOG_WARN, "batch.fault", "req=%s trace=%s type=%u words=\"%s\"", hex.request,
           hex.trace, cmd->type, words);
}

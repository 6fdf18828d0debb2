/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time goes on: events end, and verdicts that a change touched are looked at again.
 */
#include "services/attendance/handlers.h"
#include "services/attendance/rows.h"
#include "services/attendance/timer.h"
#include "services/core/housekeeping.h"

#include <string.h>

sj_status
attendance_pulse(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    sj_key all = sj_key_empty();
    size_t touched = 0;

    while (touched < SJ_PULSE_ROWS_MAX) {
        size_t mark = sj_arena_mark(sj_txn_arena(txn));
        attendance_scope scope = { .txn = txn };
        uint64_t at_ms;
        sj_scan scan;

        sj_scan_begin(&scan, txn, ATTENDANCE_DUE, &all, NULL);
        if (!sj_scan_next(&scan))
            break;
        at_ms = sj_read_u64(scan.at.at);
        scope.org = sj_read_u64(scan.at.at + 8);
        memcpy(scope.event, scan.at.at + 16, SJ_ID_SIZE);
        if (at_ms > cmd->now_ms)
            break;
        sj_emit_as(txn, scope.org);
        touched += attendance_timer_walk(&scope, at_ms, cmd->now_ms, SJ_PULSE_ROWS_MAX - touched);
        sj_arena_release(sj_txn_arena(txn), mark);
    }
    if (!sj_txn_wrote(txn)) /* one kind of work a commit */
        sj_pulse_store(txn, cmd);
    return sj_accept(txn, reply, NULL);
}

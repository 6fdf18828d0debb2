/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 900 Pulse: waiting lists that had more to move than one command may.  With nothing due it writes
 * nothing.
 */
#include "services/core/housekeeping.h"
#include "services/registration/line.h"
#include "services/registration/routes.h"

#include <assert.h>

enum {
    MOVE_ROWS = 5
}; /* written for one who moves up: registration, line, country, record, its personal part */

sj_status
registration_pulse(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    uint32_t moves = SJ_PULSE_ROWS_MAX / MOVE_ROWS, looks = LINE_LOOK_MAX;
    sj_arena *arena = sj_txn_arena(txn);
    size_t mark = sj_arena_mark(arena);
    sj_key all = sj_key_empty();
    sj_scan scan;

    for (sj_scan_begin(&scan, txn, TABLE_DUE, &all, NULL);
         moves > 0 && looks > 0 && sj_scan_next(&scan);) {
        const uint8_t *at = scan.key.at;
        event_seats seats;

        assert(scan.key.size == KEY_REST_AT && scan.value.size == sizeof(uint64_t));
        if (seats_read(&seats, txn, sj_read_u64(at), sj_id_data(at + KEY_EVENT_AT))) {
            sj_emit_as(txn, seats.org);
            line_resume(&seats, sj_read_u64(scan.value.at), &moves, &looks);
            seats_write(&seats);
        }
        sj_arena_release(arena, mark);
    }
    if (!sj_txn_wrote(txn)) /* one kind of work a commit */
        sj_pulse_store(txn, cmd);
    return sj_accept(txn, reply, NULL);
}

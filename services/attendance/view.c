/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/view.h"

#include "services/attendance/limits.h"

#include <string.h>

/* All of a row's own memory in one piece. */
typedef struct view {
    Sijill__V1__AttendanceRow row;
    Sijill__V1__Verdict verdict;
    Sijill__V1__Flag flags[16];
    uint8_t registration[SJ_ID_SIZE];
    uint8_t evidence_hash[16];
} view;

Sijill__V1__AttendanceRow *
attendance_view_begin(sj_txn *txn, ProtobufCBinaryData registration,
                      const Sijill__V1__AttendanceRegistrationRow *row, size_t sessions)
{
    sj_arena *arena = sj_txn_arena(txn);
    view *made = sj_arena_take(arena, sizeof(*made));
    Sijill__V1__SessionVerdict **at = sj_arena_take(arena, sessions * sizeof(at[0]));
    Sijill__V1__SessionVerdict *verdicts = sj_arena_take(arena, sessions * sizeof(verdicts[0]));

    if (made == NULL || at == NULL || verdicts == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the page needs more memory than a query may have");
        return NULL;
    }
    sijill__v1__attendance_row__init(&made->row);
    sijill__v1__verdict__init(&made->verdict);
    memcpy(made->registration, registration.data, SJ_ID_SIZE);
    made->row.has_registration_id = made->row.has_role = made->row.has_state = 1;
    made->row.registration_id = sj_id_data(made->registration);
    made->row.name = row->name;
    made->row.email = row->email;
    made->row.external_id = row->external_id;
    made->row.role = row->role;
    made->row.state = row->state;
    made->row.verdict = &made->verdict;
    made->verdict.session = at;
    made->verdict.flag = made->flags;
    made->verdict.has_evidence_hash = 1;
    made->verdict.evidence_hash = sj_id_data(made->evidence_hash);
    for (size_t i = 0; i < sessions; i++) {
        sijill__v1__session_verdict__init(&verdicts[i]);
        at[i] = &verdicts[i];
    }
    return &made->row;
}

static char *
basis_words(verdict_basis basis)
{
    static const char *const words[] = {
        [VERDICT_BY_NOTHING] = "none",
        [VERDICT_BY_MARK] = "mark",
        [VERDICT_BY_SECONDS] = "seconds",
        [VERDICT_BY_CHECK_IN] = "check_in",
    };

    return (char *) (uintptr_t) words[basis];
}

static void
show_session(const verdict_session *session, const verdict_part *part,
             Sijill__V1__SessionVerdict *out)
{
    out->has_number = out->has_seconds = out->has_scheduled = 1;
    out->has_counts = out->has_mandatory = out->has_missed = 1;
    out->number = session->number;
    out->seconds = part->seconds;
    out->scheduled = part->scheduled;
    out->has_mark = part->mark != 0;
    out->mark = (Sijill__V1__MarkValue) part->mark;
    out->counts = part->counts;
    out->mandatory = session->mandatory;
    out->missed = part->missed;
    out->basis = basis_words(part->basis);
}

static size_t
spread_flags(uint16_t bits, Sijill__V1__Flag *flags)
{
    size_t count = 0;

    for (int flag = 1; flag < 16; flag++)
        if ((bits >> flag & 1) != 0)
            flags[count++] = (Sijill__V1__Flag) flag;
    return count;
}

void
attendance_view_verdict(const attendance_assessment *found, Sijill__V1__AttendanceRow *row)
{
    Sijill__V1__Verdict *out = row->verdict;

    out->has_value = out->has_seconds = out->has_scheduled = out->has_share = 1;
    out->has_threshold = out->has_rule_version = out->has_evidence_count = 1;
    out->value = found->answer.value;
    out->seconds = found->answer.seconds;
    out->scheduled = found->answer.scheduled;
    out->share = found->answer.share;
    out->threshold = found->question.threshold;
    out->rule_version = VERDICT_RULE_VERSION;
    out->evidence_count = (uint32_t) found->answer.standing;
    memcpy(out->evidence_hash.data, found->evidence_hash, sizeof(found->evidence_hash));
    out->n_flag = spread_flags(found->answer.flags, out->flag);
    out->n_session = found->question.session_count;
    for (size_t i = 0; i < out->n_session; i++)
        show_session(&found->question.sessions[i], &found->parts[i], out->session[i]);
}

size_t
attendance_view_flags(sj_txn *txn, uint16_t bits, Sijill__V1__Flag **flags)
{
    *flags = NULL;
    if (bits == 0)
        return 0;
    *flags = sj_arena_take(sj_txn_arena(txn), 16 * sizeof((*flags)[0]));
    return *flags == NULL ? 0 : spread_flags(bits, *flags);
}

size_t
attendance_page_size(sj_txn *txn, bool has, uint32_t limit, sj_reply *reply)
{
    if (!has)
        return ATTENDANCE_PAGE;
    if (limit >= 1 && limit <= ATTENDANCE_PAGE_MAX)
        return limit;
    (void) sj_refuse_field(txn, reply, "limit", "a page has 1 to 200 rows");
    return 0;
}

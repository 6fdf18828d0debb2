/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/verdict.h"

#include "services/attendance/presence.h"

#include <assert.h>
#include <string.h>

uint16_t
verdict_flag(Sijill__V1__Flag flag)
{
    return (uint16_t) (1U << (unsigned) flag);
}

bool
verdict_before(const verdict_evidence *a, const verdict_evidence *b)
{
    if (a->occurred_ms != b->occurred_ms)
        return a->occurred_ms < b->occurred_ms;
    if (a->device_seq != b->device_seq)
        return a->device_seq < b->device_seq;
    return a->order < b->order;
}

bool
verdict_stands(const verdict_evidence *piece)
{
    if (piece->voided || piece->kind == SIJILL__V1__EVIDENCE_KIND__VOID ||
        piece->kind == SIJILL__V1__EVIDENCE_KIND__SEEN)
        return false;
    return piece->relied || (piece->kind != SIJILL__V1__EVIDENCE_KIND__PLATFORM_END &&
                             piece->kind != SIJILL__V1__EVIDENCE_KIND__BIND);
}

/* A trainer marks during the session or after it: the one that runs, else the last that ended, else
 * the next. */
static const verdict_session *
mark_home(const verdict_question *question, const verdict_evidence *mark)
{
    const verdict_session *home = presence_home(question, mark);
    const verdict_session *ended = NULL;

    if (mark->session != 0 || (home != NULL && home->starts_ms <= mark->occurred_ms))
        return home;
    for (size_t i = 0; i < question->session_count; i++) {
        const verdict_session *session = &question->sessions[i];

        if (session->ends_ms <= mark->occurred_ms &&
            (ended == NULL || session->ends_ms > ended->ends_ms))
            ended = session;
    }
    return ended != NULL ? ended : home;
}

bool
verdict_outside(const verdict_question *question, const verdict_evidence *piece)
{
    if (piece->kind == SIJILL__V1__EVIDENCE_KIND__MARK)
        return mark_home(question, piece) == NULL;
    if (piece->kind == SIJILL__V1__EVIDENCE_KIND__SPAN)
        return !presence_meets(question, piece, piece->ended_ms);
    if (piece->kind == SIJILL__V1__EVIDENCE_KIND__CHECK_IN && piece->use == VERDICT_SPAN)
        return !presence_meets(question, piece, piece->ended_ms);
    if (piece->kind == SIJILL__V1__EVIDENCE_KIND__CHECK_IN)
        return presence_home(question, piece) == NULL;
    return false;
}

/* Last first: a VOID stands behind what it takes back, so whether it stands itself is known before
 * it is used. */
void
verdict_take_back(verdict_evidence *evidence, size_t count)
{
    for (size_t i = 0; i < count; i++)
        evidence[i].voided = false;
    for (size_t i = count; i-- > 0;) {
        if (evidence[i].kind != SIJILL__V1__EVIDENCE_KIND__VOID || evidence[i].voided)
            continue;
        assert(evidence[i].voids < i);
        evidence[evidence[i].voids].voided = true;
    }
}

static bool
is_mark_of(const verdict_question *question, size_t at, const verdict_session *session)
{
    const verdict_evidence *piece = &question->evidence[at];

    return piece->kind == SIJILL__V1__EVIDENCE_KIND__MARK && !piece->voided &&
           mark_home(question, piece) == session;
}

/* The last mark of a session decides.  Each actor's own last word counts against it: a corrected
 * slip is no conflict. */
static uint8_t
mark_of(const verdict_question *question, const verdict_session *session)
{
    verdict_evidence *last = NULL;
    size_t end = question->count;

    for (size_t i = question->count; i-- > 0;) {
        verdict_evidence *piece = &question->evidence[i];
        bool spoke_later = false;

        if (!is_mark_of(question, i, session))
            continue;
        if (last == NULL) {
            last = piece;
            end = i + 1;
            continue;
        }
        for (size_t j = i + 1; j < end && !spoke_later; j++)
            spoke_later = memcmp(question->evidence[j].actor, piece->actor, 16) == 0 &&
                          is_mark_of(question, j, session);
        if (!spoke_later && piece->mark != last->mark) {
            piece->flags |= verdict_flag(SIJILL__V1__FLAG__CONFLICTING_MARKS);
            last->flags |= verdict_flag(SIJILL__V1__FLAG__CONFLICTING_MARKS);
        }
    }
    return last == NULL ? 0 : last->mark;
}

static bool
door_open(const verdict_question *question, const verdict_session *session)
{
    for (size_t i = 0; i < question->count; i++)
        if (question->evidence[i].use == VERDICT_DOOR &&
            presence_home(question, &question->evidence[i]) == session)
            return true;
    return false;
}

static void
flag_doors(const verdict_question *question, const verdict_session *session)
{
    for (size_t i = 0; i < question->count; i++)
        if (question->evidence[i].use == VERDICT_DOOR &&
            presence_home(question, &question->evidence[i]) == session)
            question->evidence[i].flags |= verdict_flag(SIJILL__V1__FLAG__JOIN_WITHOUT_LEAVE);
}

/* By seconds where there are any, else by check-in; returns whether there were seconds. */
static bool
count_presence(const verdict_question *question, const verdict_session *session, verdict_part *part)
{
    uint64_t length = presence_union(question, session, false, NULL);
    bool doors = door_open(question, session);

    if (length == 0) {
        part->whole = doors;
        part->seconds = doors ? part->scheduled : 0;
        part->basis = doors ? VERDICT_BY_CHECK_IN : VERDICT_BY_NOTHING;
        return false;
    }
    if (doors) {
        part->doors = true;
        length = presence_union(question, session, true, NULL);
        flag_doors(question, session);
    }
    part->seconds = length / 1000;
    part->basis = VERDICT_BY_SECONDS;
    return true;
}

static void
apply_mark(verdict_part *part, bool seconds)
{
    part->basis = VERDICT_BY_MARK;
    switch ((Sijill__V1__MarkValue) part->mark) {
    case SIJILL__V1__MARK_VALUE__PRESENT:
    case SIJILL__V1__MARK_VALUE__LATE:
        part->seconds = part->scheduled;
        break;
    case SIJILL__V1__MARK_VALUE__PARTIAL:
        if (!seconds)
            part->seconds = part->scheduled / 2;
        break;
    case SIJILL__V1__MARK_VALUE__EXCUSED:
        part->counts = false;
        part->seconds = 0;
        break;
    case SIJILL__V1__MARK_VALUE__ABSENT:
    case SIJILL__V1__MARK_VALUE__MARK_NONE:
    case _SIJILL__V1__MARK_VALUE_IS_INT_SIZE:
    default:
        part->seconds = 0;
        break;
    }
}

static uint32_t
share_of(uint64_t seconds, uint64_t scheduled)
{
    return scheduled == 0 ? 0 : (uint32_t) (VERDICT_WHOLE * seconds / scheduled);
}

static void
judge_session(const verdict_question *question, const verdict_session *session, verdict_part *part)
{
    bool seconds;

    memset(part, 0, sizeof(*part));
    part->counts = true;
    part->scheduled = presence_whole(session, NULL) / 1000;
    seconds = count_presence(question, session, part);
    part->mark = mark_of(question, session);
    if (part->mark != 0)
        apply_mark(part, seconds);
    part->missed = part->counts && session->mandatory && part->scheduled > 0 &&
                   share_of(part->seconds, part->scheduled) < question->threshold;
}

static Sijill__V1__VerdictValue
judge_event(const verdict_question *question, uint32_t share, size_t counting, bool missed)
{
    if (question->cancelled || question->session_count == 0 || question->ends_ms == 0 ||
        question->now_ms < question->ends_ms)
        return SIJILL__V1__VERDICT_VALUE__UNDECIDED;
    if (counting == 0)
        return SIJILL__V1__VERDICT_VALUE__VERDICT_EXCUSED;
    if (share >= question->threshold && !missed)
        return SIJILL__V1__VERDICT_VALUE__ATTENDED;
    return SIJILL__V1__VERDICT_VALUE__NOT_ATTENDED;
}

static void
gather_flags(const verdict_question *question, verdict_answer *answer)
{
    for (size_t i = 0; i < question->count; i++) {
        verdict_evidence *piece = &question->evidence[i];

        if (piece->voided)
            continue;
        if (verdict_outside(question, piece))
            piece->flags |= verdict_flag(SIJILL__V1__FLAG__OUTSIDE_SESSION);
        if (!verdict_stands(piece))
            continue;
        answer->standing++;
        answer->flags |= piece->flags;
    }
    if (answer->standing > 0 && !question->confirmed)
        answer->flags |= verdict_flag(SIJILL__V1__FLAG__NOT_CONFIRMED);
}

void
verdict_reach(const verdict_question *question, verdict_part *parts, verdict_answer *answer)
{
    size_t counting = 0;
    bool missed = false;

    memset(answer, 0, sizeof(*answer));
    verdict_take_back(question->evidence, question->count);
    presence_pair(question);
    for (size_t i = 0; i < question->session_count; i++) {
        judge_session(question, &question->sessions[i], &parts[i]);
        if (!parts[i].counts)
            continue;
        counting++;
        missed = missed || parts[i].missed;
        answer->seconds += parts[i].seconds;
        answer->scheduled += parts[i].scheduled;
    }
    answer->share = share_of(answer->seconds, answer->scheduled);
    answer->value = judge_event(question, answer->share, counting, missed);
    gather_flags(question, answer);
}

size_t
verdict_present(const verdict_question *question, size_t session, const verdict_part *part,
                verdict_interval *intervals, size_t max)
{
    presence_sink sink = { .intervals = intervals, .max = max };

    if (part->whole)
        (void) presence_whole(&question->sessions[session], &sink);
    else
        (void) presence_union(question, &question->sessions[session], part->doors, &sink);
    return sink.count;
}

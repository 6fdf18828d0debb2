/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/presence.h"

static uint64_t
later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static const verdict_session *
session_numbered(const verdict_question *question, uint32_t number)
{
    for (size_t i = 0; i < question->session_count; i++)
        if (question->sessions[i].number == number)
            return &question->sessions[i];
    return NULL;
}

/* Of several that run, the one that began last; of several to come, the one that begins first. */
static const verdict_session *
session_at(const verdict_question *question, uint64_t at_ms)
{
    const verdict_session *runs = NULL;
    const verdict_session *comes = NULL;

    for (size_t i = 0; i < question->session_count; i++) {
        const verdict_session *session = &question->sessions[i];

        if (session->starts_ms <= at_ms && at_ms < session->ends_ms) {
            if (runs == NULL || session->starts_ms > runs->starts_ms)
                runs = session;
        } else if (session->starts_ms > at_ms && session->starts_ms - at_ms <= VERDICT_EARLY_MS) {
            if (comes == NULL || session->starts_ms < comes->starts_ms)
                comes = session;
        }
    }
    return runs != NULL ? runs : comes;
}

const verdict_session *
presence_home(const verdict_question *question, const verdict_evidence *piece)
{
    return piece->session != 0 ? session_numbered(question, piece->session)
                               : session_at(question, piece->occurred_ms);
}

bool
presence_meets(const verdict_question *question, const verdict_evidence *piece, uint64_t ends_ms)
{
    for (size_t i = 0; i < question->session_count; i++) {
        const verdict_session *session = &question->sessions[i];

        if (piece->session != 0 && piece->session != session->number)
            continue;
        if (piece->occurred_ms < session->ends_ms && ends_ms >= session->starts_ms)
            return true;
    }
    return false;
}

/* A door admits people who may never check out; a platform, or whoever names connections, sees them
 * leave. */
static bool
at_door(const verdict_evidence *piece)
{
    switch ((Sijill__V1__EvidenceSource) piece->source) {
    case SIJILL__V1__EVIDENCE_SOURCE__SCANNER:
    case SIJILL__V1__EVIDENCE_SOURCE__KIOSK:
        return true;
    case SIJILL__V1__EVIDENCE_SOURCE__TRAINER_MARK:
    case SIJILL__V1__EVIDENCE_SOURCE__IMPORT:
        return piece->connection == 0;
    case SIJILL__V1__EVIDENCE_SOURCE__SOURCE_NONE:
    case SIJILL__V1__EVIDENCE_SOURCE__PLATFORM:
    case _SIJILL__V1__EVIDENCE_SOURCE_IS_INT_SIZE:
    default:
        return false;
    }
}

/* Without a name for the connection, what came through a door pairs with doors, and what joined a
 * platform with it. */
static bool
same_connection(const verdict_evidence *a, const verdict_evidence *b)
{
    return a->connection == b->connection && (a->connection != 0 || at_door(a) == at_door(b));
}

static bool
same_number(const verdict_evidence *a, const verdict_evidence *b)
{
    return a->session == b->session || a->session == 0 || b->session == 0;
}

/* Coming again while still inside is one presence. */
static void
arrive(const verdict_question *question, size_t at)
{
    verdict_evidence *piece = &question->evidence[at];

    for (size_t i = at; i-- > 0;) {
        verdict_evidence *before = &question->evidence[i];

        if (before->use != VERDICT_OPEN || !same_connection(before, piece))
            continue;
        if (!same_number(before, piece) ||
            presence_home(question, before) != presence_home(question, piece))
            break;
        if (before->device != 0 && piece->device != 0 && before->device != piece->device)
            piece->flags |= verdict_flag(SIJILL__V1__FLAG__TWO_DEVICES);
        return;
    }
    piece->use = VERDICT_OPEN;
}

static void
leave(const verdict_question *question, size_t at)
{
    verdict_evidence *piece = &question->evidence[at];

    for (size_t i = at; i-- > 0;) {
        verdict_evidence *join = &question->evidence[i];

        if (join->use != VERDICT_OPEN || !same_connection(join, piece) || !same_number(join, piece))
            continue;
        if (join->connection == 0 && piece->occurred_ms - join->occurred_ms > VERDICT_PAIR_MS)
            break;
        join->use = VERDICT_SPAN;
        join->ended_ms = piece->occurred_ms;
        return;
    }
    piece->flags |= verdict_flag(SIJILL__V1__FLAG__LEAVE_WITHOUT_JOIN);
}

static bool
same_run(const verdict_evidence *a, const verdict_evidence *b)
{
    return a->run == b->run || a->run == 0 || b->run == 0;
}

/* The first end the platform reported after the join. */
static verdict_evidence *
platform_end(const verdict_question *question, size_t join)
{
    const verdict_evidence *piece = &question->evidence[join];

    for (size_t i = join + 1; i < question->count; i++) {
        verdict_evidence *end = &question->evidence[i];

        if (end->kind != SIJILL__V1__EVIDENCE_KIND__PLATFORM_END || end->voided)
            continue;
        if (end->occurred_ms - piece->occurred_ms > VERDICT_PAIR_MS)
            break;
        if (same_number(end, piece) && same_run(end, piece))
            return end;
    }
    return NULL;
}

static void
end_open(const verdict_question *question, size_t at)
{
    verdict_evidence *piece = &question->evidence[at];
    const verdict_session *home = presence_home(question, piece);
    bool door = at_door(piece);
    verdict_evidence *end = door ? NULL : platform_end(question, at);

    piece->use = VERDICT_ASIDE;
    if (home == NULL && end == NULL)
        return;
    piece->use = door ? VERDICT_DOOR : VERDICT_SPAN;
    piece->ended_ms = end != NULL ? end->occurred_ms : later(piece->occurred_ms, home->ends_ms);
    if (!door)
        piece->flags |= verdict_flag(SIJILL__V1__FLAG__JOIN_WITHOUT_LEAVE);
    if (end != NULL)
        end->relied = true;
}

/* The latest end of all devices, and the latest of all others: enough to know every overlap, as
 * starts only rise. */
static void
flag_two_devices(const verdict_question *question)
{
    struct {
        uint64_t device;
        uint64_t ends_ms;
    } last = { 0, 0 }, other = { 0, 0 };

    for (size_t i = 0; i < question->count; i++) {
        verdict_evidence *piece = &question->evidence[i];

        if (piece->kind != SIJILL__V1__EVIDENCE_KIND__CHECK_IN || piece->use == VERDICT_ASIDE ||
            piece->device == 0)
            continue;
        if ((piece->device == last.device ? other.ends_ms : last.ends_ms) > piece->occurred_ms)
            piece->flags |= verdict_flag(SIJILL__V1__FLAG__TWO_DEVICES);
        if (piece->device == last.device) {
            last.ends_ms = later(last.ends_ms, piece->ended_ms);
        } else if (piece->ended_ms > last.ends_ms) {
            other = last;
            last.device = piece->device;
            last.ends_ms = piece->ended_ms;
        } else if (piece->ended_ms > other.ends_ms) {
            other.device = piece->device;
            other.ends_ms = piece->ended_ms;
        }
    }
}

void
presence_pair(const verdict_question *question)
{
    for (size_t i = 0; i < question->count; i++) {
        verdict_evidence *piece = &question->evidence[i];

        piece->use = VERDICT_ASIDE;
        if (piece->voided)
            continue;
        if (piece->kind == SIJILL__V1__EVIDENCE_KIND__CHECK_IN)
            arrive(question, i);
        else if (piece->kind == SIJILL__V1__EVIDENCE_KIND__CHECK_OUT)
            leave(question, i);
        else if (piece->kind == SIJILL__V1__EVIDENCE_KIND__SPAN)
            piece->use = VERDICT_SPAN;
    }
    for (size_t i = 0; i < question->count; i++)
        if (question->evidence[i].use == VERDICT_OPEN)
            end_open(question, i);
    flag_two_devices(question);
}

static uint64_t
take(presence_sink *sink, uint64_t starts_ms, uint64_t ends_ms)
{
    if (sink != NULL) {
        if (sink->count < sink->max)
            sink->intervals[sink->count] = (verdict_interval){ starts_ms, ends_ms };
        sink->count++;
    }
    return ends_ms - starts_ms;
}

static uint64_t
less_breaks(const verdict_session *session, uint64_t starts_ms, uint64_t ends_ms,
            presence_sink *sink)
{
    uint64_t length = 0;

    for (size_t i = 0; i < session->break_count && starts_ms < ends_ms; i++) {
        uint64_t pause = session->breaks[2 * i];
        uint64_t resume = session->breaks[2 * i + 1];

        if (resume <= starts_ms)
            continue;
        if (pause >= ends_ms)
            break;
        if (pause > starts_ms)
            length += take(sink, starts_ms, pause);
        starts_ms = resume;
    }
    if (starts_ms < ends_ms)
        length += take(sink, starts_ms, ends_ms);
    return length;
}

uint64_t
presence_whole(const verdict_session *session, presence_sink *sink)
{
    return less_breaks(session, session->starts_ms, session->ends_ms, sink);
}

uint64_t
presence_union(const verdict_question *question, const verdict_session *session, bool doors,
               presence_sink *sink)
{
    uint64_t length = 0;
    uint64_t starts_ms = 0;
    uint64_t ends_ms = 0; /* of what is merged so far; empty at first */

    for (size_t i = 0; i < question->count; i++) {
        const verdict_evidence *piece = &question->evidence[i];

        if (piece->use != VERDICT_SPAN && !(doors && piece->use == VERDICT_DOOR))
            continue;
        if (piece->session != 0 && piece->session != session->number)
            continue;

        uint64_t from = later(piece->occurred_ms, session->starts_ms);
        uint64_t to = earlier(piece->ended_ms, session->ends_ms);

        if (from >= to)
            continue;
        if (from > ends_ms) {
            length += less_breaks(session, starts_ms, ends_ms, sink);
            starts_ms = from;
        }
        ends_ms = later(ends_ms, to);
    }
    return length + less_breaks(session, starts_ms, ends_ms, sink);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of a described event: numbered once, in order of their start, no longer than a year,
 * breaks inside and apart. Parallel sessions are allowed; the wire limits their number.
 */
#include "services/registration/event_form.h"
#include "services/registration/form.h"

#define SESSION_LONGEST_MS (366ULL * 24 * 3600 * 1000)

static bool
refuse(sj_txn *txn, sj_reply *reply, const char *field, size_t number, const char *words)
{
    (void) sj_refuse_field(txn, reply, field, sj_words(txn, "session %zu: %s", number, words));
    return false;
}

static bool
breaks_clean(sj_txn *txn, const Sijill__V1__Session *session, sj_reply *reply)
{
    uint64_t free_from = session->starts_ms;

    for (size_t n = 0; n < session->n_breaks; n++) {
        const Sijill__V1__Break *pause = session->breaks[n];

        if (!pause->has_starts_ms || !pause->has_ends_ms || pause->starts_ms >= pause->ends_ms)
            return refuse(txn, reply, "event.sessions.breaks", session->number,
                          "a break ends after it starts");
        if (pause->starts_ms < free_from || pause->ends_ms > session->ends_ms)
            return refuse(txn, reply, "event.sessions.breaks", session->number,
                          "breaks lie inside the session, in order, and do not overlap");
        free_from = pause->ends_ms;
    }
    return true;
}

static bool
session_clean(sj_txn *txn, Sijill__V1__Session *session, size_t position, sj_reply *reply)
{
    uint32_t day;

    if (!session->has_number) {
        session->has_number = true;
        session->number = (uint32_t) position;
    }
    if (session->number == 0)
        return refuse(txn, reply, "event.sessions.number", position, "numbers begin at 1");
    if (!session->has_starts_ms || !session->has_ends_ms || session->starts_ms >= session->ends_ms)
        return refuse(txn, reply, "event.sessions.ends_ms", session->number,
                      "a session ends after it starts");
    if (session->ends_ms - session->starts_ms > SESSION_LONGEST_MS)
        return refuse(txn, reply, "event.sessions.ends_ms", session->number,
                      "is longer than 366 days");
    if (session->date != NULL && !form_date(session->date, &day))
        return refuse(txn, reply, "event.sessions.date", session->number,
                      "is no date of the calendar, YYYY-MM-DD");
    return text_clean(txn, &session->title, "event.sessions.title", reply) &&
           breaks_clean(txn, session, reply);
}

bool
sessions_clean(sj_txn *txn, Sijill__V1__Event *event, sj_reply *reply)
{
    event->has_starts_ms = event->has_ends_ms = event->n_sessions > 0;
    event->starts_ms = event->ends_ms = 0;
    for (size_t n = 0; n < event->n_sessions; n++) {
        Sijill__V1__Session *session = event->sessions[n];

        if (!session_clean(txn, session, n + 1, reply))
            return false;
        if (n > 0 && session->starts_ms < event->sessions[n - 1]->starts_ms)
            return refuse(txn, reply, "event.sessions", session->number,
                          "starts before the one above it; put them in order");
        for (size_t earlier = 0; earlier < n; earlier++)
            if (event->sessions[earlier]->number == session->number)
                return refuse(txn, reply, "event.sessions.number", session->number,
                              "the number is taken");
        if (session->ends_ms > event->ends_ms)
            event->ends_ms = session->ends_ms;
    }
    if (event->n_sessions > 0)
        event->starts_ms = event->sessions[0]->starts_ms;
    return true;
}

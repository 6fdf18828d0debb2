/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/release.h"

#include <assert.h>
#include <string.h>

#include "services/certificate/eligible.h"
#include "services/certificate/issue.h"

static const uint8_t nobody[SJ_ID_SIZE];

static bool
automatic(const event_row *event)
{
    return event->release == SIJILL__V1__CERTIFICATE_RELEASE__AUTOMATIC &&
           event->state == SIJILL__V1__EVENT_STATE__EVENT_CLOSED &&
           event->date_precision == SIJILL__V1__DATE_PRECISION__DATE_DAY && event->ends_ms > 0;
}

static event_row *
event_get(sj_txn *txn, uint64_t org, const uint8_t event_id[SJ_ID_SIZE])
{
    sj_key key = certificate_event_key(org, event_id);

    return sj_row_get(txn, TABLE_EVENT, &key, &sijill__certificate__event_row__descriptor);
}

static void
put_due(sj_txn *txn, const sj_key *key, const uint8_t *after)
{
    release_row row;

    sijill__certificate__release_row__init(&row);
    row.has_after = after != NULL;
    if (after != NULL)
        row.after = sj_id_data(after);
    sj_row_put(txn, TABLE_RELEASE, key, &row.base);
}

void
release_plan(sj_txn *txn, uint64_t org, const uint8_t event_id[SJ_ID_SIZE], event_row *row)
{
    const event_row *old = event_get(txn, org, event_id);

    if (old != NULL && old->has_release_due_ms) {
        sj_key before = certificate_release_key(org, old->release_due_ms, event_id, nobody);

        sj_delete(txn, TABLE_RELEASE, &before);
    }
    row->has_release_due_ms = automatic(row);
    if (!row->has_release_due_ms)
        return;
    row->release_due_ms = certificate_due_ms(row);

    sj_key key = certificate_release_key(org, row->release_due_ms, event_id, nobody);

    put_due(txn, &key, NULL);
}

void
release_late(sj_txn *txn, uint64_t org, const uint8_t event_id[SJ_ID_SIZE],
             const uint8_t registration_id[SJ_ID_SIZE])
{
    const event_row *event = event_get(txn, org, event_id);

    if (event == NULL || !automatic(event))
        return;
    sj_key key = certificate_release_key(org, certificate_due_ms(event), event_id, registration_id);

    put_due(txn, &key, NULL);
}

/* What one pulse has done so far. */
typedef struct progress {
    uint32_t issued;
    uint32_t looked;
} progress;

static bool
spent(const progress *done)
{
    return done->issued == RELEASE_ISSUES_MAX || done->looked == RELEASE_LOOKS_MAX;
}

static void
release_person(sj_txn *txn, const sj_command *cmd, certificate_facts *facts,
               const uint8_t registration_id[SJ_ID_SIZE], progress *done)
{
    certificate_decision decision = { .facts = facts, .actor = nobody };
    certificate_row *earlier;
    certificate_kind kind;
    certificate_draft draft;

    done->looked++;
    certificate_facts_person(txn, registration_id, facts);
    if (facts->holder == NULL)
        return;
    kind = certificate_kind_of(facts->holder->role);
    if (certificate_obstacle(txn, facts, kind, cmd->now_ms) != NULL)
        return;
    decision.ref = certificate_next_ref(txn, facts, kind, &earlier);
    if (earlier != NULL ||
        certificate_compose(txn, cmd, done->issued, facts, kind, NULL, &draft) != NULL)
        return;
    certificate_issue(txn, cmd, done->issued, &decision, &draft);
    done->issued++;
}

/* Everybody at the event, from where the last pulse stopped.  True: all of them. */
static bool
release_event(sj_txn *txn, const sj_command *cmd, certificate_facts *facts, const sj_key *work,
              const release_row *row, progress *done)
{
    sj_key prefix = certificate_event_key(facts->org, facts->event_id);
    uint8_t last[SJ_ID_SIZE] = { 0 };
    sj_scan scan;

    if (row->has_after)
        memcpy(last, row->after.data, SJ_ID_SIZE);
    sj_key from = certificate_person_key(facts->org, facts->event_id, last);

    sj_scan_begin_after(&scan, txn, TABLE_HOLDER, &prefix, &from);
    while (!spent(done)) {
        size_t mark = sj_arena_mark(sj_txn_arena(txn));
        bool more = sj_scan_next(&scan);

        if (more) {
            memcpy(last, (const uint8_t *) scan.key.at + scan.key.size - SJ_ID_SIZE, SJ_ID_SIZE);
            release_person(txn, cmd, facts, last, done);
        }
        sj_arena_release(sj_txn_arena(txn), mark);
        if (!more)
            return true;
    }
    put_due(txn, work, last);
    return false;
}

/* One row of work.  True: it is done for good. */
static bool
release_work(sj_txn *txn, const sj_command *cmd, certificate_facts *facts, const sj_key *work,
             const release_row *row, progress *done)
{
    const uint8_t *registration_id = work->at + work->size - SJ_ID_SIZE;

    if (facts->event == NULL || !automatic(facts->event) ||
        certificate_event_obstacle(txn, facts->event, cmd->now_ms) != NULL) {
        done->looked++;
        return true; /* the event changed; if it changes back, its record plans anew */
    }
    if (memcmp(registration_id, nobody, SJ_ID_SIZE) == 0)
        return release_event(txn, cmd, facts, work, row, done);
    release_person(txn, cmd, facts, registration_id, done);
    return true;
}

/* The first work of an organisation, if it is due and can be done: do it.  False: look at the next
 * organisation. */
static bool
release_first(sj_txn *txn, const sj_command *cmd, const sj_scan *scan, progress *done)
{
    sj_key work = { .size = scan->key.size };
    certificate_facts facts;
    const char *words;

    memcpy(work.at, scan->key.at, scan->key.size);
    assert(work.size == 8 + 8 + 2 * SJ_ID_SIZE);
    if (sj_read_u64(work.at + 8) > cmd->now_ms)
        return false;
    certificate_facts_event(txn, sj_read_u64(work.at), work.at + 16, &facts);
    if (certificate_issuer_obstacle(&facts, PURPOSE_CERTIFICATE, &words) != SJ_OK)
        return false;

    const release_row *row =
        sj_unpack(txn, &sijill__certificate__release_row__descriptor, scan->value);

    if (row != NULL && release_work(txn, cmd, &facts, &work, row, done))
        sj_delete(txn, TABLE_RELEASE, &work);
    return true;
}

void
release_run(sj_txn *txn, const sj_command *cmd)
{
    sj_key all = sj_key_empty();
    sj_key from = all;
    progress done = { .issued = 0 };
    bool more = true;

    for (uint32_t steps = 0; more && steps < RELEASE_LOOKS_MAX && !spent(&done); steps++) {
        size_t mark = sj_arena_mark(sj_txn_arena(txn));
        sj_scan scan;

        sj_scan_begin(&scan, txn, TABLE_RELEASE, &all, &from);
        more = sj_scan_next(&scan);
        if (more && !release_first(txn, cmd, &scan, &done)) {
            uint64_t org = sj_read_u64(scan.at.at);

            more = org < UINT64_MAX;
            from = sj_key_org(org + 1);
        }
        sj_arena_release(sj_txn_arena(txn), mark);
    }
}

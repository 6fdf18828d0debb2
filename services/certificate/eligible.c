/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/eligible.h"

#include "proto/credential/timestamp.h"

static const char *const role_names[] = { "participant", "trainer",     "speaker",
                                          "observer",    "focal_point", "organiser" };
static const char *const kind_names[CERTIFICATE_KINDS] = { "attendance", "training", "speaking",
                                                           "organising" };

certificate_kind
certificate_kind_of(Sijill__V1__Role role)
{
    if (role == SIJILL__V1__ROLE__TRAINER)
        return SIJILL__V1__CERTIFICATE_KIND__TRAINING;
    if (role == SIJILL__V1__ROLE__SPEAKER)
        return SIJILL__V1__CERTIFICATE_KIND__SPEAKING;
    if (role == SIJILL__V1__ROLE__ORGANISER)
        return SIJILL__V1__CERTIFICATE_KIND__ORGANISING;
    return SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE;
}

uint64_t
certificate_due_ms(const event_row *event)
{
    return (event->ends_ms + 999) / 1000 * 1000;
}

const char *
certificate_event_obstacle(sj_txn *txn, const event_row *event, uint64_t now_ms)
{
    char ends[SJ_TIMESTAMP_SIZE];

    if (event->state == SIJILL__V1__EVENT_STATE__EVENT_CANCELLED)
        return "the event was cancelled";
    if (event->date_precision == SIJILL__V1__DATE_PRECISION__DATE_NONE)
        return "the event has no dates: set them first";
    if (event->date_precision == SIJILL__V1__DATE_PRECISION__DATE_MONTH)
        return "only the month of the event is known: set its dates first";
    if (event->n_title == 0)
        return "the event has no title";
    if (event->ends_ms == 0)
        return "the event has no sessions with times: set them first";
    if (now_ms >= certificate_due_ms(event))
        return NULL;
    (void) sj_timestamp_write((int64_t) event->ends_ms, ends);
    return sj_words(txn, "the event has not ended: it ends at %s", ends);
}

static const char *
percent(sj_txn *txn, uint32_t share)
{
    return sj_words(txn, "%u.%02u %%", share / 100, share % 100);
}

static const char *
threshold_words(sj_txn *txn, uint32_t threshold)
{
    if (threshold % 100 != 0)
        return percent(txn, threshold);
    return sj_words(txn, "%u %%", threshold / 100);
}

static const char *
verdict_obstacle(sj_txn *txn, const verdict_row *verdict)
{
    if (verdict == NULL)
        return "no verdict: attendance knows of no presence";
    if (verdict->value == SIJILL__V1__VERDICT_VALUE__ATTENDED)
        return NULL;
    if (verdict->value == SIJILL__V1__VERDICT_VALUE__VERDICT_EXCUSED)
        return "verdict excused: every session was excused";
    if (verdict->value == SIJILL__V1__VERDICT_VALUE__UNDECIDED)
        return "verdict undecided: attendance has not decided yet";
    return sj_words(txn, "verdict not_attended: %s of %s%s", percent(txn, verdict->share),
                    threshold_words(txn, verdict->threshold),
                    verdict->share >= verdict->threshold ? ", and a mandatory session was missed"
                                                         : "");
}

/* By RegistrationState. */
static const char *const state_obstacles[] = {
    "the registration has no state",           "the registration awaits approval",
    "the registration is on the waiting list", NULL, /* confirmed */
    "the registration was rejected",           "the registration was cancelled: reinstate it first",
};

const char *
certificate_obstacle(sj_txn *txn, const certificate_facts *facts, certificate_kind kind,
                     uint64_t now_ms)
{
    const holder_row *holder = facts->holder;
    const char *words = certificate_event_obstacle(txn, facts->event, now_ms);

    if (words == NULL)
        words = state_obstacles[holder->state];
    if (words != NULL)
        return words;
    if (holder->name == NULL || holder->name[0] == '\0')
        return "the holder's name is withheld";
    if (kind == SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE)
        return verdict_obstacle(txn, facts->verdict);
    if (certificate_kind_of(holder->role) != kind)
        return sj_words(txn, "role %s does not earn a certificate of kind %s",
                        role_names[holder->role], kind_names[kind]);
    return NULL;
}

sj_status
certificate_issuer_obstacle(const certificate_facts *facts, uint32_t purpose, const char **words)
{
    if (certificate_current_key(facts->issuer, purpose) == NULL) {
        *words = "the signer is not connected: start sijill-signer and try again";
        return SJ_UNAVAILABLE;
    }
    if (purpose == PURPOSE_CERTIFICATE &&
        (facts->organisation == NULL || facts->organisation->n_name == 0)) {
        *words = "the organisation has no name: define it first";
        return SJ_PRECONDITION;
    }
    return SJ_OK;
}

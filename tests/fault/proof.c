/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fault/proof.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 200, NAP_US = 20000 };

/* ---- one person, as one service sees it --------------------------------------------------------
 */

typedef struct seen {
    uint32_t count;
    uint32_t state;
    uint8_t id[SIJILL_ID_SIZE];
} seen;

static seen *
seen_new(const load *l)
{
    seen *all = calloc(l->person_count + 1, sizeof *all);

    assert_non_null(all);
    return all;
}

static void
see(const load *l, seen *all, const char *email, ProtobufCBinaryData id, uint32_t state)
{
    uint32_t number;

    assert_true(load_person(email, &number));
    assert_true(number < l->person_count);
    assert_int_equal(id.len, SIJILL_ID_SIZE);
    all[number].count++;
    all[number].state = state;
    memcpy(all[number].id, id.data, SIJILL_ID_SIZE);
}

static void
see_registrations(const load *l, size_t event, seen *all)
{
    sijill *service = service_connect(l->world, REGISTRATION);
    Sijill__V1__ListRegistrations list = SIJILL__V1__LIST_REGISTRATIONS__INIT;
    Sijill__V1__RegistrationList *page = NULL;
    uint8_t after[SIJILL_ID_SIZE];

    list.has_event_id = list.has_limit = 1;
    list.event_id = id_data(l->events[event]);
    list.limit = PAGE;
    do {
        sijill_free(page);
        page = ask_for(service, 153, &list.base, &sijill__v1__registration_list__descriptor);
        for (size_t i = 0; i < page->n_registration; i++) {
            const Sijill__V1__RegistrationView *row = page->registration[i];

            see(l, all, row->person->email, row->id, row->state);
        }
        list.has_after = page->has_next;
        list.after = id_data(after);
        if (page->has_next)
            memcpy(after, page->next.data, SIJILL_ID_SIZE);
    } while (page->has_next);
    sijill_free(page);
    sijill_close(&service);
}

static void
see_attendance(const load *l, size_t event, seen *all)
{
    sijill *service = service_connect(l->world, ATTENDANCE);
    Sijill__V1__ListAttendance list = SIJILL__V1__LIST_ATTENDANCE__INIT;
    Sijill__V1__AttendanceList *page = NULL;
    uint8_t after[SIJILL_ID_SIZE];

    list.has_event_id = list.has_limit = 1;
    list.event_id = id_data(l->events[event]);
    list.limit = PAGE;
    do {
        sijill_free(page);
        page = ask_for(service, 250, &list.base, &sijill__v1__attendance_list__descriptor);
        for (size_t i = 0; i < page->n_row; i++)
            see(l, all, page->row[i]->email, page->row[i]->registration_id, page->row[i]->state);
        list.has_after = page->has_next;
        list.after = id_data(after);
        if (page->has_next)
            memcpy(after, page->next.data, SIJILL_ID_SIZE);
    } while (page->has_next);
    sijill_free(page);
    sijill_close(&service);
}

/* Of the certificate's rows name and id are shown; our names are the e-mails. */
static void
see_eligible(const load *l, size_t event, seen *all)
{
    sijill *service = service_connect(l->world, CERTIFICATE);
    Sijill__V1__ListEligible list = SIJILL__V1__LIST_ELIGIBLE__INIT;
    Sijill__V1__EligibleList *page = NULL;
    uint8_t after[SIJILL_ID_SIZE];

    list.has_event_id = list.has_limit = 1;
    list.event_id = id_data(l->events[event]);
    list.limit = PAGE;
    do {
        sijill_free(page);
        page = ask_for(service, 354, &list.base, &sijill__v1__eligible_list__descriptor);
        for (size_t i = 0; i < page->n_row; i++)
            see(l, all, page->row[i]->name, page->row[i]->registration_id,
                page->row[i]->eligible != 0);
        list.has_after = page->has_next;
        list.after = id_data(after);
        if (page->has_next)
            memcpy(after, page->next.data, SIJILL_ID_SIZE);
    } while (page->has_next);
    sijill_free(page);
    sijill_close(&service);
}

/* ---- laws --------------------------------------------------------------------------------------
 */

static void
there_once(uint32_t count, fate f, uint32_t number, const char *what)
{
    if (f == FATE_ACKNOWLEDGED && count != 1)
        fail_msg("%s of person %u was acknowledged and is there %u times", what, number, count);
    if (f == FATE_REFUSED && count != 0)
        fail_msg("%s of person %u was refused and is there", what, number);
    if (count > 1)
        fail_msg("%s of person %u is there %u times", what, number, count);
}

void
proof_registrations(const load *l)
{
    seen *all = seen_new(l);
    uint32_t confirmed = 0;

    for (size_t event = 0; event < EVENT_COUNT; event++)
        see_registrations(l, event, all);
    for (size_t i = 0; i < l->request_count; i++) {
        const request *r = &l->requests[i];
        const seen *at = &all[r->person];

        if (r->errand == ERRAND_REGISTER) {
            there_once(at->count, r->fate, r->person, "the registration");
            if (r->fate == FATE_ACKNOWLEDGED)
                assert_memory_equal(at->id, r->subject, SIJILL_ID_SIZE);
        } else if (r->errand == ERRAND_WITHDRAW && r->fate == FATE_ACKNOWLEDGED) {
            assert_int_equal(at->state, SIJILL__V1__REGISTRATION_STATE__CANCELLED);
        }
    }
    for (size_t p = 0; p < l->person_count; p++) {
        if (all[p].count == 0)
            continue;
        if (!l->persons[p].withdrawing)
            assert_int_not_equal(all[p].state, SIJILL__V1__REGISTRATION_STATE__CANCELLED);
        confirmed += p % EVENT_COUNT == EVENT_NARROW &&
                     all[p].state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
    }
    if (confirmed > NARROW_SEATS)
        fail_msg("%u seats sold of %u", confirmed, (unsigned) NARROW_SEATS);
    free(all);
}

static uint32_t
count_piece(const Sijill__V1__Explanation *explained, const uint8_t id[SIJILL_ID_SIZE])
{
    uint32_t count = 0;

    for (size_t i = 0; i < explained->n_evidence; i++)
        count += explained->evidence[i]->id.len == SIJILL_ID_SIZE &&
                 memcmp(explained->evidence[i]->id.data, id, SIJILL_ID_SIZE) == 0;
    return count;
}

void
proof_evidence(const load *l)
{
    sijill *service = service_connect(l->world, ATTENDANCE);
    Sijill__V1__ExplainVerdict explain = SIJILL__V1__EXPLAIN_VERDICT__INIT;

    explain.has_event_id = explain.has_registration_id = 1;
    explain.event_id = id_data(l->events[EVENT_ENDED]);
    for (size_t i = 0; i < l->request_count; i++) {
        const request *r = &l->requests[i];
        Sijill__V1__Explanation *explained;

        if (r->errand != ERRAND_EVIDENCE)
            continue;
        explain.registration_id = id_data(l->persons[r->person].registration);
        explained = ask_for(service, 251, &explain.base, &sijill__v1__explanation__descriptor);
        there_once(count_piece(explained, r->subject), r->fate, r->person, "a piece of evidence");
        assert_true(explained->n_evidence <= l->persons[r->person].evidence);
        if (r->fate == FATE_ACKNOWLEDGED)
            assert_int_equal(explained->row->verdict->value, SIJILL__V1__VERDICT_VALUE__ATTENDED);
        sijill_free(explained);
    }
    sijill_close(&service);
}

static void
see_certificates(const load *l, seen *all)
{
    sijill *service = service_connect(l->world, CERTIFICATE);
    Sijill__V1__ListCertificates list = SIJILL__V1__LIST_CERTIFICATES__INIT;
    Sijill__V1__CertificateList *page = NULL;
    uint8_t after[512];

    list.has_event_id = list.has_limit = 1;
    list.event_id = id_data(l->events[EVENT_ENDED]);
    list.limit = PAGE;
    do {
        sijill_free(page);
        page = ask_for(service, 351, &list.base, &sijill__v1__certificate_list__descriptor);
        for (size_t i = 0; i < page->n_certificate; i++)
            see(l, all, page->certificate[i]->holder, page->certificate[i]->id,
                page->certificate[i]->state);
        list.has_after = page->has_next;
        if (page->has_next) {
            assert_true(page->next.len <= sizeof after);
            memcpy(after, page->next.data, page->next.len);
            list.after = (ProtobufCBinaryData){ page->next.len, after };
        }
    } while (page->has_next);
    sijill_free(page);
    sijill_close(&service);
}

/* The signer may have been killed with a batch in its hands; then it is asked again. */
static void
await_signatures(const load *l, seen *all)
{
    uint64_t until = mono_ms() + WORLD_ANSWER_MS;
    bool waiting;

    do {
        memset(all, 0, l->person_count * sizeof *all);
        see_certificates(l, all);
        waiting = false;
        for (size_t p = 0; p < l->person_count; p++)
            waiting = waiting || all[p].state == SIJILL__V1__CERTIFICATE_STATE__SIGNING;
    } while (waiting && mono_ms() < until && usleep(NAP_US) == 0);
}

/* A request for a certificate may have been refused and asked again with a fresh id, so its
 * refusals say nothing of the person. */
void
proof_certificates(const load *l)
{
    seen *all = seen_new(l);

    await_signatures(l, all);
    for (size_t i = 0; i < l->request_count; i++) {
        const request *r = &l->requests[i];

        if (r->errand != ERRAND_ISSUE || r->fate == FATE_REFUSED)
            continue;
        there_once(all[r->person].count, r->fate, r->person, "the certificate");
        if (r->fate != FATE_ACKNOWLEDGED)
            continue;
        assert_memory_equal(all[r->person].id, r->subject, SIJILL_ID_SIZE);
        assert_int_equal(all[r->person].state, SIJILL__V1__CERTIFICATE_STATE__VALID);
    }
    free(all);
}

void
proof_views(const load *l)
{
    for (size_t event = 0; event < EVENT_COUNT; event++) {
        seen *owner = seen_new(l);
        seen *attendance = seen_new(l);
        seen *certificate = seen_new(l);

        see_registrations(l, event, owner);
        see_attendance(l, event, attendance);
        see_eligible(l, event, certificate);
        for (size_t p = 0; p < l->person_count; p++) {
            assert_int_equal(attendance[p].count, owner[p].count);
            assert_int_equal(attendance[p].state, owner[p].state);
            assert_memory_equal(attendance[p].id, owner[p].id, SIJILL_ID_SIZE);
            assert_int_equal(certificate[p].count, owner[p].count);
            assert_memory_equal(certificate[p].id, owner[p].id, SIJILL_ID_SIZE);
        }
        free(owner);
        free(attendance);
        free(certificate);
    }
}

/* ---- feeds -------------------------------------------------------------------------------------
 */

typedef struct reading {
    const load *load;
    uint64_t seq;
    seen *registered; /* by person: records that say "new" */
} reading;

static void
on_record(void *context, const Sijill__V1__Record *record)
{
    reading *in = context;
    Sijill__V1__RegistrationChanged *change;
    Sijill__V1__RegistrationPersonal *personal;

    assert_true(record->seq > in->seq);
    in->seq = record->seq;
    if (record->type != 134)
        return;
    change = sijill__v1__registration_changed__unpack(NULL, record->body.len, record->body.data);
    personal = sijill__v1__registration_personal__unpack(NULL, record->personal.len,
                                                         record->personal.data);
    assert_non_null(change);
    assert_non_null(personal);
    if (change->was == SIJILL__V1__REGISTRATION_STATE__STATE_NONE)
        see(in->load, in->registered, personal->person->email, change->registration_id,
            change->state);
    sijill_free(change);
    sijill_free(personal);
}

static void
read_feed(const load *l, which s, reading *in)
{
    char endpoint[WORLD_PATH];
    sijill_feed_options options = { .endpoint = service_endpoint(l->world, s, ".feed", endpoint),
                                    .after = { .shard = (uint32_t) s + 1 } };
    Sijill__V1__ServiceStatus *status = service_status(l->world, s);
    uint64_t until = mono_ms() + WORLD_ANSWER_MS;
    char detail[SIJILL_DETAIL_SIZE] = "";
    sijill_feed *feed = sijill_feed_open(&options);

    assert_non_null(feed);
    while (sijill_feed_position(feed).seq < status->head->seq && mono_ms() < until)
        if (sijill_feed_read(feed, 1000, on_record, in, detail) != SIJILL__V1__CODE__OK)
            fail_msg("feed of %s: %s", which_names[s], detail);
    assert_true(sijill_feed_position(feed).seq >= status->head->seq);
    sijill_feed_close(&feed);
    sijill_free(status);
}

void
proof_feeds(const load *l)
{
    for (which s = REGISTRATION; s < SIGNER; s++) {
        reading in = { l, 0, seen_new(l) };

        read_feed(l, s, &in);
        for (size_t i = 0; s == REGISTRATION && i < l->request_count; i++) {
            const request *r = &l->requests[i];

            if (r->errand == ERRAND_REGISTER)
                there_once(in.registered[r->person].count, r->fate, r->person,
                           "the record of the registration");
        }
        free(in.registered);
    }
}

/* Whether a follows b to its head, and what is followed is b's own head. */
static bool
follows(const Sijill__V1__ServiceStatus *a, const Sijill__V1__ServiceStatus *b)
{
    for (size_t i = 0; i < a->n_consumes; i++)
        if (strcmp(a->consumes[i]->name, b->service) == 0)
            return a->consumes[i]->connected && a->consumes[i]->at->seq == b->head->seq;
    return true;
}

static bool
drained(const world *w)
{
    Sijill__V1__ServiceStatus *status[SIGNER];
    bool good = true;

    for (which s = REGISTRATION; s < SIGNER; s++) {
        status[s] = service_status(w, s);
        if (status[s]->dead_letters != 0)
            fail_msg("%s refused %u records", which_names[s], (unsigned) status[s]->dead_letters);
    }
    for (which a = REGISTRATION; a < SIGNER; a++)
        for (which b = REGISTRATION; b < SIGNER; b++)
            good = good && follows(status[a], status[b]);
    for (which s = REGISTRATION; s < SIGNER; s++)
        sijill_free(status[s]);
    return good;
}

void
proof_await_feeds(const world *w)
{
    uint64_t until = mono_ms() + WORLD_ANSWER_MS;

    while (!drained(w)) {
        if (mono_ms() > until)
            fail_msg("the feeds were not followed to their heads");
        (void) usleep(NAP_US);
    }
}

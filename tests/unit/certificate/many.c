/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many at once: the signer's batches, pages of queries, and a random run against a model.
 */
#include "tests/unit/certificate/world.h"

#include "services/certificate/rows.h"
#include "storage/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct taken {
    size_t count, octets, max;
    uint8_t last[16];
} taken;

static bool
take(void *context, const to_sign_item *item)
{
    taken *all = context;

    if (all->count == all->max)
        return false;
    all->count++;
    all->octets += item->document.size + item->options.size;
    memcpy(all->last, item->id, 16);
    return true;
}

static size_t
next_batch(fixture *f, to_sign_position *position, to_sign_batch *batch, taken *all)
{
    size_t count;
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    count = certificate_next_to_sign(txn, position, batch, take, all);
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    assert_true(f->arena.used < 16 * 1024); /* an item at a time */
    sj_read_end(txn);
    return count;
}

static void
six_hundred_are_handed_out_in_batches_and_signed(void **state)
{
    fixture *f = *state;
    to_sign_position position = { .started = false };
    to_sign_batch batch;
    taken all = { .max = SIZE_MAX };
    uint8_t public_key[32], secret[64];

    world_fill(f, 600, true);
    world_key(1, 0, public_key, secret);
    assert_int_equal(next_batch(f, &position, &batch, &all), 512);
    assert_int_equal(batch.count, 512);
    assert_int_equal(batch.org, 1);
    assert_int_equal(batch.purpose, 1);
    assert_memory_equal(batch.public_key, public_key, 32);
    assert_int_equal(batch.octets, all.octets);
    assert_true(batch.octets <= TO_SIGN_OCTETS_MAX);
    assert_int_equal(next_batch(f, &position, &batch, &all), 88);
    assert_int_equal(next_batch(f, &position, &batch, &all), 0);
    assert_int_equal(all.count, 600);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 600);
    assert_int_equal(fixture_emitted(f, 330), 600);
    position = (to_sign_position){ .started = false };
    assert_int_equal(next_batch(f, &position, &batch, &all), 0);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_batch_has_one_purpose_one_key_and_one_organisation(void **state)
{
    fixture *f = *state;
    to_sign_position position = { .started = false };
    Sijill__V1__RefreshStatusList refresh = SIJILL__V1__REFRESH_STATUS_LIST__INIT;
    taken all = { .max = SIZE_MAX };
    to_sign_batch batch;

    world_fill(f, 3, true);
    assert_int_equal(fixture_run(f, 305, &refresh.base, WORLD_LATER_MS), SJ_OK);
    for (uint32_t person = 4; person <= 5; person++) {
        tell_person(f, 1, person, ROLE(PARTICIPANT), SEAT(CONFIRMED));
        tell_verdict(f, 1, person, VERDICT(ATTENDED));
    }
    assert_int_equal(issue(f, 1, 4, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
    assert_int_equal(adopt(f, 1, WORLD_LATER_MS), SJ_OK);
    assert_int_equal(issue(f, 1, 5, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
    f->org = 2;
    tell_organisation(f, "Second Centre");
    tell_event(f, world_event_plain());
    tell_person(f, 1, 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 1, VERDICT(ATTENDED));
    assert_int_equal(adopt(f, 1, WORLD_LATER_MS), SJ_OK);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);

    static const struct {
        size_t count;
        uint32_t purpose;
        uint64_t org;
    } expected[] = { { 3, 1, 1 }, { 1, 2, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 2 } };

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(next_batch(f, &position, &batch, &all), expected[i].count);
        assert_int_equal(batch.purpose, expected[i].purpose);
        assert_int_equal(batch.org, expected[i].org);
    }
    assert_int_equal(next_batch(f, &position, &batch, &all), 0);
}

static void
an_item_without_room_comes_first_in_the_next_batch(void **state)
{
    fixture *f = *state;
    to_sign_position position = { .started = false };
    taken all = { .max = 2 };
    to_sign_batch batch;
    uint8_t second[16];

    world_fill(f, 5, true);
    assert_int_equal(next_batch(f, &position, &batch, &all), 2);
    memcpy(second, all.last, 16);
    all.max = 3;
    assert_int_equal(next_batch(f, &position, &batch, &all), 1);
    assert_memory_not_equal(second, all.last, 16);
    all.max = 9;
    assert_int_equal(next_batch(f, &position, &batch, &all), 2);
}

/* Walk query 351 by pages; how many, and that their keys rise. */
static size_t
walk_certificates(fixture *f, uint32_t limit, size_t *pages)
{
    Sijill__V1__ListCertificates body = SIJILL__V1__LIST_CERTIFICATES__INIT;
    uint8_t after[64], last[16] = { 0 };
    size_t count = 0;

    *pages = 0;
    body.has_event_id = body.has_limit = true;
    body.event_id = id_data(event_id(1));
    body.limit = limit;
    for (;;) {
        assert_int_equal(fixture_run(f, 351, &body.base, WORLD_LATER_MS), SJ_OK);
        assert_true(f->reply.body.size <= SJ_REPLY_MAX);
        Sijill__V1__CertificateList *list =
            world_reply(f, &sijill__v1__certificate_list__descriptor);

        ++*pages;
        for (size_t i = 0; i < list->n_certificate; i++) {
            assert_true(memcmp(last, list->certificate[i]->registration_id.data, 16) <= 0);
            memcpy(last, list->certificate[i]->registration_id.data, 16);
            assert_null(list->certificate[i]->credential);
        }
        count += list->n_certificate;
        body.has_after = list->has_next;
        if (body.has_after)
            memcpy(after, list->next.data, list->next.len);
        body.after = (ProtobufCBinaryData){ list->next.len, after };
        protobuf_c_message_free_unpacked(&list->base, NULL);
        if (!body.has_after)
            return count;
    }
}

static void
pages_of_certificates_hold_all_of_them_once(void **state)
{
    fixture *f = *state;
    size_t pages;

    world_fill(f, 450, true);
    assert_int_equal(walk_certificates(f, 100, &pages), 450);
    assert_int_equal(pages, 5);
    assert_int_equal(walk_certificates(f, 1, &pages), 450);
    assert_int_equal(pages, 450);
    assert_int_equal(walk_certificates(f, 200, &pages), 450);
    assert_true(pages >= 3);
    Sijill__V1__ListCertificates bad = SIJILL__V1__LIST_CERTIFICATES__INIT;

    assert_int_equal(fixture_run(f, 351, &bad.base, WORLD_LATER_MS), SJ_INVALID);
    bad.has_event_id = bad.has_after = true;
    bad.event_id = id_data(event_id(1));
    bad.after = id_data(event_id(1));
    assert_int_equal(fixture_run(f, 351, &bad.base, WORLD_LATER_MS), SJ_INVALID);
    bad.has_after = false;
    bad.event_id = id_data(event_id(9));
    assert_int_equal(fixture_run(f, 351, &bad.base, WORLD_LATER_MS), SJ_NOT_FOUND);
}

static void
long_names_make_short_pages(void **state)
{
    fixture *f = *state;
    char name[801];
    size_t pages;

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (uint32_t person = 1; person <= 90; person++) {
        tell_name(f, 1, person, name, "n@x.example");
        tell_verdict(f, 1, person, VERDICT(ATTENDED));
        assert_int_equal(issue(f, 1, person, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
    }
    assert_int_equal(walk_certificates(f, 200, &pages), 90);
    assert_true(pages >= 2);
}

static void
the_eligible_are_listed_with_the_reason_of_the_others(void **state)
{
    static const char *const reasons[] = {
        NULL,
        "already issued",
        "verdict not_attended: 62.00 % of 75 %",
        "the registration was cancelled: reinstate it first",
        NULL,
    };
    fixture *f = *state;
    Sijill__V1__ListEligible body = SIJILL__V1__LIST_ELIGIBLE__INIT;
    uint8_t id[16], after[16];
    size_t seen = 0;

    for (uint32_t person = 2; person <= 4; person++)
        tell_person(f, 1, person, ROLE(PARTICIPANT),
                    person == 4 ? SEAT(CANCELLED) : SEAT(CONFIRMED));
    tell_person(f, 1, 5, ROLE(TRAINER), SEAT(CONFIRMED));
    tell_verdict(f, 1, 2, VERDICT(ATTENDED));
    tell_verdict(f, 1, 3, VERDICT(NOT_ATTENDED));
    assert_int_equal(issue(f, 1, 2, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    body.has_event_id = body.has_limit = true;
    body.event_id = id_data(event_id(1));
    body.limit = 2;
    for (bool more = true; more;) {
        assert_int_equal(fixture_run(f, 354, &body.base, WORLD_LATER_MS), SJ_OK);
        Sijill__V1__EligibleList *list = fixture_reply(f, &sijill__v1__eligible_list__descriptor);

        for (size_t i = 0; i < list->n_row; i++, seen++) {
            const Sijill__V1__Eligible *row = list->row[i];

            assert_memory_equal(row->registration_id.data, person_id((uint32_t) seen + 1), 16);
            assert_int_equal(row->eligible, reasons[seen] == NULL);
            if (reasons[seen] != NULL)
                assert_string_equal(row->reason, reasons[seen]);
            assert_int_equal(row->kind, seen == 4 ? KIND(TRAINING) : KIND(ATTENDANCE));
            assert_int_equal(row->has_certificate_id, seen == 1);
            if (seen == 1)
                assert_memory_equal(row->certificate_id.data, id, 16);
        }
        more = list->has_next;
        if (more) {
            memcpy(after, list->next.data, 16);
            body.has_after = true;
            body.after = id_data(after);
        }
    }
    assert_int_equal(seen, 5);
}

enum { MODEL_PEOPLE = 12, MODEL_STEPS = 1500 };

/* What each person's newest certificate should be. */
typedef struct model {
    uint8_t newest[MODEL_PEOPLE][16];
    Sijill__V1__CertificateState state[MODEL_PEOPLE];
    bool attended[MODEL_PEOPLE];
    size_t issued;
} model;

static uint32_t
draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t) (*seed >> 33) % below;
}

static bool
in_force(const model *m, uint32_t who)
{
    return m->state[who] == STATE(SIGNING) || m->state[who] == STATE(VALID);
}

static void
model_issue(fixture *f, model *m, uint32_t who)
{
    uint8_t id[16];
    sj_status status = issue(f, 1, who + 1, KIND(ATTENDANCE), WORLD_LATER_MS, id);

    assert_int_equal(status, in_force(m, who) || m->attended[who] ? SJ_OK : SJ_PRECONDITION);
    if (status != SJ_OK)
        return;
    assert_int_equal(memcmp(id, m->newest[who], 16) == 0, in_force(m, who));
    if (in_force(m, who))
        return;
    memcpy(m->newest[who], id, 16);
    m->state[who] = STATE(SIGNING);
    m->issued++;
}

static void
model_reissue(fixture *f, model *m, uint32_t who)
{
    uint8_t id[16], old[16];
    sj_status status;

    if (m->state[who] == STATE(CERTIFICATE_NONE))
        return;
    memcpy(old, m->newest[who], 16);
    status = reissue(f, old, NULL, WORLD_LATER_MS, id);
    assert_int_equal(status, in_force(m, who) && m->attended[who] ? SJ_OK : SJ_PRECONDITION);
    if (status != SJ_OK)
        return;
    assert_int_equal(show(f, old, WORLD_LATER_MS)->state, STATE(SUPERSEDED));
    memcpy(m->newest[who], id, 16);
    m->state[who] = STATE(SIGNING);
    m->issued++;
}

static void
model_step(fixture *f, model *m, uint64_t *seed)
{
    uint32_t who = draw(seed, MODEL_PEOPLE), what = draw(seed, 12);

    if (what < 4) {
        model_issue(f, m, who);
    } else if (what < 6) {
        model_reissue(f, m, who);
    } else if (what == 6 && m->state[who] != STATE(CERTIFICATE_NONE)) {
        assert_int_equal(revoke(f, m->newest[who], "by chance", WORLD_LATER_MS), SJ_OK);
        m->state[who] = STATE(REVOKED);
    } else if (what == 7) {
        m->attended[who] = draw(seed, 4) > 0;
        tell_verdict(f, 1, who + 1, m->attended[who] ? VERDICT(ATTENDED) : VERDICT(NOT_ATTENDED));
    } else if (what == 8) {
        (void) sign_all(f, WORLD_LATER_MS);
        for (uint32_t i = 0; i < MODEL_PEOPLE; i++)
            if (m->state[i] == STATE(SIGNING))
                m->state[i] = STATE(VALID);
    } else if (m->state[who] != STATE(CERTIFICATE_NONE)) {
        assert_int_equal(show(f, m->newest[who], WORLD_LATER_MS)->state, m->state[who]);
    }
}

static void
a_random_life_agrees_with_a_model(void **state)
{
    fixture *f = *state;
    uint64_t seed = 20250304;
    model m = { .issued = 0 };

    for (uint32_t person = 1; person <= MODEL_PEOPLE; person++)
        tell_person(f, 1, person, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 1, VERDICT(NOT_ATTENDED));
    for (size_t i = 0; i < MODEL_STEPS; i++)
        model_step(f, &m, &seed);
    assert_int_equal(count_certificates(f, 1, WORLD_LATER_MS), m.issued);
    assert_int_equal(fixture_scrub(f), 0);
    print_message("seed 20250304: %zu certificates\n", m.issued);
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        READY(six_hundred_are_handed_out_in_batches_and_signed),
        READY(a_batch_has_one_purpose_one_key_and_one_organisation),
        READY(an_item_without_room_comes_first_in_the_next_batch),
        READY(pages_of_certificates_hold_all_of_them_once),
        READY(long_names_make_short_pages),
        READY(the_eligible_are_listed_with_the_reason_of_the_others),
        READY(a_random_life_agrees_with_a_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

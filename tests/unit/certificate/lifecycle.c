/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate's life: signing, valid, revoked or superseded; and what the signer may and may not
 * do to it.
 */
#include "tests/unit/certificate/world.h"

#include "services/certificate/rows.h"
#include "services/certificate/status_index.h"
#include "storage/store.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool
bit_is_set(fixture *f, const uint8_t id[16])
{
    uint32_t index = show(f, id, WORLD_LATER_MS)->status_index;
    uint8_t *bits = malloc(SJ_STATUS_LIST_BYTES);
    sj_txn *txn;
    bool set;

    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    status_bits_read(txn, TABLE_STATUS_SET, 1, 0, bits);
    sj_read_end(txn);
    set = sj_status_list_get(bits, SJ_STATUS_LIST_BYTES, index);
    free(bits);
    return set;
}

static void
issue_one(fixture *f, uint8_t id[16])
{
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
}

static void
issue_signed(fixture *f, uint8_t id[16])
{
    issue_one(f, id);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
}

static void
a_signature_makes_it_valid_and_tells_the_feed(void **state)
{
    fixture *f = *state;
    uint8_t id[16];

    issue_one(f, id);
    assert_int_equal(fixture_emitted(f, 330), 0); /* what is not signed is nobody's news */
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 0);
    assert_int_equal(show(f, id, WORLD_LATER_MS)->state, STATE(VALID));
    assert_int_equal(fixture_emitted(f, 330), 1);
    Sijill__V1__CertificateChanged *told =
        fixture_last_record(f, 330, &sijill__v1__certificate_changed__descriptor);

    assert_memory_equal(told->certificate_id.data, id, 16);
    assert_memory_equal(told->event_id.data, event_id(1), 16);
    assert_memory_equal(told->registration_id.data, person_id(1), 16);
    assert_int_equal(told->state, STATE(VALID));
    assert_false(bit_is_set(f, id));
    assert_int_equal(fixture_scrub(f), 0);
}

static void
the_signature_of_a_certificate(fixture *f, const uint8_t id[16], uint8_t signature[64])
{
    certificate_ref ref;
    signature_row *row;
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    certificate_row *found = certificate_find(txn, 1, id, &ref);

    assert_non_null(found);
    (void) certificate_state_of(txn, 1, found, &row);
    assert_non_null(row);
    memcpy(signature, row->signature.data, 64);
    sj_read_end(txn);
}

static void
the_same_signature_again_changes_nothing(void **state)
{
    fixture *f = *state;
    uint8_t id[16], signature[64], before[32], after[32];

    issue_signed(f, id);
    the_signature_of_a_certificate(f, id, signature);
    fixture_digest(f, before);
    assert_int_equal(attach(f, id, signature, NULL, WORLD_LATER_MS), SJ_OK);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
another_signature_is_kept_aside_and_never_used(void **state)
{
    fixture *f = *state;
    uint8_t id[16], signature[64], kept[64];
    char *credential;

    issue_signed(f, id);
    credential = strdup(show(f, id, WORLD_LATER_MS)->credential);
    the_signature_of_a_certificate(f, id, signature);
    signature[0] ^= 1;
    assert_int_equal(attach(f, id, signature, NULL, WORLD_LATER_MS), SJ_OK);
    the_signature_of_a_certificate(f, id, kept);
    assert_memory_not_equal(kept, signature, 64);
    assert_string_equal(show(f, id, WORLD_LATER_MS)->credential, credential);
    assert_int_equal(show(f, id, WORLD_LATER_MS)->state, STATE(VALID));
    assert_int_equal(fixture_emitted(f, 330), 1);
    assert_int_equal(fixture_scrub(f), 1); /* an operator shall know */
    free(credential);
}

static void
a_refusal_of_the_signer_is_shown_and_a_correction_leads_on(void **state)
{
    fixture *f = *state;
    uint8_t id[16], next[16], before[32], after[32];
    waiting *one = malloc(sizeof *one);

    issue_one(f, id);
    assert_int_equal(attach(f, id, NULL, "this key is not held here", WORLD_LATER_MS), SJ_OK);
    assert_int_equal(wait_list(f, one, 1), 0);
    Sijill__V1__CertificateView *view = show(f, id, WORLD_LATER_MS);

    assert_int_equal(view->state, STATE(SIGNING));
    assert_string_equal(view->reason, "this key is not held here");
    assert_null(view->credential);
    assert_int_equal(fixture_emitted(f, 330), 0);
    assert_int_equal(fixture_scrub(f), 0);
    fixture_digest(f, before);
    assert_int_equal(attach(f, id, NULL, "again", WORLD_LATER_MS), SJ_OK);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
    assert_int_equal(reissue(f, id, NULL, WORLD_LATER_MS, next), SJ_OK);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    assert_int_equal(show(f, next, WORLD_LATER_MS)->state, STATE(VALID));
    assert_int_equal(fixture_scrub(f), 0);
    free(one);
}

static void
answers_for_nothing_known_change_nothing(void **state)
{
    fixture *f = *state;
    uint8_t id[16] = { 9 }, signature[64] = { 1 }, before[32], after[32];
    Sijill__V1__AttachSignatures body = SIJILL__V1__ATTACH_SIGNATURES__INIT;
    Sijill__V1__Signature item = SIJILL__V1__SIGNATURE__INIT;
    Sijill__V1__Signature *list[] = { &item };

    fixture_digest(f, before);
    assert_int_equal(attach(f, id, signature, NULL, WORLD_LATER_MS), SJ_OK);
    assert_int_equal(attach(f, id, NULL, NULL, WORLD_LATER_MS), SJ_INVALID);
    item.has_id = item.has_signature = true;
    item.id = id_data(id);
    item.signature = (ProtobufCBinaryData){ 63, signature };
    body.n_signature = 1;
    body.signature = list;
    assert_int_equal(fixture_run(f, 303, &body.base, WORLD_LATER_MS), SJ_INVALID);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
revocation_is_final_and_said_once(void **state)
{
    fixture *f = *state;
    uint8_t id[16];

    issue_signed(f, id);
    assert_int_equal(revoke(f, id, "issued to the wrong person", WORLD_LATER_MS + 1), SJ_OK);
    Sijill__V1__CertificateView *view = show(f, id, WORLD_LATER_MS + 2);

    assert_int_equal(view->state, STATE(REVOKED));
    assert_string_equal(view->reason, "issued to the wrong person");
    assert_int_equal(view->revoked_ms, WORLD_LATER_MS + 1);
    assert_non_null(view->credential); /* a revoked one never looks like a forgery */
    assert_true(verifies(view->credential, 1, 0));
    assert_true(bit_is_set(f, id));
    assert_int_equal(fixture_emitted(f, 330), 2);
    assert_int_equal(revoke(f, id, "another reason", WORLD_LATER_MS + 3), SJ_OK);
    view = show(f, id, WORLD_LATER_MS + 4);
    assert_string_equal(view->reason, "issued to the wrong person");
    assert_int_equal(view->revoked_ms, WORLD_LATER_MS + 1);
    assert_int_equal(fixture_emitted(f, 330), 2);
    assert_int_equal(reissue(f, id, NULL, WORLD_LATER_MS, NULL), SJ_PRECONDITION);
    assert_string_equal(f->reply.detail, "it was revoked, which is final: issue a new one");
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_revocation_needs_words(void **state)
{
    static const char *const bad[] = { NULL, "", "  ", "line\nbreak", "turn\u202e" };
    fixture *f = *state;
    uint8_t id[16];

    issue_signed(f, id);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(revoke(f, id, bad[i], WORLD_LATER_MS), SJ_INVALID);
        assert_string_equal(f->reply.field, "reason");
    }
    assert_int_equal(revoke(f, person_id(3), "why", WORLD_LATER_MS), SJ_NOT_FOUND);
    f->org = 2;
    assert_int_equal(revoke(f, id, "why", WORLD_LATER_MS), SJ_NOT_FOUND);
    f->org = 1;
    assert_int_equal(show(f, id, WORLD_LATER_MS)->state, STATE(VALID));
}

static void
one_that_is_revoked_while_it_is_signed_stays_revoked(void **state)
{
    fixture *f = *state;
    uint8_t id[16], signature[64] = { 1 };

    issue_one(f, id);
    assert_int_equal(revoke(f, id, "too early", WORLD_LATER_MS), SJ_OK);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 0);
    assert_int_equal(attach(f, id, signature, NULL, WORLD_LATER_MS), SJ_OK); /* it was on its way */
    assert_int_equal(show(f, id, WORLD_LATER_MS)->state, STATE(REVOKED));
    assert_null(show(f, id, WORLD_LATER_MS)->credential);
    assert_true(bit_is_set(f, id));
    assert_int_equal(fixture_emitted(f, 330), 1);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_correction_takes_the_facts_of_now_and_both_point_to_each_other(void **state)
{
    fixture *f = *state;
    uint8_t old[16], next[16];
    char *before;

    issue_signed(f, old);
    before = strdup(show(f, old, WORLD_LATER_MS)->credential);
    tell_name(f, 1, 1, "Corrected Name", "p1@x.example");
    assert_int_equal(reissue(f, old, "name misspelt", WORLD_LATER_MS + 5000, next), SJ_OK);
    Sijill__V1__CertificateView *view = show(f, old, WORLD_LATER_MS);

    assert_int_equal(view->state, STATE(SUPERSEDED));
    assert_memory_equal(view->superseded_by.data, next, 16);
    assert_string_equal(view->reason, "name misspelt");
    assert_string_equal(view->credential, before);
    assert_true(bit_is_set(f, old));
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    view = show(f, next, WORLD_LATER_MS);
    assert_int_equal(view->state, STATE(VALID));
    assert_memory_equal(view->supersedes.data, old, 16);
    assert_string_equal(view->holder, "Corrected Name");
    assert_true(verifies(view->credential, 1, 0));
    assert_false(bit_is_set(f, next));
    /* valid; superseded and the new one signing; valid */
    assert_int_equal(fixture_emitted(f, 330), 4);
    assert_int_equal(fixture_scrub(f), 0);
    free(before);
}

static void
a_chain_of_corrections_leads_to_the_last_one(void **state)
{
    fixture *f = *state;
    uint8_t ids[5][16], again[16];

    issue_signed(f, ids[0]);
    for (size_t i = 1; i < 5; i++) {
        assert_int_equal(reissue(f, ids[i - 1], NULL, WORLD_LATER_MS, ids[i]), SJ_OK);
        if (i % 2 == 0)
            assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(show(f, ids[i], WORLD_LATER_MS)->state, STATE(SUPERSEDED));
        assert_int_equal(reissue(f, ids[i], NULL, WORLD_LATER_MS, NULL), SJ_PRECONDITION);
        assert_int_equal(revoke(f, ids[i], "no", WORLD_LATER_MS), SJ_PRECONDITION);
        assert_true(bit_is_set(f, ids[i]));
    }
    assert_int_equal(show(f, ids[4], WORLD_LATER_MS)->state, STATE(VALID));
    issue_one(f, again);
    assert_memory_equal(again, ids[4], 16);
    assert_int_equal(revoke(f, ids[4], "all wrong", WORLD_LATER_MS), SJ_OK);
    issue_one(f, again);
    assert_memory_not_equal(again, ids[4], 16);
    assert_int_equal(count_certificates(f, 1, WORLD_LATER_MS), 6);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_correction_of_one_who_is_no_longer_eligible_is_refused(void **state)
{
    fixture *f = *state;
    uint8_t id[16], before[32], after[32];

    issue_signed(f, id);
    tell_verdict(f, 1, 1, VERDICT(NOT_ATTENDED));
    fixture_digest(f, before);
    assert_int_equal(reissue(f, id, NULL, WORLD_LATER_MS, NULL), SJ_PRECONDITION);
    assert_string_equal(f->reply.detail, "verdict not_attended: 62.00 % of 75 %");
    assert_int_equal(reissue(f, person_id(4), NULL, WORLD_LATER_MS, NULL), SJ_NOT_FOUND);
    assert_int_equal(reissue(f, id, "bad\u202e", WORLD_LATER_MS, NULL), SJ_INVALID);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)

static void
a_stranger_sees_the_signed_words_and_how_it_stands(void **state)
{
    fixture *f = *state;
    uint8_t id[16];
    Sijill__V1__CertificateView *view;

    issue_one(f, id);
    f->delegated = true; /* without a credential: nobody */
    view = show(f, id, WORLD_LATER_MS);
    assert_int_equal(view->state, STATE(SIGNING));
    assert_null(view->holder); /* nobody knows the certificate yet */
    f->delegated = false;
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    assert_int_equal(revoke(f, id, "words about a person", WORLD_LATER_MS + 1), SJ_OK);
    view = show(f, id, WORLD_LATER_MS);
    assert_string_equal(view->reason, "words about a person");
    assert_true(view->has_actor && view->has_event_id && view->has_registration_id);
    f->delegated = true;
    view = show(f, id, WORLD_LATER_MS);
    assert_int_equal(view->state, STATE(REVOKED));
    assert_non_null(view->credential);
    assert_non_null(view->holder);
    assert_true(view->has_revoked_ms);
    assert_null(view->reason);
    assert_false(view->has_actor || view->has_event_id || view->has_registration_id);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        READY(a_signature_makes_it_valid_and_tells_the_feed),
        READY(the_same_signature_again_changes_nothing),
        READY(another_signature_is_kept_aside_and_never_used),
        READY(a_refusal_of_the_signer_is_shown_and_a_correction_leads_on),
        READY(answers_for_nothing_known_change_nothing),
        READY(revocation_is_final_and_said_once),
        READY(a_revocation_needs_words),
        READY(one_that_is_revoked_while_it_is_signed_stays_revoked),
        READY(a_correction_takes_the_facts_of_now_and_both_point_to_each_other),
        READY(a_chain_of_corrections_leads_to_the_last_one),
        READY(a_correction_of_one_who_is_no_longer_eligible_is_refused),
        READY(a_stranger_sees_the_signed_words_and_how_it_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

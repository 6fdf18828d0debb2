/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status lists: places drawn at random, versions signed like certificates, the newest one served.
 */
#include "tests/unit/certificate/world.h"

#include "proto/credential/jcs_scan.h"
#include "services/certificate/rows.h"
#include "services/certificate/status_index.h"
#include "storage/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static sj_status
refresh(fixture *f, uint32_t list, uint32_t days, uint64_t now_ms, uint8_t id[16])
{
    Sijill__V1__RefreshStatusList body = SIJILL__V1__REFRESH_STATUS_LIST__INIT;
    sj_status status;

    body.has_list = list > 0;
    body.list = list;
    body.has_validity_days = days != 30;
    body.validity_days = days;
    status = fixture_run(f, 305, &body.base, now_ms);
    if (status == SJ_OK) {
        Sijill__V1__StatusListReply *out =
            fixture_reply(f, &sijill__v1__status_list_reply__descriptor);

        assert_int_equal(out->list, list);
        memcpy(id, out->list_id.data, 16);
    }
    return status;
}

static Sijill__V1__StatusListView *
get(fixture *f, uint32_t list, const uint8_t *id)
{
    Sijill__V1__GetStatusList body = SIJILL__V1__GET_STATUS_LIST__INIT;

    body.has_list = true;
    body.list = list;
    body.has_list_id = id != NULL;
    if (id != NULL)
        body.list_id = id_data(id);
    if (fixture_run(f, 352, &body.base, WORLD_LATER_MS) != SJ_OK)
        return NULL;
    return fixture_reply(f, &sijill__v1__status_list_view__descriptor);
}

/* The bit of an index in a signed list. */
static bool
bit_in(const char *credential, uint32_t index)
{
    uint8_t *bits = malloc(SJ_STATUS_LIST_BYTES), *work = malloc(64 * 1024);
    sj_span list;
    size_t bytes;
    bool set;

    assert_true(sj_jcs_find_in(sj_span_of(credential), "credentialSubject", "encodedList", &list));
    list = (sj_span){ list.at + 1, list.length - 2 };
    assert_null(sj_status_list_decode(list, work, 64 * 1024, bits, SJ_STATUS_LIST_BYTES, &bytes));
    set = sj_status_list_get(bits, bytes, index);
    free(bits);
    free(work);
    return set;
}

/* The signed text of list 0 as of a version. */
static const char *
text_of(fixture *f, const uint8_t *version)
{
    Sijill__V1__StatusListView *view = get(f, 0, version);

    if (view == NULL || view->credential == NULL)
        fail_msg("the list is not signed");
    return view == NULL ? "" : view->credential;
}

static void
a_list_says_who_is_revoked(void **state)
{
    fixture *f = *state;
    uint8_t id[16], first[16], second[16];
    uint32_t index;

    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    index = show(f, id, WORLD_LATER_MS)->status_index;
    assert_int_equal(refresh(f, 0, 30, WORLD_LATER_MS, first), SJ_OK);
    assert_null(get(f, 0, NULL));
    assert_null(get(f, 0, first));
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 2);
    Sijill__V1__StatusListView *view = get(f, 0, first);

    assert_non_null(view);
    assert_true(verifies(view->credential, 2, 0));
    assert_string_equal(view->url, "https://sijill.example/status/0");
    assert_non_null(strstr(view->credential, "\"validFrom\":\"2025-03-05T15:53:20Z\""));
    assert_non_null(strstr(view->credential, "\"validUntil\":\"2025-04-04T15:53:20Z\""));
    assert_false(bit_in(view->credential, index));
    assert_int_equal(revoke(f, id, "wrong", WORLD_LATER_MS), SJ_OK);
    assert_int_equal(refresh(f, 0, 1, WORLD_LATER_MS, second), SJ_OK);
    assert_null(get(f, 0, second)); /* not signed yet */
    assert_non_null(get(f, 0, first));
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    assert_true(bit_in(text_of(f, second), index));
    assert_true(bit_in(text_of(f, first), index)); /* a newer one answers for it */
    assert_false(bit_in(text_of(f, NULL), (index + 1) % SJ_STATUS_LIST_BITS));
    assert_non_null(strstr(text_of(f, NULL), "\"validUntil\":\"2025-03-06T15:53:20Z\""));
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_version_that_is_signed_late_does_not_replace_a_newer_one(void **state)
{
    fixture *f = *state;
    uint8_t first[16], second[16], signature[64] = { 7 };
    waiting *two = malloc(2 * sizeof *two);

    assert_non_null(two);
    assert_int_equal(refresh(f, 0, 30, WORLD_LATER_MS, first), SJ_OK);
    assert_int_equal(refresh(f, 0, 60, WORLD_LATER_MS, second), SJ_OK);
    assert_int_equal(wait_list(f, two, 2), 2);
    assert_int_equal(attach(f, second, signature, NULL, WORLD_LATER_MS), SJ_OK);
    assert_int_equal(attach(f, first, signature, NULL, WORLD_LATER_MS), SJ_OK);
    assert_non_null(strstr(text_of(f, NULL), "\"validUntil\":\"2025-05-04T15:53:20Z\""));
    assert_non_null(get(f, 0, first));
    assert_int_equal(wait_list(f, two, 2), 0);
    assert_int_equal(fixture_scrub(f), 0);
    free(two);
}

static void
what_cannot_be_refreshed_is_refused(void **state)
{
    fixture *f = *state;
    uint8_t id[16];

    assert_int_equal(refresh(f, 1, 30, WORLD_LATER_MS, id), SJ_NOT_FOUND);
    assert_int_equal(refresh(f, 0, 0, WORLD_LATER_MS, id), SJ_INVALID);
    assert_int_equal(refresh(f, 0, 367, WORLD_LATER_MS, id), SJ_INVALID);
    assert_int_equal(refresh(f, 0, 366, WORLD_LATER_MS, id), SJ_OK);
    assert_null(get(f, 3, NULL));
    assert_null(get(f, 0, event_id(1)));
    f->org = 2;
    assert_int_equal(refresh(f, 0, 30, WORLD_LATER_MS, id), SJ_UNAVAILABLE);
}

static void
the_next_list_opens_when_one_is_half_full(void **state)
{
    fixture *f = *state;
    status_list_row row = SIJILL__CERTIFICATE__STATUS_LIST_ROW__INIT;
    uint8_t id[16];
    sj_txn *txn = world_write(f);

    row.has_taken = true;
    row.taken = STATUS_LIST_FILL - 1;
    status_list_put(txn, 1, 0, &row);
    world_commit(f, txn);
    tell_person(f, 1, 2, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 2, VERDICT(ATTENDED));
    tell_person(f, 1, 3, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 3, VERDICT(ATTENDED));
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(show(f, id, WORLD_LATER_MS)->status_list, 0);
    assert_int_equal(issue(f, 1, 2, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(show(f, id, WORLD_LATER_MS)->status_list, 1);
    assert_int_equal(issue(f, 1, 3, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(show(f, id, WORLD_LATER_MS)->status_list, 1);
    assert_int_equal(refresh(f, 1, 30, WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 4);
    assert_string_equal(get(f, 1, id)->url, "https://sijill.example/status/1");
}

/* Draws that always fall on the same place still find free ones, each once. */
static void
a_place_is_given_away_once(void **state)
{
    fixture *f = *state;
    uint8_t draws[4 * STATUS_DRAWS];
    sj_txn *txn = world_write(f);

    for (size_t i = 0; i < STATUS_DRAWS; i++)
        sj_write_u32(draws + 4 * i, SJ_STATUS_LIST_BITS - 2); /* near the end: it goes on at 0 */
    for (uint32_t i = 0; i < 300; i++) {
        status_place place = status_place_choose(txn, 1, draws);

        assert_int_equal(place.list, 0);
        assert_int_equal(place.index, (SJ_STATUS_LIST_BITS - 2 + i) % SJ_STATUS_LIST_BITS);
        status_place_take(txn, 1, place);
    }
    world_commit(f, txn);
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        READY(a_list_says_who_is_revoked),
        READY(a_version_that_is_signed_late_does_not_replace_a_newer_one),
        READY(what_cannot_be_refreshed_is_refused),
        READY(the_next_list_opens_when_one_is_half_full),
        READY(a_place_is_given_away_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A key that registration gave out is good in a service that follows, and no longer once that has
 * heard the end of it: over the wire, without a word to registration. */
#include "sijill/v1/access.pb-c.h"
#include "tests/system/harness.h"

#include <string.h>

enum { ADD_KEY = 140, REVOKE_KEY, RECORD_EVIDENCE = 200, LIST_ATTENDANCE = 250, LIST_EVENTS = 151 };

typedef struct holder {
    uint8_t id[SIJILL_ID_SIZE], hash[SIJILL_SECRET_SIZE];
} holder;

static world at;
static sijill *registration, *attendance;
static uint8_t mine[SIJILL_ID_SIZE], theirs[SIJILL_ID_SIZE];

static int
open_services(void **state)
{
    (void) state;
    world_open(&at);
    service_start(&at, REGISTRATION);
    service_start(&at, ATTENDANCE);
    service_await(&at, REGISTRATION);
    service_await(&at, ATTENDANCE);
    registration = service_connect(&at, REGISTRATION);
    attendance = service_connect(&at, ATTENDANCE);
    define_organisation(registration);
    define_event(registration, "mine", true, NULL, mine);
    define_event(registration, "theirs", true, NULL, theirs);
    return 0;
}

static int
close_services(void **state)
{
    (void) state;
    sijill_close(&registration);
    sijill_close(&attendance);
    world_close(&at);
    return 0;
}

static void
add_trainer(holder *h)
{
    uint8_t secret[SIJILL_SECRET_SIZE];
    Sijill__V1__AddKey add = SIJILL__V1__ADD_KEY__INIT;
    ProtobufCBinaryData event = id_data(mine);
    sijill_reply reply;

    sijill_key_new(h->id, secret);
    sijill_key_hash(secret, h->hash);
    add.has_id = add.has_hash = add.has_role = 1;
    add.id = id_data(h->id);
    add.hash = (ProtobufCBinaryData){ sizeof h->hash, h->hash };
    add.role = SIJILL__V1__ACCESS__ROLE__TRAINER;
    add.n_event_id = 1;
    add.event_id = &event;
    assert_int_equal(ask(registration, ADD_KEY, &add.base, &reply), SIJILL__V1__CODE__OK);
}

/* Ask as the key, of a state that has all that registration has answered so far. */
static uint32_t
ask_as(sijill *service, const holder *h, uint32_t type, const ProtobufCMessage *body,
       sijill_reply *reply)
{
    sijill_request request = { .type = type,
                               .body = body,
                               .actor = h->id,
                               .delegated = true,
                               .credential = h->hash,
                               .min_pos = sijill_position(registration) };

    (void) sijill_call(service, &request, reply);
    return reply->code;
}

static uint32_t
list_as(const holder *h, const uint8_t event[SIJILL_ID_SIZE])
{
    Sijill__V1__ListAttendance list = SIJILL__V1__LIST_ATTENDANCE__INIT;
    sijill_reply reply;

    list.has_event_id = 1;
    list.event_id = id_data(event);
    return ask_as(attendance, h, LIST_ATTENDANCE, &list.base, &reply);
}

/* A platform's end of an event: evidence that needs nobody. */
static uint32_t
record_as(const holder *h, const uint8_t event[SIJILL_ID_SIZE])
{
    Sijill__V1__RecordEvidence record = SIJILL__V1__RECORD_EVIDENCE__INIT;
    Sijill__V1__Evidence piece = SIJILL__V1__EVIDENCE__INIT, *pieces[] = { &piece };
    uint8_t nonce[SIJILL_ID_SIZE];
    sijill_reply reply;

    sijill_request_id(nonce);
    piece.has_event_id = piece.has_kind = piece.has_source = piece.has_nonce = 1;
    piece.has_occurred_ms = 1;
    piece.event_id = id_data(event);
    piece.kind = SIJILL__V1__EVIDENCE_KIND__PLATFORM_END;
    piece.source = SIJILL__V1__EVIDENCE_SOURCE__PLATFORM;
    piece.nonce = id_data(nonce);
    piece.occurred_ms = wall_ms();
    record.n_evidence = 1;
    record.evidence = pieces;
    return ask_as(attendance, h, RECORD_EVIDENCE, &record.base, &reply);
}

static void
a_trainer_is_held_to_his_events_by_the_service_that_has_them(void **state)
{
    holder h;

    (void) state;
    add_trainer(&h);
    assert_int_equal(list_as(&h, mine), SIJILL__V1__CODE__OK);
    assert_int_equal(record_as(&h, mine), SIJILL__V1__CODE__OK);
    assert_int_equal(list_as(&h, theirs), SIJILL__V1__CODE__FORBIDDEN);
    assert_int_equal(record_as(&h, theirs), SIJILL__V1__CODE__FORBIDDEN);
}

static void
a_revoked_key_is_refused_by_who_has_followed(void **state)
{
    Sijill__V1__RevokeKey revoke = SIJILL__V1__REVOKE_KEY__INIT;
    Sijill__V1__ListEvents list = SIJILL__V1__LIST_EVENTS__INIT;
    sijill_reply reply;
    holder h;

    (void) state;
    add_trainer(&h);
    assert_int_equal(list_as(&h, mine), SIJILL__V1__CODE__OK);
    revoke.has_id = 1;
    revoke.id = id_data(h.id);
    assert_int_equal(ask(registration, REVOKE_KEY, &revoke.base, &reply), SIJILL__V1__CODE__OK);
    assert_int_equal(ask_as(registration, &h, LIST_EVENTS, &list.base, &reply),
                     SIJILL__V1__CODE__UNAUTHENTICATED);
    assert_int_equal(list_as(&h, mine), SIJILL__V1__CODE__UNAUTHENTICATED);
    assert_int_equal(record_as(&h, mine), SIJILL__V1__CODE__UNAUTHENTICATED);
}

static void
a_service_keeps_its_keys_when_registration_is_gone_and_when_it_restarts(void **state)
{
    holder h, wrong;

    (void) state;
    add_trainer(&h);
    assert_int_equal(list_as(&h, mine), SIJILL__V1__CODE__OK);
    service_kill(&at, REGISTRATION);
    service_kill(&at, ATTENDANCE);
    service_start(&at, ATTENDANCE);
    service_await(&at, ATTENDANCE);
    assert_int_equal(list_as(&h, mine), SIJILL__V1__CODE__OK);
    wrong = h;
    wrong.hash[0] ^= 1;
    assert_int_equal(list_as(&wrong, mine), SIJILL__V1__CODE__UNAUTHENTICATED);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(a_trainer_is_held_to_his_events_by_the_service_that_has_them),
        cmocka_unit_test(a_revoked_key_is_refused_by_who_has_followed),
        cmocka_unit_test(a_service_keeps_its_keys_when_registration_is_gone_and_when_it_restarts),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_services, close_services);
}

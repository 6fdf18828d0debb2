/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that are not SJ/1, or not quite: each is refused in its way and harms nobody. */
#include "tests/system/raw.h"

#include <string.h>

static world at;
static char front[WORLD_PATH];
static uint8_t event[SIJILL_ID_SIZE];

static int
open_registration(void **state)
{
    sijill *service;

    (void) state;
    world_open(&at);
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
    (void) service_endpoint(&at, REGISTRATION, "", front);
    service = service_connect(&at, REGISTRATION);
    define_organisation(service);
    define_event(service, "course", false, NULL, event);
    sijill_close(&service);
    return 0;
}

static int
close_registration(void **state)
{
    (void) state;
    world_close(&at);
    return 0;
}

static uint64_t
bad_frames(void)
{
    Sijill__V1__ServiceStatus *status = service_status(&at, REGISTRATION);
    uint64_t count = status->bad_frames;

    sijill_free(status);
    return count;
}

/* A request of the library is answered: the service lives. */
static void
others_are_served(void)
{
    sijill *service = service_connect(&at, REGISTRATION);
    Sijill__V1__ListEvents list = SIJILL__V1__LIST_EVENTS__INIT;

    sijill_free(ask_for(service, 151, &list.base, &sijill__v1__event_list__descriptor));
    sijill_close(&service);
}

/* These frames get no answer and are counted, and the same peer is served afterwards. */
static void
discarded(size_t count, const void *const frames[], const size_t sizes[])
{
    uint64_t before = bad_frames();
    raw r;

    raw_open(&r, front);
    raw_send_frames(&r, count, frames, sizes);
    assert_false(raw_take(&r, RAW_QUIET_MS));
    raw_greet(&r);
    assert_int_equal(bad_frames(), before + 1);
    raw_close(&r);
    others_are_served();
}

static void
a_wrong_signature_is_discarded(void **state)
{
    static const char *const heads[] = {
        "SK\1\0\10\1", "sj\1\0\10\1", "SJ\2\0\10\1", "SJ\0\0\10\1", "SJ\1\1\10\1", "SJ", ""
    };
    static const size_t sizes[] = { 6, 6, 6, 6, 6, 2, 0 };

    (void) state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        discarded(2, (const void *const[]){ heads[i], "" }, (const size_t[]){ sizes[i], 0 });
}

static void
another_number_of_frames_is_discarded(void **state)
{
    static const size_t counts[] = { 1, 3, 19 };

    (void) state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const void *frames[20];
        size_t sizes[20];

        for (size_t n = 0; n < 20; n++) {
            frames[n] = "SJ\1\0\10\1";
            sizes[n] = 6;
        }
        discarded(counts[i], frames, sizes);
    }
}

static void
a_head_over_1_kib_is_discarded(void **state)
{
    static unsigned char head[SJ_HEAD_MAX + 1] = "SJ\1\0\10\1";

    (void) state;
    discarded(2, (const void *const[]){ head, "" }, (const size_t[]){ sizeof head, 0 });
}

static void
a_message_over_64_kib_is_discarded(void **state)
{
    static unsigned char body[SJ_FRONT_MAX - 1];

    (void) state;
    discarded(2, (const void *const[]){ "SJ\1\0\10\1", body }, (const size_t[]){ 6, sizeof body });
}

static void
a_frame_over_64_kib_costs_its_sender_the_connection(void **state)
{
    static unsigned char body[4 * SJ_FRONT_MAX];
    Sijill__V1__Envelope e;
    raw r;

    (void) state;
    raw_open(&r, front);
    raw_greet(&r);
    e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, 151);
    raw_send(&r, &e, body, sizeof body);
    assert_false(raw_take(&r, RAW_QUIET_MS)); /* dropped; ZeroMQ connects again, as a stranger */
    e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, 151);
    raw_send(&r, &e, "", 0);
    raw_expect(&r, SIJILL__V1__KIND__ERROR);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__UNKNOWN_PEER);
    raw_close(&r);
    others_are_served();
}

static void
a_request_before_hello_is_from_an_unknown_peer(void **state)
{
    Sijill__V1__Envelope e;
    raw r;

    (void) state;
    raw_open(&r, front);
    e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, 151);
    raw_send(&r, &e, "", 0);
    raw_expect(&r, SIJILL__V1__KIND__ERROR);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__UNKNOWN_PEER);
    assert_int_equal(r.in->status->retry, SIJILL__V1__RETRY__RETRY_HELLO);
    raw_greet(&r);
    raw_send(&r, &e, "", 0);
    raw_expect(&r, SIJILL__V1__KIND__REPLY);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__OK);
    raw_close(&r);
}

static void
a_hello_of_another_version_is_refused(void **state)
{
    Sijill__V1__Hello hello = SIJILL__V1__HELLO__INIT;
    Sijill__V1__Envelope e;
    raw r;

    (void) state;
    raw_open(&r, front);
    e = raw_envelope(&r, SIJILL__V1__KIND__HELLO, 0);
    hello.has_min_major = hello.has_max_major = 1;
    hello.min_major = 2;
    hello.max_major = 3;
    raw_send_message(&r, &e, &hello.base);
    raw_expect(&r, SIJILL__V1__KIND__ERROR);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__BAD_VERSION);
    e = raw_envelope(&r, SIJILL__V1__KIND__HELLO, 0);
    raw_send(&r, &e, "\xff\xff\xff", 3);
    raw_expect(&r, SIJILL__V1__KIND__ERROR);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__BAD_MESSAGE);
    raw_close(&r);
}

static void
an_unknown_kind_is_unsupported(void **state)
{
    static const uint32_t kinds[] = { 0, 2, 4, 5, 10, 13, 15, 16, 17, 4711 };
    raw r;

    (void) state;
    raw_open(&r, front);
    raw_greet(&r);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        Sijill__V1__Envelope e = raw_envelope(&r, SIJILL__V1__KIND__PING, 0);

        e.kind = kinds[i];
        raw_send(&r, &e, "", 0);
        raw_expect(&r, SIJILL__V1__KIND__ERROR);
        assert_int_equal(raw_code(&r), SIJILL__V1__CODE__UNSUPPORTED);
        assert_int_equal(r.in->id, e.id);
    }
    raw_close(&r);
}

/* What belongs to the runtime, to a feed, or to another service is no command of a peer. */
static void
an_unknown_type_is_unsupported(void **state)
{
    static const uint32_t types[] = { 0,   1,   99,  105, 130, 132, 134, 199,
                                      200, 300, 303, 304, 900, 901, 953, UINT32_MAX };
    raw r;

    (void) state;
    raw_open(&r, front);
    raw_greet(&r);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        Sijill__V1__Envelope e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, types[i]);

        raw_send(&r, &e, "", 0);
        raw_expect(&r, SIJILL__V1__KIND__REPLY);
        assert_int_equal(raw_code(&r), SIJILL__V1__CODE__UNSUPPORTED);
        assert_int_equal(r.in->id, e.id);
    }
    raw_close(&r);
}

static void
a_command_without_key_actor_or_organisation_is_a_bad_message(void **state)
{
    register_form form;
    raw r;

    (void) state;
    raw_open(&r, front);
    raw_greet(&r);
    register_form_fill(&form, event, "somebody@example.org");
    for (int i = 0; i < 4; i++) {
        Sijill__V1__Envelope e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, 110);

        e.has_key = i != 0;
        e.has_actor = i != 1;
        e.has_org = i != 2;
        e.org = i == 3 ? 0 : 1;
        raw_send_message(&r, &e, &form.message.base);
        raw_expect(&r, SIJILL__V1__KIND__REPLY);
        assert_int_equal(raw_code(&r), SIJILL__V1__CODE__BAD_MESSAGE);
    }
    raw_close(&r);
}

/* Keys of another length are no envelope at all. */
static void
a_key_that_is_no_id_is_discarded(void **state)
{
    Sijill__V1__Envelope e = SIJILL__V1__ENVELOPE__INIT;
    unsigned char head[SJ_HEAD_MAX];
    static const size_t wrong[] = { 0, 15, 17 };
    uint8_t key[17] = { 0 };

    (void) state;
    e.has_kind = e.has_key = 1;
    e.kind = SIJILL__V1__KIND__REQUEST;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        e.key = (ProtobufCBinaryData){ wrong[i], key };
        discarded(2, (const void *const[]){ head, "" },
                  (const size_t[]){ sj_head_pack(&e, head), 0 });
    }
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(a_wrong_signature_is_discarded),
        cmocka_unit_test(another_number_of_frames_is_discarded),
        cmocka_unit_test(a_head_over_1_kib_is_discarded),
        cmocka_unit_test(a_message_over_64_kib_is_discarded),
        cmocka_unit_test(a_frame_over_64_kib_costs_its_sender_the_connection),
        cmocka_unit_test(a_request_before_hello_is_from_an_unknown_peer),
        cmocka_unit_test(a_hello_of_another_version_is_refused),
        cmocka_unit_test(an_unknown_kind_is_unsupported),
        cmocka_unit_test(an_unknown_type_is_unsupported),
        cmocka_unit_test(a_command_without_key_actor_or_organisation_is_a_bad_message),
        cmocka_unit_test(a_key_that_is_no_id_is_discarded),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_registration, close_registration);
}

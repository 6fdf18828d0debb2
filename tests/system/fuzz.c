/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz: bodies that nobody meant, for every type of every service: random octets, messages of the
 * right shape with wrong values, deep nests, bloated lists.  Each is answered; nobody dies, and
 * nobody grows.
 *
 * usage: system_fuzz [--seed S] [--each N]; the seed is printed.
 */
#include "tests/system/raw.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    EACH = 400,       /* bodies of each shape, for each type */
    BODY_MAX = 16384, /* of shapes whose size is chance */
    LARGE = SJ_FRONT_MAX - SJ_HEAD_MAX,
    DEPTH = 4,
    KNOWN = 3,
    OUTSTANDING = 32,
    GROWTH_MAX = 64 * 1024 * 1024,
};

static world at;
static uint64_t chance_state;
static uint64_t seed;
static unsigned each = EACH;
static uint8_t known[KNOWN][SIJILL_ID_SIZE]; /* an event that has ended, one to come, a person */

typedef struct target {
    which service;
    uint32_t type;
    const ProtobufCMessageDescriptor *shape;
} target;

static const target targets[] = {
    { REGISTRATION, 100, &sijill__v1__define_organisation__descriptor },
    { REGISTRATION, 101, &sijill__v1__define_programme__descriptor },
    { REGISTRATION, 102, &sijill__v1__define_event__descriptor },
    { REGISTRATION, 103, &sijill__v1__change_event_state__descriptor },
    { REGISTRATION, 104, &sijill__v1__set_event_rules__descriptor },
    { REGISTRATION, 110, &sijill__v1__register__descriptor },
    { REGISTRATION, 112, &sijill__v1__decide_registration__descriptor },
    { REGISTRATION, 150, &sijill__v1__get_event__descriptor },
    { REGISTRATION, 151, &sijill__v1__list_events__descriptor },
    { REGISTRATION, 152, &sijill__v1__get_registration__descriptor },
    { REGISTRATION, 153, &sijill__v1__list_registrations__descriptor },
    { REGISTRATION, 154, &sijill__v1__list_programmes__descriptor },
    { ATTENDANCE, 200, &sijill__v1__record_evidence__descriptor },
    { ATTENDANCE, 201, &sijill__v1__match_presence__descriptor },
    { ATTENDANCE, 250, &sijill__v1__list_attendance__descriptor },
    { ATTENDANCE, 251, &sijill__v1__explain_verdict__descriptor },
    { ATTENDANCE, 252, &sijill__v1__list_unmatched__descriptor },
    { CERTIFICATE, 300, &sijill__v1__issue_certificate__descriptor },
    { CERTIFICATE, 301, &sijill__v1__revoke_certificate__descriptor },
    { CERTIFICATE, 302, &sijill__v1__reissue_certificate__descriptor },
    { CERTIFICATE, 305, &sijill__v1__refresh_status_list__descriptor },
    { CERTIFICATE, 350, &sijill__v1__get_certificate__descriptor },
    { CERTIFICATE, 351, &sijill__v1__list_certificates__descriptor },
    { CERTIFICATE, 352, &sijill__v1__get_status_list__descriptor },
    { CERTIFICATE, 353, &sijill__v1__get_did_document__descriptor },
    { CERTIFICATE, 354, &sijill__v1__list_eligible__descriptor },
};

enum { TARGETS = sizeof targets / sizeof targets[0] };

static uint64_t
chance(uint64_t below)
{
    uint64_t z = chance_state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

/* ---- bodies ------------------------------------------------------------------------------------
 */

typedef struct writer {
    unsigned char *at;
    size_t used, room;
} writer;

static void
put(writer *out, const void *octets, size_t size)
{
    if (size > out->room - out->used)
        size = out->room - out->used;
    if (size > 0)
        memcpy(out->at + out->used, octets, size);
    out->used += size;
}

static void
put_varint(writer *out, uint64_t value)
{
    unsigned char octets[10];
    size_t size = 0;

    do {
        octets[size++] = (unsigned char) ((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value > 0);
    put(out, octets, size);
}

static void
put_block(writer *out, uint32_t field, const void *octets, size_t size)
{
    put_varint(out, (uint64_t) field << 3 | 2);
    put_varint(out, size);
    put(out, octets, size);
}

static uint64_t
any_number(void)
{
    static const uint64_t edges[] = {
        0,         1,         2, 3, 16, 255, 10000, 10001, INT32_MAX, UINT32_MAX, UINT64_C(1) << 53,
        INT64_MAX, UINT64_MAX
    };

    return chance(2) == 0 ? edges[chance(sizeof edges / sizeof edges[0])] : chance(UINT64_MAX);
}

/* What a handler wants to see under this name, so that some bodies come far. */
static const char *
good_text(const char *name)
{
    static const char *const rows[][2] = {
        { "lang", "en" },
        { "language", "en" },
        { "slug", "course" },
        { "country", "UZ" },
        { "email", "a@b.org" },
        { "time_zone", "Asia/Tashkent" },
        { "role", "organiser" },
        { "start_date", "2026-01-05" },
        { "end_date", "2026-01-05" },
        { "date", "2026-01-05" },
        { "languages", "en" },
        { "kind", "webinar" },
        { "source_json", "{}" },
        { "after", "a" },
        { "certificate_lang", "en" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i][0], name) == 0)
            return rows[i][1];
    return "Words";
}

static void
put_text(writer *out, uint32_t field, const char *name)
{
    static const char *const texts[] = {
        "",
        "en",
        "a",
        "UZ",
        "course",
        "2025-02-30",
        "2025-13-01",
        "\xff",
        "\xc0\x80",
        "a\xcc\x81",
        "\xe2\x80\xae",
        "\x01",
        "a\nb",
        "Asia/Tashkent",
        "a@b.org",
        "@",
        "a@",
        "1e999",
        "\xed\xa0\x80",
        "../../etc",
        "{\"a\":1}",
        "{",
        "%s%n",
        "\xf4\x90\x80\x80",
    };
    static char full[2048];
    const char *text = texts[chance(sizeof texts / sizeof texts[0])];

    if (chance(8) != 0) {
        put_block(out, field, good_text(name), strlen(good_text(name)));
    } else if (chance(10) == 0) {
        memset(full, 'x', sizeof full);
        put_block(out, field, full, chance(sizeof full));
    } else {
        put_block(out, field, text, strlen(text) + (chance(30) == 0));
    }
}

/* Often of something that exists. */
static void
put_id(writer *out, uint32_t field)
{
    unsigned char octets[2 * SIJILL_ID_SIZE];

    if (chance(4) != 0) {
        put_block(out, field, known[chance(KNOWN)], SIJILL_ID_SIZE);
        return;
    }
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (unsigned char) chance(256);
    put_block(out, field, octets, chance(8) == 0 ? chance(sizeof octets + 1) : SIJILL_ID_SIZE);
}

static void put_message(writer *out, const ProtobufCMessageDescriptor *shape, unsigned depth);

static void
put_field(writer *out, const ProtobufCFieldDescriptor *field, unsigned depth)
{
    unsigned char inner[BODY_MAX / 2];
    writer nested = { inner, 0, sizeof inner / (depth + 1) };
    uint64_t number = any_number();

    if (field->type == PROTOBUF_C_TYPE_STRING) {
        put_text(out, field->id, field->name);
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        put_id(out, field->id);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        if (depth < DEPTH)
            put_message(&nested, field->descriptor, depth + 1);
        put_block(out, field->id, inner, nested.used);
    } else if (field->type == PROTOBUF_C_TYPE_FIXED64) {
        put_varint(out, (uint64_t) field->id << 3 | 1);
        put(out, &number, sizeof number);
    } else {
        put_varint(out, (uint64_t) field->id << 3);
        put_varint(out, chance(4) == 0 ? number : chance(6));
    }
}

static void
put_message(writer *out, const ProtobufCMessageDescriptor *shape, unsigned depth)
{
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &shape->fields[i];
        uint64_t times = chance(4) == 0                              ? 0
                         : field->label == PROTOBUF_C_LABEL_REPEATED ? 1 + chance(3)
                                                                     : 1;

        while (times-- > 0)
            put_field(out, field, depth);
    }
    if (chance(40) == 0)
        put_block(out, (uint32_t) (1 + chance(500)), "unknown", 7);
}

typedef enum shape { RANDOM, SHAPED, FLIPPED, DEEP, BLOATED, SHAPES } shape;

/* A field in a field in a field, as far as the room goes. */
static void
put_deep(writer *out, uint32_t field)
{
    size_t size = out->room;

    while (size > 4) {
        put_varint(out, (uint64_t) field << 3 | 2);
        size -= size > 16384 ? 4 : size > 128 ? 3 : 2;
        put_varint(out, size);
    }
}

static size_t
make_body(const target *to, shape kind, unsigned char body[LARGE])
{
    writer out = { body, 0, BODY_MAX };
    uint32_t field =
        to->shape->n_fields == 0 ? 1 : to->shape->fields[chance(to->shape->n_fields)].id;

    switch (kind) {
    case RANDOM:
        out.used = chance(chance(4) == 0 ? BODY_MAX : 64);
        for (size_t i = 0; i < out.used; i++)
            body[i] = (unsigned char) chance(256);
        break;
    case SHAPED:
        put_message(&out, to->shape, 0);
        break;
    case FLIPPED:
        put_message(&out, to->shape, 0);
        for (uint64_t flips = 1 + chance(4); flips > 0 && out.used > 0; flips--)
            body[chance(out.used)] ^= (unsigned char) (1 << chance(8));
        out.used -= out.used > 0 && chance(4) == 0 ? chance(out.used) : 0;
        break;
    case DEEP:
        out.room = chance(2) == 0 ? BODY_MAX : LARGE;
        put_deep(&out, field);
        break;
    case BLOATED: /* an empty message is two octets on the wire, and a hundred unpacked */
        out.room = chance(2) == 0 ? BODY_MAX : LARGE;
        while (out.used + 4 < out.room)
            put_block(&out, field, "", 0);
        break;
    case SHAPES:
        break;
    }
    return out.used;
}

/* ---- laws --------------------------------------------------------------------------------------
 */

static unsigned answers, accepted, refusals;

static void
take_answer(raw *r, const target *to)
{
    raw_expect(r, SIJILL__V1__KIND__REPLY);
    answers++;
    accepted += raw_code(r) == SIJILL__V1__CODE__OK;
    refusals += raw_code(r) != SIJILL__V1__CODE__OK;
    if (raw_code(r) == SIJILL__V1__CODE__INTERNAL || raw_code(r) == SIJILL__V1__CODE__BUSY)
        fail_msg("type %u: %s: %s (seed %llu)", to->type, sijill_code_name(raw_code(r)),
                 r->in->status->detail, (unsigned long long) seed);
    if (raw_code(r) != SIJILL__V1__CODE__OK)
        assert_non_null(r->in->status->detail); /* words */
}

static void
shoot(raw *r, const target *to, shape kind, unsigned count)
{
    static unsigned char body[LARGE];
    unsigned waiting = 0;

    for (unsigned i = 0; i < count; i++) {
        size_t size = make_body(to, kind, body);
        Sijill__V1__Envelope e = raw_envelope(r, SIJILL__V1__KIND__REQUEST, to->type);

        raw_send(r, &e, body, size);
        if (++waiting == OUTSTANDING) {
            take_answer(r, to);
            waiting--;
        }
    }
    while (waiting-- > 0)
        take_answer(r, to);
}

static void
every_body_is_answered_and_no_service_dies(void **state)
{
    (void) state;
    for (size_t i = 0; i < TARGETS; i++) {
        char endpoint[WORLD_PATH];
        raw r;

        raw_open(&r, service_endpoint(&at, targets[i].service, "", endpoint));
        raw_greet(&r);
        for (shape kind = RANDOM; kind < SHAPES; kind++)
            shoot(&r, &targets[i], kind, kind < DEEP ? each : each / 10 + 1);
        raw_close(&r);
    }
    print_message("# %u bodies answered: %u accepted, %u refused\n", answers, accepted, refusals);
    for (which s = REGISTRATION; s < WHICH_COUNT; s++)
        assert_true(service_running(&at, s));
    assert_true(accepted > 0 && refusals > accepted);
}

static uint64_t resident_before[SIGNER];

static void
no_service_grows(void **state)
{
    (void) state;
    for (which s = REGISTRATION; s < SIGNER; s++) {
        Sijill__V1__ServiceStatus *status = service_status(&at, s);

        print_message("# %s: %u KiB resident besides the map, %u at first\n", which_names[s],
                      (unsigned) (status->resident_bytes / 1024),
                      (unsigned) (resident_before[s] / 1024));
        assert_true(status->resident_bytes < resident_before[s] + GROWTH_MAX);
        sijill_free(status);
    }
}

static void
what_was_accepted_is_sound(void **state)
{
    (void) state;
    for (which s = REGISTRATION; s < SIGNER; s++) {
        Sijill__V1__ServiceStatus *status = service_status(&at, s);

        if (status->dead_letters != 0)
            fail_msg("%s refused %u records of another", which_names[s],
                     (unsigned) status->dead_letters);
        sijill_free(status);
        if (service_scrub(&at, s) != 0)
            fail_msg("scrub of %s (seed %llu)", which_names[s], (unsigned long long) seed);
    }
}

static int
open_all(void **state)
{
    const char *options = getenv("ASAN_OPTIONS");
    Sijill__V1__Registered *in;
    register_form form;
    char text[512];
    sijill *service;

    (void) state;
    /* Freed memory that AddressSanitizer keeps would hide what grows. */
    (void) snprintf(text, sizeof text, "%s%squarantine_size_mb=4", options == NULL ? "" : options,
                    options == NULL ? "" : ":");
    assert_int_equal(setenv("ASAN_OPTIONS", text, 1), 0);
    print_message("# seed %llu\n", (unsigned long long) seed);
    chance_state = seed;
    world_open(&at);
    world_start(&at);
    service = service_connect(&at, REGISTRATION);
    define_organisation(service);
    define_event(service, "ended", true, NULL, known[0]);
    define_event(service, "to-come", false, NULL, known[1]);
    register_form_fill(&form, known[0], "somebody@example.org");
    in = ask_for(service, 110, &form.message.base, &sijill__v1__registered__descriptor);
    memcpy(known[2], in->registration_id.data, SIJILL_ID_SIZE);
    sijill_free(in);
    sijill_close(&service);
    for (which s = REGISTRATION; s < SIGNER; s++) {
        Sijill__V1__ServiceStatus *status = service_status(&at, s);

        resident_before[s] = status->resident_bytes;
        sijill_free(status);
    }
    return 0;
}

static int
close_all(void **state)
{
    (void) state;
    world_close(&at);
    return 0;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(every_body_is_answered_and_no_service_dies),
        cmocka_unit_test(no_service_grows),
        cmocka_unit_test(what_was_accepted_is_sound),
    };

    seed = (uint64_t) time(NULL);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--each") == 0)
            each = (unsigned) strtoul(argv[i + 1], NULL, 10);
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_all, close_all);
}

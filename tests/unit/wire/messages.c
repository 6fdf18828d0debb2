/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What any route takes: its limits are all stated, it never holds itself, it cannot be cut short or
 * altered into something that is not understood in full, and it unpacks into bounded memory.
 */
#include "proto/wire/check.h"
#include "proto/wire/limits.h"
#include "services/attendance/core.h"
#include "services/certificate/core.h"
#include "services/core/housekeeping.h"
#include "services/registration/core.h"
#include "sijill/v1/certificate.pb-c.h"
#include "tests/unit/chance.h"
#include "tests/unit/wire/corpus.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    MUTANTS = 60000,
    MUTANT_MAX = 16 * 1024,
};

static int
gather(void **state)
{
    (void) state;
    corpus_gather();
    return 0;
}

static int
drop(void **state)
{
    (void) state;
    corpus_drop();
    return 0;
}

/* Pulses and the question for did.json say nothing; hooks, links and endpoints (136 to 138) are
 * passed over by the services, which do not look into them. */
static bool
takes_nothing(uint32_t type)
{
    return type == 900 || type == 353 || (type >= 136 && type <= 138);
}

static void
assert_learned(const sj_route *routes)
{
    for (const sj_route *route = routes; route->handle != NULL; route++)
        if (corpus_message_of(route->type) == NULL && !takes_nothing(route->type))
            fail_msg("no story says what %s (%u) takes", route->name, route->type);
}

static void
every_route_that_takes_a_message_was_learned(void **state)
{
    (void) state;
    (void) printf("# %zu bodies were said\n", corpus_size());
    assert_learned(registration_core.routes);
    assert_learned(attendance_core.routes);
    assert_learned(certificate_core.routes);
    assert_learned(sj_common_routes);
}

static void
look_at_limit(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
              const sj_limit *limit)
{
    bool sized = field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES;
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;

    if (limit->name == NULL || strcmp(limit->name, field->name) != 0)
        fail_msg("%s.%s: its row is named %s", type->short_name, field->name,
                 limit->name == NULL ? "nothing" : limit->name);
    if (sized && limit->max == 0)
        fail_msg("%s.%s has no limit of length", type->short_name, field->name);
    if (repeated != (limit->count > 0))
        fail_msg("%s.%s: its count is %u", type->short_name, field->name, limit->count);
    if (limit->exact && field->type != PROTOBUF_C_TYPE_BYTES)
        fail_msg("%s.%s: only octets have an exact length", type->short_name, field->name);
}

static void
look_at_limits(const ProtobufCMessageDescriptor *type)
{
    const sj_limit *limits = sj_limits_of(type);

    if (limits == NULL)
        fail_msg("%s has no limits", type->short_name);
    for (unsigned i = 0; i < type->n_fields; i++) {
        look_at_limit(type, &type->fields[i], &limits[i]);
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            look_at_limits(type->fields[i].descriptor);
    }
}

static void
every_field_that_a_route_takes_has_its_limit(void **state)
{
    (void) state;
    corpus_each_type(look_at_limits);
}

static void
look_at_depth_from(const ProtobufCMessageDescriptor *type, unsigned depth)
{
    if (depth > SJ_DEPTH_MAX)
        fail_msg("%s holds itself, or lies too deep", type->short_name);
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].label == PROTOBUF_C_LABEL_REQUIRED)
            fail_msg("%s.%s is required", type->short_name, type->fields[i].name);
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            look_at_depth_from(type->fields[i].descriptor, depth + 1);
    }
}

static void
look_at_depth(const ProtobufCMessageDescriptor *type)
{
    look_at_depth_from(type, 1);
}

static void
no_message_holds_itself(void **state)
{
    (void) state;
    corpus_each_type(look_at_depth);
}

static void *
take(void *arena, size_t size)
{
    return sj_arena_take(arena, size);
}

static void
keep(void *arena, void *pointer)
{
    (void) arena;
    (void) pointer;
}

/* What passes the check unpacks within its memory and says every octet of itself. */
static bool
understood(sj_arena *arena, const ProtobufCMessageDescriptor *type, const uint8_t *at, size_t size)
{
    ProtobufCAllocator allocator = { take, keep, arena };
    const char *field;
    ProtobufCMessage *message;

    if (sj_message_check(type, at, size, &field) != NULL)
        return false;
    sj_arena_reset(arena);
    message = protobuf_c_message_unpack(type, &allocator, size, at);
    if (message == NULL)
        fail_msg("%s of %zu octets passes and does not unpack%s", type->short_name, size,
                 arena->full ? " into its memory" : "");
    assert_int_equal(message->n_unknown_fields, 0);
    assert_int_equal(protobuf_c_message_get_packed_size(message), size);
    return true;
}

/* A cut message is refused, or it was cut between two fields: then it is the message without them.
 */
static void
a_message_cut_anywhere_is_refused_or_is_what_came_before(void **state)
{
    size_t cuts = 0, passed = 0;
    uint8_t packed[MUTANT_MAX];
    sj_arena arena;

    (void) state;
    assert_true(sj_arena_open(&arena, SJ_UNPACKED_MAX));
    for (size_t n = 0; n < corpus_size(); n++) {
        const corpus_body *body = corpus_at(n);
        const char *field;

        if (sj_message_check(body->message, body->octets.at, body->octets.size, &field) != NULL)
            continue;
        for (size_t size = 0; size < body->octets.size; size++, cuts++) {
            uint8_t *cut = malloc(size + 1); /* so that a read beyond it is seen */

            assert_non_null(cut);
            memcpy(cut, body->octets.at, size);
            if (understood(&arena, body->message, cut, size)) {
                ProtobufCMessage *message =
                    protobuf_c_message_unpack(body->message, NULL, size, cut);

                assert_int_equal(protobuf_c_message_pack(message, packed), size);
                assert_memory_equal(packed, body->octets.at, size);
                protobuf_c_message_free_unpacked(message, NULL);
                passed++;
            }
            free(cut);
        }
    }
    (void) printf("# %zu cuts, %zu between two fields\n", cuts, passed);
    assert_true(passed > 0 && passed < cuts);
    sj_arena_close(&arena);
}

/* As many empty messages in messages as the limits allow, in as few octets as can be: `room` is
 * what may still be written. */
static size_t
bloat(const ProtobufCMessageDescriptor *type, uint8_t *at, size_t room)
{
    const sj_limit *limits = sj_limits_of(type);
    size_t used = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint32_t count = field->label == PROTOBUF_C_LABEL_REPEATED ? limits[i].count : 1;
        bool message = field->type == PROTOBUF_C_TYPE_MESSAGE;

        if (!message && (field->type != PROTOBUF_C_TYPE_STRING || count == 1))
            continue;
        for (uint32_t n = 0; n < count && room - used > 8; n++) {
            uint8_t *tag = at + used;
            size_t size = message ? bloat(field->descriptor, tag + 5, room - used - 5) : 0;
            size_t head = field->id < 16 ? 1 : 2;

            tag[0] = (uint8_t) (field->id << 3 | 2);
            if (head == 2) {
                tag[0] |= 0x80;
                tag[1] = (uint8_t) (field->id >> 4);
            }
            for (size_t left = size;; left >>= 7) {
                tag[head++] = (uint8_t) (left >= 0x80 ? left | 0x80 : left);
                if (left < 0x80)
                    break;
            }
            memmove(tag + head, tag + 5, size);
            used += head + size;
        }
    }
    return used;
}

static size_t bloated; /* messages refused for their memory */

static void
look_at_bloat(const ProtobufCMessageDescriptor *type)
{
    static uint8_t octets[SJ_FRONT_MAX];
    sj_arena arena;

    assert_true(sj_arena_open(&arena, SJ_UNPACKED_MAX));
    for (size_t room = 16; room < sizeof octets - SJ_HEAD_MAX; room += room / 4) {
        size_t size = bloat(type, octets, room);
        const char *field;
        const char *words = sj_message_check(type, octets, size, &field);

        bloated += words != NULL;
        if (words != NULL)
            assert_non_null(strstr(words, "more memory"));
        else
            assert_true(understood(&arena, type, octets, size));
    }
    sj_arena_close(&arena);
}

static void
a_bloated_message_is_refused_before_it_takes_its_memory(void **state)
{
    (void) state;
    corpus_each_type(look_at_bloat);
    assert_true(bloated > 0);
}

/* Most of all the batch that the signer answers: 512 signatures. */
static void
the_largest_batch_of_the_contract_passes(void **state)
{
    static Sijill__V1__Signature rows[512], *list[512];
    static uint8_t octets[SJ_FRONT_MAX], zeros[64];
    Sijill__V1__AttachSignatures in;
    sj_arena arena;
    size_t size;

    (void) state;
    sijill__v1__attach_signatures__init(&in);
    for (size_t i = 0; i < 512; i++) {
        sijill__v1__signature__init(&rows[i]);
        rows[i].has_id = rows[i].has_signature = true;
        rows[i].id = (ProtobufCBinaryData){ SJ_ID_SIZE, zeros };
        rows[i].signature = (ProtobufCBinaryData){ sizeof zeros, zeros };
        list[i] = &rows[i];
    }
    in.n_signature = 512;
    in.signature = list;
    assert_true(sijill__v1__attach_signatures__get_packed_size(&in) <= sizeof octets);
    size = sijill__v1__attach_signatures__pack(&in, octets);
    assert_true(sj_arena_open(&arena, SJ_UNPACKED_MAX));
    assert_true(understood(&arena, in.base.descriptor, octets, size));
    sj_arena_close(&arena);
}

static void
alter(uint64_t *seed, uint8_t *at, size_t *size)
{
    size_t place = *size == 0 ? 0 : (size_t) (chance(seed) % *size);
    size_t part = (size_t) (chance(seed) % 24) + 1;

    switch (chance(seed) % 6) {
    case 0:
        at[place] ^= (uint8_t) (1u << chance(seed) % 8);
        break;
    case 1:
        at[place] = (uint8_t) chance(seed);
        break;
    case 2: /* cut */
        *size = place;
        break;
    case 3: /* take out */
        part = part > *size - place ? *size - place : part;
        memmove(at + place, at + place + part, *size - place - part);
        *size -= part;
        break;
    case 4: /* say again */
        part = part > *size - place ? *size - place : part;
        if (*size + part > MUTANT_MAX)
            break;
        memmove(at + place + part, at + place, *size - place);
        *size += part;
        break;
    default: /* a length or number in another form */
        if (*size + 1 > MUTANT_MAX)
            break;
        memmove(at + place + 1, at + place, *size - place);
        at[place] |= 0x80;
        ++*size;
        break;
    }
}

static void
an_altered_message_is_refused_or_understood_in_full(void **state)
{
    static uint8_t octets[MUTANT_MAX + 1];
    const char *given = getenv("SIJILL_TEST_SEED");
    uint64_t seed = given == NULL ? 1 : strtoull(given, NULL, 10);
    uint64_t first = seed, passed = 0;
    sj_arena arena;

    (void) state;
    (void) printf("# seed %" PRIu64 ", another one by SIJILL_TEST_SEED\n", first);
    assert_true(sj_arena_open(&arena, SJ_UNPACKED_MAX));
    for (unsigned n = 0; n < MUTANTS; n++) {
        const corpus_body *body = corpus_at((size_t) (chance(&seed) % corpus_size()));
        size_t size = body->octets.size;

        if (size > MUTANT_MAX)
            continue;
        if (size > 0)
            memcpy(octets, body->octets.at, size);
        for (uint64_t times = 1 + chance(&seed) % 3; times > 0; times--)
            alter(&seed, octets, &size);
        passed += understood(&arena, body->message, octets, size);
    }
    (void) printf("# %u mutants, %" PRIu64 " understood\n", MUTANTS, passed);
    assert_true(passed > 0 && passed < MUTANTS);
    sj_arena_close(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_that_takes_a_message_was_learned),
        cmocka_unit_test(every_field_that_a_route_takes_has_its_limit),
        cmocka_unit_test(no_message_holds_itself),
        cmocka_unit_test(a_bloated_message_is_refused_before_it_takes_its_memory),
        cmocka_unit_test(the_largest_batch_of_the_contract_passes),
        cmocka_unit_test(a_message_cut_anywhere_is_refused_or_is_what_came_before),
        cmocka_unit_test(an_altered_message_is_refused_or_understood_in_full),
    };

    return cmocka_run_group_tests_name("wire messages", tests, gather, drop);
}

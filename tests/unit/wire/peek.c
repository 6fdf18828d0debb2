/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers out of a packed message. */
#include "proto/wire/peek.h"

#include "sijill/v1/wire.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { SEQ = 1, AT_MS = 2, TYPE = 3, SCHEMA = 4, ORG = 5, BODY = 7, RESULT = 8, NOW_MS = 10 };

typedef struct packed_record {
    unsigned char at[256];
    size_t size;
} packed_record;

static packed_record
record_packed(void)
{
    static uint8_t body[] = { 0x08, 0x86, 0x01, 0x18, 0x07 }; /* looks like fields itself */
    Sijill__V1__Record record = SIJILL__V1__RECORD__INIT;
    packed_record packed;

    record.has_seq = record.has_at_ms = record.has_type = record.has_org = record.has_body = 1;
    record.has_result = record.has_now_ms = 1;
    record.seq = UINT64_MAX;
    record.at_ms = UINT64_C(0x0102030405060708);
    record.type = 134;
    record.org = UINT64_C(1) << 63;
    record.body = (ProtobufCBinaryData){ sizeof body, body };
    record.result = 300;
    record.now_ms = 1;
    assert_true(sijill__v1__record__get_packed_size(&record) <= sizeof packed.at);
    packed.size = sijill__v1__record__pack(&record, packed.at);
    return packed;
}

static void
a_number_is_the_one_that_was_packed(void **state)
{
    packed_record packed = record_packed();

    (void) state;
    assert_true(sj_peek_number(packed.at, packed.size, SEQ) == UINT64_MAX);
    assert_true(sj_peek_number(packed.at, packed.size, AT_MS) == UINT64_C(0x0102030405060708));
    assert_int_equal(sj_peek_number(packed.at, packed.size, TYPE), 134);
    assert_true(sj_peek_number(packed.at, packed.size, ORG) == UINT64_C(1) << 63);
    assert_int_equal(sj_peek_number(packed.at, packed.size, RESULT), 300);
    assert_int_equal(sj_peek_number(packed.at, packed.size, NOW_MS), 1);
}

static void
what_is_not_there_or_is_no_number_is_zero(void **state)
{
    packed_record packed = record_packed();

    (void) state;
    assert_int_equal(sj_peek_number(packed.at, packed.size, SCHEMA), 0);
    assert_int_equal(sj_peek_number(packed.at, packed.size, BODY), 0);
    assert_int_equal(sj_peek_number(packed.at, packed.size, NOW_MS + 1), 0);
    assert_int_equal(sj_peek_number(packed.at, 0, SEQ), 0);
}

/* The octets stand at the end of their memory, so that a sanitizer sees a step too far. */
static void
a_message_cut_anywhere_is_not_read_past_its_end(void **state)
{
    packed_record packed = record_packed();

    (void) state;
    for (size_t size = 0; size < packed.size; size++) {
        unsigned char *cut = test_malloc(size == 0 ? 1 : size);
        uint64_t now_ms;

        memcpy(cut, packed.at, size);
        now_ms = sj_peek_number(cut, size, NOW_MS);
        test_free(cut);
        assert_int_equal(now_ms, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_the_one_that_was_packed),
        cmocka_unit_test(what_is_not_there_or_is_no_number_is_zero),
        cmocka_unit_test(a_message_cut_anywhere_is_not_read_past_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

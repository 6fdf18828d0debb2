/* SPDX-License-Identifier: Apache-2.0 */
/* Bits of a status list and their encoding. */
#include <stdlib.h>

#include "tests/unit/credential/vectors.h"

#include <sodium.h>
#include <zlib.h>

#include "proto/credential/status_list.h"

enum { WORK = SJ_STATUS_LIST_ENCODE_WORK + SJ_STATUS_LIST_DECODE_WORK + 64 * 1024 };

static uint8_t bits[SJ_STATUS_LIST_BYTES];
static uint8_t back[4 * SJ_STATUS_LIST_BYTES];
static _Alignas(16) uint8_t work[WORK];
static char text[SJ_STATUS_LIST_ENCODED_MAX];

static sj_span
encoded(void)
{
    sj_span span;

    assert_null(sj_status_list_encode(bits, work, text, sizeof text, &span));
    return span;
}

/* Index 0 is the left-most bit (Bitstring Status List 1.0, "Bitstring Encoding"). */
static void
index_0_is_the_high_bit_of_byte_0(void **state)
{
    (void) state;
    memset(bits, 0, sizeof bits);
    sj_status_list_set(bits, 0);
    assert_int_equal(bits[0], 0x80);
    sj_status_list_set(bits, 7);
    sj_status_list_set(bits, 8);
    sj_status_list_set(bits, SJ_STATUS_LIST_BITS - 1);
    assert_int_equal(bits[0], 0x81);
    assert_int_equal(bits[1], 0x80);
    assert_int_equal(bits[SJ_STATUS_LIST_BYTES - 1], 0x01);
    assert_true(sj_status_list_get(bits, sizeof bits, 7));
    assert_false(sj_status_list_get(bits, sizeof bits, 6));
    assert_true(sj_status_list_get(bits, sizeof bits, SJ_STATUS_LIST_BITS - 1));
}

/* A list set to a share of ones, in thousandths, comes back, and twice the same. */
static void
lists_survive_the_encoding(void **state)
{
    static const unsigned shares[] = { 0, 1, 10, 50, 500, 1000 };

    (void) state;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        char first[SJ_STATUS_LIST_ENCODED_MAX];
        size_t bytes;

        memset(bits, 0, sizeof bits);
        for (uint32_t index = 0; index < SJ_STATUS_LIST_BITS; index++)
            if (randombytes_uniform(1000) < shares[i])
                sj_status_list_set(bits, index);
        sj_span span = encoded();

        print_message("# %u per mille set: %zu characters\n", shares[i], span.length);
        memcpy(first, span.at, span.length);
        memset(work, 0xaa, sizeof work);
        assert_true(sj_span_equal(encoded(), (sj_span){ first, span.length }));
        assert_null(sj_status_list_decode(span, work, sizeof work, back, sizeof back, &bytes));
        assert_int_equal(bytes, SJ_STATUS_LIST_BYTES);
        assert_memory_equal(back, bits, sizeof bits);
    }
}

/* Noise does not shrink: the longest text there is. */
static void
the_worst_list_fits(void **state)
{
    sj_span span;

    (void) state;
    for (unsigned round = 0; round < 16; round++) {
        randombytes_buf(bits, sizeof bits);
        span = encoded();
        assert_true(span.length < SJ_STATUS_LIST_ENCODED_MAX);
    }
    assert_non_null(sj_status_list_encode(bits, work, text, span.length, &span));
}

static void
gzip_header_tells_nothing_about_us(void **state)
{
    uint8_t header[16];
    size_t length;

    (void) state;
    memset(bits, 0, sizeof bits);
    sj_span span = encoded();

    assert_int_equal(span.at[0], 'u');
    (void) sodium_base642bin(header, 9, span.at + 1, 12, NULL, &length, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    /* magic, deflate, no flags, time 0 */
    assert_memory_equal(header, "\x1f\x8b\x08\x00\x00\x00\x00\x00", 8);
}

/* Text of any bytes as a gzip list, by zlib itself. */
static sj_span
packed(const uint8_t *data, size_t length, char *out, size_t size)
{
    uint8_t *gzip = malloc(length + 1024);
    z_stream stream = { .zalloc = NULL };

    assert_non_null(gzip);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *) (uintptr_t) data;
    stream.avail_in = (uInt) length;
    stream.next_out = gzip;
    stream.avail_out = (uInt) length + 1024;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out[0] = 'u';
    sodium_bin2base64(out + 1, size - 1, gzip, stream.total_out,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    free(gzip);
    return sj_span_of(out);
}

static void
a_list_that_inflates_without_end_is_refused(void **state)
{
    size_t length = 64 * 1024 * 1024;
    uint8_t *zeros = calloc(1, length);
    char *bomb = malloc(128 * 1024);
    uint8_t *lent = malloc(256 * 1024);
    size_t bytes;

    (void) state;
    assert_non_null(zeros);
    assert_non_null(bomb);
    assert_non_null(lent);
    sj_span span = packed(zeros, length, bomb, 128 * 1024);

    assert_string_equal(sj_status_list_decode(span, lent, 256 * 1024, back, sizeof back, &bytes),
                        "the status list unpacks to more than is allowed");
    free(zeros);
    free(bomb);
    free(lent);
}

static void
a_strangers_list_may_be_longer_but_not_shorter(void **state)
{
    static char longer[SJ_STATUS_LIST_ENCODED_MAX];
    size_t bytes;

    (void) state;
    memset(back, 0, sizeof back);
    memset(bits, 0, sizeof bits);
    sj_span span = packed(back, 2 * SJ_STATUS_LIST_BYTES, longer, sizeof longer);

    assert_null(sj_status_list_decode(span, work, sizeof work, back, sizeof back, &bytes));
    assert_int_equal(bytes, 2 * SJ_STATUS_LIST_BYTES);
    span = packed(bits, SJ_STATUS_LIST_BYTES - 1, longer, sizeof longer);
    assert_string_equal(sj_status_list_decode(span, work, sizeof work, back, sizeof back, &bytes),
                        "the status list has fewer than 131072 bits");
}

static void
damaged_lists_are_refused(void **state)
{
    static char damaged[SJ_STATUS_LIST_ENCODED_MAX];
    size_t bytes;

    (void) state;
    memset(bits, 0, sizeof bits);
    for (uint32_t index = 0; index < SJ_STATUS_LIST_BITS; index += 997)
        sj_status_list_set(bits, index);
    sj_span span = encoded();

    for (size_t cut = 0; cut < span.length; cut++)
        assert_non_null(sj_status_list_decode((sj_span){ span.at, cut }, work, sizeof work, back,
                                              sizeof back, &bytes));
    memcpy(damaged, span.at, span.length);
    memcpy(damaged + span.length, "AAAA", 4);
    assert_non_null(sj_status_list_decode((sj_span){ damaged, span.length + 4 }, work, sizeof work,
                                          back, sizeof back, &bytes));
    damaged[0] = 'z';
    assert_non_null(sj_status_list_decode((sj_span){ damaged, span.length }, work, sizeof work,
                                          back, sizeof back, &bytes));
    assert_non_null(
        sj_status_list_decode(span, work, SJ_STATUS_LIST_DECODE_WORK, back, sizeof back, &bytes));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index_0_is_the_high_bit_of_byte_0),
        cmocka_unit_test(lists_survive_the_encoding),
        cmocka_unit_test(the_worst_list_fits),
        cmocka_unit_test(gzip_header_tells_nothing_about_us),
        cmocka_unit_test(a_list_that_inflates_without_end_is_refused),
        cmocka_unit_test(a_strangers_list_may_be_longer_but_not_shorter),
        cmocka_unit_test(damaged_lists_are_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A key has one text and a text is one key; a connection of a key asks for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/c/clock.h"
#include "clients/c/sijill.h"
#include "tests/unit/clients/far.h"

enum { LIST = 151, SOON_MS = 3000 };

#define ID "000102030405060708090a0b0c0d0e0f"
/* 32 octets 0xff */
#define SECRET "__________________________________________8"

static bool
reads(const char *text)
{
    uint8_t id[SIJILL_ID_SIZE], secret[SIJILL_SECRET_SIZE];
    uint64_t org;

    return sijill_key_read(text, &org, id, secret);
}

static void
a_key_is_read_as_it_is_written(void **state)
{
    static const uint64_t orgs[] = { 1, 42, UINT64_MAX };

    (void) state;
    for (size_t i = 0; i < sizeof orgs / sizeof orgs[0]; i++) {
        uint8_t id[SIJILL_ID_SIZE], secret[SIJILL_SECRET_SIZE];
        uint8_t id_again[SIJILL_ID_SIZE], secret_again[SIJILL_SECRET_SIZE];
        char text[SIJILL_KEY_SIZE];
        uint64_t org;

        sijill_key_new(id, secret);
        sijill_key_write(orgs[i], id, secret, text);
        assert_true(sijill_key_read(text, &org, id_again, secret_again));
        assert_true(org == orgs[i]);
        assert_memory_equal(id, id_again, sizeof id);
        assert_memory_equal(secret, secret_again, sizeof secret);
    }
}

static void
a_key_is_its_organisation_its_id_and_its_secret(void **state)
{
    uint8_t id[SIJILL_ID_SIZE], secret[SIJILL_SECRET_SIZE];
    char text[SIJILL_KEY_SIZE];

    (void) state;
    for (uint8_t i = 0; i < sizeof id; i++)
        id[i] = i;
    memset(secret, 0xff, sizeof secret);
    sijill_key_write(7, id, secret, text);
    assert_string_equal(text, "sjk_7_" ID "_" SECRET);
}

static void
what_is_not_that_text_is_no_key(void **state)
{
    static const char *const texts[] = {
        "",
        "sjk_",
        "sjk_7",
        "sjk_7_" ID,
        "sjk_7_" ID "_",
        "sjk__" ID "_" SECRET,
        "sjk_0_" ID "_" SECRET,  /* no organisation */
        "sjk_07_" ID "_" SECRET, /* another text of the same */
        "sjk_+7_" ID "_" SECRET,
        "sjk_ 7_" ID "_" SECRET,
        "sjk_18446744073709551616_" ID "_" SECRET, /* 2^64 */
        "sjk_99999999999999999999_" ID "_" SECRET,
        "SJK_7_" ID "_" SECRET,
        "sjk_7_000102030405060708090A0B0C0D0E0F_" SECRET,
        "sjk_7_000102030405060708090a0b0c0d0e0g_" SECRET,
        "sjk_7_000102030405060708090a0b0c0d0e0_" SECRET "8",
        "sjk_7_" ID "_" SECRET "=",
        "sjk_7_" ID "_" SECRET "8",
        "sjk_7_" ID "_" SECRET " ",
        " sjk_7_" ID "_" SECRET,
        "sjk_7_" ID "_//////////////////////////////////////////8", /* plain base64 */
        "sjk_7_" ID "___________________________________________9", /* bits beyond the octets */
        "sjk_7_" ID "-" SECRET,
    };

    (void) state;
    assert_true(reads("sjk_7_" ID "_" SECRET));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (reads(texts[i]))
            fail_msg("this is no key: '%s'", texts[i]);
}

static void
two_keys_are_two_keys(void **state)
{
    uint8_t id[2][SIJILL_ID_SIZE], secret[2][SIJILL_SECRET_SIZE], hash[SIJILL_SECRET_SIZE];

    (void) state;
    sijill_key_new(id[0], secret[0]);
    sijill_key_new(id[1], secret[1]);
    assert_memory_not_equal(id[0], id[1], SIJILL_ID_SIZE);
    assert_memory_not_equal(secret[0], secret[1], SIJILL_SECRET_SIZE);
    sijill_key_hash(secret[0], hash);
    assert_memory_not_equal(hash, secret[0], sizeof hash);
}

/* Push the client on until the far side has a frame of this kind. */
static void
expect(far *f, sijill *s, Sijill__V1__Kind kind)
{
    uint64_t until = clock_mono_ms() + 2 * SOON_MS;
    sijill_reply reply;

    while (clock_mono_ms() < until) {
        assert_false(sijill_wait(s, &reply, 5));
        if (far_take(f, kind, 5))
            return;
    }
    fail_msg("no frame of kind %d came", (int) kind);
}

static void
assert_asks(const far *f, const uint8_t *actor, const uint8_t *credential)
{
    const Sijill__V1__Envelope *in = f->in;

    assert_int_equal((in->flags & SJ_FLAG_DELEGATED) != 0, credential != NULL);
    assert_int_equal(in->has_credential, credential != NULL);
    assert_memory_equal(in->actor.data, actor, SIJILL_ID_SIZE);
    if (credential != NULL)
        assert_memory_equal(in->credential.data, credential, SIJILL_SECRET_SIZE);
}

static void
a_connection_of_a_key_asks_for_it_and_never_for_itself(void **state)
{
    far *f = *state;
    uint8_t mine[SIJILL_SECRET_SIZE], other[SIJILL_SECRET_SIZE], actor[SIJILL_ID_SIZE] = { 9 };
    sijill_options options = { .endpoint = f->endpoint, .actor = { 7 }, .credential = mine };
    sijill_request request = { .type = LIST };
    sijill *s;

    memset(mine, 1, sizeof mine);
    memset(other, 2, sizeof other);
    s = sijill_open(&options);
    assert_non_null(s);
    assert_true(sijill_submit(s, &request));
    expect(f, s, SIJILL__V1__KIND__HELLO);
    far_welcome(f);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_asks(f, options.actor, mine);
    request.actor = actor;
    assert_true(sijill_submit(s, &request));
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_asks(f, actor, mine); /* which no service takes: the secret is another's */
    request.delegated = true;
    request.credential = other;
    assert_true(sijill_submit(s, &request));
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_asks(f, actor, other);
    sijill_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read_as_it_is_written),
        cmocka_unit_test(a_key_is_its_organisation_its_id_and_its_secret),
        cmocka_unit_test(what_is_not_that_text_is_no_key),
        cmocka_unit_test(two_keys_are_two_keys),
        cmocka_unit_test_setup_teardown(a_connection_of_a_key_asks_for_it_and_never_for_itself,
                                        far_open, far_close),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}

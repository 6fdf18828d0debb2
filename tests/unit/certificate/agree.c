/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the core stores as intents is what the signer agrees to sign, and nothing else passes.
 */
#include "tests/unit/certificate/world.h"

#include "proto/credential/did_web.h"
#include "services/certificate/signer/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *
ask(const waiting *one, uint32_t purpose)
{
    uint8_t public_key[32], secret[64];
    char method[SJ_DID_URL_SIZE];
    sign_item item = { .purpose = (sign_purpose) purpose,
                       .id = one->id,
                       .document = { one->document, one->document_size },
                       .options = { one->options, one->options_size } };

    world_key(purpose, 0, public_key, secret);
    assert_true(sj_did_web_method(sj_span_of(WORLD_DID), public_key, method));
    return check_item(&item, WORLD_DID, method);
}

static void
the_signer_takes_every_document_of_the_core(void **state)
{
    static const char *const langs[] = { "en", "ar", "fr", "tr", "ru", "kk" };
    fixture *f = *state;
    Sijill__V1__RefreshStatusList refresh = SIJILL__V1__REFRESH_STATUS_LIST__INIT;
    waiting *all = malloc(7 * sizeof *all);

    for (uint32_t person = 1; person <= 6; person++) {
        tell_name(f, 1, person, "Айгүл «Q\"\\»\u2028 عائشة", "a@x.example");
        tell_verdict(f, 1, person, VERDICT(ATTENDED));
        assert_int_equal(
            issue_in(f, 1, person, KIND(ATTENDANCE), langs[person - 1], WORLD_LATER_MS, NULL),
            SJ_OK);
    }
    assert_int_equal(fixture_run(f, 305, &refresh.base, WORLD_LATER_MS), SJ_OK);
    assert_int_equal(wait_list(f, all, 7), 7);
    for (size_t i = 0; i < 7; i++) {
        const char *problem = ask(&all[i], i < 6 ? 1 : 2);

        if (problem != NULL)
            fail_msg("%s: %.*s", problem, (int) all[i].document_size, all[i].document);
        assert_non_null(ask(&all[i], i < 6 ? 2 : 1)); /* and not by the key of another purpose */
    }
    all[0].id[3] ^= 1;
    assert_non_null(ask(&all[0], 1));
    free(all);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_signer_takes_every_document_of_the_core,
                                        world_open_ready, fixture_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sijill hook, event link and endpoint, against a registration service; the test has the gateway's
 * key pair and reads what was sealed, as a gateway would.
 */
#include "tests/system/harness.h"

#include "sijill/v1/platform.pb-c.h"

#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 24, TEXT_SIZE = 4096, REFUSED = 3, NOT_THERE = 4, USAGE = 2 };

static world at;
static sijill *service;
static uint8_t public_key[crypto_box_PUBLICKEYBYTES], secret_key[crypto_box_SECRETKEYBYTES];
static uint8_t event_id[SIJILL_ID_SIZE];

static int
open_registration(void **state)
{
    (void) state;
    assert_true(sodium_init() >= 0);
    (void) crypto_box_keypair(public_key, secret_key);
    world_open(&at);
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
    service = service_connect(&at, REGISTRATION);
    define_organisation(service);
    define_event(service, "webinar", false, NULL, event_id);
    return 0;
}

static int
close_registration(void **state)
{
    (void) state;
    sijill_close(&service);
    world_close(&at);
    return 0;
}

/* Run `sijill WORDS --json`, words apart by one space; NULL when it did not end with `code`. */
static json_t *
run(int code, const char *words)
{
    char text[TEXT_SIZE], path[WORLD_PATH];
    const char *arguments[WORDS_MAX] = { "--home", at.folder, "--json" };
    size_t count = 3;
    char *rest = NULL;
    json_error_t error;
    json_t *said;
    int ended;

    (void) snprintf(text, sizeof text, "%s", words);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(count < WORDS_MAX - 1);
        arguments[count++] = word;
    }
    ended = program_run(&at, "sijill", arguments);
    said = json_load_file(world_path(&at, "said", path), 0, &error);
    if (ended != code || said == NULL)
        fail_msg("sijill %s: exit %d, expected %d; %s", words, ended, code,
                 said == NULL ? error.text : json_dumps(said, 0));
    return said;
}

static const char *
text_of(const json_t *said, const char *name)
{
    const char *text = json_string_value(json_object_get(said, name));

    if (text == NULL)
        fail_msg("no %s in %s", name, json_dumps(said, 0));
    return text;
}

static void
refuses(int code, const char *words, const char *why)
{
    json_t *said = run(code, words);
    const char *detail = text_of(json_object_get(said, "error"), "detail");

    if (strstr(detail, why) == NULL)
        fail_msg("sijill %s: said \"%s\", expected \"%s\"", words, detail, why);
    json_decref(said);
}

static void
write_file(const char *name, const char *octets)
{
    char path[WORLD_PATH];
    int fd = open(world_path(&at, name, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, octets, strlen(octets)), (ssize_t) strlen(octets));
    assert_int_equal(close(fd), 0);
}

static void
adopt_key(void)
{
    Sijill__V1__AdoptSealKey in;
    sijill_reply reply;

    sijill__v1__adopt_seal_key__init(&in);
    in.has_public_key = true;
    in.public_key = (ProtobufCBinaryData){ sizeof public_key, public_key };
    assert_int_equal(ask(service, 145, &in.base, &reply), SIJILL__V1__CODE__OK);
}

/* The hook as registration has it; sijill_free it. */
static Sijill__V1__Hook *
hook_of(const char *hex)
{
    Sijill__V1__GetHook in;
    uint8_t id[SIJILL_ID_SIZE];

    assert_true(sijill_unhex(hex, id));
    sijill__v1__get_hook__init(&in);
    in.has_id = true;
    in.id = id_data(id);
    return ask_for(service, 163, &in.base, &sijill__v1__hook__descriptor);
}

static void
assert_sealed(ProtobufCBinaryData sealed, const char *expected, size_t size)
{
    uint8_t octets[TEXT_SIZE];

    assert_int_equal(sealed.len, size + crypto_box_SEALBYTES);
    assert_int_equal(crypto_box_seal_open(octets, sealed.data, sealed.len, public_key, secret_key),
                     0);
    assert_memory_equal(octets, expected, size);
}

static void
without_a_gateway_no_secret_is_taken(void **state)
{
    (void) state;
    refuses(REFUSED, "hook add --platform standard", "start sijill-gateway once");
    refuses(REFUSED, "endpoint add --url https://portal.example/in", "start sijill-gateway once");
    adopt_key();
}

static void
the_secret_of_a_file_is_sealed_octet_for_octet(void **state)
{
    char words[TEXT_SIZE];
    json_t *said;
    Sijill__V1__Hook *hook;

    (void) state;
    write_file("zoom.secret", "4fv1RkqGQUq5sWbEz6hA5A\n");
    (void) snprintf(words, sizeof words,
                    "hook add --platform zoom --event webinar --secret-file %s/zoom.secret",
                    at.folder);
    said = run(0, words);
    hook = hook_of(text_of(said, "id"));
    assert_string_equal(text_of(said, "secret"), "4fv1RkqGQUq5sWbEz6hA5A");
    assert_int_equal(hook->n_sealed_secret, 1);
    assert_sealed(hook->sealed_secret[0], "4fv1RkqGQUq5sWbEz6hA5A", 22);
    assert_memory_equal(hook->event_id.data, event_id, sizeof event_id);
    (void) snprintf(words, sizeof words, "/hooks/1/zoom/%s", text_of(said, "id"));
    assert_string_equal(text_of(said, "path"), words);
    sijill_free(hook);
    json_decref(said);
}

static void
a_token_is_sealed_behind_the_secret_and_not_shown(void **state)
{
    static const char expected[] = "s3cret\ntoken=abc.def";
    char words[TEXT_SIZE];
    json_t *said;
    Sijill__V1__Hook *hook;

    (void) state;
    write_file("webex.secret", "s3cret");
    write_file("webex.token", "abc.def\r\n");
    (void) snprintf(words, sizeof words,
                    "hook add --platform webex --set fetch.base_url=https://webexapis.com "
                    "--secret-file %s/webex.secret --token-file %s/webex.token",
                    at.folder, at.folder);
    said = run(0, words);
    hook = hook_of(text_of(said, "id"));
    assert_string_equal(text_of(said, "secret"), "s3cret");
    assert_sealed(hook->sealed_secret[0], expected, sizeof expected - 1);
    assert_int_equal(hook->n_setting, 1);
    assert_string_equal(hook->setting[0]->value, "https://webexapis.com");
    sijill_free(hook);
    json_decref(said);
}

static void
a_standard_secret_is_made_and_is_whsec_of_32_octets(void **state)
{
    json_t *said = run(0, "hook add --platform standard --label portal");
    const char *secret = text_of(said, "secret");
    Sijill__V1__Hook *hook = hook_of(text_of(said, "id"));
    uint8_t octets[64];
    size_t size = 0;

    (void) state;
    assert_int_equal(strncmp(secret, "whsec_", 6), 0);
    assert_int_equal(sodium_base642bin(octets, sizeof octets, secret + 6, strlen(secret + 6), NULL,
                                       &size, NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    assert_int_equal(size, 32);
    assert_sealed(hook->sealed_secret[0], secret, strlen(secret));
    assert_string_equal(hook->label, "portal");
    sijill_free(hook);
    json_decref(said);
}

static void
of_v1a_the_public_key_of_the_platform_is_the_secret(void **state)
{
    static const char key[] = "whpk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    char words[TEXT_SIZE];
    json_t *said;
    Sijill__V1__Hook *hook;

    (void) state;
    refuses(USAGE, "hook add --platform standard --scheme v1a", "--public-key whpk_");
    refuses(USAGE, "hook add --platform standard --public-key whpk_AAEC", "base64 of 32 octets");
    refuses(USAGE, "hook add --platform zoom --scheme v1a", "for --platform standard");
    (void) snprintf(words, sizeof words,
                    "hook add --platform standard --scheme v1a --public-key %s", key);
    said = run(0, words);
    hook = hook_of(text_of(said, "id"));
    assert_sealed(hook->sealed_secret[0], key, sizeof key - 1);
    sijill_free(hook);
    json_decref(said);
}

static void
a_rotated_hook_has_two_secrets_until_the_former_is_retired(void **state)
{
    json_t *said = run(0, "hook add --platform standard"), *rotated;
    char id[2 * SIJILL_ID_SIZE + 1], words[128];
    Sijill__V1__Hook *hook;

    (void) state;
    (void) snprintf(id, sizeof id, "%s", text_of(said, "id"));
    (void) snprintf(words, sizeof words, "hook rotate %s", id);
    rotated = run(0, words);
    assert_string_equal(text_of(rotated, "path"), text_of(said, "path"));
    hook = hook_of(id);
    assert_int_equal(hook->n_sealed_secret, 2);
    assert_sealed(hook->sealed_secret[0], text_of(rotated, "secret"),
                  strlen(text_of(rotated, "secret")));
    assert_sealed(hook->sealed_secret[1], text_of(said, "secret"), strlen(text_of(said, "secret")));
    sijill_free(hook);
    (void) snprintf(words, sizeof words, "hook retire %s", id);
    json_decref(run(0, words));
    hook = hook_of(id);
    assert_int_equal(hook->n_sealed_secret, 1);
    sijill_free(hook);
    (void) snprintf(words, sizeof words, "hook remove %s", id);
    json_decref(run(0, words));
    (void) snprintf(words, sizeof words, "hook rotate %s", id);
    refuses(NOT_THERE, words, "removed");
    json_decref(said);
    json_decref(rotated);
}

static void
a_list_of_hooks_holds_no_secret(void **state)
{
    json_t *said = run(0, "hook list");
    char *text = json_dumps(said, 0);

    (void) state;
    assert_int_equal(json_array_size(said), 4); /* of five, one is removed */
    assert_null(strstr(text, "sealed"));
    free(text);
    json_decref(said);
}

static void
an_unknown_setting_or_platform_is_refused_with_those_there_are(void **state)
{
    (void) state;
    refuses(REFUSED, "hook add --platform bbb --set colour=red", "bbb.callback_url bbb.rule");
    refuses(REFUSED, "hook add --platform bbb --set bbb.rule=9.9", "3.4.0 2.x 3.0.0 bearer");
    refuses(USAGE, "hook add --platform skype", "zoom webex bbb teams jaas standard");
    refuses(USAGE, "hook add --platform zoom --secret-file /nowhere/at/all", "No such file");
}

static void
hold_push(uint8_t number)
{
    Sijill__V1__HoldPush in;
    Sijill__V1__Push push;
    uint8_t id[SIJILL_ID_SIZE] = { 0x70, number };
    sijill_reply reply;

    sijill__v1__hold_push__init(&in);
    sijill__v1__push__init(&push);
    in.has_id = in.has_why = in.has_received_ms = true;
    in.id = id_data(id);
    in.why = SIJILL__V1__HELD_WHY__UNLINKED;
    in.received_ms = wall_ms();
    in.push = &push;
    push.has_kind = push.has_occurred_ms = true;
    push.kind = SIJILL__V1__PUSH__KIND__JOINED;
    push.occurred_ms = wall_ms();
    push.platform = (char *) (uintptr_t) "zoom";
    push.external_id = (char *) (uintptr_t) "987 6543 2101";
    push.email = (char *) (uintptr_t) "amal@example.org";
    assert_int_equal(ask(service, 120, &in.base, &reply), SIJILL__V1__CODE__OK);
}

static void
a_link_says_how_many_pushes_waited_for_it(void **state)
{
    json_t *held, *linked, *links;
    char words[128];

    (void) state;
    for (uint8_t n = 0; n < 3; n++)
        hold_push(n);
    held = run(0, "hook held --platform zoom --external-id 98765432101");
    assert_int_equal(json_array_size(held), 3);
    assert_string_equal(text_of(json_array_get(held, 0), "email"), "amal@example.org");
    assert_string_equal(text_of(json_array_get(held, 0), "why"), "unlinked");
    (void) snprintf(words, sizeof words, "hook release %s", text_of(json_array_get(held, 0), "id"));
    json_decref(run(0, words));
    linked = run(0, "event link webinar --platform zoom --external-id 987-6543-2101");
    assert_int_equal(json_integer_value(json_object_get(linked, "held")), 2);
    assert_string_equal(text_of(linked, "event"), "webinar");
    links = run(0, "event links webinar");
    assert_int_equal(json_array_size(links), 1);
    assert_string_equal(text_of(json_array_get(links, 0), "external_id"), "98765432101");
    assert_string_equal(text_of(json_array_get(links, 0), "event"), "webinar");
    json_decref(run(0, "event link webinar --platform zoom --external-id 98765432101 --remove"));
    json_decref(links);
    links = run(0, "event links");
    assert_int_equal(json_array_size(links), 0);
    json_decref(links);
    json_decref(linked);
    json_decref(held);
}

/* The endpoint as registration has it; sijill_free it. */
static Sijill__V1__Endpoint *
endpoint_of(const char *hex)
{
    Sijill__V1__GetEndpoint in;
    uint8_t id[SIJILL_ID_SIZE];

    assert_true(sijill_unhex(hex, id));
    sijill__v1__get_endpoint__init(&in);
    in.has_id = true;
    in.id = id_data(id);
    return ask_for(service, 177, &in.base, &sijill__v1__endpoint__descriptor);
}

static void
an_endpoint_shows_the_key_that_its_sealed_seed_makes(void **state)
{
    json_t *said = run(0, "endpoint add --url https://portal.example/in --scheme v1a --type "
                          "registration_changed --type 230");
    Sijill__V1__Endpoint *endpoint = endpoint_of(text_of(said, "id"));
    uint8_t seed[TEXT_SIZE], key[crypto_sign_PUBLICKEYBYTES], whole[crypto_sign_SECRETKEYBYTES];
    char text[64];

    (void) state;
    assert_int_equal(endpoint->n_type, 2);
    assert_int_equal(endpoint->type[0], 134);
    assert_int_equal(endpoint->type[1], 230);
    assert_int_equal(endpoint->sealed_secret.len, 32 + crypto_box_SEALBYTES);
    assert_int_equal(crypto_box_seal_open(seed, endpoint->sealed_secret.data,
                                          endpoint->sealed_secret.len, public_key, secret_key),
                     0);
    (void) crypto_sign_seed_keypair(key, whole, seed);
    assert_memory_equal(endpoint->public_key.data, key, sizeof key);
    (void) sodium_bin2base64(text, sizeof text, key, sizeof key, sodium_base64_VARIANT_ORIGINAL);
    assert_int_equal(strncmp(text_of(said, "public_key"), "whpk_", 5), 0);
    assert_string_equal(text_of(said, "public_key") + 5, text);
    assert_null(json_object_get(said, "secret"));
    sijill_free(endpoint);
    json_decref(said);
}

static void
an_endpoint_is_disabled_enabled_replayed_and_removed(void **state)
{
    json_t *said = run(0, "endpoint add --url http://127.0.0.1:9/in"), *list;
    char id[2 * SIJILL_ID_SIZE + 1], words[128];
    static const char *const steps[] = { "disable %s --reason broken", "enable %s",
                                         "replay %s --service attendance --after 0", "remove %s" };

    (void) state;
    assert_int_equal(strncmp(text_of(said, "secret"), "whsec_", 6), 0);
    (void) snprintf(id, sizeof id, "%s", text_of(said, "id"));
    (void) snprintf(words, sizeof words, "endpoint replay %s --service post --after 0", id);
    refuses(USAGE, words, "registration attendance certificate");
    for (size_t n = 0; n < sizeof steps / sizeof steps[0]; n++) {
        char step[64];
        size_t size = strcspn(steps[n], "%");

        (void) snprintf(step, sizeof step, "%.*s", (int) size, steps[n]);
        (void) snprintf(words, sizeof words, "endpoint %s%s%s", step, id, steps[n] + size + 2);
        json_decref(run(0, words));
    }
    list = run(0, "endpoint list");
    assert_int_equal(json_array_size(list), 1); /* the one before */
    refuses(USAGE, "endpoint add --url https://x.example --type nothing", "a record's number");
    refuses(REFUSED, "endpoint add --url http://x.example/in", "https address");
    json_decref(list);
    json_decref(said);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_gateway_no_secret_is_taken),
        cmocka_unit_test(the_secret_of_a_file_is_sealed_octet_for_octet),
        cmocka_unit_test(a_token_is_sealed_behind_the_secret_and_not_shown),
        cmocka_unit_test(a_standard_secret_is_made_and_is_whsec_of_32_octets),
        cmocka_unit_test(of_v1a_the_public_key_of_the_platform_is_the_secret),
        cmocka_unit_test(a_rotated_hook_has_two_secrets_until_the_former_is_retired),
        cmocka_unit_test(a_list_of_hooks_holds_no_secret),
        cmocka_unit_test(an_unknown_setting_or_platform_is_refused_with_those_there_are),
        cmocka_unit_test(a_link_says_how_many_pushes_waited_for_it),
        cmocka_unit_test(an_endpoint_shows_the_key_that_its_sealed_seed_makes),
        cmocka_unit_test(an_endpoint_is_disabled_enabled_replayed_and_removed),
    };

    return cmocka_run_group_tests_name("system/hook_words", tests, open_registration,
                                       close_registration);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks, links, held pushes and endpoints: what the sweeps, which know no rules, cannot see. */
#include "services/core/identity.h"
#include "services/core/message.h"
#include "services/registration/held.h"
#include "services/registration/links.h"
#include "sijill/v1/platform.pb-c.h"
#include "tests/unit/registration/scene.h"

#include <stdio.h>

enum {
    HOLD = 120,
    RELEASE = 121,
    DEFINE_ENDPOINT = 122,
    ENDPOINT_STATE = 123,
    REPLAY = 124,
    ADD_HOOK = 142,
    ROTATE_HOOK,
    REMOVE_HOOK,
    ADOPT_KEY,
    LINK,
    HOOK_RECORD = 136,
    LINK_RECORD,
    ENDPOINT_RECORD,
    LIST_HOOKS = 162,
    GET_HOOK,
    LIST_LINKS = 165,
    GET_LINK,
    LIST_HELD = 175,
    LIST_ENDPOINTS,
    SEALED_SIZE = 80,
};

static uint8_t sealed[3][SEALED_SIZE] = { { 1 }, { 2 }, { 3 } };
static uint8_t hook_id[SJ_ID_SIZE] = { 0x40, 1 };

static ProtobufCBinaryData
secret(size_t n)
{
    return (ProtobufCBinaryData){ SEALED_SIZE, sealed[n] };
}

static int
open_with_key(void **state)
{
    Sijill__V1__AdoptSealKey in;
    uint8_t key[32] = { 1 };

    if (scene_open(state) != 0)
        return -1;
    sijill__v1__adopt_seal_key__init(&in);
    in.has_public_key = true;
    in.public_key = (ProtobufCBinaryData){ sizeof key, key };
    return fixture_run(((scene *) *state)->f, ADOPT_KEY, &in.base, NOW) == SJ_OK ? 0 : -1;
}

static sj_status
add_hook(scene *s, size_t with)
{
    Sijill__V1__AddHook in;

    sijill__v1__add_hook__init(&in);
    in.has_id = in.has_sealed_secret = true;
    in.id = sj_id_data(hook_id);
    in.platform = text("zoom");
    in.sealed_secret = secret(with);
    return fixture_run(s->f, ADD_HOOK, &in.base, s->now_ms);
}

static sj_status
rotate_hook(scene *s, size_t to)
{
    Sijill__V1__RotateHook in;

    sijill__v1__rotate_hook__init(&in);
    in.has_id = in.has_sealed_secret = true;
    in.id = sj_id_data(hook_id);
    in.sealed_secret = secret(to);
    return fixture_run(s->f, ROTATE_HOOK, &in.base, s->now_ms);
}

static sj_status
remove_hook(scene *s)
{
    Sijill__V1__RemoveHook in;

    sijill__v1__remove_hook__init(&in);
    in.has_id = true;
    in.id = sj_id_data(hook_id);
    return fixture_run(s->f, REMOVE_HOOK, &in.base, s->now_ms);
}

static const Sijill__V1__Hook *
told_hook(scene *s)
{
    return fixture_last_record(s->f, HOOK_RECORD, &sijill__v1__hook__descriptor);
}

static void
of_three_secrets_the_two_latest_are_good_and_the_feed_has_them(void **state)
{
    scene *s = *state;
    const Sijill__V1__Hook *hook;

    assert_int_equal(add_hook(s, 0), SJ_OK);
    assert_int_equal(rotate_hook(s, 1), SJ_OK);
    assert_int_equal(rotate_hook(s, 2), SJ_OK);
    hook = told_hook(s);
    assert_int_equal(hook->n_sealed_secret, 2);
    assert_memory_equal(hook->sealed_secret[0].data, sealed[2], SEALED_SIZE);
    assert_memory_equal(hook->sealed_secret[1].data, sealed[1], SEALED_SIZE);
    assert_int_equal(fixture_emitted(s->f, HOOK_RECORD), 3);
}

static void
a_removed_hook_has_no_secret_and_its_id_is_not_given_out_again(void **state)
{
    scene *s = *state;
    Sijill__V1__ListHooks list;
    Sijill__V1__HookList *out;

    assert_int_equal(add_hook(s, 0), SJ_OK);
    assert_int_equal(remove_hook(s), SJ_OK);
    assert_true(told_hook(s)->removed);
    assert_int_equal(told_hook(s)->n_sealed_secret, 0);
    assert_int_equal(add_hook(s, 0), SJ_CONFLICT);
    assert_int_equal(rotate_hook(s, 1), SJ_NOT_FOUND);
    sijill__v1__list_hooks__init(&list);
    assert_int_equal(fixture_run(s->f, LIST_HOOKS, &list.base, s->now_ms), SJ_OK);
    out = fixture_reply(s->f, &sijill__v1__hook_list__descriptor);
    assert_int_equal(out->n_hook, 0);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static sj_status
hold(scene *s, unsigned number, const char *external_id, Sijill__V1__HeldWhy why)
{
    Sijill__V1__HoldPush in;
    Sijill__V1__Push push;
    uint8_t id[SJ_ID_SIZE];

    /* ids by chance, so that their order is not that of coming */
    sj_hash((sj_bytes){ &number, sizeof number }, id);
    sijill__v1__hold_push__init(&in);
    sijill__v1__push__init(&push);
    in.has_id = in.has_why = true;
    in.id = sj_id_data(id);
    in.why = why;
    in.push = &push;
    push.has_kind = push.has_occurred_ms = true;
    push.kind = SIJILL__V1__PUSH__KIND__JOINED;
    push.occurred_ms = NOW + number;
    push.platform = text("zoom");
    push.external_id = text(external_id);
    return fixture_run(s->f, HOLD, &in.base, s->now_ms);
}

static sj_status
release(scene *s, unsigned number)
{
    Sijill__V1__ReleasePush in;
    uint8_t id[SJ_ID_SIZE];

    sj_hash((sj_bytes){ &number, sizeof number }, id);
    sijill__v1__release_push__init(&in);
    in.has_id = true;
    in.id = sj_id_data(id);
    return fixture_run(s->f, RELEASE, &in.base, s->now_ms);
}

/* All pages of a list of held pushes, by the numbers of the pushes, "1 2 3 "; between pages, push
 * `vanishes` is released (0: none). */
static void
assert_held(scene *s, const char *external_id, unsigned vanishes, const char *expected)
{
    Sijill__V1__ListHeld in;
    uint8_t after[SJ_ID_SIZE];
    char text_of[256] = "";
    bool more = true;

    sijill__v1__list_held__init(&in);
    in.has_limit = true;
    in.limit = 2;
    in.external_id = text(external_id);
    in.platform = external_id == NULL ? NULL : text("zoom");
    while (more) {
        Sijill__V1__HeldList *out;

        assert_int_equal(fixture_run(s->f, LIST_HELD, &in.base, s->now_ms), SJ_OK);
        out = fixture_reply(s->f, &sijill__v1__held_list__descriptor);
        for (size_t n = 0; n < out->n_held; n++) {
            size_t used = strlen(text_of);

            (void) snprintf(text_of + used, sizeof text_of - used, "%u ",
                            (unsigned) (out->held[n]->push->occurred_ms - NOW));
        }
        more = out->has_next;
        if (more)
            memcpy(after, out->next.data, sizeof after);
        in.has_after = more;
        in.after = sj_id_data(after);
        if (vanishes != 0)
            assert_int_equal(release(s, vanishes), SJ_OK);
    }
    assert_string_equal(text_of, expected);
}

static void
held_pushes_are_listed_oldest_first_all_or_of_one_webinar(void **state)
{
    scene *s = *state;

    for (unsigned n = 1; n <= 7; n++)
        assert_int_equal(hold(s, n, n % 2 == 0 ? "222" : "1 1-1", SIJILL__V1__HELD_WHY__UNLINKED),
                         SJ_OK);
    assert_held(s, NULL, 0, "1 2 3 4 5 6 7 ");
    assert_held(s, "222", 0, "2 4 6 ");
    assert_held(s, "111", 0, "1 3 5 7 ");
    assert_held(s, "333", 0, "");
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
a_page_goes_on_where_the_last_push_was_released(void **state)
{
    scene *s = *state;

    for (unsigned n = 1; n <= 6; n++)
        assert_int_equal(hold(s, n, "111", SIJILL__V1__HELD_WHY__UNLINKED), SJ_OK);
    assert_held(s, NULL, 2, "1 2 3 4 5 6 ");
    assert_held(s, "111", 3, "1 3 4 5 6 ");
    assert_held(s, NULL, 0, "1 4 5 6 ");
    assert_int_equal(fixture_scrub(s->f), 0);
}

static Sijill__V1__Outcome
held_outcome(scene *s)
{
    Sijill__V1__PushHeld *out = fixture_reply(s->f, &sijill__v1__push_held__descriptor);

    return out->outcome;
}

static void
a_push_is_kept_once_and_a_refusal_is_not_forgotten(void **state)
{
    scene *s = *state;

    (void) hold(s, 1, "111", SIJILL__V1__HELD_WHY__UNLINKED);
    (void) hold(s, 1, "111", SIJILL__V1__HELD_WHY__UNLINKED);
    assert_int_equal(held_outcome(s), SIJILL__V1__OUTCOME__UNCHANGED);
    (void) hold(s, 1, "111", SIJILL__V1__HELD_WHY__UNAPPLIED);
    assert_int_equal(held_outcome(s), SIJILL__V1__OUTCOME__UPDATED);
    (void) hold(s, 1, "111", SIJILL__V1__HELD_WHY__UNLINKED);
    assert_int_equal(held_outcome(s), SIJILL__V1__OUTCOME__UNCHANGED);
    assert_held(s, "111", 0, "1 ");
}

static sj_status
link_to(scene *s, const uint8_t event[SJ_ID_SIZE], const char *platform, const char *external_id,
        bool remove)
{
    Sijill__V1__LinkEvent in;

    sijill__v1__link_event__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(event);
    in.platform = text(platform);
    in.external_id = text(external_id);
    in.has_remove = in.remove = remove;
    return fixture_run(s->f, LINK, &in.base, s->now_ms);
}

static uint32_t
linked_held(scene *s)
{
    Sijill__V1__Linked *out = fixture_reply(s->f, &sijill__v1__linked__descriptor);

    return out->held;
}

static void
a_link_counts_those_that_wait_for_it_and_no_others(void **state)
{
    scene *s = *state;

    (void) hold(s, 1, "987 6543 2101", SIJILL__V1__HELD_WHY__UNLINKED);
    (void) hold(s, 2, "98765432101", SIJILL__V1__HELD_WHY__UNLINKED);
    (void) hold(s, 3, "98765432101", SIJILL__V1__HELD_WHY__UNAPPLIED);
    (void) hold(s, 4, "9876543210", SIJILL__V1__HELD_WHY__UNLINKED);
    (void) hold(s, 5, "987-6543-2101", SIJILL__V1__HELD_WHY__UNLINKED);
    (void) release(s, 5);
    assert_int_equal(link_to(s, s->event, "zoom", "987\u00a06543\u00a02101", false), SJ_OK);
    assert_int_equal(linked_held(s), 2);
}

static void
platform_and_external_id_are_apart(void **state)
{
    scene *s = *state;
    Sijill__V1__GetLink get;

    assert_int_equal(link_to(s, s->event, "a", "bc", false), SJ_OK);
    sijill__v1__get_link__init(&get);
    get.platform = text("ab");
    get.external_id = text("c");
    assert_int_equal(fixture_run(s->f, GET_LINK, &get.base, s->now_ms), SJ_NOT_FOUND);
    assert_int_equal(link_to(s, s->event, "teams", "a-b", false), SJ_OK);
    get.platform = text("teams");
    get.external_id = text("ab"); /* hyphens are Zoom's alone */
    assert_int_equal(fixture_run(s->f, GET_LINK, &get.base, s->now_ms), SJ_NOT_FOUND);
}

static void
a_link_that_was_removed_may_lead_elsewhere_and_the_feed_has_both(void **state)
{
    scene *s = *state;
    const Sijill__V1__Link *told;

    assert_int_equal(link_to(s, s->event, "zoom", "111", false), SJ_OK);
    assert_int_equal(link_to(s, s->event, "zoom", "111", true), SJ_OK);
    told = fixture_last_record(s->f, LINK_RECORD, &sijill__v1__link__descriptor);
    assert_true(told->removed);
    assert_int_equal(link_to(s, s->event, "zoom", "111", true), SJ_OK); /* no change */
    assert_int_equal(fixture_emitted(s->f, LINK_RECORD), 2);
    assert_int_equal(link_to(s, s->event, "zoom", " - ", false), SJ_INVALID);
}

static void
an_endpoint_keeps_its_secret_when_another_thing_changes(void **state)
{
    scene *s = *state;
    Sijill__V1__DefineEndpoint in;
    Sijill__V1__ReplayEndpoint replay;
    Sijill__V1__LogPos after;
    const Sijill__V1__Endpoint *told;

    sijill__v1__define_endpoint__init(&in);
    in.has_id = true;
    in.id = sj_id_data(hook_id);
    in.url = text("https://portal.example/in");
    assert_int_equal(fixture_run(s->f, DEFINE_ENDPOINT, &in.base, s->now_ms), SJ_INVALID);
    in.has_sealed_secret = true;
    in.sealed_secret = secret(0);
    assert_int_equal(fixture_run(s->f, DEFINE_ENDPOINT, &in.base, s->now_ms), SJ_OK);
    in.has_sealed_secret = false;
    in.url = text("https://portal.example/elsewhere");
    assert_int_equal(fixture_run(s->f, DEFINE_ENDPOINT, &in.base, s->now_ms), SJ_OK);
    told = fixture_last_record(s->f, ENDPOINT_RECORD, &sijill__v1__endpoint__descriptor);
    assert_string_equal(told->url, "https://portal.example/elsewhere");
    assert_memory_equal(told->sealed_secret.data, sealed[0], SEALED_SIZE);
    assert_null(told->replay);

    sijill__v1__replay_endpoint__init(&replay);
    sijill__v1__log_pos__init(&after);
    replay.has_id = true;
    replay.id = sj_id_data(hook_id);
    replay.after = &after;
    after.has_shard = after.has_seq = true;
    after.shard = 2;
    after.seq = 77;
    assert_int_equal(fixture_run(s->f, REPLAY, &replay.base, s->now_ms), SJ_OK);
    told = fixture_last_record(s->f, ENDPOINT_RECORD, &sijill__v1__endpoint__descriptor);
    assert_int_equal(told->replay->seq, 77);
    assert_int_equal(fixture_emitted(s->f, ENDPOINT_RECORD), 3);
}

static void
scrub_finds_an_index_of_held_pushes_that_leads_astray(void **state)
{
    scene *s = *state;
    uint8_t id[SJ_ID_SIZE] = { 9 }, number[8] = { 0 };
    sj_key key = key_in_org(1, id);

    (void) hold(s, 1, "111", SIJILL__V1__HELD_WHY__UNLINKED);
    scene_put(s, TABLE_HELD_ID, &key, (sj_bytes){ number, sizeof number });
    sj_key_add_u64(&key, 4);
    scene_put(s, TABLE_HELD_OF, &key, (sj_bytes){ number, 1 });
    assert_int_equal(fixture_scrub(s->f), 2);
}

static void
scrub_finds_a_link_that_is_not_where_it_is_looked_for(void **state)
{
    scene *s = *state;
    uint8_t id[SJ_ID_SIZE] = { 9 };
    sj_key key = key_in_org(1, id);
    uint8_t packed[128];
    link_row row;

    sijill__v1__link__init(&row);
    row.has_event_id = true;
    row.event_id = sj_id_data(id); /* no event, either */
    row.platform = text("zoom");
    row.external_id = text("111");
    scene_put(s, TABLE_LINK, &key,
              (sj_bytes){ packed, protobuf_c_message_pack(&row.base, packed) });
    assert_int_equal(fixture_scrub(s->f), 2);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, open_with_key, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(of_three_secrets_the_two_latest_are_good_and_the_feed_has_them),
        LAW(a_removed_hook_has_no_secret_and_its_id_is_not_given_out_again),
        LAW(held_pushes_are_listed_oldest_first_all_or_of_one_webinar),
        LAW(a_page_goes_on_where_the_last_push_was_released),
        LAW(a_push_is_kept_once_and_a_refusal_is_not_forgotten),
        LAW(a_link_counts_those_that_wait_for_it_and_no_others),
        LAW(platform_and_external_id_are_apart),
        LAW(a_link_that_was_removed_may_lead_elsewhere_and_the_feed_has_both),
        LAW(an_endpoint_keeps_its_secret_when_another_thing_changes),
        LAW(scrub_finds_an_index_of_held_pushes_that_leads_astray),
        LAW(scrub_finds_a_link_that_is_not_where_it_is_looked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

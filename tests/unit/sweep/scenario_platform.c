/* SPDX-License-Identifier: Apache-2.0 */
/* What the gateway and organisers say to registration of hooks, links, held pushes, endpoints. */
#include "services/core/message.h"
#include "sijill/v1/platform.pb-c.h"
#include "tests/unit/sweep/scenario.h"

#include <string.h>

enum { SEALED_SIZE = 80 };

static uint8_t hook_id[SJ_ID_SIZE] = { 0x40, 1 };
static uint8_t endpoint_id[SJ_ID_SIZE] = { 0x50, 1 };
static uint8_t nowhere[SJ_ID_SIZE] = { 0x60, 1 };
static uint8_t sealed[3][SEALED_SIZE] = { { 1 }, { 2 }, { 3 } };
static uint8_t keys[2][32] = { { 1 }, { 2 } };

static ProtobufCBinaryData
secret(size_t n)
{
    return (ProtobufCBinaryData){ SEALED_SIZE, sealed[n] };
}

static void
adopt_key(tape *t, sj_status expected, size_t n, bool replace)
{
    Sijill__V1__AdoptSealKey in;

    sijill__v1__adopt_seal_key__init(&in);
    in.has_public_key = true;
    in.public_key = (ProtobufCBinaryData){ sizeof keys[n], keys[n] };
    in.has_replace = in.replace = replace;
    tape_expect(t, expected, 145, &in.base);
}

static void
seal_keys(tape *t)
{
    Sijill__V1__GetSealKey get;

    sijill__v1__get_seal_key__init(&get);
    tape_expect(t, SJ_OK, 164, &get.base); /* there is none */
    tape_expect_octets(t, SJ_INVALID, 164, (sj_bytes){ "\x08\x01", 2 });
    adopt_key(t, SJ_OK, 0, false);
    adopt_key(t, SJ_OK, 0, false);
    adopt_key(t, SJ_CONFLICT, 1, false);
    adopt_key(t, SJ_OK, 1, true);
    tape_expect(t, SJ_OK, 164, &get.base);
}

static void
add_hooks(tape *t, cast *c)
{
    Sijill__V1__HookSetting setting, *settings[1] = { &setting };
    Sijill__V1__AddHook in;

    sijill__v1__add_hook__init(&in);
    sijill__v1__hook_setting__init(&setting);
    in.has_id = in.has_sealed_secret = true;
    in.id = sj_id_data(hook_id);
    in.platform = literal("bbb");
    in.sealed_secret = secret(0);
    in.n_setting = 1;
    in.setting = settings;
    setting.name = literal("bbb.rule");
    setting.value = literal("2.x");
    tape_expect(t, SJ_PRECONDITION, 142, &in.base); /* no gateway yet */
    seal_keys(t);
    tape_expect(t, SJ_OK, 142, &in.base);
    tape_expect(t, SJ_OK, 142, &in.base); /* unchanged */
    setting.value = literal("bearer");
    tape_expect(t, SJ_CONFLICT, 142, &in.base);
    setting.name = literal("colour");
    tape_expect(t, SJ_INVALID, 142, &in.base);
    in.has_event_id = true;
    in.event_id = sj_id_data(c->course);
    in.id = sj_id_data(c->course); /* any id will do */
    in.n_setting = 0;
    tape_expect(t, SJ_OK, 142, &in.base);
}

static void
change_hooks(tape *t, cast *c)
{
    Sijill__V1__RotateHook rotate;
    Sijill__V1__RemoveHook remove;

    sijill__v1__rotate_hook__init(&rotate);
    rotate.has_id = rotate.has_sealed_secret = true;
    rotate.id = sj_id_data(hook_id);
    rotate.sealed_secret = secret(1);
    tape_expect(t, SJ_OK, 143, &rotate.base);
    tape_expect(t, SJ_OK, 143, &rotate.base); /* unchanged */
    rotate.sealed_secret = secret(2);
    tape_expect(t, SJ_OK, 143, &rotate.base);
    rotate.has_retire = rotate.retire = true;
    tape_expect(t, SJ_INVALID, 143, &rotate.base);
    rotate.has_sealed_secret = false;
    tape_expect(t, SJ_OK, 143, &rotate.base);
    tape_expect(t, SJ_OK, 143, &rotate.base);
    sijill__v1__remove_hook__init(&remove);
    tape_expect(t, SJ_INVALID, 144, &remove.base);
    remove.has_id = true;
    remove.id = sj_id_data(nowhere);
    tape_expect(t, SJ_NOT_FOUND, 144, &remove.base);
    remove.id = sj_id_data(c->course);
    tape_expect(t, SJ_OK, 144, &remove.base);
    tape_expect(t, SJ_OK, 144, &remove.base);
}

static void
ask_hooks(tape *t)
{
    Sijill__V1__ListHooks list;
    Sijill__V1__GetHook get;

    sijill__v1__list_hooks__init(&list);
    tape_expect(t, SJ_OK, 162, &list.base);
    list.has_limit = true;
    list.limit = 1;
    list.has_after = true;
    list.after = sj_id_data(hook_id);
    tape_expect(t, SJ_OK, 162, &list.base);
    list.limit = 51;
    tape_expect(t, SJ_INVALID, 162, &list.base);
    sijill__v1__get_hook__init(&get);
    get.has_id = true;
    get.id = sj_id_data(hook_id);
    tape_expect(t, SJ_OK, 163, &get.base);
    get.id = sj_id_data(nowhere);
    tape_expect(t, SJ_NOT_FOUND, 163, &get.base);
}

static void
hold_pushes(tape *t)
{
    Sijill__V1__Push push;
    Sijill__V1__HoldPush in;
    uint8_t id[SJ_ID_SIZE] = { 0x70 };

    sijill__v1__push__init(&push);
    sijill__v1__hold_push__init(&in);
    in.has_id = in.has_why = in.has_received_ms = true;
    in.id = sj_id_data(id);
    in.received_ms = SCENARIO_NOW;
    tape_expect(t, SJ_INVALID, 120, &in.base);
    in.why = SIJILL__V1__HELD_WHY__UNLINKED;
    in.push = &push;
    push.has_kind = push.has_occurred_ms = true;
    push.kind = SIJILL__V1__PUSH__KIND__JOINED;
    push.occurred_ms = SCENARIO_STARTS;
    push.platform = literal("zoom");
    push.external_id = literal("987 6543 2101");
    push.email = literal("viewer@example.org");
    for (id[1] = 0; id[1] < 3; id[1]++)
        tape_expect(t, SJ_OK, 120, &in.base);
    id[1] = 0;
    tape_expect(t, SJ_OK, 120, &in.base); /* unchanged */
    in.why = SIJILL__V1__HELD_WHY__UNAPPLIED;
    in.words = literal("there is no such registration");
    tape_expect(t, SJ_OK, 120, &in.base);
    id[1] = 9;
    in.why = SIJILL__V1__HELD_WHY__UNREADABLE;
    in.push = NULL;
    in.has_raw = true;
    in.raw = (ProtobufCBinaryData){ 3, (uint8_t *) (uintptr_t) "{]x" };
    tape_expect(t, SJ_OK, 120, &in.base);
}

static void
release_pushes(tape *t)
{
    Sijill__V1__ReleasePush in;
    uint8_t id[SJ_ID_SIZE] = { 0x70, 1 };

    sijill__v1__release_push__init(&in);
    tape_expect(t, SJ_INVALID, 121, &in.base);
    in.has_id = true;
    in.id = sj_id_data(id);
    tape_expect(t, SJ_OK, 121, &in.base);
    tape_expect(t, SJ_OK, 121, &in.base);
}

static void
ask_held(tape *t)
{
    Sijill__V1__ListHeld list;

    sijill__v1__list_held__init(&list);
    tape_expect(t, SJ_OK, 175, &list.base);
    list.external_id = literal("98765432101");
    tape_expect(t, SJ_INVALID, 175, &list.base);
    list.platform = literal("zoom");
    tape_expect(t, SJ_OK, 175, &list.base);
}

static void
link_webinars(tape *t, cast *c)
{
    Sijill__V1__LinkEvent in;
    Sijill__V1__ListLinks list;
    Sijill__V1__GetLink get;

    sijill__v1__link_event__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(nowhere);
    in.platform = literal("zoom");
    in.external_id = literal("987-6543-2101");
    tape_expect(t, SJ_NOT_FOUND, 146, &in.base);
    in.event_id = sj_id_data(c->course);
    tape_expect(t, SJ_OK, 146, &in.base);
    tape_expect(t, SJ_OK, 146, &in.base); /* unchanged */
    in.event_id = sj_id_data(c->webinar);
    tape_expect(t, SJ_CONFLICT, 146, &in.base);
    in.external_id = literal("111");
    tape_expect(t, SJ_OK, 146, &in.base);
    in.has_remove = in.remove = true;
    tape_expect(t, SJ_OK, 146, &in.base);
    sijill__v1__list_links__init(&list);
    tape_expect(t, SJ_OK, 165, &list.base);
    list.has_event_id = true;
    list.event_id = sj_id_data(c->webinar);
    tape_expect(t, SJ_OK, 165, &list.base);
    list.has_limit = true;
    list.limit = 201;
    tape_expect(t, SJ_INVALID, 165, &list.base);
    sijill__v1__get_link__init(&get);
    get.platform = literal("zoom");
    get.external_id = literal("98765432101");
    tape_expect(t, SJ_OK, 166, &get.base);
    get.external_id = literal("111");
    tape_expect(t, SJ_NOT_FOUND, 166, &get.base);
}

static void
define_endpoints(tape *t)
{
    Sijill__V1__DefineEndpoint in;
    uint32_t types[] = { 134, 230 };

    sijill__v1__define_endpoint__init(&in);
    in.has_id = in.has_sealed_secret = true;
    in.id = sj_id_data(endpoint_id);
    in.url = literal("http://elsewhere.example/in");
    in.sealed_secret = secret(0);
    tape_expect(t, SJ_INVALID, 122, &in.base);
    in.url = literal("https://elsewhere.example/in");
    in.n_type = 2;
    in.type = types;
    tape_expect(t, SJ_OK, 122, &in.base);
    tape_expect(t, SJ_OK, 122, &in.base); /* unchanged */
    in.has_sealed_secret = false;
    in.label = literal("the portal");
    tape_expect(t, SJ_OK, 122, &in.base);
}

static void
change_endpoints(tape *t)
{
    Sijill__V1__SetEndpointState state;
    Sijill__V1__ReplayEndpoint replay;
    Sijill__V1__LogPos after;

    sijill__v1__replay_endpoint__init(&replay);
    sijill__v1__log_pos__init(&after);
    replay.has_id = true;
    replay.id = sj_id_data(endpoint_id);
    tape_expect(t, SJ_INVALID, 124, &replay.base);
    replay.after = &after;
    after.has_shard = after.has_seq = true;
    after.shard = 1;
    tape_expect(t, SJ_OK, 124, &replay.base);
    sijill__v1__set_endpoint_state__init(&state);
    tape_expect(t, SJ_INVALID, 123, &state.base);
    state.has_id = state.has_state = true;
    state.id = sj_id_data(endpoint_id);
    state.state = SIJILL__V1__ENDPOINT_STATE__DISABLED;
    state.reason = literal("it answered 410");
    tape_expect(t, SJ_OK, 123, &state.base);
    tape_expect(t, SJ_OK, 123, &state.base); /* unchanged */
    state.state = SIJILL__V1__ENDPOINT_STATE__ENABLED;
    tape_expect(t, SJ_OK, 123, &state.base);
}

static void
ask_endpoints(tape *t)
{
    Sijill__V1__ListEndpoints list;
    Sijill__V1__GetEndpoint get;
    Sijill__V1__SetEndpointState state;

    sijill__v1__list_endpoints__init(&list);
    tape_expect(t, SJ_OK, 176, &list.base);
    list.has_limit = true;
    list.limit = 51;
    tape_expect(t, SJ_INVALID, 176, &list.base);
    sijill__v1__get_endpoint__init(&get);
    get.has_id = true;
    get.id = sj_id_data(endpoint_id);
    tape_expect(t, SJ_OK, 177, &get.base);
    sijill__v1__set_endpoint_state__init(&state);
    state.has_id = state.has_remove = state.remove = true;
    state.id = sj_id_data(endpoint_id);
    tape_expect(t, SJ_OK, 123, &state.base);
    tape_expect(t, SJ_OK, 123, &state.base);
    tape_expect(t, SJ_NOT_FOUND, 177, &get.base);
}

static void
follow(tape *t, sj_status expected, const uint8_t event[SJ_ID_SIZE], Sijill__V1__Push__Kind kind,
       uint64_t ms, const char *external_id, const char *email)
{
    Sijill__V1__FollowRegistration in;
    Sijill__V1__Person person;

    sijill__v1__follow_registration__init(&in);
    sijill__v1__person__init(&person);
    in.has_event_id = in.has_kind = in.has_occurred_ms = true;
    in.event_id = sj_id_data(event);
    in.source = literal("zoom");
    in.external_id = literal(external_id);
    in.kind = kind;
    in.occurred_ms = SCENARIO_NOW + ms;
    in.person = &person;
    person.email = literal(email);
    person.name = literal("Amal Al-Harthi");
    person.country = literal("OM");
    tape_expect(t, expected, 148, &in.base);
}

static void
follow_pushes(tape *t, cast *c)
{
    const Sijill__V1__Push__Kind registered = SIJILL__V1__PUSH__KIND__REGISTERED,
                                 withdrawn = SIJILL__V1__PUSH__KIND__WITHDRAWN;

    follow(t, SJ_OK, c->course, withdrawn, 2, "p1", NULL); /* kept */
    follow(t, SJ_OK, c->course, registered, 1, "p1", "amal@example.org");
    follow(t, SJ_OK, c->course, registered, 1, "p1", "amal@example.org"); /* unchanged */
    follow(t, SJ_OK, c->course, registered, 3, "p2", "amal@example.org"); /* waits */
    follow(t, SJ_OK, c->course, registered, 4, "p3", "person1@b\u00fccher.example");
    follow(t, SJ_OK, c->course, withdrawn, 5, "p2", NULL);
    follow(t, SJ_NOT_FOUND, nowhere, registered, 1, "p1", NULL);
    follow(t, SJ_INVALID, c->course, SIJILL__V1__PUSH__KIND__JOINED, 1, "p1", NULL);
}

static void
note_uploads(tape *t, cast *c)
{
    static uint8_t hash[SJ_FILE_HASH_SIZE] = { 1, 2, 3 }, settings[SJ_FILE_HASH_SIZE];
    Sijill__V1__NoteUpload in;

    sijill__v1__note_upload__init(&in);
    in.has_event_id = in.has_file_size = true;
    in.event_id = sj_id_data(c->course);
    in.file_size = UINT64_C(64) << 20;
    tape_expect(t, SJ_INVALID, 149, &in.base); /* of what file? */
    in.has_file_hash = in.has_settings_hash = true;
    in.file_hash = (ProtobufCBinaryData){ sizeof hash, hash };
    in.settings_hash = (ProtobufCBinaryData){ sizeof settings, settings };
    tape_expect(t, SJ_OK, 149, &in.base);
    in.event_id = sj_id_data(nowhere);
    tape_expect(t, SJ_NOT_FOUND, 149, &in.base);
    in.has_event_id = false;
    tape_expect(t, SJ_INVALID, 149, &in.base);
    in.slug = literal("no-such-event");
    tape_expect(t, SJ_NOT_FOUND, 149, &in.base);
}

void
scenario_platform(tape *t, cast *c)
{
    add_hooks(t, c);
    change_hooks(t, c);
    ask_hooks(t);
    hold_pushes(t);
    link_webinars(t, c);
    release_pushes(t);
    ask_held(t);
    define_endpoints(t);
    change_endpoints(t);
    ask_endpoints(t);
    follow_pushes(t, c);
    note_uploads(t, c);
}

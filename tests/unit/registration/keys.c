/* SPDX-License-Identifier: Apache-2.0 */
/* 140, 141, 160: keys as registration owns them. */
#include "services/core/key_rows.h"
#include "services/core/message.h"
#include "tests/unit/registration/scene.h"

enum { ADD_KEY = 140, REVOKE_KEY, LIST_KEYS = 160, LIST_AUDIT = 952 };

typedef struct draft {
    Sijill__V1__AddKey in;
    uint8_t id[SJ_ID_SIZE];
    uint8_t hash[SJ_CREDENTIAL_SIZE];
    ProtobufCBinaryData event;
} draft;

static void
begin(draft *d, uint8_t n, Sijill__V1__Access__Role role)
{
    memset(d->id, n, sizeof d->id);
    memset(d->hash, 0x80 + n, sizeof d->hash);
    sijill__v1__add_key__init(&d->in);
    d->in.has_id = d->in.has_hash = d->in.has_role = true;
    d->in.id = sj_id_data(d->id);
    d->in.hash = (ProtobufCBinaryData){ sizeof d->hash, d->hash };
    d->in.role = role;
}

static void
bind_to(draft *d, const uint8_t event[SJ_ID_SIZE])
{
    d->event = sj_id_data(event);
    d->in.n_event_id = 1;
    d->in.event_id = &d->event;
}

static sj_status
add(scene *s, draft *d)
{
    return fixture_run(s->f, ADD_KEY, &d->in.base, s->now_ms);
}

static sj_status
revoke(scene *s, const draft *d)
{
    Sijill__V1__RevokeKey in;

    sijill__v1__revoke_key__init(&in);
    in.has_id = true;
    in.id = d->in.id;
    return fixture_run(s->f, REVOKE_KEY, &in.base, s->now_ms);
}

static void
a_key_is_told_without_what_is_for_people(void **state)
{
    scene *s = *state;
    Sijill__V1__KeyChanged *told;
    draft d;

    begin(&d, 1, SIJILL__V1__ACCESS__ROLE__TRAINER);
    bind_to(&d, s->event);
    d.in.label = text("a name of somebody");
    assert_int_equal(add(s, &d), SJ_OK);
    assert_int_equal(fixture_emitted(s->f, SJ_RECORD_KEY), 1);
    told = fixture_last_record(s->f, SJ_RECORD_KEY, &sijill__v1__key_changed__descriptor);
    assert_memory_equal(told->id.data, d.id, sizeof d.id);
    assert_memory_equal(told->hash.data, d.hash, sizeof d.hash);
    assert_int_equal(told->role, SIJILL__V1__ACCESS__ROLE__TRAINER);
    assert_int_equal(told->n_event_id, 1);
    assert_false(told->has_revoked_ms);
}

static void
the_same_key_again_changes_nothing_and_another_of_its_id_is_a_conflict(void **state)
{
    scene *s = *state;
    uint8_t digest[32];
    draft d;

    begin(&d, 1, SIJILL__V1__ACCESS__ROLE__PLATFORM);
    d.in.label = text("  Zoom ");
    assert_int_equal(add(s, &d), SJ_OK);
    fixture_digest(s->f, digest);
    d.in.label = text("Zoom");
    s->f->dry_run = true; /* no row of the ledger either */
    assert_int_equal(add(s, &d), SJ_OK);
    s->f->dry_run = false;
    assert_same_store(s, digest);
    assert_int_equal(add(s, &d), SJ_OK);
    assert_int_equal(fixture_emitted(s->f, SJ_RECORD_KEY), 1);
    d.in.role = SIJILL__V1__ACCESS__ROLE__OWNER;
    assert_int_equal(add(s, &d), SJ_CONFLICT);
    d.in.role = SIJILL__V1__ACCESS__ROLE__PLATFORM;
    d.hash[0] ^= 1;
    assert_int_equal(add(s, &d), SJ_CONFLICT);
}

static void
what_no_key_can_be_is_refused(void **state)
{
    static const struct {
        Sijill__V1__Access__Role role;
        bool event;
        uint64_t from_ms, until_ms;
        const char *field; /* NULL: good */
    } cases[] = {
        { SIJILL__V1__ACCESS__ROLE__NONE, false, 0, 0, "role" },
        { SIJILL__V1__ACCESS__ROLE__GATEWAY, false, 0, 0, "role" },
        { SIJILL__V1__ACCESS__ROLE__TRAINER, false, 0, 0, "event_id" },
        { SIJILL__V1__ACCESS__ROLE__ORGANISER, true, 0, 0, "event_id" },
        { SIJILL__V1__ACCESS__ROLE__AUDITOR, false, NOW + 10, NOW + 10, "until_ms" },
        { SIJILL__V1__ACCESS__ROLE__AUDITOR, false, 0, NOW, "until_ms" },
        { SIJILL__V1__ACCESS__ROLE__AUDITOR, false, NOW + 10, NOW + 11, NULL },
    };
    scene *s = *state;

    s->now_ms = NOW;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        draft d;

        begin(&d, (uint8_t) (i + 1), cases[i].role);
        if (cases[i].event)
            bind_to(&d, s->event);
        d.in.has_from_ms = cases[i].from_ms != 0;
        d.in.from_ms = cases[i].from_ms;
        d.in.has_until_ms = cases[i].until_ms != 0;
        d.in.until_ms = cases[i].until_ms;
        assert_int_equal(add(s, &d), cases[i].field == NULL ? SJ_OK : SJ_INVALID);
        if (cases[i].field != NULL)
            assert_string_equal(s->f->reply.field, cases[i].field);
    }
}

static void
a_trainer_s_events_are_there(void **state)
{
    static const uint8_t nowhere[SJ_ID_SIZE] = { 1 };
    scene *s = *state;
    draft d;

    begin(&d, 1, SIJILL__V1__ACCESS__ROLE__TRAINER);
    bind_to(&d, nowhere);
    assert_int_equal(add(s, &d), SJ_NOT_FOUND);
    bind_to(&d, s->event);
    assert_int_equal(add(s, &d), SJ_OK);
}

static void
a_revoked_key_stays_revoked(void **state)
{
    scene *s = *state;
    Sijill__V1__KeyRevoked *out;
    Sijill__V1__KeyChanged *told;
    uint64_t at_ms;
    draft d;

    begin(&d, 1, SIJILL__V1__ACCESS__ROLE__OWNER);
    assert_int_equal(add(s, &d), SJ_OK);
    s->now_ms += 5;
    assert_int_equal(revoke(s, &d), SJ_OK);
    out = fixture_reply(s->f, &sijill__v1__key_revoked__descriptor);
    at_ms = out->revoked_ms;
    assert_int_equal(at_ms, s->now_ms);
    s->now_ms += 5;
    assert_int_equal(revoke(s, &d), SJ_OK);
    out = fixture_reply(s->f, &sijill__v1__key_revoked__descriptor);
    assert_int_equal(out->revoked_ms, at_ms);
    assert_int_equal(fixture_emitted(s->f, SJ_RECORD_KEY), 2);
    told = fixture_last_record(s->f, SJ_RECORD_KEY, &sijill__v1__key_changed__descriptor);
    assert_int_equal(told->revoked_ms, at_ms);
    assert_int_equal(add(s, &d), SJ_CONFLICT); /* the same content does not bring it back */
}

static void
keys_are_listed_page_by_page_without_what_proves_them(void **state)
{
    scene *s = *state;
    Sijill__V1__ListKeys list;
    Sijill__V1__KeyList *page;
    uint8_t after[SJ_ID_SIZE];
    draft d;

    for (uint8_t n = 1; n <= 5; n++) {
        begin(&d, n, SIJILL__V1__ACCESS__ROLE__PLATFORM);
        d.in.label = text("x");
        assert_int_equal(add(s, &d), SJ_OK);
    }
    s->f->org = 2;
    begin(&d, 3, SIJILL__V1__ACCESS__ROLE__PLATFORM); /* another organisation's */
    assert_int_equal(add(s, &d), SJ_OK);
    s->f->org = 1;
    sijill__v1__list_keys__init(&list);
    list.has_limit = true;
    list.limit = 2;
    for (uint8_t n = 1; n <= 5; n += 2) {
        assert_int_equal(fixture_run(s->f, LIST_KEYS, &list.base, s->now_ms), SJ_OK);
        page = fixture_reply(s->f, &sijill__v1__key_list__descriptor);
        assert_int_equal(page->n_key, n == 5 ? 1 : 2);
        assert_int_equal(page->key[0]->id.data[0], n);
        assert_string_equal(page->key[0]->label, "x");
        assert_int_equal(page->has_next, n != 5);
        memset(after, page->key[page->n_key - 1]->id.data[0], sizeof after);
        list.has_after = true;
        list.after = sj_id_data(after);
    }
    assert_null(
        protobuf_c_message_descriptor_get_field_by_name(&sijill__v1__key__descriptor, "hash"));
}

/* Keys lie in a table of every store, not in one of registration's own. */
static void
what_a_key_was_is_in_the_audit_trail(void **state)
{
    scene *s = *state;
    Sijill__V1__ListAudit in;
    Sijill__V1__AuditList *list;
    draft d;

    begin(&d, 1, SIJILL__V1__ACCESS__ROLE__AUDITOR);
    assert_int_equal(add(s, &d), SJ_OK);
    sijill__v1__list_audit__init(&in);
    in.has_after = true;
    in.after = s->f->reply.seq - 1;
    assert_int_equal(revoke(s, &d), SJ_OK);
    assert_int_equal(fixture_run(s->f, LIST_AUDIT, &in.base, s->now_ms), SJ_OK);
    list = fixture_reply(s->f, &sijill__v1__audit_list__descriptor);
    assert_int_equal(list->n_entry, 2);
    assert_string_equal(list->entry[0]->command, "add_key");
    assert_false(list->entry[0]->has_before);
    assert_true(list->entry[0]->has_after);
    assert_string_equal(list->entry[1]->command, "revoke_key");
    assert_int_equal(list->entry[1]->before.len, SJ_ID_SIZE);
    assert_memory_equal(list->entry[1]->before.data, list->entry[0]->after.data, SJ_ID_SIZE);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(what_a_key_was_is_in_the_audit_trail),
        LAW(a_key_is_told_without_what_is_for_people),
        LAW(the_same_key_again_changes_nothing_and_another_of_its_id_is_a_conflict),
        LAW(what_no_key_can_be_is_refused),
        LAW(a_trainer_s_events_are_there),
        LAW(a_revoked_key_stays_revoked),
        LAW(keys_are_listed_page_by_page_without_what_proves_them),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
